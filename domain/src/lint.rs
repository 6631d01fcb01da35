//! The linter: what a program file says that its owner may not want, where, why, and how to mend it.
//!
//! A file is read strictly first: one that can't be read gives its faults, and nothing else is looked at. Each lint is a
//! function over the program, in a list. Called by the Worker and by `cargo program-lint`.

mod holding;
mod offer;
mod overlap;
mod placed;
mod reach;
mod screen;
mod spending;

use crate::calendar::Day;
use crate::fault::{Fault, Refusal};
use crate::program::Program;
use serde::Serialize;
use std::fmt;

/// How much a finding matters.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The file can't be read, or a part of it can never be what it says.
    Error,
    /// It costs money, friends or trust.
    Warning,
    /// It could be better.
    Hint,
}

impl Severity {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
        }
    }
}

/// One thing that was found. `path` is as in faults, such as `rewards[1].hold_days`; empty for the whole file.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub severity: Severity,
    /// A stable word.
    pub code: &'static str,
    pub path: String,
    pub why: String,
    pub fix: String,
}

impl Finding {
    fn error(code: &'static str, path: impl Into<String>, why: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, path: path.into(), why: why.into(), fix: fix.into() }
    }

    fn warning(code: &'static str, path: impl Into<String>, why: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, path, why, fix) }
    }

    fn hint(code: &'static str, path: impl Into<String>, why: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { severity: Severity::Hint, ..Self::error(code, path, why, fix) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = if self.path.is_empty() { "the file" } else { &self.path };
        write!(to, "{}[{}] at {at}\n  why: {}\n  fix: {}", self.severity.as_str(), self.code, self.why, self.fix)
    }
}

/// The lints, in the order in which they stand in the docs. `Day`: today, in UTC.
const LINTS: &[fn(&Program, Day) -> Vec<Finding>] = &[
    offer::one_sided,
    offer::told,
    offer::calls_to_action,
    offer::disclosure,
    offer::terms,
    screen::words,
    screen::places,
    screen::translations,
    spending::target,
    spending::limits,
    spending::ceilings,
    spending::whole_sales,
    spending::tiers,
    holding::hold,
    holding::leads,
    holding::signups,
    overlap::overlaps,
    reach::values,
    reach::currencies,
    reach::steps,
    reach::time,
    reach::limits,
    reach::windows,
];

/// What is found in a file, errors first, each kind in the order of the lints.
pub fn lint(text: &str, today: Day) -> Vec<Finding> {
    match Program::from_json(text) {
        Ok(program) => lint_program(&program, today),
        Err(refusal) => unreadable(refusal),
    }
}

/// What is found in a program that could be read.
pub fn lint_program(program: &Program, today: Day) -> Vec<Finding> {
    let mut found: Vec<Finding> = LINTS.iter().flat_map(|lint| lint(program, today)).collect();
    found.sort_by_key(|finding| finding.severity);
    found
}

fn unreadable(refusal: Refusal) -> Vec<Finding> {
    if refusal.faults.is_empty() {
        return vec![Finding::error(refusal.code, "", refusal.message, "Write the file as JSON.")];
    }
    refusal.faults.into_iter().map(of_fault).collect()
}

fn of_fault(fault: Fault) -> Finding {
    let fix = match fault.code {
        "unknown_field" => "Rename this field, or take it out.",
        "missing_field" => "Add this field.",
        "not_here" => "Take this out, or move it to where it belongs.",
        code if code.starts_with("duplicate") => "Give one of them another name, or take it out.",
        _ => "Write here what is asked for.",
    };
    Finding::error(fault.code, fault.path, fault.message, fix)
}

#[cfg(test)]
#[path = "lint_tests.rs"]
mod tests;
