//! A friend follows a link and buys: both are rewarded, once.

use honeyguide_tests::{Client, World};
use serde_json::json;

#[test]
fn a_friend_buys_and_both_are_rewarded() {
    let world = World::start();
    let ada = world.client.participant("ada");
    let code = ada["code"].as_str().unwrap();
    let click = world.client.follow(code, &[]).expect(302);
    assert!(click.header("location").unwrap().starts_with("http://shop.localhost"), "{click:?}");
    assert_eq!(click.header("cache-control"), Some("no-store"));
    let cookie = click.header("set-cookie").unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=7776000"] {
        assert!(cookie.contains(part), "{cookie}");
    }

    let order = Client::purchase("order-1", "friend", 12_000, &click.cookie().unwrap());
    let sale = world.client.post("/v1/conversions", &order).expect(201).json;
    assert_eq!(sale["decision"]["outcome"], "credited");
    assert_eq!(sale["decision"]["reason"], "last_touch_within_window");
    assert_eq!(sale["decision"]["credits"], json!([{"participant": ada["id"], "code": code, "share": "1/1"}]));
    let rewards = sale["rewards"].as_array().unwrap();
    let sides: Vec<_> = rewards.iter().map(|reward| (reward["side"].clone(), reward["state"].clone())).collect();
    assert_eq!(sides, [(json!("referrer"), json!("pending")), (json!("friend"), json!("pending"))]);
    assert!(rewards.iter().all(|reward| reward["value"] == json!({"amount": 2000, "currency": "USD"})));
    assert_eq!(rewards[0]["beneficiary"], ada["id"]);

    let listed = world.client.get("/v1/rewards").expect(200).json;
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    let verified = world.client.get("/v1/ledger/verify").expect(200).json;
    assert_eq!((&verified["valid"], &verified["postings"]), (&json!(true), &json!(4)));
    assert_eq!(verified["sums"], json!({"USD": 0}));
}

#[test]
fn the_same_purchase_posted_ten_times_at_once_rewards_once() {
    let world = World::start();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let touch = world.client.follow(&code, &[]).cookie().unwrap();
    let order = Client::purchase("order-1", "friend", 12_000, &touch);
    let answers: Vec<_> = std::thread::scope(|scope| {
        let posts: Vec<_> = (0..10)
            .map(|n| {
                let (client, order) = (world.client.clone(), order.clone());
                scope.spawn(move || {
                    let key = format!("try-{}", n % 3);
                    client
                        .send(
                            "POST",
                            "/v1/conversions",
                            &[("idempotency-key", &key)],
                            Some(order.to_string().as_bytes()),
                        )
                        .unwrap()
                })
            })
            .collect();
        posts.into_iter().map(|post| post.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 201)), "{answers:?}");
    let ids: std::collections::BTreeSet<_> = answers.iter().map(|answer| answer.json["id"].to_string()).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(world.client.get("/v1/rewards").json["data"].as_array().unwrap().len(), 2);
    assert_eq!(world.client.get("/v1/ledger/verify").json["postings"], 4);
}

#[test]
fn a_purchase_with_a_forged_or_cut_touch_is_recorded_and_credits_nobody() {
    let world = World::start();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let touch = world.client.follow(&code, &[]).cookie().unwrap();
    for (n, bad) in
        [&touch[..touch.len() - 4], "AAAA", "x", &format!("{touch}x"), &touch.to_uppercase()].iter().enumerate()
    {
        let order = Client::purchase(&format!("order-{n}"), &format!("friend-{n}"), 12_000, bad);
        let sale = world.client.post("/v1/conversions", &order).expect(201).json;
        assert_eq!(sale["decision"]["outcome"], "none");
        assert_eq!(sale["decision"]["reason"], "token_invalid");
        assert_eq!(sale["rewards"], json!([]));
    }
}

#[test]
fn a_referrer_does_not_refer_themselves_and_a_second_purchase_does_not_earn() {
    let world = World::start();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let touch = world.client.follow(&code, &[]).cookie().unwrap();
    let post = |order: &str, who: &str, amount| {
        world.client.post("/v1/conversions", &Client::purchase(order, who, amount, &touch)).expect(201).json
    };
    let own = post("order-0", "ada", 12_000);
    assert_eq!((&own["decision"]["outcome"], &own["decision"]["reason"]), (&json!("refused"), &json!("self_referral")));
    let small = post("order-1", "friend", 4_999);
    assert_eq!(small["decision"]["reason"], "below_minimum_value");
    assert_eq!(post("order-2", "friend", 5_000)["rewards"].as_array().unwrap().len(), 2);
    let again = post("order-3", "friend", 9_000);
    assert_eq!(again["decision"]["reason"], "not_first");
    assert_eq!(again["rewards"], json!([]));
}

#[test]
fn a_code_given_at_the_checkout_earns_without_a_click() {
    let world = World::start();
    world.client.participant("ada");
    let body = json!({"external_id": "bob", "email": "bob@example.com", "code": "BOB-2026"});
    let bob = world.client.post("/v1/participants", &body).expect(201).json;
    let mut order = Client::purchase("order-1", "friend", 12_000, "");
    order["attribution"] = json!({"code": "bob-2026"});
    let sale = world.client.post("/v1/conversions", &order).expect(201).json;
    assert_eq!(sale["decision"]["reason"], "code_given");
    assert_eq!(sale["decision"]["credits"][0]["participant"], bob["id"]);
}
