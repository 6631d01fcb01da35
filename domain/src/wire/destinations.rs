//! Bodies about destinations, and what a program tells a destination's object.

use super::read::{self, Fields, Read};
use crate::event;
use crate::fault::Place;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// `POST /v1/destinations`.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDestination {
    pub url: String,
    pub events: Vec<String>,
}

/// `PATCH /v1/destinations/{id}`: what is absent stays.
#[derive(Debug, Clone, PartialEq)]
pub struct DestinationChange {
    pub url: Option<String>,
    pub events: Option<Vec<String>>,
    pub enabled: Option<bool>,
}

struct Kind;

impl Read for Kind {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        read::one_of(value, place, &[("webhook", ())]).map(|()| Self)
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

impl Read for NewDestination {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let kind = fields.required::<Kind>("kind");
        let url = fields.required("url");
        let events = fields.or("events", vec![Pattern("*".to_owned())]);
        fields.done();
        place.child("url").accepts(|| json!({"format": "uri", "pattern": "^https?://"}));
        kind?;
        Some(Self { url: url?, events: words(events?) })
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
        fields.done();
        Some(Self { url: url?, events: events?.map(words), enabled: state?.map(|state| state.0) })
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
}

/// One event for one destination.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Handover {
    pub delivery: String,
    pub event: String,
    pub kind: String,
    pub body: String,
    pub at: i64,
}
