//! The book can be checked: by the service, in slices, while conversions go on; from an export, without the service; and
//! against the heads that went out. Some of it on the build that breaks on purpose.

use honeyguide_tests::{Answer, Client, Receiver, World, wait_for};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use xtask::command::{Command, LedgerCheck};

fn long() -> bool {
    std::env::var("HONEYGUIDE_LONG").is_ok_and(|set| set == "1")
}

/// Friends of ada's buy: four postings each.
fn sell(world: &World, orders: std::ops::Range<usize>) {
    let ada = json!({"external_id": "ada", "email": "ada@example.com"});
    let code = world.client.post("/v1/participants", &ada).json["code"].as_str().unwrap().to_owned();
    for order in orders {
        world.client.post("/v1/conversions", &purchase(order, &code)).expect(201);
    }
}

fn purchase(order: usize, code: &str) -> Value {
    let mut order = Client::purchase(&format!("order-{order}"), &format!("friend-{order}"), 12_000, "");
    order["attribution"] = json!({"code": code});
    order
}

/// Has the program's object do this to its own book, on the build that breaks on purpose.
#[track_caller]
fn do_to_the_book(world: &World, what: &str) {
    world.client.send("GET", "/v1/ledger", &[("x-honeyguide-fault", what)], None).unwrap().expect(204);
}

fn verify(world: &World) -> Value {
    world.client.get("/v1/ledger/verify").expect(200).json
}

fn job(world: &World, started: &Answer) -> Value {
    let path = format!("/v1/jobs/{}", started.json["id"].as_str().unwrap());
    world.client.get(&path).expect(200).json
}

#[test]
fn one_changed_byte_of_a_posting_is_named() {
    let world = World::start_with_faults();
    sell(&world, 0..3);
    assert_eq!(verify(&world)["postings"], 12);
    do_to_the_book(&world, "sql CREATE TABLE kept AS SELECT * FROM postings");
    do_to_the_book(&world, "sql CREATE TABLE kept_balances AS SELECT * FROM balances");
    let last_byte = |column: &str| {
        let other = format!("CASE substr({column}, -1) WHEN '0' THEN '1' ELSE '0' END");
        format!("{column} = substr({column}, 1, length({column}) - 1) || {other}")
    };
    let texts = ["entry", "account", "currency", "reward", "cause", "previous_hash", "hash"].map(last_byte);
    let numbers = ["at = at + 1", "amount = amount + 1", "amount = 'x'"].map(str::to_owned);
    for change in texts.iter().chain(&numbers) {
        for seq in [1, 7, 12] {
            do_to_the_book(&world, &format!("sql UPDATE postings SET {change} WHERE seq = {seq}"));
            let found = verify(&world);
            assert_eq!((&found["valid"], &found["broken"]["seq"]), (&json!(false), &json!(seq)), "{change}: {found}");
            do_to_the_book(&world, "sql INSERT OR REPLACE INTO postings SELECT * FROM kept");
        }
    }
    for (change, seq, what) in [
        ("DELETE FROM postings WHERE seq = 5", 6, "a posting is missing or out of order before this one"),
        ("DELETE FROM postings WHERE seq > 10", 11, "the end of the book is missing"),
    ] {
        do_to_the_book(&world, &format!("sql {change}"));
        assert_eq!(verify(&world)["broken"], json!({"seq": seq, "why": what}));
        do_to_the_book(&world, "sql INSERT OR REPLACE INTO postings SELECT * FROM kept");
    }
    for change in [
        "UPDATE balances SET amount = amount + 1 WHERE account = 'expense'",
        "DELETE FROM balances WHERE account LIKE 'pending:prt_%'",
        "INSERT INTO balances (account, currency, amount) VALUES ('paid:prt_1', 'USD', 1)",
    ] {
        do_to_the_book(&world, &format!("sql {change}"));
        let found = verify(&world);
        assert_eq!(found["valid"], false, "{change}");
        assert!(found["wrong_balance"]["account"].is_string(), "{found}");
        do_to_the_book(&world, "sql DELETE FROM balances");
        do_to_the_book(&world, "sql INSERT INTO balances SELECT * FROM kept_balances");
    }
    assert_eq!(verify(&world)["valid"], true);
}

