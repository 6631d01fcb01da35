//! The owner's system hears of everything, by webhooks that the standard's own library verifies.

use honeyguide_tests::{Client, Receiver, World, wait_for};
use serde_json::json;

fn sell(world: &World, order: &str, friend: &str) {
    let code = world.client.participant(&format!("ref-{order}"))["code"].as_str().unwrap().to_owned();
    let touch = world.client.follow(&code, &[]).cookie().unwrap();
    world.client.post("/v1/conversions", &Client::purchase(order, friend, 12_000, &touch)).expect(201);
}

#[test]
fn a_receiver_that_was_down_gets_each_event_once_per_id_with_a_valid_signature() {
    let world = World::start();
    let receiver = Receiver::start();
    receiver.answer_with(500);
    let made = json!({"kind": "webhook", "url": receiver.url, "events": ["conversion.*", "reward.*"]});
    let destination = world.client.post("/v1/destinations", &made).expect(201).json;
    let secret = destination["secret"].as_str().unwrap();
    let shown = world.client.get(&format!("/v1/destinations/{}", destination["id"].as_str().unwrap())).expect(200);
    assert!(shown.json.get("secret").is_none(), "the secret is shown once");
    sell(&world, "order-1", "friend");
    wait_for("three failed tries", 20, || (receiver.received().len() >= 3).then_some(()));
    receiver.answer_with(200);

    let taken = receiver.wait_for_events(3, 40);
    let ids: std::collections::BTreeSet<_> = taken.iter().map(|one| one.id.clone()).collect();
    assert_eq!((taken.len(), ids.len()), (3, 3), "each event is taken once");
    let tried: std::collections::BTreeSet<_> = receiver.received().iter().map(|one| one.id.clone()).collect();
    assert_eq!(tried, ids, "an event keeps its id over all its tries");
    for one in receiver.received() {
        one.verify(secret);
    }
    let mut types: Vec<_> = taken.iter().map(|one| one.json()["type"].as_str().unwrap().to_owned()).collect();
    types.sort();
    assert_eq!(types, ["conversion.recorded", "reward.created", "reward.created"]);

    let delivered = wait_for("three deliveries", 10, || {
        let rows = world.client.get("/v1/deliveries?state=delivered").expect(200).json;
        (rows["data"].as_array().unwrap().len() == 3).then_some(rows)
    });
    let id = delivered["data"][0]["id"].as_str().unwrap();
    let one = world.client.get(&format!("/v1/deliveries/{id}")).expect(200).json;
    let statuses: Vec<_> =
        one["attempts"].as_array().unwrap().iter().map(|attempt| attempt["status"].as_i64().unwrap()).collect();
    assert_eq!((statuses.first(), statuses.last()), (Some(&500), Some(&200)));

    world.client.post(&format!("/v1/deliveries/{id}/replay"), &json!({})).expect(202);
    wait_for("the replay", 10, || {
        let again = receiver.received().into_iter().filter(|one| one.status == 200).count();
        (again == 4).then_some(())
    });
}

#[test]
fn a_receiver_that_is_gone_for_good_is_disabled() {
    let world = World::start();
    let receiver = Receiver::start();
    receiver.answer_with(410);
    let made = json!({"kind": "webhook", "url": receiver.url, "events": ["*"]});
    let id = world.client.post("/v1/destinations", &made).expect(201).json["id"].as_str().unwrap().to_owned();
    world.client.post(&format!("/v1/destinations/{id}/test"), &json!({})).expect(202);
    wait_for("the destination to be disabled", 10, || {
        (world.client.get(&format!("/v1/destinations/{id}")).json["state"] == "disabled").then_some(())
    });
    assert_eq!(receiver.received().len(), 1);

    receiver.answer_with(200);
    let path = format!("/v1/destinations/{id}");
    world.client.send("PATCH", &path, &[], Some(br#"{"state":"enabled"}"#)).unwrap().expect(200);
    world.client.post(&format!("{path}/test"), &json!({})).expect(202);
    receiver.wait_for_events(1, 10);
}

#[test]
fn after_a_rotation_both_secrets_verify() {
    let world = World::start();
    let receiver = Receiver::start();
    let made = json!({"kind": "webhook", "url": receiver.url, "events": ["*"]});
    let first = world.client.post("/v1/destinations", &made).expect(201).json;
    let id = first["id"].as_str().unwrap();
    let second = world.client.post(&format!("/v1/destinations/{id}/rotate"), &json!({})).expect(200).json;
    world.client.post(&format!("/v1/destinations/{id}/test"), &json!({})).expect(202);
    let taken = receiver.wait_for_events(1, 10);
    taken[0].verify(first["secret"].as_str().unwrap());
    taken[0].verify(second["secret"].as_str().unwrap());
}
