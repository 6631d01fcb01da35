//! What an owner sees first: a stretch of days beside the one before it, and what waits for somebody. It is what the lists
//! come to, whatever happened to conversions and rewards since, and it is read from sums, however many there are.

use crate::sessions_are_kept::another_program;
use honeyguide_domain::links::TELLING_CLICKS;
use honeyguide_tests::{Client, Connection, Receiver, World, wait_for};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

fn overview(client: &Client) -> Value {
    client.get("/v1/stats/overview").expect(200).json
}

/// How many of it there are, and whether the list that it names shows as many.
#[track_caller]
fn waiting(client: &Client, what: &str) -> i64 {
    let told = overview(client);
    let one = told["attention"].as_array().unwrap().iter().find(|one| one["what"] == what).unwrap().clone();
    let list = client.get(one["path"].as_str().unwrap()).expect(200).json;
    if what != "budgets_nearly_spent" {
        let fits = |row: &&Value| what != "disabled_destinations" || row["state"] != "enabled";
        assert_eq!(one["count"], list["data"].as_array().unwrap().iter().filter(fits).count(), "{list}");
    }
    one["count"].as_i64().unwrap()
}

/// Count and amount by a word and a currency.
type Sums = BTreeMap<(String, String), (i64, i64)>;

fn told(sums: &Value, word: &str) -> Sums {
    let one = |sum: &Value| {
        let currency = sum["value"]["currency"].as_str().unwrap_or_default().to_owned();
        let amount = sum["value"]["amount"].as_i64().unwrap_or(0);
        ((sum[word].as_str().unwrap().to_owned(), currency), (sum["count"].as_i64().unwrap(), amount))
    };
    sums.as_array().unwrap().iter().map(one).collect()
}

fn added_up<'a>(rows: impl Iterator<Item = (&'a Value, &'a Value)>) -> Sums {
    let mut sums = Sums::new();
    for (word, value) in rows {
        let currency = value["currency"].as_str().unwrap_or_default().to_owned();
        let sum = sums.entry((word.as_str().unwrap().to_owned(), currency)).or_default();
        sum.0 += 1;
        sum.1 += value["amount"].as_i64().unwrap_or(0);
    }
    sums
}

#[track_caller]
fn is_what_the_lists_come_to(client: &Client) {
    let overview = overview(client);
    let list = |path: &str| client.get(path).expect(200).json["data"].as_array().unwrap().clone();
    let rewards = list("/v1/rewards?limit=1000");
    assert_eq!(
        told(&overview["period"]["rewards"], "state"),
        added_up(rewards.iter().map(|row| (&row["state"], &row["value"])))
    );
    let (mut now, mut before) = (Vec::new(), Vec::new());
    let conversions = list("/v1/conversions?limit=1000");
    for row in &conversions {
        let is_now = row["occurred_at"].as_str() >= overview["period"]["from"].as_str();
        if is_now { &mut now } else { &mut before }.push((&row["decision"]["outcome"], &row["value"]));
    }
    assert_eq!(told(&overview["period"]["conversions"], "outcome"), added_up(now.into_iter()));
    assert_eq!(told(&overview["before"]["conversions"], "outcome"), added_up(before.into_iter()));
}

