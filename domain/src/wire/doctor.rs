//! What `GET /v1/doctor` answers.

use crate::time::Timestamp;
use serde::Serialize;

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checkup {
    pub at: Timestamp,
    /// What was looked at, in the order in which it is set up.
    pub checks: Vec<Check>,
}

/// One thing that was looked at, what was found, and how to mend it.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// `page`, `script`, `route`, `cookie`, `policy` or `clock`.
    pub what: &'static str,
    pub state: Health,
    pub found: String,
    /// None where nothing is to be done.
    pub fix: Option<String>,
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema), schemars(rename = "CheckState"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    Good,
    /// It works, and costs something.
    Warning,
    /// It doesn't work.
    Bad,
    /// It couldn't be seen.
    Unknown,
}
