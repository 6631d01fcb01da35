//! Bodies about keys, rewards and payouts.

use super::read::{self, Fields, Read};
use crate::auth::Scope;
use crate::fault::Place;
use crate::money::{Currency, LARGEST};
use serde_json::{Value, json};

/// `POST /v1/keys`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewKey {
    pub label: Option<String>,
    pub scopes: Option<Vec<Scope>>,
}

impl Read for Scope {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        read::one_of(value, place, &Self::ALL.map(|scope| (scope.as_str(), scope)))
    }
}

impl Read for NewKey {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let label = fields.optional("label");
        let scopes = fields.optional::<Vec<Scope>>("scopes");
        fields.done();
        place.child("scopes").accepts(|| json!({"minItems": 1}));
        let scopes = scopes?;
        if scopes.as_ref().is_some_and(Vec::is_empty) {
            place.child("scopes").refused("no_scope", "A key has at least one scope: read, write or money.");
        }
        Some(Self { label: label?, scopes })
    }
}

/// `POST /v1/rewards/{id}/approve|reject|fulfil|reverse`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RewardAction {
    pub reason: Option<String>,
}

impl Read for RewardAction {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let reason = fields.optional("reason");
        fields.done();
        Some(Self { reason: reason? })
    }
}

/// `POST /v1/payouts`: everyone, or some, who are owed at least `minimum` minor units of the currency.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewPayout {
    pub currency: Option<Currency>,
    /// Nothing: what the program's file says.
    pub minimum: Option<i64>,
    pub beneficiaries: Option<Vec<String>>,
}

impl Read for NewPayout {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let currency = fields.optional("currency");
        let minimum = fields.optional("minimum");
        let beneficiaries = fields.optional("beneficiaries");
        fields.done();
        place.child("minimum").accepts(|| json!({"minimum": 0, "maximum": LARGEST}));
        if let Some(Some(minimum)) = minimum
            && !(0..=LARGEST).contains(&minimum)
        {
            place.child("minimum").refused("out_of_range", format!("This lies between 0 and {LARGEST}."));
        }
        Some(Self { currency: currency?, minimum: minimum?, beneficiaries: beneficiaries? })
    }
}

/// `POST /v1/beneficiaries/{id}/write-off`: of one currency, the program's own where none is named.
#[derive(Debug, Clone, PartialEq)]
pub struct NewWriteOff {
    pub currency: Option<Currency>,
    pub reason: String,
}

impl Read for NewWriteOff {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let currency = fields.optional("currency");
        let reason = fields.required("reason");
        fields.done();
        Some(Self { currency: currency?, reason: reason? })
    }
}

/// `POST /v1/payouts/{id}/confirm|fail`: all lines, or those of some beneficiaries.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PayoutLines {
    pub beneficiaries: Option<Vec<String>>,
}

impl Read for PayoutLines {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let beneficiaries = fields.optional("beneficiaries");
        fields.done();
        Some(Self { beneficiaries: beneficiaries? })
    }
}
