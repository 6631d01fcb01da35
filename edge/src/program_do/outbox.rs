//! What is on its way out: events for destinations, and what clicks shall know. Rows go when the receiver has them.
//!
//! Invariant: one that is slow, or can't be reached, keeps its rows and delays no other: all are handed to side by side,
//! each for a limited time, and one that failed is left alone for a while.

use super::Turn;
use super::about::Bodies;
use super::remembered::remembered;
use crate::command::{ClicksCommand, DestinationCommand, ask, shard_name};
use crate::failure::{Failure, Outcome};
use crate::settings::{Settings, within};
use crate::store::{Bound, Store, int, text};
use futures_util::future::{join, join_all};
use honeyguide_domain::destination::adapter;
use honeyguide_domain::event::{self, Event};
use honeyguide_domain::id::{ClickId, DeliveryId};
use honeyguide_domain::time::{Span, Timestamp};
use honeyguide_domain::wire::destinations::{Handover, Setting};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use worker::Env;

/// How long what is to be handed over collects: an alarm looks at all that may be due, whatever it hands over.
const COLLECT: Span = Span::millis(100);
/// Rows that are handed over in one call, and calls to one destination of one alarm: others' events wait meanwhile.
const SLICE: i64 = 200;
const CALLS: usize = 5;
/// A destination's object, or a shard of the clicks, that takes longer for one call is left alone for a while.
const LONGEST: Duration = Duration::from_secs(1);
/// How long it is left alone: doubled with each failure that follows.
const LEAST_PAUSE: Span = Span::seconds(1);
const MOST_DOUBLED: u32 = 6;
/// Marks of one alarm.
const MARKS: i64 = 200;
/// The name that the shards of the clicks are left alone under.
const CLICKS: &str = "";

/// Whether something waits to be handed over.
const UNSENT: &str = "SELECT EXISTS (SELECT 1 FROM outbox) OR EXISTS (SELECT 1 FROM marks) AS n";
/// Whether something else is to be done at once.
const WAITING: &str = "SELECT EXISTS (SELECT 1 FROM jobs WHERE state IN ('queued', 'running')) AS n";

/// Who couldn't be handed anything, how often in a row, and until when each is left alone. Known in memory only: who is
/// forgotten is merely asked again.
#[derive(Debug, Default)]
pub(super) struct Pauses(Mutex<BTreeMap<String, (u32, Timestamp)>>);

