//! What an owner aims at, in the program file. The linter compares the rules with it; nothing is judged by it.

use super::rule::Amounts;
use crate::time::Span;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Targets {
    /// What a new customer may cost at most, in each currency.
    pub cost_per_acquisition: Amounts,
    /// How long a customer may send things back.
    pub refund_window: Option<Span>,
}
