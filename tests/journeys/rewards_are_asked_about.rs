//! Before a reward is approved by time, its owner's system is asked: yes, no with a reason, or nothing until the deadline.

use honeyguide_tests::{Client, Manner, Rough, World, wait_for};
use serde_json::{Value, json};

/// A program whose rewards are due at once, and who is asked about them. Gives the secret of the questions.
fn ask(world: &World, url: &str, default: &str) -> Value {
    let mut file = world.client.get("/v1/program").expect(200).json;
    for rule in file["rewards"].as_array_mut().unwrap() {
        rule["hold_days"] = json!(0);
    }
    file["approval"] = json!({"callback": {"url": url, "deadline_seconds": 600, "default": default}});
    let put = world.client.send("PUT", "/v1/program", &[], Some(file.to_string().as_bytes())).unwrap();
    put.expect(200).json["callback_secret"].clone()
}

fn sell(world: &World, order: &str) -> Vec<String> {
    let code = world.client.participant(&format!("ref-{order}"))["code"].as_str().unwrap().to_owned();
    let touch = world.client.follow(&code, &[]).cookie().unwrap();
    let order = Client::purchase(order, &format!("friend-{order}"), 12_000, &touch);
    let sale = world.client.post("/v1/conversions", &order).expect(201).json;
    let id = |reward: &Value| reward["id"].as_str().unwrap().to_owned();
    sale["rewards"].as_array().unwrap().iter().map(id).collect()
}

/// The rewards, once they all have that state.
fn wait_for_state(world: &World, rewards: &[String], state: &str) -> Vec<Value> {
    wait_for(&format!("rewards to be {state}"), 30, || {
        let all: Vec<Value> =
            rewards.iter().map(|id| world.client.get(&format!("/v1/rewards/{id}")).expect(200).json).collect();
        all.iter().all(|reward| reward["state"] == state).then_some(all)
    })
}

fn postings(world: &World, cause: &str) -> usize {
    let page = world.client.get("/v1/ledger?limit=1000").expect(200).json;
    page["data"].as_array().unwrap().iter().filter(|posting| posting["cause"] == cause).count()
}

