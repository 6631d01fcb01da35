//! Segment, by its HTTP tracking API. An event counts once by its `messageId`; what the visitor agreed to travels in
//! `context.consent`. It feeds ad platforms, so it is asked of it what is asked of them.
//!
//! <https://www.twilio.com/docs/segment/connections/sources/catalog/libraries/server/http-api>: 32 kB an event; 200 is
//! answered for what is then thrown away, so only `{"success": true}` is success. An EU workspace has another address.

use super::adapter::{Adapter, Answer, Asks, Concern, Prepared, Reading, Request, Skip, nothing_to_check};
use super::field::{CONSENT, EVENT_NAMES, Shape, optional, required};
use super::told::{Told, decimal, text_at, without_nulls};
use crate::wire::decision::ConsentState;
use data_encoding::BASE64;
use serde_json::{Map, Value, json};

pub const ADAPTER: Adapter = Adapter {
    kind: "segment",
    home: |_| Some("https://api.segment.io"),
    fields: &[required("write_key", Shape::Secret), optional("consent_category", Shape::Text), CONSENT, EVENT_NAMES],
    check: nothing_to_check,
    takes: &["conversion.*", "participant.joined", "reward.*"],
    concern: Concern::People,
    asks: Asks::Granted,
    prepare,
    read,
};

/// The names of Segment's own specification where it has one.
const NAMES: &[(&str, &str)] = &[
    ("purchase", "Order Completed"),
    ("renewal", "Order Completed"),
    ("signup", "Signed Up"),
    ("conversion.refunded", "Order Refunded"),
    ("participant.joined", "Referral Program Joined"),
    ("test", "Honeyguide Test"),
];
const LARGEST: usize = 32_000;

fn prepare(told: &Told<'_>) -> Prepared {
    let (user, anonymous, email) = person(told);
    if user.is_none() && anonymous.is_none() {
        return Prepared::Skip(Skip::NoIdentifier);
    }
    let category = Some(told.setting("consent_category")).filter(|category| !category.is_empty());
    let granted = told.consent() == Some(ConsentState::Granted);
    let preferences = Map::from_iter([(category.unwrap_or("Advertising").to_owned(), json!(granted))]);
    let body = json!({
        "userId": user,
        "anonymousId": anonymous,
        "event": told.named(NAMES).unwrap_or_else(|| title(told.name())),
        "properties": properties(told),
        "timestamp": told.occurred_at(),
        "messageId": told.id,
        "context": {
            "consent": {"categoryPreferences": preferences},
            "library": {"name": "honeyguide", "version": "1"},
            "traits": email.map(|email| json!({"email": email})),
        },
    });
    let body = without_nulls(body);
    if body.to_string().len() > LARGEST {
        return Prepared::Skip(Skip::TooLarge);
    }
    let key = told.secret("write_key");
    let basic = BASE64.encode(format!("{key}:").as_bytes());
    let request = Request::post(told.under("/v1/track"), &body);
    Prepared::Send(request.header("authorization", format!("Basic {basic}")).hiding(basic).hiding(key))
}

/// The site's own id of the person, else ours as an anonymous one; and the address.
fn person<'a>(told: &'a Told<'_>) -> (Option<&'a str>, Option<&'a str>, Option<&'a str>) {
    if told.is_test() {
        return (None, Some("honeyguide-test"), None);
    }
    let of_sale = told.kind.starts_with("conversion.");
    let field = |of_conversion: &str, of_recipient: &str| {
        if of_sale { told.of_conversion(of_conversion) } else { told.text_at(of_recipient) }
    };
    let user = field("customer.external_id", "about.recipient.external_id");
    let own = field("customer.id", "about.recipient.id");
    (user, own.filter(|_| user.is_none()), field("customer.email", "about.recipient.email"))
}

fn properties(told: &Told<'_>) -> Value {
    let conversion = told.kind.starts_with("conversion.");
    let mut properties = if conversion { told.properties() } else { Map::new() };
    let value = told.value();
    let own = json!({
        "order_id": told.text_at("data.external_id"),
        "revenue": value.filter(|_| conversion).map(decimal),
        "value": value.map(decimal),
        "currency": value.map(|value| value.currency()),
        "reward": told.text_at("data.id").filter(|_| told.kind.starts_with("reward.")),
        "state": told.text_at("data.state"),
        "outcome": told.text_at("data.decision.outcome"),
        "code": told.text_at("data.decision.credits.0.code"),
    });
    if let Value::Object(own) = without_nulls(own) {
        properties.extend(own);
    }
    Value::Object(properties)
}

/// `reward.created` as `Reward Created`.
fn title(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
        first + letters.as_str()
    };
    name.split(['.', '_', ' ']).map(word).collect::<Vec<_>>().join(" ")
}

fn read(answer: &Answer<'_>) -> Reading {
    let body = answer.json();
    let why = text_at(&body, "message").or_else(|| text_at(&body, "code")).unwrap_or("success isn't true").to_owned();
    answer.taken_if(body.get("success") == Some(&Value::Bool(true)), why)
}

#[cfg(test)]
#[path = "segment_tests.rs"]
mod tests;
