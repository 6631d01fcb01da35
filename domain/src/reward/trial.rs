//! A small world for tests of rules: a program from its file, and a memory that answers what the rules ask.

use super::*;
use crate::calendar::Day;
use crate::reward::history::{Candidates, Question, Tally, questions};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// One conversion in a test.
#[derive(Clone)]
pub(crate) struct Try {
    pub(crate) event: String,
    pub(crate) value: Option<Money>,
    pub(crate) at: Timestamp,
    pub(crate) customer: String,
    pub(crate) referrers: Vec<(&'static str, u32)>,
    pub(crate) standing: Standing,
    pub(crate) properties: Map<String, Value>,
}

pub(crate) fn money(amount: i64, currency: &str) -> Money {
    Money::new(amount, Currency::parse(currency).unwrap()).unwrap()
}

pub(crate) fn usd(amount: i64) -> Money {
    money(amount, "USD")
}

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// A purchase by `cus_1`, whom `prt_1` referred.
pub(crate) fn purchase(value: Money) -> Try {
    Try {
        event: "purchase".to_owned(),
        value: Some(value),
        at: at("2026-11-20T12:00:00Z"),
        customer: "cus_1".to_owned(),
        referrers: vec![("prt_1", 1)],
        standing: Standing { new: true, ..Standing::default() },
        properties: Map::new(),
    }
}

impl Try {
    pub(crate) fn on(mut self, event: &str) -> Self {
        event.clone_into(&mut self.event);
        self
    }

    pub(crate) fn when(mut self, text: &str) -> Self {
        self.at = at(text);
        self
    }

    pub(crate) fn by(mut self, customer: &str) -> Self {
        customer.clone_into(&mut self.customer);
        self
    }

    pub(crate) fn without_value(mut self) -> Self {
        self.value = None;
        self
    }
}

struct Kept {
    customer: String,
    earlier: Earlier,
    recorded_at: Timestamp,
    met: Vec<Met>,
    earned: Vec<Earned>,
}

/// A program and all that became of it.
pub(crate) struct Trial {
    pub(crate) program: Program,
    kept: Vec<Kept>,
    pub(crate) metadata: BTreeMap<String, Map<String, Value>>,
    pub(crate) pools: BTreeMap<String, Vec<String>>,
    pub(crate) handed: BTreeMap<String, String>,
    minter: Minter,
}

impl Trial {
    /// A program with these rules (side, id and kind are filled in) and limits.
    pub(crate) fn new(rules: &Value, limits: &Value) -> Self {
        let rules: Vec<Value> = rules.as_array().unwrap().iter().enumerate().map(filled).collect();
        let mut file = json!({"id": "acme", "name": "Acme", "kind": "partner", "site": "https://shop.example",
            "rewards": rules});
        for (name, value) in limits.as_object().unwrap() {
            file[name] = value.clone();
        }
        let program = Program::from_json(&file.to_string()).unwrap_or_else(|refusal| panic!("{:?}", refusal.faults));
        assert_eq!(
            Program::from_json(&program.to_json().to_string()).unwrap(),
            program,
            "it is written as it was read"
        );
        let minter = Minter::new(Timestamp::default(), [7; 8]);
        Self {
            program,
            kept: Vec::new(),
            metadata: BTreeMap::new(),
            pools: BTreeMap::new(),
            handed: BTreeMap::new(),
            minter,
        }
    }

    pub(crate) fn rule(rule: &Value) -> Self {
        Self::new(&json!([rule]), &json!({}))
    }

