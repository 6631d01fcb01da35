//! Events and settings that the adapters' tests share.

#![expect(clippy::needless_pass_by_value, reason = "JSON is handed over as it is written")]

use super::adapter::{Prepared, Request, Skip, prepare};
use crate::time::{Span, Timestamp};
use crate::wire::destinations::Setting;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(super) const ID: &str = "evt_00000000000000000000000001";
pub(super) const SECRET: &str = "s3cret/token+1";
/// SHA-256 of `person@example.com`, and of `u-7`.
pub(super) const PERSON: &str = "542d240129883c019e106e3b1b2d3f3cb3537c43c425364de8e951d5a3083345";
pub(super) const U7: &str = "bf9023e0fc14f272cb98cf9d5c5f3e5cc4dc81206799b0b977c681738d7308b3";

/// An hour after the sample sale.
pub(super) fn now() -> Timestamp {
    sold_at().after(Span::hours(1))
}

pub(super) fn sold_at() -> Timestamp {
    Timestamp::parse("2026-11-20T12:00:00.000Z").unwrap()
}

/// A destination of that kind at `https://v.example`, with every secret it has set to the same.
pub(super) fn setting(kind: &str, settings: Value) -> Setting {
    let adapter = super::adapter(kind).unwrap();
    let secrets = adapter.fields.iter().filter(|field| field.shape.is_secret() && field.required);
    Setting {
        program: "acme".to_owned(),
        id: "dst_1".to_owned(),
        url: "https://v.example/".to_owned(),
        secrets: vec!["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()],
        enabled: true,
        ordered: false,
        decides: false,
        kind: kind.to_owned(),
        settings: map(settings),
        credentials: secrets.map(|field| (field.name.to_owned(), SECRET.to_owned())).collect::<BTreeMap<_, _>>(),
    }
}

pub(super) fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} isn't an object"),
    }
}

/// A purchase of 120.50 USD, agreed to.
pub(super) fn sale() -> Value {
    json!({
        "id": "cnv_1", "event": "purchase", "external_id": "order-1001",
        "value": {"amount": 12_050, "currency": "USD"}, "occurred_at": sold_at(),
        "customer": {"id": "cus_1", "external_id": "u-7", "email": " Person@Example.com "},
        "decision": {
            "outcome": "credited", "reason": "last_touch_within_window", "consent": "granted", "signals": [],
            "credits": [{"participant": "prt_1", "code": "ada", "share": "1/1"}], "touches": [{"gpc": false}],
        },
        "rewards": [],
        "properties": {
            "plan": "pro", "ga_client_id": "GA1.1.111.222", "ga_session_id": 333, "fbp": "fb.1.1.2", "fbc": "fb.1.3.4",
            "ttclid": "E.C.P.1", "ttp": "ttp1", "user_agent": "Mozilla/5.0", "page_url": "https://shop.example/thanks",
            "phone": "+44 844 412 4653",
        },
    })
}

pub(super) fn recipient() -> Value {
    json!({
        "id": "prt_1", "side": "referrer", "external_id": "ada", "name": "Ada <b>", "email": "ada@example.com",
        "code": "ada", "link": "https://shop.example/r/ada", "unsubscribed": false,
        "unsubscribe": "https://shop.example/r/-/v1/unsubscribe?k=hg_pk_acme&t=prt_1.x",
    })
}

/// A body as the program writes it, with all that can stand beside the event.
pub(super) fn body(kind: &str, data: Value, conversion: Value) -> String {
    let program = json!({"id": "acme", "name": "Acme & Co", "site": "https://shop.example/"});
    let about = json!({"program": program, "recipient": recipient(), "conversion": conversion});
    json!({"type": kind, "timestamp": sold_at(), "data": data, "about": about}).to_string()
}

/// What is made of a conversion.
pub(super) fn of_sale(setting: &Setting, sale: Value) -> Prepared {
    prepare(setting, ID, "conversion.recorded", &body("conversion.recorded", sale, Value::Null), now())
}

/// What is made of another event, with the sample sale beside it.
pub(super) fn of(setting: &Setting, kind: &str, data: Value) -> Prepared {
    prepare(setting, ID, kind, &body(kind, data, sale()), now())
}

#[track_caller]
pub(super) fn sent(prepared: Prepared) -> (Request, Value) {
    match prepared {
        Prepared::Send(request) => {
            let body = serde_json::from_str(&request.body).unwrap_or(Value::Null);
            (request, body)
        }
        Prepared::Skip(skip) => panic!("skipped: {}", skip.as_str()),
    }
}

#[track_caller]
pub(super) fn skipped(prepared: Prepared) -> Skip {
    match prepared {
        Prepared::Skip(skip) => skip,
        Prepared::Send(request) => panic!("sent: {}", request.body),
    }
}

/// The sample sale with one thing changed: a JSON pointer, and what stands there.
pub(super) fn changed(pointer: &str, value: Value) -> Value {
    let mut sale = sale();
    *sale.pointer_mut(pointer).unwrap() = value;
    sale
}

/// The sample sale without a property.
pub(super) fn without(names: &[&str]) -> Value {
    let mut sale = sale();
    let properties = sale.pointer_mut("/properties").and_then(Value::as_object_mut).unwrap();
    for name in names {
        properties.remove(*name);
    }
    sale
}

pub(super) fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str())
}
