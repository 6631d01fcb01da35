//! Rules in the program file: every shape comes back as it was, every fault is told with its path.

use crate::program::Program;
use serde_json::{Value, json};

fn usd(amount: i64) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

/// Every field of the format, written with its defaults.
fn all_shapes() -> Value {
    let base = |id: &str, kind: &str, more: Value| {
        let mut rule = json!({"id": id, "side": "referrer", "on": "purchase", "kind": kind, "first": false,
            "hold_days": 30, "approval": "automatic"});
        for (name, value) in more.as_object().unwrap() {
            rule[name] = value.clone();
        }
        rule
    };
    let mut stages = base(
        "stages",
        "money",
        json!({"stages": [
        {"on": "lead", "flat": usd(1_000)}, {"on": "purchase", "percent": "5", "bonus": {"flat": usd(100)}}]}),
    );
    stages.as_object_mut().unwrap().remove("on");
    json!([
        base(
            "floor",
            "money",
            json!({"percent": "10", "floor": usd(500),
            "ceiling": [usd(10_000), {"amount": 9_000, "currency": "JPY"}], "above": usd(0), "below": usd(1_000_000)})
        ),
        base(
            "hybrid",
            "credit",
            json!({"flat": usd(10_000), "minimum": usd(1), "maximum": usd(9),
            "bonus": {"percent": "5", "minimum": usd(100_000)}})
        ),
        base(
            "tiers",
            "gift",
            json!({"tiers": {"by": "value", "over": "ever", "mode": "whole", "boundary": "upper", "steps": [
            {"up_to": usd(500_000), "item": "Gift card", "flat": usd(10_000)}, {"kind": "event", "item": "A course"}]}})
        ),
        base(
            "count",
            "money",
            json!({"tiers": {"by": "count", "over": "month", "mode": "whole", "boundary": "lower", "steps": [
            {"up_to": 5, "percent": "10"}, {"percent": "15"}]}})
        ),
        base(
            "milestones",
            "money",
            json!({"milestones": {"by": "total", "over": "year", "steps": [
            {"at": usd(100_000), "flat": usd(5_000)}]}})
        ),
        stages,
        base(
            "recurring",
            "money",
            json!({"on": ["purchase", "renewal"], "percent": "20",
            "for": {"months": 12, "periods": 12, "from": "2026-01-01", "until": "2026-12-31"}})
        ),
        base("lead", "money", json!({"on": "lead", "qualified_by": "qualified", "flat": usd(5_000)})),
        base("retainer", "money", json!({"flat": usd(20_000), "retainer": {"months": 6}, "expires_days": 90})),
        base(
            "conditions",
            "money",
            json!({"flat": usd(1), "when": {
            "customer": {"new": true, "country": ["AT", "DE"], "segment": "pro"},
            "properties": {"plan": ["pro", "team"], "seats": 5, "trial": false}, "participant": {"level": "gold"}}})
        ),
        base(
            "limits",
            "money",
            json!({"flat": usd(1),
            "caps": [{"times": 5, "over": "week", "partial": true}],
            "budget": [{"limit": usd(100_000), "over": "day", "partial": false}]})
        ),
        base("months", "free_months", json!({"months": 2})),
        base(
            "pool",
            "coupon",
            json!({"side": "friend", "coupon": {"pool": "spring", "at_landing": true}, "item": "15 % off"})
        ),
        base("made", "discount", json!({"coupon": {"generate": "HG-"}, "flat": usd(1_500)})),
        base("access", "access", json!({"item": "The beta"})),
    ])
}

fn file(rules: &Value) -> Value {
    json!({"id": "acme", "name": "Acme", "kind": "partner", "site": "https://shop.example", "rewards": rules})
}

#[test]
fn every_shape_of_a_rule_comes_back_as_it_was() {
    let mut file = file(&all_shapes());
    file["caps"] = json!([{"limit": usd(50_000), "over": "month", "partial": true}]);
    file["budget"] = json!([{"limit": usd(1_000_000), "over": "year", "partial": true}]);
    let program = Program::from_json(&file.to_string()).unwrap_or_else(|refusal| panic!("{:?}", refusal.faults));
    let written = program.to_json();
    for (written, given) in written["rewards"].as_array().unwrap().iter().zip(file["rewards"].as_array().unwrap()) {
        assert_eq!(written, given);
    }
    assert_eq!((&written["caps"], &written["budget"]), (&file["caps"], &file["budget"]));
}

#[test]
fn an_amount_alone_is_a_budget_over_all_time() {
    let mut file = file(&json!([]));
    file["budget"] = usd(1_000);
    let written = Program::from_json(&file.to_string()).unwrap().to_json();
    assert_eq!(written["budget"], json!([{"limit": usd(1_000), "over": "ever", "partial": true}]));
}

