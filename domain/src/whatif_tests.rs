//! Judging again: what follows from earlier conversions is found anew, and both sides are compared alike.

use super::*;
use crate::id::{ClickId, RewardId};
use crate::money::Currency;
use crate::program::Side;
use crate::time::Span;
use crate::wire::recorded::{Recorded, RecordedLink, RecordedTouch};
use serde_json::json;

const TODAY: i64 = 1_763_640_000_000;

fn id(prefix: &str, number: i64) -> String {
    let minter = &mut Minter::new(Timestamp::from_millis(number), [0; 8]);
    CustomerId::mint(minter).as_str().replace("cus_", prefix)
}

fn usd(amount: i64) -> Money {
    Money::new(amount, Currency::parse("USD").unwrap()).unwrap()
}

fn program(rules: &Value, more: &Value) -> Program {
    let mut file = json!({"id": "acme", "name": "Acme", "kind": "referral", "site": "https://shop.example",
        "rewards": rules});
    for (name, value) in more.as_object().unwrap() {
        file[name] = value.clone();
    }
    Program::from_json(&file.to_string()).unwrap()
}

fn flat(amount: i64, more: &Value) -> Value {
    let mut rule = json!({"id": format!("r{amount}"), "side": "referrer", "on": ["purchase", "renewal"],
        "kind": "money", "flat": usd(amount)});
    for (name, value) in more.as_object().unwrap() {
        rule[name] = value.clone();
    }
    rule
}

/// A purchase of 10,000, one each day, by a customer who came by these participants' links, so many days before.
fn buy(number: i64, customer: i64, touches: &[(i64, i64)]) -> Past {
    let at = Timestamp::from_millis(TODAY).after(Span::days(number));
    let participant = |who: i64| ParticipantId::parse(&id("prt_", who)).unwrap();
    let links = touches.iter().map(|(who, _)| RecordedLink(format!("code-{who}"), participant(*who), 0)).collect();
    let touch = |(place, (who, days)): (usize, &(i64, i64))| {
        let click = ClickId::new(at.before(Span::days(*days)), 0, [u8::try_from(place).unwrap(); 8]);
        Some(RecordedTouch(click, format!("code-{who}"), 0, Some(place)))
    };
    let recorded = Recorded {
        customer: CustomerId::parse(&id("cus_", customer)).unwrap(),
        imported: false,
        account_made: None,
        country: None,
        segment: None,
        consent: None,
        links,
        touches: touches.iter().enumerate().map(touch).collect(),
        coupon: None,
        code: None,
        contributions: Vec::new(),
    };
    Past {
        number,
        event: "purchase".to_owned(),
        value: Some(usd(10_000)),
        occurred_at: at,
        recorded_at: at,
        properties: Map::new(),
        recorded,
        returns: true,
        refunded: true,
        now: Now { reason: "no_touch".to_owned(), ..Now::default() },
    }
}

/// What each participant would have, by number; those who would have nothing are left out.
fn then(simulation: &Simulation) -> Vec<(i64, i64)> {
    let result = simulation.result(Vec::new());
    let number = |who: &str| (0..100).find(|number| id("prt_", *number) == who).unwrap();
    let all = result.participants.iter().filter_map(|one| Some((number(&one.participant), one.money.first()?)));
    let mut all: Vec<_> = all.map(|(who, money)| (who, money.then.amount())).filter(|(_, then)| *then != 0).collect();
    all.sort_unstable();
    all
}

fn run(program: Program, past: Vec<Past>) -> Simulation {
    let mut simulation = Simulation::new(program);
    for one in past {
        simulation.convert(one);
    }
    simulation
}

#[test]
fn the_other_programs_model_and_window_judge() {
    let past = || vec![buy(1, 1, &[(1, 40), (2, 3)]), buy(2, 2, &[(1, 60)])];
    let rules = json!([flat(1_000, &json!({}))]);
    for (attribution, expected) in [
        (json!({"model": "last_touch"}), vec![(1, 1_000), (2, 1_000)]),
        (json!({"model": "first_touch"}), vec![(1, 2_000)]),
        (json!({"model": "linear"}), vec![(1, 1_500), (2, 500)]),
        (json!({"window_days": 50}), vec![(2, 1_000)]),
    ] {
        let found = run(program(&rules, &json!({"attribution": attribution})), past());
        assert_eq!(then(&found), expected, "{attribution}");
    }
}