#[test]
fn the_overview_is_what_the_lists_come_to_and_says_what_waits() {
    let mut world = World::start();
    let mut rewards = world.client.get("/v1/program").expect(200).json["rewards"].clone();
    rewards[0]["approval"] = json!("manual");
    world.change_program(&json!({"rewards": rewards, "budget": {"amount": 5_000, "currency": "USD"}}));
    let client = world.client.clone();
    let code = client.participant("ada")["code"].as_str().unwrap().to_owned();
    let touches: Vec<String> = (0..3).map(|_| client.follow(&code, &[]).cookie().unwrap()).collect();
    let landing = json!({"k": "hg_pk_acme", "event": "landing"}).to_string();
    let cookie = format!("hg={}", touches[0]);
    client.send("POST", "/r/-/v1/touch", &[("cookie", &cookie)], Some(landing.as_bytes())).unwrap().expect(204);
    assert_eq!(waiting(&client, "budgets_nearly_spent"), 0);

    let sold =
        client.post("/v1/conversions", &Client::purchase("order-1", "friend", 12_000, &touches[0])).expect(201).json;
    let mut other = Client::purchase("order-2", "stranger", 7_000, "");
    other["attribution"] = json!({});
    let other_id = client.post("/v1/conversions", &other).expect(201).json["id"].as_str().unwrap().to_owned();
    let long_ago = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() / 86_400 - 40;
    let long_ago = honeyguide_domain::time::Timestamp::from_millis(i64::try_from(long_ago).unwrap() * 86_400_000);
    let mut old = Client::purchase("order-3", "regular", 3_000, "");
    old["attribution"] = json!({});
    old["occurred_at"] = json!(long_ago.to_string());
    client.post("/v1/conversions", &old).expect(201);
    let signup = json!({"event": "signup", "external_id": "u-1", "customer": {"external_id": "u-1"}});
    client.post("/v1/conversions", &signup).expect(201);

    let told = overview(&client);
    assert_eq!(
        told["period"]["funnel"],
        json!({"person": 3, "human": 1, "engaged": 0, "conversions": 3, "credited": 1, "fulfilled": 0}),
        "{told}"
    );
    assert_eq!(told["before"]["funnel"]["conversions"], 1);
    assert_eq!(told["before"]["to"], told["period"]["from"]);
    assert_eq!((&told["owed"][0]["amount"], &told["paid"]), (&json!(4_000), &json!([])));
    is_what_the_lists_come_to(&client);
    assert_eq!(waiting(&client, "budgets_nearly_spent"), 1);
    assert_eq!(waiting(&client, "pending_approvals"), 1);
    assert_eq!(waiting(&client, "open_disputes"), 0);
    assert_eq!(waiting(&client, "held_rewards"), 0);

    let refund = json!({"event": "purchase", "external_id": "order-1", "refund_id": "r-1",
        "value": {"amount": 6_000, "currency": "USD"}});
    client.post("/v1/refunds", &refund).expect(201);
    for action in ["approve", "fulfil"] {
        let reward = sold["rewards"].as_array().unwrap().iter().find(|reward| reward["side"] == "referrer").unwrap();
        client.post(&format!("/v1/rewards/{}/{action}", reward["id"].as_str().unwrap()), &json!({})).expect(200);
    }
    client.post(&format!("/v1/conversions/{other_id}/dispute"), &json!({"reason": "It was my friend."})).expect(201);
    let told = overview(&client);
    assert_eq!((&told["owed"][0]["amount"], &told["paid"][0]["amount"]), (&json!(1_000), &json!(1_000)), "{told}");
    assert_eq!(told["period"]["funnel"]["fulfilled"], 1);
    let credited = told["period"]["conversions"].as_array().unwrap().iter().find(|sum| sum["outcome"] == "credited");
    assert_eq!(credited.unwrap()["refunded"]["amount"], 6_000);
    is_what_the_lists_come_to(&client);
    assert_eq!((waiting(&client, "pending_approvals"), waiting(&client, "open_disputes")), (0, 1));
    let disputed = client.get("/v1/conversions?dispute=open").json;
    assert_eq!(disputed["data"][0]["id"], other_id.as_str());

    let gone = Receiver::start();
    gone.answer_with(410);
    client.post("/v1/destinations", &json!({"kind": "webhook", "url": gone.url, "events": ["*"]})).expect(201);
    client.participant("bob");
    wait_for("a destination to be disabled", 20, || {
        let row = client.get("/v1/destinations").expect(200).json["data"][0].clone();
        (row["state"] == "disabled").then_some(())
    });
    assert_eq!(waiting(&client, "disabled_destinations"), 1);
    let told = overview(&client);

    world.kill_and_start_again();
    let again = overview(&world.client);
    assert_eq!((&again["period"], &again["attention"]), (&told["period"], &told["attention"]));
}

/// One stage of these days.
fn stage(client: &Client, name: &str) -> Value {
    let told = overview(client);
    let stages = told["period"]["stages"].as_array().unwrap();
    stages.iter().find(|stage| stage["stage"] == name).unwrap().clone()
}

