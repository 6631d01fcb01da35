//! Adds up what was earned and what would be: in all, for each side, for each participant, and by reason.

use super::past::{Now, Rewarded};
use crate::id::ParticipantId;
use crate::judge::Judged;
use crate::money::{Currency, LARGEST, Money};
use crate::program::Side;
use crate::reward::{Reward, State};
use crate::wire::whatif::{Became, Compared, Counted, NotRecorded, ParticipantChange, Total, WhatIf};
use std::collections::{BTreeMap, BTreeSet};

/// An answer is one row of at most 2 MB.
const MOST_PARTICIPANTS: usize = 500;
const MOST_CHANGES: usize = 5;
const MOST_REASONS: usize = 200;

/// On which side of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    Now,
    Then,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Pair {
    now: i64,
    then: i64,
}

impl Pair {
    fn add(&mut self, entry: Entry, amount: i64) {
        let place = match entry {
            Entry::Now => &mut self.now,
            Entry::Then => &mut self.then,
        };
        *place = place.saturating_add(amount);
    }

    fn counted(self) -> Counted {
        Counted { now: self.now, then: self.then }
    }

    fn compared(self, currency: Currency) -> Compared {
        let money =
            |amount: i64| Money::new(amount.clamp(-LARGEST, LARGEST), currency).unwrap_or(Money::zero(currency));
        let difference = money(self.then.saturating_sub(self.now));
        Compared { now: money(self.now), then: money(self.then), difference }
    }

    fn plus(self, other: Self) -> Self {
        Self { now: self.now.saturating_add(other.now), then: self.then.saturating_add(other.then) }
    }
}

type Changes = BTreeMap<(String, String), i64>;

#[derive(Debug, Default)]
struct Account {
    money: BTreeMap<Currency, Pair>,
    rewards: Pair,
    credited: Pair,
    changes: Changes,
}

impl Account {
    /// In minor units, whatever the currencies.
    fn size(&self) -> u64 {
        let each = self.money.values().map(|pair| pair.then.abs_diff(pair.now));
        each.fold(0, u64::saturating_add)
    }
}

#[derive(Debug, Default)]
pub(super) struct Sums {
    conversions: i64,
    changed: i64,
    totals: BTreeMap<(Currency, Side), Pair>,
    reasons: Changes,
    participants: BTreeMap<String, Account>,
}

impl Sums {
    pub(super) fn compare(&mut self, now: &Now, judged: &Judged) {
        self.conversions += 1;
        let then: Vec<Rewarded> = judged
            .rewards
            .iter()
            .map(|earned| Rewarded {
                id: earned.reward.id.clone(),
                side: earned.reward.side,
                beneficiary: earned.reward.beneficiary.clone(),
                earned: earned.reward.earned,
            })
            .collect();
        for (entry, rewards) in [(Entry::Now, &now.rewards), (Entry::Then, &then)] {
            for one in rewards {
                self.give(entry, one);
            }
        }
        let credited: Vec<&str> = judged.credited.iter().map(|share| share.beneficiary.as_str()).collect();
        for who in &now.credited {
            self.participant(who).credited.now += 1;
        }
        for who in &credited {
            self.participant(who).credited.then += 1;
        }
        let to = judged.decision.reason.as_str();
        let key = (now.reason.clone(), to.to_owned());
        let differs = now.reason != to;
        if differs || gifts(&now.rewards, None) != gifts(&then, None) {
            self.changed += 1;
            *self.reasons.entry(key.clone()).or_default() += 1;
        }
        let named = now.credited.iter().map(String::as_str).chain(credited);
        let earning = now.rewards.iter().chain(&then).map(|one| one.beneficiary.as_str()).filter(|who| is_theirs(who));
        let who: BTreeSet<&str> = named.chain(earning).collect();
        for who in who {
            if differs || gifts(&now.rewards, Some(who)) != gifts(&then, Some(who)) {
                *self.participant(who).changes.entry(key.clone()).or_default() += 1;
            }
        }
    }

