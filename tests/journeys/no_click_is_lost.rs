//! Every click that was answered is counted once: under load and `kill -9`, and with each part of storage gone in turn.

use honeyguide_tests::data_centre::Answers;
use honeyguide_tests::{Client, Connection, DataCentre, World, wait_for};
use serde_json::{Value, json};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const THREADS: usize = 8;
/// What `after-redirect` promises: a click is in storage within this of its answer.
const PROMISED: Duration = Duration::from_secs(1);
const KILLS: usize = 20;
/// The shop's own domain, as its links have it.
const HOST: (&str, &str) = ("host", "shop.localhost");
/// Redirects that are asked for under each fault.
const REDIRECTS: u64 = 10_000;
/// Of them, those that may take longer than a second: who tries at times whether what is gone is back, and who came
/// before it was known to be gone.
const SLOW: usize = 100;

/// Sums of one row of the statistics, over all rows.
fn counted(client: &Client, column: &str) -> u64 {
    let rows = client.get("/v1/stats/clicks?group_by=day").expect(200).json;
    rows["data"].as_array().unwrap().iter().map(|row| row[column].as_u64().unwrap()).sum()
}

/// The ids of raw clicks after one, read page by page; each once. An empty text: of all.
fn listed(client: &Client, after: &str) -> Vec<String> {
    let client = client.on_one_connection();
    let mut ids: Vec<String> = Vec::new();
    let mut cursor = after.to_owned();
    loop {
        let narrow = if cursor.is_empty() { String::new() } else { format!("&cursor={cursor}") };
        let page = client.get(&format!("/v1/clicks?limit=1000{narrow}")).expect(200).json;
        ids.extend(page["data"].as_array().unwrap().iter().map(|click| click["id"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "no click is there twice");
    ids
}

/// One of these, by chance.
fn any_of(millis: Range<u64>) -> Duration {
    let chance = RandomState::new().build_hasher().finish();
    Duration::from_millis(millis.start + chance % (millis.end - millis.start))
}

/// Follows a link until the edge is gone. When each answer was received.
fn follow_until_gone(client: &Client, code: &str, asked: &AtomicU64, gone: &AtomicBool) -> Vec<Instant> {
    let mut answered = Vec::new();
    let Ok(mut connection) = Connection::to(client) else { return answered };
    while !gone.load(Ordering::SeqCst) {
        asked.fetch_add(1, Ordering::SeqCst);
        // A connection that is cut was cut by the kill.
        let Ok(click) = connection.follow(code, &[]) else { break };
        assert_eq!(click.status, 302, "{click:?}");
        answered.push(Instant::now());
        // A load, and not as many clicks as can be: each of them is read back.
        thread::park_timeout(Duration::from_millis(2));
    }
    answered
}

/// Kills the edge at random moments under load, and compares what was promised with what is there.
fn killed_under_load(durability: &str, promised: Duration, moments: &Range<u64>) {
    let mut world = World::start();
    let mut file = world.client.get("/v1/program").json;
    file["durability"] = json!(durability);
    world.client.send("PUT", "/v1/program", &[], Some(file.to_string().as_bytes())).unwrap().expect(200);
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    world.client.follow(&code, &[]).expect(302);
    let mut before = wait_for("the first click", 5, || listed(&world.client, "").pop());
    let (mut stored, mut promised_in_all, mut asked_in_all) = (1, 0, 0);
    for round in 0..KILLS {
        let moment = any_of(moments.clone());
        let (gone, asked) = (AtomicBool::new(false), AtomicU64::new(0));
        let (killed, answered) = thread::scope(|scope| {
            let follow = || follow_until_gone(&world.client, &code, &asked, &gone);
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(follow)).collect();
            thread::park_timeout(moment);
            let killed = Instant::now();
            world.stop_without_warning();
            gone.store(true, Ordering::SeqCst);
            let answered: Vec<Instant> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
            (killed, answered)
        });
        let safe = answered.iter().filter(|at| promised.is_zero() || killed.saturating_duration_since(**at) > promised);
        let (safe, asked) = (u64::try_from(safe.count()).unwrap(), asked.into_inner());
        world.start_again();
        let now = listed(&world.client, &before);
        let fresh = u64::try_from(now.len()).unwrap();
        let what = format!("{durability}, kill {round} after {moment:?}");
        assert!(fresh >= safe, "{what}: {safe} were promised, {fresh} are there");
        assert!(fresh <= asked, "{what}: {asked} were asked for, {fresh} are there");
        stored += fresh;
        assert_eq!(counted(&world.client, "raw"), stored, "{what}: what is added up equals the raw clicks");
        before = now.last().cloned().unwrap_or(before);
        promised_in_all += safe;
        asked_in_all += asked;
    }
    assert!(promised_in_all > 100, "{durability}: the load was none");
    assert_eq!(u64::try_from(listed(&world.client, "").len()).unwrap(), stored);
    println!("{durability}: {KILLS} kills, {asked_in_all} asked, {promised_in_all} promised, {stored} stored");
}

#[test]
fn killed_twenty_times_under_load_before_redirect_loses_no_click_whose_answer_was_received() {
    killed_under_load("before-redirect", Duration::ZERO, &(50..1_000));
}

#[test]
fn killed_twenty_times_under_load_after_redirect_loses_none_that_was_answered_more_than_a_second_before() {
    killed_under_load("after-redirect", PROMISED, &(1_050..2_000));
}

/// Has friends follow links, each in turn, on several connections. Each must arrive where its link leads, with a touch.
fn ten_thousand_friends(what: &str, world: &World, links: &[(&str, &str)]) {
    let begun = Instant::now();
    let (next, slow) = (AtomicU64::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let mut connection = Connection::to(&world.client).unwrap();
                loop {
                    let asked = Instant::now();
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= REDIRECTS {
                        break;
                    }
                    let (code, arrives_at) = links[usize::try_from(number).unwrap() % links.len()];
                    let click = connection.follow(code, &[HOST]).unwrap().expect(302);
                    assert_eq!(click.header("location"), Some(arrives_at), "{what}, {number}: {click:?}");
                    assert!(click.cookie().is_some(), "{what}, {number}: a touch for the code as it stands: {click:?}");
                    if asked.elapsed() > Duration::from_secs(1) {
                        slow.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    let slow = slow.into_inner();
    println!("{what}: {REDIRECTS} redirects in {:.1} s, {slow} slow", begun.elapsed().as_secs_f64());
    assert!(slow <= SLOW, "{what}: {slow} of {REDIRECTS} friends waited longer than a second");
}

#[test]
fn whatever_part_of_storage_is_gone_ten_thousand_friends_arrive_and_the_counts_are_whole_afterwards() {
    let world = World::start_with_faults();
    let site = format!("http://shop.localhost:{}/", world.shop_port);
    let link = |name: &str| world.client.participant(name)["code"].as_str().unwrap().to_owned();
    let known = link("ada");
    let mut asked = 0;
    // Where nothing can be asked of a link that no isolate knows, friends arrive at the root of the host.
    for (fault, fresh_arrives_at) in [
        ("directory-down", "/"),
        ("program-down", "/"),
        ("clicks-down", site.as_str()),
        ("storage-down", "/"),
        ("storage-slow", "/"),
    ] {
        let (fresh, probe) = (link(fault), link(&format!("{fault}-probe")));
        wait_for("links to be asked for again", 10, || {
            asked += 1;
            (world.client.follow(&probe, &[HOST]).expect(302).header("location") == Some(&site)).then_some(())
        });
        asked += 1;
        assert_eq!(world.client.follow(&known, &[HOST]).expect(302).header("location"), Some(site.as_str()));
        world.switch(fault);
        ten_thousand_friends(fault, &world, &[(&known, &site), (&fresh, fresh_arrives_at)]);
        asked += REDIRECTS;
        world.switch("storage-up");
        wait_for(&format!("the counts to be whole after {fault}"), 40, || {
            (counted(&world.client, "raw") == asked).then_some(())
        });
    }
    assert_eq!(u64::try_from(listed(&world.client, "").len()).unwrap(), asked);
}

#[test]
fn with_the_data_centres_cache_gone_ten_thousand_friends_arrive_and_the_counts_are_whole_afterwards() {
    let centre = DataCentre::start();
    let mut world = World::start_changed(|settings| {
        settings.set("LINK_CACHE", "on");
        settings.cache = Some(centre.address.clone());
    });
    let site = format!("http://shop.localhost:{}/", world.shop_port);
    let mut asked = 0;
    for how in [Answers::Garbage, Answers::Noise, Answers::Never] {
        let names = (0..100).map(|number| format!("{how:?}-{number}").to_lowercase());
        let codes: Vec<String> =
            names.map(|name| world.client.participant(&name)["code"].as_str().unwrap().to_owned()).collect();
        let links: Vec<(&str, &str)> = codes.iter().map(|code| (code.as_str(), site.as_str())).collect();
        centre.answer(how);
        ten_thousand_friends(&format!("cache: {how:?}"), &world, &links);
        asked += REDIRECTS;
        wait_for("the counts to be whole", 20, || (counted(&world.client, "raw") == asked).then_some(()));
        assert_eq!(centre.hits(), 0);
    }

    // It is back, and what one process left there the next one finds.
    centre.answer(Answers::Well);
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    wait_for("a link to be found in the cache", 20, || {
        world.client.follow(&code, &[HOST]).expect(302);
        world.kill_and_start_again();
        let click = world.client.follow(&code, &[HOST]).expect(302);
        assert_eq!(click.header("location"), Some(site.as_str()));
        (centre.hits() > 0).then_some(())
    });
    let metrics = world.admin().get("/v1/metrics").expect(200).text;
    assert!(metrics.contains("honeyguide_link_lookups_total{source=\"data_centre\"} 1"), "{metrics}");
}

#[test]
fn where_nothing_can_be_asked_a_link_that_nobody_knows_leads_to_the_configured_site() {
    let world =
        World::start_changed_with_faults(|settings| settings.set("FALLBACK_SITE", "http://fallback.localhost/"));
    world.switch("storage-down");
    let click = world.client.follow("never-seen", &[HOST]).expect(302);
    assert_eq!(click.header("location"), Some("http://fallback.localhost/"));
    assert!(click.cookie().is_some(), "its code is judged at the conversion");
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
