//! Each lint has a program that has the finding, at its path, and one that hasn't.

use super::*;
use serde_json::{Value, json};

const TODAY: &str = "2026-11-20";

fn usd(amount: i64) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

/// A program that nothing is found in.
fn clean() -> Value {
    json!({
        "id": "acme", "name": "Acme", "site": "https://shop.example", "kind": "referral",
        "offer": {"headline": "Give $20, get $20", "friend": "$20 off", "referrer": "$20 of credit", "terms": "Once.",
            "disclosure": "I may earn a reward if you buy.", "call_to_action": "Shop now"},
        "targets": {"cost_per_acquisition": usd(5_000), "refund_window_days": 30},
        "rewards": [
            {"id": "referrer", "side": "referrer", "on": "purchase", "kind": "credit", "flat": usd(2_000),
             "minimum": usd(5_000), "first": true},
            {"id": "friend", "side": "friend", "on": "purchase", "kind": "credit", "flat": usd(2_000),
             "minimum": usd(5_000), "first": true},
        ],
        "budget": {"limit": usd(1_000_000), "over": "month"},
    })
}

/// The clean program with some places changed; null takes a field out.
fn with(changes: &Value) -> Value {
    let mut file = clean();
    for (path, value) in changes.as_object().unwrap() {
        let (parent, name) = path.rsplit_once('/').unwrap();
        let place = file.pointer_mut(parent).unwrap_or_else(|| panic!("there is no {parent}"));
        match place {
            Value::Array(items) if name == "-" => items.push(value.clone()),
            Value::Array(items) => items[name.parse::<usize>().unwrap()] = value.clone(),
            _ if value.is_null() => drop(place.as_object_mut().unwrap().remove(name)),
            _ => place[name] = value.clone(),
        }
    }
    file
}

fn found(file: &Value) -> Vec<(&'static str, String)> {
    let findings = lint(&file.to_string(), Day::parse(TODAY).unwrap());
    for finding in &findings {
        assert!(finding.why.ends_with('.') && finding.fix.ends_with('.'), "{finding}");
    }
    findings.into_iter().map(|finding| (finding.code, finding.path)).collect()
}

/// `bad` has the finding at the path, and `good` has it nowhere.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "tables read better")]
fn check(code: &str, path: &str, bad: Value, good: Value) {
    let (bad, good) = (found(&with(&bad)), found(&with(&good)));
    assert!(bad.iter().any(|(found, at)| *found == code && at == path), "{code} at {path} is not in {bad:?}");
    assert!(good.iter().all(|(found, _)| *found != code), "{code} is in {good:?}");
}

#[expect(clippy::needless_pass_by_value, reason = "tables read better")]
fn rule(more: Value) -> Value {
    let mut rule = json!({"id": "r", "side": "referrer", "on": "purchase", "kind": "credit", "minimum": usd(5_000)});
    for (name, value) in more.as_object().unwrap() {
        if value.is_null() {
            rule.as_object_mut().unwrap().remove(name);
        } else {
            rule[name] = value.clone();
        }
    }
    rule
}

#[test]
fn nothing_is_found_in_a_program_that_is_well_made() {
    assert_eq!(found(&clean()), []);
}

#[test]
fn a_file_that_cant_be_read_gives_its_faults_and_nothing_else() {
    let today = Day::parse(TODAY).unwrap();
    let findings =
        lint(&with(&json!({"/nmae": "x", "/rewards/0/hold_days": -1, "/offer/disclosure": null})).to_string(), today);
    let told: Vec<_> = findings.iter().map(|f| (f.severity, f.code, f.path.as_str())).collect();
    let expected =
        [(Severity::Error, "out_of_range", "rewards[0].hold_days"), (Severity::Error, "unknown_field", "nmae")];
    assert_eq!(told.len(), 2);
    assert!(expected.iter().all(|one| told.contains(one)), "{told:?}");
    let broken = lint("{", today);
    assert_eq!((broken.len(), broken[0].code, broken[0].path.as_str()), (1, "malformed_json", ""));
}

#[test]
fn errors_come_first_and_a_finding_is_written_so() {
    let file = with(&json!({"/offer/disclosure": null, "/rewards/0/maximum": usd(4_000)}));
    let findings = lint(&file.to_string(), Day::parse(TODAY).unwrap());
    assert_eq!((findings[0].severity, findings[0].code), (Severity::Error, "unreachable_rule"));
    assert!(findings.is_sorted_by_key(|finding| finding.severity));
    let wire = json!(findings[0]);
    let names: Vec<_> = wire.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["code", "fix", "path", "severity", "why"]);
    assert_eq!(wire["severity"], "error");
    assert!(findings[0].to_string().starts_with("error[unreachable_rule] at rewards[0]\n  why: No value"));
}

