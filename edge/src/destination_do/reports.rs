//! What an owner sees of a destination's deliveries, and what they may send again.

use super::DestinationDo;
use crate::command::{Query, Reply};
use crate::failure::{Failure, Outcome};
use crate::settings::now;
use crate::store::{int, text};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::DeliveryId;
use honeyguide_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// Deliveries that one call sends again; it says where the next one goes on.
const REPLAYED: i64 = 10_000;

const COLUMNS: &str = "SELECT id, event, kind, body, state, tries, next_at, created_at, attempts FROM deliveries";
const SHORT: &str =
    "SELECT id, event, kind, '' AS body, state, tries, next_at, created_at, '' AS attempts FROM deliveries";

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
    attempts: String,
}

impl Row {
    fn json(&self, destination: Option<&str>) -> Value {
        json!({
            "id": self.id, "destination": destination, "event": self.event, "type": self.kind, "state": self.state,
            "tries": self.tries, "next_at": self.next_at.map(Timestamp::from_millis),
            "created_at": Timestamp::from_millis(self.created_at),
        })
    }
}

impl DestinationDo {
    /// A page of deliveries in the order of their ids, after one of them.
    pub(super) fn deliveries(&self, query: &Query, after: Option<&str>) -> Outcome<Reply> {
        let mut tests = vec!["id > ?"];
        let mut values = vec![text(after.unwrap_or_default())];
        // The few that aren't delivered are in an index.
        let state = query.filter("state");
        let few = state.is_some_and(|state| state != "delivered");
        if few {
            tests.push("state <> 'delivered'");
        }
        for (name, test) in [("state", "state = ?"), ("type", "kind = ?"), ("event", "event = ?")] {
            if let Some(value) = query.filter(name) {
                tests.push(test);
                values.push(text(value));
            }
        }
        values.push(int(query.limit + 1));
        let index = if few { "INDEXED BY deliveries_open" } else { "" };
        let select = format!("{SHORT} {index} WHERE {} ORDER BY id LIMIT ?", tests.join(" AND "));
        let rows: Vec<Row> = self.store.rows(&select, values)?;
        let id = self.standing()?.map(|standing| standing.setting.id);
        Reply::ok(&rows.iter().map(|row| row.json(id.as_deref())).collect::<Vec<_>>())
    }

    /// One delivery, its body, and every attempt.
    pub(super) fn delivery(&self, id: &str) -> Outcome<Reply> {
        let row: Option<Row> = self.store.row(&format!("{COLUMNS} WHERE id = ?"), vec![text(id)])?;
        let row = row.ok_or_else(|| Failure::Refused(Refusal::not_found("delivery")))?;
        let mut attempts: Vec<Value> = serde_json::from_str(&row.attempts)?;
        for attempt in &mut attempts {
            attempt["at"] = json!(Timestamp::from_millis(attempt["at"].as_i64().unwrap_or(0)));
        }
        let mut body = row.json(self.standing()?.map(|standing| standing.setting.id).as_deref());
        body["attempts"] = Value::Array(attempts);
        body["body"] = serde_json::from_str(&row.body)?;
        Ok(Reply::new(200, body))
    }

    /// Sends again: one delivery, or those of a time range that were made in it, in one state where one is named. Their
    /// ids stay. What is disabled waits until it is enabled.
    pub(super) fn replay(&self, id: Option<&str>, (from, to): (i64, i64), state: Option<&str>) -> Outcome<Reply> {
        #[derive(Deserialize)]
        struct Last {
            id: Option<String>,
            created_at: Option<i64>,
        }
        let standing = self.standing()?;
        let enabled = standing.is_none_or(|standing| standing.setting.enabled && standing.given_up.is_none());
        let (to_be, at) =
            if enabled { ("'pending'", now().millis().to_string()) } else { ("'waiting'", "NULL".into()) };
        let set = format!("UPDATE deliveries SET state = {to_be}, next_at = {at}, tried_in_row = 0, verdict = NULL");
        // Who asks for a replay means now: a receiver's wish for patience no longer counts.
        self.store.run("UPDATE setting SET held_until = NULL WHERE held_until IS NOT NULL", vec![])?;
        if let Some(id) = id {
            return match self.store.changed(&format!("{set} WHERE id = ?"), vec![text(id)])? {
                0 => Err(Refusal::not_found("delivery").into()),
                replayed => Ok(Reply::new(202, json!({"replayed": replayed}))),
            };
        }
        let first = |at: i64| text(DeliveryId::first_of(Timestamp::from_millis(at)));
        let test = if state.is_some() { "AND state = ?" } else { "" };
        let bounds = || [vec![first(from), first(to)], state.map(text).into_iter().collect()].concat();
        let within = format!("SELECT id, created_at FROM deliveries WHERE id >= ? AND id < ? {test} ORDER BY id");
        let next = [bounds(), vec![int(REPLAYED)]].concat();
        let next: Option<Last> = self.store.row(&format!("{within} LIMIT 1 OFFSET ?"), next)?;
        let next_id = next.as_ref().and_then(|next| next.id.clone());
        let below = next_id.clone().map_or(String::new(), |_| "AND id < ?".to_owned());
        let values = [bounds(), next_id.map(text).into_iter().collect()].concat();
        let replayed = self.store.changed(&format!("{set} WHERE id >= ? AND id < ? {test} {below}"), values)?;
        let next_from = next.and_then(|next| next.created_at).map(Timestamp::from_millis);
        Ok(Reply::new(202, json!({"replayed": replayed, "next_from": next_from})))
    }
}