    pub(crate) fn convert(&mut self, one: &Try) -> Outcome {
        let participants = one.referrers.iter().map(|(who, _)| (*who).to_owned()).collect();
        let candidates = Candidates { participants, customer: one.customer.clone() };
        let asked = questions(&self.program, &one.event, &candidates, one.at);
        let known = Known {
            tallies: asked.tallies.into_iter().map(|question| (question.clone(), self.tally(&question))).collect(),
            stages: asked.stages.into_iter().map(|key| (key.clone(), self.stages(&key))).collect(),
            pools: self.pools.clone(),
            handed: self.handed.clone(),
            metadata: self.metadata.clone(),
            chance: [9; 32],
        };
        let earlier: Vec<Earlier> =
            self.kept.iter().filter(|kept| kept.customer == one.customer).map(|kept| kept.earlier.clone()).collect();
        let sale = Sale {
            event: &one.event,
            value: one.value,
            occurred_at: one.at,
            recorded_at: one.at,
            properties: &one.properties,
            customer: &one.standing,
            earlier: &earlier,
        };
        let referrers: Vec<Share> = one
            .referrers
            .iter()
            .map(|(who, weight)| Share { beneficiary: (*who).to_owned(), weight: *weight })
            .collect();
        let credited = Credited { program: &self.program, sale, referrers: &referrers, customer: &one.customer };
        let outcome = apply(&credited, known, &mut self.minter);
        self.kept.push(Kept {
            customer: one.customer.clone(),
            earlier: Earlier {
                event: one.event.clone(),
                value: one.value,
                occurred_at: one.at,
                refunded_whole: false,
                credited: true,
                met: outcome.met.iter().map(|met| met.rule.clone()).collect(),
            },
            recorded_at: one.at,
            met: outcome.met.clone(),
            earned: outcome.earned.clone(),
        });
        outcome
    }

    /// What the first rule gave, or why nothing.
    pub(crate) fn gives(&mut self, one: &Try) -> Result<Vec<Money>, Reason> {
        let outcome = self.convert(one);
        if outcome.earned.is_empty() {
            return Err(outcome.traces.first().map_or(Reason::NoTouch, |trace| trace.result));
        }
        Ok(outcome.earned.iter().map(|earned| earned.reward.earned).collect())
    }

    /// A whole refund of the conversion with this number.
    pub(crate) fn refund(&mut self, number: usize) {
        let kept = &mut self.kept[number];
        kept.earlier.refunded_whole = true;
        kept.met.clear();
        kept.earned.clear();
    }

    pub(crate) fn rewards(&self) -> impl Iterator<Item = &Earned> {
        self.kept.iter().flat_map(|kept| &kept.earned)
    }

    fn stages(&self, (rule, who): &(String, String)) -> BTreeSet<String> {
        let own = |earned: &&Earned| earned.rule == *rule && earned.reward.beneficiary == *who;
        self.rewards().filter(own).map(|earned| earned.stage.clone()).collect()
    }

    fn tally(&self, question: &Question) -> Tally {
        let mut tally = Tally::default();
        let mut add = |money: Option<Money>, currency: &Option<Currency>| match (currency, money) {
            (None, _) => tally.times += 1,
            (Some(currency), Some(money)) if money.currency() == *currency => {
                tally.times += 1;
                tally.amount += money.amount();
            }
            _ => {}
        };
        for kept in &self.kept {
            let within = |since: &Option<Day>| since.is_none_or(|since| kept.recorded_at >= since.start());
            match question {
                Question::Spent { rule, who, currency, since } if within(since) => {
                    let own = |earned: &&Earned| {
                        rule.as_ref().is_none_or(|rule| *rule == earned.rule)
                            && who.as_ref().is_none_or(|who| *who == earned.reward.beneficiary)
                    };
                    kept.earned.iter().filter(own).for_each(|earned| {
                        add(Some(earned.reward.earned).filter(|money| money.amount() != 0), currency);
                    });
                }
                Question::Met { rule, who, currency, since } if within(since) => {
                    let own = |met: &&Met| met.rule == *rule && met.who == *who;
                    kept.met.iter().filter(own).for_each(|met| add(met.value, currency));
                }
                _ => {}
            }
        }
        tally
    }
}

fn filled((number, rule): (usize, &Value)) -> Value {
    let mut filled = json!({"id": format!("rule-{number}"), "side": "referrer", "kind": "money"});
    let stages = rule.get("stages").is_some();
    if !stages {
        filled["on"] = json!("purchase");
    }
    for (name, value) in rule.as_object().unwrap() {
        filled[name] = value.clone();
    }
    filled
}

/// One rule, one conversion: what it gives, or why nothing.
pub(crate) fn check(rule: &Value, one: &Try, expect: Result<Money, Reason>) {
    let found = Trial::rule(rule).gives(one);
    assert_eq!(found, expect.map(|money| vec![money]), "{rule} for {:?}", one.value);
}
