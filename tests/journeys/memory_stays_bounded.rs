//! Links that are followed once, and codes that nobody has, don't fill the edge's memory.

use honeyguide_tests::{Connection, World, wait_for};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

/// How many links are followed once, and how many codes that nobody has in each round; in short, as a link that nobody
/// knows yet takes half a millisecond, and a participant three. `HONEYGUIDE_LONG=1` has the whole.
const SHORT: (usize, usize) = (2_000, 15_000);
const LONG: (usize, usize) = (10_000, 100_000);
/// Rounds of unknown codes at most, until memory holds still.
const ROUNDS: usize = 6;
/// Unknown codes that an isolate remembers.
const REMEMBERED_UNKNOWN: usize = 10_000;
const THREADS: usize = 4;
const LINES_OF_A_BATCH: usize = 250;
/// What two rounds may add together to what the process holds, in KiB: 0.4 KiB for each unknown code in short, less than
/// half of what a kept one takes. The first rounds fill the runtime's own caches, and what comes and goes between two
/// collections of garbage is less than this.
const MOST: u64 = 12 * 1024;
/// No friend waits for the last deadline, 2,500 milliseconds.
const LONGEST_MS: u64 = 2_400;

/// Makes the participants, several batches at a time, and gives their codes.
fn participants(world: &World, links: usize) -> Vec<String> {
    let people: Vec<String> = (0..links)
        .map(|number| json!({"external_id": format!("p{number}"), "email": format!("p{number}@example.com")}))
        .map(|person| person.to_string())
        .collect();
    let batches: Vec<&[String]> = people.chunks(LINES_OF_A_BATCH).collect();
    thread::scope(|scope| {
        let some = |batches: &[&[String]]| -> Vec<String> {
            batches.iter().flat_map(|people| batch(world, &people.join("\n"))).collect()
        };
        let threads: Vec<_> =
            batches.chunks(batches.len().div_ceil(THREADS)).map(|batches| scope.spawn(move || some(batches))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

/// Makes the participants of one batch, and gives their codes.
fn batch(world: &World, lines: &str) -> Vec<String> {
    let made = world.client.send("POST", "/v1/participants/batch", &[], Some(lines.as_bytes()));
    let code = |line: &str| -> String {
        let line: Value = serde_json::from_str(line).unwrap();
        line["participant"]["code"].as_str().unwrap_or_else(|| panic!("{line}")).to_owned()
    };
    made.unwrap().expect(200).text.lines().map(code).collect()
}

/// Has each code followed once, on several connections at a time; whether its friend gets a touch.
fn follow(world: &World, count: usize, code: impl Fn(usize) -> String + Sync, touched: impl Fn(usize) -> bool + Sync) {
    let begun = Instant::now();
    let (next, longest) = (AtomicUsize::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let mut connection = Connection::to(&world.client).unwrap();
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= count {
                        break;
                    }
                    let asked = Instant::now();
                    let click = connection.follow(&code(number), &[]).unwrap().expect(302);
                    longest.fetch_max(u64::try_from(asked.elapsed().as_millis()).unwrap(), Ordering::SeqCst);
                    assert_eq!(click.cookie().is_some(), touched(number), "{number}: {click:?}");
                }
            });
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    let longest = longest.into_inner();
    println!("{count} codes in {seconds:.1} s, each in {longest} ms at most, {} KiB held", world.resident());
    assert!(longest < LONGEST_MS, "a friend waited {longest} ms");
}

#[test]
fn many_links_and_many_more_unknown_codes_leave_memory_bounded() {
    let (links, unknown) = if std::env::var_os("HONEYGUIDE_LONG").is_some() { LONG } else { SHORT };
    let world = World::start();
    let fresh = world.resident();
    let begun = Instant::now();
    let codes = participants(&world, links);
    let seconds = begun.elapsed().as_secs_f64();
    println!("{fresh} KiB held at the start, {} with {links} participants, in {seconds:.1} s", world.resident());
    follow(&world, links, |number| codes[number].clone(), |_| true);
    let mut held = Vec::new();
    let still = |held: &[u64]| held.windows(3).any(|rounds| rounds[2].saturating_sub(rounds[0]) < MOST);
    while !still(&held) {
        let round = held.len();
        assert!(round < ROUNDS, "each {unknown} unknown codes more, so many KiB are held: {held:?}");
        follow(&world, unknown, |number| format!("nobody-{}", round * unknown + number), |_| false);
        held.push(world.resident());
    }
    let unknown = held.len() * unknown;

    let held = world.admin().get("/v1/metrics").expect(200).text;
    let held = held.lines().find_map(|line| line.strip_prefix("honeyguide_links_held ")).unwrap().to_owned();
    assert!(held.parse::<usize>().unwrap() <= links + REMEMBERED_UNKNOWN, "{held} links are held");
    wait_for("every click to be counted", 30, || {
        let rows = world.client.get("/v1/stats/clicks?group_by=day").expect(200).json;
        (rows["data"][0]["raw"] == json!(links + unknown)).then_some(())
    });
}
