//! Google Analytics 4, by the Measurement Protocol. Known again by the browser's own client id; a purchase is counted once
//! by its `transaction_id`.
//!
//! <https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference>: the answer is 2xx whatever
//! the body holds, and nothing older than 72 hours is taken. A test goes to the validation server, which does say what
//! is wrong.

use super::adapter::{Adapter, Answer, Asks, Concern, Prepared, Reading, Request, Skip, nothing_to_check};
use super::field::{CONSENT, EVENT_NAMES, Shape, required};
use super::redaction::encoded;
use super::told::{Told, decimal, without_nulls};
use crate::event::EventKind;
use crate::time::Span;
use crate::wire::decision::ConsentState;
use serde_json::{Value, json};

pub const ADAPTER: Adapter = Adapter {
    kind: "google_analytics",
    home: |_| Some("https://www.google-analytics.com"),
    fields: &[required("measurement_id", Shape::Text), required("api_secret", Shape::Secret), CONSENT, EVENT_NAMES],
    check: nothing_to_check,
    takes: &["conversion.recorded", "conversion.refunded"],
    concern: Concern::Conversion,
    asks: Asks::Granted,
    prepare,
    read,
};

/// Google's names for what sites report. A renewal is revenue too.
const NAMES: &[(&str, &str)] = &[
    ("purchase", "purchase"),
    ("renewal", "purchase"),
    ("signup", "sign_up"),
    ("lead", "generate_lead"),
    ("conversion.refunded", "refund"),
];

/// How far back an event may lie.
const OLDEST: Span = Span::hours(72);
const LONGEST_NAME: usize = 40;

fn prepare(told: &Told<'_>) -> Prepared {
    let client = told.property("ga_client_id");
    let (path, client) = match (told.is_test(), client) {
        (true, _) => ("/debug/mp/collect", "1.1".to_owned()),
        (false, Some(client)) => ("/mp/collect", client_id(&client)),
        (false, None) => return Prepared::Skip(Skip::NoClientId),
    };
    let at = told.occurred_at();
    if told.now.since(at) > OLDEST {
        return Prepared::Skip(Skip::TooOld);
    }
    let refund = told.kind == EventKind::ConversionRefunded.as_str();
    let value = told.value();
    let params = json!({
        "transaction_id": told.text_at("data.external_id"),
        "value": value.map(decimal),
        "currency": value.map(|value| value.currency()),
        "event_id": told.event_id(),
        "session_id": told.property("ga_session_id").filter(|_| !refund),
        "engagement_time_msec": 1,
    });
    let state = if told.consent() == Some(ConsentState::Granted) { "GRANTED" } else { "DENIED" };
    let body = json!({
        "client_id": client,
        "user_id": told.of_conversion("customer.external_id").filter(|id| !id.contains('@')),
        "timestamp_micros": at.millis().saturating_mul(1_000),
        "consent": {"ad_user_data": state, "ad_personalization": state},
        "events": [{"name": name(told), "params": without_nulls(params)}],
    });
    let secret = told.secret("api_secret");
    let query = format!("?measurement_id={}&api_secret={}", encoded(told.setting("measurement_id")), encoded(secret));
    Prepared::Send(Request::post(told.under(path) + &query, &without_nulls(body)).hiding(secret))
}

/// The id in a `_ga` cookie's value, `GA1.1.123.456`, or the id as it is.
fn client_id(given: &str) -> String {
    let parts: Vec<&str> = given.split('.').collect();
    match parts.as_slice() {
        [version, _, one, two] if version.starts_with("GA") => format!("{one}.{two}"),
        _ => given.to_owned(),
    }
}

/// A name begins with a letter and has letters, digits and underscores, 40 at most.
fn name(told: &Told<'_>) -> String {
    if let Some(name) = told.named(NAMES) {
        return name;
    }
    let allowed = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
    let name: String = told.name().chars().map(allowed).collect();
    let name = if name.starts_with(|letter: char| letter.is_ascii_alphabetic()) { name } else { format!("e_{name}") };
    name.chars().take(LONGEST_NAME).collect()
}

/// 2xx is all that Google says; only the validation server lists what is wrong.
fn read(answer: &Answer<'_>) -> Reading {
    let messages = answer.json().get("validationMessages").and_then(Value::as_array).cloned().unwrap_or_default();
    let why = messages.first().and_then(|first| first.get("description")).and_then(Value::as_str).unwrap_or_default();
    answer.taken_if(messages.is_empty(), why)
}

#[cfg(test)]
#[path = "google_analytics_tests.rs"]
mod tests;
