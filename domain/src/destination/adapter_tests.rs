//! Consent, redaction, and what holds for every kind.

use super::super::sample::{SECRET, body, changed, now, of, of_sale, sale, sent, setting, skipped};
use super::*;

/// Settings with which each kind sends a sale.
fn all() -> Vec<Setting> {
    let mut slack = setting("slack", json!({"channel": "C1"}));
    slack.credentials.insert("token".to_owned(), SECRET.to_owned());
    let mut http =
        setting("http", json!({"body": {"t": "{{secret.token}}"}, "headers": {"x-key": "{{secret.token}}"}}));
    http.credentials.insert("token".to_owned(), SECRET.to_owned());
    http.credentials.insert("authorization".to_owned(), format!("Bearer {SECRET}"));
    vec![
        setting("webhook", json!({})),
        setting("google_analytics", json!({"measurement_id": "G-1"})),
        setting("meta", json!({"pixel_id": "1"})),
        setting("tiktok", json!({"pixel_code": "C1"})),
        setting("segment", json!({})),
        setting("hubspot", json!({"event_names": {"purchase": "pe1_purchase"}})),
        slack,
        setting("email", json!({"provider": "postmark", "from": "a@shop.example"})),
        http,
    ]
}

#[test]
fn what_was_not_agreed_to_reaches_no_ad_platform() {
    let ads = ["google_analytics", "meta", "tiktok", "segment"];
    for (consent, signals, gpc, ad, others) in [
        ("granted", json!([]), false, None, None),
        ("denied", json!([]), false, Some(Skip::ConsentDenied), Some(Skip::ConsentDenied)),
        ("not_required", json!([]), false, Some(Skip::ConsentUnknown), None),
        ("granted", json!(["gpc"]), false, Some(Skip::Gpc), None),
        ("granted", json!([]), true, Some(Skip::Gpc), None),
        ("denied", json!(["gpc"]), true, Some(Skip::Gpc), Some(Skip::ConsentDenied)),
    ] {
        let mut sale = changed("/decision/consent", json!(consent));
        sale["decision"]["signals"] = signals;
        sale["decision"]["touches"][0]["gpc"] = json!(gpc);
        for setting in all() {
            let expected = match setting.kind.as_str() {
                kind if ads.contains(&kind) => ad,
                "hubspot" => others,
                _ => None,
            };
            let skip = match of_sale(&setting, sale.clone()) {
                Prepared::Skip(skip) => Some(skip),
                Prepared::Send(_) => None,
            };
            assert_eq!(skip, expected, "{} with consent {consent}, gpc {gpc}", setting.kind);
        }
    }
}

#[test]
fn an_owner_may_answer_for_consent_that_nobody_asked_for_and_for_no_other() {
    for setting in all().into_iter().filter(|setting| adapter(&setting.kind).unwrap().asks == Asks::Granted) {
        let mut setting = setting;
        setting.settings.insert("consent".to_owned(), json!("not_required"));
        let with = |consent: &str| of_sale(&setting, changed("/decision/consent", json!(consent)));
        assert!(matches!(with("not_required"), Prepared::Send(_)), "{}", setting.kind);
        assert_eq!(skipped(with("denied")), Skip::ConsentDenied);
        let mut gpc = changed("/decision/consent", json!("not_required"));
        gpc["decision"]["signals"] = json!(["gpc"]);
        assert_eq!(skipped(of_sale(&setting, gpc)), Skip::Gpc);
    }
}

#[test]
fn consent_of_a_conversion_holds_for_its_refund() {
    let setting = setting("google_analytics", json!({"measurement_id": "G-1"}));
    let refund = json!({"conversion": "cnv_1", "event": "purchase", "external_id": "order-1001", "value": null});
    let denied = changed("/decision/consent", json!("denied"));
    let body = body("conversion.refunded", refund.clone(), denied);
    let prepared = prepare(&setting, "evt_1", "conversion.refunded", &body, now());
    assert_eq!(skipped(prepared), Skip::ConsentDenied);
    sent(of(&setting, "conversion.refunded", refund));
}

