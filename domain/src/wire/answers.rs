//! Answers with a pinned shape: conversions and rewards, as the API, the events and the store's readers see them.

use super::decision::Decision;
use crate::id::{ConversionId, RewardId};
use crate::judge::{Case, Earned};
use crate::money::Money;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerAnswer {
    pub id: String,
    pub external_id: Option<String>,
    pub email: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RewardAnswer {
    pub id: RewardId,
    pub conversion: ConversionId,
    pub rule: String,
    pub side: String,
    pub beneficiary: String,
    pub kind: String,
    /// What is left of it after refunds.
    pub value: Money,
    pub earned: Money,
    pub reversed: Money,
    pub state: String,
    pub due_at: Timestamp,
    pub created_at: Timestamp,
    pub reason: Option<String>,
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
            value: reward.value(),
            earned: reward.earned,
            reversed: reward.reversed,
            state: reward.state.as_str().to_owned(),
            due_at: earned.due_at,
            created_at: earned.created_at,
            reason: None,
        }
    }
}
