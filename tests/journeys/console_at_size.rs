//! With very many of everything, each view of the console asks little, gets little more than it shows, and has no object
//! read many rows for it: what a count says no slow machine can hide. `HONEYGUIDE_LONG=1` fills a program with 1,000,000
//! clicks, 100,000 participants and 50,000 conversions, and then times every view too. So does
//! `HONEYGUIDE_FILLED="EDGE KEY ADMIN"`, with one that was filled before.

use crate::the_console::signed_in_as;
use honeyguide_tests::{Browser, Client, World, wait_for};
use serde_json::{Value, json};
use std::fmt::Write as _;
use xtask::command::{Command, Fill};

/// From the first request of a view to its data on the screen, in milliseconds.
const LONGEST: f64 = 300.0;
/// A view is looked at so often where it is timed, and its middle counts.
const ROUNDS: usize = 5;

/// Where one is before each visit.
const BETWEEN: &str = "/console/sessions";

/// What a view may take.
struct View {
    name: &'static str,
    address: String,
    requests: u64,
    /// Of all answers, before they are compressed.
    kilobytes: u64,
    /// In all objects.
    rows: u64,
}

/// Goes to an address as a link of the page does, and keeps what is asked on the way and when the page came to rest.
const VISIT: &str = "
    const begun = performance.now();
    const visit = window.visit = { asked: [], rested: null };
    if (window.asks === undefined) {
        const fetch = window.fetch;
        window.asks = 0;
        window.fetch = async (request, ...rest) => {
            const address = String(request.url ?? request);
            if (!address.includes('/v1/')) return fetch(request, ...rest);
            const { asked } = window.visit;
            const one = { address: address.replace(location.origin, ''), at: performance.now(), bytes: 0 };
            asked.push(one);
            window.asks += 1;
            try {
                const answer = await fetch(request, ...rest);
                one.bytes = (await answer.clone().arrayBuffer()).byteLength;
                return answer;
            } finally {
                window.asks -= 1;
            }
        };
        window.changed = 0;
        new MutationObserver(() => { window.changed = performance.now(); })
            .observe(document.documentElement, { childList: true, subtree: true, characterData: true, attributes: true });
    }
    window.changed = begun;
    const link = document.createElement('a');
    link.href = ADDRESS;
    document.body.append(link);
    link.click();
    link.remove();
    const look = () => {
        const waits = window.asks > 0 || visit.asked.length === 0 || document.querySelector('main .skeleton, main .progress');
        if (!waits && performance.now() - window.changed > 400) visit.rested = window.changed;
        else setTimeout(look, 20);
    };
    setTimeout(look, 20);
";

/// What a visit came to: its requests, their bytes, and the milliseconds until its data was there.
struct Visit {
    asked: Vec<String>,
    bytes: u64,
    took: f64,
}

fn visit(browser: &Browser, address: &str) -> Visit {
    browser.script(&VISIT.replace("ADDRESS", &json!(address).to_string()));
    let visit = wait_for(address, 60, || {
        let visit = browser.script("return window.visit;");
        visit["rested"].is_number().then_some(visit)
    });
    let all: Vec<&Value> = visit["asked"].as_array().unwrap().iter().collect();
    let first = all.iter().map(|one| one["at"].as_f64().unwrap()).fold(f64::INFINITY, f64::min);
    Visit {
        asked: all.iter().map(|one| one["address"].as_str().unwrap().to_owned()).collect(),
        bytes: all.iter().map(|one| one["bytes"].as_u64().unwrap()).sum(),
        took: visit["rested"].as_f64().unwrap() - first,
    }
}

/// Rows that objects have read so far.
fn rows_read(admin: &Client) -> u64 {
    let text = admin.get("/v1/metrics").expect(200).text;
    let rows = text.lines().filter_map(|line| line.strip_prefix("honeyguide_rows_read_total{")?.split(' ').nth(1));
    rows.map(|count| count.parse::<u64>().unwrap()).sum()
}

fn is_long() -> bool {
    std::env::var_os("HONEYGUIDE_LONG").is_some()
}

/// By the command that anyone can run. Of few, friends who come one by one make the clicks: nothing generates load.
fn fill(client: &Client) {
    let (participants, conversions, clicks) = if is_long() { (100_000, 50_000, 1_000_000) } else { (3_000, 2_000, 0) };
    let (edge, key) = (client.base.clone(), client.key.clone());
    let options = Fill { edge, key, participants, conversions, clicks, currency: String::new(), time: false };
    xtask::carry_out(Command::Fill(options)).unwrap();
}

