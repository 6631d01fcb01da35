//! What can never be reached: values that exclude each other, steps that nobody gets to, times that are over.

use super::Finding;
use super::placed::{self, PlacedRule, bonus_of, both, named, rules};
use crate::calendar::Day;
use crate::money::Currency;
use crate::program::{Boundary, Gives, Limit, Most, Program, Rule, Side, TierBy, Worth};
use std::collections::BTreeSet;

const MEND: &str = "Mend the amounts, or take the rule out.";

/// Whether some value passes the rule's bounds.
fn some_value(rule: &Rule, usual: Currency) -> bool {
    let currencies: BTreeSet<Currency> = named(&rule.bounds);
    currencies.is_empty()
        || currencies.into_iter().chain([usual]).any(|currency| placed::values(&rule.bounds, currency).is_some())
}

pub(super) fn values(program: &Program, _: Day) -> Vec<Finding> {
    let mut found = Vec::new();
    for placed in rules(program) {
        if !some_value(placed.rule, program.currency) {
            let why = "No value is large enough and small enough at once, so nobody earns by this rule.";
            found.push(Finding::error("unreachable_rule", &placed.path, why, MEND));
            continue;
        }
        for (path, gift) in placed.gifts() {
            let Some(bonus) = bonus_of(gift) else { continue };
            if both(&placed.rule.bounds, &bonus.bounds, program.currency).is_empty() {
                let why = "No value that earns the fixed part earns the bonus.";
                found.push(Finding::error("unreachable_bonus", format!("{path}.bonus"), why, "Mend its bounds."));
            }
        }
    }
    found
}

/// Lists of amounts that lack the program's own currency: its sales earn nothing.
pub(super) fn currencies(program: &Program, _: Day) -> Vec<Finding> {
    let mut found = Vec::new();
    for placed in rules(program) {
        let (rule, usual) = (placed.rule, program.currency);
        let bounds = &rule.bounds;
        let lists = [
            ("minimum", &bounds.minimum),
            ("above", &bounds.above),
            ("maximum", &bounds.maximum),
            ("below", &bounds.below),
            ("floor", &rule.floor),
            ("ceiling", &rule.ceiling),
        ];
        for (name, amounts) in lists {
            if !amounts.is_empty() && amounts.of(usual).is_none() {
                let why = format!("There is no amount in {usual}, so sales in {usual} earn nothing by this rule.");
                let fix = format!("Add one in {usual}.");
                found.push(Finding::warning("currency_missing", placed.at(name), why, fix));
            }
        }
    }
    found
}

/// Steps that nobody gets to.
pub(super) fn steps(program: &Program, _: Day) -> Vec<Finding> {
    rules(program).iter().flat_map(|placed| steps_of(program, placed)).collect()
}

fn steps_of(program: &Program, placed: &PlacedRule<'_>) -> Vec<Finding> {
    let rule = placed.rule;
    let once = rule.side == Side::Friend && (rule.first || rule.when.customer_new == Some(true));
    let only_first = |field: &str, steps: usize, reachable: usize| -> Vec<Finding> {
        let why = "A friend earns by this rule once, so this step is never reached.";
        let fix = "Leave \"first\" out, or keep the steps that one conversion reaches.";
        (reachable..steps)
            .map(|at| Finding::error("unreachable_step", format!("{}[{at}]", placed.at(field)), why, fix))
            .collect()
    };
    match &rule.gives {
        Gives::Tiers(tiers) if tiers.by == TierBy::Count && once => only_first("tiers.steps", tiers.steps.len(), 1),
        Gives::Milestones(all) if all.by == TierBy::Count && once => {
            only_first("milestones.steps", all.steps.len(), all.steps.iter().filter(|step| step.at <= 1).count())
        }
        Gives::Tiers(tiers) if tiers.by == TierBy::Value => {
            let currency = tiers.currency.unwrap_or(program.currency);
            let Some((least, most)) = placed::values(&rule.bounds, currency) else { return Vec::new() };
            let ends_with = |end: i64| if tiers.boundary == Boundary::Lower { end } else { end.saturating_sub(1) };
            let mut from = i64::MIN;
            let mut found = Vec::new();
            for (at, step) in tiers.steps.iter().enumerate() {
                let to = step.up_to.map_or(i64::MAX, ends_with);
                if to < least || from > most {
                    let path = format!("{}[{at}]", placed.at("tiers.steps"));
                    let why = "No value that this rule looks at lies in this step.";
                    found.push(Finding::error("unreachable_step", path, why, "Mend the step or the rule's bounds."));
                }
                from = to.saturating_add(1);
            }
            found
        }
        _ => Vec::new(),
    }
}

