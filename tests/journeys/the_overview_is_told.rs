//! What an owner sees first: a stretch of days beside the one before it, and what waits for somebody. It is what the lists
//! come to, whatever happened to conversions and rewards since, and it is read from sums, however many there are.

use honeyguide_tests::{Client, Receiver, World, wait_for};
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
        let shown = list["data"].as_array().unwrap().iter().filter(|row| row["state"] != "enabled").count();
        assert_eq!(one["count"], shown, "{list}");
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
