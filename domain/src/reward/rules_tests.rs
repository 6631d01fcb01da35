//! What each kind of rule gives, to the minor unit, boundaries included.

use super::trial::{Trial, Try, check, money, purchase, usd};
use super::*;
use serde_json::json;

fn in_usd(amount: i64) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

#[test]
fn flat_and_percentage() {
    check(&json!({"flat": in_usd(2_000)}), &purchase(usd(1)), Ok(usd(2_000)));
    check(&json!({"percent": "10"}), &purchase(usd(12_000)), Ok(usd(1_200)));
    check(&json!({"percent": "12.5"}), &purchase(usd(999)), Ok(usd(125)));
    check(&json!({"percent": "12.5"}), &purchase(money(999, "JPY")), Ok(money(125, "JPY")));
    check(&json!({"percent": "2.5"}), &purchase(money(12_345, "KWD")), Ok(money(309, "KWD")));
    check(&json!({"flat": in_usd(2_000)}), &purchase(money(999, "JPY")), Ok(usd(2_000)));
    check(&json!({"percent": "10"}), &purchase(usd(4)), Err(Reason::BelowMinimumValue));
    check(&json!({"percent": "10"}), &purchase(usd(1)).without_value(), Err(Reason::NoValue));
}

#[test]
fn a_percentage_has_a_floor_and_a_ceiling() {
    let rule = json!({"percent": "10", "floor": in_usd(500), "ceiling": in_usd(10_000)});
    for (value, gives) in
        [(4_999, 500), (5_000, 500), (5_010, 501), (99_999, 10_000), (100_000, 10_000), (100_010, 10_000)]
    {
        check(&rule, &purchase(usd(value)), Ok(usd(gives)));
    }
    check(&rule, &purchase(money(5_000, "EUR")), Err(Reason::CurrencyDiffers));
    let two = json!({"percent": "10", "ceiling": [in_usd(10_000), {"amount": 9_000, "currency": "JPY"}]});
    check(&two, &purchase(money(1_000_000, "JPY")), Ok(money(9_000, "JPY")));
}

#[test]
fn a_threshold_is_at_least_or_more_than() {
    let over = json!({"flat": in_usd(30_000), "above": in_usd(200_000)});
    check(&over, &purchase(usd(200_000)), Err(Reason::BelowMinimumValue));
    check(&over, &purchase(usd(200_001)), Ok(usd(30_000)));
    let from = json!({"flat": in_usd(30_000), "minimum": in_usd(200_000)});
    check(&from, &purchase(usd(199_999)), Err(Reason::BelowMinimumValue));
    check(&from, &purchase(usd(200_000)), Ok(usd(30_000)));
    check(&from, &purchase(money(200_000, "EUR")), Err(Reason::CurrencyDiffers));
    let up_to = json!({"flat": in_usd(5_000), "maximum": in_usd(200_000)});
    check(&up_to, &purchase(usd(200_000)), Ok(usd(5_000)));
    check(&up_to, &purchase(usd(200_001)), Err(Reason::AboveMaximumValue));
    let below = json!({"flat": in_usd(5_000), "below": in_usd(200_000)});
    check(&below, &purchase(usd(199_999)), Ok(usd(5_000)));
    check(&below, &purchase(usd(200_000)), Err(Reason::AboveMaximumValue));
    check(
        &json!({"flat": in_usd(1), "minimum": {"amount": 2_000, "currency": "KWD"}}),
        &purchase(money(2_000, "KWD")),
        Ok(usd(1)),
    );
}

