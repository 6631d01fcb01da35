//! The same key and request give the same answer for 30 days, with what was secret in it left out.

use super::Turn;
use crate::command::{Idempotency, Reply};
use crate::failure::Outcome;
use crate::store::{Store, int, text};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::time::{Span, Timestamp};
use serde::Deserialize;
use serde_json::Value;

const KEPT: Span = Span::days(30);

#[derive(Deserialize)]
struct Row {
    request: String,
    status: i64,
    body: String,
}

impl Turn<'_> {
    /// Does it, or gives the answer of the first time. A refusal is not kept: what was refused may be sent again.
    pub(super) fn once(&self, idempotency: &Idempotency, act: impl FnOnce() -> Outcome<Reply>) -> Outcome<Reply> {
        let query = "SELECT request, status, body FROM idempotency WHERE key = ?";
        let row: Option<Row> = if self.ahead.is_some_and(|ahead| ahead.is_new(&idempotency.key)) {
            None
        } else {
            self.store.row(query, vec![text(&idempotency.key)])?
        };
        if let Some(row) = row {
            if row.request != idempotency.request {
                let message = "This Idempotency-Key was sent before with another request.";
                return Err(Refusal::new(409, "idempotency_key_reused", message).into());
            }
            let status = u16::try_from(row.status).unwrap_or(200);
            return Ok(Reply { replayed: true, ..Reply::written(status, row.body) });
        }
        let reply = act()?;
        let kept = match &reply.body {
            Value::Object(fields) if !reply.secrets.is_empty() => {
                let mut fields = fields.clone();
                fields.retain(|name, _| !reply.secrets.contains(&name.as_str()));
                Value::Object(fields).to_string()
            }
            _ => reply.document(),
        };
        self.store.insert(
            "idempotency (key, request, status, body, at)",
            vec![vec![
                text(&idempotency.key),
                text(&idempotency.request),
                int(i64::from(reply.status)),
                text(kept),
                int(self.now.millis()),
            ]],
            "",
        )?;
        Ok(reply)
    }
}

pub(super) fn forget(store: &Store, now: Timestamp) -> Outcome<()> {
    store.run("DELETE FROM idempotency WHERE at < ?", vec![int(now.before(KEPT).millis())])
}
