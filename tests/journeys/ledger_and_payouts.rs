//! Money: refunds in any order, approvals, payouts, and a book that can be checked.

use honeyguide_tests::{Client, World};
use serde_json::{Value, json};

fn sell(world: &World, order: &str, friend: &str) -> Value {
    let body = json!({"external_id": "ada", "email": "ada@example.com"});
    let code = world.client.post("/v1/participants", &body).json["code"].as_str().unwrap().to_owned();
    let touch = world.client.follow(&code, &[]).cookie().unwrap();
    world.client.post("/v1/conversions", &Client::purchase(order, friend, 12_000, &touch)).expect(201).json
}

fn refund(order: &str, id: &str, amount: Option<i64>) -> Value {
    let mut refund = json!({"event": "purchase", "external_id": order, "refund_id": id});
    if let Some(amount) = amount {
        refund["value"] = json!({"amount": amount, "currency": "USD"});
    }
    refund
}

#[test]
fn a_refund_before_its_purchase_ends_as_one_after_it() {
    let world = World::start();
    let early = world.client.post("/v1/refunds", &refund("order-1", "r-1", Some(3_000))).expect(201).json;
    assert_eq!(early["state"], "waiting");
    let sale = sell(&world, "order-1", "friend");
    assert!(sale["rewards"].as_array().unwrap().iter().all(|reward| reward["value"]["amount"] == 1_500), "{sale}");
    let again = world.client.post("/v1/refunds", &refund("order-1", "r-1", Some(3_000))).expect(200).json;
    assert_eq!(again["state"], "applied");
    assert_eq!(world.client.post("/v1/refunds", &refund("order-1", "r-1", Some(1))).status, 409);
    assert_eq!(world.client.post("/v1/refunds", &refund("order-1", "r-2", Some(9_001))).status, 422);
    let rest = world.client.post("/v1/refunds", &refund("order-1", "r-3", None)).expect(201).json;
    assert!(rest["rewards"].as_array().unwrap().iter().all(|reward| reward["state"] == "reversed"));
    assert_eq!(sell(&world, "order-2", "friend")["rewards"].as_array().unwrap().len(), 2, "a full refund frees first");
    assert_eq!(world.client.get("/v1/ledger/verify").json["valid"], true);
}

#[test]
fn a_payout_pays_what_is_owed_once() {
    let world = World::start();
    let sale = sell(&world, "order-1", "friend");
    let reward = sale["rewards"][0]["id"].as_str().unwrap();
    let ada = sale["rewards"][0]["beneficiary"].as_str().unwrap();
    let act =
        |action: &str| world.client.post(&format!("/v1/rewards/{reward}/{action}"), &json!({"reason": "by hand"}));
    assert_eq!(act("fulfil").expect(409).json["error"]["code"], "wrong_state");
    assert_eq!(act("approve").expect(200).json["state"], "approved");
    assert_eq!(act("approve").expect(200).json["state"], "approved");
    let batch = world.client.post("/v1/payouts", &json!({})).expect(201).json;
    assert_eq!(
        batch["lines"],
        json!([{"beneficiary": ada, "value": {"amount": 2000, "currency": "USD"}, "state": "open"}])
    );
    assert_eq!(
        world.client.post("/v1/payouts", &json!({})).expect(201).json["lines"],
        json!([]),
        "it is in a batch already"
    );
    let path = format!("/v1/payouts/{}", batch["id"].as_str().unwrap());
    let csv = world.client.get(&format!("{path}.csv")).expect(200);
    assert_eq!(csv.text, format!("beneficiary,amount_minor,currency,state\r\n{ada},2000,USD,open\r\n"));
    for _ in 0..2 {
        assert_eq!(world.client.post(&format!("{path}/confirm"), &json!({})).expect(200).json["state"], "settled");
    }
    let statement = world.client.get(&format!("/v1/participants/{ada}/statement")).expect(200).json;
    assert_eq!(statement["balances"]["USD"], json!({"pending": 0, "payable": 0, "paid": 2000}));
    assert_eq!(act("reverse").expect(200).json["state"], "reversed");
    let statement = world.client.get(&format!("/v1/participants/{ada}/statement")).json;
    assert_eq!(statement["balances"]["USD"]["payable"], -2000, "what was paid is owed back");
    let verified = world.client.get("/v1/ledger/verify").json;
    assert_eq!((&verified["valid"], &verified["sums"]), (&json!(true), &json!({"USD": 0})));
    let pages = world.client.get("/v1/ledger?limit=3").json;
    assert_eq!(pages["data"].as_array().unwrap().len(), 3);
    let next =
        world.client.get(&format!("/v1/ledger?limit=1000&cursor={}", pages["next_cursor"].as_str().unwrap())).json;
    assert_eq!(next["data"][0]["seq"], 4);
    assert_eq!(next["data"][0]["previous_hash"], pages["data"][2]["hash"]);
}