#[test]
fn each_stage_says_how_many_came_so_far_and_how_long_it_took_them() {
    let mut world = World::start_with_faults();
    let mut rewards = world.client.get("/v1/program").expect(200).json["rewards"].clone();
    rewards.as_array_mut().unwrap().iter_mut().for_each(|rule| rule["approval"] = json!("manual"));
    world.change_program(&json!({"rewards": rewards}));
    let client = world.client.clone();
    let now = |millis: i64| world.switch(&format!("clock {millis}"));
    let is_told = |name: &str, count: i64, of: Option<i64>, from: &str, around: [i64; 2], known: i64| {
        let told = stage(&client, name);
        assert_eq!((&told["count"], &told["of"]), (&json!(count), &json!(of)), "{told}");
        if known == 0 {
            assert_eq!(told["time"], Value::Null, "{told}");
            return;
        }
        assert_eq!((&told["time"]["from"], &told["time"]["count"]), (&json!(from), &json!(known)), "{told}");
        for (name, seconds) in ["median_seconds", "p90_seconds"].into_iter().zip(around) {
            // This machine stops for minutes now and then; a bucket's middle is an eighth off at most.
            let off = (told["time"][name].as_i64().unwrap() - seconds).abs();
            assert!(off * 8 <= seconds + 8 * 200, "{name} of about {seconds}: {told}");
        }
    };
    let code = |name: &str| client.participant(name)["code"].as_str().unwrap().to_owned();
    let (ada, bob) = (code("ada"), code("bob"));
    code("eve");
    is_told("share", 0, Some(3), "", [0, 0], 0);

    // Two hours later ada's link is followed by a robot, which is no share, and then by persons.
    now(2 * HOUR);
    client.follow(&ada, &[("user-agent", "Googlebot/2.1 (+http://www.google.com/bot.html)")]).expect(302);
    let touch = client.follow(&ada, &[]).cookie().unwrap();
    client.follow(&ada, &[]).expect(302);
    is_told("share", 1, Some(3), "joined", [2 * 3_600, 2 * 3_600], 1);

    // Who goes on an hour after the click, and buys a day after that.
    now(3 * HOUR);
    let engaged = json!({"k": "hg_pk_acme", "event": "engaged"}).to_string();
    let cookie = format!("hg={touch}");
    client.send("POST", "/r/-/v1/touch", &[("cookie", &cookie)], Some(engaged.as_bytes())).unwrap().expect(204);
    is_told("interest", 1, Some(2), "click", [3_600, 3_600], 1);
    now(26 * HOUR);
    let order = Client::purchase("order-1", "friend", 12_000, &touch);
    let sold = client.post("/v1/conversions", &order).expect(201).json;
    client.post("/v1/conversions", &order).expect(200);
    // What a code brings has no click, and a stranger's sale no referrer.
    let mut by_code = Client::purchase("order-2", "other", 12_000, "");
    by_code["attribution"] = json!({"code": bob});
    client.post("/v1/conversions", &by_code).expect(201);
    let mut none = Client::purchase("order-3", "stranger", 12_000, "");
    none["attribution"] = json!({});
    client.post("/v1/conversions", &none).expect(201);
    is_told("conversion", 2, Some(1), "click", [24 * 3_600, 24 * 3_600], 1);
    now(30 * HOUR);
    client.follow(&bob, &[]).expect(302);
    client.follow(&ada, &[]).expect(302);
    is_told("awareness", 4, None, "", [0, 0], 0);
    is_told("share", 2, Some(3), "joined", [2 * 3_600, 30 * 3_600], 2);

    let reward = sold["rewards"][0]["id"].as_str().unwrap();
    client.post(&format!("/v1/rewards/{reward}/approve"), &json!({})).expect(200);
    now(126 * HOUR);
    for _ in 0..2 {
        client.post(&format!("/v1/rewards/{reward}/fulfil"), &json!({}));
    }
    is_told("fulfilled", 1, Some(4), "conversion", [100 * 3_600, 100 * 3_600], 1);

    // Nothing of it is lost, or added up twice, by a crash.
    let before = overview(&client)["period"]["stages"].clone();
    world.kill_and_start_again();
    world.switch(&format!("clock {}", 126 * HOUR));
    assert_eq!(overview(&world.client)["period"]["stages"], before);
}

