//! Bodies about destinations, and what a program tells a destination's object.

use super::read::{self, Fields, Read};
use crate::destination::field::{self, Given};
use crate::destination::{ADAPTERS, Adapter};
use crate::event;
use crate::fault::{Fault, Place, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// `POST /v1/destinations`.
#[derive(Debug, Clone)]
pub struct NewDestination {
    pub kind: &'static Adapter,
    /// Where it is, or the vendor's own address.
    pub url: String,
    pub events: Vec<String>,
    pub settings: Map<String, Value>,
    pub secrets: BTreeMap<String, String>,
    /// Whether what concerns one conversion goes out in its order, one after the other.
    pub ordered: bool,
}

/// `PATCH /v1/destinations/{id}`: what is absent stays.
#[derive(Debug, Clone, PartialEq)]
pub struct DestinationChange {
    pub url: Option<String>,
    pub events: Option<Vec<String>>,
    pub enabled: Option<bool>,
    settings: Option<Map<String, Value>>,
    secrets: Option<Map<String, Value>>,
    pub ordered: Option<bool>,
}

struct Kind(&'static Adapter);

impl Read for Kind {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let kinds: Vec<(&str, &'static Adapter)> = ADAPTERS.iter().map(|adapter| (adapter.kind, adapter)).collect();
        read::one_of(value, place, &kinds).map(Self)
    }
}

/// A word that stands for events: `reward.created`, `reward.*` or `*`.
struct Pattern(String);

impl Read for Pattern {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        if place.accepts(|| json!({"type": "string", "enum": event::patterns()})) {
            return None;
        }
        let text = String::read(value, place)?;
        if event::is_pattern(&text) {
            return Some(Self(text));
        }
        place.refused("unknown_event", format!("There is no event \"{text}\"; \"*\" stands for all."));
        None
    }
}

fn words(patterns: Vec<Pattern>) -> Vec<String> {
    patterns.into_iter().map(|pattern| pattern.0).collect()
}

/// Notes the patterns that stand for no event which this kind takes.
fn check_heard(kind: &Adapter, events: &[String], place: &Place<'_>) {
    let hears = |pattern: &str| {
        event::EventKind::ALL.iter().any(|event| event::matches(pattern, event.as_str()) && kind.hears(event.as_str()))
    };
    for (at, _) in events.iter().enumerate().filter(|(_, pattern)| !hears(pattern)) {
        let message = format!("A {} takes {}.", kind.kind, kind.takes.join(", "));
        place.child("events").item(at).refused("event_not_taken", message);
    }
}

impl Read for NewDestination {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let kind = fields.required::<Kind>("kind");
        let url = fields.optional::<String>("url");
        let events = fields.optional("events").map(|events| events.map(words));
        let ordered = fields.or("ordered", false);
        let (settings, secrets) = (fields.or("settings", Map::new()), fields.or("secrets", Map::new()));
        fields.done();
        place.child("url").accepts(|| json!({"format": "uri", "pattern": "^https?://"}));
        place.accepts(|| {
            let homeless = ADAPTERS.iter().filter(|kind| (kind.home)(&Map::new()).is_none() && kind.kind != "email");
            let homeless: Vec<&str> = homeless.map(|kind| kind.kind).collect();
            json!({
                "if": {"properties": {"kind": {"enum": homeless}}},
                "then": {"required": ["url"], "properties": {"url": {"type": "string"}}},
            })
        });
        let Kind(kind) = kind?;
        let (settings, secrets) = field::given(kind, settings?, &secrets?, place)?;
        let url = url?.or_else(|| (kind.home)(&settings).map(str::to_owned));
        if url.is_none() {
            place.child("url").malformed("missing_field", "The field \"url\" is required.");
        }
        let events = events?.unwrap_or_else(|| kind.takes.iter().map(|pattern| (*pattern).to_owned()).collect());
        check_heard(kind, &events, place);
        Some(Self { kind, url: url?, events, settings, secrets, ordered: ordered? })
    }
}

