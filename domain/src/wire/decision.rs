//! A decision as it is stored and answered: the outcome, its reason, and every touch with why it counted or not.

use crate::id::{ClickId, ParticipantId};
use crate::reason::Reason;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The stored answer to "who gets credit for this conversion, and why or why not".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub outcome: Outcome,
    pub reason: Reason,
    pub model: String,
    pub credits: Vec<Credit>,
    pub touches: Vec<TouchTrace>,
    /// What became of each reward rule that answers to the event.
    pub rules: Vec<RuleTrace>,
    pub program_version: i64,
    pub explanation: Explanation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Credited,
    None,
    Held,
    Refused,
}

/// A participant's part of a conversion: `share` is an exact fraction such as `1/1`, and all of them sum to one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    pub participant: ParticipantId,
    pub code: String,
    pub share: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Binding,
    Coupon,
    Code,
    Touch,
}

/// One thing that could have earned credit, and why it did or didn't.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TouchTrace {
    pub source: Source,
    pub code: Option<String>,
    pub click: Option<ClickId>,
    pub at: Option<Timestamp>,
    pub participant: Option<ParticipantId>,
    pub counted: bool,
    pub reason: Reason,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTrace {
    pub rule: String,
    pub result: Reason,
}

/// The reason in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    pub owner: String,
    pub referrer: String,
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

impl Explanation {
    pub fn of(reason: Reason) -> Self {
        Self { owner: reason.for_owner().to_owned(), referrer: reason.for_referrer().to_owned() }
    }
}
