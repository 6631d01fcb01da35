//! A receiver that fails, stalls, breaks off, leads elsewhere or asks for patience: each ends as stated, and no other
//! destination notices.

use honeyguide_tests::{Client, Manner, Rough, World, wait_for};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

fn destination(world: &World, url: &str, events: &str) -> String {
    let made = json!({"kind": "webhook", "url": url, "events": [events]});
    world.client.post("/v1/destinations", &made).expect(201).json["id"].as_str().unwrap().to_owned()
}

fn deliveries(world: &World, destination: &str) -> Vec<Value> {
    let path = format!("/v1/deliveries?destination={destination}&limit=1000");
    world.client.get(&path).expect(200).json["data"].as_array().unwrap().clone()
}

/// The first attempt of each delivery, once all have one.
fn first_attempts(world: &World, destination: &str, seconds: u64) -> Vec<Value> {
    let all = wait_for("first attempts", seconds, || {
        let rows = deliveries(world, destination);
        (!rows.is_empty() && rows.iter().all(|row| row["tries"].as_i64() > Some(0))).then_some(rows)
    });
    let attempt = |row: &Value| {
        let path = format!("/v1/deliveries/{}", row["id"].as_str().unwrap());
        world.client.get(&path).expect(200).json["attempts"][0].clone()
    };
    all.iter().map(attempt).collect()
}