fn views(client: &Client) -> Vec<View> {
    let first = |path: &str| client.get(path).expect(200).json["data"][0].clone();
    let id = |path: &str| first(path)["id"].as_str().unwrap().to_owned();
    let busiest = id("/v1/participants?external_id=fill-0");
    let sale = id(&format!("/v1/conversions?limit=1&participant={busiest}"));
    let reward = id(&format!("/v1/rewards?limit=1&beneficiary={busiest}"));
    let destination = id("/v1/destinations?limit=1");
    let delivery = id(&format!("/v1/deliveries?limit=1&destination={destination}"));
    let payout = id("/v1/payouts?limit=1");
    let page = client.get("/v1/participants?limit=1000&sort=name").expect(200).json;
    let cursor = page["next_cursor"].as_str().unwrap();
    let view = |name, address: String, requests, kilobytes, rows| View { name, address, requests, kilobytes, rows };
    let plain =
        |name, address: &str, requests, kilobytes, rows| view(name, address.to_owned(), requests, kilobytes, rows);
    vec![
        plain("overview, 30 days", "/console", 3, 40, 1_500),
        plain("overview, 90 days", "/console?days=90", 2, 40, 1_500),
        plain("people", "/console/people", 1, 40, 600),
        plain("people, found", "/console/people?search=fill-99", 1, 40, 1_200),
        plain("people, found by a letter", "/console/people?search=a", 1, 40, 2_000),
        plain("people by name", "/console/people?sort=name", 1, 40, 600),
        view("people by name, page 21", format!("/console/people?sort=name&cursor={cursor}"), 1, 40, 600),
        plain("people who paused", "/console/people?state=paused&sort=-name", 1, 40, 600),
        view("the busiest person", format!("/console/people/{busiest}"), 7, 120, 1_500),
        plain("conversions", "/console/conversions", 1, 150, 1_000),
        plain("conversions of nobody", "/console/conversions?outcome=none", 1, 150, 1_500),
        plain("conversions in dispute", "/console/conversions?dispute=open", 1, 150, 1_500),
        view("conversions of one", format!("/console/conversions?participant={busiest}"), 2, 150, 1_500),
        view("a conversion", format!("/console/conversions/{sale}"), 6, 40, 170),
        plain("rewards", "/console/rewards", 60, 200, 1_500),
        plain("rewards that wait", "/console/rewards?state=pending&automatic=false", 60, 200, 1_500),
        plain("rewards that are held", "/console/rewards?state=held", 60, 200, 1_500),
        view("a reward", format!("/console/rewards/{reward}"), 4, 40, 600),
        plain("payouts", "/console/rewards/payouts", 2, 10, 2_000),
        view("a payout", format!("/console/rewards/payouts/{payout}"), 60, 400, 3_000),
        plain("ledger", "/console/rewards/ledger", 20, 80, 1_000),
        plain("ledger, of one account", "/console/rewards/ledger?account=expense", 20, 80, 1_000),
        plain("program", "/console/program", 4, 40, 600),
        plain("forwarding", "/console/forwarding", 10, 80, 1_500),
        view("a destination", format!("/console/forwarding/{destination}"), 5, 300, 1_500),
        plain("deliveries", "/console/forwarding/deliveries", 2, 80, 1_500),
        view("a delivery", format!("/console/forwarding/deliveries/{delivery}"), 2, 40, 600),
        plain("install", "/console/install", 6, 60, 1_500),
    ]
}

#[test]
fn every_view_asks_for_what_it_shows_whatever_there_is() {
    if let Ok(filled) = std::env::var("HONEYGUIDE_FILLED") {
        let words: Vec<&str> = filled.split_whitespace().collect();
        let [edge, key, admin] = words[..] else { panic!("HONEYGUIDE_FILLED=\"EDGE KEY ADMIN\"") };
        return look(&Client::new(edge, key), &Client::new(edge, admin), true);
    }
    let world = if is_long() { World::start() } else { World::start_in_memory() };
    fill(&world.client);
    look(&world.client, &Client::new(&world.client.base, &world.admin_secret), is_long());
}

fn look(client: &Client, admin: &Client, is_timed: bool) {
    let views = views(client);
    let browser = signed_in_as(client, "/console/program");
    // What clicks add up to is added up once, and what is on its way arrives.
    client.get("/v1/stats/clicks").expect(200);
    let mut still = 0;
    wait_for("the objects to rest", 120, || {
        let before = std::mem::replace(&mut still, rows_read(admin));
        (before > 0 && still - before < 50).then_some(())
    });
    let (mut report, mut table) = (String::new(), String::new());
    for view in &views {
        let mut times = Vec::new();
        for round in 0..if is_timed { ROUNDS } else { 1 } {
            visit(&browser, BETWEEN);
            let before = rows_read(admin);
            let seen = visit(&browser, &view.address);
            let rows = rows_read(admin) - before;
            times.push(seen.took);
            if round > 0 {
                continue;
            }
            let mut twice = seen.asked.clone();
            twice.sort();
            twice.dedup();
            let requests = u64::try_from(seen.asked.len()).unwrap();
            let kilobytes = seen.bytes.div_ceil(1_000);
            write!(table, "| {} | {requests} | {kilobytes} | {rows} |", view.name).unwrap();
            for (what, figure, most) in
                [("requests", requests, view.requests), ("kB", kilobytes, view.kilobytes), ("rows", rows, view.rows)]
            {
                // What a full program has read is told; the small one's is held, for it is the same at each run.
                if figure > most && (!is_timed || what == "requests") {
                    writeln!(report, "{}: {figure} {what}, {most} at most: {:?}", view.name, seen.asked).unwrap();
                }
            }
            if twice.len() < seen.asked.len() {
                writeln!(report, "{}: asked twice: {:?}", view.name, seen.asked).unwrap();
            }
        }
        times.sort_by(f64::total_cmp);
        let (median, most) = (times[times.len() / 2], times[times.len() - 1]);
        writeln!(table, " {median:.0} | {most:.0} |").unwrap();
        if is_timed && median > LONGEST {
            writeln!(report, "{}: {median:.0} ms", view.name).unwrap();
        }
    }
    println!(
        "| view | requests | kB | rows read | median ms | most ms |\n| --- | --- | --- | --- | --- | --- |\n{table}"
    );
    assert!(report.is_empty(), "{report}");
    // Nobody touches anything: nothing is asked.
    for address in ["/console", "/console/rewards", "/console/install", "/console/forwarding/deliveries"] {
        let seen = visit(&browser, address).asked.len();
        let later = browser.script_that_ends("setTimeout(() => arguments[0](window.visit.asked.length), 2000);");
        assert_eq!(later, seen, "{address} goes on asking");
    }
    browser.expect_quiet_console();
}
