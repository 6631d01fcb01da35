//! What is next, in lines: the rule, what was reached, and what is said of it.

use super::super::history::{Question, Tally};
use super::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const WHO: &str = "prt_ada";
const NOW: &str = "2026-11-20T12:00:00Z";

fn usd(amount: i64) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

fn rule(id: &str, gives: &Value) -> Value {
    let mut rule = json!({"id": id, "side": "referrer", "on": "purchase", "kind": "credit"});
    gives.as_object().unwrap().iter().for_each(|(name, value)| rule[name] = value.clone());
    rule
}

fn program(rules: &[Value]) -> Program {
    let file =
        json!({"id": "acme", "name": "Acme", "kind": "referral", "site": "https://shop.example", "rewards": rules});
    Program::from_json(&file.to_string()).unwrap()
}

/// What is next for someone whose conversions met each rule so often, for so much, with these stages had.
fn next(program: &Program, met: &[(&str, i64, i64)], had: &[(&str, &str)]) -> Option<NextTier> {
    let now = Timestamp::parse(NOW).unwrap();
    let asked = questions(program, WHO, now);
    let mut known = Known::default();
    for question in asked.tallies {
        let Question::Met { rule, who, .. } = &question else { panic!("{question:?}") };
        assert_eq!(who, WHO);
        let found = met.iter().find(|(id, ..)| id == rule);
        let tally = found.map(|(_, times, amount)| Tally { times: *times, amount: *amount }).unwrap_or_default();
        known.tallies.insert(question, tally);
    }
    for (rule, who) in asked.stages {
        let stages: BTreeSet<String> =
            had.iter().filter(|(id, _)| *id == rule).map(|(_, stage)| (*stage).to_owned()).collect();
        known.stages.insert((rule, who), stages);
    }
    for who in asked.metadata {
        known.metadata.insert(who, json!({"level": "gold"}).as_object().unwrap().clone());
    }
    next_tier(program, WHO, true, &known, now)
}

/// `(at, missing)`, by one rule alone.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "tables read better")]
fn check(gives: Value, times: i64, amount: i64, expected: Option<(i64, i64)>) {
    let found = next(&program(&[rule("r", &gives)]), &[("r", times, amount)], &[]);
    assert_eq!(found.map(|next| (next.at, next.missing)), expected, "{gives} after {times} of {amount}");
}

fn by_count(boundary: &str) -> Value {
    json!({"tiers": {"by": "count", "boundary": boundary, "steps": [
        {"up_to": 2, "percent": "10"}, {"up_to": 5, "percent": "12.5"}, {"percent": "15"}]}})
}

fn by_total(boundary: &str) -> Value {
    json!({"tiers": {"by": "total", "boundary": boundary, "steps": [
        {"up_to": usd(100_000), "percent": "10"}, {"percent": "15"}]}})
}

#[test]
fn tiers_by_count_begin_one_past_the_end_of_the_one_before() {
    for (times, expected) in
        [(0, Some((3, 3))), (1, Some((3, 2))), (2, Some((3, 1))), (3, Some((6, 3))), (5, Some((6, 1))), (6, None)]
    {
        check(by_count("lower"), times, 0, expected);
    }
    for (times, expected) in [(0, Some((2, 2))), (1, Some((2, 1))), (2, Some((5, 3))), (5, None)] {
        check(by_count("upper"), times, 0, expected);
    }
    // The last step ends somewhere: past it nothing more is promised.
    let closed =
        json!({"tiers": {"by": "count", "steps": [{"up_to": 1, "percent": "1"}, {"up_to": 2, "percent": "2"}]}});
    for (times, expected) in [(0, Some((2, 2))), (1, Some((2, 1))), (2, None)] {
        check(closed.clone(), times, 0, expected);
    }
}

#[test]
fn tiers_by_total_are_told_to_the_cent() {
    for (amount, expected) in [(0, Some((100_001, 100_001))), (100_000, Some((100_001, 1))), (100_001, None)] {
        check(by_total("lower"), 1, amount, expected);
    }
    for (amount, expected) in [(99_999, Some((100_000, 1))), (100_000, None)] {
        check(by_total("upper"), 1, amount, expected);
    }
    let found = next(&program(&[rule("r", &by_total("upper"))]), &[("r", 3, 40_000)], &[]).unwrap();
    let told = json!({
        "rule": "r", "at": 100_000, "reached": 40_000, "missing": 60_000, "unit": {"currency": "USD"}, "over": "ever",
        "earns": {"kind": "credit", "percent": "15", "once": false},
    });
    assert_eq!(json!(found), told);
    assert_eq!(serde_json::from_value::<NextTier>(told).unwrap(), found);
}

