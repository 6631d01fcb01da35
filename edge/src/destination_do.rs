//! One destination's deliveries and their attempts, with an alarm of its own, so that a slow receiver delays nobody.
//!
//! Invariant: a delivery is stored before it is tried, and an outcome is recorded only for the try that was claimed
//! (compare-and-set on the number of tries). A try that was cut off is made again with the same id. Called by the
//! program's outbox, by the owner's reports, and by its alarm.

mod sending;

use crate::command::{DestinationCommand, Query, Reply};
use crate::failure::{Failure, Outcome};
use crate::settings::now;
use crate::store::{Store, int, text};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::time::{Span, Timestamp};
use honeyguide_domain::wire::destinations::{Handover, Setting};
use serde::Deserialize;
use serde_json::{Value, json};
use worker::{DurableObject, Env, Request, Response, State, durable_object};

const MIGRATIONS: &[&str] = &["
    CREATE TABLE setting (one INTEGER PRIMARY KEY CHECK (one = 1), setting TEXT NOT NULL);
    CREATE TABLE deliveries (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, event TEXT NOT NULL, kind TEXT NOT NULL,
        body TEXT NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, tried_in_row INTEGER NOT NULL DEFAULT 0,
        next_at INTEGER, created_at INTEGER NOT NULL);
    CREATE INDEX deliveries_by_state ON deliveries (state, next_at);
    CREATE TABLE attempts (
        delivery TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, status INTEGER, answer TEXT, error TEXT,
        ms INTEGER NOT NULL, request TEXT NOT NULL, PRIMARY KEY (delivery, number)) WITHOUT ROWID;
"];

#[durable_object]
pub struct DestinationDo {
    store: Store,
    env: Env,
    ready: Outcome<()>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    event: String,
    kind: String,
    body: String,
    state: String,
    tries: i64,
    next_at: Option<i64>,
    created_at: i64,
}

const COLUMNS: &str = "SELECT id, event, kind, body, state, tries, next_at, created_at FROM deliveries";

impl DurableObject for DestinationDo {
    fn new(state: State, env: Env) -> Self {
        let store = Store::new(&state, "destination");
        let ready = store.migrate(MIGRATIONS);
        Self { store, env, ready }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        self.store.asked();
        let command = request.text().await?;
        if let Err(failure) = &self.ready {
            return Failure::Ours(failure.to_string()).answer();
        }
        let handled = self.store.transaction(|| {
            let reply = self.handle(serde_json::from_str(&command)?)?;
            self.rearm()?;
            Ok(reply)
        });
        match handled {
            Ok(reply) => reply.answer(),
            Err(failure) => failure.answer(),
        }
    }

    async fn alarm(&self) -> worker::Result<Response> {
        self.store.asked();
        let armed = self.store.wake(now().after(Span::seconds(30)));
        let sent = self.send_due().await;
        let rearmed = self.rearm();
        for failure in [armed.err(), sent.err(), rearmed.err()].into_iter().flatten() {
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
            DestinationCommand::Deliveries { query } => self.deliveries(&query),
            DestinationCommand::Delivery { id } => self.delivery(&id),
            DestinationCommand::Replay { id, from, to } => self.replay(id.as_deref(), from, to),
        }
    }

    /// Stores what is handed over, once each: a hand-over that is repeated changes nothing.
    fn take(&self, setting: &Setting, rows: &[Handover]) -> Outcome<Reply> {
        let values = vec![text(serde_json::to_string(setting)?)];
        self.store.run("INSERT OR REPLACE INTO setting (one, setting) VALUES (1, ?)", values)?;
        if setting.enabled {
            let again = "UPDATE deliveries SET state = 'pending', next_at = ? WHERE state = 'waiting'";
            self.store.run(again, vec![int(now().millis())])?;
        }
        for row in rows {
            self.store.run(
                "INSERT OR IGNORE INTO deliveries (id, event, kind, body, state, next_at, created_at)
                 VALUES (?, ?, ?, ?, 'pending', ?, ?)",
                vec![text(&row.delivery), text(&row.event), text(&row.kind), text(&row.body), int(row.at), int(row.at)],
            )?;
        }
        Ok(Reply::none())
    }

    fn setting(&self) -> Outcome<Option<Setting>> {
        #[derive(Deserialize)]
        struct Row {
            setting: String,
        }
        let row: Option<Row> = self.store.row("SELECT setting FROM setting WHERE one = 1", vec![])?;
        Ok(row.map(|row| serde_json::from_str(&row.setting)).transpose()?)
    }

    fn rearm(&self) -> Outcome<()> {
        match self.store.number("SELECT MIN(next_at) AS n FROM deliveries WHERE state = 'pending'", vec![])? {
            0 => Ok(()),
            at => self.store.wake(Timestamp::from_millis(at.max(now().millis()))),
        }
    }

    fn json(&self, row: &Row) -> Outcome<Value> {
        let setting = self.setting()?;
        Ok(json!({
            "id": row.id, "destination": setting.map(|setting| setting.id), "event": row.event, "type": row.kind,
            "state": row.state, "tries": row.tries, "next_at": row.next_at.map(Timestamp::from_millis),
            "created_at": Timestamp::from_millis(row.created_at),
        }))
    }

    fn deliveries(&self, query: &Query) -> Outcome<Reply> {
        let (clause, values) = query.clause("", &[("state", "state"), ("type", "kind"), ("event", "event")]);
        let rows: Vec<Row> = self.store.rows(&format!("{COLUMNS} {clause}"), values)?;
        let rows = rows.iter().map(|row| self.json(row)).collect::<Outcome<Vec<_>>>()?;
        Reply::ok(&rows)
    }

    fn delivery(&self, id: &str) -> Outcome<Reply> {
        #[derive(Deserialize)]
        struct Attempt {
            number: i64,
            at: i64,
            status: Option<i64>,
            answer: Option<String>,
            error: Option<String>,
            ms: i64,
            request: String,
        }
        let row: Option<Row> = self.store.row(&format!("{COLUMNS} WHERE id = ?"), vec![text(id)])?;
        let row = row.ok_or_else(|| Failure::Refused(Refusal::not_found("delivery")))?;
        let select =
            "SELECT number, at, status, answer, error, ms, request FROM attempts WHERE delivery = ? ORDER BY number";
        let attempts: Vec<Attempt> = self.store.rows(select, vec![text(id)])?;
        let attempts = attempts.into_iter().map(|attempt| {
            let request: Value = serde_json::from_str(&attempt.request)?;
            Ok(json!({
                "number": attempt.number, "at": Timestamp::from_millis(attempt.at), "request": request,
                "status": attempt.status, "answer": attempt.answer, "error": attempt.error, "ms": attempt.ms,
            }))
        });
        let mut body = self.json(&row)?;
        body["attempts"] = json!(attempts.collect::<Outcome<Vec<_>>>()?);
        body["body"] = serde_json::from_str(&row.body)?;
        Ok(Reply::new(200, body))
    }

    /// Sends again: one delivery, or all of a time range that were made in it. Their ids stay.
    fn replay(&self, id: Option<&str>, from: i64, to: i64) -> Outcome<Reply> {
        let set = "UPDATE deliveries SET state = 'pending', tried_in_row = 0, next_at = ?";
        let at = int(now().millis());
        let replayed = if let Some(id) = id {
            self.store.changed(&format!("{set} WHERE id = ?"), vec![at, text(id)])?
        } else {
            let values = vec![at, int(from), int(to)];
            self.store.changed(&format!("{set} WHERE created_at >= ? AND created_at < ?"), values)?
        };
        if id.is_some() && replayed == 0 {
            return Err(Refusal::not_found("delivery").into());
        }
        Ok(Reply::new(202, json!({"replayed": replayed})))
    }
}
