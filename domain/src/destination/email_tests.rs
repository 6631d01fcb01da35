//! Messages as people get them, and requests as the providers have them.

use super::super::sample::{
    ID, SECRET, body, changed, header, now, of, of_sale, recipient, sale, sent, setting, skipped,
};
use super::super::{prepare, read as read_any};
use super::*;
use crate::wire::destinations::Setting;
use serde_json::json;

fn postmark() -> Setting {
    setting(
        "email",
        json!({"provider": "postmark", "from": "Acme <hello@shop.example>", "sender_address": "1 Main St"}),
    )
}

fn resend() -> Setting {
    setting("email", json!({"provider": "resend", "from": "hello@shop.example", "reply_to": "care@shop.example"}))
}

const UNSUBSCRIBE: &str = "https://shop.example/r/-/v1/unsubscribe?k=hg_pk_acme&t=prt_1.x";

#[test]
fn the_link_travels_by_postmark_with_a_way_off_the_list() {
    let (request, mail) = sent(of(&postmark(), "participant.joined", recipient()));
    assert_eq!(request.url, "https://v.example/email");
    assert_eq!(header(&request, "x-postmark-server-token"), Some(SECRET));
    assert_eq!((&mail["To"], &mail["From"]), (&json!("ada@example.com"), &json!("Acme <hello@shop.example>")));
    assert_eq!(mail["Subject"], "Your link for Acme & Co");
    assert_eq!((&mail["MessageStream"], &mail["Metadata"]["event"]), (&json!("outbound"), &json!(ID)));
    assert_eq!(
        mail["Headers"],
        json!([
            {"Name": "X-Honeyguide-Event", "Value": ID},
            {"Name": "List-Unsubscribe", "Value": format!("<{UNSUBSCRIBE}>")},
            {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
        ])
    );
    let text = mail["TextBody"].as_str().unwrap();
    assert!(text.starts_with("Hello Ada <b>,\n") && text.contains("https://shop.example/r/ada"), "{text}");
    assert!(text.contains(UNSUBSCRIBE) && text.contains("1 Main St"), "{text}");
    let html = mail["HtmlBody"].as_str().unwrap();
    assert!(html.contains("Hello Ada &lt;b&gt;,") && html.contains("t=prt_1.x\""), "{html}");
    assert!(!html.contains("{{") && !text.contains("{{") && html.contains("Acme &amp; Co"), "{html}");
}

#[test]
fn the_same_message_goes_once_by_resend() {
    let (request, mail) = sent(of(&resend(), "participant.link_requested", json!({"participant": recipient()})));
    assert_eq!(request.url, "https://v.example/emails");
    assert_eq!(header(&request, "authorization"), Some(format!("Bearer {SECRET}").as_str()));
    assert_eq!(header(&request, "idempotency-key"), Some(ID));
    assert_eq!((&mail["to"], &mail["reply_to"]), (&json!(["ada@example.com"]), &json!("care@shop.example")));
    assert_eq!(mail["headers"]["List-Unsubscribe"], format!("<{UNSUBSCRIBE}>"));
}

#[test]
fn each_event_has_its_message() {
    let worth = json!({"amount": 2_000, "currency": "USD"});
    for (kind, data, subject) in [
        ("conversion.recorded", sale(), "Thank you from Acme & Co"),
        ("reward.created", json!({"value": worth}), "You earned 20.00 USD"),
        ("reward.created", json!({"value": null, "item": "a mug", "coupon": "MUG1"}), "You earned a mug (code MUG1)"),
        ("reward.created", json!({"value": null, "months": 3}), "You earned 3 free months"),
        ("reward.created", json!({"value": null}), "You earned a reward"),
        ("reward.fulfilled", json!({"value": worth}), "Your reward: 20.00 USD"),
        ("reward.created", json!({"value": null, "item": "a\r\nBcc: x@y.z"}), "You earned a  Bcc: x@y.z"),
        ("reward.created", json!({"value": null, "item": "{{unsubscribe}}"}), "You earned {{unsubscribe}}"),
    ] {
        let (_, mail) = sent(of(&postmark(), kind, data));
        assert_eq!(mail["Subject"], subject);
    }
}

#[test]
fn nobody_gets_what_they_did_not_want() {
    assert_eq!(skipped(of_sale(&postmark(), changed("/decision/outcome", json!("none")))), Skip::NotCredited);
    let to = |pointer: &str, value: Value| {
        let mut whole: Value = serde_json::from_str(&body("reward.created", json!({}), Value::Null)).unwrap();
        *whole.pointer_mut(pointer).unwrap() = value;
        prepare(&postmark(), ID, "reward.created", &whole.to_string(), now())
    };
    assert_eq!(skipped(to("/about/recipient/unsubscribed", json!(true))), Skip::Unsubscribed);
    assert_eq!(skipped(to("/about/recipient/email", Value::Null)), Skip::NoAddress);
    assert_eq!(skipped(to("/about/recipient", Value::Null)), Skip::NoAddress);
    assert_eq!(skipped(of(&postmark(), "reward.reversed", json!({}))), Skip::EventNotTaken);
}

#[test]
fn a_test_goes_to_the_sender() {
    let (_, mail) = sent(of(&postmark(), "test", json!({"message": "m"})));
    assert_eq!(mail["To"], "hello@shop.example");
    assert_eq!(mail["Headers"].as_array().unwrap().len(), 1);
}

#[test]
fn providers_answers_are_read_as_they_mean_them() {
    let refused = |why: &str| Reading::Refused(why.to_owned());
    for (setting, status, body, reading) in [
        (postmark(), 200, r#"{"ErrorCode":0,"Message":"OK","MessageID":"b"}"#, Reading::Taken),
        (postmark(), 200, r#"{"ErrorCode":300,"Message":"Invalid"}"#, refused("ErrorCode 300: Invalid")),
        (postmark(), 200, "", refused("the answer has no ErrorCode")),
        (postmark(), 422, r#"{"ErrorCode":406,"Message":"Inactive"}"#, Reading::Never(Skip::RecipientRefused)),
        (postmark(), 422, r#"{"ErrorCode":400,"Message":"Sender"}"#, refused("ErrorCode 400: Sender")),
        (resend(), 200, r#"{"id":"49a3"}"#, Reading::Taken),
        (resend(), 200, r#"{"message":"no"}"#, refused("no")),
        (resend(), 422, r#"{"statusCode":422,"name":"missing_required_field","message":"m"}"#, refused("m")),
    ] {
        assert_eq!(read_any(&setting, status, body), reading, "{status} {body}");
    }
}