#[test]
fn the_offer_has_two_sides_that_are_told() {
    let one = json!([clean()["rewards"][0]]);
    check("one_sided", "rewards", json!({"/rewards": one, "/offer/friend": null}), json!({}));
    check("one_sided", "rewards", json!({"/rewards": [clean()["rewards"][1]]}), json!({}));
    check("no_rewards", "rewards", json!({"/rewards": []}), json!({}));
    check("promise_without_rule", "offer.friend", json!({"/rewards": one}), json!({}));
    check("reward_not_told", "offer.referrer", json!({"/offer/referrer": null}), json!({}));
    check("reward_not_told", "offer", json!({"/offer": null}), json!({}));
    let partner = lint(&with(&json!({"/rewards": one, "/kind": "partner"})).to_string(), Day::parse(TODAY).unwrap());
    assert!(partner.iter().any(|finding| finding.code == "one_sided" && finding.severity == Severity::Hint));
}

#[test]
fn the_offer_asks_for_one_thing_and_is_honest() {
    let two = json!({"/offer/call_to_action": ["Shop now", "Read more"]});
    check("several_calls_to_action", "offer.call_to_action", two, json!({"/offer/call_to_action": null}));
    check("disclosure_missing", "offer.disclosure", json!({"/offer/disclosure": null}), json!({}));
    check("terms_missing", "offer.terms", json!({"/offer/terms": null}), json!({}));
}

#[test]
fn rewards_stay_below_what_a_customer_may_cost() {
    let target = |amount| json!({"/targets/cost_per_acquisition": usd(amount)});
    check("reward_above_target", "rewards[0]", target(1_999), target(4_000));
    check("reward_above_target", "targets.cost_per_acquisition", target(3_999), target(4_000));
    let percent = |ceiling| json!({"/rewards/0": rule(json!({"percent": "50", "ceiling": usd(ceiling)}))});
    check("reward_above_target", "rewards[0]", percent(5_001), percent(3_000));
    let monthly = |months| json!({"/rewards/0": rule(json!({"flat": usd(1_000), "retainer": {"months": months}}))});
    check("reward_above_target", "rewards[0]", monthly(6), monthly(3));
    let other = json!({"/targets/cost_per_acquisition": {"amount": 1, "currency": "JPY"}});
    check("no_target", "targets.cost_per_acquisition", json!({"/targets/cost_per_acquisition": null}), other);
}

#[test]
fn what_a_program_may_spend_is_limited() {
    check("no_cap", "budget", json!({"/budget": null}), json!({}));
    let one = json!({"/budget": null, "/rewards/0/caps": {"times": 5, "over": "year"}});
    let both = json!({"/budget": null, "/rewards/0/caps": {"times": 5}, "/rewards/1/budget": usd(9_000)});
    check("no_cap", "rewards[1]", one, both);
    let yen = json!({"/rewards/0/flat": {"amount": 9, "currency": "JPY"}});
    check("no_cap", "rewards[0]", yen, json!({}));
}

#[test]
fn percentages_have_a_ceiling() {
    let of = |more: Value| json!({"/rewards/0": rule(more)});
    let (ceiling, maximum) =
        (json!({"percent": "10", "ceiling": usd(3_000)}), json!({"percent": "10", "maximum": usd(9_000)}));
    let free = of(json!({"percent": "10"}));
    check("percentage_without_ceiling", "rewards[0]", free.clone(), of(ceiling));
    check("percentage_without_ceiling", "rewards[0]", free, of(maximum));
    let tiers = |second: &str| {
        of(json!({"tiers": {"by": "count", "steps": [{"up_to": 2, "percent": "10"}, {"percent": second}]}}))
    };
    check("percentage_above_hundred", "rewards[0].tiers.steps[1]", tiers("100.1"), tiers("100"));
    let on = |event: &str| of(json!({"on": event, "percent": "10", "minimum": null}));
    check("percentage_of_no_value", "rewards[0]", on("signup"), on("purchase"));
}

