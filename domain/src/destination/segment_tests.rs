//! Calls as Segment's HTTP API has them.

use super::super::sample::{ID, changed, header, of, of_sale, sale, sent, setting, skipped, sold_at};
use super::super::{Reading, read as read_any};
use super::*;

fn source() -> crate::wire::destinations::Setting {
    setting("segment", json!({}))
}

#[test]
fn a_purchase_is_an_order_completed_without_the_ids_of_other_platforms() {
    let (request, body) = sent(of_sale(&source(), sale()));
    assert_eq!(request.url, "https://v.example/v1/track");
    assert_eq!(header(&request, "authorization"), Some("Basic czNjcmV0L3Rva2VuKzE6"));
    assert_eq!(
        body,
        json!({
            "userId": "u-7", "event": "Order Completed", "messageId": ID, "timestamp": sold_at(),
            "properties": {
                "plan": "pro", "order_id": "order-1001", "revenue": 120.5, "value": 120.5, "currency": "USD",
                "outcome": "credited", "code": "ada",
            },
            "context": {
                "library": {"name": "honeyguide", "version": "1"},
                "consent": {"categoryPreferences": {"Advertising": true}},
                "traits": {"email": " Person@Example.com "},
            },
        })
    );
}

#[test]
fn a_guest_is_anonymous_and_own_names_are_titles() {
    let mut guest = changed("/customer/external_id", Value::Null);
    guest["event"] = json!("demo_booked");
    let (_, body) = sent(of_sale(&source(), guest));
    assert_eq!((body["anonymousId"].as_str(), body.get("userId")), (Some("cus_1"), None));
    assert_eq!(body["event"], "Demo Booked");
}

#[test]
fn a_reward_is_its_owners() {
    let reward = json!({
        "id": "rwd_1", "conversion": "cnv_1", "beneficiary": "prt_1", "value": {"amount": 2_000, "currency": "USD"},
        "state": "pending",
    });
    let (_, body) = sent(of(&source(), "reward.created", reward));
    assert_eq!((body["userId"].as_str(), body["event"].as_str()), (Some("ada"), Some("Reward Created")));
    assert_eq!(body["properties"], json!({"reward": "rwd_1", "value": 20, "currency": "USD", "state": "pending"}));
}

#[test]
fn what_is_too_large_would_be_thrown_away() {
    let sale = changed("/properties/plan", json!("x".repeat(33_000)));
    assert_eq!(skipped(of_sale(&source(), sale)), Skip::TooLarge);
}

#[test]
fn two_hundred_is_no_success_by_itself() {
    for (status, body, taken) in [
        (200, r#"{"success":true}"#, true),
        (200, r#"{"success":false,"message":"malformed JSON","code":"invalid_request"}"#, false),
        (200, "", false),
        (400, r#"{"success":false}"#, false),
    ] {
        assert_eq!(read_any(&source(), status, body) == Reading::Taken, taken, "{status} {body}");
    }
}
