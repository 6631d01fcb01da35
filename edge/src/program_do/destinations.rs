//! Where this program's events go. The secret of a webhook is shown when it is made or rotated, and never again; those
//! that vendors gave are never shown.

use super::Turn;
use super::about::Bodies;
use super::participants::page;
use crate::command::{Query, Reply};
use crate::failure::{Failure, Outcome};
use crate::settings::chance;
use crate::store::{int, maybe, maybe_int, text};
use honeyguide_domain::address::check_address;
use honeyguide_domain::destination::field::{Given, Shape};
use honeyguide_domain::destination::webhook::Secret;
use honeyguide_domain::destination::{Adapter, adapter};
use honeyguide_domain::event::{Event, EventKind};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::{DeliveryId, DestinationId, EventId};
use honeyguide_domain::seal::Sealer;
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::{
    destinations::{DestinationChange, NewDestination},
    read,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const COLUMNS: &str =
    "SELECT seq, id, kind, url, events, ordered, secret, settings, state, why, failing_since, created_at
    FROM destinations";

#[derive(Deserialize)]
struct Row {
    seq: i64,
    id: String,
    kind: String,
    url: String,
    events: String,
    ordered: i64,
    /// A webhook's own, or the vendor's as JSON; sealed.
    secret: String,
    settings: String,
    state: String,
    why: Option<String>,
    failing_since: Option<i64>,
    created_at: i64,
}

impl Row {
    /// The decision callback is a webhook too.
    fn adapter(&self) -> Outcome<&'static Adapter> {
        let kind = if self.kind == super::approvals::KIND { "webhook" } else { &self.kind };
        adapter(kind).ok_or_else(|| Failure::Ours(format!("kind {kind}")))
    }

    fn has_own_secret(&self) -> bool {
        self.kind == "webhook" || self.kind == super::approvals::KIND
    }

    fn given(&self, sealer: &Sealer) -> Outcome<Given> {
        if self.has_own_secret() {
            return Ok((serde_json::from_str(&self.settings)?, BTreeMap::new()));
        }
        let secrets = sealer.open(&self.secret);
        let secrets =
            secrets.ok_or_else(|| Failure::Ours(format!("a secret of {} is sealed under another key", self.id)))?;
        let secrets = serde_json::from_str(&secrets)?;
        Ok((serde_json::from_str(&self.settings)?, secrets))
    }

    /// Of secrets, their names.
    fn json(&self, sealer: &Sealer) -> Value {
        let (settings, secrets) = self.given(sealer).unwrap_or_default();
        json!({
            "id": self.id, "kind": self.kind, "url": self.url, "events": self.events.split(',').filter(|event| !event.is_empty()).collect::<Vec<_>>(),
            "settings": settings, "secrets": secrets.keys().collect::<Vec<_>>(), "ordered": self.ordered == 1,
            "state": self.state, "why": self.why, "failing_since": self.failing_since.map(Timestamp::from_millis),
            "created_at": Timestamp::from_millis(self.created_at),
        })
    }
}

