//! Tiers by count, value or total, whole or graduated; milestones; stages.
//!
//! A value exactly on the end of a step belongs to the lower one, unless the rule says `"boundary": "upper"`.

use super::history::{Known, met};
use super::rules::Sale;
use super::worth::{bounded, money};
use crate::money::Money;
use crate::program::{Boundary, Gift, Gives, Milestones, Rule, TierBy, TierMode, Tiers};
use crate::reason::Reason;

/// What is given, before it is split and limited.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Given<'a> {
    pub(super) gift: &'a Gift,
    pub(super) money: Option<Money>,
    /// Tells apart what one rule gives one beneficiary for one conversion; empty where that is one thing.
    pub(super) stage: String,
}

/// What the rule gives a beneficiary whose whole the value is. An empty list: the conversion counts towards something
/// that isn't reached yet.
pub(super) fn given<'a>(
    rule: &'a Rule,
    sale: &Sale<'_>,
    value: Option<Money>,
    who: &str,
    known: &Known,
) -> Result<Vec<Given<'a>>, Reason> {
    match &rule.gives {
        Gives::Always(gift) => {
            let stage = if rule.retainer_months.is_some() { "month:1" } else { "" };
            one(rule, gift, value, stage)
        }
        Gives::Tiers(tiers) => tiered(rule, tiers, sale, value, who, known),
        Gives::Milestones(milestones) => reached(rule, milestones, sale, value, who, known),
        Gives::Stages(stages) => {
            let before = |event: &str| {
                sale.earlier.iter().any(|e| e.event == event && !e.refunded_whole && e.met.contains(&rule.id))
            };
            let stage = stages.iter().find(|stage| stage.on == sale.event).ok_or(Reason::NotQualified)?;
            if before(&stage.on) { Err(Reason::NotFirst) } else { one(rule, &stage.gift, value, &stage.on) }
        }
    }
}

fn one<'a>(rule: &Rule, gift: &'a Gift, value: Option<Money>, stage: &str) -> Result<Vec<Given<'a>>, Reason> {
    let (fixed, bonus) = money(gift, value)?;
    let mut given = vec![Given { gift, money: worth_giving(rule, gift, fixed)?, stage: stage.to_owned() }];
    if let Some(bonus) = bonus {
        let stage = if stage.is_empty() { "bonus".to_owned() } else { format!("{stage}:bonus") };
        given.push(Given { gift, money: Some(bounded(rule, bonus)?), stage });
    }
    Ok(given)
}

/// Money that comes to nothing is no reward, unless a thing goes with it.
fn worth_giving(rule: &Rule, gift: &Gift, money: Option<Money>) -> Result<Option<Money>, Reason> {
    let Some(money) = money else { return Ok(None) };
    let money = bounded(rule, money)?;
    let thing = gift.item.is_some() || gift.months.is_some() || gift.coupon.is_some();
    match money.amount() {
        1.. => Ok(Some(money)),
        _ if thing => Ok(None),
        _ => Err(Reason::BelowMinimumValue),
    }
}

fn tiered<'a>(
    rule: &'a Rule,
    tiers: &'a Tiers,
    sale: &Sale<'_>,
    value: Option<Money>,
    who: &str,
    known: &Known,
) -> Result<Vec<Given<'a>>, Reason> {
    let before = known.tally(&met(rule, who, tiers.currency, tiers.over, sale.recorded_at));
    if tiers.by == TierBy::Count {
        let step = step_of(tiers, before.times + 1).ok_or(Reason::AboveMaximumValue)?;
        return one(rule, step, value, "");
    }
    let value = value.ok_or(Reason::NoValue)?;
    if Some(value.currency()) != tiers.currency && tiers.currency.is_some() {
        return Err(Reason::CurrencyDiffers);
    }
    let start = if tiers.by == TierBy::Total { before.amount } else { 0 };
    let end = start.saturating_add(value.amount());
    let reached = step_of(tiers, end).ok_or(Reason::AboveMaximumValue)?;
    if tiers.mode == TierMode::Whole {
        return one(rule, reached, Some(value), "");
    }
    let sum = graduated(tiers, start, end, value).ok_or(Reason::AboveMaximumValue)?;
    Ok(vec![Given { gift: reached, money: worth_giving(rule, reached, Some(sum))?, stage: String::new() }])
}

fn step_of(tiers: &Tiers, reached: i64) -> Option<&Gift> {
    let fits = |end: i64| match tiers.boundary {
        Boundary::Lower => reached <= end,
        Boundary::Upper => reached < end,
    };
    tiers.steps.iter().find(|step| step.up_to.is_none_or(fits)).map(|step| &step.gift)
}

/// The sum of each part by its own step; each part is rounded on its own, as it would be on an invoice.
fn graduated(tiers: &Tiers, start: i64, end: i64, value: Money) -> Option<Money> {
    let (mut from, mut sum) = (0, Money::zero(value.currency()));
    for step in &tiers.steps {
        let to = step.up_to.unwrap_or(i64::MAX);
        let part = end.min(to).saturating_sub(start.max(from));
        if part > 0 {
            let part = Money::new(part, value.currency()).ok()?;
            sum = sum.plus(&step.gift.worth?.of(Some(part)).ok()?).ok()?;
        }
        from = to;
    }
    Some(sum)
}

/// Each milestone that this conversion brings about, once. In a program that is refunded it may be reached again.
fn reached<'a>(
    rule: &'a Rule,
    milestones: &'a Milestones,
    sale: &Sale<'_>,
    value: Option<Money>,
    who: &str,
    known: &Known,
) -> Result<Vec<Given<'a>>, Reason> {
    let before = known.tally(&met(rule, who, milestones.currency, milestones.over, sale.recorded_at));
    let now = if milestones.by == TierBy::Count {
        before.times + 1
    } else {
        let value = value.ok_or(Reason::NoValue)?;
        if milestones.currency.is_some_and(|currency| currency != value.currency()) {
            return Err(Reason::CurrencyDiffers);
        }
        before.amount.saturating_add(value.amount())
    };
    let had = known.stages.get(&(rule.id.clone(), who.to_owned()));
    let since = milestones.over.first_day(sale.recorded_at).map(|day| format!(":{day}")).unwrap_or_default();
    let mut given = Vec::new();
    for step in milestones.steps.iter().filter(|step| step.at <= now) {
        let stage = format!("milestone:{}{since}", step.at);
        if !had.is_some_and(|had| had.contains(&stage)) {
            given.extend(one(rule, &step.gift, value, &stage)?);
        }
    }
    Ok(given)
}
