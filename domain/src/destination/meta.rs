//! Meta Conversions API. Contact data is hashed; click and browser ids are not. An event counts once by name and id
//! within 48 hours, together with what the pixel on the page sent.
//!
//! <https://developers.facebook.com/documentation/ads-commerce/conversions-api/parameters>: one event that is older
//! than seven days fails the whole request, so each goes by itself; the answer says how many it received.

use super::adapter::{Adapter, Answer, Asks, Concern, Prepared, Reading, Request, Skip};
use super::field::{CONSENT, EVENT_NAMES, Shape, optional, required};
use super::hashing::{digits, folded, sha256};
use super::told::{Told, decimal, text_at, without_nulls};
use crate::time::Span;
use serde_json::{Value, json};

pub const ADAPTER: Adapter = Adapter {
    kind: "meta",
    home: |_| Some("https://graph.facebook.com"),
    fields: &[
        required("pixel_id", Shape::Text),
        required("access_token", Shape::Secret),
        optional("api_version", Shape::Text),
        optional("test_event_code", Shape::Text),
        CONSENT,
        EVENT_NAMES,
    ],
    check: |settings, _| {
        let plain = |name: &str, more: &str| {
            let text = settings.get(name).and_then(Value::as_str).unwrap_or_default();
            text.chars().all(|letter| letter.is_ascii_alphanumeric() || more.contains(letter))
        };
        match (plain("pixel_id", ""), plain("api_version", ".")) {
            (false, _) => Err(("settings.pixel_id", "A pixel's id has digits only.")),
            (_, false) => Err(("settings.api_version", "A version is written like v24.0.")),
            _ => Ok(()),
        }
    },
    takes: &["conversion.recorded"],
    concern: Concern::Nothing,
    asks: Asks::Granted,
    prepare,
    read,
};

const API_VERSION: &str = "v24.0";
/// Meta's standard events; another name is a custom event.
const NAMES: &[(&str, &str)] = &[("purchase", "Purchase"), ("lead", "Lead"), ("signup", "CompleteRegistration")];
/// How far back an event may lie.
const OLDEST: Span = Span::days(7);

fn prepare(told: &Told<'_>) -> Prepared {
    let test = told.setting("test_event_code");
    if told.is_test() && test.is_empty() {
        return Prepared::Skip(Skip::NoTestMode);
    }
    let at = told.occurred_at();
    if told.now.since(at) > OLDEST {
        return Prepared::Skip(Skip::TooOld);
    }
    let email = told.of_conversion("customer.email").map(folded);
    let phone = told.property("phone").and_then(|phone| digits(&phone)).map(|digits| sha256(&digits));
    let external = told.of_conversion("customer.external_id").map(sha256);
    let (fbp, fbc) = (told.property("fbp"), told.property("fbc"));
    let known = [&email, &phone, &external, &fbp, &fbc].into_iter().any(Option::is_some);
    if !known && !told.is_test() {
        return Prepared::Skip(Skip::NoIdentifier);
    }
    let list = |hash: Option<String>| hash.map(|hash| vec![hash]);
    let (agent, page) = (told.property("user_agent"), told.property("page_url"));
    let user = json!({
        "em": list(email), "ph": list(phone), "external_id": list(external), "fbp": fbp, "fbc": fbc,
        "client_user_agent": agent,
    });
    let user = if told.is_test() { json!({"em": [folded("test@example.com")]}) } else { without_nulls(user) };
    let value = told.value();
    let custom = json!({
        "value": value.map(decimal), "currency": value.map(|value| value.currency()),
        "order_id": told.text_at("data.external_id"),
    });
    // What is said to come from a website must have the page and the browser.
    let source = if agent.is_some() && page.is_some() { "website" } else { "system_generated" };
    let event = json!({
        "event_name": told.named(NAMES).unwrap_or_else(|| told.name().to_owned()),
        "event_time": at.seconds(),
        "event_id": told.event_id(),
        "action_source": source,
        "event_source_url": page.filter(|_| source == "website"),
        "user_data": user,
        "custom_data": without_nulls(custom),
    });
    let token = told.secret("access_token");
    let body = json!({
        "data": [without_nulls(event)],
        "access_token": token,
        "test_event_code": Some(test).filter(|test| !test.is_empty()),
    });
    let version = Some(told.setting("api_version")).filter(|version| !version.is_empty()).unwrap_or(API_VERSION);
    let url = told.under(&format!("/{version}/{}/events", told.setting("pixel_id")));
    Prepared::Send(Request::post(url, &without_nulls(body)).hiding(token))
}

/// Taken is what `events_received` counts.
fn read(answer: &Answer<'_>) -> Reading {
    let body = answer.json();
    let received = body.get("events_received").and_then(Value::as_i64).unwrap_or(0);
    let why = text_at(&body, "error.message").unwrap_or("events_received isn't 1").to_owned();
    answer.taken_if(received > 0 && body.get("error").is_none(), why)
}

#[cfg(test)]
#[path = "meta_tests.rs"]
mod tests;
