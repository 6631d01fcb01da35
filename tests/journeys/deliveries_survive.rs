//! Deliveries outlive kills, days of failure and their destination's end: none is lost, and what can't arrive is shown.
//! `HONEYGUIDE_LONG=1` kills in the middle of 10,000.

use honeyguide_tests::{Manner, Rough, World, wait_for};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::process::Command;

const DAY: i64 = 86_400_000;

fn destination(world: &World, url: &str, events: &str) -> Value {
    let made = json!({"kind": "webhook", "url": url, "events": [events]});
    world.client.post("/v1/destinations", &made).expect(201).json
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

fn list(world: &World, query: &str) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = world.client.get(&format!("/v1/deliveries?limit=1000&{query}{cursor}")).expect(200).json;
        all.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

fn enable(world: &World, destination: &str) {
    let path = format!("/v1/destinations/{destination}");
    world.client.send("PATCH", &path, &[], Some(br#"{"state":"enabled"}"#)).unwrap().expect(200);
}

/// Our clock, so many milliseconds ahead of the machine's.
fn ahead(world: &World, millis: i64) {
    world.switch(&format!("clock {millis}"));
}

fn time(value: &Value) -> i64 {
    use std::time::{SystemTime, UNIX_EPOCH};
    let text = value.as_str().unwrap();
    let output = Command::new("date").args(["-d", text, "+%s%3N"]).output().unwrap();
    let at: i64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
    at - i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// Moves the clock to each try in turn, until none is left.
fn until_dead(world: &World, destination: &str) {
    for _ in 0..20 {
        let rows = list(world, &format!("destination={destination}"));
        if rows.iter().all(|row| row["state"] == "dead") {
            return;
        }
        let next = rows.iter().filter(|row| row["state"] == "pending").map(|row| time(&row["next_at"])).max().unwrap();
        let tries: Vec<Value> = rows.iter().map(|row| row["tries"].clone()).collect();
        ahead(world, next.max(0) + 1_000);
        wait_for("the next try of each", 20, || {
            let now = list(world, &format!("destination={destination}"));
            let moved = now
                .iter()
                .zip(&tries)
                .all(|(row, before)| row["state"] == "dead" || row["tries"].as_i64() > before.as_i64());
            moved.then_some(())
        });
    }
    panic!("never dead: {:?}", list(world, ""));
}

#[test]
fn killed_in_the_middle_of_many_deliveries_each_arrives_and_no_id_is_missing() {
    let all = if std::env::var_os("HONEYGUIDE_LONG").is_some() { 10_000 } else { 1_000 };
    let mut world = World::start();
    let receiver = Rough::start(Manner::status(200));
    let made = destination(&world, &receiver.url, "conversion.*");
    let line = |n: usize| {
        let order = honeyguide_tests::Client::purchase(&format!("o{n}"), &format!("f{n}"), 6_000, "");
        order.to_string()
    };
    let lines: Vec<String> = (0..all).map(line).collect();
    let sender = {
        let client = world.client.clone();
        let lines = lines.clone();
        // A batch that a kill cuts off is sent again, as a backend would.
        std::thread::spawn(move || {
            for part in lines.chunks(500) {
                let body = part.join("\n");
                let send = || client.send("POST", "/v1/conversions/batch", &[], Some(body.as_bytes()));
                wait_for("a batch to be taken", 60, || send().ok().filter(|answer| answer.status == 200));
            }
        })
    };
    for kill in 1..=3 {
        wait_for("a part to arrive", 120, || (receiver.count() >= all * kill / 5).then_some(()));
        world.kill_and_start_again();
    }
    sender.join().unwrap();
    let begun = std::time::Instant::now();
    let taken = wait_for("all to arrive", 240, || Some(receiver.taken()).filter(|taken| taken.len() == all));
    println!("{all} deliveries in {} requests, the last {:?} after the kills", receiver.count(), begun.elapsed());
    let delivered = wait_for("all to be delivered", 60, || {
        let rows = list(&world, "state=delivered");
        (rows.len() == all).then_some(rows)
    });
    let told: BTreeSet<String> = delivered.iter().map(|row| row["event"].as_str().unwrap().to_owned()).collect();
    assert_eq!(told, taken, "every event that there is has arrived, and nothing else");
    let secret = made["secret"].as_str().unwrap();
    receiver.arrived().iter().step_by(100).for_each(|one| one.request.verify(secret));
}

#[test]
fn after_the_last_try_a_delivery_is_dead_shown_and_sent_again_by_one_call() {
    let world = World::start_with_faults();
    let receiver = Rough::start(Manner::status(503));
    let made = destination(&world, &receiver.url, "participant.*");
    for number in 0..3 {
        world.client.participant(&format!("p{number}"));
    }
    wait_for("the first tries", 10, || (receiver.count() >= 3).then_some(()));
    until_dead(&world, id(&made));
    let dead = list(&world, "state=dead");
    assert_eq!(dead.iter().map(|row| row["tries"].as_i64()).collect::<Vec<_>>(), [Some(10); 3]);
    let state = world.client.get(&format!("/v1/destinations/{}", id(&made))).expect(200).json;
    assert_eq!(state["state"], "enabled", "four days of failure are no five");

    receiver.is_now(Manner::status(200));
    world.client.post(&format!("/v1/deliveries/{}/replay", id(&dead[0])), &json!({})).expect(202);
    wait_for("the one", 10, || (receiver.taken().len() == 1).then_some(()));
    let path = format!("/v1/destinations/{}/replay", id(&made));
    let range = format!("{path}?state=dead&from={}", dead[0]["created_at"].as_str().unwrap());
    let replayed = world.client.post(&range, &json!({})).expect(202).json;
    assert_eq!(replayed, json!({"replayed": 2, "next_from": null}));
    wait_for("the range", 10, || (receiver.taken().len() == 3).then_some(()));
    wait_for("the end", 10, || list(&world, "state=dead").is_empty().then_some(()));
    let before = format!("{path}?to={}", dead[0]["created_at"].as_str().unwrap());
    assert_eq!(world.client.post(&before, &json!({})).expect(202).json["replayed"], 0);
    let one = world.client.get(&format!("/v1/deliveries/{}", id(&dead[0]))).expect(200).json;
    let numbers: Vec<_> =
        one["attempts"].as_array().unwrap().iter().map(|attempt| attempt["number"].as_i64()).collect();
    assert_eq!(numbers, (1..=11).map(Some).collect::<Vec<_>>(), "every attempt is kept");
}

#[test]
fn five_days_of_failure_disable_a_destination_and_its_backlog_goes_out_when_it_is_enabled() {
    let world = World::start_with_faults();
    let (bad, good) = (Rough::start(Manner::status(500)), Rough::start(Manner::status(200)));
    let failing = id(&destination(&world, &bad.url, "participant.*")).to_owned();
    destination(&world, &good.url, "*");
    // Until a try is recorded: by then the receiver has had it for a while, and the clock must not jump in between.
    let tried = |at: usize| {
        wait_for("a try to be recorded", 10, || {
            let rows = list(&world, &format!("destination={failing}"));
            rows.get(at).is_some_and(|row| row["tries"].as_i64() >= Some(1)).then_some(())
        });
    };
    world.client.participant("first");
    tried(0);
    ahead(&world, 5 * DAY - 60_000);
    world.client.participant("second");
    tried(1);
    let path = format!("/v1/destinations/{failing}");
    assert_eq!(world.client.get(&path).expect(200).json["state"], "enabled");

    ahead(&world, 5 * DAY + 60_000);
    world.client.participant("third");
    let row = wait_for("the destination to be disabled", 10, || {
        Some(world.client.get(&path).expect(200).json).filter(|row| row["state"] == "disabled")
    });
    assert_eq!(row["why"], "No try has succeeded for five days.");
    let told = wait_for("the others to be told", 10, || {
        good.arrived().into_iter().find(|one| one.request.body.contains("destination.disabled"))
    });
    assert_eq!(told.request.json()["data"]["destination"], failing.as_str());
    let before = bad.count();
    world.client.participant("fourth");
    wait_for("the backlog", 10, || {
        let rows = list(&world, &format!("destination={failing}"));
        (rows.len() == 4 && rows.iter().all(|row| row["state"] == "waiting")).then_some(())
    });
    assert_eq!(bad.count(), before, "nothing more is sent");

    bad.is_now(Manner::status(200));
    enable(&world, &failing);
    let taken = wait_for("the backlog to arrive", 20, || Some(bad.taken()).filter(|taken| taken.len() == 4));
    let ids = list(&world, &format!("destination={failing}"));
    assert_eq!(taken, ids.iter().map(|row| row["event"].as_str().unwrap().to_owned()).collect());
}

#[test]
fn deliveries_are_kept_for_their_time_and_a_deleted_destination_hears_nothing_more() {
    let world = World::start_with_faults();
    let receiver = Rough::start(Manner::status(200));
    let made = destination(&world, &receiver.url, "participant.*");
    world.client.participant("ada");
    wait_for("the delivery", 10, || (list(&world, "state=delivered").len() == 1).then_some(()));
    ahead(&world, 30 * DAY - 7_200_000);
    assert_eq!(list(&world, "").len(), 1);
    ahead(&world, 30 * DAY + 7_200_000);
    wait_for("it to be forgotten", 30, || list(&world, "").is_empty().then_some(()));

    receiver.is_now(Manner::status(500));
    world.client.participant("bob");
    wait_for("a try", 10, || (receiver.count() == 2).then_some(()));
    let gone = world.client.send("DELETE", &format!("/v1/destinations/{}", id(&made)), &[], None).unwrap();
    gone.expect(204);
    world.client.participant("eve");
    ahead(&world, 31 * DAY);
    // Another destination hears, and only that one.
    let other = Rough::start(Manner::status(200));
    destination(&world, &other.url, "participant.*");
    world.client.participant("zoe");
    wait_for("the other to hear", 10, || (other.count() == 1).then_some(()));
    assert_eq!(receiver.count(), 2);
}

#[test]
fn a_secret_is_not_to_be_found_in_what_is_stored() {
    let world = World::start();
    let receiver = Rough::start(Manner::status(200));
    let made = destination(&world, &receiver.url, "*");
    world.client.participant("ada");
    wait_for("a delivery", 10, || (receiver.taken().len() == 1).then_some(()));
    let secret = made["secret"].as_str().unwrap().trim_start_matches("whsec_").to_owned();
    for secret in [&secret, &world.identity_secret, &world.client.key] {
        let found =
            Command::new("grep").args(["-rl", "--binary-files=text", secret]).arg(&world.data).output().unwrap();
        assert_eq!(String::from_utf8(found.stdout).unwrap(), "");
    }
    let known =
        Command::new("grep").args(["-rl", "--binary-files=text", "sealed1."]).arg(&world.data).output().unwrap();
    assert!(!known.stdout.is_empty(), "it is looked for where it would be");
}

#[test]
fn libraries_of_others_in_another_language_verify_what_we_sign() {
    const SCRIPT: &str = "
        const [library, secret, body, headers] = process.argv.slice(1);
        const { Webhook } = require(library);
        const read = (text) => { try { new Webhook(secret).verify(text, JSON.parse(headers)); return 'verified'; }
            catch (error) { return 'refused'; } };
        console.log(read(body), read(body + ' '));";
    let world = World::start();
    let receiver = Rough::start(Manner::status(200));
    let made = destination(&world, &receiver.url, "*");
    let rotated = world.client.post(&format!("/v1/destinations/{}/rotate", id(&made)), &json!({})).expect(200).json;
    world.client.participant("ada");
    wait_for("a delivery", 10, || (receiver.taken().len() == 1).then_some(()));
    let request = receiver.arrived().remove(0).request;
    let headers: serde_json::Map<String, Value> =
        request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), json!(value))).collect();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for library in ["svix", "standardwebhooks"] {
        for secret in [&made["secret"], &rotated["secret"]] {
            let output = Command::new("node")
                .args(["-e", SCRIPT, library, secret.as_str().unwrap(), &request.body])
                .arg(Value::Object(headers.clone()).to_string())
                .current_dir(root)
                .output()
                .unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            assert_eq!(said.trim(), "verified refused", "{library}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}