impl Turn<'_> {
    fn destination_row(&self, id: &str) -> Outcome<Row> {
        let row = self.store.row(&format!("{COLUMNS} WHERE id = ?"), vec![text(id)])?;
        row.ok_or_else(|| Failure::Refused(Refusal::not_found("destination")))
    }

    pub(super) fn checked_at(&self, url: &str, field: &str) -> Outcome<String> {
        #[cfg(feature = "faults")]
        if crate::faults::is("addresses-unchecked") {
            return Ok(url.to_owned());
        }
        check_address(url, &self.settings.local_hosts)
            .map_err(|bad| Failure::Refused(Refusal::new(422, "invalid_destination", format!("{bad}.")).at(field)))
    }

    /// Secrets that are addresses lead where a destination may be. Gives them as they are stored.
    fn checked_secrets(&self, kind: &Adapter, secrets: &BTreeMap<String, String>) -> Outcome<String> {
        for field in kind.fields.iter().filter(|field| field.shape == Shape::SecretAddress) {
            if let Some(address) = secrets.get(field.name) {
                self.checked_at(address, &format!("secrets.{}", field.name))?;
            }
        }
        Ok(self.settings.sealer.seal(&serde_json::to_string(secrets)?, chance()))
    }

    /// A secret as it is stored.
    pub(super) fn new_secret(&self) -> String {
        self.settings.sealer.seal(&Secret::new(chance()).text(), chance())
    }

    fn shown(&self, status: u16, id: &str) -> Outcome<Reply> {
        let row = self.destination_row(id)?;
        let mut body = row.json(&self.settings.sealer);
        if row.has_own_secret() {
            body["secret"] = json!(self.settings.sealer.open(&row.secret));
        }
        Ok(Reply { secrets: &["secret"], ..Reply::new(status, body) })
    }

    pub(super) fn new_destination(&self, body: &str) -> Outcome<Reply> {
        let new: NewDestination = read::body(body)?;
        let id = DestinationId::mint(&mut self.minter());
        let secret = match new.kind.kind {
            "webhook" => self.new_secret(),
            _ => self.checked_secrets(new.kind, &new.secrets)?,
        };
        self.store.run(
            "INSERT INTO destinations (id, kind, url, events, ordered, secret, settings, state, created_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, 'enabled', ?)",
            vec![
                text(&id),
                text(new.kind.kind),
                text(self.checked_at(&new.url, "url")?),
                text(new.events.join(",")),
                int(i64::from(new.ordered)),
                text(secret),
                text(Value::Object(new.settings)),
                int(self.now.millis()),
            ],
        )?;
        self.shown(201, id.as_str())
    }

    pub(super) fn destinations(&self, query: &Query) -> Outcome<Reply> {
        let behind = query.behind("seq")?;
        let (mut tests, mut values) = (vec![behind.test.as_str()], vec![behind.value]);
        match query.filter("failing") {
            None => {}
            Some("true") => tests.push("failing_since IS NOT NULL"),
            Some("false") => tests.push("failing_since IS NULL"),
            Some(_) => {
                return Err(Refusal::new(400, "unknown_value", "failing is one of true, false.").at("failing").into());
            }
        }
        if let Some(state) = query.filter("state") {
            tests.push("state = ?");
            values.push(text(state));
        }
        values.push(int(query.limit + 1));
        let select = format!("{COLUMNS} WHERE {} ORDER BY {} LIMIT ?", tests.join(" AND "), behind.order);
        let rows: Vec<Row> = self.store.rows(&select, values)?;
        page(query, &rows, |row| row.seq, |row| Ok(row.json(&self.settings.sealer)))
    }

    pub(super) fn destination(&self, id: &str) -> Outcome<Reply> {
        Ok(Reply::new(200, self.destination_row(id)?.json(&self.settings.sealer)))
    }

    pub(super) fn change_destination(&self, id: &str, body: &str) -> Outcome<Reply> {
        let change: DestinationChange = read::body(body)?;
        let row = self.destination_row(id)?;
        Self::not_a_callback(&row)?;
        let kind = row.adapter()?;
        let (settings, secrets) = change.given(kind, &row.given(&self.settings.sealer)?)?;
        let secret = if row.has_own_secret() { None } else { Some(self.checked_secrets(kind, &secrets)?) };
        let url = change.url.map(|url| self.checked_at(&url, "url")).transpose()?;
        let state = change.enabled.map(|enabled| if enabled { "enabled" } else { "disabled" });
        self.store.run(
            "UPDATE destinations SET url = COALESCE(?1, url), events = COALESCE(?2, events), state = COALESCE(?3, state),
             ordered = COALESCE(?4, ordered), why = CASE WHEN ?5 IS NULL THEN why END, settings = ?6,
             failing_since = CASE WHEN state = 'disabled' AND ?3 = 'enabled' THEN NULL ELSE failing_since END,
             secret = COALESCE(?7, secret) WHERE id = ?8",
            vec![
                maybe(url),
                maybe(change.events.map(|events| events.join(","))),
                maybe(state),
                maybe_int(change.ordered.map(i64::from)),
                maybe(state),
                text(Value::Object(settings)),
                maybe(secret),
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
        let kind = self.destination_row(id)?.adapter()?;
        let mut minter = self.minter();
        let data = json!({"message": "This is a test event of Honeyguide.", "destination": id});
        let event = Event::new(EventId::mint(&mut minter), EventKind::Test, self.now, &data);
        let delivery = DeliveryId::mint(&mut minter);
        self.post(id, &event, Bodies::of(self, &event).for_concern(kind.concern)?, &delivery)?;
        Ok(Reply::new(202, json!({"delivery": delivery.as_str(), "event": event.id.as_str()})))
    }

    /// A new secret; the old one signs too until the next rotation, so that a receiver changes without a gap.
    pub(super) fn rotate_destination(&self, id: &str) -> Outcome<Reply> {
        if !self.destination_row(id)?.has_own_secret() {
            let message = "The secrets of this kind are the vendor's: send new ones with PATCH, as \"secrets\".";
            return Err(Refusal::new(409, "not_our_secret", message).into());
        }
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

    /// How a destination stands, as its object says. What is older than what is known changes nothing.
    pub(super) fn destination_stands(&self, id: &str, failing_since: Option<i64>, change: i64) -> Outcome<Reply> {
        let query = "UPDATE destinations SET failing_since = ?, standing = ? WHERE id = ? AND standing < ?";
        self.store.run(query, vec![maybe_int(failing_since), int(change), text(id), int(change)])?;
        Ok(Reply::none())
    }
}
