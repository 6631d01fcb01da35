//! Lines as people read them in Slack.

use super::super::sample::{ID, SECRET, changed, header, of, of_sale, sale, sent, setting};
use super::super::{Reading, read as read_any};
use super::*;

fn webhook() -> crate::wire::destinations::Setting {
    let mut setting = setting("slack", json!({}));
    setting.credentials.insert("webhook_url".to_owned(), "https://hooks.slack.com/services/T/B/X".to_owned());
    setting
}

fn bot() -> crate::wire::destinations::Setting {
    let mut setting = setting("slack", json!({"channel": "C1"}));
    setting.credentials.insert("token".to_owned(), SECRET.to_owned());
    setting
}

#[test]
fn an_incoming_webhook_gets_a_line_and_its_address_is_a_secret() {
    let (request, body) = sent(of_sale(&webhook(), sale()));
    assert_eq!(request.url, "https://hooks.slack.com/services/T/B/X");
    let line = "*purchase* order-1001 of 120.50 USD: credited to Ada &lt;b&gt; (last_touch_within_window)";
    assert_eq!(body["text"], line);
    assert_eq!(body["blocks"][1]["elements"][0]["text"], ID);
    assert_eq!(request.shown()["url"], "(redacted)");
}

#[test]
fn a_bot_posts_to_its_channel() {
    let (request, body) = sent(of_sale(&bot(), sale()));
    assert_eq!(request.url, "https://v.example/api/chat.postMessage");
    assert_eq!(header(&request, "authorization"), Some(format!("Bearer {SECRET}").as_str()));
    assert_eq!((&body["channel"], &body["metadata"]["event_payload"]["id"]), (&json!("C1"), &json!(ID)));
}

#[test]
fn each_event_has_its_line_and_none_has_an_address() {
    let worth = json!({"amount": 2_000, "currency": "USD"});
    for (kind, data, line) in [
        (
            "reward.created",
            json!({"value": worth, "beneficiary": "prt_1"}),
            "Reward of 20.00 USD for *Ada &lt;b&gt;*: created",
        ),
        (
            "participant.joined",
            json!({"link": "https://s.example/r/ada", "email": "a@b.c"}),
            "*Ada &lt;b&gt;* joined: https://s.example/r/ada",
        ),
        (
            "conversion.refunded",
            json!({"event": "purchase", "external_id": "1", "value": worth}),
            "Refund of 20.00 USD for purchase 1",
        ),
        ("participant.link_requested", json!({"email": "a@b.c"}), "Somebody asked for their link by e-mail"),
        ("destination.disabled", json!({"destination": "dst_1", "why": "410"}), "Destination dst_1 is disabled: 410"),
        ("test", json!({"message": "a & b"}), "a &amp; b"),
    ] {
        let (_, body) = sent(of(&webhook(), kind, data));
        assert_eq!(body["text"], line, "{kind}");
        assert!(!body.to_string().contains("a@b.c"));
    }
    let (_, body) = sent(of_sale(&webhook(), changed("/decision/outcome", json!("none"))));
    assert!(body["text"].as_str().unwrap().contains("nobody is credited"));
}

#[test]
fn slack_says_ok_or_it_was_not_posted() {
    for (setting, body, taken) in [
        (webhook(), "ok", true),
        (webhook(), "invalid_payload", false),
        (webhook(), "<html>ok</html>", false),
        (bot(), r#"{"ok":true,"ts":"1.2"}"#, true),
        (bot(), r#"{"ok":false,"error":"channel_not_found"}"#, false),
        (bot(), "ok", false),
    ] {
        assert_eq!(read_any(&setting, 200, body) == Reading::Taken, taken, "{body}");
    }
    let why = read_any(&bot(), 200, r#"{"ok":false,"error":"channel_not_found"}"#);
    assert_eq!(why, Reading::Refused("channel_not_found".to_owned()));
}
