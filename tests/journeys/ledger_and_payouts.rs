//! Money: refunds in any order, approvals, payouts, and a book that can be checked.

use honeyguide_tests::{Client, Receiver, World};
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
    let bare = world.client.get("/v1/payouts?lines=false").expect(200).json["data"].clone();
    for (listed, lines) in [(&bare[0], 1), (&bare[1], 0)] {
        assert_eq!((&listed["lines"], &listed["beneficiaries"]), (&json!(null), &json!(lines)), "{bare}");
    }
    assert_eq!((&bare[0]["id"], &bare[0]["total"]["amount"]), (&batch["id"], &json!(2000)));
    assert_eq!(world.client.get("/v1/payouts").expect(200).json["data"][0]["lines"], batch["lines"]);
    assert_eq!(world.client.get("/v1/payouts?lines=no").expect(400).json["error"]["field"], "lines");
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
    let write_off = |body: &Value| world.client.post(&format!("/v1/beneficiaries/{ada}/write-off"), body);
    let fault = write_off(&json!({})).expect(400).json;
    assert_eq!(fault["error"]["field"], "reason", "{fault}");
    let given_up = write_off(&json!({"reason": "left the program"})).expect(201).json;
    assert_eq!(given_up["value"], json!({"amount": 2000, "currency": "USD"}));
    assert_eq!(write_off(&json!({"reason": "again"})).expect(409).json["error"]["code"], "nothing_owed_back");
    let statement = world.client.get(&format!("/v1/participants/{ada}/statement")).json;
    assert_eq!(statement["balances"]["USD"]["payable"], 0);
    assert_eq!(statement["write_offs"][0]["reason"], "left the program");
    let booked = world.client.get("/v1/ledger?account=write_off").json["data"][0].clone();
    assert_eq!((&booked["value"]["amount"], &booked["cause"]), (&json!(-2000), &json!("written_off")));
    let verified = world.client.get("/v1/ledger/verify").json;
    assert_eq!((&verified["valid"], &verified["sums"]), (&json!(true), &json!({"USD": 0})));
    let pages = world.client.get("/v1/ledger?limit=3").json;
    assert_eq!(pages["data"].as_array().unwrap().len(), 3);
    let next =
        world.client.get(&format!("/v1/ledger?limit=1000&cursor={}", pages["next_cursor"].as_str().unwrap())).json;
    assert_eq!(next["data"][0]["seq"], 4);
    assert_eq!(next["data"][0]["previous_hash"], pages["data"][2]["hash"]);
}

/// Rewards that are approved, for these many referrers, each with a friend who bought for so much.
fn owed(world: &World, amounts: &[i64]) -> Vec<String> {
    let mut file = world.client.get("/v1/program").expect(200).json;
    file["rewards"] = json!([{"id": "tenth", "side": "referrer", "on": "purchase", "kind": "money", "percent": "10",
        "hold_days": 0, "approval": "manual"}]);
    file["payout_minimum"] = json!({"amount": 500, "currency": "USD"});
    world.client.send("PUT", "/v1/program", &[], Some(file.to_string().as_bytes())).unwrap().expect(200);
    let one = |(number, amount): (usize, &i64)| {
        let code = world.client.participant(&format!("partner-{number}"))["code"].clone();
        let mut order = Client::purchase(&format!("order-{number}"), &format!("friend-{number}"), *amount, "");
        order["attribution"] = json!({"code": code});
        let sale = world.client.post("/v1/conversions", &order).expect(201).json;
        let reward = &sale["rewards"][0];
        let path = format!("/v1/rewards/{}/approve", reward["id"].as_str().unwrap());
        world.client.post(&path, &json!({})).expect(200);
        reward["beneficiary"].as_str().unwrap().to_owned()
    };
    amounts.iter().enumerate().map(one).collect()
}

fn who(batch: &Value) -> Vec<&str> {
    batch["lines"].as_array().unwrap().iter().map(|line| line["beneficiary"].as_str().unwrap()).collect()
}