const HOUR: i64 = 3_600_000;

/// Shards add up one after the other: a later click may be counted before an earlier one.
#[test]
fn a_first_click_is_the_first_in_whatever_order_shards_add_up() {
    let world =
        World::start_changed_with_faults(|settings| settings.vars.push(("CLICK_SHARDS".to_owned(), "5".to_owned())));
    let client = world.client.clone();
    let kept = || {
        wait_for("all clicks to be stored", 20, || {
            let text = world.admin().get("/v1/metrics").expect(200).text;
            text.lines().any(|line| line.starts_with("honeyguide_buffer_depth 0")).then_some(())
        });
    };
    let codes: Vec<String> =
        (0..8).map(|one| client.participant(&format!("p{one}"))["code"].as_str().unwrap().to_owned()).collect();
    for (hours, code) in (1..).zip(&codes) {
        world.switch(&format!("clock {}", hours * HOUR));
        client.follow(code, &[]).expect(302);
        kept();
    }
    for hours in [20, 21] {
        world.switch(&format!("clock {}", hours * HOUR));
        for code in &codes {
            client.follow(code, &[]).expect(302);
        }
        kept();
    }
    let told = stage(&client, "share");
    assert_eq!((&told["count"], &told["time"]["count"]), (&json!(8), &json!(8)), "{told}");
    for (name, hours) in [("median_seconds", 4), ("p90_seconds", 8)] {
        let (seconds, expected) = (told["time"][name].as_i64().unwrap(), hours * 3_600);
        assert!((seconds - expected).abs() * 8 <= expected + 8 * 200, "{name}: {told}");
    }
}

