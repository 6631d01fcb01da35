//! The program file: what is good comes back as it was, what is bad is told whole.

use super::*;
use crate::time::Span;
use serde_json::{Value, json};

/// The smallest file.
fn smallest() -> Value {
    json!({"id": "acme", "name": "Acme", "site": "https://shop.example", "kind": "referral"})
}

fn full() -> Value {
    json!({
        "id": "acme", "name": "Acme", "kind": "partner", "mode": "test", "site": "https://shop.example/start", "currency": "EUR",
        "attribution": {"model": "time_decay", "half_life_days": 14, "window_days": 30, "windows": {"signup": 7}, "binding": "last",
            "judged_by": "touch"},
        "consent": "required", "durability": "before-redirect",
        "offer": {"headline": "h", "friend": "f", "referrer": null, "terms": null, "disclosure": "d", "call_to_action": ["Shop now"],
            "translations": {"de": {"headline": "H", "call_to_action": ["Los"]}, "ja": {"disclosure": "D"}}},
        "locale": "fr", "leaderboard": true, "words": {"de": {"page.your_link": "Dein Link"}},
        "testimonials": [{"name": "Ada", "words": "Good tea."}],
        "targets": {"cost_per_acquisition": {"amount": 5_000, "currency": "EUR"}, "refund_window_days": 14},
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
fn a_file_that_was_stored_before_there_were_models_means_what_it_meant() {
    let stored = r#"{"id":"acme","name":"Acme","kind":"referral","mode":"live","site":"https://shop.example","currency":"USD",
        "attribution":{"model":"last_touch","window_days":30,"binding":"last"},"consent":"not_required",
        "durability":"after-redirect","offer":null,"join":{"email":false},"rewards":[]}"#;
    let policy = Program::from_json(stored).unwrap().attribution;
    let expected = AttributionPolicy { window: Span::days(30), binding: Binding::Last, ..AttributionPolicy::default() };
    assert_eq!(policy, expected);
    assert_eq!((policy.model, policy.judged_by), (Model::LastTouch, JudgedBy::Occurrence));
}

#[test]
fn attribution_is_written_as_it_was_read_and_its_faults_are_told() {
    let read = |attribution: &Value| {
        let mut file = smallest();
        file["attribution"] = attribution.clone();
        Program::from_json(&file.to_string())
    };
    for (given, written) in [
        (
            json!({}),
            json!({"model": "last_touch", "window_days": 90, "windows": {}, "binding": "first", "judged_by": "occurrence"}),
        ),
        (
            json!({"model": "position_based"}),
            json!({"model": "position_based", "window_days": 90, "windows": {}, "binding": "first",
                "judged_by": "occurrence", "position": {"first": 40, "middle": 20, "last": 40}}),
        ),
        (
            json!({"model": "time_decay", "windows": {"lead": 400}}),
            json!({"model": "time_decay", "window_days": 90, "windows": {"lead": 400}, "binding": "first",
                "judged_by": "occurrence", "half_life_days": 7}),
        ),
    ] {
        let program = read(&given).unwrap();
        assert_eq!(program.to_json()["attribution"], written);
        assert_eq!(read(&written).unwrap(), program);
    }
    let lead = read(&json!({"window_days": 30, "windows": {"lead": 60}})).unwrap().attribution;
    assert_eq!((lead.window_of("lead"), lead.window_of("purchase")), (Span::days(60), Span::days(30)));
    assert_eq!(lead.longest_window(), Span::days(60));
    for (bad, path, code) in [
        (json!({"model": "best_touch"}), "attribution.model", "unknown_value"),
        (json!({"half_life_days": 7}), "attribution.half_life_days", "not_here"),
        (
            json!({"model": "linear", "position": {"first": 1, "middle": 98, "last": 1}}),
            "attribution.position",
            "not_here",
        ),
        (json!({"model": "time_decay", "half_life_days": 0}), "attribution.half_life_days", "out_of_range"),
        (
            json!({"model": "position_based", "position": {"first": 40, "middle": 40, "last": 40}}),
            "attribution.position",
            "not_a_hundred",
        ),
        (
            json!({"model": "position_based", "position": {"first": -1, "middle": 61, "last": 40}}),
            "attribution.position.first",
            "out_of_range",
        ),
        (json!({"windows": {"lead": 401}}), "attribution.windows.lead", "out_of_range"),
        (json!({"windows": {"lead": "7"}}), "attribution.windows.lead", "wrong_type"),
        (json!({"judged_by": "mood"}), "attribution.judged_by", "unknown_value"),
    ] {
        let refusal = read(&bad).unwrap_err();
        let told: Vec<_> = refusal.faults.iter().map(|fault| (fault.path.as_str(), fault.code)).collect();
        assert_eq!(told, [(path, code)]);
    }
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