#[test]
fn a_long_book_is_verified_in_slices_and_a_conversion_posted_meanwhile_is_answered() {
    let postings: i64 = if long() { 1_000_000 } else { 100_000 };
    let mut world = World::start_with_faults();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let begun = Instant::now();
    for _ in 0..postings / 50_000 {
        do_to_the_book(&world, "book 25000");
    }
    println!("{postings} postings were written in {:.1} s", begun.elapsed().as_secs_f64());

    let begun = Instant::now();
    let started = world.client.get("/v1/ledger/verify").expect(202);
    assert_eq!((&started.json["state"], &started.json["result"]), (&json!("queued"), &Value::Null));
    assert_eq!(world.client.get("/v1/ledger/verify").expect(202).json["id"], started.json["id"], "one is under way");
    let shop = world.client.on_one_connection();
    let mut took = Vec::new();
    let done = loop {
        let order = purchase(took.len(), &code).to_string();
        let asked = Instant::now();
        shop.send("POST", "/v1/conversions", &[], Some(order.as_bytes())).unwrap().expect(201);
        took.push(asked.elapsed());
        let job = job(&world, &started);
        if job["state"] != "running" && job["state"] != "queued" {
            break job;
        }
        std::thread::park_timeout(Duration::from_millis(25));
    };
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!((&done["state"], &done["done"]), (&json!("done"), &done["total"]), "{done}");
    assert_eq!(done["result"]["valid"], true, "{done}");
    assert_eq!((&done["result"]["postings"], &done["result"]["sums"]), (&json!(postings), &json!({"USD": 0})));
    took.sort();
    let at = |hundredths: usize| took[(took.len() - 1) * hundredths / 100];
    println!(
        "verified in {seconds:.1} s; meanwhile {} conversions: half within {:?}, 95 of 100 within {:?}, the slowest {:?}",
        took.len(),
        at(50),
        at(95),
        at(100)
    );
    #[expect(clippy::cast_precision_loss, reason = "a count of postings")]
    let allowed = 1.0 + 20.0 * postings as f64 / 1_000_000.0;
    assert!(seconds < allowed, "{seconds:.1} s; 20 s for a million is {allowed:.1} s");
    assert!(at(95) < Duration::from_millis(100), "{took:?}");

    // Killed in the middle, it goes on from its last slice; and a posting that was changed is named.
    let changed = postings / 2 + 7;
    do_to_the_book(&world, &format!("sql UPDATE postings SET amount = amount + 1 WHERE seq = {changed}"));
    let started = world.client.get("/v1/ledger/verify").expect(202);
    let before = wait_for("some slices", 20, || job(&world, &started)["done"].as_i64().filter(|done| *done > 2_000));
    world.kill_and_start_again();
    let after = job(&world, &started);
    assert!(after["done"].as_i64().unwrap() >= before, "{after}");
    let done =
        wait_for("the job after the kill", 60, || Some(job(&world, &started)).filter(|job| job["state"] == "done"));
    assert_eq!(done["result"]["broken"], json!({"seq": changed, "why": "its content was changed"}), "{done}");
}

#[test]
fn the_head_of_each_day_goes_out_once_whatever_is_killed() {
    const DAY: u64 = 86_400_000;
    let mut world = World::start_with_faults();
    let receiver = Receiver::start();
    let made = json!({"kind": "webhook", "url": receiver.url, "events": ["ledger.head"]});
    world.client.post("/v1/destinations", &made).expect(201);
    sell(&world, 0..1);
    let first = verify(&world);
    for day in 1..4 {
        world.switch(&format!("clock {}", day * DAY));
        // Whatever is asked has the alarm set anew, on the clock as it is now.
        verify(&world);
        if day == 2 {
            world.kill_and_start_again();
            world.switch(&format!("clock {}", day * DAY));
            verify(&world);
        }
        receiver.wait_for_events(usize::try_from(day).unwrap(), 40);
        world.kill_and_start_again();
        world.switch(&format!("clock {}", day * DAY));
        sell(&world, usize::try_from(day).unwrap()..usize::try_from(day).unwrap() + 1);
    }
    let mut heads: Vec<Value> = receiver.received().iter().map(|one| one.json()["data"].clone()).collect();
    heads.sort_by_key(|head| head["date"].as_str().unwrap().to_owned());
    heads.dedup();
    let postings: Vec<_> = heads.iter().map(|head| head["postings"].as_i64().unwrap()).collect();
    assert_eq!(postings, [4, 8, 12], "{heads:?}");
    let dates: std::collections::BTreeSet<_> = heads.iter().map(|head| head["date"].as_str().unwrap()).collect();
    assert_eq!(dates.len(), 3, "{heads:?}");
    assert_eq!(heads[0]["head"], first["head"]);
    let ids: std::collections::BTreeSet<_> = receiver.received().iter().map(|one| one.id.clone()).collect();
    assert_eq!(ids.len(), 3, "each is one event");
}

#[test]
fn an_export_is_checked_without_the_service() {
    let world = World::start();
    sell(&world, 0..300);
    let head = verify(&world)["head"].as_str().unwrap().to_owned();
    let export = world.client.get("/v1/export/ledger.ndjson").expect(200);
    assert_eq!(export.header("content-type"), Some("application/x-ndjson"));
    assert_eq!(export.text.lines().count(), 1_200);
    let page = world.client.get("/v1/ledger?limit=1000").expect(200).text;
    let file = world.data.join("export");
    let check = |text: &str, head: Option<&str>| {
        std::fs::write(&file, text).unwrap();
        let options = LedgerCheck { file: file.clone(), head: head.map(str::to_owned) };
        xtask::carry_out(Command::LedgerCheck(options)).map_err(|failure| failure.to_string())
    };
    check(&export.text, Some(&head)).unwrap();
    check(&page, None).unwrap();
    let wrong = check(&page, Some(&head)).unwrap_err();
    assert!(wrong.contains("this file ends before it"), "{wrong}");
    let lines: Vec<&str> = export.text.lines().collect();
    let changed = export.text.replacen(lines[700], &lines[700].replace("earned", "Earned"), 1);
    assert!(check(&changed, None).unwrap_err().starts_with("posting 701: "));
    let unread = Client::new(&world.client.base, "hg_sk_acme_wrong").get("/v1/export/ledger.ndjson");
    assert_eq!(unread.status, 401);
}