#[test]
fn a_milestone_is_next_until_it_was_had() {
    let milestones = json!({"milestones": {"by": "count", "steps": [
        {"at": 10, "flat": usd(25_000)}, {"at": 25, "kind": "gift", "item": "A weekend"}]}});
    let program = program(&[rule("m", &milestones)]);
    let told = |times, had: &[(&str, &str)]| next(&program, &[("m", times, 0)], had);
    let first = told(4, &[]).unwrap();
    assert_eq!(
        json!(first),
        json!({"rule": "m", "at": 10, "reached": 4, "missing": 6, "unit": "conversions", "over": "ever",
            "earns": {"kind": "credit", "value": usd(25_000), "once": true}})
    );
    let second = told(10, &[("m", "milestone:10")]).unwrap();
    assert_eq!((second.at, second.missing, second.earns.item.as_deref()), (25, 15, Some("A weekend")));
    assert_eq!(second.earns.kind, "gift");
    // Refunds took two back; what was had isn't given again.
    assert_eq!(told(8, &[("m", "milestone:10")]).unwrap().at, 25);
    assert_eq!(told(25, &[("m", "milestone:10"), ("m", "milestone:25")]), None);
    // More was taken back than there was: a tally below nothing is still told.
    assert_eq!(told(-1, &[]).unwrap().missing, 11);
}

#[test]
fn a_months_milestone_comes_again() {
    let monthly =
        json!({"milestones": {"by": "total", "over": "month", "steps": [{"at": usd(50_000), "flat": usd(1_000)}]}});
    let program = program(&[rule("m", &monthly)]);
    let had = next(&program, &[("m", 0, 10_000)], &[("m", "milestone:50000:2026-10-01")]).unwrap();
    assert_eq!((had.missing, had.over.as_str()), (40_000, "month"));
    assert_eq!(next(&program, &[("m", 0, 10_000)], &[("m", "milestone:50000:2026-11-01")]), None);
}

#[test]
fn of_several_the_nearest_is_told_and_of_equals_the_first() {
    let at = |at: i64| json!({"milestones": {"by": "count", "steps": [{"at": at, "flat": usd(1)}]}});
    let three = program(&[rule("a", &at(10)), rule("b", &at(4)), rule("c", &at(8))]);
    let told = |met: &[(&str, i64, i64)]| next(&three, met, &[]).unwrap().rule;
    assert_eq!(told(&[]), "a");
    assert_eq!(told(&[("a", 5, 0), ("b", 1, 0), ("c", 2, 0)]), "a");
    assert_eq!(told(&[("a", 2, 0), ("b", 2, 0), ("c", 4, 0)]), "b");
    assert_eq!(told(&[("a", 1, 0), ("b", 1, 0), ("c", 3, 0)]), "c");
}

#[test]
fn nothing_is_promised_that_a_conversion_would_not_give() {
    let none = [
        json!({"flat": usd(1)}),
        json!({"tiers": {"by": "value", "steps": [{"up_to": usd(5), "flat": usd(1)}, {"flat": usd(2)}]}}),
        json!({"side": "friend", "tiers": by_count("lower")["tiers"]}),
        json!({"for": {"until": "2026-11-19"}, "tiers": by_count("lower")["tiers"]}),
        json!({"for": {"from": "2026-11-21"}, "tiers": by_count("lower")["tiers"]}),
        json!({"when": {"participant": {"level": "silver"}}, "tiers": by_count("lower")["tiers"]}),
    ];
    for gives in none {
        check(gives, 1, 0, None);
    }
    let some = [
        json!({"for": {"from": "2026-11-20", "until": "2026-11-20"}, "tiers": by_count("lower")["tiers"]}),
        json!({"when": {"participant": {"level": "gold"}}, "tiers": by_count("lower")["tiers"]}),
    ];
    for gives in some {
        check(gives, 1, 0, Some((3, 2)));
    }
    let paused = program(&[rule("r", &by_count("lower"))]);
    assert_eq!(next_tier(&paused, WHO, false, &Known::default(), Timestamp::parse(NOW).unwrap()), None);
}
