//! What rules need to know of what was before: the questions that a program has for one conversion, and their answers.
//!
//! The shell reads the answers before it asks for a verdict. What is earned while judging is added to them, so that
//! two rules of one verdict share a budget as two conversions do.

use crate::calendar::{Day, Over};
use crate::money::{Currency, Money};
use crate::program::{CouponSource, Gift, Gives, Limit, Most, Program, Rule, Side, TierBy};
use crate::time::Timestamp;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What is to be added up. Days are in UTC, by when a conversion was recorded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Rewards that were not taken back: of one rule or of all, to one person or to all, in one currency or in all.
    Spent { rule: Option<String>, who: Option<String>, currency: Option<Currency>, since: Option<Day> },
    /// Conversions that met a rule for a beneficiary and were not refunded whole, and their values.
    Met { rule: String, who: String, currency: Option<Currency>, since: Option<Day> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub times: i64,
    /// In minor units; means nothing where the question names no currency.
    pub amount: i64,
}

/// All that a conversion's rules ask.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Questions {
    pub tallies: BTreeSet<Question>,
    /// Rule and beneficiary: which stages they have had.
    pub stages: BTreeSet<(String, String)>,
    /// Pools of coupons.
    pub pools: BTreeSet<String>,
    /// Participants whose metadata a rule asks about.
    pub metadata: BTreeSet<String>,
}

/// The answers.
#[derive(Debug, Clone, Default)]
pub struct Known {
    pub tallies: BTreeMap<Question, Tally>,
    pub stages: BTreeMap<(String, String), BTreeSet<String>>,
    /// The codes that come next in each pool.
    pub pools: BTreeMap<String, Vec<String>>,
    /// The code of each pool that this visitor was given at the landing.
    pub handed: BTreeMap<String, String>,
    /// By the participant's id.
    pub metadata: BTreeMap<String, Map<String, Value>>,
    /// Fresh random bytes, for coupons that are generated.
    pub chance: [u8; 32],
}

/// Who may be rewarded: the participants who may be credited, and the customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Candidates {
    pub participants: BTreeSet<String>,
    pub customer: String,
}

impl Candidates {
    fn of(&self, side: Side) -> Vec<&str> {
        match side {
            Side::Referrer => self.participants.iter().map(String::as_str).collect(),
            Side::Friend => vec![&self.customer],
        }
    }
}

/// What the rules that answer to an event ask, whoever of the candidates is credited.
pub fn questions(program: &Program, event: &str, candidates: &Candidates, at: Timestamp) -> Questions {
    let mut asked = Questions::default();
    for rule in program.rewards.iter().filter(|rule| rule.answers_to(event)) {
        let people = candidates.of(rule.side);
        for who in &people {
            asked.tallies.extend(limit_questions(program, rule, who, at));
        }
        let counted = counted(rule);
        for who in people {
            if let Some((over, currency)) = counted {
                asked.tallies.insert(met(rule, who, currency, over, at));
            }
            if matches!(rule.gives, Gives::Milestones(_)) {
                asked.stages.insert((rule.id.clone(), who.to_owned()));
            }
        }
        asked.pools.extend(rule.gifts().filter_map(|gift| match &gift.coupon {
            Some(CouponSource::Pool { name, .. }) => Some(name.clone()),
            _ => None,
        }));
        if !rule.when.participant.is_empty() {
            asked.metadata.extend(candidates.participants.iter().cloned());
        }
    }
    asked
}

/// What is to be known of the limits that hold for a rule and a beneficiary.
pub(super) fn limit_questions(
    program: &Program,
    rule: &Rule,
    who: &str,
    at: Timestamp,
) -> impl Iterator<Item = Question> {
    rule_limits(program, rule).into_iter().map(move |limit| limit.question(rule, who, at))
}

/// The sums that a reward of a rule is a part of, for those who keep sums by the question.
pub fn spent_in(program: &Program, rule: &Rule, who: &str, money: Money, at: Timestamp) -> Vec<Question> {
    let own = |question: &Question| match question {
        Question::Spent { currency, .. } => currency.is_none_or(|currency| currency == money.currency()),
        Question::Met { .. } => false,
    };
    let mut all: Vec<Question> = limit_questions(program, rule, who, at).filter(own).collect();
    all.sort();
    all.dedup();
    all
}

/// The sum that a conversion that met a rule is a part of, where the rule counts.
pub fn met_in(rule: &Rule, who: &str, value: Option<Money>, at: Timestamp) -> Option<Question> {
    let (over, currency) = counted(rule)?;
    let fits = currency.is_none_or(|currency| value.is_some_and(|value| value.currency() == currency));
    fits.then(|| met(rule, who, currency, over, at))
}

