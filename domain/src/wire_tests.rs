//! Bodies as callers send them, well and badly.

use super::conversions::{NewConversion, NewRefund};
use super::decision::ConsentState;
use super::destinations::NewDestination;
use super::disputes::{NewSettlement, Ruling};
use super::participants::{Beacon, NewParticipant};
use super::read::{self, Read};
use crate::time::{Span, Timestamp};
use proptest::prelude::*;

fn check<T: Read>(text: &str, status: u16, code: &str, field: Option<&str>) {
    let refusal = read::body::<T>(text).err().unwrap_or_else(|| panic!("{text} was accepted"));
    assert_eq!((refusal.status, refusal.code, refusal.field.as_deref()), (status, code, field), "{text}");
}

const WHOLE: &str = r#"{"event":"purchase","external_id":"order-1001","value":{"amount":12000,"currency":"USD"},
 "occurred_at":"2026-11-20T12:00:00.000Z",
 "customer":{"external_id":"u-7","email":"friend@example.com","created_at":"2026-11-20T11:58:00.000Z"},
 "attribution":{"touch":"<cookie value>","reference":"ref_x","code":"abc","coupon":"ABC15"},
 "properties":{"plan":"pro"}}"#;

#[test]
fn the_documented_conversion_is_read() {
    let new: NewConversion = read::body(WHOLE).unwrap();
    assert_eq!((new.event.as_str(), new.value.unwrap().amount()), ("purchase", 12_000));
    assert_eq!(new.attribution.coupon.as_deref(), Some("ABC15"));
    let at = new.occurred_at.unwrap();
    assert!(new.occurred(at.before(Span::minutes(5))).is_ok());
    assert!(new.occurred(at.before(Span::minutes(6))).is_err());
    assert!(new.occurred(at.after(Span::days(90))).is_ok());
    assert!(new.occurred(at.after(Span::days(91))).is_err());
}

