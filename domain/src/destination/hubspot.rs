//! HubSpot: a custom event (`event_names` says which one; the owner defines it there first), or, where an account has no
//! custom events, properties of the contact. People are known by e-mail, which travels in the body alone.
//!
//! <https://developers.hubspot.com/docs/api-reference/latest/events/send-event-data/send-event-occurrence>: 204, and an
//! occurrence counts once by its `uuid`. A batch of contacts can answer 207 with what failed.

use super::adapter::{Adapter, Answer, Asks, Concern, Prepared, Reading, Request, Skip};
use super::field::{EVENT_NAMES, Shape, optional, required};
use super::hashing::uuid;
use super::template;
use super::told::{Told, decimal, text_at, without_nulls};
use serde_json::{Value, json};

pub const ADAPTER: Adapter = Adapter {
    kind: "hubspot",
    home: |_| Some("https://api.hubapi.com"),
    fields: &[required("access_token", Shape::Secret), EVENT_NAMES, optional("contact_properties", Shape::Texts)],
    check: |settings, _| {
        if settings.contains_key("event_names") || settings.contains_key("contact_properties") {
            return Ok(());
        }
        Err(("settings.event_names", "Name the HubSpot event for at least one event, or contact_properties."))
    },
    takes: &["conversion.*", "participant.joined", "reward.*"],
    concern: Concern::People,
    asks: Asks::NotDenied,
    prepare,
    read,
};

fn prepare(told: &Told<'_>) -> Prepared {
    if told.is_test() {
        return Prepared::Skip(Skip::NoTestMode);
    }
    let sale = told.kind.starts_with("conversion.");
    let email = if sale { told.of_conversion("customer.email") } else { told.text_at("about.recipient.email") };
    let Some(email) = email else { return Prepared::Skip(Skip::NoAddress) };
    let token = told.secret("access_token");
    let request = match (told.named(&[]), told.destination().settings.get("contact_properties")) {
        (Some(name), _) => Request::post(told.under("/events/v3/send"), &occurrence(told, &name, email)),
        (None, Some(properties)) => {
            let input = json!({"idProperty": "email", "id": email, "properties": filled(properties, told)});
            Request::post(told.under("/crm/v3/objects/contacts/batch/upsert"), &json!({"inputs": [input]}))
        }
        (None, None) => return Prepared::Skip(Skip::NoEventName),
    };
    Prepared::Send(request.header("authorization", format!("Bearer {token}")).hiding(token))
}

/// A contact's properties are texts in HubSpot, whatever their type.
fn filled(properties: &Value, told: &Told<'_>) -> Value {
    let fields = properties.as_object().into_iter().flatten();
    let text = |value: &Value| template::spelt(&template::filled(value, &told.body));
    fields.map(|(name, value)| (name.clone(), Value::String(text(value)))).collect::<serde_json::Map<_, _>>().into()
}

fn occurrence(told: &Told<'_>, name: &str, email: &str) -> Value {
    let value = told.value();
    let properties = json!({
        "hg_event": told.name(),
        "hg_id": told.text_at("data.id").or_else(|| told.text_at("data.conversion")),
        "hg_external_id": told.text_at("data.external_id"),
        "hg_value": value.map(decimal),
        "hg_currency": value.map(|value| value.currency()),
        "hg_state": told.text_at("data.state").or_else(|| told.text_at("data.decision.outcome")),
        "hg_code": told.text_at("data.decision.credits.0.code").or_else(|| told.text_at("data.code")),
        "hg_consent": told.consent(),
    });
    json!({
        "eventName": name,
        "email": email,
        "occurredAt": told.occurred_at(),
        "uuid": uuid(told.id),
        "properties": without_nulls(properties),
    })
}

fn read(answer: &Answer<'_>) -> Reading {
    let body = answer.json();
    let failed = body.get("numErrors").and_then(Value::as_i64).unwrap_or(0) > 0
        || body.get("errors").and_then(Value::as_array).is_some_and(|errors| !errors.is_empty())
        || text_at(&body, "status") == Some("error");
    let why = text_at(&body, "message").or_else(|| text_at(&body, "errors.0.message")).unwrap_or("errors").to_owned();
    answer.taken_if(!failed, why)
}

#[cfg(test)]
#[path = "hubspot_tests.rs"]
mod tests;
