//! A referrer objects, the owner looks at the trace and settles: the money moves by new entries, once.

use honeyguide_tests::{Client, World};
use serde_json::{Value, json};

/// What a participant is owed and not yet paid out, in USD.
fn pending(world: &World, participant: &Value) -> i64 {
    let path = format!("/v1/participants/{}/statement", participant["id"].as_str().unwrap());
    world.client.get(&path).expect(200).json["balances"]["USD"]["pending"].as_i64().unwrap_or(0)
}

fn postings(world: &World) -> i64 {
    let verified = world.client.get("/v1/ledger/verify").expect(200).json;
    assert_eq!((&verified["valid"], &verified["sums"]), (&json!(true), &json!({"USD": 0})));
    verified["postings"].as_i64().unwrap()
}

struct Sale {
    path: String,
    answer: Value,
}

impl Sale {
    fn new(world: &World, order: &str, customer: &str, code: &Value) -> Self {
        let mut body = Client::purchase(order, customer, 12_000, "");
        body["attribution"] = json!({"code": code});
        let answer = world.client.post("/v1/conversions", &body).expect(201).json;
        Self { path: format!("/v1/conversions/{}", answer["id"].as_str().unwrap()), answer }
    }

    fn dispute(&self, world: &World, reason: &str, status: u16) -> Value {
        world.client.post(&format!("{}/dispute", self.path), &json!({"reason": reason})).expect(status).json
    }

    fn settle(&self, world: &World, body: &Value, status: u16) -> Value {
        world.client.post(&format!("{}/dispute/settle", self.path), body).expect(status).json
    }
}

#[test]
fn a_dispute_that_is_upheld_moves_the_credit_by_new_entries_and_only_once() {
    let world = World::start();
    let [ada, bob, cleo] = ["ada", "bob", "cleo"].map(|name| world.client.participant(name));
    let sale = Sale::new(&world, "order-1", "friend", &ada["code"]);
    assert_eq!((pending(&world, &ada), postings(&world)), (2_000, 4));

    let dispute = sale.dispute(&world, "bob and cleo brought them", 201);
    assert_eq!((&dispute["state"], &dispute["decision"]["reason"]), (&json!("open"), &json!("code_given")));
    assert!(dispute["decision"]["touches"][0]["explanation"]["owner"].is_string(), "the trace is attached, in words");
    assert_eq!(sale.dispute(&world, "bob and cleo brought them", 200)["id"], dispute["id"]);
    assert_eq!(sale.dispute(&world, "another thing", 409)["error"]["code"], "dispute_open");

    let ruling = json!({"outcome": "upheld", "reason": "their meeting came first",
        "credit": [{"participant": bob["id"], "weight": 2}, {"code": cleo["code"], "weight": 1}]});
    let path = format!("{}/dispute/settle", sale.path);
    let send = || {
        let body = ruling.to_string();
        world.client.send("POST", &path, &[("idempotency-key", "settle-1")], Some(body.as_bytes())).unwrap().expect(200)
    };
    let settled = send();
    assert_eq!(settled.json["settlement"]["credits"][0]["share"], "2/3");
    let again = send();
    assert_eq!((again.header("idempotent-replayed"), &again.json), (Some("true"), &settled.json));
    assert_eq!(sale.settle(&world, &ruling, 409)["error"]["code"], "dispute_settled");

    assert_eq!([&ada, &bob, &cleo].map(|one| pending(&world, one)), [0, 1_333, 667]);
    assert_eq!(postings(&world), 4 + 2 + 4, "one entry back, two anew; the friend keeps theirs");
    let told = world.client.get(&sale.path).expect(200).json;
    assert_eq!(told["decision"]["credits"], sale.answer["decision"]["credits"], "what was decided stays");
    assert_eq!(told["credits"], settled.json["settlement"]["credits"], "who has it now stands beside");
    let states: Vec<_> =
        told["rewards"].as_array().unwrap().iter().map(|reward| reward["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["reversed", "pending", "pending", "pending"]);
    assert_eq!(told["disputes"][0]["settlement"]["reason"], "their meeting came first");

    // From now on the customer belongs to those who have the credit, and a refund takes it back from them.
    let next = Sale::new(&world, "order-2", "friend", &ada["code"]);
    assert_eq!(next.answer["decision"]["credits"].as_array().unwrap().len(), 2);
    let refund = json!({"event": "purchase", "external_id": "order-1", "refund_id": "back-1"});
    world.client.post("/v1/refunds", &refund).expect(201);
    assert_eq!([&ada, &bob, &cleo].map(|one| pending(&world, one)), [0, 0, 0]);
    postings(&world);
}

#[test]
fn a_dispute_may_be_rejected_or_leave_nobody_with_the_credit_and_bad_settlements_change_nothing() {
    let world = World::start();
    let [ada, bob] = ["ada", "bob"].map(|name| world.client.participant(name));
    let sale = Sale::new(&world, "order-1", "friend", &ada["code"]);
    sale.settle(&world, &json!({"outcome": "rejected", "reason": "x"}), 404);
    sale.dispute(&world, "first", 201);
    for (bad, status, field) in [
        (json!({"outcome": "perhaps", "reason": "x"}), 400, "outcome"),
        (json!({"outcome": "upheld", "reason": "x"}), 400, "credit"),
        (json!({"outcome": "rejected", "reason": "x", "credit": []}), 400, "credit"),
        (json!({"outcome": "rejected"}), 400, "reason"),
        (json!({"outcome": "upheld", "reason": "x", "credit": [{"code": "nobody"}]}), 422, "credit[0].code"),
    ] {
        assert_eq!(sale.settle(&world, &bad, status)["error"]["field"], field);
    }
    assert_eq!(postings(&world), 4);
    let rejected = sale.settle(&world, &json!({"outcome": "rejected", "reason": "the code was ada's"}), 200);
    assert_eq!((&rejected["state"], &rejected["settlement"]["outcome"]), (&json!("settled"), &json!("rejected")));
    assert_eq!((pending(&world, &ada), postings(&world)), (2_000, 4));

    sale.dispute(&world, "second", 201);
    sale.settle(&world, &json!({"outcome": "upheld", "reason": "nobody brought them", "credit": []}), 200);
    assert_eq!((pending(&world, &ada), postings(&world)), (0, 8));
    sale.dispute(&world, "third", 201);
    sale.settle(&world, &json!({"outcome": "upheld", "reason": "bob did", "credit": [{"code": bob["code"]}]}), 200);
    assert_eq!((pending(&world, &bob), postings(&world)), (2_000, 12), "both sides earn again");

    // Half of an order was refunded: half is given.
    let other = Sale::new(&world, "order-2", "other", &ada["code"]);
    let half = json!({"event": "purchase", "external_id": "order-2", "refund_id": "half", "value": {"amount": 6_000, "currency": "USD"}});
    world.client.post("/v1/refunds", &half).expect(201);
    other.dispute(&world, "bob", 201);
    other.settle(&world, &json!({"outcome": "upheld", "reason": "bob", "credit": [{"code": bob["code"]}]}), 200);
    assert_eq!((pending(&world, &ada), pending(&world, &bob)), (0, 3_000));
    postings(&world);
}