#[track_caller]
fn check(more: &Value, path: &str, code: &str) {
    let mut rule = json!({"id": "a", "side": "referrer", "on": "purchase", "kind": "money", "flat": usd(1)});
    for (name, value) in more.as_object().unwrap() {
        rule[name] = value.clone();
    }
    let refusal = Program::from_json(&file(&json!([rule])).to_string()).unwrap_err();
    let told: Vec<_> = refusal.faults.iter().map(|fault| (fault.path.as_str(), fault.code)).collect();
    let expected = format!("rewards[0]{path}");
    assert!(told.contains(&(expected.as_str(), code)), "{expected} {code} is not among {told:?}");
}

#[test]
fn what_is_wrong_in_a_rule_is_told_with_its_path() {
    let tiers = |tiers: Value| json!({"flat": null, "tiers": tiers});
    check(&json!({"on": null}), ".on", "missing_field");
    check(&json!({"on": []}), ".on", "empty_list");
    check(&json!({"percent": "5"}), "", "one_worth");
    check(&json!({"flat": null}), "", "one_worth");
    check(&json!({"tiers": {"by": "count", "steps": [{"flat": usd(1)}]}}), "", "one_worth");
    check(&json!({"kind": "gift"}), ".item", "missing_field");
    check(&json!({"kind": "coupon"}), ".coupon", "missing_field");
    check(&json!({"kind": "free_months", "flat": null}), ".months", "missing_field");
    check(&json!({"months": 2}), ".months", "not_here");
    check(&json!({"coupon": {"pool": "x"}}), ".coupon", "not_here");
    check(&json!({"coupon": {"pool": "x", "generate": "y"}}), ".coupon", "one_source");
    let landing = json!({"kind": "coupon", "flat": null, "coupon": {"pool": "x", "at_landing": true}});
    check(&landing, "", "not_here");
    check(&json!({"floor": usd(1)}), "", "not_here");
    check(&json!({"flat": null, "percent": "5", "floor": usd(9), "ceiling": usd(8)}), ".floor", "above_ceiling");
    check(&json!({"minimum": [usd(1), usd(2)]}), ".minimum[1]", "duplicate_currency");
    check(&json!({"for": {"mnths": 3}}), ".for.mnths", "unknown_field");
    check(&json!({"for": {"months": 0}}), ".for.months", "out_of_range");
    check(&json!({"for": {"until": "31.12.2026"}}), ".for.until", "invalid_day");
    check(&json!({"for": {"from": "2026-02-01", "until": "2026-01-31"}}), ".for.until", "before_from");
    check(&json!({"when": {"customer": {"country": "Germany"}}}), ".when.customer.country", "invalid_country");
    check(&json!({"when": {"properties": {"plan": {"is": "pro"}}}}), ".when.properties.plan", "wrong_type");
    check(&json!({"caps": [{"limit": usd(1), "times": 1}]}), ".caps[0]", "one_limit");
    check(&json!({"caps": [{"limit": usd(0)}]}), ".caps[0].limit", "not_positive");
    check(&json!({"budget": {"limit": usd(1), "over": "fortnight"}}), ".budget.over", "unknown_value");
    check(&json!({"flat": null, "percent": "5", "retainer": {"months": 3}}), ".retainer", "not_here");
    check(&tiers(json!({"by": "count", "steps": []})), ".tiers.steps", "out_of_range");
    check(
        &tiers(json!({"by": "count", "steps": [{"flat": usd(1)}, {"flat": usd(1)}]})),
        ".tiers.steps[0].up_to",
        "missing_field",
    );
    check(
        &tiers(json!({"by": "count", "steps": [{"up_to": 2, "flat": usd(1)}, {"up_to": 2, "flat": usd(1)}]})),
        ".tiers.steps[1].up_to",
        "not_rising",
    );
    check(
        &tiers(json!({"by": "value", "steps": [{"up_to": 5, "flat": usd(1)}]})),
        ".tiers.steps[0].up_to",
        "wrong_type",
    );
    check(
        &tiers(json!({"by": "value", "mode": "graduated", "steps": [{"flat": usd(1)}]})),
        ".tiers.mode",
        "not_graduated",
    );
    check(
        &json!({"flat": null, "milestones": {"by": "value", "steps": [{"at": usd(1), "flat": usd(1)}]}}),
        ".milestones.by",
        "not_here",
    );
    check(&json!({"flat": null, "stages": [{"on": "lead", "flat": usd(1)}]}), ".on", "not_here");
    check(
        &json!({"flat": null, "on": null, "stages": [{"on": "lead", "flat": usd(1)}, {"on": "lead", "flat": usd(1)}]}),
        ".stages[1].on",
        "duplicate_stage",
    );
}
