//! Requests as the Measurement Protocol's reference has them.

use super::super::sample::{ID, changed, now, of, of_sale, sale, sent, setting, skipped, sold_at, without};
use super::super::{Reading, Skip, prepare, read as read_any};
use super::*;

fn analytics() -> crate::wire::destinations::Setting {
    setting("google_analytics", json!({"measurement_id": "G-1"}))
}

#[test]
fn a_purchase_is_a_purchase_with_the_sites_own_client_and_consent() {
    let (request, body) = sent(of_sale(&analytics(), sale()));
    assert_eq!(request.url, "https://v.example/mp/collect?measurement_id=G-1&api_secret=s3cret%2Ftoken%2B1");
    assert_eq!(
        body,
        json!({
            "client_id": "111.222", "user_id": "u-7", "timestamp_micros": sold_at().millis() * 1_000,
            "consent": {"ad_user_data": "GRANTED", "ad_personalization": "GRANTED"},
            "events": [{"name": "purchase", "params": {
                "transaction_id": "order-1001", "value": 120.5, "currency": "USD", "event_id": ID,
                "session_id": "333", "engagement_time_msec": 1,
            }}],
        })
    );
}

#[test]
fn what_is_only_assumed_is_passed_on_as_denied() {
    let mut setting = analytics();
    setting.settings.insert("consent".to_owned(), json!("not_required"));
    let (_, body) = sent(of_sale(&setting, changed("/decision/consent", json!("not_required"))));
    assert_eq!(body["consent"]["ad_user_data"], "DENIED");
}

#[test]
fn names_are_googles_or_fit_its_rules() {
    for (event, name) in [
        ("purchase", "purchase"),
        ("renewal", "purchase"),
        ("signup", "sign_up"),
        ("lead", "generate_lead"),
        ("demo booked!", "demo_booked_"),
        ("2nd", "e_2nd"),
        ("a-very-long-name-that-goes-on-and-on-and-on", "a_very_long_name_that_goes_on_and_on_and"),
    ] {
        let (_, body) = sent(of_sale(&analytics(), changed("/event", json!(event))));
        assert_eq!(body["events"][0]["name"], name);
    }
    let mut setting = analytics();
    setting.settings.insert("event_names".to_owned(), json!({"purchase": "sale"}));
    assert_eq!(sent(of_sale(&setting, sale())).1["events"][0]["name"], "sale");
}

#[test]
fn a_refund_names_the_transaction() {
    let refund = json!({
        "conversion": "cnv_1", "event": "purchase", "external_id": "order-1001", "refund_id": "r1",
        "value": {"amount": 2_000, "currency": "USD"},
    });
    let (_, body) = sent(of(&analytics(), "conversion.refunded", refund));
    let event = &body["events"][0];
    assert_eq!((event["name"].as_str(), event["params"]["value"].as_i64()), (Some("refund"), Some(20)));
    assert_eq!(event["params"]["transaction_id"], "order-1001");
    assert_eq!(body["client_id"], "111.222");
}

#[test]
fn nothing_is_made_up_and_nothing_too_old_is_sent() {
    assert_eq!(skipped(of_sale(&analytics(), without(&["ga_client_id"]))), Skip::NoClientId);
    let old = changed("/occurred_at", json!(now().before(Span::hours(73))));
    assert_eq!(skipped(of_sale(&analytics(), old)), Skip::TooOld);
    let (_, body) = sent(of_sale(&analytics(), changed("/customer/external_id", json!("a@b.c"))));
    assert!(body.get("user_id").is_none());
}

#[test]
fn only_the_validation_server_says_what_is_wrong() {
    for (status, body, taken) in [
        (204, "", true),
        (200, "anything", true),
        (200, r#"{"validationMessages":[]}"#, true),
        (200, r#"{"validationMessages":[{"description":"bad","validationCode":"VALUE_INVALID"}]}"#, false),
        (500, "", false),
    ] {
        assert_eq!(read_any(&analytics(), status, body) == Reading::Taken, taken, "{status} {body}");
    }
    let test = r#"{"type":"test","timestamp":"2026-11-20T12:00:00.000Z","data":{"message":"m"}}"#;
    let (request, body) = sent(prepare(&analytics(), ID, "test", test, now()));
    assert!(request.url.starts_with("https://v.example/debug/mp/collect?"));
    assert_eq!(body["consent"]["ad_user_data"], "DENIED");
}
