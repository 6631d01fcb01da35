//! Killed without warning after the answer, started again: everything that was answered is there.

use honeyguide_tests::{Client, Receiver, World, wait_for};
use serde_json::json;

#[test]
fn after_kill_9_conversion_rewards_ledger_and_deliveries_are_all_there() {
    let mut world = World::start();
    let receiver = Receiver::start();
    receiver.answer_with(503);
    let made = json!({"kind": "webhook", "url": receiver.url, "events": ["*"]});
    let secret = world.client.post("/v1/destinations", &made).expect(201).json["secret"].as_str().unwrap().to_owned();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let touch = world.client.follow(&code, &[]).cookie().unwrap();
    let order = Client::purchase("order-1", "friend", 12_000, &touch);
    let sale = world.client.post("/v1/conversions", &order).expect(201).json;

    world.kill_and_start_again();

    let id = sale["id"].as_str().unwrap();
    let kept = world.client.get(&format!("/v1/conversions/{id}")).expect(200).json;
    assert_eq!((&kept["decision"], &kept["rewards"]), (&sale["decision"], &sale["rewards"]));
    let verified = world.client.get("/v1/ledger/verify").expect(200).json;
    assert_eq!((&verified["valid"], &verified["postings"]), (&json!(true), &json!(4)));
    assert_eq!(world.client.post("/v1/conversions", &order).expect(200).json["id"], sale["id"]);

    receiver.answer_with(200);
    let taken = receiver.wait_for_events(4, 60);
    for one in &taken {
        one.verify(&secret);
    }
    let mut types: Vec<_> = taken.iter().map(|one| one.json()["type"].as_str().unwrap().to_owned()).collect();
    types.sort();
    types.dedup();
    assert_eq!(types, ["conversion.recorded", "participant.joined", "reward.created"]);
    wait_for("the deliveries to say so", 10, || {
        let rows = world.client.get("/v1/deliveries?state=delivered").json;
        (rows["data"].as_array().unwrap().len() == 4).then_some(())
    });
}

#[test]
fn a_click_that_was_answered_more_than_a_second_before_a_kill_is_counted() {
    let mut world = World::start();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let answered = std::time::Instant::now();
    for _ in 0..20 {
        world.client.follow(&code, &[]).expect(302);
    }
    // The promise is about a second of the world's time, so a second of it must pass.
    wait_for("a second", 5, || (answered.elapsed().as_millis() > 1_300).then_some(()));
    world.kill_and_start_again();
    let rows = world.client.get("/v1/stats/clicks?group_by=code").expect(200).json;
    assert_eq!(rows["data"][0]["raw"], 20, "{rows}");
}

#[test]
fn many_purchases_under_repeated_kills_are_rewarded_exactly_once() {
    let mut world = World::start();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let touch = world.client.follow(&code, &[]).cookie().unwrap();
    for round in 0..3 {
        let posting = {
            let (client, touch) = (world.client.clone(), touch.clone());
            std::thread::spawn(move || {
                for n in 0..10 {
                    let order = Client::purchase(&format!("order-{n}"), &format!("friend-{n}"), 6_000 + n, &touch);
                    // A connection that is cut off by the kill is what a backend would retry; the next round does.
                    let _ = client.send(
                        "POST",
                        "/v1/conversions",
                        &[("idempotency-key", "a")][..0],
                        Some(order.to_string().as_bytes()),
                    );
                }
            })
        };
        if round < 2 {
            world.kill_and_start_again();
        }
        posting.join().unwrap();
    }
    let rewards = world.client.get("/v1/rewards?limit=1000").json;
    assert_eq!(rewards["data"].as_array().unwrap().len(), 20);
    let verified = world.client.get("/v1/ledger/verify").json;
    assert_eq!((&verified["valid"], &verified["postings"]), (&json!(true), &json!(40)));
}