#[test]
fn however_receivers_misbehave_each_ends_as_stated_and_others_see_no_delay() {
    const EVENTS: usize = 4;
    let world = World::start();
    let elsewhere = Rough::start(Manner::status(200));
    let leads = format!("location: {}\r\n", elsewhere.url).leak();
    let good = Rough::start(Manner::status(200));
    let heard = destination(&world, &good.url, "*");
    let manners = [
        ("fails", Manner::Answers(500, "", "x".repeat(5_000))),
        ("stalls", Manner::Stalls),
        ("stalls in the body", Manner::StallsInTheBody),
        ("resets", Manner::Resets),
        ("redirects", Manner::Answers(307, leads, String::new())),
        ("is gone", Manner::status(410)),
        ("asks for patience", Manner::Answers(429, "retry-after: 7\r\n", String::new())),
    ];
    let rough: Vec<(&str, Rough, String)> = manners
        .into_iter()
        .map(|(what, manner)| {
            let receiver = Rough::start(manner);
            let id = destination(&world, &receiver.url, "participant.*");
            (what, receiver, id)
        })
        .collect();

    // Now and while the others stall: the good one hears of each within two seconds.
    let mut slowest = Duration::ZERO;
    for number in 0..EVENTS {
        let before = good.count();
        let begun = Instant::now();
        world.client.participant(&format!("p{number}"));
        wait_for("the good one to hear", 10, || {
            let joined = |one: &honeyguide_tests::rough::Arrived| one.request.body.contains("participant.joined");
            good.arrived()[before..].iter().any(joined).then_some(())
        });
        slowest = slowest.max(begun.elapsed());
    }
    println!("the slowest was heard of after {slowest:?}");
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");

    for (what, receiver, id) in &rough {
        if *what == "is gone" {
            wait_for("the one that is gone to be disabled", 10, || {
                let row = world.client.get(&format!("/v1/destinations/{id}")).expect(200).json;
                (row["state"] == "disabled").then(|| assert_eq!(row["why"], "The receiver answered 410 Gone."))
            });
            assert!(receiver.count() <= EVENTS);
            wait_for("the others to hear of it", 10, || {
                let told = |one: &honeyguide_tests::rough::Arrived| one.request.body.contains("destination.disabled");
                good.arrived().iter().any(told).then_some(())
            });
            assert!(deliveries(&world, id).iter().all(|row| row["state"] == "waiting"));
            continue;
        }
        let mut held = Vec::new();
        for attempt in first_attempts(&world, id, 40) {
            match *what {
                "fails" => {
                    assert_eq!(
                        (&attempt["status"], attempt["answer"].as_str().map(str::len)),
                        (&json!(500), Some(2_048))
                    );
                }
                "stalls" | "stalls in the body" => {
                    let ms = attempt["ms"].as_i64().unwrap();
                    assert!((19_000..24_000).contains(&ms), "{what}: {attempt}");
                    assert_eq!(
                        (&attempt["status"], &attempt["error"]),
                        (&json!(null), &json!("No whole answer came in time."))
                    );
                }
                "resets" => assert!(attempt["status"].is_null() && attempt["error"].is_string(), "{attempt}"),
                "redirects" => assert_eq!(attempt["status"], 307),
                _ => held.push(attempt["status"].as_i64().unwrap()),
            }
            assert_eq!(attempt["request"]["headers"]["webhook-signature"], "(redacted)");
        }
        assert!(held.iter().all(|status| *status == 429));
    }
    assert_eq!(elsewhere.count(), 0, "a redirect is not followed");
    // Who asked for patience was left alone for as long as it asked.
    let patient = rough.iter().find(|(what, ..)| *what == "asks for patience").unwrap().1.arrived();
    let second = patient.iter().find(|one| one.at > patient[0].at + Duration::from_secs(2));
    assert!(second.is_none_or(|second| second.at - patient[0].at >= Duration::from_millis(6_500)));

    // All recover: each event arrives, under its own id.
    let ids: BTreeSet<String> = deliveries(&world, &rough[0].2).iter().map(|row| row["event"].to_string()).collect();
    assert_eq!(ids.len(), EVENTS);
    let ids: BTreeSet<String> = ids.iter().map(|id| id.trim_matches('"').to_owned()).collect();
    for (_, receiver, id) in &rough {
        receiver.is_now(Manner::status(200));
        let path = format!("/v1/destinations/{id}");
        world.client.send("PATCH", &path, &[], Some(br#"{"state":"enabled"}"#)).unwrap().expect(200);
        world.client.post(&format!("{path}/replay"), &json!({})).expect(202);
    }
    for (what, receiver, _) in &rough {
        wait_for(&format!("all to arrive at the one that {what}"), 30, || (receiver.taken() == ids).then_some(()));
        let tried: BTreeSet<String> = receiver.arrived().into_iter().map(|one| one.request.id).collect();
        assert_eq!(tried, ids, "{what}");
    }
    let dead = world.client.get("/v1/deliveries?state=dead").expect(200).json;
    assert_eq!(dead["data"], json!([]));
    assert!(deliveries(&world, &heard).len() > EVENTS);
}

#[test]
fn an_answer_without_end_is_read_as_far_as_it_is_kept() {
    let world = World::start();
    let endless = Rough::start(Manner::NeverEnds);
    let id = destination(&world, &endless.url, "participant.*");
    world.client.participant("ada");
    let attempt = first_attempts(&world, &id, 10).remove(0);
    assert_eq!((&attempt["status"], attempt["answer"].as_str().map(str::len)), (&json!(200), Some(2_048)));
    assert!(attempt["ms"].as_i64() < Some(5_000), "{attempt}");
    assert_eq!(deliveries(&world, &id)[0]["state"], "delivered");
}

#[test]
fn where_a_destination_asks_for_it_nothing_of_a_conversion_overtakes() {
    let world = World::start();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let touch = world.client.follow(&code, &[]).cookie().unwrap();
    let receiver = Rough::start(Manner::FailsFirst);
    let made = json!({"kind": "webhook", "url": receiver.url, "events": ["conversion.*", "reward.*"], "ordered": true});
    let made = world.client.post("/v1/destinations", &made).expect(201).json;
    assert_eq!(made["ordered"], true);
    for number in 0..3 {
        let order = honeyguide_tests::Client::purchase(&format!("o{number}"), &format!("f{number}"), 12_000, &touch);
        world.client.post("/v1/conversions", &order).expect(201);
    }
    let ids = wait_for("all to arrive", 60, || Some(receiver.taken()).filter(|ids| ids.len() == 9));
    let arrived = receiver.arrived();
    for conversion in
        deliveries(&world, made["id"].as_str().unwrap()).iter().filter(|row| row["type"] == "conversion.recorded")
    {
        let own = world.client.get(&format!("/v1/deliveries/{}", conversion["id"].as_str().unwrap())).json;
        let lane = own["body"]["data"]["id"].as_str().unwrap();
        let of_lane: Vec<(String, u16)> = arrived
            .iter()
            .filter(|one| one.request.body.contains(lane))
            .map(|one| (one.request.json()["type"].as_str().unwrap().to_owned(), one.request.status))
            .collect();
        let expected: Vec<(String, u16)> = ["conversion.recorded", "reward.created", "reward.created"]
            .iter()
            .flat_map(|kind| [((*kind).to_owned(), 500), ((*kind).to_owned(), 200)])
            .collect();
        assert_eq!(of_lane, expected, "one after the other, each until it is taken");
    }
    assert_eq!(ids.len(), 9);
}

/// Events that wait for somebody: more than one try to hand them over reads.
const WAITING: usize = 1_000;

#[test]
fn an_object_that_is_slow_to_be_reached_holds_no_other() {
    let world = World::start_with_faults();
    let (one, other) = (Rough::start(Manner::status(200)), Rough::start(Manner::status(200)));
    let slow = destination(&world, &one.url, "participant.*");
    destination(&world, &other.url, "participant.*");
    world.switch(&format!("slow {slow}"));
    for number in 0..3 {
        let begun = Instant::now();
        world.client.participant(&format!("p{number}"));
        wait_for("the other to hear", 10, || (other.count() > number).then_some(()));
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }
    // However much waits for it, what another is handed is found without reading that.
    let line = |number: usize| json!({"external_id": format!("w{number}"), "email": format!("w{number}@example.com")});
    let lines = (0..WAITING).map(|number| line(number).to_string()).collect::<Vec<_>>().join("\n");
    world.client.send("POST", "/v1/participants/batch", &[], Some(lines.as_bytes())).unwrap().expect(200);
    wait_for("the other to hear of all", 20, || (other.taken().len() == 3 + WAITING).then_some(()));
    let read = || {
        let metrics = Client::new(&world.client.base, &world.admin_secret).get("/v1/metrics").expect(200).text;
        let line =
            metrics.lines().find_map(|line| line.strip_prefix("honeyguide_rows_read_total{object=\"program\"} "));
        line.unwrap().parse::<usize>().unwrap()
    };
    let before = read();
    world.client.participant("last");
    wait_for("the other to hear of the last", 10, || (other.taken().len() == 4 + WAITING).then_some(()));
    let read = read() - before;
    println!("with {WAITING} waiting for another, {read} rows were read");
    assert!(read < WAITING, "{read} rows were read while {WAITING} waited for another");
    assert_eq!(one.count(), 0);
    world.switch("storage-up");
    wait_for("the slow one to hear of all", 90, || (one.taken().len() == 4 + WAITING).then_some(()));
    assert_eq!(one.taken(), other.taken());
}
