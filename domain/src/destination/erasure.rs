//! What is kept of deliveries without someone who was erased: what is still to leave leaves without them, and what left
//! says no more of what was sent and answered.
//!
//! Ids stay, for they tell nothing of a person: the book, the conversions and the receivers' own records have them too.

use crate::wire::destinations::ErasedPerson;
use serde_json::{Map, Value};

/// What an object that is the person says of them.
const OWN: [&str; 7] = ["external_id", "email", "name", "country", "segment", "metadata", "lang"];
/// A shorter text is looked for as a whole value only: it may stand anywhere by chance.
const LONG: usize = 6;
const GONE: &str = "(erased)";

impl ErasedPerson {
    /// What the person's deliveries are found by: texts that stand in their bodies, in lower case.
    pub fn traces(&self) -> Vec<String> {
        let addresses = self.texts.iter().filter(|text| text.contains('@')).map(|text| text.to_lowercase());
        let mut traces: Vec<String> = self.ids.iter().cloned().chain(addresses).collect();
        traces.sort();
        traces.dedup();
        traces
    }

    fn is(&self, object: &Map<String, Value>) -> bool {
        object.get("id").and_then(Value::as_str).is_some_and(|id| self.ids.iter().any(|own| own == id))
    }

    /// The text without what names them.
    fn taken_out_of(&self, text: &str) -> String {
        let whole = |known: &&String| known.to_lowercase() == text.to_lowercase();
        if self.texts.iter().any(|known| whole(&known)) {
            return GONE.to_owned();
        }
        let long = self.texts.iter().filter(|known| known.chars().count() >= LONG);
        long.fold(text.to_owned(), |text, known| without_text(&text, known))
    }
}

/// The body of an event, without the person. What can't be read is gone as a whole.
pub fn body_without(person: &ErasedPerson, body: &str) -> String {
    let Ok(mut body) = serde_json::from_str::<Value>(body) else { return "{}".to_owned() };
    erase(person, &mut body);
    body.to_string()
}

/// Attempts, as a list of JSON, without what was sent and what was answered.
pub fn attempts_without(person: &ErasedPerson, attempts: &str) -> String {
    let Ok(mut attempts) = serde_json::from_str::<Vec<Value>>(attempts) else { return "[]".to_owned() };
    for attempt in attempts.iter_mut().filter_map(Value::as_object_mut) {
        for field in ["request", "answer"] {
            attempt.insert(field.to_owned(), Value::Null);
        }
        if let Some(Value::String(error)) = attempt.get_mut("error") {
            *error = person.taken_out_of(error);
        }
    }
    Value::Array(attempts).to_string()
}

fn erase(person: &ErasedPerson, value: &mut Value) {
    match value {
        Value::Object(object) => {
            if person.is(object) {
                for field in OWN {
                    if let Some(said) = object.get_mut(field) {
                        *said = Value::Null;
                    }
                }
                if object.contains_key("unsubscribe") {
                    object.insert("erased".to_owned(), Value::Bool(true));
                }
            }
            let theirs = object.get("customer").and_then(Value::as_object).is_some_and(|customer| person.is(customer));
            if let Some(properties) = object.get_mut("properties").filter(|_| theirs) {
                *properties = Value::Object(Map::new());
            }
            object.values_mut().for_each(|value| erase(person, value));
        }
        Value::Array(list) => list.iter_mut().for_each(|value| erase(person, value)),
        Value::String(text) => {
            let left = person.taken_out_of(text);
            if left != *text {
                *value = if left == GONE { Value::Null } else { Value::String(left) };
            }
        }
        _ => {}
    }
}

/// Without a text, in whatever case it stands there.
fn without_text(text: &str, known: &str) -> String {
    let (folded, known) = (text.to_lowercase(), known.to_lowercase());
    // Where lower case has other lengths, places don't fit: then the whole goes.
    if folded.len() != text.len() {
        return if folded.contains(&known) { GONE.to_owned() } else { text.to_owned() };
    }
    let (mut left, mut from) = (String::new(), 0);
    while let Some(at) = folded.get(from..).and_then(|rest| rest.find(&known)).map(|at| from + at) {
        left.push_str(text.get(from..at).unwrap_or_default());
        left.push_str(GONE);
        from = at + known.len();
    }
    left.push_str(text.get(from..).unwrap_or_default());
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn bob() -> ErasedPerson {
        let texts = ["Bob@Example.com", "u-7", "Bob Smith"].map(str::to_owned).to_vec();
        ErasedPerson { ids: vec!["cus_1".to_owned(), "prt_9".to_owned()], texts }
    }

    #[test]
    fn ids_and_sums_stay_and_what_names_the_person_goes() {
        for (body, left) in [
            (
                json!({"customer": {"id": "cus_1", "external_id": "u-7", "email": "bob@example.com"}, "external_id": "order-1",
                    "properties": {"phone": "555"}, "value": {"amount": 5, "currency": "USD"}}),
                json!({"customer": {"id": "cus_1", "external_id": null, "email": null}, "external_id": "order-1",
                    "properties": {}, "value": {"amount": 5, "currency": "USD"}}),
            ),
            (
                json!({"about": {"recipient": {"id": "prt_9", "name": "Bob", "email": "b@x.org", "link": "https://x/r/ab",
                    "unsubscribe": "https://x/u"}}}),
                json!({"about": {"recipient": {"id": "prt_9", "name": null, "email": null, "link": "https://x/r/ab",
                    "unsubscribe": "https://x/u", "erased": true}}}),
            ),
            (json!({"email": "BOB@example.com", "participant": null}), json!({"email": null, "participant": null})),
            (json!({"note": "for bob@EXAMPLE.com, u-7"}), json!({"note": "for (erased), u-7"})),
            (json!({"order": "u-7", "at": 7}), json!({"order": null, "at": 7})),
            (
                json!({"customer": {"id": "cus_2", "email": "eve@example.com"}, "properties": {"a": 1}}),
                json!({"customer": {"id": "cus_2", "email": "eve@example.com"}, "properties": {"a": 1}}),
            ),
        ] {
            let once = body_without(&bob(), &body.to_string());
            assert_eq!(serde_json::from_str::<Value>(&once).unwrap(), left);
            assert_eq!(body_without(&bob(), &once), once, "again changes nothing");
        }
        assert_eq!(body_without(&bob(), "bob@example.com"), "{}");
        assert_eq!(bob().traces(), ["bob@example.com", "cus_1", "prt_9"]);
    }

    #[test]
    fn attempts_keep_when_and_how_they_ended() {
        let attempts = json!([{"number": 1, "at": 5, "request": {"body": "x"}, "status": 500, "answer": "Bob", "ms": 3,
            "error": "bob@example.com isn't known"}]);
        let left = json!([{"number": 1, "at": 5, "request": null, "status": 500, "answer": null, "ms": 3,
            "error": "(erased) isn't known"}]);
        assert_eq!(attempts_without(&bob(), &attempts.to_string()), left.to_string());
    }

    #[test]
    fn a_text_is_found_in_any_case_and_whatever_its_letters_are() {
        for (text, left) in [
            ("x Bob Smith y BOB SMITH", "x (erased) y (erased)"),
            ("İ bob smith", "(erased)"),
            ("İ nobody", "İ nobody"),
            ("", ""),
        ] {
            assert_eq!(bob().taken_out_of(text), left);
        }
    }
}
