//! A retainer's later months: given on the day of the month that it began on, without a conversion.

use super::history::{Known, Questions, limit_questions};
use super::limits::Warning;
use super::rules::{Earned, give};
use super::tiers::Given;
use crate::calendar;
use crate::id::Minter;
use crate::money::Money;
use crate::program::{CouponSource, Gives, Program};
use crate::reason::Reason;
use crate::time::Timestamp;

/// One month of a retainer that is due.
#[derive(Debug, Clone)]
pub struct Due<'a> {
    pub program: &'a Program,
    pub rule: &'a str,
    pub beneficiary: &'a str,
    /// What each month is worth.
    pub money: Option<Money>,
    /// Its number; the conversion itself was the first.
    pub month: i64,
    pub at: Timestamp,
}

/// What must be known before it can be given.
pub fn questions(due: &Due<'_>) -> Questions {
    let mut asked = Questions::default();
    let Some(rule) = due.program.rewards.iter().find(|rule| rule.id == due.rule) else { return asked };
    asked.tallies = limit_questions(due.program, rule, due.beneficiary, due.at).collect();
    asked.pools.extend(rule.gifts().filter_map(|gift| match &gift.coupon {
        Some(CouponSource::Pool { name, .. }) => Some(name.clone()),
        _ => None,
    }));
    asked
}

/// The reward of the month, or why there is none. A rule that is no retainer any more has ended.
pub fn give_month(due: &Due<'_>, mut known: Known, minter: &mut Minter) -> Result<(Earned, Vec<Warning>), Reason> {
    let rule = due.program.rewards.iter().find(|rule| rule.id == due.rule && rule.retainer_months.is_some());
    let rule = rule.ok_or(Reason::PeriodEnded)?;
    let Gives::Always(gift) = &rule.gives else { return Err(Reason::PeriodEnded) };
    let given = Given { gift, money: due.money, stage: format!("month:{}", due.month) };
    give((due.program, rule), due.beneficiary, &given, &mut known, due.at, minter)
}

/// When the month after `done` months is due: counted from the beginning, so that the 31st comes back after February.
pub fn next_at(started_at: Timestamp, done: i64) -> Timestamp {
    calendar::after_months(started_at, done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reward::rules::trial::{Trial, at, usd};
    use serde_json::json;

    #[test]
    fn months_follow_the_day_that_a_retainer_began_on() {
        let began = at("2026-10-31T12:00:00Z");
        let days: Vec<_> = (1..6).map(|done| next_at(began, done).to_string()).collect();
        let expected = ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"];
        assert_eq!(days, expected.map(|day| format!("{day}T12:00:00.000Z")));
    }

    #[test]
    fn a_month_is_given_within_the_limits_while_the_rule_stands() {
        let rule = json!({"flat": {"amount": 2_000, "currency": "USD"}, "retainer": {"months": 6}});
        let trial = Trial::new(&json!([rule]), &json!({"budget": {"amount": 3_000, "currency": "USD"}}));
        let due = Due {
            program: &trial.program,
            rule: "rule-0",
            beneficiary: "prt_1",
            money: Some(usd(2_000)),
            month: 2,
            at: at("2026-11-30T12:00:00Z"),
        };
        let asked = questions(&due);
        assert_eq!(asked.tallies.len(), 1);
        let mut minter = Minter::new(due.at, [1; 8]);
        let known = |amount| {
            let tally = crate::reward::history::Tally { times: 1, amount };
            let tallies = asked.tallies.iter().map(|question| (question.clone(), tally)).collect();
            Known { tallies, ..Known::default() }
        };
        let (earned, warnings) = give_month(&due, known(0), &mut minter).unwrap();
        assert_eq!((earned.reward.earned, earned.stage.as_str(), warnings.len()), (usd(2_000), "month:2", 0));
        let (cut, warnings) = give_month(&due, known(2_000), &mut minter).unwrap();
        assert_eq!((cut.reward.earned, warnings.len()), (usd(1_000), 1));
        assert_eq!(give_month(&due, known(3_000), &mut minter), Err(Reason::BudgetSpent));
        let gone = Due { rule: "rule-9", ..due };
        assert_eq!(give_month(&gone, known(0), &mut minter), Err(Reason::PeriodEnded));
    }
}
