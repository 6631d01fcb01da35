//! On the build that breaks on purpose: a panic between two writes of a record leaves none of them.

use honeyguide_tests::{Client, World};
use serde_json::json;

#[test]
fn a_panic_in_the_middle_of_a_record_leaves_nothing_answers_500_and_the_next_request_is_served() {
    let world = World::start_with_faults();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let touch = world.client.follow(&code, &[]).cookie().unwrap();
    let order = Client::purchase("order-1", "friend", 12_000, &touch);
    let fault = [("x-honeyguide-fault", "panic-in-record")];
    let broken = world.client.send("POST", "/v1/conversions", &fault, Some(order.to_string().as_bytes())).unwrap();
    assert_eq!((broken.status, &broken.json["error"]["code"]), (500, &json!("internal")));
    assert!(!broken.text.contains("panic"), "what is ours is not shown: {}", broken.text);

    assert_eq!(world.client.get("/v1/conversions").expect(200).json["data"], json!([]));
    assert_eq!(world.client.get("/v1/rewards").expect(200).json["data"], json!([]));
    assert_eq!(world.client.get("/v1/ledger/verify").expect(200).json["postings"], 0);

    let sale = world.client.post("/v1/conversions", &order).expect(201).json;
    assert_eq!(sale["rewards"].as_array().unwrap().len(), 2);
    assert_eq!(sale["decision"]["reason"], "last_touch_within_window", "nobody was bound by the first try");
}

#[test]
fn the_bundle_that_ships_does_not_contain_the_switch() {
    let world = World::start();
    let order = Client::purchase("order-1", "friend", 12_000, "");
    let fault = [("x-honeyguide-fault", "panic-in-record")];
    let answer = world.client.send("POST", "/v1/conversions", &fault, Some(order.to_string().as_bytes())).unwrap();
    assert_eq!(answer.status, 201);
}
