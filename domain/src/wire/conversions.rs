//! Bodies of conversions, refunds and customers.

use super::decision::ConsentState;
use super::read::{self, Fields, Read};
use crate::code::Code;
use crate::fault::{Place, Refusal};
use crate::id::ParticipantId;
use crate::money::Money;
use crate::person::{Email, Identity};
use crate::time::{Span, Timestamp};
use serde_json::{Map, Value, json};

/// How far ahead of our clock, and how far back, a conversion may have occurred.
const AHEAD: Span = Span::minutes(5);
const BACK: Span = Span::days(90);
const MOST_CONTRIBUTIONS: usize = 20;
const LARGEST_WEIGHT: u32 = 1_000_000;
/// Names that are keys have so many characters at most.
pub(super) const LONGEST_NAME: usize = 255;

/// `POST /v1/conversions`.
#[derive(Debug, Clone, PartialEq)]
pub struct NewConversion {
    pub event: String,
    pub external_id: String,
    pub value: Option<Money>,
    pub occurred_at: Option<Timestamp>,
    pub customer: CustomerRef,
    pub attribution: AttributionRef,
    pub properties: Map<String, Value>,
}

/// Whom the conversion is by.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CustomerRef {
    pub external_id: Option<String>,
    pub email: Option<Email>,
    pub created_at: Option<Timestamp>,
    /// ISO 3166, such as `DE`.
    pub country: Option<String>,
    /// The site's own word for the group that the customer is in.
    pub segment: Option<String>,
}

/// What the site kept of the visit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AttributionRef {
    /// The cookie's value as it was.
    pub touch: Option<String>,
    pub reference: Option<String>,
    pub code: Option<String>,
    pub coupon: Option<String>,
    /// Who did which part of the work. Empty where the site doesn't say.
    pub contributions: Vec<Contribution>,
    /// What the site knows of the visitor's consent: granted or denied.
    pub consent: Option<ConsentState>,
}

/// A part of the work, of any whole: 70 and 30 are 7 and 3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    pub by: Contributor,
    pub weight: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contributor {
    Participant(ParticipantId),
    Code(Code),
}

impl CustomerRef {
    pub fn identity(&self) -> Identity {
        Identity { external_id: self.external_id.clone(), email: self.email.as_ref().map(Email::folded) }
    }
}

impl NewConversion {
    /// When it occurred, or why that can't be.
    pub fn occurred(&self, now: Timestamp) -> Result<Timestamp, Refusal> {
        let Some(at) = self.occurred_at else { return Ok(now) };
        if at > now.after(AHEAD) || at < now.before(BACK) {
            let message = "A conversion lies at most 5 minutes ahead and 90 days back.";
            return Err(Refusal::new(422, "occurred_at_out_of_range", message).at("occurred_at"));
        }
        Ok(at)
    }

    /// The name of the field in which the same conversion, sent again, differs from what is recorded.
    pub fn differs(&self, value: Option<Money>, customer: &Identity) -> Option<&'static str> {
        if self.value != value {
            return Some("value");
        }
        let known = |given: &Option<String>, held: &Option<String>| given.is_none() || held.is_none() || given == held;
        let given = self.customer.identity();
        let same = known(&given.external_id, &customer.external_id) && known(&given.email, &customer.email);
        (!same).then_some("customer")
    }
}

impl Read for NewConversion {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let event = fields.required::<String>("event");
        let external_id = fields.required::<String>("external_id");
        let money = fields.optional::<Money>("value");
        let occurred_at = fields.optional("occurred_at");
        let customer = fields.required::<CustomerRef>("customer");
        let attribution = fields.or("attribution", AttributionRef::default());
        let properties = fields.or("properties", Map::new());
        fields.done();
        place.accepts(|| {
            json!({
                "properties": {"event": {"maxLength": LONGEST_NAME}, "external_id": {"maxLength": LONGEST_NAME}},
                "if": {"properties": {"event": {"enum": ["purchase", "renewal"]}}},
                "then": {"required": ["value"], "properties": {"value": {"type": "object"}}},
                "allOf": [{"properties": {"value": {"properties": {"amount": {"minimum": 0}}}}}],
            })
        });
        let event = named(event?, "event", place)?;
        let external_id = named(external_id?, "external_id", place)?;
        let money = money?;
        if money.is_none() && matches!(event.as_str(), "purchase" | "renewal") {
            place.child("value").malformed("missing_field", format!("A {event} has a \"value\"."));
        }
        if money.is_some_and(|money| money.amount() < 0) {
            place.child("value.amount").refused("negative", "A value isn't below zero; post a refund instead.");
        }
        Some(Self {
            event,
            external_id,
            value: money,
            occurred_at: occurred_at?,
            customer: customer?,
            attribution: attribution?,
            properties: properties?,
        })
    }
}

/// Names that are keys: 255 characters at most.
pub(super) fn named(text: String, field: &str, place: &Place<'_>) -> Option<String> {
    if text.chars().count() <= LONGEST_NAME {
        return Some(text);
    }
    place.child(field).malformed("invalid_text", "This has 255 characters at most.");
    None
}