/// Rules whose time is over, and times that "first" makes meaningless.
pub(super) fn time(program: &Program, today: Day) -> Vec<Finding> {
    let mut found = Vec::new();
    for placed in rules(program) {
        let (rule, lasts) = (placed.rule, placed.rule.lasts);
        if let Some(until) = lasts.until.filter(|until| *until < today) {
            let why = format!("This rule ended on {until}: nothing that happens from now on earns by it.");
            let fix = "Take it out, or give it another last day.";
            found.push(Finding::warning("rule_is_over", placed.at("for.until"), why, fix));
        }
        let more = lasts.periods.is_some_and(|periods| periods > 1) || lasts.months.is_some();
        if more && (rule.first || rule.when.customer_new == Some(true)) {
            let why = "Only a customer's first conversion earns, so \"for\" never comes to count.";
            let fix = "Leave \"first\" (or \"new\") out where later conversions shall earn; else leave \"for\" out.";
            found.push(Finding::warning("first_and_for", placed.at("for"), why, fix));
        }
    }
    found
}

/// Rewards that their own limits never let through, and caps that a budget makes meaningless.
pub(super) fn limits(program: &Program, _: Day) -> Vec<Finding> {
    let mut found = Vec::new();
    for placed in rules(program) {
        let of = [("caps", &placed.rule.limits.caps), ("budget", &placed.rule.limits.budget)];
        for (field, limits) in of {
            for (at, limit) in limits.iter().enumerate().filter(|(_, limit)| shuts_out(placed.rule, limit)) {
                let path = format!("{}[{at}]", placed.at(field));
                let why = format!("Every reward is more than this limit of {}, and partial is false.", told(limit));
                found.push(Finding::error("unreachable_rule", path, why, "Raise the limit, or allow a part."));
            }
        }
        found.extend(meaningless(&placed.at("caps"), &placed.rule.limits.caps, &placed.rule.limits.budget));
    }
    found.extend(meaningless("caps", &program.limits.caps, &program.limits.budget));
    found
}

fn shuts_out(rule: &Rule, limit: &Limit) -> bool {
    let Most::Amount(most) = limit.most else { return false };
    let larger = |worth: Option<Worth>| matches!(worth, Some(Worth::Flat(flat)) if flat.currency() == most.currency() && flat.amount() > most.amount());
    !limit.partial && rule.gifts().all(|gift| larger(gift.worth))
}

fn meaningless(path: &str, caps: &[Limit], budget: &[Limit]) -> Vec<Finding> {
    let never = |cap: &&Limit| {
        budget.iter().any(|all| match (cap.most, all.most) {
            (Most::Amount(one), Most::Amount(all_of)) => {
                cap.over == all.over && one.currency() == all_of.currency() && one.amount() >= all_of.amount()
            }
            (Most::Times(one), Most::Times(all_of)) => cap.over == all.over && one >= all_of,
            _ => false,
        })
    };
    let one = |cap: &Limit| {
        let why = format!("One person may have {}, which is all of the budget.", told(cap));
        Finding::warning("cap_above_budget", path, why, "Lower the cap, or raise the budget.")
    };
    caps.iter().filter(never).map(one).collect()
}

fn told(limit: &Limit) -> String {
    match limit.most {
        Most::Amount(money) => money.to_string(),
        Most::Times(times) => format!("{times} rewards"),
    }
}

/// Windows of events that no rule looks at.
pub(super) fn windows(program: &Program, _: Day) -> Vec<Finding> {
    let heard = |event: &str| program.rewards.iter().any(|rule| rule.answers_to(event));
    let idle = program.attribution.windows.keys().filter(|event| !heard(event));
    let one = |event: &String| {
        let why = format!("\"{event}\" has a window of its own, and no rule rewards it.");
        Finding::hint("unused_window", format!("attribution.windows.{event}"), why, "Check the event's name.")
    };
    idle.map(one).collect()
}
