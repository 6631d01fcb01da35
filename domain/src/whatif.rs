//! What if another program had judged? Past conversions, refunds and joined guests are gone through again in their
//! recorded order, by the rules' own `judge::decide`, with what follows from earlier ones (who is bound, what is spent,
//! what is reached) found anew.
//!
//! Invariant: nothing here is kept or sent; the same past and program give the same answer. Called by the program's job.

mod past;
mod remembered;
mod sums;

pub use past::{Now, Past, Rewarded};

use crate::attribution::{Bound, LinkFacts, Part};
use crate::code::Code;
use crate::id::{CustomerId, Minter, ParticipantId, RewardId};
use crate::judge::{self, Case, Judged};
use crate::money::Money;
use crate::person::Identity;
use crate::program::Program;
use crate::refund;
use crate::reward::history::Tally;
use crate::reward::rules::{Earlier, Met, Standing, bought};
use crate::reward::{Reward, State};
use crate::time::Timestamp;
use crate::wire::conversions::NewConversion;
use crate::wire::whatif::{NotRecorded, WhatIf};
use remembered::{Given, Remembered};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use sums::{Entry, Sums};

/// What a customer brings into their next conversion.
#[derive(Debug, Default)]
struct Person {
    /// In the order of the sequence, each with its number.
    numbers: Vec<i64>,
    earlier: Vec<Earlier>,
    held: Option<Held>,
}

/// Whom a customer belongs to.
#[derive(Debug, Clone)]
struct Held {
    parts: Vec<(Code, ParticipantId, u32)>,
    at: Timestamp,
}

/// A conversion whose refund is still to come.
#[derive(Debug)]
struct Refundable {
    customer: String,
    value: Option<Money>,
    refunded: i64,
    given: Vec<Given>,
    met: Vec<Met>,
    /// What it met before a refund took all of it.
    unmet: Vec<Met>,
    /// The states that a refund took rewards from, of which it took all.
    taken_from: BTreeMap<RewardId, State>,
    recorded_at: Timestamp,
    now: Vec<Reward>,
}

impl Refundable {
    /// Keeps what a move did to a reward that was like this before.
    fn moved(&mut self, before: &Reward, after: &Reward) {
        if after.state == State::Reversed && before.state != State::Reversed {
            self.taken_from.insert(after.id.clone(), before.state);
        }
    }
}

pub struct Simulation {
    program: Program,
    people: BTreeMap<String, Person>,
    remembered: Remembered,
    refundable: BTreeMap<i64, Refundable>,
    /// By participant: from which place in the sequence on they were paused, or not.
    pauses: BTreeMap<String, Vec<(i64, bool)>>,
    sums: Sums,
}

impl Simulation {
    pub fn new(program: Program) -> Self {
        Self {
            program,
            people: BTreeMap::new(),
            remembered: Remembered::default(),
            refundable: BTreeMap::new(),
            pauses: BTreeMap::new(),
            sums: Sums::default(),
        }
    }

    /// A participant was paused, or taken up again, after that place in the sequence. To be told in that order, before
    /// the conversions.
    pub fn pause(&mut self, participant: String, after: i64, paused: bool) {
        self.pauses.entry(participant).or_default().push((after, paused));
    }

    /// A participant's metadata, as it stands today. To be told before the conversions, where rules ask for it.
    pub fn describe(&mut self, participant: String, metadata: Map<String, Value>) {
        self.remembered.metadata.insert(participant, metadata);
    }

    pub fn asks_metadata(&self) -> bool {
        self.program.rewards.iter().any(|rule| !rule.when.participant.is_empty())
    }

    /// A guest turned out to be someone with an account.
    pub fn join(&mut self, guest: &str, account: &str) {
        if let Some(from) = self.people.remove(guest) {
            let to = self.people.entry(account.to_owned()).or_default();
            let own = std::mem::take(&mut to.numbers).into_iter().zip(std::mem::take(&mut to.earlier));
            let mut all: Vec<(i64, Earlier)> = own.chain(from.numbers.into_iter().zip(from.earlier)).collect();
            all.sort_by_key(|(number, _)| *number);
            (to.numbers, to.earlier) = all.into_iter().unzip();
            // Whoever was credited first keeps the person.
            if let Some(held) = from.held
                && to.held.as_ref().is_none_or(|own| own.at > held.at)
            {
                to.held = Some(held);
            }
        }
        self.remembered.join(guest, account);
    }

