//! On the build that breaks on purpose: a panic between two writes of a record leaves none of them.

use honeyguide_tests::{Client, World, wait_for};
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

#[test]
fn with_storage_down_friends_still_arrive_with_a_touch_and_their_clicks_are_counted_afterwards() {
    let world = World::start_with_faults();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    world.client.follow(&code, &[]).expect(302);
    let switch =
        |to: &str| world.client.send("GET", "/healthz", &[("x-honeyguide-fault", to)], None).unwrap().expect(200);
    switch("storage-down");
    let mut touch = None;
    for _ in 0..20 {
        let click = world.client.follow(&code, &[]).expect(302);
        assert!(click.header("location").unwrap().starts_with("http://shop.localhost"), "{click:?}");
        touch = click.cookie();
    }
    let unknown = world.client.follow("never-seen", &[]).expect(302);
    assert_eq!(unknown.header("location"), Some("/"), "nothing is known: the host's root");
    assert!(unknown.cookie().is_some(), "its code is judged at the conversion");
    switch("storage-up");
    let order = Client::purchase("order-1", "friend", 12_000, &touch.unwrap());
    assert_eq!(world.client.post("/v1/conversions", &order).expect(201).json["decision"]["outcome"], "credited");
    wait_for("all clicks to be counted", 10, || {
        let rows = world.client.get(&format!("/v1/stats/clicks?group_by=code&code={code}")).json;
        (rows["data"][0]["raw"] == 21).then_some(())
    });
}