#[test]
fn tiers_by_value_are_whole_or_graduated() {
    let steps = json!([{"up_to": in_usd(100_000), "percent": "10"}, {"up_to": in_usd(500_000), "percent": "15"}, {"percent": "20"}]);
    let whole = json!({"tiers": {"by": "value", "steps": steps}});
    let graduated = json!({"tiers": {"by": "value", "mode": "graduated", "steps": steps}});
    for (value, by_whole, by_parts) in [
        (100_000, 10_000, 10_000),
        (100_001, 15_000, 10_000),
        (500_000, 75_000, 70_000),
        (500_001, 100_000, 70_000),
        (600_000, 120_000, 90_000),
    ] {
        check(&whole, &purchase(usd(value)), Ok(usd(by_whole)));
        check(&graduated, &purchase(usd(value)), Ok(usd(by_parts)));
    }
    let upper = json!({"tiers": {"by": "value", "boundary": "upper", "steps": steps}});
    check(&upper, &purchase(usd(99_999)), Ok(usd(10_000)));
    check(&upper, &purchase(usd(100_000)), Ok(usd(15_000)));
    check(&whole, &purchase(money(1, "EUR")), Err(Reason::CurrencyDiffers));
    let ended = json!({"tiers": {"by": "value", "steps": [{"up_to": in_usd(100), "percent": "50"}]}});
    check(&ended, &purchase(usd(100)), Ok(usd(50)));
    check(&ended, &purchase(usd(101)), Err(Reason::AboveMaximumValue));
}

#[test]
fn tiers_by_count_and_by_total_look_at_what_a_participant_brought() {
    let mut count = Trial::rule(&json!({"tiers": {"by": "count", "steps": [
        {"up_to": 2, "flat": in_usd(5_000)}, {"up_to": 3, "flat": in_usd(7_500)}, {"flat": in_usd(10_000)}]}}));
    let gave: Vec<_> = (0..4).map(|n| count.gives(&purchase(usd(1)).by(&format!("cus_{n}"))).unwrap()).collect();
    assert_eq!(gave, [[usd(5_000)], [usd(5_000)], [usd(7_500)], [usd(10_000)]]);
    count.refund(0);
    assert_eq!(count.gives(&purchase(usd(1)).by("cus_9")), Ok(vec![usd(10_000)]), "three others stand");
    count.refund(1);
    count.refund(2);
    assert_eq!(count.gives(&purchase(usd(1)).by("cus_10")), Ok(vec![usd(7_500)]), "two others stand");
    let other = Try { referrers: vec![("prt_2", 1)], ..purchase(usd(1)) };
    assert_eq!(count.gives(&other), Ok(vec![usd(5_000)]), "each counts their own");

    let steps = json!([{"up_to": in_usd(10_000), "percent": "10"}, {"percent": "20"}]);
    let mut total =
        Trial::rule(&json!({"tiers": {"by": "total", "over": "month", "mode": "graduated", "steps": steps}}));
    for (value, day, gives) in [
        (6_000, "2026-10-31T23:59:59.999Z", 600),
        (6_000, "2026-11-01T00:00:00Z", 600),
        (6_000, "2026-11-30T23:59:59.999Z", 400 + 400),
        (1_000, "2026-12-01T00:00:00Z", 100),
    ] {
        assert_eq!(total.gives(&purchase(usd(value)).when(day)), Ok(vec![usd(gives)]), "{day}");
    }
}

#[test]
fn the_kind_goes_by_the_value_and_exactly_5000_is_the_lower() {
    let by_value = json!({"kind": "gift", "tiers": {"by": "value", "steps": [
        {"up_to": in_usd(500_000), "item": "Gift card", "flat": in_usd(10_000)},
        {"kind": "event", "item": "Professional development"}]}});
    for (value, kind, worth) in
        [(499_999, RewardKind::Gift, 10_000), (500_000, RewardKind::Gift, 10_000), (500_001, RewardKind::Event, 0)]
    {
        let earned = Trial::rule(&by_value).convert(&purchase(usd(value))).earned;
        assert_eq!((earned[0].kind, earned[0].reward.earned.amount()), (kind, worth), "{value}");
    }
}

#[test]
fn a_milestone_is_given_once_when_it_is_reached() {
    let mut trial = Trial::rule(&json!({"milestones": {"by": "count", "steps": [
        {"at": 2, "flat": in_usd(2_500)}, {"at": 4, "kind": "recognition", "item": "Gold partner"}]}}));
    let mut buy = |n: usize| trial.gives(&purchase(usd(100)).by(&format!("cus_{n}")));
    assert_eq!(buy(1), Err(Reason::MilestoneNotReached));
    assert_eq!(buy(2), Ok(vec![usd(2_500)]));
    assert_eq!(buy(3), Err(Reason::MilestoneNotReached));
    assert_eq!(buy(4), Ok(vec![usd(0)]), "a thing has no money value");
    assert_eq!(buy(5), Err(Reason::MilestoneNotReached));
    let mut jump = Trial::rule(&json!({"milestones": {"by": "total", "steps": [
        {"at": in_usd(100_000), "flat": in_usd(5_000)}, {"at": in_usd(500_000), "flat": in_usd(30_000)}]}}));
    assert_eq!(jump.gives(&purchase(usd(99_999))), Err(Reason::MilestoneNotReached));
    assert_eq!(jump.gives(&purchase(usd(400_001))), Ok(vec![usd(5_000), usd(30_000)]));
    let stages: Vec<_> = jump.rewards().map(|earned| earned.stage.as_str()).collect();
    assert_eq!(stages, ["milestone:100000", "milestone:500000"]);
    jump.refund(1);
    assert_eq!(jump.gives(&purchase(usd(1))), Ok(vec![usd(5_000)]), "what was refunded is reached again");
}