    /// What a refund takes back of a reward, or gives again when it came to nothing.
    pub(super) fn take_back(&mut self, entry: Entry, before: &Reward, after: &Reward) {
        let less = after.value().amount() - before.value().amount();
        let gone = i64::from(after.state == State::Reversed) - i64::from(before.state == State::Reversed);
        self.add(entry, (before.side, before.earned.currency()), &before.beneficiary, less, -gone);
    }

    fn give(&mut self, entry: Entry, one: &Rewarded) {
        self.add(entry, (one.side, one.earned.currency()), &one.beneficiary, one.earned.amount(), 1);
    }

    fn add(&mut self, entry: Entry, (side, currency): (Side, Currency), who: &str, amount: i64, rewards: i64) {
        self.totals.entry((currency, side)).or_default().add(entry, amount);
        if is_theirs(who) {
            let account = self.participant(who);
            account.money.entry(currency).or_default().add(entry, amount);
            account.rewards.add(entry, rewards);
        }
    }

    fn participant(&mut self, who: &str) -> &mut Account {
        if !self.participants.contains_key(who) {
            self.participants.insert(who.to_owned(), Account::default());
        }
        self.participants.entry(who.to_owned()).or_default()
    }

    pub(super) fn result(&self, not_recorded: Vec<NotRecorded>) -> WhatIf {
        let side = |currency, side| self.totals.get(&(currency, side)).copied().unwrap_or_default();
        let currencies: BTreeSet<Currency> = self.totals.keys().map(|(currency, _)| *currency).collect();
        let total = |currency: Currency| {
            let (referrer, friend) = (side(currency, Side::Referrer), side(currency, Side::Friend));
            Total {
                both: referrer.plus(friend).compared(currency),
                referrer: referrer.compared(currency),
                friend: friend.compared(currency),
            }
        };
        let mut order: Vec<(&String, &Account)> = self.participants.iter().collect();
        order.sort_by_key(|(_, account)| std::cmp::Reverse(account.size()));
        let told = |(who, account): &(&String, &Account)| ParticipantChange {
            participant: (*who).clone(),
            money: account.money.iter().map(|(currency, pair)| pair.compared(*currency)).collect(),
            rewards: account.rewards.counted(),
            credited: account.credited.counted(),
            changes: most(&account.changes, MOST_CHANGES),
        };
        WhatIf {
            conversions: self.conversions,
            changed: self.changed,
            totals: currencies.into_iter().map(total).collect(),
            reasons: most(&self.reasons, MOST_REASONS),
            participants: order.iter().take(MOST_PARTICIPANTS).map(told).collect(),
            participants_count: order.len(),
            participants_limit: MOST_PARTICIPANTS,
            not_recorded,
        }
    }
}

fn is_theirs(who: &str) -> bool {
    who.starts_with(ParticipantId::PREFIX)
}

/// What is given, to one or to all, whatever the order.
fn gifts<'a>(rewards: &'a [Rewarded], to: Option<&str>) -> Vec<(&'a str, Currency, i64)> {
    let own = rewards.iter().filter(|one| to.is_none_or(|to| one.beneficiary == to));
    let mut all: Vec<_> =
        own.map(|one| (one.beneficiary.as_str(), one.earned.currency(), one.earned.amount())).collect();
    all.sort_unstable();
    all
}

fn most(changes: &Changes, limit: usize) -> Vec<Became> {
    let mut all: Vec<(&(String, String), &i64)> = changes.iter().collect();
    all.sort_by_key(|(_, conversions)| std::cmp::Reverse(**conversions));
    let became = |((from, to), conversions): (&(String, String), &i64)| Became {
        from: from.clone(),
        to: to.clone(),
        conversions: *conversions,
    };
    all.into_iter().take(limit).map(became).collect()
}
