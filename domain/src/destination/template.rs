//! Templates of an owner: JSON in whose texts `{{path}}` stands for what is at that path. A text that is nothing but one
//! place takes the value as it is; within a longer text it is written out. What is put in can't change the JSON's shape.

use super::told::at;
use serde_json::Value;

/// A template with its places filled from `data`; what isn't there is null, or nothing within a text.
pub(super) fn filled(template: &Value, data: &Value) -> Value {
    match template {
        Value::String(text) => match only_place(text) {
            Some(path) => at(data, path).cloned().unwrap_or(Value::Null),
            None => Value::String(written(text, |path| at(data, path).map(spelt).unwrap_or_default())),
        },
        Value::Array(items) => Value::Array(items.iter().map(|item| filled(item, data)).collect()),
        Value::Object(map) => map.iter().map(|(name, value)| (name.clone(), filled(value, data))).collect(),
        other => other.clone(),
    }
}

/// A text with its places written out.
pub(super) fn written(text: &str, find: impl Fn(&str) -> String) -> String {
    let mut parts = text.split("{{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if let Some((path, rest)) = part.split_once("}}") {
            out.push_str(&find(path.trim()));
            out.push_str(rest);
        } else {
            out.push_str("{{");
            out.push_str(part);
        }
    }
    out
}

/// A value as text.
pub(super) fn spelt(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn only_place(text: &str) -> Option<&str> {
    let path = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    (!path.contains("{{") && !path.contains("}}")).then(|| path.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn places_are_filled_and_the_shape_stays() {
        let data = json!({"data": {"id": "a\",\"x\":\"b", "value": {"amount": 5}, "list": ["p"]}});
        for (template, filled_in) in [
            (json!("{{data.value.amount}}"), json!(5)),
            (json!("{{ data.value }}"), json!({"amount": 5})),
            (json!("n={{data.value.amount}}!"), json!("n=5!")),
            (json!({"id": "{{data.id}}"}), json!({"id": "a\",\"x\":\"b"})),
            (json!(["{{data.list.0}}", 1, true]), json!(["p", 1, true])),
            (json!("{{data.none}}"), Value::Null),
            (json!("<{{data.none}}>"), json!("<>")),
            (json!("{{data.list.0}}{{data.list.0}}"), json!("pp")),
            (json!("open {{data"), json!("open {{data")),
            (json!("{{}}"), Value::Null),
        ] {
            assert_eq!(filled(&template, &data), filled_in, "{template}");
        }
    }
}