#[test]
fn hybrid_is_a_fixed_amount_and_a_bonus() {
    let rule = json!({"flat": in_usd(10_000), "bonus": {"percent": "5", "above": in_usd(100_000)}});
    check(&rule, &purchase(usd(100_000)), Ok(usd(10_000)));
    check(&rule, &purchase(usd(100_001)), Ok(usd(15_000)));
    check(&rule, &purchase(usd(100_001)).without_value(), Ok(usd(10_000)));
    let plain = json!({"flat": in_usd(10_000), "bonus": {"percent": "5"}});
    let apart = Trial::rule(&plain).convert(&purchase(money(2_000, "JPY"))).earned;
    let apart: Vec<_> = apart.iter().map(|earned| (earned.reward.earned, earned.stage.as_str())).collect();
    assert_eq!(apart, [(usd(10_000), ""), (money(100, "JPY"), "bonus")], "two currencies are two rewards");
}

#[test]
fn a_percentage_of_the_first_months_ends_with_the_calendar() {
    let three = json!({"on": ["purchase", "renewal"], "percent": "15", "for": {"months": 3}});
    let mut trial = Trial::rule(&three);
    for (event, day, gives) in [
        ("purchase", "2026-01-31T12:00:00Z", Ok(150)),
        ("renewal", "2026-02-28T12:00:00Z", Ok(150)),
        ("renewal", "2026-03-31T12:00:00Z", Ok(150)),
        ("renewal", "2026-04-29T23:59:59.999Z", Ok(150)),
        ("renewal", "2026-04-30T00:00:00Z", Err(Reason::PeriodEnded)),
    ] {
        let found = trial.gives(&purchase(usd(1_000)).on(event).when(day));
        assert_eq!(found, gives.map(|amount| vec![usd(amount)]), "{day}");
    }
    let mut leap = Trial::rule(&json!({"on": ["purchase", "renewal"], "percent": "20", "for": {"months": 12}}));
    for (event, day, gives) in [
        ("purchase", "2024-02-29T00:00:00Z", Ok(200)),
        ("renewal", "2025-02-27T23:59:59.999Z", Ok(200)),
        ("renewal", "2025-02-28T00:00:00Z", Err(Reason::PeriodEnded)),
    ] {
        let found = leap.gives(&purchase(usd(1_000)).on(event).when(day));
        assert_eq!(found, gives.map(|amount| vec![usd(amount)]), "{day}");
    }
}

#[test]
fn a_recurring_reward_ends_after_its_periods_or_on_its_day() {
    let mut twice = Trial::rule(&json!({"on": ["purchase", "renewal"], "percent": "20", "for": {"periods": 2}}));
    assert_eq!(twice.gives(&purchase(usd(1_000))), Ok(vec![usd(200)]));
    assert_eq!(twice.gives(&purchase(usd(1_000)).on("renewal")), Ok(vec![usd(200)]));
    assert_eq!(twice.gives(&purchase(usd(1_000)).on("renewal")), Err(Reason::PeriodEnded));
    assert_eq!(twice.gives(&purchase(usd(1_000)).by("cus_2")), Ok(vec![usd(200)]), "each customer has their own");
    twice.refund(0);
    assert_eq!(twice.gives(&purchase(usd(1_000)).on("renewal")), Ok(vec![usd(200)]), "a whole refund frees a place");
    let days = json!({"percent": "20", "for": {"from": "2026-11-01", "until": "2026-11-30"}});
    for (day, gives) in [
        ("2026-10-31T23:59:59.999Z", Err(Reason::NotStarted)),
        ("2026-11-01T00:00:00Z", Ok(usd(200))),
        ("2026-11-30T23:59:59.999Z", Ok(usd(200))),
        ("2026-12-01T00:00:00Z", Err(Reason::PeriodEnded)),
    ] {
        check(&days, &purchase(usd(1_000)).when(day), gives);
    }
}

