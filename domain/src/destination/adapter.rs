//! What every kind of destination says of itself, the list of them, and the two questions that the edge asks: what is to
//! be sent, and what the answer meant.
//!
//! Invariant: an adapter is a pure function of the setting, the event and the moment of the try. Consent is looked at
//! here, once, before an adapter is asked: what wasn't agreed to never reaches one.

use super::field::Field;
use super::told::Told;
use super::{email, google_analytics, http, hubspot, meta, segment, slack, tiktok, webhook};
use crate::event::{self, EventKind};
use crate::time::Timestamp;
use crate::wire::decision::ConsentState;
use crate::wire::destinations::Setting;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// How much of an answer is read to know what it means, in bytes.
pub const READ_ANSWER: usize = 64 * 1024;

/// One kind of destination.
#[derive(Debug)]
pub struct Adapter {
    /// The word for it in the API.
    pub kind: &'static str,
    /// The vendor's own address, where there is one; a destination's `url` stands above it.
    pub home: fn(&Map<String, Value>) -> Option<&'static str>,
    /// What an owner sets, secrets included.
    pub fields: &'static [Field],
    /// What the fields must be together.
    pub check: Check,
    /// The events that it can take, as patterns.
    pub takes: &'static [&'static str],
    /// What it must know beside the event.
    pub concern: Concern,
    pub asks: Asks,
    pub prepare: fn(&Told<'_>) -> Prepared,
    pub read: fn(&Answer<'_>) -> Reading,
}

/// Looks at settings and secrets together, after each was read by itself.
pub type Check = fn(&Map<String, Value>, &BTreeMap<String, String>) -> Result<(), Misfit>;

/// Where settings don't fit together, as a path, and the sentence to act on.
pub type Misfit = (&'static str, &'static str);

/// What is put beside an event before it leaves the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// The event as it is.
    Nothing,
    /// The conversion that it is of.
    Conversion,
    /// That, the program, and the person whom the event is about.
    People,
}

/// How far a destination needs the visitor's consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// One of the owner's own systems: consent travels along, as part of the event.
    Nothing,
    /// A system that addresses people: nothing of those who said no.
    NotDenied,
    /// An ad platform, or what feeds them: only those who said yes, and nobody with Global Privacy Control.
    Granted,
}

/// What a try is.
#[derive(Debug, Clone, PartialEq)]
pub enum Prepared {
    Send(Request),
    /// Nothing may or can be sent, now or later.
    Skip(Skip),
}

/// A request as it leaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub method: &'static str,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// What must not be stored: secrets as they stand in the address, the headers, the body, or the answer.
    pub secrets: Vec<String>,
    /// Whether the body is kept with the attempt; not where it is the event itself, which is kept already.
    pub keep_body: bool,
}

/// An answer with its whole body.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    pub setting: &'a Setting,
    pub status: u16,
    pub body: &'a str,
}

/// What an answer meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    Taken,
    /// Not taken; the status alone may not say so. Why, in the vendor's words.
    Refused(String),
    /// Never to be taken, however often it is tried.
    Never(Skip),
}

macro_rules! skips {
    ($($name:ident $word:literal $sentence:literal,)*) => {
        /// Why a delivery is skipped.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Skip { $($name,)* }

        impl Skip {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $word,)* } }
            /// For the owner.
            pub const fn sentence(self) -> &'static str { match self { $(Self::$name => $sentence,)* } }
        }
    };
}

skips! {
    ConsentDenied "consent_denied" "The visitor didn't agree.",
    ConsentUnknown "consent_unknown" "Nobody knows whether the visitor agreed, and this destination needs to.",
    Gpc "gpc" "The visitor's browser sent Global Privacy Control.",
    EventNotTaken "event_not_taken" "This kind of destination doesn't take this event.",
    TooOld "too_old" "The vendor doesn't take what happened so long ago.",
    TooLarge "too_large" "The vendor doesn't take events of this size.",
    NoClientId "no_client_id" "The conversion has no \"ga_client_id\" among its properties.",
    NoIdentifier "no_identifier" "The conversion has nothing by which the vendor could know the person.",
    NoAddress "no_address" "There is no e-mail address to send this to.",
    NoEventName "no_event_name" "The destination's settings have no name for this event.",
    NotCredited "not_credited" "Nobody has the credit, so nobody is thanked.",
    Erased "erased" "The person was erased before this was sent.",
    Unsubscribed "unsubscribed" "The person doesn't want these messages.",
    RecipientRefused "recipient_refused" "The mail provider doesn't deliver to this address any more.",
    NoTestMode "no_test_mode" "A test would count as real here. Set \"test_event_code\" where the vendor has one.",
    UnknownKind "unknown_kind" "This kind of destination isn't known.",
}

