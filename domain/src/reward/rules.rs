//! What the rules of a program give for one conversion: each rule that answers to the event, for each beneficiary,
//! within the limits. One pass in the file's order, so what is left of a budget goes to the rules that stand first.

use super::history::Known;
use super::limits::{self, Warning};
use super::tiers::{Given, given};
use super::{Reward, State, eligible};
use crate::calendar;
use crate::code::Code;
use crate::id::{Minter, RewardId};
use crate::money::{Currency, Money};
use crate::program::{Approval, CouponSource, Program, RewardKind, Rule, Side};
use crate::reason::Reason;
use crate::time::Timestamp;
use crate::wire::decision::RuleTrace;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// An earlier conversion of the same customer, in the order in which they were recorded.
#[derive(Debug, Clone)]
pub struct Earlier {
    pub event: String,
    pub value: Option<Money>,
    pub occurred_at: Timestamp,
    /// A conversion that was refunded whole frees "first", and a place in what is counted.
    pub refunded_whole: bool,
    /// Whether someone had credit for it.
    pub credited: bool,
    /// The rules that it met.
    pub met: Vec<String>,
}

/// Whether someone bought before, and kept it.
pub fn bought(earlier: &[Earlier]) -> bool {
    let sale = |one: &Earlier| matches!(one.event.as_str(), "purchase" | "renewal") && !one.refunded_whole;
    earlier.iter().any(sale)
}

/// When the first of these occurred that wasn't wholly refunded.
pub fn known_since(earlier: &[Earlier]) -> Option<Timestamp> {
    earlier.iter().filter(|one| !one.refunded_whole).map(|one| one.occurred_at).min()
}

/// What rules read of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// Hasn't bought before, and isn't known from elsewhere.
    pub new: bool,
    /// ISO 3166, such as `DE`.
    pub country: Option<String>,
    pub segment: Option<String>,
}

/// What a rule reads of a conversion.
#[derive(Debug, Clone)]
pub struct Sale<'a> {
    pub event: &'a str,
    pub value: Option<Money>,
    pub occurred_at: Timestamp,
    pub recorded_at: Timestamp,
    pub properties: &'a Map<String, Value>,
    pub customer: &'a Standing,
    pub earlier: &'a [Earlier],
}

/// A beneficiary's part of a conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    pub beneficiary: String,
    pub weight: u32,
}

/// A reward that was just earned.
#[derive(Debug, Clone, PartialEq)]
pub struct Earned {
    pub reward: Reward,
    pub rule: String,
    pub kind: RewardKind,
    /// With the conversion, the rule and the beneficiary, this makes a reward one of its kind.
    pub stage: String,
    pub item: Option<String>,
    pub months: Option<i64>,
    pub coupon: Option<String>,
    /// The pool that a coupon comes from, or should have come from.
    pub pool: Option<String>,
    pub automatic: bool,
    pub due_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
    /// Why it is held, or why it is less than the rule says.
    pub reason: Option<Reason>,
    /// The monthly rewards that follow it.
    pub retainer: Option<Retainer>,
}

/// A reward that is given again each month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retainer {
    /// In all, the first included.
    pub months: i64,
    /// What each month is worth, whatever the limits leave of it.
    pub money: Option<Money>,
    pub next_at: Timestamp,
}

/// A conversion that met a rule for someone, whether or not it earned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    pub rule: String,
    pub who: String,
    pub value: Option<Money>,
}

/// What the rules say of a conversion.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub traces: Vec<RuleTrace>,
    pub earned: Vec<Earned>,
    pub met: Vec<Met>,
    pub warnings: Vec<Warning>,
}

/// One conversion that is credited: to whom, and which customer's it is.
#[derive(Debug, Clone)]
pub struct Credited<'a> {
    pub program: &'a Program,
    pub sale: Sale<'a>,
    pub referrers: &'a [Share],
    pub customer: &'a str,
}

impl Credited<'_> {
    fn first_referrer(&self) -> &str {
        let weights: Vec<u32> = self.referrers.iter().map(|share| share.weight).collect();
        self.referrers.get(largest(&weights)).map_or("", |share| &share.beneficiary)
    }
}

pub fn apply(credited: &Credited<'_>, mut known: Known, minter: &mut Minter) -> Outcome {
    let mut outcome = Outcome::default();
    for rule in credited.program.rewards.iter().filter(|rule| rule.answers_to(credited.sale.event)) {
        let result = one_rule(credited, rule, &mut known, &mut outcome, minter).unwrap_or_else(|reason| reason);
        outcome.traces.push(RuleTrace { rule: rule.id.clone(), result });
    }
    outcome
}