#[test]
fn a_sale_is_worth_more_than_its_reward() {
    let least = |amount| json!({"/rewards/0/minimum": amount});
    check("reward_above_sale", "rewards[0].minimum", least(Value::Null), least(usd(2_000)));
    check(
        "reward_above_sale",
        "rewards[0].minimum",
        least(usd(1_999)),
        json!({"/rewards/0/minimum": null, "/rewards/0/above": usd(2_000)}),
    );
    let bonus = |amount| json!({"/rewards/0/bonus": {"flat": usd(amount), "above": usd(9_000)}});
    check("bonus_like_fixed", "rewards[0].bonus", bonus(2_000), bonus(500));
}

#[test]
fn there_are_three_tiers_at_most() {
    let tiers = |ends: &[i64]| {
        let steps: Vec<Value> = ends.iter().map(|end| json!({"up_to": end, "flat": usd(100)})).collect();
        json!({"/rewards/0": rule(json!({"tiers": {"by": "count", "steps": steps}}))})
    };
    check("too_many_tiers", "rewards[0].tiers.steps", tiers(&[1, 2, 3, 4]), tiers(&[1, 2, 3]));
}

#[test]
fn a_hold_lasts_as_long_as_refunds() {
    let hold = |days| json!({"/rewards/1/hold_days": days});
    check("hold_shorter_than_refunds", "rewards[1].hold_days", hold(29), hold(30));
    let by_hand = json!({"/rewards/1/hold_days": 0, "/rewards/1/approval": "manual"});
    check("hold_shorter_than_refunds", "rewards[1].hold_days", hold(0), by_hand);
    let no_window = |days: i64| json!({"/targets/refund_window_days": null, "/rewards/0/hold_days": days});
    check("no_hold", "rewards[0].hold_days", no_window(0), no_window(1));
    check("no_refund_window", "targets.refund_window_days", no_window(30), json!({}));
}

#[test]
fn leads_are_qualified_and_accounts_alone_earn_nothing() {
    let lead = |more: Value| {
        let mut rule = rule(json!({"on": "lead", "flat": usd(1_000), "minimum": null}));
        rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"/rewards/0": rule})
    };
    check(
        "lead_without_qualification",
        "rewards[0].qualified_by",
        lead(json!({"qualified_by": "lead"})),
        lead(json!({})),
    );
    let stages = rule(json!({"on": null, "stages": [{"on": "lead", "flat": usd(100)}]}));
    check("lead_without_qualification", "rewards[0].qualified_by", json!({"/rewards/0": stages}), json!({}));
    let signup = |more: Value| json!({"/rewards/0": rule(more)});
    let qualified = signup(json!({"on": "signup", "flat": usd(100), "minimum": null, "qualified_by": "purchase"}));
    check(
        "signup_earns",
        "rewards[0].on",
        signup(json!({"on": "signup", "flat": usd(100), "minimum": null})),
        qualified,
    );
}

#[test]
fn rules_do_not_pay_twice_for_one_conversion() {
    let second = |more: Value| json!({"/rewards/-": rule(more)});
    let same = second(json!({"flat": usd(100)}));
    for apart in [
        json!({"flat": usd(100), "side": "friend", "kind": "gift", "item": "A cup"}),
        json!({"flat": usd(100), "on": "renewal"}),
        json!({"flat": usd(100), "kind": "money"}),
        json!({"milestones": {"by": "count", "steps": [{"at": 10, "flat": usd(100)}]}}),
    ] {
        check("overlapping_rules", "rewards[2]", same.clone(), second(apart));
    }
    let halves = |least: i64| json!({"/rewards/0/maximum": usd(6_000), "/rewards/-": rule(json!({"flat": usd(100), "minimum": usd(least)}))});
    check("overlapping_rules", "rewards[2]", halves(6_000), halves(6_001));
    let when = |one: Value, two: Value| json!({"/rewards/0/when": one, "/rewards/-": rule(json!({"flat": usd(100), "when": two}))});
    for (field, one, two) in [
        ("country", json!({"customer": {"country": ["DE", "AT"]}}), json!({"customer": {"country": "FR"}})),
        ("new", json!({"customer": {"new": true}}), json!({"customer": {"new": false}})),
        ("plan", json!({"properties": {"plan": "pro"}}), json!({"properties": {"plan": ["team", "free"]}})),
        ("level", json!({"participant": {"level": "gold"}}), json!({"participant": {"level": "silver"}})),
    ] {
        assert!(!field.is_empty());
        check("overlapping_rules", "rewards[2]", when(one.clone(), one.clone()), when(one, two));
    }
    let days = |from: &str| json!({"/rewards/0/for": {"until": "2026-12-31"}, "/rewards/-": rule(json!({"flat": usd(100), "for": {"from": from}}))});
    check("overlapping_rules", "rewards[2]", days("2026-12-31"), days("2027-01-01"));
}

