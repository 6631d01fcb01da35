//! What reward rules ask of the past: read before a verdict, kept with it. Sums are kept by day, so that a question reads
//! a few rows however much was earned.

use super::Turn;
use crate::failure::Outcome;
use crate::settings::chance;
use crate::store::{Bound, int, maybe_int, text};
use honeyguide_domain::calendar::Day;
use honeyguide_domain::id::{ConversionId, CustomerId};
use honeyguide_domain::reward::history::{Known, Question, Questions, Tally};
use honeyguide_domain::reward::rules::{Earned, Met};
use honeyguide_domain::reward::{Reward, State};
use honeyguide_domain::time::{Span, Timestamp};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Coupons of one pool that one verdict can need: a rule gives one to each beneficiary.
const MOST_COUPONS: i64 = 100;

#[derive(Deserialize)]
struct Sum {
    times: Option<i64>,
    amount: Option<i64>,
}

/// The number of the day that a moment lies in.
fn day(at: Timestamp) -> i64 {
    at.day().millis() / Span::days(1).as_millis()
}

/// What is added to the sums: of what, for which rule, person and currency, on which day.
type Sums = BTreeMap<(&'static str, [String; 3], i64), Tally>;

fn sum(sums: &mut Sums, what: &'static str, of: [&str; 3], day: i64, more: Tally) {
    let tally = sums.entry((what, of.map(str::to_owned), day)).or_default();
    tally.times += more.times;
    tally.amount += more.amount;
}

/// Adds what became of a reward of a rule, and of a person, to the sums of its day.
fn spent(sums: &mut Sums, (rule, person): (&str, &str), before: Option<&Reward>, after: &Reward, at: Timestamp) {
    let counts = |reward: &Reward| i64::from(!matches!(reward.state, State::Rejected | State::Reversed));
    let amount = |reward: &Reward| reward.value().amount();
    let tally =
        Tally { times: counts(after) - before.map_or(0, counts), amount: amount(after) - before.map_or(0, amount) };
    if tally == Tally::default() {
        return;
    }
    let currency = after.earned.currency();
    for rule in [rule, ""] {
        for who in [person, ""] {
            sum(sums, "spent", [rule, who, currency.as_str()], day(at), tally);
        }
    }
}

impl Turn<'_> {
    /// The answers; `coupon` was named at the checkout, and `clicks` are the conversion's, the newest first.
    pub(super) fn known(&self, asked: Questions, coupon: Option<&str>, clicks: &[String]) -> Outcome<Known> {
        #[derive(Deserialize)]
        struct Stage {
            stage: String,
        }
        #[derive(Deserialize)]
        struct Metadata {
            id: String,
            metadata: String,
        }
        let mut known = Known { chance: chance(), ..Known::default() };
        for question in asked.tallies {
            let tally = self.tally(&question)?;
            known.tallies.insert(question, tally);
        }
        for (rule, who) in asked.stages {
            let query = "SELECT stage FROM rewards WHERE rule = ? AND state <> 'reversed'
                AND (beneficiary = ? OR beneficiary IN (SELECT id FROM customers WHERE joined = ?))";
            let rows: Vec<Stage> = self.store.rows(query, vec![text(&rule), text(&who), text(&who)])?;
            known.stages.insert((rule, who), rows.into_iter().map(|row| row.stage).collect());
        }
        for pool in asked.pools {
            let codes = self.free_coupons(&pool, MOST_COUPONS)?;
            if let Some(code) = self.handed(&pool, coupon, clicks)? {
                known.handed.insert(pool.clone(), code);
            }
            known.pools.insert(pool, codes);
        }
        for who in asked.metadata {
            let query = "SELECT id, metadata FROM participants WHERE id = ?";
            if let Some(row) = self.store.row::<Metadata>(query, vec![text(&who)])? {
                known.metadata.insert(row.id, serde_json::from_str(&row.metadata)?);
            }
        }
        Ok(known)
    }

    pub(super) fn tally(&self, question: &Question) -> Outcome<Tally> {
        let (what, rule, who, currency, since) = match question {
            Question::Spent { rule, who, currency, since } => {
                ("spent", rule.as_deref().unwrap_or(""), who.as_deref().unwrap_or(""), currency, since)
            }
            Question::Met { rule, who, currency, since } => ("met", rule.as_str(), who.as_str(), currency, since),
        };
        let mut query = "SELECT SUM(times) AS times, SUM(amount) AS amount FROM tallies
            WHERE what = ? AND rule = ? AND who = ? AND day >= ?"
            .to_owned();
        let since = since.map_or(0, |since: Day| day(since.start()));
        let mut values: Vec<Bound> = vec![text(what), text(rule), text(who), int(since)];
        if let Some(currency) = currency {
            query.push_str(" AND currency = ?");
            values.push(text(currency));
        }
        let sum: Option<Sum> = self.store.row(&query, values)?;
        let sum = sum.unwrap_or(Sum { times: None, amount: None });
        Ok(Tally { times: sum.times.unwrap_or(0), amount: sum.amount.unwrap_or(0) })
    }

    fn add(&self, sums: Sums) -> Outcome<()> {
        let row = |((what, [rule, who, currency], day), tally): ((&str, [String; 3], i64), Tally)| {
            (vec![text(what), text(rule), text(who), text(currency), int(day)], vec![tally.times, tally.amount])
        };
        self.store.add_up(
            "tallies (what, rule, who, currency, day, times, amount)",
            sums.into_iter().map(row).collect(),
            "ON CONFLICT (what, rule, who, currency, day)
             DO UPDATE SET times = times + excluded.times, amount = amount + excluded.amount",
        )
    }

    /// Adds what became of a reward to what is spent on its day. `before` is the reward as it stood.
    pub(super) fn spend(&self, rule: &str, before: &Reward, after: &Reward, at: Timestamp) -> Outcome<()> {
        let mut sums = Sums::new();
        let person = self.person(&after.beneficiary)?;
        spent(&mut sums, (rule, &person), Some(before), after, at);
        self.add(sums)
    }

    /// Adds new rewards to what is spent on their days. `customer`: one who is known to be a person of their own.
    pub(super) fn spend_new(&self, earned: &[Earned], customer: Option<&CustomerId>) -> Outcome<()> {
        let mut sums = Sums::new();
        for earned in earned {
            let whose = &earned.reward.beneficiary;
            let person = match customer {
                Some(customer) if customer.as_str() == whose.as_str() => whose.clone(),
                _ => self.person(whose.as_str())?,
            };
            spent(&mut sums, (&earned.rule, &person), None, &earned.reward, earned.created_at);
        }
        self.add(sums)
    }

    pub(super) fn keep_met(&self, conversion: &ConversionId, met: &[Met]) -> Outcome<()> {
        let day = day(self.now);
        let (mut rows, mut sums) = (Vec::new(), Sums::new());
        for one in met {
            let currency = one.value.map(|value| value.currency().to_string()).unwrap_or_default();
            let amount = one.value.map(|value| value.amount());
            let tally = Tally { times: 1, amount: amount.unwrap_or(0) };
            sum(&mut sums, "met", [&one.rule, &one.who, &currency], day, tally);
            rows.push(vec![
                text(conversion),
                text(&one.rule),
                text(&one.who),
                maybe_int(amount),
                text(currency),
                int(day),
            ]);
        }
        self.store.insert("met (conversion, rule, who, amount, currency, day)", rows, "")?;
        self.add(sums)
    }

    /// A conversion that was refunded whole counts for nothing, until that is undone.
    pub(super) fn suspend_met(&self, conversion: &str) -> Outcome<()> {
        self.count_met(conversion, "", 0, -1)?;
        self.store.run("UPDATE met SET gone = 1 WHERE conversion = ?", vec![text(conversion)])
    }

    /// What was refunded whole counts again.
    pub(super) fn remember_met(&self, conversion: &str) -> Outcome<()> {
        self.count_met(conversion, "", 1, 1)?;
        self.store.run("UPDATE met SET gone = 0 WHERE conversion = ?", vec![text(conversion)])
    }

    /// A conversion whose credit moved counts for nothing any more for those whose ids begin with this.
    pub(super) fn forget_met(&self, conversion: &str, prefix: &str) -> Outcome<()> {
        self.count_met(conversion, prefix, 0, -1)?;
        let query = "DELETE FROM met WHERE conversion = ? AND SUBSTR(who, 1, ?) = ?";
        let length = i64::try_from(prefix.len()).unwrap_or(0);
        self.store.run(query, vec![text(conversion), int(length), text(prefix)])
    }

    /// Adds so many times what a conversion met, of what is gone, or isn't.
    fn count_met(&self, conversion: &str, prefix: &str, gone: i64, times: i64) -> Outcome<()> {
        #[derive(Deserialize)]
        struct Row {
            rule: String,
            who: String,
            amount: Option<i64>,
            currency: String,
            day: i64,
        }
        let query = "SELECT rule, who, amount, currency, day FROM met WHERE conversion = ? AND gone = ?";
        let rows: Vec<Row> = self.store.rows(query, vec![text(conversion), int(gone)])?;
        let mut sums = Sums::new();
        for row in rows.into_iter().filter(|row| row.who.starts_with(prefix)) {
            let tally = Tally { times, amount: times * row.amount.unwrap_or(0) };
            sum(&mut sums, "met", [&row.rule, &row.who, &row.currency], row.day, tally);
        }
        self.add(sums)
    }
}
