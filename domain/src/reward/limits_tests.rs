//! Caps and budgets: what the last conversion gets, and that no order of conversions goes over.

use super::*;
use crate::reward::rules::trial::{Trial, Try, money, purchase, usd};
use proptest::prelude::*;
use serde_json::{Value, json};

fn in_usd(amount: i64) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

fn buyer(n: usize, day: &str) -> Try {
    purchase(usd(1_000)).by(&format!("cus_{n}")).when(day)
}

#[test]
fn the_last_of_a_budget_goes_to_one_and_the_next_is_refused() {
    for budget in [in_usd(4_000), json!({"limit": in_usd(4_000)}), json!([{"limit": in_usd(4_000), "over": "ever"}])] {
        let mut trial = Trial::new(&json!([{"flat": in_usd(2_000)}]), &json!({"budget": budget}));
        let same = "2026-11-20T12:00:00.000Z";
        let gave: Vec<_> = (0..3).map(|n| trial.gives(&buyer(n, same))).collect();
        assert_eq!(gave, [Ok(vec![usd(2_000)]), Ok(vec![usd(2_000)]), Err(Reason::BudgetSpent)]);
        trial.refund(0);
        assert_eq!(trial.gives(&buyer(9, same)), Ok(vec![usd(2_000)]), "a refund frees it");
    }
}

#[test]
fn what_is_left_is_given_unless_the_owner_says_all_or_nothing() {
    let part = json!({"budget": {"limit": in_usd(3_000)}});
    let mut trial = Trial::new(&json!([{"flat": in_usd(2_000)}]), &part);
    assert_eq!(trial.gives(&buyer(1, "2026-11-20T12:00:00Z")), Ok(vec![usd(2_000)]));
    let cut = trial.convert(&buyer(2, "2026-11-20T12:00:00Z"));
    assert_eq!((cut.earned[0].reward.earned, cut.earned[0].reason), (usd(1_000), Some(Reason::CutToLimit)));
    assert_eq!(cut.traces[0].result, Reason::CutToLimit);
    let whole = json!({"budget": {"limit": in_usd(3_000), "partial": false}});
    let mut trial = Trial::new(&json!([{"flat": in_usd(2_000)}]), &whole);
    assert_eq!(trial.gives(&buyer(1, "2026-11-20T12:00:00Z")), Ok(vec![usd(2_000)]));
    assert_eq!(trial.gives(&buyer(2, "2026-11-20T12:00:00Z")), Err(Reason::BudgetSpent));
}

#[test]
fn two_rules_of_one_verdict_share_a_budget() {
    let rules = json!([{"flat": in_usd(2_000)}, {"side": "friend", "flat": in_usd(2_000)}]);
    let mut trial = Trial::new(&rules, &json!({"budget": in_usd(2_500)}));
    assert_eq!(trial.gives(&buyer(1, "2026-11-20T12:00:00Z")), Ok(vec![usd(2_000), usd(500)]));
}

#[test]
fn a_cap_is_a_persons_own_and_begins_anew_with_its_stretch() {
    let cap = json!({"caps": [{"limit": in_usd(3_000), "over": "month"}]});
    let mut rule = json!({"flat": in_usd(2_000)});
    rule["caps"] = cap["caps"].clone();
    for mut trial in [Trial::rule(&rule), Trial::new(&json!([{"flat": in_usd(2_000)}]), &cap)] {
        let other = Try { referrers: vec![("prt_2", 1)], ..buyer(9, "2026-11-30T12:00:00Z") };
        assert_eq!(trial.gives(&buyer(1, "2026-11-30T12:00:00Z")), Ok(vec![usd(2_000)]));
        assert_eq!(trial.gives(&buyer(2, "2026-11-30T12:00:00Z")), Ok(vec![usd(1_000)]));
        assert_eq!(trial.gives(&buyer(3, "2026-11-30T23:59:59.999Z")), Err(Reason::CapReached));
        assert_eq!(trial.gives(&other), Ok(vec![usd(2_000)]));
        assert_eq!(trial.gives(&buyer(4, "2026-12-01T00:00:00Z")), Ok(vec![usd(2_000)]));
    }
    let mut twice = Trial::rule(&json!({"kind": "gift", "item": "A mug", "caps": {"times": 2, "over": "year"}}));
    let gave: Vec<_> = (0..3).map(|n| twice.gives(&buyer(n, "2026-11-20T12:00:00Z")).is_ok()).collect();
    assert_eq!(gave, [true, true, false]);
}

#[test]
fn a_limit_holds_for_its_own_currency() {
    let mut trial =
        Trial::new(&json!([{"percent": "50"}]), &json!({"budget": [in_usd(500), {"amount": 100, "currency": "JPY"}]}));
    assert_eq!(trial.gives(&buyer(1, "2026-11-20T12:00:00Z")), Ok(vec![usd(500)]));
    assert_eq!(trial.gives(&buyer(2, "2026-11-20T12:00:00Z")), Err(Reason::BudgetSpent));
    let in_yen = Try { value: Some(money(300, "JPY")), ..buyer(3, "2026-11-20T12:00:00Z") };
    assert_eq!(trial.gives(&in_yen), Ok(vec![money(100, "JPY")]));
    let in_dinar = Try { value: Some(money(3_001, "KWD")), ..buyer(4, "2026-11-20T12:00:00Z") };
    assert_eq!(trial.gives(&in_dinar), Ok(vec![money(1_501, "KWD")]), "no limit in that currency");
}