impl Pauses {
    fn held(&self) -> MutexGuard<'_, BTreeMap<String, (u32, Timestamp)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn until(&self, whom: &str) -> Option<Timestamp> {
        self.held().get(whom).map(|(_, until)| *until)
    }

    fn is_empty(&self) -> bool {
        self.held().is_empty()
    }

    /// When the first of these may be handed something.
    fn first(&self, whom: &[String], now: Timestamp) -> Option<Timestamp> {
        whom.iter().map(|whom| self.until(whom).unwrap_or(now)).min()
    }

    fn note(&self, whom: &str, well: bool, now: Timestamp) {
        let mut all = self.held();
        if well {
            all.remove(whom);
        } else {
            let times = all.get(whom).map_or(0, |(times, _)| *times);
            let pause = Span::millis(LEAST_PAUSE.as_millis() << times.min(MOST_DOUBLED));
            all.insert(whom.to_owned(), (times + 1, now.after(pause)));
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Destination {
    id: String,
    kind: String,
    events: String,
    state: String,
    /// Why it was disabled, where it wasn't by its owner.
    why: Option<String>,
}

impl Turn<'_> {
    /// Puts events into the outbox for each destination that asked for them. One that was given up goes on collecting,
    /// so that it misses nothing when it is enabled again; one that its owner disabled hears nothing.
    pub(super) fn publish(&self, events: &[Event]) -> Outcome<()> {
        let destinations = self.told()?;
        let (mut minter, mut rows) = (self.minter(), Vec::new());
        for event in events {
            let heard = |to: &&Destination| {
                (to.state == "enabled" || to.why.is_some())
                    && to.events.split(',').any(|pattern| event::matches(pattern, event.kind.as_str()))
            };
            let mut bodies = Bodies::of(self, event);
            for to in destinations.iter().filter(heard) {
                let Some(kind) = adapter(&to.kind).filter(|kind| kind.hears(event.kind.as_str())) else { continue };
                rows.push(posted(&to.id, event, bodies.for_concern(kind.concern)?, &DeliveryId::mint(&mut minter)));
            }
        }
        self.store.insert(OUTBOX, rows, "")
    }

    fn told(&self) -> Outcome<Rc<[Destination]>> {
        let query = "SELECT id, kind, events, state, why FROM destinations";
        remembered(self.remembered.map(|all| &all.destinations), (), || Ok(self.store.rows(query, vec![])?.into()))
    }

    /// Puts one event into the outbox for one destination.
    pub(super) fn post(&self, destination: &str, event: &Event, body: &str, delivery: &DeliveryId) -> Outcome<()> {
        self.store.insert(OUTBOX, vec![posted(destination, event, body, delivery)], "")
    }

    /// Has a destination's object told of its settings, though there is no event: a backlog may go on.
    pub(super) fn nudge(&self, destination: &str) -> Outcome<()> {
        self.store.run(
            "INSERT INTO outbox (destination, delivery, event, kind, body, at) VALUES (?, '', '', '', '', ?)",
            vec![text(destination), int(self.now.millis())],
        )
    }

    /// Tells a click, later, what became of it.
    pub(super) fn mark(&self, click: &ClickId, mark: &str) -> Outcome<()> {
        let row = vec![text(click), text(mark), int(self.now.millis())];
        self.store.insert("marks (click, mark, at)", vec![row], "")
    }
}

const OUTBOX: &str = "outbox (destination, delivery, event, kind, body, at)";

/// The row of one event for one destination.
fn posted(destination: &str, event: &Event, body: &str, delivery: &DeliveryId) -> Vec<Bound> {
    vec![
        text(destination),
        text(delivery),
        text(&event.id),
        text(event.kind.as_str()),
        text(body),
        int(event.at.millis()),
    ]
}

/// Sets the alarm to the next thing that is due. What is to be handed over collects for a moment.
pub(super) fn rearm(store: &Store, pauses: &Pauses, now: Timestamp) -> Outcome<()> {
    let soon = now.after(COLLECT);
    if store.alarm().is_some_and(|at| now < at && at <= soon) {
        return Ok(());
    }
    if store.number(WAITING, vec![])? > 0 {
        return store.wake(now);
    }
    let unsent = store.number(UNSENT, vec![])? > 0;
    if unsent && pauses.is_empty() {
        return store.wake(soon);
    }
    let due = Some(super::rewards::next_due(store)?).filter(|at| *at > 0);
    // Who is left alone for a while is looked for only where there is someone.
    let handing = if unsent { pauses.first(&waiting(store)?, now) } else { None };
    match due.into_iter().chain(handing.map(Timestamp::millis)).min() {
        None => Ok(()),
        Some(at) => store.wake(Timestamp::from_millis(at.max(now.millis()))),
    }
}

/// Whom something waits for: destinations, and the shards of the clicks. From one to the next by the index, however much
/// waits for each.
fn waiting(store: &Store) -> Outcome<Vec<String>> {
    #[derive(Deserialize)]
    struct To {
        destination: String,
    }
    let query = "WITH RECURSIVE whom (destination) AS (
            SELECT MIN(destination) FROM outbox
            UNION ALL
            SELECT (SELECT MIN(destination) FROM outbox WHERE destination > whom.destination)
            FROM whom WHERE whom.destination IS NOT NULL)
        SELECT destination FROM whom WHERE destination IS NOT NULL
        UNION ALL SELECT '' WHERE EXISTS (SELECT 1 FROM marks)";
    let rows: Vec<To> = store.rows(query, vec![])?;
    Ok(rows.into_iter().map(|to| to.destination).collect())
}

#[derive(Deserialize)]
struct Row {
    seq: i64,
    delivery: String,
    event: String,
    kind: String,
    body: String,
    at: i64,
}

#[derive(Deserialize)]
struct MarkRow {
    seq: i64,
    click: String,
    mark: String,
    at: i64,
}

/// Hands over what waits, to all side by side.
pub(super) async fn hand_over(env: &Env, store: &Store, pauses: &Pauses, now: Timestamp) -> Outcome<()> {
    let due: Vec<String> =
        waiting(store)?.into_iter().filter(|whom| pauses.until(whom).is_none_or(|until| until <= now)).collect();
    let destinations = due.iter().filter(|whom| *whom != CLICKS).map(|whom| async move {
        let handed = hand_to(env, store, whom).await;
        pauses.note(whom, handed.is_ok(), now);
        handed
    });
    let clicks = async {
        if !due.iter().any(|whom| whom == CLICKS) {
            return Ok(());
        }
        let told = tell_clicks(env, store).await;
        pauses.note(CLICKS, told.is_ok(), now);
        told
    };
    let (handed, told) = join(join_all(destinations), clicks).await;
    handed.into_iter().chain([told]).collect()
}

