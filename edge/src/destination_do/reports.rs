//! What an owner sees of a destination's deliveries, and what they may send again.

use super::DestinationDo;
use crate::command::{About, Query, Reply};
use crate::failure::{Failure, Outcome};
use crate::settings::now;
use crate::store::{int, text};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::{DeliveryId, EventId};
use honeyguide_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// Deliveries that one call sends again; it says where the next one goes on.
const REPLAYED: i64 = 10_000;

const COLUMNS: &str = "SELECT id, event, kind, body, state, tries, next_at, created_at, attempts FROM deliveries";
const SHORT: &str =
    "SELECT d.id, d.event, d.kind, '' AS body, d.state, d.tries, d.next_at, d.created_at, '' AS attempts";

/// Kinds of events of which there are many: the others have an index (`schema`).
const OFTEN: [&str; 6] = [
    "click.recorded",
    "participant.joined",
    "conversion.recorded",
    "reward.created",
    "reward.approved",
    "reward.fulfilled",
];

/// The ids of deliveries that were made in a millisecond: from one on, and before another.
fn made_in(at: i64) -> [String; 2] {
    [at, at + 1].map(|at| DeliveryId::first_of(Timestamp::from_millis(at)).to_string())
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
    /// A page of deliveries in the order of their ids, behind one of them. `about`: those of some moments that name an id.
    pub(super) fn deliveries(&self, query: &Query, after: Option<&str>, about: Option<&About>) -> Outcome<Reply> {
        let newest = query.is_newest_first()?;
        let (sign, order) = if newest { ("<", "d.id DESC") } else { (">", "d.id") };
        let (mut from, mut tests, mut values) = ("deliveries d", Vec::new(), Vec::new());
        let state = query.filter("state");
        if let Some(about) = about {
            // A delivery's id begins with the moment that its event was made at.
            from = "json_each(?) m CROSS JOIN deliveries d ON d.id >= m.value ->> 0 AND d.id < m.value ->> 1";
            values.push(text(serde_json::to_string(&about.moments.iter().map(|at| made_in(*at)).collect::<Vec<_>>())?));
            for name in &about.names {
                tests.push("instr(d.body, ?) > 0".to_owned());
                values.push(text(name));
            }
        } else if state.is_some_and(|state| state != "delivered") {
            // The few that aren't delivered are in an index, and so are the kinds that are seldom.
            from = "deliveries d INDEXED BY deliveries_open";
            tests.push("d.state <> 'delivered'".to_owned());
        } else if query.filter("type").is_some_and(|kind| !OFTEN.contains(&kind)) {
            from = "deliveries d INDEXED BY deliveries_seldom";
            tests.push(format!("d.kind NOT IN ({})", OFTEN.map(|kind| format!("'{kind}'")).join(", ")));
        }
        if let Some(event) = query.filter("event") {
            let [first, next] = made_in(EventId::parse(event).map_or(0, |id| id.made_at().millis()));
            tests.push("d.id >= ? AND d.id < ? AND d.event = ?".to_owned());
            values.extend([text(first), text(next), text(event)]);
        }
        for (name, test) in [("state", "d.state = ?"), ("type", "d.kind = ?")] {
            if let Some(value) = query.filter(name) {
                tests.push(test.to_owned());
                values.push(text(value));
            }
        }
        if let Some(after) = after {
            tests.push(format!("d.id {sign} ?"));
            values.push(text(after));
        }
        values.push(int(query.limit + 1));
        let tests = if tests.is_empty() { String::new() } else { format!("WHERE {}", tests.join(" AND ")) };
        // Bodies are long: rows are put in order by their ids alone.
        let select = format!(
            "{SHORT} FROM (SELECT d.id AS found FROM {from} {tests} ORDER BY {order} LIMIT ?) AS shown
             CROSS JOIN deliveries d ON d.id = shown.found ORDER BY {order}"
        );
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

    /// Sends one delivery again. Its id stays. What is disabled waits until it is enabled.
    pub(super) fn replay(&self, id: &str) -> Outcome<Reply> {
        let set = self.set_again()?;
        match self.store.changed(&format!("{set} WHERE id = ?"), vec![text(id)])? {
            0 => Err(Refusal::not_found("delivery").into()),
            replayed => Ok(Reply::new(202, json!({"replayed": replayed}))),
        }
    }

    /// How a delivery is made ready to be sent again. Who asks for it means now: a receiver's wish for patience no longer
    /// counts.
    fn set_again(&self) -> Outcome<String> {
        let standing = self.standing()?;
        let enabled = standing.is_none_or(|standing| standing.setting.enabled && standing.given_up.is_none());
        let (to_be, at) =
            if enabled { ("'pending'", now().millis().to_string()) } else { ("'waiting'", "NULL".into()) };
        self.store.run("UPDATE setting SET held_until = NULL WHERE held_until IS NOT NULL", vec![])?;
        Ok(format!("UPDATE deliveries SET state = {to_be}, next_at = {at}, tried_in_row = 0, verdict = NULL"))
    }

    /// Sends again those of a time range that were made in it, in one state where one is named: so many at once, and says
    /// where the next begin. `dry_run`: says how many that would be, and writes nothing.
    pub(super) fn replay_range(&self, (from, to): (i64, i64), state: Option<&str>, dry_run: bool) -> Outcome<Reply> {
        #[derive(Deserialize)]
        struct Last {
            id: Option<String>,
            created_at: Option<i64>,
        }
        let first = |at: i64| text(DeliveryId::first_of(Timestamp::from_millis(at)));
        let bounds = || [vec![first(from), first(to)], state.map(text).into_iter().collect()].concat();
        let mut within = "WHERE id >= ? AND id < ?".to_owned();
        if let Some(state) = state {
            // The few that aren't delivered are in an index.
            within += if state == "delivered" { " AND state = ?" } else { " AND state = ? AND state <> 'delivered'" };
        }
        let after = format!("SELECT id, created_at FROM deliveries {within} ORDER BY id LIMIT 1 OFFSET ?");
        let next: Option<Last> = self.store.row(&after, [bounds(), vec![int(REPLAYED)]].concat())?;
        let next_id = next.as_ref().and_then(|next| next.id.clone());
        if next_id.is_some() {
            within += " AND id < ?";
        }
        let values = [bounds(), next_id.map(text).into_iter().collect()].concat();
        let next_from = next.and_then(|next| next.created_at).map(Timestamp::from_millis);
        if dry_run {
            let count = self.store.number(&format!("SELECT COUNT(*) AS n FROM deliveries {within}"), values)?;
            return Reply::ok(&json!({"deliveries": count, "next_from": next_from}));
        }
        let replayed = self.store.changed(&format!("{} {within}", self.set_again()?), values)?;
        Ok(Reply::new(202, json!({"replayed": replayed, "next_from": next_from})))
    }
}