    /// The next conversion of the sequence.
    pub fn convert(&mut self, past: Past) {
        let customer = past.recorded.customer.clone();
        let mut person = self.people.remove(customer.as_str()).unwrap_or_default();
        let bound = person.held.as_ref().map(|held| self.bound(held, &past));
        let facts = past.recorded.facts(&past.event, past.occurred_at, &person.earlier, bound);
        let standing = Standing {
            new: !past.recorded.imported && !bought(&person.earlier),
            country: past.recorded.country.clone(),
            segment: past.recorded.segment.clone(),
        };
        let known =
            self.remembered.known(judge::questions(&self.program, &past.event, &facts, &customer, past.recorded_at));
        let conversion = NewConversion {
            event: past.event,
            external_id: String::new(),
            value: past.value,
            occurred_at: None,
            customer: crate::wire::conversions::CustomerRef::default(),
            attribution: crate::wire::conversions::AttributionRef::default(),
            properties: past.properties,
        };
        let case = Case {
            program: &self.program,
            program_version: 0,
            conversion: &conversion,
            customer: customer.clone(),
            facts,
            earlier: std::mem::take(&mut person.earlier),
            standing,
            known,
            recorded_at: past.recorded_at,
        };
        let judged = judge::decide(&case, &mut Minter::new(past.recorded_at, [0; 8]));
        person.earlier = case.earlier;
        if let Some(parts) = &judged.binds {
            // Who has all of it weighs 1, as it is kept.
            let weight = |part: &Part| if parts.len() > 1 { part.weight } else { 1 };
            let share = |part: &Part| (part.link.code.clone(), part.link.participant.clone(), weight(part));
            person.held = Some(Held { parts: parts.iter().map(share).collect(), at: past.occurred_at });
        }
        let met: BTreeSet<String> = judged.met.iter().map(|met| met.rule.clone()).collect();
        person.numbers.push(past.number);
        person.earlier.push(Earlier {
            event: conversion.event,
            value: conversion.value,
            occurred_at: past.occurred_at,
            refunded_whole: false,
            credited: !judged.credited.is_empty(),
            met: met.into_iter().collect(),
        });
        if past.returns {
            self.people.insert(customer.as_str().to_owned(), person);
        }
        self.keep(&customer, past.number, conversion.value, (past.recorded_at, past.refunded), &past.now, judged);
    }

    fn keep(
        &mut self,
        customer: &CustomerId,
        number: i64,
        value: Option<Money>,
        (recorded_at, refunded): (Timestamp, bool),
        now: &Now,
        judged: Judged,
    ) {
        self.sums.compare(now, &judged);
        let given: Vec<Given> = judged
            .rewards
            .into_iter()
            .map(|earned| Given {
                reward: earned.reward,
                rule: earned.rule,
                stage: earned.stage,
                at: earned.created_at,
            })
            .collect();
        for one in &given {
            self.remembered.give(&self.program, one);
        }
        for met in &judged.met {
            self.remembered.count(&self.program, met, recorded_at, 1);
        }
        if refunded {
            let now = now.rewards.iter().map(Rewarded::reward).collect();
            let customer = customer.to_string();
            let (unmet, taken_from) = (Vec::new(), BTreeMap::new());
            let met = judged.met;
            let kept = Refundable { customer, value, refunded: 0, given, met, unmet, taken_from, recorded_at, now };
            self.refundable.insert(number, kept);
        }
    }