#[test]
fn yes_approves_and_no_rejects_with_the_reason_shown() {
    let world = World::start();
    let owner = Rough::start(Manner::status(204));
    let secret = ask(&world, &owner.url, "hold");
    let rewards = sell(&world, "order-1");
    wait_for_state(&world, &rewards, "approved");
    assert_eq!(owner.count(), 2, "asked once for each reward");
    for asked in owner.arrived() {
        asked.request.verify(secret.as_str().unwrap());
        let body = asked.request.json();
        assert_eq!(body["type"], "reward.approval_asked");
        assert_eq!((&body["data"]["state"], &body["data"]["value"]["amount"]), (&json!("pending"), &json!(2_000)));
        assert!(rewards.iter().any(|id| body["data"]["id"] == id.as_str()) && body["data"]["deadline_at"].is_string());
    }
    owner.is_now(Manner::Answers(403, "", json!({"reason": "The order was cancelled."}).to_string()));
    let refused = sell(&world, "order-2");
    for reward in wait_for_state(&world, &refused, "rejected") {
        assert_eq!(reward["reason"], "The order was cancelled.");
    }
    assert_eq!((postings(&world, "approved"), postings(&world, "rejected")), (4, 4));
    assert_eq!(world.client.get("/v1/ledger/verify").expect(200).json["valid"], true);

    // Who is asked is said in the program file, and only there; the questions are shown as deliveries are.
    let all = world.client.get("/v1/destinations").expect(200).json;
    let callback = all["data"].as_array().unwrap().iter().find(|row| row["kind"] == "approval").unwrap().clone();
    let path = format!("/v1/destinations/{}", callback["id"].as_str().unwrap());
    world.client.send("PATCH", &path, &[], Some(br#"{"state":"disabled"}"#)).unwrap().expect(422);
    world.client.send("DELETE", &path, &[], None).unwrap().expect(422);
    let shown = world.client.get(&format!("/v1/deliveries?destination={}", callback["id"].as_str().unwrap()));
    assert_eq!(shown.expect(200).json["data"].as_array().unwrap().len(), 4);
}

#[test]
fn silence_and_failure_fall_to_the_default_at_the_deadline_and_a_late_answer_changes_nothing() {
    for (default, state, cause, count) in
        [("approve", "approved", "approved", 4), ("reject", "rejected", "rejected", 4), ("hold", "held", "approved", 0)]
    {
        let world = World::start_with_faults();
        let owner = Rough::start(Manner::status(500));
        ask(&world, &owner.url, default);
        let rewards = sell(&world, "order-1");
        wait_for("the questions", 10, || (owner.count() >= 2).then_some(()));
        wait_for_state(&world, &rewards, "pending");
        owner.is_now(Manner::Answers(503, "retry-after: 3000\r\n", String::new()));
        world.switch("clock 601000");
        // Any call wakes the program on its new clock.
        world.client.participant("anyone");
        for reward in wait_for_state(&world, &rewards, state) {
            assert_eq!(reward["reason"], "the callback didn't answer in time");
        }
        owner.is_now(Manner::Answers(403, "", "too late".to_owned()));
        let questions = world.client.get("/v1/deliveries?type=reward.approval_asked").expect(200).json;
        for question in questions["data"].as_array().unwrap() {
            world.client.post(&format!("/v1/deliveries/{}/replay", question["id"].as_str().unwrap()), &json!({}));
        }
        wait_for("the late answers", 20, || {
            owner.arrived().iter().filter(|one| one.request.status == 403).count().ge(&2).then_some(())
        });
        wait_for("the late answers to be told", 20, || {
            let rows = world.client.get("/v1/deliveries?type=reward.approval_asked&state=delivered").json;
            (rows["data"].as_array().unwrap().len() == 2).then_some(())
        });
        wait_for_state(&world, &rewards, state);
        assert_eq!(postings(&world, cause), count, "{default}");
        assert_eq!(world.client.get("/v1/ledger/verify").expect(200).json["valid"], true);
    }
}

#[test]
fn a_reward_is_settled_exactly_once_whatever_is_killed_and_asked_again() {
    let mut world = World::start();
    let owner = Rough::start(Manner::FailsFirst);
    ask(&world, &owner.url, "reject");
    let mut rewards = Vec::new();
    for number in 0..4 {
        rewards.extend(sell(&world, &format!("order-{number}")));
        world.kill_and_start_again();
    }
    wait_for("a second round of questions", 60, || (owner.count() >= 12).then_some(()));
    world.kill_and_start_again();
    wait_for_state(&world, &rewards, "approved");
    let asked: std::collections::BTreeSet<String> = owner.arrived().into_iter().map(|one| one.request.id).collect();
    assert_eq!(asked.len(), rewards.len(), "one question each, whatever is sent again");
    assert_eq!(postings(&world, "approved"), 2 * rewards.len());
    assert_eq!(world.client.get("/v1/ledger/verify").expect(200).json["valid"], true);
}

#[test]
fn what_the_owner_decides_by_hand_or_a_refund_undoes_is_not_decided_again() {
    let world = World::start();
    let owner = Rough::start(Manner::Stalls);
    ask(&world, &owner.url, "approve");
    let rewards = sell(&world, "order-1");
    wait_for("the questions", 10, || (owner.count() >= 2).then_some(()));
    world.client.post(&format!("/v1/rewards/{}/reject", rewards[0]), &json!({"reason": "no"})).expect(200);
    world.client.post(&format!("/v1/rewards/{}/approve", rewards[1]), &json!({})).expect(200);
    owner.is_now(Manner::status(200));
    wait_for("the answers", 60, || {
        let rows = world.client.get("/v1/deliveries?type=reward.approval_asked&state=delivered").json;
        (rows["data"].as_array().unwrap().len() == 2).then_some(())
    });
    wait_for_state(&world, &rewards[..1], "rejected");
    wait_for_state(&world, &rewards[1..], "approved");
    assert_eq!((postings(&world, "approved"), postings(&world, "rejected")), (2, 2));
}