#[test]
fn conversions_that_are_wrong_say_where() {
    check::<NewConversion>("{", 400, "malformed_json", None);
    check::<NewConversion>("[]", 400, "wrong_type", None);
    let swap = |from: &str, to: &str| WHOLE.replace(from, to);
    check::<NewConversion>(&swap("\"value\"", "\"valeu\""), 400, "unknown_field", Some("valeu"));
    check::<NewConversion>(&swap("12000", "\"12000\""), 400, "wrong_type", Some("value.amount"));
    check::<NewConversion>(&swap("12000", "12000.5"), 400, "wrong_type", Some("value.amount"));
    check::<NewConversion>(&swap("12000", "9007199254740992"), 400, "invalid_money", Some("value.amount"));
    check::<NewConversion>(&swap("12000", "-1"), 422, "negative", Some("value.amount"));
    check::<NewConversion>(&swap("USD", "usd"), 400, "unknown_currency", Some("value.currency"));
    check::<NewConversion>(&swap("2026-11-20T12:00:00.000Z", "yesterday"), 400, "invalid_time", Some("occurred_at"));
    check::<NewConversion>(&swap("friend@example.com", "friend"), 400, "invalid_email", Some("customer.email"));
    check::<NewConversion>(
        &swap("\"properties\":{\"plan\":\"pro\"}", "\"properties\":[]"),
        400,
        "wrong_type",
        Some("properties"),
    );
    check::<NewConversion>(
        r#"{"event":"purchase","external_id":"1","customer":{"email":"a@b.c"}}"#,
        400,
        "missing_field",
        Some("value"),
    );
    check::<NewConversion>(
        r#"{"event":"signup","external_id":"1","customer":{}}"#,
        400,
        "missing_field",
        Some("customer"),
    );
    check::<NewConversion>(
        r#"{"event":"","external_id":"1","customer":{"email":"a@b.c"}}"#,
        400,
        "invalid_text",
        Some("event"),
    );
    assert!(
        read::body::<NewConversion>(r#"{"event":"signup","external_id":"1","customer":{"email":"a@b.c"}}"#).is_ok()
    );
}

#[test]
fn contributions_and_consent_are_read_strictly() {
    let with = |attribution: &str| {
        format!(r#"{{"event":"signup","external_id":"1","customer":{{"email":"a@b.c"}},"attribution":{attribution}}}"#)
    };
    let new: NewConversion =
        read::body(&with(r#"{"contributions":[{"code":"Ada","weight":70},{"code":"bob"}],"consent":"denied"}"#))
            .unwrap();
    let weights: Vec<_> = new.attribution.contributions.iter().map(|one| one.weight).collect();
    assert_eq!((weights, new.attribution.consent), (vec![70, 1], Some(ConsentState::Denied)));
    for (attribution, status, code, at) in [
        (r#"{"consent":"not_required"}"#, 400, "unknown_value", Some("attribution.consent")),
        (r#"{"contributions":[{"weight":1}]}"#, 400, "one_name", Some("attribution.contributions[0]")),
        (
            r#"{"contributions":[{"participant":"cus_1","weight":1}]}"#,
            400,
            "invalid_id",
            Some("attribution.contributions[0].participant"),
        ),
        (
            r#"{"contributions":[{"code":"ada","weight":0}]}"#,
            422,
            "out_of_range",
            Some("attribution.contributions[0].weight"),
        ),
        (
            r#"{"contributions":[{"code":"ada","weight":0.7}]}"#,
            400,
            "wrong_type",
            Some("attribution.contributions[0].weight"),
        ),
        (
            r#"{"contributions":[{"code":"ada"},{"code":"ADA"}]}"#,
            422,
            "duplicate_participant",
            Some("attribution.contributions[1]"),
        ),
    ] {
        check::<NewConversion>(&with(attribution), status, code, at);
    }
}

#[test]
fn a_settlement_says_who_has_the_credit_now_or_that_the_decision_stands() {
    let upheld: NewSettlement = read::body(r#"{"outcome":"upheld","credit":[{"code":"ada"}],"reason":"r"}"#).unwrap();
    assert_eq!((upheld.ruling.as_str(), upheld.reason.as_str()), ("upheld", "r"));
    let rejected: NewSettlement = read::body(r#"{"outcome":"rejected","reason":"r"}"#).unwrap();
    assert_eq!(rejected.ruling, Ruling::Rejected);
    check::<NewSettlement>(r#"{"outcome":"upheld","reason":"r"}"#, 400, "missing_field", Some("credit"));
    check::<NewSettlement>(r#"{"outcome":"rejected","credit":[],"reason":"r"}"#, 400, "not_here", Some("credit"));
    check::<NewSettlement>(r#"{"outcome":"rejected"}"#, 400, "missing_field", Some("reason"));
}

#[test]
fn other_bodies_that_are_wrong_say_where() {
    check::<NewRefund>(r#"{"event":"purchase","external_id":"1"}"#, 400, "missing_field", Some("refund_id"));
    check::<NewParticipant>(r#"{"external_id":"1","email":"a@b.c","code":"-"}"#, 400, "invalid_code", Some("code"));
    check::<NewParticipant>(
        r#"{"external_id":"1","email":"a@b.c","destination":"/x"}"#,
        400,
        "invalid_address",
        Some("destination"),
    );
    check::<NewDestination>(r#"{"kind":"fax","url":"https://x.example"}"#, 400, "unknown_value", Some("kind"));
    check::<NewDestination>(
        r#"{"kind":"webhook","url":"https://x.example","events":["x"]}"#,
        422,
        "unknown_event",
        Some("events[0]"),
    );
    check::<Beacon>(r#"{"k":"hg_pk_acme","event":"purchase"}"#, 400, "unknown_value", Some("event"));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = read::body::<NewConversion>(&text);
        let _ = read::body::<NewParticipant>(&text);
        let _ = crate::program::Program::from_json(&text);
        let _ = Timestamp::parse(&text);
    }
}
