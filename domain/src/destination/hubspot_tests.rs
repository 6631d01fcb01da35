//! Calls as HubSpot's reference has them.

use super::super::sample::{ID, SECRET, changed, header, of, of_sale, sale, sent, setting, skipped, sold_at};
use super::super::{Reading, read as read_any};
use super::*;

#[test]
fn a_purchase_is_an_occurrence_of_the_owners_event() {
    let setting = setting("hubspot", json!({"event_names": {"purchase": "pe1_purchase"}}));
    let (request, body) = sent(of_sale(&setting, changed("/customer/email", json!("p@example.com"))));
    assert_eq!(request.url, "https://v.example/events/v3/send");
    assert_eq!(header(&request, "authorization"), Some(format!("Bearer {SECRET}").as_str()));
    assert_eq!(
        body,
        json!({
            "eventName": "pe1_purchase", "email": "p@example.com", "occurredAt": sold_at(), "uuid": uuid(ID),
            "properties": {
                "hg_event": "purchase", "hg_id": "cnv_1", "hg_external_id": "order-1001", "hg_value": 120.5,
                "hg_currency": "USD", "hg_state": "credited", "hg_code": "ada", "hg_consent": "granted",
            },
        })
    );
    assert_eq!(skipped(of(&setting, "participant.joined", json!({"id": "prt_1"}))), Skip::NoEventName);
    assert_eq!(skipped(of_sale(&setting, changed("/customer/email", Value::Null))), Skip::NoAddress);
}

#[test]
fn an_account_without_custom_events_has_its_contact_changed_and_no_address_in_the_url() {
    let properties =
        json!({"referral_link": "{{about.recipient.link}}", "referral_code": "{{data.code}}", "n": "{{data.none}}"});
    let setting = setting("hubspot", json!({"contact_properties": properties}));
    let (request, body) = sent(of(&setting, "participant.joined", json!({"id": "prt_1", "code": "ada"})));
    assert_eq!(request.url, "https://v.example/crm/v3/objects/contacts/batch/upsert");
    assert_eq!(
        body,
        json!({"inputs": [{
            "idProperty": "email", "id": "ada@example.com",
            "properties": {"referral_link": "https://shop.example/r/ada", "referral_code": "ada", "n": ""},
        }]})
    );
}

#[test]
fn a_batch_can_fail_with_2xx() {
    let setting = setting("hubspot", json!({"event_names": {"purchase": "pe1_purchase"}}));
    sent(of_sale(&setting, sale()));
    for (status, body, taken) in [
        (204, "", true),
        (200, r#"{"status":"COMPLETE","results":[{"id":"1"}]}"#, true),
        (207, r#"{"status":"COMPLETE","numErrors":1,"errors":[{"message":"bad property"}],"results":[]}"#, false),
        (200, r#"{"status":"error","message":"no"}"#, false),
        (400, r#"{"status":"error","message":"no"}"#, false),
    ] {
        assert_eq!(read_any(&setting, status, body) == Reading::Taken, taken, "{status} {body}");
    }
}
