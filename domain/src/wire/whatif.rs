//! What `POST /v1/program/what-if` answers, as the result of its job.

use crate::money::Money;
use serde::{Deserialize, Serialize};

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhatIf {
    /// Conversions that were judged again, and those of them whose reason or rewards differ.
    pub conversions: i64,
    pub changed: i64,
    /// One a currency, in their order.
    pub totals: Vec<Total>,
    /// How often a reason became another, the most often first.
    pub reasons: Vec<Became>,
    /// Those with the largest change first: `participants_limit` of `participants_count`, who have or would have anything.
    pub participants: Vec<ParticipantChange>,
    pub participants_count: usize,
    pub participants_limit: usize,
    /// What judging again couldn't know.
    pub not_recorded: Vec<NotRecorded>,
}

/// `difference` is then less now. Refunds are taken off on both sides.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    pub now: Money,
    pub then: Money,
    pub difference: Money,
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    #[serde(flatten)]
    pub both: Compared,
    pub referrer: Compared,
    pub friend: Compared,
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    pub now: i64,
    pub then: i64,
}

/// Conversions whose decision was `from` and would be `to`; where both are the same, the rewards differ.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Became {
    pub from: String,
    pub to: String,
    pub conversions: i64,
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema), schemars(rename = "ParticipantDifference"))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParticipantChange {
    pub participant: String,
    /// One a currency.
    pub money: Vec<Compared>,
    /// Rewards, those without a money value included.
    pub rewards: Counted,
    /// Conversions with credit.
    pub credited: Counted,
    /// Why, the most frequent first, as many as are kept.
    pub changes: Vec<Became>,
}

/// `code` is stable; `count` is of what the sentence speaks of.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotRecorded {
    pub code: String,
    pub count: i64,
    pub what: String,
}
