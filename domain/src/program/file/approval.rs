//! `approval.callback`: who is asked before a reward is approved by time, how long, and what holds otherwise.

use super::within;
use crate::approval::{Callback, Otherwise};
use crate::fault::Place;
use crate::time::Span;
use crate::wire::read::{self, Fields, Read};
use serde_json::{Map, Value, json};

/// Long enough for a second try; and no reward waits longer than a week for a system.
const LEAST_SECONDS: i64 = 10;
const MOST_SECONDS: i64 = 7 * 24 * 3_600;
const DEFAULT_SECONDS: i64 = 3_600;

const OTHERWISE: &[(&str, Otherwise)] =
    &[("approve", Otherwise::Approve), ("reject", Otherwise::Reject), ("hold", Otherwise::Hold)];

pub(super) struct Approval {
    pub(super) callback: Option<Callback>,
}

impl Read for Approval {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let callback = fields.optional("callback");
        fields.done();
        Some(Self { callback: callback? })
    }
}

impl Read for Otherwise {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        read::one_of(value, place, OTHERWISE)
    }
}

impl Read for Callback {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let url = fields.required("url");
        let seconds = fields.or("deadline_seconds", DEFAULT_SECONDS);
        let otherwise = fields.required("default");
        fields.done();
        let seconds = within(seconds?, LEAST_SECONDS, MOST_SECONDS, &place.child("deadline_seconds"));
        Some(Self { url: url?, deadline: Span::seconds(seconds?), otherwise: otherwise? })
    }
}

pub(super) fn write(callback: Option<&Callback>, fields: &mut Map<String, Value>) {
    let Some(callback) = callback else { return };
    let word = OTHERWISE.iter().find(|(_, known)| *known == callback.otherwise).map_or("", |(word, _)| *word);
    let seconds = callback.deadline.as_millis() / 1_000;
    let callback = json!({"url": callback.url, "deadline_seconds": seconds, "default": word});
    fields.insert("approval".to_owned(), json!({"callback": callback}));
}

#[cfg(test)]
mod tests {
    use crate::program::Program;
    use serde_json::{Value, json};

    fn file(callback: &Value) -> Value {
        json!({"id": "acme", "name": "Acme", "kind": "referral", "site": "https://acme.example.com",
            "approval": {"callback": callback}})
    }

    #[test]
    fn a_callback_is_read_and_written_with_its_defaults() {
        let program =
            Program::from_json(&file(&json!({"url": "https://a.example.com/ask", "default": "hold"})).to_string());
        let written = program.unwrap().to_json();
        let whole = json!({"url": "https://a.example.com/ask", "deadline_seconds": 3_600, "default": "hold"});
        assert_eq!(written["approval"]["callback"], whole);
        assert_eq!(Program::from_json(&written.to_string()).unwrap().to_json(), written);
    }

    #[test]
    fn a_callback_that_is_not_whole_is_refused_by_field() {
        for (callback, field) in [
            (json!({"default": "hold"}), "approval.callback.url"),
            (json!({"url": "https://a.example.com"}), "approval.callback.default"),
            (json!({"url": "https://a.example.com", "default": "maybe"}), "approval.callback.default"),
            (
                json!({"url": "https://a.example.com", "default": "hold", "deadline_seconds": 9}),
                "approval.callback.deadline_seconds",
            ),
            (json!({"url": "https://a.example.com", "default": "hold", "deadline": 9}), "approval.callback.deadline"),
        ] {
            let refusal = Program::from_json(&file(&callback).to_string()).unwrap_err();
            assert_eq!(refusal.field.as_deref(), Some(field), "{callback}");
        }
    }
}
