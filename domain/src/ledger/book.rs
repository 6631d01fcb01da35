//! A house that keeps its books as the edge does, in memory, for tests: each step reads, asks the rules, and records.

use super::{Account, Chain, Entry, Posting, Verifier};
use crate::id::Minter;
use crate::judge::accrue;
use crate::money::{Currency, Money};
use crate::payout::{self, Owed};
use crate::program::Program;
use crate::refund::{self, Facts};
use crate::reward::history::Known;
use crate::reward::rules::{self, Credited, Earlier, Sale, Share, Standing};
use crate::reward::{self, Action, Move, Reward, State};
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What comes in from outside. Orders, customers and participants are numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Buy {
        order: usize,
        customer: usize,
        participant: usize,
        amount: i64,
    },
    /// `amount` none: the rest of it.
    Refund {
        order: usize,
        id: usize,
        amount: Option<i64>,
    },
    Approve {
        order: usize,
    },
    /// A batch of all that is owed, confirmed by the next `Settle` of that number.
    Batch {
        number: usize,
    },
    Settle {
        number: usize,
        paid: bool,
    },
}

struct Sold {
    customer: usize,
    value: Money,
    refunded: i64,
    whole: bool,
    rewards: Vec<usize>,
    met: Vec<String>,
}

struct Payout {
    lines: Vec<(String, Money)>,
    rewards: Vec<usize>,
    open: bool,
}

pub(crate) struct House {
    program: Program,
    /// In the order in which they were recorded.
    sales: Vec<(usize, Sold)>,
    refunds: BTreeSet<(usize, usize)>,
    waiting: Vec<(usize, Option<i64>)>,
    rewards: Vec<Reward>,
    payouts: BTreeMap<usize, Payout>,
    confirmed: BTreeMap<String, i64>,
    pub(crate) balances: BTreeMap<String, i64>,
    pub(crate) postings: Vec<Posting>,
    chain: Chain,
    minter: Minter,
    at: Timestamp,
}

fn usd(amount: i64) -> Money {
    Money::new(amount, Currency::parse("USD").unwrap()).unwrap()
}

