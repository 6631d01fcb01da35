//! Requests by an owner's template.

use super::super::sample::{ID, SECRET, changed, header, of_sale, sale, sent, setting};
use super::super::{Reading, read as read_any};
use super::*;

#[test]
fn without_a_template_the_event_is_sent_as_it_is() {
    let (request, body) = sent(of_sale(&setting("http", json!({})), sale()));
    assert_eq!((request.method, request.url.as_str()), ("POST", "https://v.example/"));
    assert_eq!(body["data"]["external_id"], "order-1001");
    assert_eq!(header(&request, "idempotency-key"), Some(ID));
    assert!(request.shown().get("body").is_none(), "the event is kept already");
}

#[test]
fn a_template_has_places_and_secrets_and_keeps_its_shape() {
    let mut setting = setting(
        "http",
        json!({
            "method": "PUT",
            "headers": {"X-Order": "{{data.external_id}}", "x-api-key": "{{secret.token}}", "Content-Type": "application/x.y"},
            "body": {"order": "{{data.external_id}}", "worth": "{{data.value}}", "line": "{{id}}: {{data.event}}"},
        }),
    );
    setting.credentials.insert("token".to_owned(), SECRET.to_owned());
    setting.credentials.insert("authorization".to_owned(), "Basic abcdefgh".to_owned());
    let hostile = "1\r\nhost: evil\",\"x\":\"é";
    let (request, body) = sent(of_sale(&setting, changed("/external_id", json!(hostile))));
    assert_eq!(request.method, "PUT");
    assert_eq!(header(&request, "x-order"), Some(r#"1host: evil","x":""#));
    assert_eq!(header(&request, "x-api-key"), Some(SECRET));
    assert_eq!(header(&request, "authorization"), Some("Basic abcdefgh"));
    assert_eq!(request.headers.iter().filter(|(name, _)| name == "content-type").count(), 1);
    assert_eq!(
        body,
        json!({
            "order": hostile, "worth": {"amount": 12_050, "currency": "USD"}, "line": format!("{ID}: purchase"),
        })
    );
    let shown = request.shown().to_string();
    assert!(!shown.contains(SECRET) && !shown.contains("abcdefgh"), "{shown}");
}

#[test]
fn a_template_that_is_a_text_makes_a_body_of_text() {
    let setting = setting("http", json!({"body": "{{data.event}} {{data.external_id}}"}));
    assert_eq!(sent(of_sale(&setting, sale())).0.body, "purchase order-1001");
}

#[test]
fn an_owner_may_expect_something_of_the_answer() {
    let plain = setting("http", json!({}));
    let zapier = setting("http", json!({"expect": {"status": "success"}}));
    for (setting, status, body, taken) in [
        (&plain, 200, "whatever", true),
        (&plain, 302, "", false),
        (&zapier, 200, r#"{"status":"success"}"#, true),
        (&zapier, 200, r#"{"status":"error"}"#, false),
        (&zapier, 200, "", false),
        (&zapier, 500, r#"{"status":"success"}"#, false),
    ] {
        assert_eq!(read_any(setting, status, body) == Reading::Taken, taken, "{status} {body}");
    }
}
