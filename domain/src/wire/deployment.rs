//! What `GET /v1/stats/programs` answers: programs side by side.

use crate::money::Money;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Programs {
    pub from: Timestamp,
    /// Not counted.
    pub to: Timestamp,
    /// Those of this page together, by kind: `referral`, then `partner`.
    pub sums: Vec<SumsOfKind>,
    pub data: Vec<Listed>,
    pub next_cursor: Option<String>,
}

/// One program.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    pub id: String,
    pub name: String,
    pub site: String,
    /// `referral` or `partner`.
    pub kind: String,
    /// `live` or `test`.
    pub mode: String,
    #[serde(flatten)]
    pub sums: ProgramSums,
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SumsOfKind {
    pub kind: String,
    pub programs: i64,
    #[serde(flatten)]
    pub sums: ProgramSums,
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProgramSums {
    /// Clicks of persons in these days.
    pub person: i64,
    /// Those that occurred in these days, whatever their outcome.
    pub conversions: i64,
    pub credited: i64,
    /// Value of these conversions, less what was refunded, by currency.
    pub revenue: Vec<Money>,
    /// What rewards that are pending, held or approved come to, as they stand now, whenever they were earned.
    pub owed: Vec<Money>,
    /// What rewards that are fulfilled come to.
    pub paid: Vec<Money>,
    /// How much waits for somebody.
    pub attention: i64,
}