#[test]
fn bindings_firsts_caps_and_tiers_evolve_by_the_other_program() {
    let again = || vec![buy(1, 1, &[(1, 3)]), buy(2, 1, &[]), buy(3, 2, &[(1, 3)]), buy(4, 1, &[(2, 1)])];
    let check = |rule: Value, more: Value, expected: Vec<(i64, i64)>| {
        let found = run(program(&json!([rule]), &more), again());
        assert_eq!(then(&found), expected, "{rule} {more}");
    };
    check(flat(1_000, &json!({})), json!({}), vec![(1, 4_000)]);
    check(flat(1_000, &json!({})), json!({"attribution": {"binding": "last"}}), vec![(1, 3_000), (2, 1_000)]);
    check(flat(1_000, &json!({"first": true})), json!({}), vec![(1, 2_000)]);
    check(flat(1_000, &json!({"caps": {"times": 3}})), json!({}), vec![(1, 3_000)]);
    check(flat(1_000, &json!({})), json!({"budget": {"limit": usd(2_500), "over": "month"}}), vec![(1, 2_500)]);
    let mut tiers =
        flat(1, &json!({"tiers": {"by": "count", "steps": [{"up_to": 2, "flat": usd(100)}, {"flat": usd(300)}]}}));
    tiers.as_object_mut().unwrap().remove("flat");
    check(tiers, json!({}), vec![(1, 800)]);
    let mut milestone = flat(1, &json!({"milestones": {"by": "count", "steps": [{"at": 2, "flat": usd(700)}]}}));
    milestone.as_object_mut().unwrap().remove("flat");
    check(milestone, json!({}), vec![(1, 700)]);
}

#[test]
fn refunds_take_back_on_both_sides_and_free_what_they_took() {
    let rules = json!([flat(1_000, &json!({"caps": {"times": 1}, "first": true}))]);
    let mut simulation = Simulation::new(program(&rules, &json!({})));
    let mut first = buy(1, 1, &[(1, 3)]);
    let (beneficiary, reward) = (id("prt_", 1), RewardId::parse(&id("rwd_", 1)).unwrap());
    first.now.rewards = vec![Rewarded { id: reward, side: Side::Referrer, beneficiary, earned: usd(400) }];
    simulation.convert(first);
    let at = Timestamp::from_millis(TODAY);
    let money = |simulation: &Simulation| {
        let money = simulation.result(Vec::new()).totals[0].both.clone();
        [money.now.amount(), money.then.amount(), money.difference.amount()]
    };
    assert_eq!(money(&simulation), [400, 1_000, 600]);
    simulation.refund(1, Some(2_500), at);
    assert_eq!(money(&simulation), [300, 750, 450]);
    simulation.refund(1, Some(7_500), at);
    assert_eq!(money(&simulation), [0, 0, 0]);
    simulation.convert(buy(2, 1, &[(1, 3)]));
    assert_eq!(money(&simulation), [0, 1_000, 1_000], "first, and the cap, are free again");
    simulation.convert(buy(3, 2, &[(1, 3)]));
    assert_eq!(money(&simulation), [0, 1_000, 1_000], "the cap is reached");
}

#[test]
fn a_refund_that_came_to_nothing_takes_up_again_what_it_freed() {
    let rules = json!([flat(1_000, &json!({"caps": {"times": 1}, "first": true}))]);
    let mut simulation = Simulation::new(program(&rules, &json!({})));
    simulation.convert(buy(1, 1, &[(1, 3)]));
    let at = Timestamp::from_millis(TODAY);
    simulation.refund(1, Some(4_000), at);
    simulation.refund(1, Some(6_000), at);
    assert_eq!(then(&simulation), []);
    simulation.refund(1, Some(-10_000), at);
    assert_eq!(then(&simulation), [(1, 1_000)]);
    simulation.convert(buy(2, 1, &[(1, 3)]));
    simulation.convert(buy(3, 2, &[(1, 3)]));
    assert_eq!(then(&simulation), [(1, 1_000)], "neither first, nor below the cap");
}