/// Over which stretch a rule counts conversions, and in which currency.
fn counted(rule: &Rule) -> Option<(Over, Option<Currency>)> {
    match &rule.gives {
        Gives::Tiers(tiers) if tiers.by != TierBy::Value => Some((tiers.over, tiers.currency)),
        Gives::Milestones(milestones) => Some((milestones.over, milestones.currency)),
        _ => None,
    }
}

pub(super) fn met(rule: &Rule, who: &str, currency: Option<Currency>, over: Over, at: Timestamp) -> Question {
    Question::Met { rule: rule.id.clone(), who: who.to_owned(), currency, since: over.first_day(at) }
}

/// A limit with what it holds for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scoped {
    pub(super) limit: Limit,
    /// One rule's own, or the program's over all rules.
    pub(super) own: bool,
    /// For each person, or for everyone together.
    pub(super) each: bool,
}

impl Scoped {
    pub(super) fn question(&self, rule: &Rule, who: &str, at: Timestamp) -> Question {
        Question::Spent {
            rule: self.own.then(|| rule.id.clone()),
            who: self.each.then(|| who.to_owned()),
            currency: match self.limit.most {
                Most::Amount(money) => Some(money.currency()),
                Most::Times(_) => None,
            },
            since: self.limit.over.first_day(at),
        }
    }
}

/// The limits that hold for a rule: its own, then the program's; of each, every person's before everyone's.
pub(super) fn rule_limits(program: &Program, rule: &Rule) -> Vec<Scoped> {
    let scoped = |own, each| move |limit: &Limit| Scoped { limit: *limit, own, each };
    let caps = rule.limits.caps.iter().map(scoped(true, true));
    let budget = rule.limits.budget.iter().map(scoped(true, false));
    let all_caps = program.limits.caps.iter().map(scoped(false, true));
    let all_budget = program.limits.budget.iter().map(scoped(false, false));
    caps.chain(budget).chain(all_caps).chain(all_budget).collect()
}

/// A coupon that a friend gets at the landing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LandingCoupon<'a> {
    pub pool: &'a str,
    /// What it is good for, in the owner's words.
    pub item: Option<&'a str>,
}

/// The coupon that the first rule of the friend's side hands out at the landing, if one does.
pub fn landing_coupon(program: &Program) -> Option<LandingCoupon<'_>> {
    let gifts = program.rewards.iter().filter(|rule| rule.side == Side::Friend).flat_map(Rule::gifts);
    let mut found = gifts.filter_map(|gift| match &gift.coupon {
        Some(CouponSource::Pool { name, at_landing: true }) => {
            Some(LandingCoupon { pool: name, item: gift.item.as_deref() })
        }
        _ => None,
    });
    found.next()
}

impl Rule {
    /// Whether conversions of this event are looked at by this rule.
    pub fn answers_to(&self, event: &str) -> bool {
        self.events().any(|one| one == event) || self.qualified_by.as_deref() == Some(event)
    }

    /// The events that it names.
    pub fn events(&self) -> impl Iterator<Item = &str> {
        let stages = if let Gives::Stages(stages) = &self.gives { stages.as_slice() } else { &[] };
        self.on.iter().map(String::as_str).chain(stages.iter().map(|stage| stage.on.as_str()))
    }

    /// All that it may give.
    pub fn gifts(&self) -> Box<dyn Iterator<Item = &Gift> + '_> {
        match &self.gives {
            Gives::Always(gift) => Box::new(std::iter::once(gift)),
            Gives::Tiers(tiers) => Box::new(tiers.steps.iter().map(|step| &step.gift)),
            Gives::Milestones(milestones) => Box::new(milestones.steps.iter().map(|step| &step.gift)),
            Gives::Stages(stages) => Box::new(stages.iter().map(|stage| &stage.gift)),
        }
    }
}

impl Known {
    pub fn tally(&self, question: &Question) -> Tally {
        self.tallies.get(question).copied().unwrap_or_default()
    }

    /// Adds a reward to every answer that it belongs to.
    pub(super) fn spend(&mut self, rule: &Rule, beneficiary: &str, money: Option<Money>) {
        for (question, tally) in &mut self.tallies {
            let Question::Spent { rule: of, who, currency, .. } = question else { continue };
            let own = of.as_ref().is_none_or(|of| *of == rule.id) && who.as_ref().is_none_or(|who| who == beneficiary);
            match (own, currency, money) {
                (true, None, _) => tally.times += 1,
                (true, Some(currency), Some(money)) if money.currency() == *currency => {
                    tally.times += 1;
                    tally.amount = tally.amount.saturating_add(money.amount());
                }
                _ => {}
            }
        }
    }
}