#[test]
fn secrets_are_sent_and_not_shown() {
    for setting in all() {
        let (request, _) = sent(of_sale(&setting, sale()));
        let shown = request.shown().to_string();
        let spellings = [SECRET.to_owned(), super::super::redaction::encoded(SECRET)];
        assert!(!spellings.iter().any(|secret| shown.contains(secret)), "{}: {shown}", setting.kind);
        let answer = request.redacted(&format!("bad token {SECRET}"));
        assert!(setting.kind == "webhook" || answer == "bad token (redacted)", "{}: {answer}", setting.kind);
        assert!(shown.contains("(redacted)"), "{}: {shown}", setting.kind);
    }
}

#[test]
fn the_same_event_is_the_same_request_over_all_tries_but_for_the_signature() {
    for setting in all() {
        let text = body("conversion.recorded", sale(), Value::Null);
        let at = |minutes: i64| {
            let at = now().after(crate::time::Span::minutes(minutes));
            sent(prepare(&setting, "evt_1", "conversion.recorded", &text, at)).0
        };
        let (first, second) = (at(0), at(40));
        assert_eq!(first.body, second.body, "{}", setting.kind);
        assert_eq!(first.url, second.url);
        assert!(setting.kind == "webhook" || first.headers == second.headers);
        let carried = first.body.contains("evt_1") || first.headers.iter().any(|(_, value)| value == "evt_1");
        assert!(carried || setting.kind == "hubspot", "{}: {first:?}", setting.kind);
    }
}

#[test]
fn what_a_kind_does_not_take_or_nobody_knows_is_skipped() {
    let meta = setting("meta", json!({"pixel_id": "1"}));
    assert_eq!(skipped(of(&meta, "reward.created", json!({}))), Skip::EventNotTaken);
    let fax = Setting { kind: "fax".to_owned(), ..meta };
    assert_eq!(skipped(of_sale(&fax, sale())), Skip::UnknownKind);
    assert_eq!(read(&fax, 200, ""), Reading::Never(Skip::UnknownKind));
}

#[test]
fn a_status_that_is_not_2xx_is_a_failure_whatever_the_body_says() {
    for setting in all() {
        for body in ["ok", r#"{"ok":true,"success":true,"code":0,"ErrorCode":0,"events_received":1,"id":"1"}"#] {
            for status in [199, 301, 400, 500] {
                assert!(matches!(read(&setting, status, body), Reading::Refused(_)), "{} {status}", setting.kind);
            }
        }
    }
}

#[test]
fn every_event_that_a_kind_says_it_takes_exists() {
    for adapter in ADAPTERS {
        assert!(adapter.takes.iter().all(|pattern| event::is_pattern(pattern)), "{}", adapter.kind);
        assert!(adapter.hears("test"));
        assert_eq!(ADAPTERS.iter().filter(|other| other.kind == adapter.kind).count(), 1);
    }
}

#[test]
fn whatever_stands_in_an_event_or_an_answer_is_read_without_falling_over() {
    let odd = [
        "",
        "null",
        "[]",
        "{}",
        "\"x\"",
        "{\"data\":[]}",
        "{\"data\":{\"decision\":5,\"value\":\"x\",\"properties\":[]}}",
        "{\"data\":{\"decision\":{\"consent\":\"granted\",\"touches\":{},\"signals\":7}},\"about\":[]}",
    ];
    let kinds = EventKind::ALL.iter().map(|kind| kind.as_str()).chain(["odd", ""]);
    for (setting, kind) in all().iter().flat_map(|setting| kinds.clone().map(move |kind| (setting, kind))) {
        for body in odd {
            let _ = prepare(setting, "evt_1", kind, body, now());
            let _ = read(setting, 200, body);
        }
    }
}
