//! Answers with a pinned shape: conversions and rewards, as the API, the events and the store's readers see them.

use super::decision::Decision;
use crate::id::{ConversionId, RewardId};
use crate::judge::Case;
use crate::money::{Currency, Money};
use crate::reward::Reward;
use crate::reward::limits::Warning;
use crate::reward::rules::Earned;
use crate::time::Timestamp;
use crate::words::Lang;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConversionAnswer {
    pub id: ConversionId,
    pub event: String,
    pub external_id: String,
    pub value: Option<Money>,
    pub refunded: Option<Money>,
    pub occurred_at: Timestamp,
    pub recorded_at: Timestamp,
    pub customer: CustomerAnswer,
    pub decision: Decision,
    pub rewards: Vec<RewardAnswer>,
    pub properties: Map<String, Value>,
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerAnswer {
    pub id: String,
    pub external_id: Option<String>,
    pub email: Option<String>,
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RewardAnswer {
    pub id: RewardId,
    pub conversion: ConversionId,
    pub rule: String,
    pub side: String,
    pub beneficiary: String,
    pub kind: String,
    /// What is left of it after refunds; none for a thing without a money value, as are the next two.
    pub value: Option<Money>,
    pub earned: Option<Money>,
    pub reversed: Option<Money>,
    pub state: String,
    pub due_at: Timestamp,
    pub created_at: Timestamp,
    pub reason: Option<String>,
    /// Which of several rewards of one rule this is: a stage, a milestone, a month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// The event `budget.warning`: four fifths of a budget are spent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BudgetWarning {
    /// The rule whose budget it is; null for the program's.
    pub rule: Option<String>,
    /// Null where the budget counts rewards.
    pub currency: Option<Currency>,
    pub limit: i64,
    pub spent: i64,
    pub over: String,
    /// The first day of the stretch that the budget is for.
    pub since: Option<String>,
}

impl ConversionAnswer {
    pub fn new(case: &Case<'_>, id: &ConversionId, decision: &Decision, rewards: &[Earned]) -> Self {
        let new = case.conversion;
        Self {
            id: id.clone(),
            event: new.event.clone(),
            external_id: new.external_id.clone(),
            value: new.value,
            refunded: new.value.map(|value| Money::zero(value.currency())),
            occurred_at: case.facts.occurred_at,
            recorded_at: case.recorded_at,
            customer: CustomerAnswer {
                id: case.customer.to_string(),
                external_id: new.customer.external_id.clone(),
                email: new.customer.email.as_ref().map(ToString::to_string),
            },
            decision: decision.clone(),
            rewards: rewards.iter().map(|earned| RewardAnswer::new(id, earned)).collect(),
            properties: new.properties.clone(),
        }
    }

    /// The conversion with its decision in words, as JSON.
    pub fn in_words(&self, lang: Lang) -> serde_json::Result<String> {
        // Named one by one, so that none can be forgotten.
        let Self {
            id,
            event,
            external_id,
            value,
            refunded,
            occurred_at,
            recorded_at,
            customer,
            decision,
            rewards,
            properties,
        } = self;
        serde_json::to_string(&Worded {
            id,
            event,
            external_id,
            value: *value,
            refunded: *refunded,
            occurred_at: *occurred_at,
            recorded_at: *recorded_at,
            customer,
            decision: decision.worded(lang),
            rewards,
            properties,
        })
    }
}

/// A conversion whose decision is in the words of a language.
#[derive(Serialize)]
struct Worded<'a, D> {
    id: &'a ConversionId,
    event: &'a str,
    external_id: &'a str,
    value: Option<Money>,
    refunded: Option<Money>,
    occurred_at: Timestamp,
    recorded_at: Timestamp,
    customer: &'a CustomerAnswer,
    decision: D,
    rewards: &'a [RewardAnswer],
    properties: &'a Map<String, Value>,
}

impl RewardAnswer {
    pub fn new(conversion: &ConversionId, earned: &Earned) -> Self {
        let reward = &earned.reward;
        Self {
            id: reward.id.clone(),
            conversion: conversion.clone(),
            rule: earned.rule.clone(),
            side: reward.side.as_str().to_owned(),
            beneficiary: reward.beneficiary.clone(),
            kind: earned.kind.as_str().to_owned(),
            value: valued(reward, reward.value()),
            earned: valued(reward, reward.earned),
            reversed: valued(reward, reward.reversed),
            state: reward.state.as_str().to_owned(),
            due_at: earned.due_at,
            created_at: earned.created_at,
            reason: earned.reason.map(|reason| reason.as_str().to_owned()),
            stage: (!earned.stage.is_empty()).then(|| earned.stage.clone()),
            item: earned.item.clone(),
            months: earned.months,
            coupon: earned.coupon.clone(),
            expires_at: earned.expires_at,
        }
    }
}

/// An amount of a reward, where the reward has a money value at all.
pub fn valued(reward: &Reward, amount: Money) -> Option<Money> {
    (reward.earned.amount() != 0).then_some(amount)
}

impl BudgetWarning {
    pub fn new(warning: &Warning) -> Self {
        Self {
            rule: warning.rule.clone(),
            currency: warning.currency,
            limit: warning.limit,
            spent: warning.spent,
            over: warning.over.as_str().to_owned(),
            since: warning.since.map(|day| day.to_string()),
        }
    }
}
