//! TikTok Events API 2.0. E-mail, phone and the site's own id are hashed; click and browser ids are not. An event counts
//! once by its `event_id`.
//!
//! `POST /open_api/v1.3/event/track/`; the answer is 200 with a `code`, which is 0 where the event was taken.

use super::adapter::{Adapter, Answer, Asks, Concern, Prepared, Reading, Request, Skip, nothing_to_check};
use super::field::{CONSENT, EVENT_NAMES, Shape, optional, required};
use super::hashing::{digits, folded, sha256};
use super::told::{Told, decimal, text_at, without_nulls};
use serde_json::{Value, json};

pub const ADAPTER: Adapter = Adapter {
    kind: "tiktok",
    home: |_| Some("https://business-api.tiktok.com"),
    fields: &[
        required("pixel_code", Shape::Text),
        required("access_token", Shape::Secret),
        optional("test_event_code", Shape::Text),
        CONSENT,
        EVENT_NAMES,
    ],
    check: nothing_to_check,
    takes: &["conversion.recorded"],
    concern: Concern::Nothing,
    asks: Asks::Granted,
    prepare,
    read,
};

/// TikTok's standard events; another name is a custom event.
const NAMES: &[(&str, &str)] =
    &[("purchase", "CompletePayment"), ("lead", "SubmitForm"), ("signup", "CompleteRegistration")];

fn prepare(told: &Told<'_>) -> Prepared {
    let test = told.setting("test_event_code");
    if told.is_test() && test.is_empty() {
        return Prepared::Skip(Skip::NoTestMode);
    }
    let email = told.of_conversion("customer.email").map(folded);
    // A phone number is hashed as E.164, with its plus.
    let phone = told.property("phone").and_then(|phone| digits(&phone)).map(|digits| sha256(&format!("+{digits}")));
    let external = told.of_conversion("customer.external_id").map(sha256);
    let (ttclid, ttp) = (told.property("ttclid"), told.property("ttp"));
    let known = [&email, &phone, &external, &ttclid, &ttp].into_iter().any(Option::is_some);
    if !known && !told.is_test() {
        return Prepared::Skip(Skip::NoIdentifier);
    }
    let email = if told.is_test() { Some(folded("test@example.com")) } else { email };
    let user = json!({
        "email": email, "phone": phone, "external_id": external, "ttclid": ttclid, "ttp": ttp,
        "user_agent": told.property("user_agent"),
    });
    let value = told.value();
    let properties = json!({
        "value": value.map(decimal), "currency": value.map(|value| value.currency()),
        "order_id": told.text_at("data.external_id"),
    });
    let event = json!({
        "event": told.named(NAMES).unwrap_or_else(|| told.name().to_owned()),
        "event_time": told.occurred_at().seconds(),
        "event_id": told.event_id(),
        "user": user,
        "page": told.property("page_url").map(|url| json!({"url": url})),
        "properties": properties,
    });
    let body = json!({
        "event_source": "web",
        "event_source_id": told.setting("pixel_code"),
        "test_event_code": Some(test).filter(|test| !test.is_empty()),
        "data": [without_nulls(event)],
    });
    let token = told.secret("access_token");
    let request = Request::post(told.under("/open_api/v1.3/event/track/"), &without_nulls(body));
    Prepared::Send(request.header("access-token", token).hiding(token))
}

/// `{"code": 0}` is taken; any other code, whatever the status, is not.
fn read(answer: &Answer<'_>) -> Reading {
    let body = answer.json();
    let code = body.get("code").and_then(Value::as_i64);
    let message = text_at(&body, "message").unwrap_or("no message");
    let why = code.map_or_else(|| "the answer has no code".to_owned(), |code| format!("code {code}: {message}"));
    answer.taken_if(code == Some(0), why)
}

#[cfg(test)]
#[path = "tiktok_tests.rs"]
mod tests;
