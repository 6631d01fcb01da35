//! What an owner sets of a destination, declared by each adapter and read strictly: every fault is told with its path.
//! Secrets are given and never shown.

use super::adapter::Adapter;
use crate::fault::Place;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// One setting or secret.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// 1 to 1,000 characters.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// An e-mail address, alone or as `Name <name@example.com>`.
    Mailbox,
    /// An object of texts.
    Texts,
    /// JSON whose texts may have places, `{{data.id}}`.
    Template,
    /// An owner's own messages, by language and message.
    Messages,
    /// A secret: 8 to 2,000 printable characters without spaces at the ends.
    Secret,
    /// A secret that is an address; the edge checks where it leads.
    SecretAddress,
}

impl Shape {
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::SecretAddress)
    }
}

pub const fn required(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: true }
}

pub const fn optional(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false }
}

/// Whether an ad platform needs the visitor's consent: a choice of the owner's, who answers for it.
pub const CONSENT: Field = optional("consent", Shape::Word(&["required", "not_required"]));
/// The vendor's names for events, by the names of the site.
pub const EVENT_NAMES: Field = optional("event_names", Shape::Texts);

/// A destination's settings and secrets, read whole.
pub type Given = (Map<String, Value>, BTreeMap<String, String>);

/// Reads `settings` and `secrets`, or notes every fault at its place.
pub fn given(
    adapter: &Adapter,
    settings: Map<String, Value>,
    secrets: &Map<String, Value>,
    place: &Place<'_>,
) -> Option<Given> {
    let before = place.faults();
    read_part(adapter, &settings, &place.child("settings"), false);
    read_part(adapter, secrets, &place.child("secrets"), true);
    if place.faults() > before {
        return None;
    }
    let text = |(name, secret): (&String, &Value)| Some((name.clone(), secret.as_str()?.to_owned()));
    let given = (settings, secrets.iter().filter_map(text).collect());
    if let Err((path, message)) = (adapter.check)(&given.0, &given.1) {
        path.split('.').fold(place.clone(), |place, step| place.child(step)).refused("invalid_setting", message);
        return None;
    }
    Some(given)
}

fn read_part(adapter: &Adapter, given: &Map<String, Value>, place: &Place<'_>, secret: bool) {
    let fields: Vec<&Field> = adapter.fields.iter().filter(|field| field.shape.is_secret() == secret).collect();
    for name in given.keys().filter(|name| !fields.iter().any(|field| field.name == *name)) {
        let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
        let hint = match known.as_slice() {
            [] => format!("a {} has none", adapter.kind),
            known => format!("a {} has {}", adapter.kind, known.join(", ")),
        };
        place.child(name).malformed("unknown_field", format!("There is no field \"{name}\"; {hint}."));
    }
    for field in fields {
        let place = place.child(field.name);
        match given.get(field.name) {
            None | Some(Value::Null) if field.required => {
                place.malformed("missing_field", format!("The field \"{}\" is required.", field.name));
            }
            None | Some(Value::Null) => {}
            Some(value) => {
                if field.shape == Shape::Messages {
                    super::email::check_messages(value, &place);
                } else if let Some(wanted) = wrong(field.shape, value) {
                    place.malformed("invalid_setting", format!("Here must be {wanted}."));
                }
            }
        }
    }
}

/// What must stand here, where it doesn't.
fn wrong(shape: Shape, value: &Value) -> Option<String> {
    let text = value.as_str().unwrap_or_default();
    let printable = |least: usize, most: usize| {
        let size = text.chars().count();
        (least..=most).contains(&size) && !text.chars().any(char::is_control) && text.trim() == text
    };
    let (fine, wanted) = match shape {
        Shape::Text => (printable(1, 1_000), "a text of 1 to 1,000 characters".to_owned()),
        Shape::Word(words) => (words.contains(&text), format!("one of {}", words.join(", "))),
        Shape::Mailbox => {
            let address =
                text.strip_suffix('>').and_then(|text| text.rsplit_once('<')).map_or(text, |(_, inner)| inner);
            let fine = printable(3, 320) && crate::person::Email::parse(address).is_ok();
            (fine, "an e-mail address, or \"Name <name@example.com>\"".to_owned())
        }
        Shape::Texts => {
            let all = value.as_object().filter(|map| map.len() <= 50);
            let fine = all.is_some_and(|map| map.values().all(|one| wrong(Shape::Text, one).is_none()));
            (fine, "an object of at most 50 texts".to_owned())
        }
        // Every fault of these is told at its own place.
        Shape::Messages => (true, String::new()),
        Shape::Template => (value.to_string().len() <= 10_000, "JSON of at most 10,000 bytes".to_owned()),
        Shape::Secret | Shape::SecretAddress => {
            let visible = text.chars().all(|letter| letter.is_ascii() && !letter.is_ascii_control());
            (printable(8, 2_000) && visible, "a secret of 8 to 2,000 printable characters".to_owned())
        }
    };
    (!fine).then_some(wanted)
}

/// Settings and secrets of a destination after a change: what is given stands above what was, null takes it away.
pub fn changed(
    adapter: &Adapter,
    held: &Given,
    settings: Option<&Map<String, Value>>,
    secrets: Option<&Map<String, Value>>,
    place: &Place<'_>,
) -> Option<Given> {
    let known = held.1.iter().map(|(name, secret)| (name.clone(), Value::from(secret.as_str()))).collect();
    given(adapter, merged(&held.0, settings), &merged(&known, secrets), place)
}

fn merged(held: &Map<String, Value>, given: Option<&Map<String, Value>>) -> Map<String, Value> {
    let mut merged = held.clone();
    for (name, value) in given.into_iter().flatten() {
        merged.insert(name.clone(), value.clone());
    }
    merged.retain(|_, value| !value.is_null());
    merged
}

#[cfg(test)]
#[path = "field_tests.rs"]
mod tests;
