//! One destination's deliveries and their attempts, with an alarm of its own, so that a slow receiver delays nobody.
//!
//! Invariant: a delivery is stored before it is tried, and an outcome is recorded only for the try that it belongs to
//! (compare-and-set on the number of tries). A try that was cut off is made again with the same id. What is under way
//! is known in memory, and only so that nothing is tried twice at once. Called by the program's outbox, by the owner's
//! reports, and by its alarm.

mod erasing;
mod reports;
mod schema;
mod sending;
mod standing;

use crate::command::{DestinationCommand, Reply};
use crate::failure::{Failure, Outcome};
use crate::settings::{Settings, chance, now};
use crate::store::{Store, int, maybe, text};
use honeyguide_domain::delivery;
use honeyguide_domain::id::DeliveryId;
use honeyguide_domain::time::{Span, Timestamp};
use honeyguide_domain::wire::destinations::{ERASED, Handover, Setting};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard, PoisonError};
use worker::{DurableObject, Env, Request, Response, State, durable_object};

/// Old deliveries that one statement removes, and statements of one alarm.
const FORGOTTEN: i64 = 200;
const FORGETTING: usize = 10;
/// Old deliveries are looked for at whole hours; where some are left, after this.
const HOUR: i64 = 3_600_000;
const LOOK_AGAIN: Span = Span::seconds(5);

const DELIVERIES: &str = "deliveries (id, seq, event, kind, body, state, next_at, created_at, lane)";

#[durable_object]
pub struct DestinationDo {
    store: Store,
    env: Env,
    ready: Outcome<()>,
    under_way: Mutex<BTreeSet<String>>,
    /// How often somebody was taken out of what is still to leave.
    erasures: AtomicU64,
}

/// The destination as it stands.
struct Standing {
    setting: Setting,
    failing_since: Option<Timestamp>,
    held_until: Option<Timestamp>,
    /// Why it was given up, until the program knows.
    given_up: Option<String>,
}

impl DurableObject for DestinationDo {
    fn new(state: State, env: Env) -> Self {
        let store = Store::new(&state, "destination");
        let ready = store.migrate(schema::MIGRATIONS);
        Self { store, env, ready, under_way: Mutex::default(), erasures: AtomicU64::default() }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        self.store.asked();
        let command = request.text().await?;
        if let Err(failure) = &self.ready {
            return Failure::Ours(failure.to_string()).answer();
        }
        let handled = self.store.transaction(|| {
            let reply = self.handle(serde_json::from_str(&command)?)?;
            self.rearm(Span::default())?;
            Ok(reply)
        });
        match handled {
            Ok(reply) => reply.answer(),
            Err(failure) => failure.answer(),
        }
    }

    async fn alarm(&self) -> worker::Result<Response> {
        self.store.asked();
        let armed = self.store.wake(now().after(Span::seconds(5)));
        let erased = self.erase_some();
        // What the program must know comes first: until it does, nothing more is sent.
        let sent = match self.report_given_up().await {
            Ok(()) => self.send_due().await,
            failed => failed,
        };
        let told = self.report_standing().await;
        let forgotten = self.forget_old();
        let rearmed = if sent.is_ok() { self.rearm(LOOK_AGAIN) } else { Ok(()) };
        for failure in
            [armed.err(), erased.err(), sent.err(), told.err(), forgotten.err(), rearmed.err()].into_iter().flatten()
        {
            let why = failure.to_string();
            crate::metrics::error(crate::metrics::What::DestinationAlarm, &why);
        }
        Response::empty()
    }
}

impl DestinationDo {
    fn handle(&self, command: DestinationCommand) -> Outcome<Reply> {
        match command {
            DestinationCommand::Hand { setting, rows } => self.take(&setting, &rows),
            DestinationCommand::Deliveries { query, after, about } => {
                self.deliveries(&query, after.as_deref(), about.as_ref())
            }
            DestinationCommand::Delivery { id } => self.delivery(&id),
            DestinationCommand::Replay { id } => self.replay(&id),
            DestinationCommand::ReplayRange { from, to, state, dry_run } => {
                self.replay_range((from, to), state.as_deref(), dry_run)
            }
            DestinationCommand::Forget => self.forget_all(),
        }
    }

    /// Stores what is handed over, once each: a hand-over that is repeated changes nothing.
    fn take(&self, setting: &Setting, rows: &[Handover]) -> Outcome<Reply> {
        let before = self.standing()?;
        if before.as_ref().is_none_or(|before| before.setting != *setting) {
            self.keep_setting(setting)?;
        }
        let given_up = before.as_ref().is_some_and(|before| before.given_up.is_some());
        let enabled = setting.enabled && !given_up;
        if enabled && before.is_some_and(|before| !before.setting.enabled) {
            self.note_failing(None)?;
            self.store.run("UPDATE setting SET held_until = NULL", vec![])?;
            let again = "UPDATE deliveries SET state = 'pending', tried_in_row = 0, next_at = ?
                WHERE state <> 'delivered' AND state = 'waiting'";
            self.store.run(again, vec![int(now().millis())])?;
        } else if !enabled {
            self.suspend()?;
        }
        let state = if enabled { "pending" } else { "waiting" };
        for row in rows {
            if row.kind == ERASED {
                self.note_erased(&row.body)?;
                continue;
            }
            let lane = if setting.ordered { delivery::lane(&row.kind, &row.body) } else { None };
            let delivery = vec![
                text(&row.delivery),
                int(row.seq),
                text(&row.event),
                text(&row.kind),
                text(&row.body),
                text(state),
                int(row.at),
                int(row.at),
                maybe(lane),
            ];
            self.store.insert(DELIVERIES, vec![delivery], "ON CONFLICT DO NOTHING")?;
        }
        Ok(Reply::none())
    }

