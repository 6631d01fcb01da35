//! Every click that was answered is counted once: under load and `kill -9`, and with each part of storage gone in turn.

use honeyguide_tests::{Client, World, wait_for};
use serde_json::{Value, json};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const THREADS: usize = 8;
/// What `after-redirect` promises: a click is in storage within this of its answer.
const PROMISED: Duration = Duration::from_secs(1);

/// Sums of one row of the statistics, over all rows.
fn counted(client: &Client, column: &str) -> u64 {
    let rows = client.get("/v1/stats/clicks?group_by=day").expect(200).json;
    rows["data"].as_array().unwrap().iter().map(|row| row[column].as_u64().unwrap()).sum()
}

/// Raw clicks, read page by page; each id once.
fn listed(client: &Client) -> u64 {
    let mut ids = std::collections::BTreeSet::new();
    let mut cursor = String::new();
    loop {
        let page = client.get(&format!("/v1/clicks?limit=1000{cursor}")).expect(200).json;
        for click in page["data"].as_array().unwrap() {
            assert!(ids.insert(click["id"].as_str().unwrap().to_owned()), "{click} twice");
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return u64::try_from(ids.len()).unwrap(),
        }
    }
}

/// Kills the edge at different moments under load, and compares what was promised with what is there.
fn killed_under_load(durability: &str, promised: Duration) {
    let mut world = World::start();
    let mut file = world.client.get("/v1/program").json;
    file["durability"] = json!(durability);
    world.client.send("PUT", "/v1/program", &[], Some(file.to_string().as_bytes())).unwrap().expect(200);
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    world.client.follow(&code, &[]).expect(302);
    let (mut least, mut most) = (1, 1);
    for round in 0..6 {
        let client = world.client.clone();
        let stop = AtomicBool::new(false);
        let asked = AtomicU64::new(0);
        let answered = Mutex::new(Vec::new());
        let killed = thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    while !stop.load(Ordering::SeqCst) {
                        asked.fetch_add(1, Ordering::SeqCst);
                        let click = client.send("GET", &format!("/r/{code}"), &[], None);
                        if click.is_ok_and(|click| click.status == 302) {
                            answered.lock().unwrap().push(Instant::now());
                        }
                    }
                });
            }
            thread::park_timeout(Duration::from_millis(1_300 + 170 * round));
            let killed = Instant::now();
            world.stop_without_warning();
            stop.store(true, Ordering::SeqCst);
            killed
        });
        let answered = answered.into_inner().unwrap();
        let safe = answered.iter().filter(|at| killed.saturating_duration_since(**at) > promised || promised.is_zero());
        least += u64::try_from(safe.count()).unwrap();
        most += asked.load(Ordering::SeqCst);
        world.start_again();
        let stored = counted(&world.client, "raw");
        assert!(stored >= least, "{durability}, round {round}: {least} were promised, {stored} are there");
        assert!(stored <= most, "{durability}, round {round}: {most} were asked for, {stored} are there");
        assert_eq!(stored, listed(&world.client), "what is added up equals the raw clicks");
        (least, most) = (stored, stored);
    }
}

#[test]
fn killed_under_load_before_redirect_loses_no_click_whose_answer_was_received() {
    killed_under_load("before-redirect", Duration::ZERO);
}

#[test]
fn killed_under_load_after_redirect_loses_none_that_was_answered_more_than_a_second_before() {
    killed_under_load("after-redirect", PROMISED);
}

#[test]
fn whatever_part_of_storage_is_gone_friends_arrive_and_the_counts_are_whole_afterwards() {
    let world = World::start_with_faults();
    let switch =
        |to: &str| world.client.send("GET", "/healthz", &[("x-honeyguide-fault", to)], None).unwrap().expect(200);
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    world.client.follow(&code, &[]).expect(302);
    let mut asked = 1;
    for fault in ["directory-down", "program-down", "clicks-down", "storage-down", "storage-slow"] {
        // A link that no isolate knows yet, beside one that is known.
        let fresh = world.client.participant(fault)["code"].as_str().unwrap().to_owned();
        switch(fault);
        thread::scope(|scope| {
            for number in 0..THREADS {
                let (code, fresh, world) = (&code, &fresh, &world);
                scope.spawn(move || {
                    for turn in 0..100 {
                        let code = if (number + turn) % 2 == 0 { code } else { fresh };
                        let click = world.client.follow(code, &[]).expect(302);
                        let to = click.header("location").unwrap();
                        assert!(to == "/" || to.starts_with("http://shop.localhost"), "{fault}: {click:?}");
                        assert!(click.cookie().is_some(), "{fault}: a touch for the code as it stands: {click:?}");
                    }
                });
            }
        });
        asked += 100 * u64::try_from(THREADS).unwrap();
        switch("storage-up");
        wait_for(&format!("the counts to be whole after {fault}"), 40, || {
            (counted(&world.client, "raw") == asked).then_some(())
        });
    }
    assert_eq!(listed(&world.client), asked);
}

#[test]
fn the_deployments_figures_are_there_for_its_holder_alone() {
    let world = World::start();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    for _ in 0..3 {
        world.client.follow(&code, &[]).expect(302);
    }
    assert_eq!(world.client.get("/v1/metrics").status, 401);
    let admin = Client::new(&world.client.base, &world.admin_secret);
    let metrics = admin.get("/v1/metrics").expect(200);
    assert!(metrics.header("content-type").unwrap().starts_with("application/openmetrics-text"), "{metrics:?}");
    for line in [
        "honeyguide_clicks_total{quality=\"person\"} 3",
        "honeyguide_buffer_depth",
        "honeyguide_flush_seconds_bucket",
        "# EOF",
    ] {
        assert!(metrics.text.contains(line), "{line} in {}", metrics.text);
    }
}

#[test]
fn distinct_persons_are_counted_once_a_day_on_each_link_and_in_the_whole() {
    let world = World::start();
    let [ada, bob] = ["ada", "bob"].map(|name| world.client.participant(name)["code"].as_str().unwrap().to_owned());
    for (code, address) in [(&ada, "203.0.113.1"), (&ada, "203.0.113.1"), (&bob, "203.0.113.1"), (&ada, "203.0.113.2")]
    {
        world.client.follow(code, &[("x-forwarded-for", address)]).expect(302);
    }
    let unique = |group_by: &str| -> Vec<Value> {
        let rows = world.client.get(&format!("/v1/stats/clicks?group_by={group_by}")).expect(200).json;
        rows["data"].as_array().unwrap().iter().map(|row| row["unique"].clone()).collect()
    };
    assert_eq!(unique("day"), [json!(2)]);
    assert_eq!(unique("channel"), [json!(2)]);
    let by_code = world.client.get("/v1/stats/clicks?group_by=code").json;
    let of = |code: &str| {
        by_code["data"].as_array().unwrap().iter().find(|row| row["key"] == code).unwrap()["unique"].clone()
    };
    assert_eq!((of(&ada), of(&bob)), (json!(2), json!(1)));
}