impl House {
    /// Referrers earn a tenth of every purchase, friends a flat sum for their first.
    pub(crate) fn new() -> Self {
        let file = r#"{"id":"acme","name":"Acme","kind":"partner","site":"https://shop.example","rewards":[
            {"id":"share","side":"referrer","on":"purchase","kind":"money","percent":"10"},
            {"id":"first","side":"friend","on":"purchase","kind":"credit","flat":{"amount":500,"currency":"USD"},
             "first":true}]}"#;
        let at = Timestamp::from_millis(1_763_640_000_000);
        Self {
            program: Program::from_json(file).unwrap(),
            sales: Vec::new(),
            refunds: BTreeSet::new(),
            waiting: Vec::new(),
            rewards: Vec::new(),
            payouts: BTreeMap::new(),
            confirmed: BTreeMap::new(),
            balances: BTreeMap::new(),
            postings: Vec::new(),
            chain: Chain::default(),
            minter: Minter::new(at, [5; 8]),
            at,
        }
    }

    pub(crate) fn take(&mut self, step: Step) {
        match step {
            Step::Buy { order, customer, participant, amount } => self.buy(order, customer, participant, usd(amount)),
            Step::Refund { order, id, amount } => self.refund(order, id, amount),
            Step::Approve { order } => self.approve(order),
            Step::Batch { number } => self.batch(number),
            Step::Settle { number, paid } => self.settle(number, paid),
        }
        self.check();
    }

    fn sold(&mut self, order: usize) -> Option<&mut Sold> {
        self.sales.iter_mut().find(|(one, _)| *one == order).map(|(_, sold)| sold)
    }

    fn buy(&mut self, order: usize, customer: usize, participant: usize, value: Money) {
        if self.sold(order).is_some() {
            return;
        }
        let sales = self.sales.iter().filter(|(_, sold)| sold.customer == customer);
        let earlier = sales.map(|(_, sold)| Earlier {
            event: "purchase".to_owned(),
            value: Some(sold.value),
            occurred_at: self.at,
            refunded_whole: sold.whole,
            credited: true,
            met: sold.met.clone(),
        });
        let earlier: Vec<Earlier> = earlier.collect();
        let standing = Standing { new: earlier.iter().all(|one| one.refunded_whole), ..Standing::default() };
        let properties = serde_json::Map::new();
        let sale = Sale {
            event: "purchase",
            value: Some(value),
            occurred_at: self.at,
            recorded_at: self.at,
            properties: &properties,
            customer: &standing,
            earlier: &earlier,
        };
        let (who, referrers) =
            (format!("cus_{customer}"), vec![Share { beneficiary: format!("prt_{participant}"), weight: 1 }]);
        let credited = Credited { program: &self.program, sale, referrers: &referrers, customer: &who };
        let outcome = rules::apply(&credited, Known::default(), &mut self.minter);
        let entries: Vec<Entry> = outcome.earned.iter().filter_map(|earned| accrue(earned, &mut self.minter)).collect();
        let first = self.rewards.len();
        self.rewards.extend(outcome.earned.into_iter().map(|earned| earned.reward));
        let rewards = (first..self.rewards.len()).collect();
        let met = outcome.met.into_iter().map(|met| met.rule).collect();
        self.sales.push((order, Sold { customer, value, refunded: 0, whole: false, rewards, met }));
        self.book(&entries);
        let mine: Vec<_> = self.waiting.iter().filter(|(one, _)| *one == order).copied().collect();
        self.waiting.retain(|(one, _)| *one != order);
        for (_, amount) in mine {
            self.give_back(order, amount);
        }
    }

    fn refund(&mut self, order: usize, id: usize, amount: Option<i64>) {
        if self.refunds.contains(&(order, id)) {
            return;
        }
        if self.sold(order).is_none() {
            self.refunds.insert((order, id));
            self.waiting.push((order, amount));
        } else if self.give_back(order, amount) {
            self.refunds.insert((order, id));
        }
    }

    /// Whether the refund was accepted.
    fn give_back(&mut self, order: usize, amount: Option<i64>) -> bool {
        let Some((_, sold)) = self.sales.iter().find(|(one, _)| *one == order) else { return false };
        let rewards = sold.rewards.iter().map(|at| self.rewards[*at].clone()).collect();
        let facts = Facts { value: Some(sold.value), refunded: sold.refunded, rewards };
        let Ok(verdict) = refund::judge(&facts, amount.map(usd), self.at, &mut self.minter) else { return false };
        let sold = self.sold(order).unwrap();
        (sold.refunded, sold.whole) = (verdict.refunded, verdict.whole);
        if verdict.whole {
            sold.met.clear();
        }
        verdict.moves.iter().for_each(|made| self.keep(made));
        true
    }

    fn approve(&mut self, order: usize) {
        let rewards = self.sold(order).map(|sold| sold.rewards.clone()).unwrap_or_default();
        for at in rewards {
            if let Ok(made) = reward::act(&self.rewards[at], Action::Approve, self.at, &mut self.minter) {
                self.keep(&made);
            }
        }
    }

    fn batch(&mut self, number: usize) {
        if self.payouts.contains_key(&number) {
            return;
        }
        let open = |who: &str| {
            let lines = self.payouts.values().filter(|payout| payout.open).flat_map(|payout| &payout.lines);
            lines.filter(|(one, _)| one == who).map(|(_, value)| value.amount()).sum()
        };
        let owed = self.balances.iter().filter_map(|(account, amount)| {
            let who = account.strip_prefix("payable:")?.to_owned();
            Some(Owed { in_open_batches: open(&who), payable: usd(*amount), beneficiary: who })
        });
        let lines = payout::plan(&owed.collect::<Vec<_>>(), 0, usd(0).currency()).unwrap().lines;
        let paid = |reward: &Reward| lines.iter().any(|(who, _)| *who == reward.beneficiary);
        let held = |at: &usize| self.payouts.values().any(|payout| payout.open && payout.rewards.contains(at));
        let approved = |(_, reward): &(usize, &Reward)| reward.state == State::Approved && paid(reward);
        let rewards = self.rewards.iter().enumerate().filter(approved).map(|(at, _)| at).filter(|at| !held(at));
        let rewards = rewards.collect();
        self.payouts.insert(number, Payout { lines, rewards, open: true });
    }

    fn settle(&mut self, number: usize, paid: bool) {
        let Some(payout) = self.payouts.get_mut(&number).filter(|payout| payout.open) else { return };
        payout.open = false;
        if !paid {
            return;
        }
        let (lines, rewards) = (payout.lines.clone(), payout.rewards.clone());
        for (who, value) in lines {
            let entry = payout::confirm(&who, value, self.at, &mut self.minter);
            *self.confirmed.entry(who).or_default() += value.amount();
            self.book(&[entry]);
        }
        let rewards: Vec<Reward> = rewards.into_iter().map(|at| self.rewards[at].clone()).collect();
        for made in payout::fulfil(&rewards) {
            self.keep(&made);
        }
    }

    fn keep(&mut self, made: &Move) {
        let held = self.rewards.iter_mut().find(|reward| reward.id == made.reward.id).unwrap();
        held.clone_from(&made.reward);
        self.book(made.entry.as_slice());
    }

    fn book(&mut self, entries: &[Entry]) {
        for entry in entries {
            for posting in self.chain.append(entry).unwrap() {
                *self.balances.entry(posting.account.clone()).or_default() += posting.value.amount();
                self.postings.push(posting);
            }
        }
    }

    fn balance(&self, account: &Account) -> i64 {
        self.balances.get(&account.name()).copied().unwrap_or(0)
    }

    /// What holds after every step: the book sums to zero, and its accounts are what the rewards and payouts say.
    fn check(&self) {
        assert_eq!(self.balances.values().sum::<i64>(), 0, "the book sums to zero");
        let people: BTreeSet<&String> = self.rewards.iter().map(|reward| &reward.beneficiary).collect();
        let mut given = 0;
        for who in people {
            let sum = |states: [State; 2]| -> i64 {
                let mine = self.rewards.iter().filter(|one| one.beneficiary == *who && states.contains(&one.state));
                mine.map(|reward| reward.value().amount()).sum()
            };
            let (pending, paid) = (Account::Pending(who.clone()), Account::Paid(who.clone()));
            assert_eq!(self.balance(&pending), sum([State::Pending, State::Held]), "pending of {who}");
            let earned = sum([State::Approved, State::Fulfilled]);
            assert_eq!(self.balance(&paid), self.confirmed.get(who).copied().unwrap_or(0), "paid to {who}");
            assert_eq!(self.balance(&Account::Payable(who.clone())) + self.balance(&paid), earned, "owed to {who}");
            given += self.balance(&pending) + earned;
        }
        assert_eq!(self.balance(&Account::Expense), -given, "what was given is the expense");
    }

    /// What each may expect and was given, whenever it was paid out.
    pub(crate) fn owed(&self) -> BTreeMap<String, i64> {
        let mut owed = BTreeMap::new();
        for (account, amount) in &self.balances {
            let account = account.replace("paid:", "payable:");
            *owed.entry(account).or_default() += amount;
        }
        owed.retain(|_, amount| *amount != 0);
        owed
    }

    pub(crate) fn head(&self) -> &str {
        &self.chain.head
    }

    pub(crate) fn verify(&self) -> super::Verification {
        let mut verifier = Verifier::default();
        self.postings.iter().for_each(|posting| verifier.read(posting));
        verifier.end(&self.chain.head);
        verifier.finish()
    }
}
