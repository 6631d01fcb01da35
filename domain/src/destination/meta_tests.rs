//! Requests as the Conversions API's parameters page has them.

use super::super::sample::{
    ID, PERSON, SECRET, U7, changed, now, of_sale, sale, sent, setting, skipped, sold_at, without,
};
use super::super::{Reading, prepare, read as read_any};
use super::*;

fn pixel() -> crate::wire::destinations::Setting {
    setting("meta", json!({"pixel_id": "1234"}))
}

#[test]
fn contact_data_is_hashed_and_ids_of_browser_and_click_are_not() {
    let (request, body) = sent(of_sale(&pixel(), sale()));
    assert_eq!(request.url, "https://v.example/v24.0/1234/events");
    assert_eq!(
        body,
        json!({
            "access_token": SECRET,
            "data": [{
                "event_name": "Purchase", "event_time": sold_at().seconds(), "event_id": ID,
                "action_source": "website", "event_source_url": "https://shop.example/thanks",
                "user_data": {
                    "em": [PERSON], "external_id": [U7], "fbp": "fb.1.1.2", "fbc": "fb.1.3.4",
                    "ph": ["dc008fda46e2e64002cf2f82a4906236282d431c4f75e5b60bfe79fc48546383"],
                    "client_user_agent": "Mozilla/5.0",
                },
                "custom_data": {"value": 120.5, "currency": "USD", "order_id": "order-1001"},
            }],
        })
    );
}

#[test]
fn without_the_page_it_is_no_website_event_and_the_shops_own_id_stands_above_ours() {
    let mut sale = without(&["user_agent"]);
    sale["properties"]["event_id"] = json!("order-1001-purchase");
    let (_, body) = sent(of_sale(&pixel(), sale));
    let event = &body["data"][0];
    assert_eq!((&event["action_source"], event.get("event_source_url")), (&json!("system_generated"), None));
    assert_eq!(event["event_id"], "order-1001-purchase");
}

#[test]
fn names_are_metas_or_the_sites() {
    for (event, name) in [("signup", "CompleteRegistration"), ("lead", "Lead"), ("renewal", "renewal")] {
        let (_, body) = sent(of_sale(&pixel(), changed("/event", json!(event))));
        assert_eq!(body["data"][0]["event_name"], name);
    }
}

#[test]
fn who_cannot_be_known_or_is_too_old_is_not_sent() {
    let mut nobody = without(&["fbp", "fbc", "phone"]);
    nobody["customer"] = json!({"id": "cus_1", "external_id": null, "email": null});
    assert_eq!(skipped(of_sale(&pixel(), nobody)), Skip::NoIdentifier);
    let old = changed("/occurred_at", json!(now().before(Span::days(8))));
    assert_eq!(skipped(of_sale(&pixel(), old)), Skip::TooOld);
}

#[test]
fn a_test_needs_the_code_for_tests() {
    let text = r#"{"type":"test","timestamp":"2026-11-20T12:00:00.000Z","data":{"message":"m"}}"#;
    assert_eq!(skipped(prepare(&pixel(), ID, "test", text, now())), Skip::NoTestMode);
    let mut setting = pixel();
    setting.settings.insert("test_event_code".to_owned(), json!("TEST1"));
    assert_eq!(sent(prepare(&setting, ID, "test", text, now())).1["test_event_code"], "TEST1");
}

#[test]
fn an_answer_says_how_many_it_received() {
    for (status, body, taken) in [
        (200, r#"{"events_received":1,"messages":[],"fbtrace_id":"A"}"#, true),
        (200, r#"{"events_received":0,"messages":["bad"],"fbtrace_id":"A"}"#, false),
        (200, r#"{"error":{"message":"Invalid parameter","code":100},"events_received":1}"#, false),
        (200, "", false),
        (400, r#"{"error":{"message":"Invalid parameter","code":100}}"#, false),
    ] {
        assert_eq!(read_any(&pixel(), status, body) == Reading::Taken, taken, "{status} {body}");
    }
    let why = read_any(&pixel(), 200, r#"{"error":{"message":"Invalid parameter"}}"#);
    assert_eq!(why, Reading::Refused("Invalid parameter".to_owned()));
}
