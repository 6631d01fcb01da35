//! Whether a conversion meets a rule, whatever the rule then gives: event, time, value, history, conditions.

use super::rules::{Earlier, Sale};
use crate::calendar::Day;
use crate::money::Money;
use crate::program::{Amounts, Bounds, Rule};
use crate::reason::Reason;
use serde_json::{Map, Value};

/// The value that the rule looks at, or why the conversion doesn't meet the rule.
pub(super) fn meets(rule: &Rule, sale: &Sale<'_>) -> Result<Option<Money>, Reason> {
    let value = qualified(rule, sale)?;
    in_time(rule, sale)?;
    within(&rule.bounds, value)?;
    if rule.first && sale.earlier.iter().any(|earlier| came_before(rule, sale, earlier)) {
        return Err(Reason::NotFirst);
    }
    conditions(rule, sale)?;
    Ok(value)
}

fn stands(earlier: &Earlier, rule: &Rule) -> bool {
    !earlier.refunded_whole && earlier.met.contains(&rule.id)
}

/// A lead waits for the event that qualifies it, and each such event qualifies one lead. The lead's value stands where
/// the other has none.
fn qualified(rule: &Rule, sale: &Sale<'_>) -> Result<Option<Money>, Reason> {
    let Some(by) = rule.qualified_by.as_deref().filter(|by| rule.events().all(|event| event != *by)) else {
        return Ok(sale.value);
    };
    if sale.event != by {
        return Err(Reason::NotQualified);
    }
    let lead = |earlier: &&Earlier| {
        earlier.credited && !earlier.refunded_whole && rule.events().any(|event| event == earlier.event)
    };
    let before = sale.earlier.iter().filter(|earlier| earlier.event == by && stands(earlier, rule)).count();
    let lead = sale.earlier.iter().filter(lead).nth(before).ok_or(Reason::NotQualified)?;
    Ok(sale.value.or(lead.value))
}

fn in_time(rule: &Rule, sale: &Sale<'_>) -> Result<(), Reason> {
    let (lasts, today) = (rule.lasts, Day::of(sale.occurred_at));
    if lasts.from.is_some_and(|from| today < from) {
        return Err(Reason::NotStarted);
    }
    let periods = sale.earlier.iter().filter(|earlier| stands(earlier, rule)).count();
    let over = lasts.until.is_some_and(|until| today > until)
        || lasts.months.is_some_and(|months| today >= first_day(rule, sale).after_months(months))
        || lasts.periods.is_some_and(|most| i64::try_from(periods).is_ok_and(|periods| periods >= most));
    if over { Err(Reason::PeriodEnded) } else { Ok(()) }
}

/// The day of the customer's first credited conversion that the rule answers to: this one, when there was none before.
fn first_day(rule: &Rule, sale: &Sale<'_>) -> Day {
    let counts = |earlier: &&Earlier| {
        earlier.credited && !earlier.refunded_whole && rule.events().any(|event| event == earlier.event)
    };
    let first = sale.earlier.iter().filter(counts).map(|earlier| earlier.occurred_at).min();
    Day::of(first.map_or(sale.occurred_at, |first| first.min(sale.occurred_at)))
}

/// Whether an earlier conversion was the first of its kind already.
fn came_before(rule: &Rule, sale: &Sale<'_>, earlier: &Earlier) -> bool {
    let alike = if rule.events().any(|event| event == sale.event) {
        rule.events().any(|event| event == earlier.event)
    } else {
        earlier.event == sale.event
    };
    alike && !earlier.refunded_whole && within(&rule.bounds, earlier.value).is_ok()
}

pub(super) fn within(bounds: &Bounds, value: Option<Money>) -> Result<(), Reason> {
    let too_small = Reason::BelowMinimumValue;
    check(&bounds.minimum, value, too_small, |value, least| value >= least)?;
    check(&bounds.above, value, too_small, |value, limit| value > limit)?;
    check(&bounds.maximum, value, Reason::AboveMaximumValue, |value, most| value <= most)?;
    check(&bounds.below, value, Reason::AboveMaximumValue, |value, limit| value < limit)
}

fn check(
    bound: &Amounts,
    value: Option<Money>,
    otherwise: Reason,
    holds: impl Fn(i64, i64) -> bool,
) -> Result<(), Reason> {
    if bound.is_empty() {
        return Ok(());
    }
    let value = value.ok_or(Reason::NoValue)?;
    let bound = bound.of(value.currency()).ok_or(Reason::CurrencyDiffers)?;
    if holds(value.amount(), bound.amount()) { Ok(()) } else { Err(otherwise) }
}

fn conditions(rule: &Rule, sale: &Sale<'_>) -> Result<(), Reason> {
    let one_of = |wanted: &[String], given: Option<&String>| {
        wanted.is_empty() || given.is_some_and(|given| wanted.contains(given))
    };
    let when = &rule.when;
    let holds = when.customer_new.is_none_or(|new| new == sale.customer.new)
        && one_of(&when.country, sale.customer.country.as_ref())
        && one_of(&when.segment, sale.customer.segment.as_ref())
        && has(&when.properties, sale.properties);
    if holds { Ok(()) } else { Err(Reason::ConditionsNotMet) }
}

/// Whether each name that is wanted has one of the values wanted of it.
pub(super) fn has(wanted: &[(String, Vec<Value>)], given: &Map<String, Value>) -> bool {
    wanted.iter().all(|(name, values)| given.get(name).is_some_and(|given| values.contains(given)))
}
