//! What a program may cost: against what a customer may cost, with caps, ceilings, and smallest sales.

use super::Finding;
use super::placed::{PlacedRule, bonus_of, largest, rules, values, worths};
use crate::calendar::Day;
use crate::money::{Currency, Money};
use crate::program::{Gives, Limit, Most, Program, Worth};
use std::collections::BTreeSet;

/// More steps than a person keeps in mind.
const MOST_TIERS: usize = 3;

/// What one conversion gives, by one rule and by all together, against `targets.cost_per_acquisition`.
pub(super) fn target(program: &Program, _: Day) -> Vec<Finding> {
    let targets = &program.targets.cost_per_acquisition;
    let rules = rules(program);
    if targets.is_empty() {
        if !rules.iter().any(PlacedRule::has_money) {
            return Vec::new();
        }
        let why = "Nothing says what a new customer may cost, so rewards can't be compared with it.";
        let fix = "Add targets.cost_per_acquisition, such as {\"amount\": 5000, \"currency\": \"USD\"}.";
        return vec![Finding::hint("no_target", "targets.cost_per_acquisition", why, fix)];
    }
    targets.0.iter().flat_map(|target| above(&rules, *target)).collect()
}

fn above(rules: &[PlacedRule<'_>], target: Money) -> Vec<Finding> {
    let currency = target.currency();
    let most: Vec<(&PlacedRule<'_>, i64)> =
        rules.iter().filter_map(|placed| Some((placed, placed.most(currency)?))).collect();
    let mut found: Vec<Finding> = Vec::new();
    for (placed, most) in most.iter().filter(|(_, most)| *most > target.amount()) {
        let why = format!("One conversion can give {}; a customer may cost {target}.", shown(*most, currency));
        let fix = "Lower the reward, or raise targets.cost_per_acquisition.";
        found.push(Finding::warning("reward_above_target", &placed.path, why, fix));
    }
    let events: BTreeSet<&str> = rules.iter().flat_map(PlacedRule::pays_on).collect();
    for event in events {
        let of_event: Vec<i64> =
            most.iter().filter(|(placed, _)| placed.pays_on().contains(event)).map(|(_, most)| *most).collect();
        let sum: i64 = of_event.iter().fold(0, |sum, most| sum.saturating_add(*most));
        if sum > target.amount() && of_event.iter().all(|most| *most <= target.amount()) {
            let sum = shown(sum, currency);
            let why = format!("All rules together can give {sum} for one \"{event}\"; a customer may cost {target}.");
            let fix = "Lower the rewards of one side, or raise the target.";
            found.push(Finding::warning("reward_above_target", "targets.cost_per_acquisition", why, fix));
        }
    }
    found
}

fn shown(amount: i64, currency: Currency) -> String {
    Money::new(amount, currency).map_or_else(|_| amount.to_string(), |money| money.to_string())
}

/// Money that nothing limits.
pub(super) fn limits(program: &Program, _: Day) -> Vec<Finding> {
    let bounds = |limits: &[Limit], currency: Currency| {
        limits.iter().any(|limit| match limit.most {
            Most::Amount(money) => money.currency() == currency,
            Most::Times(_) => true,
        })
    };
    let free = |placed: &PlacedRule<'_>| {
        let of = [&program.limits, &placed.rule.limits];
        let limited = |currency| of.iter().any(|of| bounds(&of.caps, currency) || bounds(&of.budget, currency));
        placed.has_money() && !placed.currencies(program).into_iter().all(limited)
    };
    let rules = rules(program);
    let paying = rules.iter().filter(|placed| placed.has_money()).count();
    let free: Vec<&PlacedRule<'_>> = rules.iter().filter(|placed| free(placed)).collect();
    let fix = "Add a budget, such as \"budget\": {\"limit\": {\"amount\": 1000000, \"currency\": \"USD\"}, \"over\": \"month\"}, or caps.";
    if paying > 1 && free.len() == paying {
        let why = "No rule has a cap, and there is no budget: one ring of false accounts can cost anything.";
        return vec![Finding::warning("no_cap", "budget", why, fix)];
    }
    let one = |placed: &&PlacedRule<'_>| {
        let why = "Neither a cap nor a budget limits what this rule gives in all.";
        Finding::warning("no_cap", &placed.path, why, fix)
    };
    free.iter().map(one).collect()
}

