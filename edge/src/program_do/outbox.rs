//! What is on its way out: events for destinations, and what clicks shall know. Rows go when the receiver has them.

use super::Turn;
use crate::command::{ClicksCommand, DestinationCommand, ask, shard_name};
use crate::failure::Outcome;
use crate::store::{Store, int, text};
use honeyguide_domain::event::{self, Event};
use honeyguide_domain::id::{ClickId, DeliveryId};
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::destinations::{Handover, Setting};
use serde::Deserialize;
use worker::Env;

/// Rows that are handed over in one call.
const SLICE: i64 = 200;

/// Whether something is to be done at once.
const WAITING: &str = "SELECT EXISTS (SELECT 1 FROM outbox) OR EXISTS (SELECT 1 FROM marks)
    OR EXISTS (SELECT 1 FROM jobs WHERE state IN ('queued', 'running')) AS n";

#[derive(Deserialize)]
struct Destination {
    id: String,
    events: String,
    state: String,
}

impl Turn<'_> {
    /// Puts events into the outbox for each destination that asked for them.
    pub(super) fn publish(&self, events: &[Event]) -> Outcome<()> {
        let destinations: Vec<Destination> = self.store.rows("SELECT id, events, state FROM destinations", vec![])?;
        let mut minter = self.minter();
        for event in events {
            let heard = |to: &&Destination| {
                to.state == "enabled"
                    && to.events.split(',').any(|pattern| event::matches(pattern, event.kind.as_str()))
            };
            for to in destinations.iter().filter(heard) {
                self.post(&to.id, event, &DeliveryId::mint(&mut minter))?;
            }
        }
        Ok(())
    }

    /// Puts one event into the outbox for one destination.
    pub(super) fn post(&self, destination: &str, event: &Event, delivery: &DeliveryId) -> Outcome<()> {
        self.store.run(
            "INSERT INTO outbox (destination, delivery, event, kind, body, at) VALUES (?, ?, ?, ?, ?, ?)",
            vec![
                text(destination),
                text(delivery),
                text(&event.id),
                text(event.kind.as_str()),
                text(event.body()),
                int(event.at.millis()),
            ],
        )
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
        let values = vec![text(click), text(mark), int(self.now.millis())];
        self.store.run("INSERT INTO marks (click, mark, at) VALUES (?, ?, ?)", values)
    }
}

/// Sets the alarm to the next thing that is due.
pub(super) fn rearm(store: &Store, now: Timestamp) -> Outcome<()> {
    let waiting = store.number(WAITING, vec![])?;
    if waiting > 0 {
        return store.wake(now);
    }
    match super::rewards::next_due(store)? {
        0 => Ok(()),
        at => store.wake(Timestamp::from_millis(at.max(now.millis()))),
    }
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

/// Hands everything over, destination by destination. One that can't be reached keeps its rows and delays no other.
pub(super) async fn hand_over(env: &Env, store: &Store) -> Outcome<()> {
    #[derive(Deserialize)]
    struct To {
        destination: String,
    }
    let mut failed = None;
    let waiting: Vec<To> = store.rows("SELECT DISTINCT destination FROM outbox", vec![])?;
    for to in waiting {
        if let Err(failure) = hand_to(env, store, &to.destination).await {
            failed = Some(failure);
        }
    }
    let marks: Vec<MarkRow> = store.rows("SELECT seq, click, mark, at FROM marks ORDER BY seq LIMIT 1000", vec![])?;
    for row in marks {
        let shard = ClickId::parse(&row.click)?.shard();
        let command = ClicksCommand::Mark { click: row.click, mark: row.mark, at: row.at };
        ask(env, "CLICKS", &shard_name(shard), &command).await?;
        store.run("DELETE FROM marks WHERE seq = ?", vec![int(row.seq)])?;
    }
    failed.map_or(Ok(()), Err)
}

async fn hand_to(env: &Env, store: &Store, destination: &str) -> Outcome<()> {
    loop {
        let query =
            "SELECT seq, delivery, event, kind, body, at FROM outbox WHERE destination = ? ORDER BY seq LIMIT ?";
        let rows: Vec<Row> = store.rows(query, vec![text(destination), int(SLICE)])?;
        let Some(last) = rows.last().map(|row| row.seq) else { return Ok(()) };
        // A destination that was deleted hears of nothing more.
        if let Some(setting) = setting(store, destination)? {
            let rows = rows.into_iter().filter(|row| !row.event.is_empty()).map(|row| Handover {
                delivery: row.delivery,
                event: row.event,
                kind: row.kind,
                body: row.body,
                at: row.at,
            });
            let command = DestinationCommand::Hand { setting, rows: rows.collect() };
            let mut response = ask(env, "DESTINATION", destination, &command).await?;
            if response.status_code() >= 300 {
                return Err(crate::failure::Failure::Ours(response.text().await.unwrap_or_default()));
            }
        }
        store.run("DELETE FROM outbox WHERE destination = ? AND seq <= ?", vec![text(destination), int(last)])?;
    }
}

fn setting(store: &Store, id: &str) -> Outcome<Option<Setting>> {
    #[derive(Deserialize)]
    struct Row {
        program: Option<String>,
        url: String,
        secret: String,
        old_secret: Option<String>,
        state: String,
    }
    let row: Option<Row> = store.row(
        "SELECT url, secret, old_secret, state, (SELECT file ->> 'id' FROM files ORDER BY version DESC LIMIT 1) AS program
         FROM destinations WHERE id = ?",
        vec![text(id)],
    )?;
    Ok(row.map(|row| Setting {
        program: row.program.unwrap_or_default(),
        id: id.to_owned(),
        url: row.url,
        secrets: [Some(row.secret), row.old_secret].into_iter().flatten().collect(),
        enabled: row.state == "enabled",
    }))
}
