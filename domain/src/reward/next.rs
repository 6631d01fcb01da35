//! What a participant reaches next: of all tiers and milestones that are ahead of them, the one that is nearest.
//!
//! A promise is made only where a conversion that meets the rule would keep it: rules that are over, that haven't begun
//! or that ask for other participants promise nothing, nor does anything to someone who is paused. Limits and budgets are
//! not looked at: what they leave is known when it is earned.

use super::eligible;
use super::history::{Known, Questions, met};
use crate::calendar::Day;
use crate::money::{Currency, Money};
use crate::program::{Boundary, Gift, Gives, Milestones, Program, Rule, Side, TierBy, Tiers, Worth};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The next tier or milestone.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextTier {
    pub rule: String,
    /// Where it begins, and how far the participant is: conversions, or minor units.
    pub at: i64,
    pub reached: i64,
    pub missing: i64,
    pub unit: Unit,
    /// Over which stretch that is counted: `ever`, or this `day`, `week`, `month` or `year` in UTC.
    pub over: String,
    pub earns: Earns,
}

/// What is counted: `"conversions"`, or money of a currency, in its minor units.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema), schemars(rename = "CountedIn"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Unit {
    Conversions(Conversions),
    Money { currency: Currency },
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema), schemars(rename = "CountedConversions"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Conversions {
    Conversions,
}

/// What each conversion earns from there on, or what the milestone gives once.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earns {
    pub kind: String,
    /// An amount, where it is a fixed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Money>,
    /// Of the sale, such as `12.5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<i64>,
    /// Given once, not for each conversion.
    pub once: bool,
}

impl Earns {
    fn of(rule: &Rule, gift: &Gift, once: bool) -> Self {
        let (value, percent) = match gift.worth {
            Some(Worth::Flat(money)) => (Some(money), None),
            Some(Worth::Share(percent)) => (None, Some(percent.to_string())),
            None => (None, None),
        };
        let kind = gift.kind.unwrap_or(rule.kind).as_str().to_owned();
        Self { kind, value, percent, item: gift.item.clone(), months: gift.months, once }
    }
}

/// What has to be known of a participant to say what is next for them.
pub fn questions(program: &Program, who: &str, now: Timestamp) -> Questions {
    let mut asked = Questions::default();
    for rule in open_rules(program, now) {
        match &rule.gives {
            Gives::Tiers(tiers) if tiers.by != TierBy::Value => {
                asked.tallies.insert(met(rule, who, tiers.currency, tiers.over, now));
            }
            Gives::Milestones(milestones) => {
                asked.tallies.insert(met(rule, who, milestones.currency, milestones.over, now));
                asked.stages.insert((rule.id.clone(), who.to_owned()));
            }
            _ => continue,
        }
        if !rule.when.participant.is_empty() {
            asked.metadata.insert(who.to_owned());
        }
    }
    asked
}

/// What comes next, with the answers to `questions`. Of several the one of which most is reached; of equals the first in
/// the file.
pub fn next_tier(program: &Program, who: &str, active: bool, known: &Known, now: Timestamp) -> Option<NextTier> {
    let ahead = open_rules(program, now).filter(|_| active).filter_map(|rule| next_of(rule, who, known, now));
    ahead.reduce(|best, other| if further(&other, &best) { other } else { best })
}

/// Whether more of the one is reached than of the other, in proportion.
fn further(one: &NextTier, other: &NextTier) -> bool {
    let cross = |a: &NextTier, b: &NextTier| i128::from(a.reached.max(0)) * i128::from(b.at);
    cross(one, other) > cross(other, one)
}

/// The rules by which referrers may earn today.
fn open_rules(program: &Program, now: Timestamp) -> impl Iterator<Item = &Rule> {
    let today = Day::of(now);
    let open = move |rule: &&Rule| {
        rule.side == Side::Referrer
            && rule.lasts.from.is_none_or(|from| from <= today)
            && rule.lasts.until.is_none_or(|until| today <= until)
    };
    program.rewards.iter().filter(open)
}

fn next_of(rule: &Rule, who: &str, known: &Known, now: Timestamp) -> Option<NextTier> {
    let asks = &rule.when.participant;
    if !asks.is_empty() && !known.metadata.get(who).is_some_and(|metadata| eligible::has(asks, metadata)) {
        return None;
    }
    let (by, over, currency) = match &rule.gives {
        Gives::Tiers(tiers) => (tiers.by, tiers.over, tiers.currency),
        Gives::Milestones(milestones) => (milestones.by, milestones.over, milestones.currency),
        _ => return None,
    };
    let tally = known.tally(&met(rule, who, currency, over, now));
    let reached = if by == TierBy::Count { tally.times } else { tally.amount };
    let (at, gift, once) = match &rule.gives {
        Gives::Tiers(tiers) => next_step(tiers, reached).map(|(at, gift)| (at, gift, false)),
        Gives::Milestones(milestones) => {
            next_milestone(rule, milestones, reached, who, known, now).map(|(at, gift)| (at, gift, true))
        }
        _ => None,
    }?;
    let unit = match currency {
        Some(currency) if by != TierBy::Count => Unit::Money { currency },
        _ => Unit::Conversions(Conversions::Conversions),
    };
    Some(NextTier {
        rule: rule.id.clone(),
        at,
        reached,
        missing: at.saturating_sub(reached),
        unit,
        over: over.as_str().to_owned(),
        earns: Earns::of(rule, gift, once),
    })
}

/// The first step after the first that begins past what is reached. A step begins one past the end of the one before, or
/// on it where the boundary belongs to the upper one.
fn next_step(tiers: &Tiers, reached: i64) -> Option<(i64, &Gift)> {
    if tiers.by == TierBy::Value {
        return None;
    }
    let past = i64::from(tiers.boundary == Boundary::Lower);
    let ends = tiers.steps.iter().filter_map(|step| step.up_to);
    let begins = ends.map(|end| end.saturating_add(past));
    begins.zip(tiers.steps.iter().skip(1)).find(|(at, _)| *at > reached).map(|(at, step)| (at, &step.gift))
}

/// The first milestone past what is reached that wasn't had: one is given once, also where a refund took some back.
fn next_milestone<'a>(
    rule: &Rule,
    milestones: &'a Milestones,
    reached: i64,
    who: &str,
    known: &Known,
    now: Timestamp,
) -> Option<(i64, &'a Gift)> {
    let had = known.stages.get(&(rule.id.clone(), who.to_owned()));
    let since = milestones.over.first_day(now).map(|day| format!(":{day}")).unwrap_or_default();
    let open = |at: i64| !had.is_some_and(|had| had.contains(&format!("milestone:{at}{since}")));
    let step = milestones.steps.iter().find(|step| step.at > reached && open(step.at))?;
    Some((step.at, &step.gift))
}

#[cfg(test)]
#[path = "next_tests.rs"]
mod tests;
