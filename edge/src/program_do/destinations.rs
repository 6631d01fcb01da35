//! Where this program's events go. The secret of a destination is shown when it is made or rotated, and never again.

use super::Turn;
use super::participants::page;
use crate::command::{Query, Reply};
use crate::failure::{Failure, Outcome};
use crate::settings::chance;
use crate::store::{int, maybe, maybe_int, text};
use honeyguide_domain::address::check_address;
use honeyguide_domain::destination::webhook::Secret;
use honeyguide_domain::event::{Event, EventKind};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::{DeliveryId, DestinationId, EventId};
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::{
    destinations::{DestinationChange, NewDestination},
    read,
};
use serde::Deserialize;
use serde_json::{Value, json};

const COLUMNS: &str = "SELECT seq, id, kind, url, events, ordered, secret, state, why, created_at FROM destinations";

#[derive(Deserialize)]
struct Row {
    seq: i64,
    id: String,
    kind: String,
    url: String,
    events: String,
    ordered: i64,
    secret: String,
    state: String,
    why: Option<String>,
    created_at: i64,
}

impl Row {
    fn json(&self) -> Value {
        json!({
            "id": self.id, "kind": self.kind, "url": self.url, "events": self.events.split(',').filter(|event| !event.is_empty()).collect::<Vec<_>>(), "ordered": self.ordered == 1,
            "state": self.state, "why": self.why, "created_at": Timestamp::from_millis(self.created_at),
        })
    }
}

impl Turn<'_> {
    fn destination_row(&self, id: &str) -> Outcome<Row> {
        let row = self.store.row(&format!("{COLUMNS} WHERE id = ?"), vec![text(id)])?;
        row.ok_or_else(|| Failure::Refused(Refusal::not_found("destination")))
    }

    fn checked(&self, url: &str) -> Outcome<String> {
        self.checked_at(url, "url")
    }

    pub(super) fn checked_at(&self, url: &str, field: &str) -> Outcome<String> {
        #[cfg(feature = "faults")]
        if crate::faults::is("addresses-unchecked") {
            return Ok(url.to_owned());
        }
        check_address(url, &self.settings.local_hosts)
            .map_err(|bad| Failure::Refused(Refusal::new(422, "invalid_destination", format!("{bad}.")).at(field)))
    }

    /// A secret as it is stored.
    pub(super) fn new_secret(&self) -> String {
        self.settings.sealer.seal(&Secret::new(chance()).text(), chance())
    }

    fn shown(&self, status: u16, id: &str) -> Outcome<Reply> {
        let row = self.destination_row(id)?;
        let mut body = row.json();
        body["secret"] = json!(self.settings.sealer.open(&row.secret));
        Ok(Reply { secrets: &["secret"], ..Reply::new(status, body) })
    }

    pub(super) fn new_destination(&self, body: &str) -> Outcome<Reply> {
        let new: NewDestination = read::body(body)?;
        let id = DestinationId::mint(&mut self.minter());
        self.store.run(
            "INSERT INTO destinations (id, kind, url, events, ordered, secret, state, created_at) VALUES (?, 'webhook', ?, ?, ?, ?, 'enabled', ?)",
            vec![
                text(&id),
                text(self.checked(&new.url)?),
                text(new.events.join(",")),
                int(i64::from(new.ordered)),
                text(self.new_secret()),
                int(self.now.millis()),
            ],
        )?;
        self.shown(201, id.as_str())
    }

    pub(super) fn destinations(&self, query: &Query) -> Outcome<Reply> {
        let select = format!("{COLUMNS} WHERE seq > ? ORDER BY seq LIMIT ?");
        let rows: Vec<Row> = self.store.rows(&select, vec![int(query.cursor), int(query.limit + 1)])?;
        page(query, &rows, |row| row.seq, |row| Ok(row.json()))
    }

    pub(super) fn destination(&self, id: &str) -> Outcome<Reply> {
        Ok(Reply::new(200, self.destination_row(id)?.json()))
    }

    pub(super) fn change_destination(&self, id: &str, body: &str) -> Outcome<Reply> {
        let change: DestinationChange = read::body(body)?;
        Self::not_a_callback(&self.destination_row(id)?)?;
        let url = change.url.map(|url| self.checked(&url)).transpose()?;
        let state = change.enabled.map(|enabled| if enabled { "enabled" } else { "disabled" });
        self.store.run(
            "UPDATE destinations SET url = COALESCE(?, url), events = COALESCE(?, events), state = COALESCE(?, state),
             ordered = COALESCE(?, ordered), why = CASE WHEN ? IS NULL THEN why END WHERE id = ?",
            vec![
                maybe(url),
                maybe(change.events.map(|events| events.join(","))),
                maybe(state),
                maybe_int(change.ordered.map(i64::from)),
                maybe(state),
                text(id),
            ],
        )?;
        self.nudge(id)?;
        self.destination(id)
    }

    pub(super) fn delete_destination(&self, id: &str) -> Outcome<Reply> {
        Self::not_a_callback(&self.destination_row(id)?)?;
        // Its object hears that it is gone, and forgets.
        self.nudge(id)?;
        self.store.run("DELETE FROM destinations WHERE id = ?", vec![text(id)])?;
        Ok(Reply::none())
    }

    /// What the program file sets is changed there.
    fn not_a_callback(row: &Row) -> Outcome<()> {
        if row.kind != super::approvals::KIND {
            return Ok(());
        }
        let message = "This is the program's decision callback: change it in the program file, at approval.callback.";
        Err(Refusal::new(422, "fixed_field", message).at("id").into())
    }

    pub(super) fn test_destination(&self, id: &str) -> Outcome<Reply> {
        self.destination_row(id)?;
        let mut minter = self.minter();
        let data = json!({"message": "This is a test event of Honeyguide.", "destination": id});
        let event = Event::new(EventId::mint(&mut minter), EventKind::Test, self.now, &data);
        let delivery = DeliveryId::mint(&mut minter);
        self.post(id, &event, &delivery)?;
        Ok(Reply::new(202, json!({"delivery": delivery.as_str(), "event": event.id.as_str()})))
    }

    /// A new secret; the old one signs too until the next rotation, so that a receiver changes without a gap.
    pub(super) fn rotate_destination(&self, id: &str) -> Outcome<Reply> {
        self.destination_row(id)?;
        self.store.run(
            "UPDATE destinations SET old_secret = secret, secret = ? WHERE id = ?",
            vec![text(self.new_secret()), text(id)],
        )?;
        self.nudge(id)?;
        self.shown(200, id)
    }

    /// The receiver said that it is gone for good (410).
    pub(super) fn destination_gone(&self, id: &str, why: &str) -> Outcome<Reply> {
        let query = "UPDATE destinations SET state = 'disabled', why = ? WHERE id = ? AND state = 'enabled'";
        if self.store.changed(query, vec![text(why), text(id)])? > 0 {
            let event = EventId::mint(&mut self.minter());
            let data = json!({"destination": id, "why": why});
            self.publish(&[Event::new(event, EventKind::DestinationDisabled, self.now, &data)])?;
        }
        Ok(Reply::none())
    }
}