/// What became of a rule, in a word; what it gave goes to the outcome.
fn one_rule(
    credited: &Credited<'_>,
    rule: &Rule,
    known: &mut Known,
    outcome: &mut Outcome,
    minter: &mut Minter,
) -> Result<Reason, Reason> {
    let sale = &credited.sale;
    let value = eligible::meets(rule, sale)?;
    let friend = [Share { beneficiary: credited.customer.to_owned(), weight: 1 }];
    let shares = match rule.side {
        Side::Referrer => credited.referrers,
        Side::Friend => &friend,
    };
    let weights: Vec<u32> = shares.iter().map(|share| share.weight).collect();
    let whole = largest(&weights);
    let (mut result, mut refusal) = (None, None);
    for (at, share) in shares.iter().enumerate() {
        let who = share.beneficiary.as_str();
        // The friend's side looks at the referrer with the largest share.
        let referrer = if rule.side == Side::Referrer { who } else { credited.first_referrer() };
        let metadata = known.metadata.get(referrer);
        if !rule.when.participant.is_empty()
            && !metadata.is_some_and(|metadata| eligible::has(&rule.when.participant, metadata))
        {
            refusal.get_or_insert(Reason::ConditionsNotMet);
            continue;
        }
        let part = |money: Money| money.split(&weights).get(at).copied();
        let gifts = match given(rule, sale, value, who, known) {
            Ok(gifts) => gifts,
            Err(reason) => {
                refusal.get_or_insert(reason);
                continue;
            }
        };
        outcome.met.push(Met { rule: rule.id.clone(), who: who.to_owned(), value: value.and_then(part) });
        if gifts.is_empty() {
            refusal.get_or_insert(Reason::MilestoneNotReached);
        }
        for gift in gifts {
            // Money is split; a thing can't be, and goes to the largest share.
            let wanted = gift.money.and_then(part);
            let nothing = wanted.map_or(at != whole, |money| money.amount() == 0);
            if nothing {
                refusal.get_or_insert(Reason::ShareTooSmall);
                continue;
            }
            match give((credited.program, rule), who, &Given { money: wanted, ..gift }, known, sale.recorded_at, minter)
            {
                Ok((mut earned, warnings)) => {
                    earned.retainer = retainer(rule, wanted, sale.recorded_at);
                    outcome.warnings.extend(warnings);
                    result = result.or(earned.reason.filter(|reason| *reason == Reason::CutToLimit));
                    result = result.or(Some(Reason::Earned));
                    outcome.earned.push(earned);
                }
                Err(reason) => {
                    refusal.get_or_insert(reason);
                }
            }
        }
    }
    result.or(refusal).ok_or(Reason::NotQualified)
}

/// Gives what the limits leave of a gift, or says why nothing.
pub(super) fn give(
    (program, rule): (&Program, &Rule),
    who: &str,
    wanted: &Given<'_>,
    known: &mut Known,
    at: Timestamp,
    minter: &mut Minter,
) -> Result<(Earned, Vec<Warning>), Reason> {
    let money = limits::allowed(program, rule, who, wanted.money, known, at)?;
    let before = known.clone();
    known.spend(rule, who, money);
    let warnings = limits::warnings(program, rule, who, &before, known, at);
    let cut = (money != wanted.money).then_some(Reason::CutToLimit);
    let given = Given { money, gift: wanted.gift, stage: wanted.stage.clone() };
    Ok((earn((program, rule), who, &given, cut, known, at, minter), warnings))
}

fn retainer(rule: &Rule, money: Option<Money>, at: Timestamp) -> Option<Retainer> {
    let months = rule.retainer_months.filter(|months| *months > 1)?;
    Some(Retainer { months, money, next_at: calendar::after_months(at, 1) })
}

/// The place of the largest weight, the earlier first.
fn largest(weights: &[u32]) -> usize {
    let most = weights.iter().max();
    weights.iter().position(|weight| Some(weight) == most).unwrap_or(0)
}

fn earn(
    (program, rule): (&Program, &Rule),
    who: &str,
    given: &Given<'_>,
    reason: Option<Reason>,
    known: &mut Known,
    at: Timestamp,
    minter: &mut Minter,
) -> Earned {
    let gift = given.gift;
    let currency: Currency = given.money.map_or(program.currency, |money| money.currency());
    let (coupon, pool) = coupon(gift.coupon.as_ref(), known);
    let empty = pool.is_some() && coupon.is_none();
    let due_at = at.after(rule.hold);
    Earned {
        reward: Reward {
            id: RewardId::mint(minter),
            side: rule.side,
            beneficiary: who.to_owned(),
            state: if empty { State::Held } else { State::Pending },
            earned: given.money.unwrap_or(Money::zero(currency)),
            reversed: Money::zero(currency),
        },
        rule: rule.id.clone(),
        kind: gift.kind.unwrap_or(rule.kind),
        stage: given.stage.clone(),
        item: gift.item.clone(),
        months: gift.months,
        coupon,
        pool,
        automatic: rule.approval == Approval::Automatic,
        due_at,
        expires_at: rule.expires.map(|span| due_at.after(span)),
        created_at: at,
        reason: if empty { Some(Reason::PoolEmpty) } else { reason },
        retainer: None,
    }
}

/// A code for a coupon, and the pool that it is from. A pool may be empty.
fn coupon(source: Option<&CouponSource>, known: &mut Known) -> (Option<String>, Option<String>) {
    match source {
        None => (None, None),
        Some(CouponSource::Pool { name, at_landing }) => {
            let handed = if *at_landing { known.handed.remove(name) } else { None };
            let mut next = || known.pools.get_mut(name).filter(|free| !free.is_empty()).map(|free| free.remove(0));
            (handed.or_else(&mut next), Some(name.clone()))
        }
        Some(CouponSource::Generated { prefix }) => {
            // The next code of this verdict comes of other bytes.
            let code = Code::generate(&known.chance);
            known.chance = Sha256::digest(known.chance).into();
            (Some(format!("{prefix}{}", code.as_str().to_uppercase())), None)
        }
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "trial.rs"]
pub(crate) mod trial;