#[test]
fn a_link_that_many_follow_while_nobody_buys_is_told_until_somebody_does() {
    let world = World::start_in_memory();
    let client = world.client.clone();
    let person = |name: &str| client.participant(name)["code"].as_str().unwrap().to_owned();
    let (ada, bob, eve) = (person("ada"), person("bob"), person("eve"));
    let mut friends = Connection::to(&client).unwrap();
    let mut follow = |code: &str, times: i64| {
        (0..times).map(|_| friends.follow(code, &[]).unwrap().expect(302).cookie().unwrap()).last().unwrap()
    };
    let few = TELLING_CLICKS - 1;
    let touch = follow(&ada, few);
    follow(&bob, TELLING_CLICKS);
    follow(&eve, TELLING_CLICKS);
    assert_eq!(waiting(&client, "unproductive_links"), 2);
    let listed = client.get("/v1/links?unproductive=true").expect(200).json;
    assert_eq!((&listed["data"][0]["code"], &listed["data"][0]["person"]), (&json!(bob), &json!(TELLING_CLICKS)));
    let others = client.get("/v1/links?unproductive=false").expect(200).json;
    assert_eq!((&others["data"][0]["code"], &others["data"][1]), (&json!(ada), &Value::Null));
    let own = format!("/v1/links?participant={}", listed["data"][0]["participant"].as_str().unwrap());
    assert_eq!(client.get(&own).expect(200).json["data"][0]["code"], bob.as_str());

    // Ada's is one as soon as one more person comes, and none when somebody buys.
    follow(&ada, 1);
    assert_eq!(waiting(&client, "unproductive_links"), 3);
    client.post("/v1/conversions", &Client::purchase("order-1", "friend", 12_000, &touch)).expect(201);
    assert_eq!(waiting(&client, "unproductive_links"), 2);
    // Nor is Bob's when somebody gives the code, with no click.
    let mut by_code = Client::purchase("order-2", "other", 12_000, "");
    by_code["attribution"] = json!({"code": bob});
    client.post("/v1/conversions", &by_code).expect(201);
    assert_eq!(waiting(&client, "unproductive_links"), 1);
    // The click that was bought by says so by itself, and no later click makes the link one again.
    wait_for("the click to be qualified", 30, || {
        let counted = client.get(&format!("/v1/stats/clicks?group_by=code&code={ada}")).expect(200).json;
        (counted["data"][0]["qualified"] == 1).then_some(())
    });
    follow(&ada, 10);
    assert_eq!(waiting(&client, "unproductive_links"), 1);
    // A participant who is paused shares nothing.
    let eve = client.get("/v1/links?unproductive=true").json["data"][0]["participant"].as_str().unwrap().to_owned();
    client.send("PATCH", &format!("/v1/participants/{eve}"), &[], Some(br#"{"state":"paused"}"#)).unwrap().expect(200);
    assert_eq!(waiting(&client, "unproductive_links"), 0);
    let refused = client.get("/v1/links?unproductive=perhaps").expect(400).json;
    assert_eq!(refused["error"]["code"], "unknown_value");
}

#[test]
fn a_destination_where_nothing_arrives_is_told_until_something_does() {
    let mut world = World::start();
    let client = world.client.clone();
    let receiver = Receiver::start();
    receiver.answer_with(500);
    let made = client.post("/v1/destinations", &json!({"kind": "webhook", "url": receiver.url, "events": ["*"]}));
    let id = made.expect(201).json["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/destinations/{id}");
    let since = |client: &Client| client.get(&path).expect(200).json["failing_since"].clone();
    assert_eq!((since(&client), waiting(&client, "failing_destinations")), (Value::Null, 0));
    client.participant("ada");
    let told = wait_for("the program to hear of it", 30, || Some(since(&client)).filter(|since| !since.is_null()));
    assert_eq!(waiting(&client, "failing_destinations"), 1);
    assert_eq!(client.get("/v1/destinations?failing=false").expect(200).json["data"], json!([]));

    // More of the same changes nothing, nor does a crash.
    client.participant("bob");
    world.kill_and_start_again();
    let client = world.client.clone();
    assert_eq!((since(&client), waiting(&client, "failing_destinations")), (told, 1));

    // One that is switched off isn't failing just now; one that is switched on again begins anew.
    let change = |state: &str| {
        let body = json!({"state": state}).to_string();
        client.send("PATCH", &path, &[], Some(body.as_bytes())).unwrap().expect(200);
    };
    change("disabled");
    assert_eq!(waiting(&client, "failing_destinations"), 0);
    receiver.answer_with(200);
    change("enabled");
    assert_eq!(since(&client), Value::Null);
    wait_for("all to arrive", 30, || (receiver.received().len() >= 4).then_some(()));
    assert_eq!((since(&client), waiting(&client, "failing_destinations")), (Value::Null, 0));

    // It fails again, and heals by itself.
    receiver.answer_with(503);
    client.participant("eve");
    wait_for("it to fail", 30, || (!since(&client).is_null()).then_some(()));
    receiver.answer_with(200);
    client.participant("mallory");
    wait_for("it to be well", 30, || since(&client).is_null().then_some(()));
    assert_eq!(waiting(&client, "failing_destinations"), 0);
}

#[test]
fn programs_stand_side_by_side_for_the_deployment_and_alone_for_themselves() {
    let world = World::start();
    let globex = another_program(&world, "globex", "partner");
    another_program(&world, "zorro", "referral");
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let touch = world.client.follow(&code, &[]).cookie().unwrap();
    world.client.post("/v1/conversions", &Client::purchase("order-1", "friend", 12_000, &touch)).expect(201);
    let refund = json!({"event": "purchase", "external_id": "order-1", "refund_id": "r-1",
        "value": {"amount": 2_000, "currency": "USD"}});
    world.client.post("/v1/refunds", &refund).expect(201);
    let mut other = Client::purchase("order-1", "stranger", 7_000, "");
    other["attribution"] = json!({});
    globex.post("/v1/conversions", &other).expect(201);

    let all = world.admin().get("/v1/stats/programs").expect(200).json;
    let rows = all["data"].as_array().unwrap();
    let told: Vec<_> = rows.iter().map(|row| (row["id"].as_str().unwrap(), row["kind"].as_str().unwrap())).collect();
    assert_eq!(told, [("acme", "referral"), ("globex", "partner"), ("zorro", "referral")]);
    let overview = overview(&world.client);
    let acme = &rows[0];
    assert_eq!(
        (&acme["person"], &acme["conversions"], &acme["credited"], &acme["mode"]),
        (&json!(1), &json!(1), &json!(1), &json!("live")),
        "{acme}"
    );
    assert_eq!(acme["revenue"], json!([{"amount": 10_000, "currency": "USD"}]));
    assert_eq!((&acme["owed"], &acme["paid"]), (&overview["owed"], &overview["paid"]));
    let waits: i64 = overview["attention"].as_array().unwrap().iter().map(|one| one["count"].as_i64().unwrap()).sum();
    assert_eq!(acme["attention"], waits);
    assert_eq!((&rows[1]["revenue"][0]["amount"], &rows[1]["credited"]), (&json!(7_000), &json!(0)));
    let kinds: Vec<_> = all["sums"].as_array().unwrap().iter().map(|sum| (&sum["kind"], &sum["programs"])).collect();
    assert_eq!(kinds, [(&json!("referral"), &json!(2)), (&json!("partner"), &json!(1))]);

    // By pages, one program, and a program itself.
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = world.admin().get(&format!("/v1/stats/programs?limit=1{cursor}")).expect(200).json;
        seen.push(page["data"][0]["id"].as_str().unwrap().to_owned());
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ["acme", "globex", "zorro"]);
    let one = world.admin().get("/v1/stats/programs?program=globex").expect(200).json;
    assert_eq!((&one["data"][0]["id"], &one["data"][1]), (&json!("globex"), &Value::Null));
    let own = globex.get("/v1/stats/programs").expect(200).json;
    assert_eq!(own["data"], one["data"]);
    assert_eq!(globex.get("/v1/stats/programs?program=acme").expect(403).json["error"]["code"], "forbidden");
    Client::new(&world.client.base, "").get("/v1/stats/programs").expect(401);
    for (query, code) in
        [("cursor=A", "invalid_parameter"), ("from=x", "invalid_time"), ("sort=id", "unknown_parameter")]
    {
        let refused = world.admin().get(&format!("/v1/stats/programs?{query}")).expect(400).json;
        assert_eq!(refused["error"]["code"], code, "{query}");
    }
}

#[test]
fn the_overview_reads_sums_and_refuses_what_is_no_stretch() {
    let world = World::start_in_memory();
    let line = |number: usize| {
        let customer = json!({"external_id": format!("c-{number}")});
        json!({"event": "signup", "external_id": format!("s-{number}"), "customer": customer}).to_string()
    };
    let lines: Vec<String> = (0..1_000).map(line).collect();
    let headers = [("content-type", "application/x-ndjson")];
    let body = lines.join("\n");
    world.client.send("POST", "/v1/conversions/batch", &headers, Some(body.as_bytes())).unwrap().expect(200);
    let rows_read = || {
        let text = world.admin().get("/v1/metrics").expect(200).text;
        let line = text.lines().find_map(|line| line.strip_prefix("honeyguide_rows_read_total{object=\"program\"} "));
        line.unwrap().parse::<f64>().unwrap()
    };
    let before = rows_read();
    assert_eq!(overview(&world.client)["period"]["funnel"]["conversions"], 1_000);
    let read = rows_read() - before;
    println!("{read} rows read");
    assert!(read < 100.0, "{read} rows read");

    for (query, code) in [
        ("from=yesterday", "invalid_time"),
        ("from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z", "invalid_parameter"),
        ("from=2001-01-01T00:00:00Z", "invalid_parameter"),
        ("group_by=day", "unknown_parameter"),
    ] {
        let refused = world.client.get(&format!("/v1/stats/overview?{query}")).expect(400).json;
        assert_eq!(refused["error"]["code"], code, "{query}");
    }
    Client::new(&world.client.base, "").get("/v1/stats/overview").expect(401);
    let week =
        world.client.get("/v1/stats/overview?from=2026-01-01T10:00:00Z&to=2026-01-08T00:00:00Z").expect(200).json;
    let days = ["from", "to"].map(|end| week["before"][end].as_str().unwrap()[..10].to_owned());
    assert_eq!(days, ["2025-12-25", "2026-01-01"]);
}
