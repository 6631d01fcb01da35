//! An owner writes other rules into the program file, and conversions earn by them: budgets, tiers, leads, renewals,
//! things and coupons.

use honeyguide_tests::{Client, Receiver, World};
use serde_json::{Value, json};

fn usd(amount: i64) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

/// Puts these rules, and what else is given, into the program's file.
fn put(world: &World, rules: &Value, more: &Value) {
    let mut file = world.client.get("/v1/program").expect(200).json;
    file["rewards"] = rules.clone();
    for (name, value) in more.as_object().unwrap() {
        file[name] = value.clone();
    }
    let put = world.client.send("PUT", "/v1/program", &[], Some(file.to_string().as_bytes())).unwrap().expect(200).json;
    assert_eq!(put["rewards"].as_array().unwrap().len(), rules.as_array().unwrap().len());
}

fn rule(more: &Value) -> Value {
    let mut rule = json!({"id": "partner", "side": "referrer", "on": "purchase", "kind": "money"});
    for (name, value) in more.as_object().unwrap() {
        rule[name] = value.clone();
    }
    rule
}

/// A conversion of a customer's, by a code that the site names.
fn convert(world: &World, event: &str, id: &str, customer: &str, code: &str, value: Option<i64>) -> Value {
    let mut body = json!({"event": event, "external_id": id, "customer": {"external_id": customer},
        "attribution": {"code": code}});
    if let Some(amount) = value {
        body["value"] = usd(amount);
    }
    world.client.post("/v1/conversions", &body).expect(201).json
}

fn code_of(world: &World) -> String {
    world.client.participant("ada")["code"].as_str().unwrap().to_owned()
}

/// What a conversion earned, in minor units, and why.
fn outcome(sale: &Value) -> (Vec<Option<i64>>, &str) {
    let rewards = sale["rewards"].as_array().unwrap();
    (
        rewards.iter().map(|reward| reward["value"]["amount"].as_i64()).collect(),
        sale["decision"]["reason"].as_str().unwrap(),
    )
}

fn refund(world: &World, event: &str, id: &str) {
    let body = json!({"event": event, "external_id": id, "refund_id": format!("back-{id}")});
    world.client.post("/v1/refunds", &body).expect(201);
}

#[test]
fn two_purchases_at_once_for_the_last_of_a_budget_pay_one_and_refuse_the_other() {
    let world = World::start();
    let receiver = Receiver::start();
    let made = json!({"kind": "webhook", "url": receiver.url, "events": ["budget.warning"]});
    world.client.post("/v1/destinations", &made).expect(201);
    let code = code_of(&world);
    put(
        &world,
        &json!([rule(&json!({"flat": usd(2_000)}))]),
        &json!({"budget": {"limit": usd(4_000), "over": "year"}}),
    );
    assert_eq!(outcome(&convert(&world, "purchase", "order-0", "friend-0", &code, Some(9_000))).0, [Some(2_000)]);

    let sales: Vec<Value> = std::thread::scope(|scope| {
        let posts: Vec<_> = (1..3)
            .map(|n| {
                let (world, code) = (&world, &code);
                scope.spawn(move || {
                    convert(world, "purchase", &format!("order-{n}"), &format!("friend-{n}"), code, Some(9_000))
                })
            })
            .collect();
        posts.into_iter().map(|post| post.join().unwrap()).collect()
    });
    let mut outcomes: Vec<_> = sales.iter().map(outcome).collect();
    outcomes.sort();
    assert_eq!(outcomes, [(vec![], "budget_spent"), (vec![Some(2_000)], "code_given")]);
    assert!(sales.iter().all(|sale| sale["decision"]["outcome"] == "credited"));

    let warning = receiver.wait_for_events(1, 20)[0].json();
    assert_eq!(warning["type"], "budget.warning");
    assert_eq!((&warning["data"]["limit"], &warning["data"]["spent"]), (&json!(4_000), &json!(4_000)));
    refund(&world, "purchase", "order-0");
    let freed = convert(&world, "purchase", "order-3", "friend-3", &code, Some(9_000));
    assert_eq!(outcome(&freed).0, [Some(2_000)], "a refund frees the budget");
    assert_eq!(world.client.get("/v1/ledger/verify").json["valid"], true);
}

