//! Caps for each person and budgets for everyone: what is left of them, and when an owner is warned.

use super::history::{Known, Question, Scoped, Tally, rule_limits};
use crate::calendar::{Day, Over};
use crate::money::{Currency, Money};
use crate::program::{Most, Program, Rule};
use crate::reason::Reason;
use crate::time::Timestamp;

/// A budget of which so much is spent that its owner is told, in hundredths.
const WARN_AT: i128 = 80;

/// A budget that has just passed four fifths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The rule whose budget it is; none for the program's.
    pub rule: Option<String>,
    /// None where the budget counts rewards.
    pub currency: Option<Currency>,
    /// Minor units, or rewards.
    pub limit: i64,
    pub spent: i64,
    pub over: Over,
    pub since: Option<Day>,
}

/// What may be given of `wanted`: all of it, a part where the limit says so, or why nothing.
pub(super) fn allowed(
    program: &Program,
    rule: &Rule,
    who: &str,
    wanted: Option<Money>,
    known: &Known,
    at: Timestamp,
) -> Result<Option<Money>, Reason> {
    let mut money = wanted;
    for scoped in rule_limits(program, rule) {
        let spent = known.tally(&scoped.question(rule, who, at));
        let nothing = if scoped.each { Reason::CapReached } else { Reason::BudgetSpent };
        match (scoped.limit.most, money) {
            (Most::Times(most), _) if spent.times >= most => return Err(nothing),
            (Most::Amount(limit), Some(asked)) if asked.currency() == limit.currency() => {
                let left = limit.amount().saturating_sub(spent.amount).max(0);
                if left == 0 || (left < asked.amount() && !scoped.limit.partial) {
                    return Err(nothing);
                }
                money = Money::new(asked.amount().min(left), asked.currency()).ok();
            }
            _ => {}
        }
    }
    Ok(money)
}

/// The budgets that pass four fifths between `before` and `after` a reward.
pub(super) fn warnings(
    program: &Program,
    rule: &Rule,
    who: &str,
    before: &Known,
    after: &Known,
    at: Timestamp,
) -> Vec<Warning> {
    let warn = |scoped: Scoped| {
        let question = scoped.question(rule, who, at);
        let (was, is) = (before.tally(&question), after.tally(&question));
        let (limit, was, is, currency) = match scoped.limit.most {
            Most::Amount(money) => (money.amount(), was.amount, is.amount, Some(money.currency())),
            Most::Times(times) => (times, was.times, is.times, None),
        };
        let passed = |spent: i64| is_nearly(spent, limit);
        (!passed(was) && passed(is)).then(|| Warning {
            rule: scoped.own.then(|| rule.id.clone()),
            currency,
            limit,
            spent: is,
            over: scoped.limit.over,
            since: scoped.limit.over.first_day(at),
        })
    };
    rule_limits(program, rule).into_iter().filter(|scoped| !scoped.each).filter_map(warn).collect()
}

/// A budget that is in force, and the sum that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    most: Most,
    pub question: Question,
}

impl Budget {
    /// Whether its owner has been told.
    pub fn is_nearly_spent(&self, tally: Tally) -> bool {
        match self.most {
            Most::Amount(money) => is_nearly(tally.amount, money.amount()),
            Most::Times(times) => is_nearly(tally.times, times),
        }
    }
}

fn is_nearly(spent: i64, limit: i64) -> bool {
    i128::from(spent) * 100 >= i128::from(limit) * WARN_AT
}

/// The budgets of a program and of its rules, each once.
pub fn budgets(program: &Program, at: Timestamp) -> Vec<Budget> {
    let of = |rule: &Rule| {
        let limits = rule_limits(program, rule).into_iter().filter(|scoped| !scoped.each);
        limits
            .map(|scoped| Budget { most: scoped.limit.most, question: scoped.question(rule, "", at) })
            .collect::<Vec<_>>()
    };
    let mut all: Vec<Budget> = Vec::new();
    for budget in program.rewards.iter().flat_map(of) {
        if !all.contains(&budget) {
            all.push(budget);
        }
    }
    all
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