impl DestinationChange {
    /// What the destination's settings and secrets become.
    pub fn given(&self, kind: &Adapter, held: &Given) -> Result<Given, Refusal> {
        let faults: RefCell<Vec<Fault>> = RefCell::default();
        let place = Place::root(&faults);
        check_heard(kind, self.events.as_deref().unwrap_or_default(), &place);
        let given = field::changed(kind, held, self.settings.as_ref(), self.secrets.as_ref(), &place);
        match (Refusal::of(faults.into_inner()), given) {
            (None, Some(given)) => Ok(given),
            (Some(refusal), _) => Err(refusal),
            (None, None) => Err(Refusal::new(400, "malformed", "This body can't be read.")),
        }
    }
}

impl Read for DestinationChange {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        struct State(bool);
        impl Read for State {
            fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
                read::one_of(value, place, &[("enabled", true), ("disabled", false)]).map(Self)
            }
        }
        let fields = Fields::of(value, place)?;
        let url = fields.optional("url");
        let events = fields.optional("events");
        let state = fields.optional::<State>("state");
        let ordered = fields.optional("ordered");
        let (settings, secrets) = (fields.optional("settings"), fields.optional("secrets"));
        fields.done();
        Some(Self {
            url: url?,
            events: events?.map(words),
            enabled: state?.map(|state| state.0),
            settings: settings?,
            secrets: secrets?,
            ordered: ordered?,
        })
    }
}

/// What a destination's object needs to send: handed over with every batch, so that it is never out of date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    pub program: String,
    pub id: String,
    pub url: String,
    /// The newest first; two while a rotation lasts.
    pub secrets: Vec<String>,
    pub enabled: bool,
    #[serde(default)]
    pub ordered: bool,
    /// Its answers decide about rewards: the decision callback.
    #[serde(default)]
    pub decides: bool,
    #[serde(default = "webhook")]
    pub kind: String,
    /// What the owner set, by the fields of the kind.
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// The vendor's secrets. They leave in requests, and are never shown.
    #[serde(default)]
    pub credentials: BTreeMap<String, String>,
}

/// What settings were of before there were other kinds.
fn webhook() -> String {
    "webhook".to_owned()
}

impl Setting {
    /// A setting's text; empty where it isn't set.
    pub fn text(&self, name: &str) -> &str {
        self.settings.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

/// One event for one destination.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Handover {
    pub delivery: String,
    pub event: String,
    pub kind: String,
    pub body: String,
    pub at: i64,
    /// Its place among all that the program hands over.
    #[serde(default)]
    pub seq: i64,
}

/// The event of a hand-over that says who was erased, and no destination hears of.
pub const ERASED: &str = "erased";

/// Someone who was erased, as destinations' objects are told: by the ids that stay, and by the texts that go.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ErasedPerson {
    /// Of the participant or customer.
    pub ids: Vec<String>,
    /// Addresses, names, and the site's own ids.
    pub texts: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// As a destination's object stores it.
    #[test]
    fn the_stored_setting_is_pinned_and_one_from_before_there_were_kinds_is_a_webhook() {
        let old = json!({"program": "acme", "id": "dst_1", "url": "https://x.example/", "secrets": ["whsec_x"], "enabled": true});
        let setting: Setting = serde_json::from_value(old.clone()).unwrap();
        assert_eq!((setting.kind.as_str(), setting.settings.len(), setting.credentials.len()), ("webhook", 0, 0));
        let mut new = old;
        new["kind"] = json!("meta");
        new["ordered"] = json!(true);
        new["decides"] = json!(false);
        new["settings"] = json!({"pixel_id": "1"});
        new["credentials"] = json!({"access_token": "12345678"});
        let setting: Setting = serde_json::from_value(new.clone()).unwrap();
        assert_eq!(setting.text("pixel_id"), "1");
        assert_eq!(serde_json::to_value(&setting).unwrap(), new);
    }
}
