//! What the API answers of destinations and deliveries, as far as it is shown; and the words for it.

use crate::words;
use serde::Deserialize;
use serde_json::{Map, Value};

/// One row of `/v1/destinations`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Destination {
    pub(crate) id: String,
    pub(super) kind: String,
    pub(super) url: String,
    pub(super) events: Vec<String>,
    pub(super) settings: Map<String, Value>,
    /// Names of those that are set.
    pub(super) secrets: Vec<String>,
    pub(super) ordered: bool,
    pub(super) state: String,
    /// Why it was given up; none where a hand disabled it.
    pub(super) why: Option<String>,
    /// The first failure since something arrived.
    pub(super) failing_since: Option<String>,
    pub(super) created_at: String,
}

impl Destination {
    /// Whether the program file sets it, and nothing else may.
    pub(super) fn is_callback(&self) -> bool {
        self.kind == "approval"
    }

    /// Whether its secret is ours to make.
    pub(super) fn has_own_secret(&self) -> bool {
        self.is_callback() || self.kind == "webhook"
    }

    pub(super) fn title(&self) -> String {
        super::kinds::title(&self.kind)
    }

    /// What it is, and whose.
    pub(crate) fn named(&self) -> String {
        format!("{} · {}", self.title(), host(&self.url))
    }
}

/// One row of `/v1/deliveries`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) destination: Option<String>,
    pub(super) event: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(super) state: String,
    pub(super) tries: i64,
    pub(super) next_at: Option<String>,
    pub(crate) created_at: String,
}

/// `/v1/deliveries/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Whole {
    #[serde(flatten)]
    pub(super) row: Row,
    pub(super) attempts: Vec<Attempt>,
    pub(super) body: Value,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Attempt {
    pub(super) number: i64,
    pub(super) at: String,
    pub(super) request: Value,
    pub(super) status: Option<i64>,
    pub(super) answer: Option<String>,
    pub(super) error: Option<String>,
    pub(super) ms: i64,
}

pub(super) const STATES: [&str; 5] = ["pending", "delivered", "waiting", "dead", "skipped"];

/// The state as the screen calls it. One that was tried already is failing.
pub(crate) fn state(row: &Row) -> String {
    if row.state == "pending" && row.tries > 0 {
        return words::forwarding::failing().to_owned();
    }
    state_word(&row.state)
}

pub(super) fn state_word(state: &str) -> String {
    match state {
        "pending" => words::forwarding::pending(),
        "delivered" => words::forwarding::delivered(),
        "waiting" => words::forwarding::waiting(),
        "dead" => words::forwarding::dead(),
        "skipped" => words::forwarding::skipped(),
        other => return other.to_owned(),
    }
    .to_owned()
}

/// How a state looks.
pub(crate) fn look(row: &Row) -> &'static str {
    match (row.state.as_str(), row.tries) {
        ("delivered", _) => "badge fine",
        ("dead", _) => "badge bad",
        ("pending", tries) if tries > 0 => "badge bad",
        _ => "badge",
    }
}

/// What one should do about it now.
pub(super) fn what_now(row: &Row) -> &'static str {
    match (row.state.as_str(), row.tries) {
        ("delivered", _) => words::forwarding::now_delivered(),
        ("dead", _) => words::forwarding::now_dead(),
        ("waiting", _) => words::forwarding::now_waiting(),
        ("skipped", _) => words::forwarding::now_skipped(),
        (_, 0) => words::forwarding::now_pending(),
        _ => words::forwarding::now_failing(),
    }
}

/// What is sent may be long: it is written so that one can read it.
pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Whom an address belongs to.
fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_address_is_known_by_its_host() {
        assert_eq!(super::host("https://hooks.example.com/a?b#c"), "hooks.example.com");
        assert_eq!(super::host("nothing"), "nothing");
    }
}