#[test]
fn the_owner_is_warned_once_when_four_fifths_are_spent() {
    let mut trial =
        Trial::new(&json!([{"flat": in_usd(1_000)}]), &json!({"budget": {"limit": in_usd(5_000), "over": "year"}}));
    let warned: Vec<_> = (0..6).map(|n| trial.convert(&buyer(n, "2026-11-20T12:00:00Z")).warnings).collect();
    assert_eq!(warned.iter().map(Vec::len).collect::<Vec<_>>(), [0, 0, 0, 1, 0, 0]);
    let warning = &warned[3][0];
    assert_eq!((warning.limit, warning.spent, warning.rule.as_deref()), (5_000, 4_000, None));
    assert_eq!(warning.since.unwrap().to_string(), "2026-01-01");
}

proptest! {
    #[test]
    fn no_order_of_conversions_goes_over_a_limit(
        sales in prop::collection::vec((1i64..5_000, 0usize..3, 0usize..4, 1u32..70), 1..40),
        cap in 1i64..6_000, budget in 1i64..12_000, partial in any::<bool>(), refunds in prop::collection::vec(any::<prop::sample::Index>(), 0..6)
    ) {
        let rules = json!([{"percent": "33.3"}, {"id": "two", "side": "friend", "flat": in_usd(700), "caps": {"times": 3}}]);
        let limits = json!({"caps": [{"limit": in_usd(cap), "over": "month", "partial": partial}],
            "budget": [{"limit": in_usd(budget), "partial": partial}]});
        let mut trial = Trial::new(&rules, &limits);
        for (n, (value, who, customer, day)) in sales.iter().enumerate() {
            let mut one = purchase(usd(*value)).by(&format!("cus_{customer}"));
            one.referrers = vec![(["prt_1", "prt_2", "prt_3"][*who], 2), ("prt_4", 1)];
            one.at = one.at.after(crate::time::Span::days(i64::from(*day) - 35));
            let outcome = trial.convert(&one);
            prop_assert_eq!(outcome.traces.len(), 2, "every rule says what became of it");
            if let Some(refund) = refunds.iter().find(|_| n % 7 == 3) {
                trial.refund(refund.index(n + 1));
            }
        }
        let spent: i64 = trial.rewards().map(|earned| earned.reward.earned.amount()).sum();
        prop_assert!(spent <= budget, "{} of {}", spent, budget);
        let mut each = std::collections::BTreeMap::new();
        for earned in trial.rewards() {
            let month = Over::Month.first_day(earned.created_at);
            *each.entry((earned.reward.beneficiary.clone(), month)).or_insert(0) += earned.reward.earned.amount();
        }
        prop_assert!(each.values().all(|spent| *spent <= cap), "{:?} of {}", each, cap);
    }

    #[test]
    fn graduated_tiers_are_the_sum_of_their_parts(value in 1i64..2_000_000, before in 1i64..2_000_000, first in 1i64..500_000, more in 1i64..500_000) {
        let steps = json!([{"up_to": in_usd(first), "percent": "7.5"}, {"up_to": in_usd(first + more), "percent": "12.25"}, {"percent": "20"}]);
        let mut trial = Trial::rule(&json!({"tiers": {"by": "total", "mode": "graduated", "steps": steps}}));
        let _ = trial.convert(&purchase(usd(before)));
        let gave = trial.gives(&purchase(usd(value)));
        let ends = [(0, first, "7.5"), (first, first + more, "12.25"), (first + more, i64::MAX, "20")];
        let part = |(from, to, percent): (i64, i64, &str)| {
            let part = (before + value).min(to) - before.max(from);
            crate::money::Percent::parse(percent).unwrap().of(&usd(part.max(0))).unwrap().amount()
        };
        let sum: i64 = ends.into_iter().map(part).sum();
        prop_assert_eq!(gave, if sum == 0 { Err(Reason::BelowMinimumValue) } else { Ok(vec![usd(sum)]) });
    }

    #[test]
    fn a_percentage_stays_between_its_floor_and_ceiling(value in 0i64..10_000_000, floor in 1i64..50_000, room in 0i64..50_000) {
        let rule = json!({"percent": "12.5", "floor": in_usd(floor), "ceiling": in_usd(floor + room)});
        let gave = Trial::rule(&rule).gives(&purchase(usd(value))).unwrap()[0].amount();
        let exact = usd(value).times(125, 1_000).unwrap().amount();
        prop_assert_eq!(gave, exact.clamp(floor, floor + room));
    }

    #[test]
    fn splitting_conserves(value in 1i64..1_000_000, weights in prop::collection::vec(1u32..100, 1..5)) {
        let names = ["prt_1", "prt_2", "prt_3", "prt_4", "prt_5"];
        let referrers: Vec<_> = names.into_iter().zip(weights).collect();
        let outcome = Trial::rule(&json!({"percent": "100"})).convert(&Try { referrers, ..purchase(usd(value)) });
        prop_assert_eq!(outcome.earned.iter().map(|earned| earned.reward.earned.amount()).sum::<i64>(), value);
        prop_assert_eq!(outcome.met.iter().filter_map(|met| met.value).map(|part| part.amount()).sum::<i64>(), value);
    }
}
