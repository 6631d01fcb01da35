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
    assert_eq!(skipped(to("/about/recipient", json!({"id": "prt_1", "email": null, "erased": true}))), Skip::Erased);
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

/// A reward's mail to somebody of that language.
fn mail_in(setting: &Setting, lang: Value) -> Value {
    let data = json!({"value": {"amount": 2_000, "currency": "USD"}});
    let mut whole: Value = serde_json::from_str(&body("reward.created", data, Value::Null)).unwrap();
    whole["about"]["recipient"]["lang"] = lang;
    sent(prepare(setting, ID, "reward.created", &whole.to_string(), now())).1
}

#[test]
fn a_message_is_in_the_persons_language_else_in_the_programs_else_in_english() {
    let mut german = postmark();
    german.settings.insert("lang".to_owned(), json!("de"));
    for (setting, lang, subject, html) in [
        (postmark(), Value::Null, "You earned 20.00 USD", "<html lang=\"en\" dir=\"ltr\">"),
        (postmark(), json!("ar"), "لقد كسبت 20.00 USD", "<html lang=\"ar\" dir=\"rtl\">"),
        (postmark(), json!("xx"), "You earned 20.00 USD", "<html lang=\"en\" dir=\"ltr\">"),
        (german.clone(), json!("ja"), "20.00 USD を獲得しました", "配信停止"),
        (german, Value::Null, "Sie haben 20.00 USD verdient", "Abbestellen"),
    ] {
        let mail = mail_in(&setting, lang.clone());
        assert_eq!(mail["Subject"], subject, "{lang}");
        assert!(mail["HtmlBody"].as_str().unwrap().contains(html), "{lang} {mail}");
        let all = mail.to_string();
        assert!(!all.contains("{{") && !all.contains("say "), "{all}");
    }
}

#[test]
fn an_owners_own_message_stands_in_place_of_ours_and_whatever_is_filled_in_is_escaped() {
    let own = json!({
        "de": {"reward_earned": {"subject": "{{reward}} für {{name}}", "text": "Hallo {{name}} & Co,\n\n{{reward}} <- da"}},
        "fr": {"reward_earned": {"html": "<h1 title='{{name}}'>{{hello}}</h1>"}},
    });
    let mut setting = postmark();
    setting.settings.insert("messages".to_owned(), own);
    let german = mail_in(&setting, json!("de"));
    assert_eq!(german["Subject"], "20.00 USD für Ada <b>");
    assert!(german["TextBody"].as_str().unwrap().starts_with("Hallo Ada <b> & Co,\n\n20.00 USD <- da"), "{german}");
    let html = german["HtmlBody"].as_str().unwrap();
    assert!(html.contains("<p>Hallo Ada &lt;b&gt; &amp; Co,</p>") && html.contains("&lt;- da"), "{html}");
    assert!(html.contains("Abbestellen") && html.contains("unsubscribe?k="), "the way off the list stays: {html}");
    let french = mail_in(&setting, json!("fr"));
    assert!(french["HtmlBody"].as_str().unwrap().contains("<h1 title='Ada &lt;b&gt;'>"), "{french}");
    assert!(french["Subject"].as_str().unwrap().starts_with("Vous avez gagné"), "what isn't set is ours: {french}");
    assert_eq!(mail_in(&setting, json!("es"))["Subject"], "Has ganado 20.00 USD");
}

#[test]
fn every_place_that_could_break_out_of_its_html_is_escaped() {
    let evil = "\"'><script>x</script>{{unsubscribe}}&";
    let mut setting = postmark();
    let html = "<p title=\"{{name}}\" lang='{{program}}'>{{hello}}{{name}}{{program}}{{reward}}{{link}}{{site}}{{sender_address}}</p>";
    setting.settings.insert("messages".to_owned(), json!({"en": {"reward_earned": {"html": html}}}));
    setting.settings.insert("sender_address".to_owned(), json!(evil));
    let mut whole: Value = serde_json::from_str(&body("reward.created", json!({"item": evil}), Value::Null)).unwrap();
    for pointer in ["/about/recipient/name", "/about/recipient/link", "/about/program/name", "/about/program/site"] {
        *whole.pointer_mut(pointer).unwrap() = json!(evil);
    }
    for setting in [&setting, &postmark()] {
        let mail = sent(prepare(setting, ID, "reward.created", &whole.to_string(), now())).1;
        let html = mail["HtmlBody"].as_str().unwrap();
        assert!(
            !html.contains("<script") && !html.contains("\"'>") && html.contains("&#39;&gt;&lt;script&gt;"),
            "{html}"
        );
        assert!(html.contains("{{unsubscribe}}&amp;"), "what is filled in isn't looked at again: {html}");
    }
}
