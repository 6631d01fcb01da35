//! The program file: what is good comes back as it was, what is bad is told whole.

use super::*;
use serde_json::{Value, json};

/// The smallest file.
fn smallest() -> Value {
    json!({"id": "acme", "name": "Acme", "site": "https://shop.example", "kind": "referral"})
}

fn full() -> Value {
    json!({
        "id": "acme", "name": "Acme", "kind": "partner", "mode": "test", "site": "https://shop.example/start", "currency": "EUR",
        "attribution": {"model": "last_touch", "window_days": 30, "binding": "last"},
        "consent": "required", "durability": "before-redirect",
        "offer": {"headline": "h", "friend": "f", "referrer": null, "terms": null, "disclosure": "d"},
        "join": {"email": true},
        "rewards": [
            {"id": "a", "side": "referrer", "on": "purchase", "kind": "money", "percent": "12.5", "first": false,
             "hold_days": 0, "approval": "manual"},
            {"id": "b", "side": "friend", "on": "signup", "kind": "discount", "flat": {"amount": 5, "currency": "EUR"},
             "minimum": {"amount": 1, "currency": "EUR"}, "first": true, "hold_days": 30, "approval": "automatic"},
        ],
    })
}

#[test]
fn a_file_is_read_and_written_back_as_it_was() {
    let program = Program::from_json(&full().to_string()).unwrap();
    assert_eq!(program.to_json(), full());
    let least = Program::from_json(&smallest().to_string()).unwrap();
    let again = Program::from_json(&least.to_json().to_string()).unwrap();
    assert_eq!(least, again);
    assert_eq!(least.attribution.window, Span::days(90));
    assert!(least.rewards.is_empty());
}

#[test]
fn a_bad_file_is_refused_with_every_fault_and_its_path() {
    let bad = json!({
        "id": "Acme Inc", "nmae": "Acme", "site": "ftp://x", "kind": "affiliate", "currency": "US",
        "attribution": {"window_days": 401},
        "rewards": [
            {"id": "a", "side": "both", "on": "purchase", "kind": "credit", "flat": {"amount": 1.5, "currency": "USD"}},
            {"id": "b", "side": "friend", "on": "purchase", "kind": "credit", "flat": {"amount": 0, "currency": "USD"}},
            {"id": "c", "side": "friend", "on": "purchase", "kind": "credit"},
            {"id": "d", "side": "friend", "on": "purchase", "kind": "credit", "percent": "1001"},
        ],
    });
    let refusal = Program::from_json(&bad.to_string()).unwrap_err();
    assert_eq!((refusal.status, refusal.code), (400, "unknown_field"));
    assert!(refusal.message.contains("did you mean \"name\"?"));
    let told: Vec<(&str, &str)> = refusal.faults.iter().map(|fault| (fault.path.as_str(), fault.code)).collect();
    for expected in [
        ("id", "invalid_program_id"),
        ("name", "missing_field"),
        ("nmae", "unknown_field"),
        ("site", "invalid_address"),
        ("kind", "unknown_value"),
        ("currency", "unknown_currency"),
        ("attribution.window_days", "out_of_range"),
        ("rewards[0].side", "unknown_value"),
        ("rewards[0].flat.amount", "wrong_type"),
        ("rewards[1].flat", "not_positive"),
        ("rewards[2]", "one_worth"),
        ("rewards[3].percent", "invalid_percent"),
    ] {
        assert!(told.contains(&expected), "{expected:?} is not among {told:?}");
    }
    assert_eq!(told.len(), 12);
}

#[test]
fn two_rules_of_one_name_are_refused_as_understood() {
    let mut twice = full();
    twice["rewards"][1]["id"] = json!("a");
    let refusal = Program::from_json(&twice.to_string()).unwrap_err();
    assert_eq!(
        (refusal.status, refusal.code, refusal.field.as_deref()),
        (422, "duplicate_rule", Some("rewards[1].id"))
    );
}

#[test]
fn what_is_not_a_file_is_refused_without_a_panic() {
    for text in ["", "null", "[]", "1", "\"x\"", "{", "{\"id\":null}", &"[".repeat(10_000)] {
        assert_eq!(Program::from_json(text).unwrap_err().status, 400, "{text:.20}");
    }
}