#[test]
fn a_partner_climbs_the_tiers_and_reaches_a_milestone() {
    let world = World::start();
    let code = code_of(&world);
    let tiers =
        json!({"id": "tiers", "tiers": {"by": "count", "steps": [{"up_to": 2, "percent": "10"}, {"percent": "15"}]}});
    let milestone =
        json!({"id": "third", "kind": "gift", "milestones": {"by": "count", "steps": [{"at": 3, "item": "A teapot"}]}});
    put(&world, &json!([rule(&tiers), rule(&milestone)]), &json!({}));
    let buy = |n: i64| convert(&world, "purchase", &format!("order-{n}"), &format!("friend-{n}"), &code, Some(10_000));
    assert_eq!(outcome(&buy(1)).0, [Some(1_000)]);
    assert_eq!(outcome(&buy(2)).0, [Some(1_000)]);
    refund(&world, "purchase", "order-1");
    assert_eq!(outcome(&buy(3)).0, [Some(1_000)], "what was refunded counts no more");
    let third = buy(4);
    assert_eq!(outcome(&third).0, [Some(1_500), None]);
    let thing = &third["rewards"][1];
    assert_eq!((&thing["kind"], &thing["item"], &thing["value"]), (&json!("gift"), &json!("A teapot"), &json!(null)));
    assert_eq!(thing["stage"], "milestone:3");
    let postings = world.client.get(&format!("/v1/ledger?reward={}", thing["id"].as_str().unwrap())).expect(200).json;
    assert_eq!(postings["data"], json!([]), "a thing without a money value posts nothing");
    let path = format!("/v1/rewards/{}", thing["id"].as_str().unwrap());
    assert_eq!(world.client.post(&format!("{path}/approve"), &json!({})).expect(200).json["state"], "approved");
    assert_eq!(world.client.post(&format!("{path}/fulfil"), &json!({})).expect(200).json["state"], "fulfilled");
    let fifth = buy(5);
    assert_eq!(outcome(&fifth).0, [Some(1_500)]);
    let results: Vec<_> = fifth["decision"]["rules"].as_array().unwrap().iter().map(|rule| &rule["result"]).collect();
    assert_eq!(results, ["earned", "milestone_not_reached"]);
}

#[test]
fn a_lead_earns_when_it_is_qualified_and_stages_follow_the_sale() {
    let world = World::start();
    let code = code_of(&world);
    let lead = json!({"id": "lead", "on": "lead", "flat": usd(5_000)});
    let mut cycle = rule(
        &json!({"id": "cycle", "stages": [{"on": "demo", "flat": usd(2_500)}, {"on": "purchase", "percent": "5"}]}),
    );
    cycle.as_object_mut().unwrap().remove("on");
    put(&world, &json!([rule(&lead), cycle]), &json!({}));
    let post = |event: &str, id: &str, value| convert(&world, event, id, "firm", &code, value);
    assert_eq!(outcome(&post("lead", "lead-1", None)), (vec![], "not_qualified"));
    assert_eq!(outcome(&post("demo", "demo-1", None)).0, [Some(2_500)]);
    assert_eq!(outcome(&post("demo", "demo-2", None)), (vec![], "not_first"));
    assert_eq!(outcome(&post("qualified", "lead-1", None)).0, [Some(5_000)]);
    assert_eq!(outcome(&post("qualified", "again", None)), (vec![], "not_qualified"));
    assert_eq!(outcome(&post("purchase", "order-1", Some(400_000))).0, [Some(20_000)]);
    let stages = world.client.get("/v1/rewards").json;
    let stages: Vec<_> = stages["data"].as_array().unwrap().iter().map(|reward| reward["stage"].clone()).collect();
    assert_eq!(stages, [json!("demo"), json!(null), json!("purchase")]);
}

#[test]
fn renewals_of_a_bound_customer_earn_until_their_periods_end() {
    let world = World::start();
    let code = code_of(&world);
    let recurring = json!({"on": ["purchase", "renewal"], "percent": "20", "for": {"periods": 3, "months": 12}});
    put(&world, &json!([rule(&recurring)]), &json!({}));
    assert_eq!(outcome(&convert(&world, "purchase", "p", "friend", &code, Some(5_000))).0, [Some(1_000)]);
    let renew = |n: i64| {
        let body = json!({"event": "renewal", "external_id": format!("r-{n}"), "value": usd(5_000),
            "customer": {"external_id": "friend"}});
        world.client.post("/v1/conversions", &body).expect(201).json
    };
    assert_eq!(outcome(&renew(1)), (vec![Some(1_000)], "customer_already_bound"));
    assert_eq!(outcome(&renew(2)), (vec![Some(1_000)], "customer_already_bound"));
    assert_eq!(outcome(&renew(3)), (vec![], "period_ended"));
    refund(&world, "renewal", "r-1");
    assert_eq!(outcome(&renew(4)).0, [Some(1_000)], "a whole refund frees a period");
}