/// Percentages of anything, and of more than all.
pub(super) fn ceilings(program: &Program, _: Day) -> Vec<Finding> {
    let mut found = Vec::new();
    for placed in rules(program) {
        let shares = |worth: &Worth| matches!(worth, Worth::Share(_));
        let bounded = !placed.rule.ceiling.is_empty() || largest(&placed.rule.bounds, program.currency).is_some();
        if !bounded && placed.rule.gifts().flat_map(worths).any(|worth| shares(&worth)) {
            let why = "A percentage without a ceiling: one very large sale gives a very large reward.";
            let fix = "Add \"ceiling\", the most that one conversion gives, or a \"maximum\" value.";
            found.push(Finding::warning("percentage_without_ceiling", &placed.path, why, fix));
        }
        for (path, gift) in placed.gifts() {
            let more = worths(gift).into_iter().any(|worth| matches!(worth, Worth::Share(p) if p.exceeds_the_whole()));
            if more {
                let why = "More than 100 % of the sale is given away.";
                let fix = "Write percentages as \"12.5\", not as basis points.";
                found.push(Finding::warning("percentage_above_hundred", path, why, fix));
            }
        }
        let valueless = |event: &&str| matches!(*event, "signup" | "lead" | "qualified");
        let only = placed.pays_on().iter().all(valueless);
        let all = placed.rule.gifts().all(|gift| gift.worth.is_some_and(|worth| shares(&worth)));
        if only && all {
            let why = "A percentage of an event that seldom has a value: without one it earns nothing (no_value).";
            let fix = "Give a \"flat\" amount, or send \"value\" with this event.";
            found.push(Finding::warning("percentage_of_no_value", &placed.path, why, fix));
        }
    }
    found
}

/// Flat amounts for sales that are smaller than they.
pub(super) fn whole_sales(program: &Program, _: Day) -> Vec<Finding> {
    let mut found = Vec::new();
    for placed in rules(program) {
        let Gives::Always(gift) = &placed.rule.gives else { continue };
        let Some(Worth::Flat(flat)) = gift.worth else { continue };
        if !placed.pays_on().iter().any(|event| matches!(*event, "purchase" | "renewal")) {
            continue;
        }
        let least = values(&placed.rule.bounds, flat.currency()).map_or(i64::MIN, |(least, _)| least);
        if least < flat.amount() {
            let why = format!("A sale that is worth less than {flat} earns {flat}: it pays to buy the cheapest thing.");
            let fix = "Add \"minimum\": the smallest sale that earns, some times the reward.";
            found.push(Finding::warning("reward_above_sale", placed.at("minimum"), why, fix));
        }
        if bonus_of(gift).is_some_and(|bonus| bonus.worth == Worth::Flat(flat)) {
            let why = "The bonus is the same as the fixed part.";
            let fix = "Check whether the bonus shall be another amount.";
            found.push(Finding::hint("bonus_like_fixed", placed.at("bonus"), why, fix));
        }
    }
    found
}

pub(super) fn tiers(program: &Program, _: Day) -> Vec<Finding> {
    let one = |placed: PlacedRule<'_>| match &placed.rule.gives {
        Gives::Tiers(tiers) if tiers.steps.len() > MOST_TIERS => Some(Finding::warning(
            "too_many_tiers",
            placed.at("tiers.steps"),
            format!("There are {} tiers; few people aim at a step that they can't remember.", tiers.steps.len()),
            format!("Keep {MOST_TIERS} at most, the first within reach of most."),
        )),
        _ => None,
    };
    rules(program).into_iter().filter_map(one).collect()
}
