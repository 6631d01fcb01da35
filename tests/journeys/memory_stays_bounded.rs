//! Links that are followed once, and codes that nobody has, don't fill the edge's memory.

use honeyguide_tests::{World, wait_for};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

const LINKS: usize = 10_000;
const UNKNOWN: usize = 100_000;
const THREADS: usize = 4;
const LINES_OF_A_BATCH: usize = 500;
/// What the second half of the unknown codes may add to what the process holds, in KiB. Were a link of each kept, it
/// would be more: a code with its key, its link and the map's own takes about a KiB.
const MOST: u64 = 24 * 1024;

/// Makes the participants, and gives their codes.
fn participants(world: &World) -> Vec<String> {
    let client = world.client.on_one_connection();
    let people: Vec<Value> = (0..LINKS)
        .map(|number| json!({"external_id": format!("p{number}"), "email": format!("p{number}@example.com")}))
        .collect();
    let mut codes = Vec::new();
    for people in people.chunks(LINES_OF_A_BATCH) {
        let body = people.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
        let made = client.send("POST", "/v1/participants/batch", &[], Some(body.as_bytes())).unwrap().expect(200).text;
        codes.extend(made.lines().map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            line["participant"]["code"].as_str().unwrap_or_else(|| panic!("{line}")).to_owned()
        }));
    }
    codes
}

/// Has each code followed once, on several connections at a time; whether its friend gets a touch.
fn follow(world: &World, count: usize, code: impl Fn(usize) -> String + Sync, touched: impl Fn(usize) -> bool + Sync) {
    let begun = Instant::now();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let client = world.client.on_one_connection();
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= count {
                        break;
                    }
                    let click = client.follow(&code(number), &[]).expect(302);
                    assert_eq!(click.cookie().is_some(), touched(number), "{number}: {click:?}");
                }
            });
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    println!("{count} codes in {seconds:.1} s, {} KiB held", world.resident());
}

#[test]
fn ten_thousand_links_and_a_hundred_thousand_unknown_codes_leave_memory_bounded() {
    let world = World::start();
    let fresh = world.resident();
    let codes = participants(&world);
    println!("{fresh} KiB held at the start, {} with {LINKS} participants", world.resident());
    follow(&world, LINKS, |number| codes[number].clone(), |_| true);
    let half = UNKNOWN / 2;
    follow(&world, half, |number| format!("nobody-{number}"), |_| false);
    let middle = world.resident();
    follow(&world, half, |number| format!("nobody-{}", half + number), |_| false);
    let end = world.resident();
    let grown = end.saturating_sub(middle);
    assert!(grown < MOST, "{middle} KiB were held after {half} unknown codes, {end} after {UNKNOWN}");

    let held = world.admin().get("/v1/metrics").expect(200).text;
    let held = held.lines().find_map(|line| line.strip_prefix("honeyguide_links_held ")).unwrap().to_owned();
    assert!(held.parse::<usize>().unwrap() <= 30_000, "{held} links are held");
    wait_for("every click to be counted", 30, || {
        let rows = world.client.get("/v1/stats/clicks?group_by=day").expect(200).json;
        (rows["data"][0]["raw"] == json!(LINKS + UNKNOWN)).then_some(())
    });
}