#[test]
fn a_batch_has_its_minimum_and_is_confirmed_or_failed_line_by_line() {
    let world = World::start();
    let receiver = Receiver::start();
    let made = json!({"kind": "webhook", "url": receiver.url, "events": ["reward.fulfilled"]});
    world.client.post("/v1/destinations", &made).expect(201);
    let partners = owed(&world, &[4_990, 5_000, 9_000, 20_000]);
    let batch = |body: &Value| world.client.post("/v1/payouts", body).expect(201).json;
    let some = batch(&json!({"beneficiaries": [partners[1]]}));
    assert_eq!((who(&some), &some["minimum"]), (vec![partners[1].as_str()], &json!(500)), "the file's minimum");
    let fulfil = |partner: &String| {
        let rewards = world.client.get(&format!("/v1/rewards?beneficiary={partner}")).json;
        let path = format!("/v1/rewards/{}/fulfil", rewards["data"][0]["id"].as_str().unwrap());
        world.client.post(&path, &json!({}))
    };
    assert_eq!(fulfil(&partners[1]).expect(409).json["error"]["code"], "in_payout");
    let settle = |batch: &Value, how: &str, whom: &[&String]| {
        let path = format!("/v1/payouts/{}/{how}", batch["id"].as_str().unwrap());
        world.client.post(&path, &json!({"beneficiaries": whom})).expect(200).json
    };
    assert_eq!(settle(&some, "fail", &[&partners[1]])["state"], "settled");

    let all = batch(&json!({"minimum": 501}));
    assert_eq!(who(&all), [partners[2].as_str(), partners[3].as_str()], "one is owed 500, one 499");
    let part = settle(&all, "confirm", &[&partners[3]]);
    assert_eq!(part["state"], "open");
    settle(&all, "fail", &[&partners[2]]);
    let settled = settle(&all, "confirm", &[&partners[2], &partners[3]]);
    let states: Vec<_> = settled["lines"].as_array().unwrap().iter().map(|line| line["state"].clone()).collect();
    assert_eq!((&settled["state"], states), (&json!("settled"), vec![json!("failed"), json!("confirmed")]));

    let rest = batch(&json!({"minimum": 0}));
    assert_eq!(who(&rest), partners[..3].iter().map(String::as_str).collect::<Vec<_>>(), "what failed is owed still");
    let path = format!("/v1/payouts/{}/confirm", rest["id"].as_str().unwrap());
    world.client.post(&path, &json!({})).expect(200);
    let told = receiver.wait_for_events(4, 30);
    let mut whom: Vec<_> =
        told.iter().map(|one| one.json()["data"]["beneficiary"].as_str().unwrap().to_owned()).collect();
    whom.sort();
    assert_eq!(whom, partners, "each reward says that it was fulfilled");
    assert!(told.iter().all(|one| one.json()["data"]["state"] == "fulfilled"));
    for (partner, paid) in partners.iter().zip([499, 500, 900, 2_000]) {
        let statement = world.client.get(&format!("/v1/beneficiaries/{partner}/statement?limit=2")).expect(200).json;
        assert_eq!(statement["balances"]["USD"], json!({"pending": 0, "payable": 0, "paid": paid}));
        assert_eq!(statement["postings"].as_array().unwrap().len(), 2);
        assert!(statement["next_cursor"].is_string());
    }
    assert_eq!(world.client.get("/v1/ledger/verify").json["valid"], true);
}

#[test]
fn statements_of_referrers_and_friends_add_up_to_the_ledger() {
    let world = World::start();
    let sale = sell(&world, "order-1", "friend");
    let everyone = world.client.get("/v1/ledger?limit=1000").expect(200).json;
    for reward in sale["rewards"].as_array().unwrap() {
        let who = reward["beneficiary"].as_str().unwrap();
        let statement = world.client.get(&format!("/v1/beneficiaries/{who}/statement")).expect(200).json;
        let account = json!(format!("pending:{who}"));
        let postings = everyone["data"].as_array().unwrap().iter().filter(|posting| posting["account"] == account);
        let sum: i64 = postings.map(|posting| posting["value"]["amount"].as_i64().unwrap()).sum();
        assert_eq!(statement["balances"]["USD"]["pending"], sum);
    }
    assert_eq!(world.client.get("/v1/beneficiaries/prt_nobody/statement").status, 404);
}