#[test]
fn coupons_come_from_the_owners_pool_and_a_reward_waits_where_it_is_empty() {
    let world = World::start();
    let code = code_of(&world);
    let coupon = json!({"id": "welcome", "side": "friend", "kind": "coupon", "coupon": {"pool": "spring"}, "item": "15 % off",
        "when": {"customer": {"new": true, "country": "DE"}}});
    put(&world, &json!([rule(&coupon)]), &json!({}));
    let added = json!({"pool": "spring", "codes": ["SPRING-1", "SPRING-1"]});
    assert_eq!(world.client.post("/v1/coupons", &added).expect(201).json["added"], 1);
    let buy = |n: i64, country: &str| {
        let mut order = Client::purchase(&format!("order-{n}"), &format!("friend-{n}"), 5_000, "");
        order["attribution"] = json!({"code": code});
        order["customer"]["country"] = json!(country);
        world.client.post("/v1/conversions", &order).expect(201).json
    };
    assert_eq!(outcome(&buy(0, "FR")), (vec![], "conditions_not_met"));
    let first = buy(1, "DE");
    assert_eq!(
        (&first["rewards"][0]["coupon"], &first["rewards"][0]["state"]),
        (&json!("SPRING-1"), &json!("pending"))
    );
    let second = buy(2, "DE");
    assert_eq!(
        (&second["rewards"][0]["state"], &second["rewards"][0]["reason"]),
        (&json!("held"), &json!("pool_empty"))
    );
    let path = format!("/v1/rewards/{}/approve", second["rewards"][0]["id"].as_str().unwrap());
    assert_eq!(world.client.post(&path, &json!({})).expect(409).json["error"]["code"], "pool_empty");
    world.client.post("/v1/coupons", &json!({"pool": "spring", "codes": ["SPRING-2"]})).expect(201);
    let approved = world.client.post(&path, &json!({})).expect(200).json;
    assert_eq!((&approved["coupon"], &approved["state"]), (&json!("SPRING-2"), &json!("approved")));
    assert_eq!(world.client.get("/v1/coupons").json["data"], json!([{"pool": "spring", "free": 0, "used": 2}]));
}

#[test]
fn a_friend_has_the_coupon_at_the_landing_and_uses_it_at_the_checkout() {
    let world = World::start();
    let code = code_of(&world);
    let coupon = json!({"id": "welcome", "side": "friend", "kind": "coupon", "item": "15 % off",
        "coupon": {"pool": "spring", "at_landing": true}});
    put(&world, &json!([rule(&coupon)]), &json!({}));
    world.client.post("/v1/coupons", &json!({"pool": "spring", "codes": ["SPRING-1", "SPRING-2"]})).expect(201);
    let offer = |touch: &str| {
        let cookie = format!("hg={touch}");
        let headers = [("cookie", cookie.as_str())];
        world.client.send("GET", "/r/-/v1/offer?k=hg_pk_acme", &headers, None).unwrap().expect(200).json["coupon"]
            .clone()
    };
    let touch = world.client.follow(&code, &[]).cookie().unwrap();
    let expected = json!({"code": "SPRING-1", "item": "15 % off"});
    assert_eq!((offer(&touch), offer(&touch)), (expected.clone(), expected), "the same for the same visit");
    assert_eq!(offer(""), json!(null), "only for a friend");

    let mut order = Client::purchase("order-1", "friend", 5_000, "");
    order["attribution"] = json!({"coupon": "spring-1"});
    let sale = world.client.post("/v1/conversions", &order).expect(201).json;
    assert_eq!(sale["decision"]["reason"], "coupon_given");
    assert_eq!(sale["decision"]["credits"][0]["code"], code);
    assert_eq!(sale["rewards"][0]["coupon"], "SPRING-1");
    let free = world.client.get("/v1/coupons").json;
    assert_eq!(free["data"], json!([{"pool": "spring", "free": 1, "used": 1}]));
}

#[test]
fn a_rule_that_is_wrong_is_refused_with_its_path_and_the_old_one_stands() {
    let world = World::start();
    let mut file = world.client.get("/v1/program").expect(200).json;
    file["rewards"][0]["caps"] = json!([{"limit": usd(100), "ovr": "month"}]);
    let answer = world.client.send("PUT", "/v1/program", &[], Some(file.to_string().as_bytes())).unwrap().expect(400);
    assert_eq!(answer.json["error"]["field"], "rewards[0].caps[0].ovr");
    assert!(answer.json["error"]["message"].as_str().unwrap().contains("did you mean \"over\"?"), "{}", answer.text);
    assert_eq!(world.client.get("/v1/program").json["version"], 1);
}
