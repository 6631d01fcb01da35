//! Bodies about disputes.

use super::conversions::{Contribution, Contributions};
use super::read::{self, Fields, Read};
use crate::fault::Place;
use serde_json::{Value, json};

/// `POST /v1/conversions/{id}/dispute`.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDispute {
    pub reason: String,
}

impl Read for NewDispute {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let reason = fields.required("reason");
        fields.done();
        Some(Self { reason: reason? })
    }
}

/// `POST /v1/conversions/{id}/dispute/settle`.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSettlement {
    pub ruling: Ruling,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Ruling {
    /// The dispute is right: these have the credit, or nobody where there are none.
    Upheld(Vec<Contribution>),
    /// The decision stands.
    Rejected,
}

impl Ruling {
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Upheld(_) => "upheld",
            Self::Rejected => "rejected",
        }
    }
}

impl Read for NewSettlement {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        struct Upheld(bool);
        impl Read for Upheld {
            fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
                read::one_of(value, place, &[("upheld", true), ("rejected", false)]).map(Self)
            }
        }
        let fields = Fields::of(value, place)?;
        let outcome = fields.required::<Upheld>("outcome");
        let credit = fields.optional::<Contributions>("credit");
        let reason = fields.required("reason");
        fields.done();
        place.accepts(|| {
            json!({
                "if": {"properties": {"outcome": {"const": "upheld"}}},
                "then": {"required": ["credit"], "properties": {"credit": {"type": "array"}}},
                "else": {"properties": {"credit": {"type": "null"}}},
            })
        });
        let ruling = match (outcome?.0, credit?) {
            (true, Some(Contributions(credit))) => Ruling::Upheld(credit),
            (false, None) => Ruling::Rejected,
            (true, None) => {
                let message = "Say who has the credit now: \"credit\", a list; an empty one gives it to nobody.";
                place.child("credit").malformed("missing_field", message);
                return None;
            }
            (false, Some(_)) => {
                place.child("credit").malformed("not_here", "A dispute that is rejected changes no credit.");
                return None;
            }
        };
        Some(Self { ruling, reason: reason? })
    }
}
