//! How a program gives credit: model, windows, binding, and which version judges. Data only; `attribution` decides.

use crate::time::Span;
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributionPolicy {
    pub model: Model,
    /// How long a touch can earn.
    pub window: Span,
    /// Events that have a window of their own.
    pub windows: BTreeMap<String, Span>,
    pub binding: Binding,
    pub judged_by: JudgedBy,
}

impl AttributionPolicy {
    pub fn window_of(&self, event: &str) -> Span {
        self.windows.get(event).copied().unwrap_or(self.window)
    }

    /// How long a touch must be carried, so that no event misses one.
    pub fn longest_window(&self) -> Span {
        self.windows.values().copied().fold(self.window, Span::max)
    }
}

/// How eligible touches share the credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    FirstTouch,
    LastTouch,
    /// All alike.
    Linear,
    Position(Positions),
    /// The newest has the most; each half-life before it halves that.
    TimeDecay {
        half_life: Span,
    },
}

/// Hundredths for the first touch, for those between together, and for the last; they sum to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Positions {
    pub first: u32,
    pub middle: u32,
    pub last: u32,
}

impl Positions {
    pub const USUAL: Self = Self { first: 40, middle: 20, last: 40 };
}

/// Whose a customer is, once someone was credited for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// The first who was credited keeps the customer.
    First,
    /// A newer touch wins.
    Last,
}

/// Which version of the program judges a conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JudgedBy {
    /// The one in force when it occurred.
    Occurrence,
    /// The one in force when the newest touch was made that earns; where no touch earns, as for `Occurrence`.
    Touch,
}
