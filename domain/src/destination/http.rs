//! Any HTTP receiver, such as Zapier, Make or an own endpoint: a request by the owner's template.
//!
//! Invariant: the address has no places, so nothing of a person gets into it; headers that say where a request goes, how
//! long it is, or who sent it can't be set.

use super::adapter::{Adapter, Answer, Asks, Concern, Prepared, Reading, Request};
use super::field::{Shape, optional};
use super::template;
use super::told::{Told, at};
use serde_json::{Map, Value, json};

pub const ADAPTER: Adapter = Adapter {
    kind: "http",
    home: |_| None,
    fields: &[
        optional("method", Shape::Word(&["POST", "PUT", "PATCH"])),
        optional("headers", Shape::Texts),
        optional("body", Shape::Template),
        optional("expect", Shape::Texts),
        optional("authorization", Shape::Secret),
        optional("token", Shape::Secret),
    ],
    check: |settings, _| {
        let headers = settings.get("headers").and_then(Value::as_object);
        let refused = headers.into_iter().flatten().any(|(name, _)| !may_set(name));
        if refused {
            let message = "A header has letters, digits and dashes; those of the connection, of the signature and of \
                           the sender, and \"authorization\" (a secret), can't be set here.";
            return Err(("settings.headers", message));
        }
        Ok(())
    },
    takes: &["*"],
    concern: Concern::People,
    asks: Asks::Nothing,
    prepare,
    read,
};

/// Headers that say where a request goes, how long it is, or who sent it.
const REFUSED: &[&str] = &[
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "cookie",
    "cookie2",
    "date",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
];
const REFUSED_FAMILIES: &[&str] = &["access-control-", "cf-", "proxy-", "sec-", "webhook-", "x-forwarded-", "x-real-"];

/// Whether a template may set this header.
fn may_set(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let plain =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    plain && !REFUSED.contains(&name.as_str()) && !REFUSED_FAMILIES.iter().any(|family| name.starts_with(family))
}

fn prepare(told: &Told<'_>) -> Prepared {
    let settings = &told.destination().settings;
    let data = data(told);
    let token = told.secret("token");
    let mut headers = vec![
        ("content-type".to_owned(), "application/json".to_owned()),
        ("idempotency-key".to_owned(), told.id.to_owned()),
    ];
    for (name, value) in settings.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let find = |path: &str| at(&data, path).map(template::spelt).unwrap_or_default();
        let value = template::written(value.as_str().unwrap_or_default(), find);
        // What came from outside can't begin another header.
        let value: String = value.chars().filter(|letter| (' '..='~').contains(letter)).collect();
        let name = name.to_ascii_lowercase();
        headers.retain(|(held, _)| *held != name);
        headers.push((name, value));
    }
    let authorization = told.secret("authorization");
    if !authorization.is_empty() {
        headers.push(("authorization".to_owned(), authorization.to_owned()));
    }
    let body = match settings.get("body") {
        None => told.text.to_owned(),
        // A template that is a text makes a body of text.
        Some(Value::String(text)) => template::spelt(&template::filled(&Value::String(text.clone()), &data)),
        Some(template) => template::filled(template, &data).to_string(),
    };
    let method = match told.setting("method") {
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        _ => "POST",
    };
    let secrets = vec![authorization.to_owned(), token.to_owned()];
    let url = told.destination().url.clone();
    Prepared::Send(Request { method, url, headers, body, secrets, keep_body: settings.contains_key("body") })
}

/// What a template's paths lead into: the event, its id, and the token.
fn data(told: &Told<'_>) -> Value {
    let mut data = match &told.body {
        Value::Object(map) => map.clone(),
        _ => Map::new(),
    };
    data.insert("id".to_owned(), json!(told.id));
    data.insert("secret".to_owned(), json!({"token": told.secret("token")}));
    Value::Object(data)
}

/// 2xx, and what the owner expects of the body: each path with its text.
fn read(answer: &Answer<'_>) -> Reading {
    let expected = answer.setting.settings.get("expect").and_then(Value::as_object);
    let body = answer.json();
    let differs = |(path, wanted): (&String, &Value)| {
        let found = at(&body, path).map(template::spelt);
        (found.as_deref() != wanted.as_str()).then(|| format!("\"{path}\" isn't {wanted} in the answer"))
    };
    match expected.into_iter().flatten().find_map(differs) {
        Some(why) if answer.is_success() => Reading::Refused(why),
        _ => answer.taken_if(true, format!("status {}", answer.status)),
    }
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