#[test]
fn stages_follow_the_sales_cycle_once_each() {
    let mut trial = Trial::rule(&json!({"stages": [
        {"on": "lead", "flat": in_usd(1_000)}, {"on": "demo", "flat": in_usd(2_500)}, {"on": "purchase", "percent": "5"}]}));
    for (event, gives) in [
        ("lead", Ok(1_000)),
        ("demo", Ok(2_500)),
        ("demo", Err(Reason::NotFirst)),
        ("purchase", Ok(600)),
        ("purchase", Err(Reason::NotFirst)),
    ] {
        let found = trial.gives(&purchase(usd(12_000)).on(event));
        assert_eq!(found, gives.map(|amount| vec![usd(amount)]), "{event}");
    }
}

#[test]
fn a_lead_earns_nothing_until_it_is_qualified() {
    let mut trial = Trial::rule(&json!({"on": "lead", "flat": in_usd(5_000)}));
    let lead = purchase(usd(1)).without_value().on("lead");
    let qualified = purchase(usd(1)).without_value().on("qualified");
    assert_eq!(trial.gives(&qualified), Err(Reason::NotQualified), "there is no lead yet");
    assert_eq!(trial.gives(&lead), Err(Reason::NotQualified));
    assert_eq!(trial.gives(&qualified), Ok(vec![usd(5_000)]));
    assert_eq!(trial.gives(&qualified), Err(Reason::NotQualified), "it was qualified before");
    assert_eq!(trial.gives(&lead), Err(Reason::NotQualified));
    assert_eq!(trial.gives(&qualified), Ok(vec![usd(5_000)]), "the second lead");
    let mut share = Trial::rule(&json!({"on": "lead", "percent": "10", "qualified_by": "won"}));
    assert_eq!(share.gives(&purchase(usd(9_000)).on("lead")), Err(Reason::NotQualified));
    assert_eq!(share.gives(&qualified.clone().on("won")), Ok(vec![usd(900)]), "of the lead's value");
    let raw = json!({"on": "lead", "flat": in_usd(5_000), "qualified_by": "lead"});
    check(&raw, &lead, Ok(usd(5_000)));
}

#[test]
fn conditions_ask_about_customer_properties_and_participant() {
    let rule = json!({"flat": in_usd(1), "when": {
        "customer": {"new": true, "country": ["DE", "AT"], "segment": "pro"},
        "properties": {"plan": ["pro", "team"], "seats": 5}, "participant": {"level": "gold"}}});
    let mut trial = Trial::rule(&rule);
    trial.metadata.insert("prt_1".to_owned(), Map::from_iter([("level".to_owned(), json!("gold"))]));
    let mut good = purchase(usd(1_000));
    good.standing = Standing { new: true, country: Some("AT".to_owned()), segment: Some("pro".to_owned()) };
    good.properties = Map::from_iter([("plan".to_owned(), json!("team")), ("seats".to_owned(), json!(5))]);
    assert_eq!(trial.gives(&good), Ok(vec![usd(1)]));
    let bad: [&dyn Fn(&mut Try); 6] = [
        &|one| one.standing.new = false,
        &|one| one.standing.country = None,
        &|one| one.standing.segment = Some("free".to_owned()),
        &|one| drop(one.properties.insert("plan".to_owned(), json!("free"))),
        &|one| drop(one.properties.remove("seats")),
        &|one| one.referrers = vec![("prt_2", 1)],
    ];
    for change in bad {
        let mut one = good.clone();
        change(&mut one);
        assert_eq!(trial.gives(&one), Err(Reason::ConditionsNotMet));
    }
}