/// All kinds, in the order in which the docs tell of them.
pub const ADAPTERS: &[Adapter] = &[
    webhook::ADAPTER,
    google_analytics::ADAPTER,
    meta::ADAPTER,
    tiktok::ADAPTER,
    segment::ADAPTER,
    hubspot::ADAPTER,
    slack::ADAPTER,
    email::ADAPTER,
    http::ADAPTER,
];

pub fn adapter(kind: &str) -> Option<&'static Adapter> {
    ADAPTERS.iter().find(|adapter| adapter.kind == kind)
}

impl Adapter {
    /// Whether this kind of destination can do something with an event. Tests are sent when they are asked for.
    pub fn hears(&self, kind: &str) -> bool {
        kind == EventKind::Test.as_str() || self.takes.iter().any(|pattern| event::matches(pattern, kind))
    }
}

/// What is to be sent for an event now. `id` is the event's, `body` as the program wrote it.
pub fn prepare(setting: &Setting, id: &str, kind: &str, body: &str, at: Timestamp) -> Prepared {
    let Some(adapter) = adapter(&setting.kind) else { return Prepared::Skip(Skip::UnknownKind) };
    if !adapter.hears(kind) {
        return Prepared::Skip(Skip::EventNotTaken);
    }
    let told = Told::new(setting, id, kind, body, at);
    match objection(adapter.asks, &told) {
        Some(skip) => Prepared::Skip(skip),
        None => (adapter.prepare)(&told),
    }
}

fn objection(asks: Asks, told: &Told<'_>) -> Option<Skip> {
    if told.is_test() {
        return None;
    }
    let consent = told.consent();
    let denied = consent == Some(ConsentState::Denied);
    match asks {
        Asks::Nothing => None,
        Asks::NotDenied => denied.then_some(Skip::ConsentDenied),
        Asks::Granted if told.gpc() => Some(Skip::Gpc),
        Asks::Granted if denied => Some(Skip::ConsentDenied),
        Asks::Granted => {
            let agreed = consent == Some(ConsentState::Granted) || told.setting("consent") == "not_required";
            (!agreed).then_some(Skip::ConsentUnknown)
        }
    }
}

/// What an answer meant. A status that isn't 2xx is a failure whatever the body says.
pub fn read(setting: &Setting, status: u16, body: &str) -> Reading {
    let answer = Answer { setting, status, body };
    match adapter(&setting.kind) {
        Some(adapter) => match (adapter.read)(&answer) {
            Reading::Taken if !answer.is_success() => Reading::Refused(format!("status {status}")),
            reading => reading,
        },
        None => Reading::Never(Skip::UnknownKind),
    }
}

impl Answer<'_> {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(self.body).unwrap_or(Value::Null)
    }

    /// Taken where `fine` holds; else refused, with the vendor's words.
    pub fn taken_if(&self, fine: bool, why: impl Into<String>) -> Reading {
        if fine && self.is_success() { Reading::Taken } else { Reading::Refused(why.into()) }
    }
}

/// By its status alone.
pub fn read_status(answer: &Answer<'_>) -> Reading {
    answer.taken_if(true, format!("status {}", answer.status))
}

/// For kinds whose fields don't depend on each other.
pub fn nothing_to_check(_: &Map<String, Value>, _: &BTreeMap<String, String>) -> Result<(), Misfit> {
    Ok(())
}

impl Request {
    /// A JSON body, posted.
    pub fn post(url: String, body: &Value) -> Self {
        Self {
            method: "POST",
            url,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.to_string(),
            secrets: Vec::new(),
            keep_body: true,
        }
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Names something that must not be stored.
    #[must_use]
    pub fn hiding(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// As it is kept with the attempt: without its secrets.
    pub fn shown(&self) -> Value {
        let headers: BTreeMap<&str, String> =
            self.headers.iter().map(|(name, value)| (name.as_str(), self.redacted(value))).collect();
        let mut shown = json!({"method": self.method, "url": self.redacted(&self.url), "headers": headers});
        if let (true, Value::Object(fields)) = (self.keep_body, &mut shown) {
            fields.insert("body".to_owned(), Value::String(self.redacted(&self.body)));
        }
        shown
    }

    /// A text without the request's secrets.
    pub fn redacted(&self, text: &str) -> String {
        super::redaction::redacted(text, &self.secrets)
    }
}

#[cfg(test)]
#[path = "adapter_tests.rs"]
mod tests;
