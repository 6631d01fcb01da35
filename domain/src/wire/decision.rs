//! A decision as it is stored and answered: the outcome, its reason, and every touch with why it counted or not.

use crate::id::{ClickId, ParticipantId};
use crate::reason::Reason;
use crate::time::Timestamp;
pub use crate::words::Explanation;
use crate::words::Lang;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The stored answer to "who gets credit for this conversion, and why or why not".
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub outcome: Outcome,
    pub reason: Reason,
    pub model: String,
    /// How long a touch could earn. None in decisions that were stored before this was.
    #[serde(default)]
    pub window_days: Option<i64>,
    #[serde(default)]
    pub consent: Option<ConsentState>,
    /// What was noticed beside: `gpc`, `token_invalid`.
    #[serde(default)]
    pub signals: Vec<Reason>,
    pub credits: Vec<Credit>,
    pub touches: Vec<TouchTrace>,
    /// What became of each reward rule that answers to the event.
    pub rules: Vec<RuleTrace>,
    /// The version of the program that judged.
    pub program_version: i64,
    /// In English.
    pub explanation: Explanation,
}

/// Whether the visitor agreed to be counted.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    /// The program doesn't ask.
    NotRequired,
    Granted,
    /// Said no, or was asked and has not said yes.
    Denied,
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Credited,
    None,
    Held,
    Refused,
}

/// A participant's part of a conversion: `share` is an exact fraction such as `1/1`, and all of them sum to one.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    pub participant: ParticipantId,
    pub code: String,
    pub share: String,
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Contribution,
    Binding,
    Coupon,
    Code,
    Touch,
}

/// One thing that could have earned credit, and why it did or didn't.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TouchTrace {
    pub source: Source,
    pub code: Option<String>,
    pub click: Option<ClickId>,
    pub at: Option<Timestamp>,
    pub participant: Option<ParticipantId>,
    pub counted: bool,
    /// Its part of the credit, where it counted.
    #[serde(default)]
    pub share: Option<String>,
    #[serde(default)]
    pub consented: bool,
    #[serde(default)]
    pub gpc: bool,
    pub reason: Reason,
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTrace {
    pub rule: String,
    pub result: Reason,
}

impl Outcome {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Credited => "credited",
            Self::None => "none",
            Self::Held => "held",
            Self::Refused => "refused",
        }
    }
}

impl Decision {
    /// The decision with its words, and those of each touch and rule, in a language.
    pub fn in_words(&self, lang: Lang) -> Value {
        serde_json::to_value(self.worded(lang)).unwrap_or(Value::Null)
    }

    /// The same, to be written.
    pub fn worded(&self, lang: Lang) -> impl Serialize {
        // Named one by one, so that none can be forgotten.
        let Self {
            outcome,
            reason,
            model,
            window_days,
            consent,
            signals,
            credits,
            touches,
            rules,
            program_version,
            explanation: _,
        } = self;
        let in_words = |reason| Explanation::of(reason, lang);
        Worded {
            outcome: *outcome,
            reason: *reason,
            model,
            window_days: *window_days,
            consent: *consent,
            signals,
            credits,
            touches: touches.iter().map(|of| Explained { of, explanation: in_words(of.reason) }).collect(),
            rules: rules.iter().map(|of| Explained { of, explanation: in_words(of.result) }).collect(),
            program_version: *program_version,
            explanation: in_words(*reason),
            lang: lang.as_str(),
        }
    }
}

/// A decision in the words of a language.
#[derive(Serialize)]
struct Worded<'a> {
    outcome: Outcome,
    reason: Reason,
    model: &'a str,
    window_days: Option<i64>,
    consent: Option<ConsentState>,
    signals: &'a [Reason],
    credits: &'a [Credit],
    touches: Vec<Explained<'a, TouchTrace>>,
    rules: Vec<Explained<'a, RuleTrace>>,
    program_version: i64,
    explanation: Explanation,
    lang: &'static str,
}

#[derive(Serialize)]
struct Explained<'a, T> {
    #[serde(flatten)]
    of: &'a T,
    explanation: Explanation,
}

#[cfg(test)]
#[path = "decision_tests.rs"]
mod tests;