impl Read for CustomerRef {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let external_id = fields.optional::<String>("external_id");
        let email = fields.optional::<Email>("email");
        let created_at = fields.optional("created_at");
        let (country, segment) = (fields.optional::<String>("country"), fields.optional::<String>("segment"));
        fields.done();
        place.accepts(|| {
            json!({
                "properties": {"external_id": {"maxLength": LONGEST_NAME}, "country": {"pattern": "^[A-Z]{2}$"}},
                "anyOf": [
                    {"required": ["external_id"], "properties": {"external_id": {"type": "string"}}},
                    {"required": ["email"], "properties": {"email": {"type": "string"}}},
                ],
            })
        });
        let (external_id, email) = (external_id?, email?);
        if external_id.is_none() && email.is_none() {
            place.malformed("missing_field", "A customer has an \"external_id\" or an \"email\".");
            return None;
        }
        let external_id = match external_id {
            Some(id) => Some(named(id, "external_id", place)?),
            None => None,
        };
        let country = country?;
        let iso = |text: &String| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        if country.as_ref().is_some_and(|country| !iso(country)) {
            place.child("country").malformed("invalid_country", "A country is two capital letters, such as DE.");
        }
        Some(Self { external_id, email, created_at: created_at?, country, segment: segment? })
    }
}

impl Read for Email {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        place.accepts(|| json!({"format": "idn-email"}));
        read::parsed(value, place, "invalid_email", Self::parse)
    }
}

/// A text that is not judged here: a forged or cut token is no error of the caller's.
struct Opaque(Option<String>);

impl Read for Opaque {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        if place.accepts(|| json!({"type": "string"})) {
            return None;
        }
        let Value::String(text) = value else {
            String::read(value, place)?;
            return None;
        };
        Some(Self((!text.is_empty()).then(|| text.clone())))
    }
}

impl Read for AttributionRef {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let [touch, reference, code, coupon] =
            ["touch", "reference", "code", "coupon"].map(|name| fields.or(name, Opaque(None)));
        let contributions = fields.or("contributions", Contributions(Vec::new()));
        let consent = fields.optional::<ConsentState>("consent");
        fields.done();
        Some(Self {
            touch: touch?.0,
            reference: reference?.0,
            code: code?.0,
            coupon: coupon?.0,
            contributions: contributions?.0,
            consent: consent?,
        })
    }
}

impl Read for ConsentState {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        read::one_of(value, place, &[("granted", Self::Granted), ("denied", Self::Denied)])
    }
}

impl Read for ParticipantId {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        place.accepts(|| json!({"pattern": "^prt_[0-9a-v]{25}[048cgkos]$"}));
        read::parsed(value, place, "invalid_id", Self::parse)
    }
}

/// At most 20 of them, each named once.
pub(super) struct Contributions(pub(super) Vec<Contribution>);

impl Read for Contributions {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        place.accepts(|| json!({"maxItems": MOST_CONTRIBUTIONS}));
        let all = <Vec<Contribution>>::read(value, place)?;
        if all.len() > MOST_CONTRIBUTIONS {
            place.refused("out_of_range", format!("Here are {MOST_CONTRIBUTIONS} at most."));
        }
        for (at, one) in all.iter().enumerate() {
            if all.iter().take(at).any(|earlier| earlier.by == one.by) {
                place.item(at).refused("duplicate_participant", "This one is named twice.");
            }
        }
        Some(Self(all))
    }
}

impl Read for Contribution {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let participant = fields.optional("participant");
        let code = fields.optional("code");
        let weight = fields.or("weight", 1_i64);
        fields.done();
        place.accepts(|| {
            json!({
                "properties": {"weight": {"minimum": 1, "maximum": LARGEST_WEIGHT}},
                "oneOf": [
                    {"required": ["participant"], "properties": {"participant": {"type": "string"}}},
                    {"required": ["code"], "properties": {"code": {"type": "string"}}},
                ],
            })
        });
        let by = match (participant?, code?) {
            (Some(participant), None) => Contributor::Participant(participant),
            (None, Some(code)) => Contributor::Code(code),
            _ => {
                place.malformed("one_name", "Here is either \"participant\", an id, or \"code\".");
                return None;
            }
        };
        let weight = u32::try_from(weight?).ok().filter(|weight| (1..=LARGEST_WEIGHT).contains(weight));
        if weight.is_none() {
            let message = format!("A weight is a whole number from 1 to {LARGEST_WEIGHT}.");
            place.child("weight").refused("out_of_range", message);
        }
        Some(Self { by, weight: weight? })
    }
}

/// `POST /v1/refunds`. Without a value, the rest of the conversion's.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRefund {
    pub event: String,
    pub external_id: String,
    pub refund_id: String,
    pub value: Option<Money>,
}

impl Read for NewRefund {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let event = fields.required::<String>("event");
        let external_id = fields.required::<String>("external_id");
        let refund_id = fields.required::<String>("refund_id");
        let money = fields.optional::<Money>("value");
        fields.done();
        place.accepts(|| {
            let name = json!({"maxLength": LONGEST_NAME});
            json!({
                "properties": {"event": name, "external_id": name, "refund_id": name},
                "allOf": [{"properties": {"value": {"properties": {"amount": {"exclusiveMinimum": 0}}}}}],
            })
        });
        let money = money?;
        if money.is_some_and(|money| money.amount() <= 0) {
            place.child("value.amount").refused("not_positive", "A refund is more than nothing.");
        }
        Some(Self {
            event: named(event?, "event", place)?,
            external_id: named(external_id?, "external_id", place)?,
            refund_id: named(refund_id?, "refund_id", place)?,
            value: money,
        })
    }
}
