//! When a reward is final, and whether it was earned by a customer who is worth something.

use super::Finding;
use super::placed::{PlacedRule, rules};
use crate::calendar::Day;
use crate::program::{Approval, Program};
use crate::time::Span;

/// A hold that ends while a sale can still be sent back.
pub(super) fn hold(program: &Program, _: Day) -> Vec<Finding> {
    let days = |span: Span| span.as_millis() / Span::days(1).as_millis();
    let paying: Vec<PlacedRule<'_>> =
        rules(program).into_iter().filter(|placed| placed.rule.approval == Approval::Automatic).collect();
    let Some(window) = program.targets.refund_window else {
        let none = paying.iter().filter(|placed| placed.rule.hold == Span::default()).map(|placed| {
            let why = "A reward is approved at once, before anyone can send the goods back.";
            let fix = "Set hold_days to your refund window, and say it in targets.refund_window_days.";
            Finding::warning("no_hold", placed.at("hold_days"), why, fix)
        });
        let mut found: Vec<Finding> = none.collect();
        if !program.rewards.is_empty() {
            let why = "Nothing says how long a customer may send things back, so holds can't be compared with it.";
            let fix = "Add targets.refund_window_days, such as 30.";
            found.push(Finding::hint("no_refund_window", "targets.refund_window_days", why, fix));
        }
        return found;
    };
    let short = paying.iter().filter(|placed| placed.rule.hold < window).map(|placed| {
        let (hold, window) = (days(placed.rule.hold), days(window));
        let why = format!("A reward is approved after {hold} days, and the sale can be sent back for {window}.");
        let fix = format!("Set hold_days to {window} or more.");
        Finding::warning("hold_shorter_than_refunds", placed.at("hold_days"), why, fix)
    });
    short.collect()
}

/// Leads that are paid for before anyone looked at them.
pub(super) fn leads(program: &Program, _: Day) -> Vec<Finding> {
    let unqualified = |placed: &PlacedRule<'_>| placed.pays_on().contains("lead");
    let one = |placed: PlacedRule<'_>| {
        let why = "Every lead is paid for, also those that nobody can sell to.";
        let fix = "Leave \"qualified_by\" out (it is \"qualified\" then), or name the event that says a lead is good.";
        Finding::warning("lead_without_qualification", placed.at("qualified_by"), why, fix)
    };
    rules(program).into_iter().filter(unqualified).map(one).collect()
}

/// Money for an account alone.
pub(super) fn signups(program: &Program, _: Day) -> Vec<Finding> {
    let alone = |placed: &PlacedRule<'_>| placed.has_money() && placed.pays_on().contains("signup");
    let one = |placed: PlacedRule<'_>| {
        let why = "An account alone earns money, and accounts are cheap to make.";
        let fix = "Reward the first purchase, or add \"qualified_by\" with an event that only real customers reach.";
        Finding::hint("signup_earns", placed.at("on"), why, fix)
    };
    rules(program).into_iter().filter(alone).map(one).collect()
}