#[test]
fn only_the_first_earns_where_the_rule_says_so() {
    let mut trial = Trial::rule(&json!({"flat": in_usd(2_000), "minimum": in_usd(5_000), "first": true}));
    assert_eq!(trial.gives(&purchase(usd(4_999))), Err(Reason::BelowMinimumValue));
    assert_eq!(trial.gives(&purchase(usd(5_000))), Ok(vec![usd(2_000)]));
    assert_eq!(trial.gives(&purchase(usd(9_000))), Err(Reason::NotFirst));
    trial.refund(1);
    assert_eq!(trial.gives(&purchase(usd(9_000))), Err(Reason::NotFirst), "the third stands");
    trial.refund(2);
    trial.refund(3);
    assert_eq!(trial.gives(&purchase(usd(9_000))), Ok(vec![usd(2_000)]));
}

#[test]
fn split_credit_splits_the_money_and_leaves_a_thing_whole() {
    let two = Try { referrers: vec![("prt_1", 70), ("prt_2", 30)], ..purchase(usd(999)) };
    let given = Trial::rule(&json!({"percent": "10"})).convert(&two).earned;
    let given: Vec<_> = given.iter().map(|e| (e.reward.beneficiary.as_str(), e.reward.earned.amount())).collect();
    assert_eq!(given, [("prt_1", 70), ("prt_2", 30)]);
    let things = Trial::rule(&json!({"kind": "gift", "item": "A mug"})).convert(&two);
    assert_eq!((things.earned.len(), things.earned[0].reward.beneficiary.as_str()), (1, "prt_1"));
}

#[test]
fn coupons_come_from_a_pool_or_are_made() {
    let rule = json!({"side": "friend", "kind": "coupon", "coupon": {"pool": "spring"}, "item": "15 % off"});
    let mut trial = Trial::rule(&rule);
    trial.pools.insert("spring".to_owned(), vec!["SPRING-1".to_owned()]);
    let earned = trial.convert(&purchase(usd(1))).earned;
    assert_eq!((earned[0].coupon.as_deref(), earned[0].reward.state), (Some("SPRING-1"), State::Pending));
    trial.pools.clear();
    let earned = trial.convert(&purchase(usd(1))).earned;
    assert_eq!((earned[0].reward.state, earned[0].reason), (State::Held, Some(Reason::PoolEmpty)));
    let landing = json!({"side": "friend", "kind": "coupon", "coupon": {"pool": "spring", "at_landing": true}, "item": "15 % off"});
    let mut trial = Trial::rule(&landing);
    let hands_out = crate::reward::history::landing_coupon(&trial.program).map(|coupon| (coupon.pool, coupon.item));
    assert_eq!(hands_out, Some(("spring", Some("15 % off"))));
    trial.pools.insert("spring".to_owned(), vec!["SPRING-2".to_owned()]);
    trial.handed.insert("spring".to_owned(), "SPRING-1".to_owned());
    let earned = trial.convert(&purchase(usd(1))).earned;
    assert_eq!(earned[0].coupon.as_deref(), Some("SPRING-1"), "the one that the friend has already");
    let made = json!([{"kind": "discount", "coupon": {"generate": "HG-"}}, {"kind": "discount", "coupon": {"generate": "HG-"}}]);
    let earned = Trial::new(&made, &json!({})).convert(&purchase(usd(1))).earned;
    let codes: Vec<_> = earned.iter().map(|earned| earned.coupon.clone().unwrap()).collect();
    assert!(codes.iter().all(|code| code.len() == 11 && code.starts_with("HG-")) && codes[0] != codes[1], "{codes:?}");
}

#[test]
fn hold_approval_expiry_and_retainer_are_the_rules() {
    let rule = json!({"flat": in_usd(20_000), "retainer": {"months": 6}, "hold_days": 14, "expires_days": 90, "approval": "manual"});
    let earned = Trial::rule(&rule).convert(&purchase(usd(1)).when("2026-01-31T12:00:00Z")).earned;
    let one = &earned[0];
    assert_eq!((one.due_at.to_string().as_str(), one.automatic), ("2026-02-14T12:00:00.000Z", false));
    assert_eq!(one.expires_at.unwrap().to_string(), "2026-05-15T12:00:00.000Z");
    let retainer = one.retainer.unwrap();
    assert_eq!((retainer.months, retainer.next_at.to_string().as_str()), (6, "2026-02-28T12:00:00.000Z"));
    assert_eq!(one.stage, "month:1");
}
