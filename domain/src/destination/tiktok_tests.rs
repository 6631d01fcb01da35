//! Requests as Events API 2.0 has them.

use super::super::sample::{
    ID, PERSON, SECRET, U7, changed, header, now, of_sale, sale, sent, setting, skipped, sold_at, without,
};
use super::super::{Reading, prepare, read as read_any};
use super::*;

fn pixel() -> crate::wire::destinations::Setting {
    setting("tiktok", json!({"pixel_code": "C9"}))
}

#[test]
fn a_purchase_is_one_event_with_hashed_contact_data() {
    let (request, body) = sent(of_sale(&pixel(), sale()));
    assert_eq!(request.url, "https://v.example/open_api/v1.3/event/track/");
    assert_eq!(header(&request, "access-token"), Some(SECRET));
    assert_eq!(
        body,
        json!({
            "event_source": "web", "event_source_id": "C9",
            "data": [{
                "event": "CompletePayment", "event_time": sold_at().seconds(), "event_id": ID,
                "user": {
                    "email": PERSON, "external_id": U7, "ttclid": "E.C.P.1", "ttp": "ttp1", "user_agent": "Mozilla/5.0",
                    "phone": "11f9231a47ccfd680a60606f73702bc2c0fb065a7f55c482269e51d9f9e868ae",
                },
                "page": {"url": "https://shop.example/thanks"},
                "properties": {"value": 120.5, "currency": "USD", "order_id": "order-1001"},
            }],
        })
    );
}

#[test]
fn names_may_be_chosen_and_nobody_is_not_sent() {
    let mut setting = pixel();
    setting.settings.insert("event_names".to_owned(), json!({"purchase": "Purchase"}));
    assert_eq!(sent(of_sale(&setting, sale())).1["data"][0]["event"], "Purchase");
    let (_, body) = sent(of_sale(&pixel(), changed("/event", json!("signup"))));
    assert_eq!(body["data"][0]["event"], "CompleteRegistration");
    let mut nobody = without(&["ttp", "ttclid", "phone"]);
    nobody["customer"] = json!({"id": "cus_1"});
    assert_eq!(skipped(of_sale(&pixel(), nobody)), Skip::NoIdentifier);
    let text = r#"{"type":"test","timestamp":"2026-11-20T12:00:00.000Z","data":{}}"#;
    assert_eq!(skipped(prepare(&pixel(), ID, "test", text, now())), Skip::NoTestMode);
}

#[test]
fn only_code_zero_is_taken() {
    for (status, body, taken) in [
        (200, r#"{"code":0,"message":"OK","request_id":"1","data":{}}"#, true),
        (200, r#"{"code":40002,"message":"Invalid event","request_id":"1"}"#, false),
        (200, r#"{"code":40100,"message":"Too many requests"}"#, false),
        (200, "", false),
        (200, r#"{"message":"OK"}"#, false),
    ] {
        assert_eq!(read_any(&pixel(), status, body) == Reading::Taken, taken, "{status} {body}");
    }
    let why = read_any(&pixel(), 200, r#"{"code":40002,"message":"Invalid event"}"#);
    assert_eq!(why, Reading::Refused("code 40002: Invalid event".to_owned()));
}