fn too_slow(whom: &str) -> Failure {
    Failure::Ours(format!("{whom} took longer than {} s", LONGEST.as_secs()))
}

async fn tell_clicks(env: &Env, store: &Store) -> Outcome<()> {
    let until = worker::Date::now().as_millis() + 1_000;
    let query = "SELECT seq, click, mark, at FROM marks ORDER BY seq LIMIT ?";
    let marks: Vec<MarkRow> = store.rows(query, vec![int(MARKS)])?;
    for row in marks.into_iter().take_while(|_| worker::Date::now().as_millis() < until) {
        let shard = shard_name(ClickId::parse(&row.click)?.shard());
        let command = ClicksCommand::Mark { click: row.click, mark: row.mark, at: row.at };
        let told = within(LONGEST, ask(env, "CLICKS", &shard, &command)).await;
        told.ok_or_else(|| too_slow(&shard))??;
        store.run("DELETE FROM marks WHERE seq = ?", vec![int(row.seq)])?;
    }
    Ok(())
}

async fn hand_to(env: &Env, store: &Store, destination: &str) -> Outcome<()> {
    for _ in 0..CALLS {
        let query =
            "SELECT seq, delivery, event, kind, body, at FROM outbox WHERE destination = ? ORDER BY seq LIMIT ?";
        let rows: Vec<Row> = store.rows(query, vec![text(destination), int(SLICE)])?;
        let Some(last) = rows.last().map(|row| row.seq) else { return Ok(()) };
        let command = match setting(env, store, destination)? {
            Some(setting) => DestinationCommand::Hand {
                setting,
                rows: rows.into_iter().filter(|row| !row.event.is_empty()).map(Row::handed).collect(),
            },
            // A destination that was deleted hears of nothing more.
            None => DestinationCommand::Forget,
        };
        let answer = within(LONGEST, ask(env, "DESTINATION", destination, &command)).await;
        let mut response = answer.ok_or_else(|| too_slow(destination))??;
        if response.status_code() >= 300 {
            return Err(Failure::Ours(response.text().await.unwrap_or_default()));
        }
        store.run("DELETE FROM outbox WHERE destination = ? AND seq <= ?", vec![text(destination), int(last)])?;
    }
    Ok(())
}

impl Row {
    fn handed(self) -> Handover {
        Handover {
            delivery: self.delivery,
            event: self.event,
            kind: self.kind,
            body: self.body,
            at: self.at,
            seq: self.seq,
        }
    }
}

fn setting(env: &Env, store: &Store, id: &str) -> Outcome<Option<Setting>> {
    #[derive(Deserialize)]
    struct Row {
        program: Option<String>,
        kind: String,
        settings: String,
        url: String,
        secret: String,
        old_secret: Option<String>,
        state: String,
        ordered: i64,
    }
    let row: Option<Row> = store.row(
        "SELECT kind, settings, url, secret, old_secret, state, ordered,
            (SELECT file ->> 'id' FROM files ORDER BY version DESC LIMIT 1) AS program
         FROM destinations WHERE id = ?",
        vec![text(id)],
    )?;
    let sealer = &Settings::of(env).sealer;
    let opened = |secret: String| {
        sealer.open(&secret).ok_or_else(|| Failure::Ours(format!("a secret of {id} is sealed under another key")))
    };
    let Some(row) = row else { return Ok(None) };
    let decides = row.kind == super::approvals::KIND;
    let mut secrets: Vec<String> =
        [Some(row.secret), row.old_secret].into_iter().flatten().map(opened).collect::<Outcome<_>>()?;
    // The decision callback is a webhook; a vendor's secrets are one text of JSON.
    let (kind, credentials) = match row.kind.as_str() {
        "webhook" | super::approvals::KIND => ("webhook".to_owned(), BTreeMap::new()),
        _ => (row.kind, serde_json::from_str(&std::mem::take(&mut secrets).concat())?),
    };
    Ok(Some(Setting {
        program: row.program.unwrap_or_default(),
        id: id.to_owned(),
        url: row.url,
        secrets,
        enabled: row.state == "enabled",
        ordered: row.ordered == 1,
        decides,
        kind,
        settings: serde_json::from_str(&row.settings)?,
        credentials,
    }))
}
