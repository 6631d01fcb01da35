//! Bodies about participants, their links, and people in a browser.

use super::conversions::{CustomerRef, named};
use super::read::{self, Fields, Read};
use crate::code::Code;
use crate::fault::Place;
use crate::money::Money;
use crate::person::Email;
use crate::site::Site;
use crate::words::Lang;
use serde_json::{Map, Value, json};

/// `POST /v1/participants`.
#[derive(Debug, Clone, PartialEq)]
pub struct NewParticipant {
    pub external_id: String,
    pub email: Email,
    pub name: Option<String>,
    pub code: Option<Code>,
    pub destination: Option<Site>,
    pub metadata: Map<String, Value>,
    /// What messages to them are written in.
    pub lang: Option<Lang>,
}

impl Read for NewParticipant {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let external_id = fields.required::<String>("external_id");
        let email = fields.required("email");
        let name = fields.optional("name");
        let code = fields.optional("code");
        let destination = fields.optional("destination");
        let metadata = fields.or("metadata", Map::new());
        let lang = fields.optional("lang");
        fields.done();
        place.accepts(|| json!({"properties": {"external_id": {"maxLength": 255}}}));
        let external_id = external_id?;
        if external_id.chars().count() > 255 {
            place.child("external_id").malformed("invalid_text", "This has 255 characters at most.");
        }
        Some(Self {
            external_id,
            email: email?,
            name: name?,
            code: code?,
            destination: destination?,
            metadata: metadata?,
            lang: lang?,
        })
    }
}

/// `PATCH /v1/participants/{id}`: what is absent stays.
#[derive(Debug, Clone, PartialEq)]
pub struct ParticipantChange {
    pub name: Option<String>,
    pub email: Option<Email>,
    pub state: Option<Standing>,
    pub metadata: Option<Map<String, Value>>,
    /// Whether they allow their first name to be shown.
    pub show_name: Option<bool>,
    pub lang: Option<Lang>,
}

/// Whether someone or something takes part now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Active,
    Paused,
}

impl Standing {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
        }
    }
}

impl Read for Standing {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        read::one_of(value, place, &[("active", Self::Active), ("paused", Self::Paused)])
    }
}

impl Read for ParticipantChange {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let name = fields.optional("name");
        let email = fields.optional("email");
        let state = fields.optional("state");
        let metadata = fields.optional("metadata");
        let show_name = fields.optional("show_name");
        let lang = fields.optional("lang");
        fields.done();
        Some(Self {
            name: name?,
            email: email?,
            state: state?,
            metadata: metadata?,
            show_name: show_name?,
            lang: lang?,
        })
    }
}

/// `POST /v1/participants/{id}/links`.
#[derive(Debug, Clone, PartialEq)]
pub struct NewLink {
    pub code: Option<Code>,
    pub destination: Option<Site>,
}

impl Read for NewLink {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let code = fields.optional("code");
        let destination = fields.optional("destination");
        fields.done();
        Some(Self { code: code?, destination: destination? })
    }
}

/// `POST /r/-/v1/touch`: what a person did on the site.
#[derive(Debug, Clone, PartialEq)]
pub struct Beacon {
    pub key: String,
    pub event: BeaconEvent,
    pub channel: Option<String>,
    pub code: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeaconEvent {
    Landing,
    Engaged,
    Impression,
    Share,
    Copy,
}

impl BeaconEvent {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Landing => "landing",
            Self::Engaged => "engaged",
            Self::Impression => "impression",
            Self::Share => "share",
            Self::Copy => "copy",
        }
    }
}

impl Read for BeaconEvent {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let words = [Self::Landing, Self::Engaged, Self::Impression, Self::Share, Self::Copy].map(|e| (e.as_str(), e));
        read::one_of(value, place, &words)
    }
}

impl Read for Beacon {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let key = fields.required("k");
        let event = fields.required("event");
        let channel = fields.optional("channel");
        let code = fields.optional("code");
        fields.done();
        Some(Self { key: key?, event: event?, channel: channel?, code: code? })
    }
}

/// `POST /r/-/v1/consent`.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsentGiven {
    pub key: String,
    pub granted: bool,
    pub via: Option<String>,
}

impl Read for ConsentGiven {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        struct State(bool);
        impl Read for State {
            fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
                read::one_of(value, place, &[("granted", true), ("denied", false)]).map(Self)
            }
        }
        let fields = Fields::of(value, place)?;
        let key = fields.required("k");
        let state = fields.required::<State>("state");
        let via = fields.optional("via");
        fields.done();
        Some(Self { key: key?, granted: state?.0, via: via? })
    }
}

/// `POST /r/-/v1/me`: what a participant says of themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MyChange {
    pub key: String,
    pub show_name: bool,
}

impl Read for MyChange {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let key = fields.required("k");
        let show_name = fields.required("show_name");
        fields.done();
        Some(Self { key: key?, show_name: show_name? })
    }
}

/// `POST /r/-/v1/join`.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    pub key: String,
    pub email: Option<Email>,
}

impl Read for Join {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let key = fields.required("k");
        let email = fields.optional("email");
        fields.done();
        Some(Self { key: key?, email: email? })
    }
}

/// `POST /r/-/v1/claim`: a conversion that only a browser reports. It earns nothing until confirmed.
#[derive(Debug, Clone, PartialEq)]
pub struct NewClaim {
    pub key: String,
    pub event: String,
    pub external_id: String,
    pub value: Option<Money>,
    /// Who bought, as the page knows them.
    pub customer: Option<CustomerRef>,
}

impl Read for NewClaim {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let key = fields.required("k");
        let event = fields.required("event");
        let external_id = fields.required("external_id");
        let money = fields.optional::<Money>("value");
        let customer = fields.optional("customer");
        fields.done();
        place.accepts(|| json!({"allOf": [{"properties": {
            "event": {"maxLength": super::conversions::LONGEST_NAME}, "external_id": {"maxLength": super::conversions::LONGEST_NAME},
            "value": {"properties": {"amount": {"minimum": 0}}},
        }}]}));
        let (event, external_id) = (event?, external_id?);
        let event = named(event, "event", place)?;
        let external_id = named(external_id, "external_id", place)?;
        let money = money?;
        if money.is_some_and(|money| money.amount() < 0) {
            place.child("value.amount").refused("negative", "A value isn't below zero.");
        }
        Some(Self { key: key?, event, external_id, value: money, customer: customer? })
    }
}