    /// A refund of the conversion with that number; the amount is in the sale's minor units, none where it has no value,
    /// and below zero where a refund came to nothing.
    pub fn refund(&mut self, number: i64, amount: Option<i64>, at: Timestamp) {
        let Some(mut kept) = self.refundable.remove(&number) else { return };
        let asked = match (kept.value, amount) {
            (Some(value), Some(amount)) => Money::new(amount, value.currency()).ok(),
            _ => None,
        };
        let mut minter = Minter::new(at, [0; 8]);
        let was_whole = kept.value.is_some_and(|value| kept.refunded == value.amount());
        let mut judge = |rewards: Vec<Reward>| {
            let facts = refund::Facts { value: kept.value, refunded: kept.refunded, rewards };
            match asked.filter(|asked| asked.amount() < 0) {
                Some(less) => {
                    let from = |reward: &Reward| kept.taken_from.get(&reward.id).copied();
                    refund::undo(&facts, less.negated(), from, at, &mut minter).ok()
                }
                None => refund::judge(&facts, asked, at, &mut minter).ok(),
            }
        };
        let (then, now) = (judge(kept.given.iter().map(|one| one.reward.clone()).collect()), judge(kept.now.clone()));
        let (Some(then), Some(now)) = (then, now) else { return };
        for made in now.moves {
            let after = made.reward;
            if let Some(place) = kept.now.iter().position(|before| before.id == after.id)
                && let Some(before) = kept.now.get(place).cloned()
            {
                self.sums.take_back(Entry::Now, &before, &after);
                kept.moved(&before, &after);
                if let Some(held) = kept.now.get_mut(place) {
                    *held = after;
                }
            }
        }
        for made in then.moves {
            let after = made.reward;
            let Some(place) = kept.given.iter().position(|given| given.reward.id == after.id) else { continue };
            let Some(before) = kept.given.get(place).map(|given| given.reward.clone()) else { continue };
            self.sums.take_back(Entry::Then, &before, &after);
            kept.moved(&before, &after);
            let gone = |reward: &Reward| i64::from(reward.state == State::Reversed);
            let times = gone(&before) - gone(&after);
            let amount = after.value().amount() - before.value().amount();
            let Some(given) = kept.given.get_mut(place) else { continue };
            given.reward = after;
            self.remembered.take_back(&self.program, given, Tally { times, amount });
        }
        kept.refunded = then.refunded;
        if then.whole {
            for met in std::mem::take(&mut kept.met) {
                self.remembered.count(&self.program, &met, kept.recorded_at, -1);
                kept.unmet.push(met);
            }
            self.of_earlier(&kept.customer, number, |earlier| {
                earlier.refunded_whole = true;
                earlier.met.clear();
            });
        } else if was_whole {
            for met in std::mem::take(&mut kept.unmet) {
                self.remembered.count(&self.program, &met, kept.recorded_at, 1);
                kept.met.push(met);
            }
            let met: BTreeSet<String> = kept.met.iter().map(|met| met.rule.clone()).collect();
            self.of_earlier(&kept.customer, number, |earlier| {
                earlier.refunded_whole = false;
                earlier.met = met.into_iter().collect();
            });
        }
        self.refundable.insert(number, kept);
    }

    /// Changes what is remembered of a conversion as an earlier one of its customer's.
    fn of_earlier(&mut self, customer: &str, number: i64, change: impl FnOnce(&mut Earlier)) {
        let account = self.remembered.account(customer);
        if let Some(person) = self.people.get_mut(&account)
            && let Some(place) = person.numbers.iter().position(|one| *one == number)
            && let Some(earlier) = person.earlier.get_mut(place)
        {
            change(earlier);
        }
    }

    pub fn result(&self, not_recorded: Vec<NotRecorded>) -> WhatIf {
        self.sums.result(not_recorded)
    }

    /// Whom the customer belongs to, as their links stood at this conversion.
    fn bound(&self, held: &Held, past: &Past) -> Bound {
        let as_then = |(code, participant, weight): &(Code, ParticipantId, u32)| {
            let link = past.recorded.link(code.as_str()).unwrap_or_else(|| LinkFacts {
                code: code.clone(),
                participant: participant.clone(),
                identity: Identity::default(),
                participant_paused: self.is_paused(participant.as_str(), past.number),
                active: true,
            });
            Part { link, weight: *weight }
        };
        Bound { parts: held.parts.iter().map(as_then).collect(), at: held.at }
    }

    fn is_paused(&self, participant: &str, number: i64) -> bool {
        let changes = self.pauses.get(participant).map_or(&[][..], Vec::as_slice);
        changes.iter().rev().find(|(after, _)| *after < number).is_some_and(|(_, paused)| *paused)
    }
}

#[cfg(test)]
#[path = "whatif_tests.rs"]
mod tests;