    fn under_way(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep_setting(&self, setting: &Setting) -> Outcome<()> {
        let sealed = Settings::of(&self.env).sealer.seal(&serde_json::to_string(setting)?, chance());
        self.store.run(
            "INSERT INTO setting (one, setting) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET setting = excluded.setting",
            vec![text(sealed)],
        )
    }

    /// What is to be sent waits until the destination is enabled again.
    fn suspend(&self) -> Outcome<()> {
        let query = "UPDATE deliveries SET state = 'waiting', next_at = NULL
            WHERE state <> 'delivered' AND state = 'pending' AND verdict IS NULL";
        self.store.run(query, vec![])
    }

    fn standing(&self) -> Outcome<Option<Standing>> {
        #[derive(Deserialize)]
        struct Row {
            setting: String,
            failing_since: Option<i64>,
            held_until: Option<i64>,
            given_up: Option<String>,
        }
        let query = "SELECT setting, failing_since, held_until, given_up FROM setting WHERE one = 1";
        let Some(row) = self.store.row::<Row>(query, vec![])? else { return Ok(None) };
        let opened = Settings::of(&self.env).sealer.open(&row.setting);
        let opened =
            opened.ok_or_else(|| Failure::Ours("a destination's setting is sealed under another key".into()))?;
        Ok(Some(Standing {
            setting: serde_json::from_str(&opened)?,
            failing_since: row.failing_since.map(Timestamp::from_millis),
            held_until: row.held_until.map(Timestamp::from_millis),
            given_up: row.given_up,
        }))
    }

    /// Sets the alarm to the next thing that is due: to report, to send, or to forget. `again`: when what is old already is
    /// looked at; an alarm that has just done so waits a little, a command must not put it off.
    fn rearm(&self, again: Span) -> Outcome<()> {
        #[derive(Deserialize)]
        struct Row {
            held_until: Option<i64>,
            told: i64,
            stands_told: i64,
        }
        let query =
            "SELECT held_until, given_up IS NULL AS told, told >= change AS stands_told FROM setting WHERE one = 1";
        let standing: Option<Row> = self.store.row(query, vec![])?;
        // Who waits for another in its lane isn't due, whatever its time: an alarm for it would find nothing to do.
        let next = format!("SELECT next_at AS n FROM deliveries d WHERE {} ORDER BY next_at LIMIT 1", sending::OPEN);
        let next = Some(self.store.number(&next, vec![])?).filter(|at| *at > 0);
        let sending = next.map(|at| at.max(standing.as_ref().and_then(|row| row.held_until).unwrap_or(0)));
        let oldest = Some(self.store.number("SELECT created_at AS n FROM deliveries ORDER BY id LIMIT 1", vec![])?);
        let kept = Settings::of(&self.env).delivery_retention.as_millis();
        let old_at = |at: i64| at.saturating_add(kept).div_euclid(HOUR).saturating_add(1) * HOUR;
        // An old one that is still to be tried, or more than one alarm removes, is looked at again soon.
        let forgetting = oldest.filter(|at| *at > 0).map(|at| old_at(at).max(now().after(again).millis()));
        let reporting = standing.as_ref().filter(|row| row.told == 0).map(|_| 0);
        let telling = standing.filter(|row| row.stands_told == 0).map(|_| now().after(again).millis());
        let erasing = self.is_erasing()?.then_some(0);
        match [sending, forgetting, reporting, telling, erasing].into_iter().flatten().min() {
            None => Ok(()),
            Some(at) => self.store.wake(Timestamp::from_millis(at.max(now().millis()))),
        }
    }

    /// Removes what is older than deliveries are kept, in small turns; what is still to be sent stays.
    fn forget_old(&self) -> Outcome<()> {
        let end = DeliveryId::first_of(now().before(Settings::of(&self.env).delivery_retention));
        for _ in 0..FORGETTING {
            let gone = self.store.changed(
                "DELETE FROM deliveries WHERE id IN (
                    SELECT id FROM deliveries WHERE id < ? AND state <> 'pending' ORDER BY id LIMIT ?)",
                vec![text(&end), int(FORGOTTEN)],
            )?;
            if gone < FORGOTTEN {
                break;
            }
        }
        Ok(())
    }

    /// The destination was deleted: nothing more is sent, and nothing of it is kept.
    fn forget_all(&self) -> Outcome<Reply> {
        self.store.run("DELETE FROM setting", vec![])?;
        self.store.run("DELETE FROM deliveries", vec![])?;
        self.store.run("DELETE FROM erasures", vec![])?;
        Ok(Reply::none())
    }
}