#[test]
fn a_guest_who_is_joined_brings_their_purchases_and_who_holds_them() {
    let rules = json!([flat(1_000, &json!({})), flat(50, &json!({"side": "friend", "caps": {"times": 1}}))]);
    let mut simulation = Simulation::new(program(&rules, &json!({})));
    simulation.convert(buy(1, 8, &[(1, 3)]));
    simulation.convert(buy(2, 9, &[(2, 3)]));
    simulation.join(&id("cus_", 8), &id("cus_", 9));
    simulation.convert(buy(3, 9, &[]));
    assert_eq!(then(&simulation), [(1, 2_000), (2, 1_000)], "whoever was credited first, keeps them");
    let friend = simulation.result(Vec::new()).totals[0].friend.then;
    assert_eq!(friend, usd(100), "one cap for one person");
}

#[test]
fn who_was_paused_then_earned_nothing_then() {
    let mut simulation = Simulation::new(program(&json!([flat(1_000, &json!({}))]), &json!({})));
    simulation.pause(id("prt_", 1), 1, true);
    simulation.pause(id("prt_", 1), 2, false);
    for number in 1..=3 {
        simulation.convert(buy(number, 1, if number == 1 { &[(1, 3)] } else { &[] }));
    }
    assert_eq!(then(&simulation), [(1, 2_000)]);
}

#[test]
fn who_doesnt_return_is_not_remembered() {
    let mut simulation = Simulation::new(program(&json!([flat(1_000, &json!({}))]), &json!({})));
    simulation.convert(Past { returns: false, refunded: false, ..buy(1, 1, &[(1, 3)]) });
    assert!(simulation.people.is_empty() && simulation.refundable.is_empty());
}

#[test]
fn the_answer_says_what_became_of_which_reason_the_largest_change_first() {
    let expired = |number| {
        let mut past = buy(number, number, &[(2, 95)]);
        past.now.reason = "window_expired".to_owned();
        past
    };
    let mut lost = buy(3, 3, &[(1, 3)]);
    let beneficiary = id("prt_", 1);
    let reward = RewardId::parse(&id("rwd_", 1)).unwrap();
    lost.now = Now {
        reason: "last_touch_within_window".to_owned(),
        credited: vec![beneficiary.clone()],
        rewards: vec![Rewarded { id: reward, side: Side::Referrer, beneficiary, earned: usd(1_500) }],
    };
    let wider = program(&json!([flat(1_000, &json!({}))]), &json!({"attribution": {"window_days": 100}}));
    let found = run(wider, vec![expired(1), expired(2), lost]).result(Vec::new());
    let expected = json!({
        "conversions": 3, "changed": 3,
        "totals": [{"now": usd(1_500), "then": usd(3_000), "difference": usd(1_500),
            "referrer": {"now": usd(1_500), "then": usd(3_000), "difference": usd(1_500)},
            "friend": {"now": usd(0), "then": usd(0), "difference": usd(0)}}],
        "reasons": [
            {"from": "window_expired", "to": "last_touch_within_window", "conversions": 2},
            {"from": "last_touch_within_window", "to": "last_touch_within_window", "conversions": 1}],
        "participants": [
            {"participant": id("prt_", 2), "money": [{"now": usd(0), "then": usd(2_000), "difference": usd(2_000)}],
             "rewards": {"now": 0, "then": 2}, "credited": {"now": 0, "then": 2},
             "changes": [{"from": "window_expired", "to": "last_touch_within_window", "conversions": 2}]},
            {"participant": id("prt_", 1), "money": [{"now": usd(1_500), "then": usd(1_000), "difference": usd(-500)}],
             "rewards": {"now": 1, "then": 1}, "credited": {"now": 1, "then": 1},
             "changes": [{"from": "last_touch_within_window", "to": "last_touch_within_window", "conversions": 1}]}],
        "participants_count": 2, "participants_limit": 500, "not_recorded": [],
    });
    assert_eq!(serde_json::to_value(&found).unwrap(), expected);
    assert_eq!(serde_json::from_value::<WhatIf>(expected).unwrap(), found);
}