#[test]
fn every_rule_step_and_limit_can_be_reached() {
    let most = |amount| json!({"/rewards/0/maximum": usd(amount)});
    check("unreachable_rule", "rewards[0]", most(4_999), most(5_000));
    let bonus =
        |amount| json!({"/rewards/0/maximum": usd(9_000), "/rewards/0/bonus": {"flat": usd(1), "above": usd(amount)}});
    check("unreachable_bonus", "rewards[0].bonus", bonus(9_000), bonus(8_999));
    let tiers = |first| {
        let steps = json!([{"up_to": usd(first), "flat": usd(100)}, {"flat": usd(200)}]);
        json!({"/rewards/0": rule(json!({"tiers": {"by": "value", "steps": steps}}))})
    };
    check("unreachable_step", "rewards[0].tiers.steps[0]", tiers(4_999), tiers(5_000));
    let count = |first: bool| {
        let steps = json!([{"up_to": 1, "flat": usd(100)}, {"flat": usd(200)}]);
        json!({"/rewards/1": rule(json!({"side": "friend", "first": first, "tiers": {"by": "count", "steps": steps}}))})
    };
    check("unreachable_step", "rewards[1].tiers.steps[1]", count(true), count(false));
    let cap = |amount| json!({"/rewards/0/caps": [{"limit": usd(amount), "partial": false}]});
    check("unreachable_rule", "rewards[0].caps[0]", cap(1_999), cap(2_000));
    let all = |cap| json!({"/caps": [{"limit": usd(cap), "over": "month"}]});
    check("cap_above_budget", "caps", all(1_000_000), all(999_999));
}

#[test]
fn times_currencies_and_windows_mean_something() {
    let until = |day: &str| json!({"/rewards/0/for": {"until": day}});
    check("rule_is_over", "rewards[0].for.until", until("2026-11-19"), until(TODAY));
    let periods = |first: bool| json!({"/rewards/0/first": first, "/rewards/0/for": {"periods": 3}});
    check("first_and_for", "rewards[0].for", periods(true), periods(false));
    let yen = json!({"amount": 600, "currency": "JPY"});
    let both = json!({"/rewards/0/minimum": [yen, usd(5_000)]});
    check("currency_missing", "rewards[0].minimum", json!({"/rewards/0/minimum": yen}), both);
    let windows = |event: &str| json!({"/attribution": {"windows": {event: 30}}});
    check("unused_window", "attribution.windows.purchsae", windows("purchsae"), windows("purchase"));
}

#[test]
fn every_code_that_is_documented_is_one_that_is_found_and_the_other_way_round() {
    let docs = include_str!("../../www/docs/program.md");
    let sources = [
        include_str!("lint/offer.rs"),
        include_str!("lint/spending.rs"),
        include_str!("lint/holding.rs"),
        include_str!("lint/overlap.rs"),
        include_str!("lint/reach.rs"),
        include_str!("lint/screen.rs"),
    ];
    let table: Vec<&str> = docs
        .split("## Lint")
        .nth(1)
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let says = |code: &str| sources.iter().any(|source| source.contains(&format!("\"{code}\"")));
    assert!(table.len() > 20 && table.iter().all(|code| says(code)), "{table:?}");
    for source in sources {
        for after in source.split("Finding::").skip(1) {
            let Some((how, rest)) = after.split_once('(') else { continue };
            if !matches!(how, "error" | "warning" | "hint") {
                continue;
            }
            let code = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()).unwrap();
            assert!(table.contains(&code), "{code} is not in the docs");
        }
    }
}

#[test]
fn own_words_stand_where_a_word_stands() {
    let words = |words: Value| json!({"/words": {"de": words}});
    let good = words(json!({"page.from": "{name} schickt Sie", "page.your_link": "Link"}));
    check("unknown_word", "words.de.page.yuor_link", words(json!({"page.yuor_link": "Link"})), good.clone());
    check("unknown_place", "words.de.page.from", words(json!({"page.from": "Von {nmae}"})), good.clone());
    check("place_left_out", "words.de.page.from", words(json!({"page.from": "Von jemand"})), good);
    let translated = |lang: &str| json!({"/offer/translations": {lang: {"headline": "x"}}});
    check("translated_twice", "offer.translations.en", translated("en"), translated("de"));
}
