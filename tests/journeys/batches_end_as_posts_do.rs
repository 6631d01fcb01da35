//! A batch looks up what is kept of all its lines at once and writes a table at a time; it ends as the same conversions do
//! that are posted one by one: customers, decisions, rewards, what is spent of a budget, and the book.

use crate::exactly_once::schedule::Chance;
use honeyguide_domain::time::{Span, Timestamp};
use honeyguide_tests::{Client, World, wait_for};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

const LINES: usize = 240;
const BATCHES: usize = 4;

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

/// A shop where few people buy much: accounts, guests, and guests who turn out to have an account; orders that come
/// again, as they were or with another amount; links of one's own, of others and of nobody; lines that can't be read.
fn line(chance: &mut Chance, codes: &[String]) -> Value {
    let person = chance.below(60);
    let mut customer = json!({});
    if chance.below(3) > 0 {
        customer["external_id"] = json!(format!("friend-{person}"));
    }
    if chance.below(3) > 0 || customer.get("external_id").is_none() {
        let person = if chance.below(8) == 0 { chance.below(60) } else { person };
        customer["email"] = json!(format!("Friend-{person}@example.com"));
    }
    if chance.below(6) == 0 {
        customer["country"] = json!(["DE", "JP", "BR"][chance.below(3)]);
    }
    let amount = 5_000 + 100 * chance.below(3);
    let mut line = json!({
        "event": if chance.below(5) == 0 { "signup" } else { "purchase" },
        "external_id": format!("order-{}", chance.below(2 * LINES)),
        "value": {"amount": amount, "currency": if chance.below(9) == 0 { "EUR" } else { "USD" }},
        "customer": customer,
        "properties": {"note": "\u{0} \"quoted\" \\ \u{1F426}", "number": 9_007_199_254_740_991_i64},
    });
    line["attribution"] = match chance.below(9) {
        0 => json!({}),
        1 => json!({"code": "nobodys"}),
        2 => json!({"contributions": [{"code": codes[0], "weight": 2}, {"code": codes[1], "weight": 1}]}),
        3 => json!({"contributions": [{"code": "nobodys", "weight": 1}]}),
        _ => json!({"code": codes[chance.below(codes.len())]}),
    };
    if chance.below(20) == 0 {
        line["value"]["amount"] = json!("much");
    }
    line
}

fn shop() -> (World, Vec<String>) {
    let world = World::start();
    let reward = |id: &str, side: &str, changes: &Value| {
        let mut rule = json!({"id": id, "side": side, "on": "purchase", "kind": "credit",
            "flat": {"amount": 700, "currency": "USD"}, "hold_days": 30});
        changes.as_object().unwrap().iter().for_each(|(name, value)| rule[name] = value.clone());
        rule
    };
    let rewards = json!([
        reward("referrer", "referrer", &json!({"kind": "money"})),
        reward("friend", "friend", &json!({})),
        reward("joined", "referrer", &json!({"on": "signup"})),
    ]);
    let limit = json!({"limit": {"amount": 40_000, "currency": "USD"}, "over": "year"});
    world.change_program(&json!({"rewards": rewards, "budget": limit}));
    let codes =
        ["ada", "ben", "friend-3"].map(|who| world.client.participant(who)["code"].as_str().unwrap().to_owned());
    // A refund that came before its order.
    for order in 0..20 {
        let refund = json!({"event": "purchase", "external_id": format!("order-{order}"), "refund_id": "r",
            "value": {"amount": 1_000, "currency": "USD"}});
        world.client.post("/v1/refunds", &refund).expect(201);
    }
    (world, codes.to_vec())
}

/// An answer to a line, with names of the moment left out and people numbered in the order in which they came.
fn plain(status: u64, answer: &Value, people: &mut BTreeMap<String, usize>, codes: &[String]) -> Value {
    if status >= 300 {
        return json!([status, answer["code"], answer["field"]]);
    }
    let mut known = |id: &Value| {
        let next = people.len();
        *people.entry(id.as_str().unwrap().to_owned()).or_insert(next)
    };
    let customer = known(&answer["customer"]["id"]);
    let rewards: Vec<Value> = answer["rewards"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!([one["rule"], one["state"], one["value"], known(&one["beneficiary"])]))
        .collect();
    let decision = &answer["decision"];
    let credits: Vec<Value> = decision["credits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!([codes.iter().position(|code| one["code"] == **code), one["share"]]))
        .collect();
    json!([
        status,
        answer["external_id"],
        answer["value"],
        answer["refunded"],
        customer,
        answer["customer"]["email"],
        decision["outcome"],
        decision["reason"],
        credits,
        decision["rules"],
        rewards,
        answer["properties"]
    ])
}

/// What an owner sees of all of it.
fn sums(client: &Client, codes: &[String]) -> Value {
    let overview = client.get("/v1/stats/overview").expect(200).json;
    let verified = client.get("/v1/ledger/verify").expect(200).json;
    assert_eq!(verified["valid"], true, "{verified}");
    let people = client.get("/v1/participants?limit=10").expect(200).json;
    let statement = |code: &String| {
        let of = people["data"].as_array().unwrap().iter().find(|one| one["code"] == **code).unwrap();
        client.get(&format!("/v1/participants/{}/statement", of["id"].as_str().unwrap())).expect(200).json["balances"]
            .clone()
    };
    json!([
        overview["period"]["conversions"],
        overview["period"]["rewards"],
        overview["owed"],
        verified["postings"],
        codes.iter().map(statement).collect::<Vec<_>>()
    ])
}

#[test]
fn a_batch_ends_as_its_lines_do_one_by_one() {
    let (alone, codes) = shop();
    let (together, their_codes) = shop();
    // Each has a moment of its own: of two guests who came at once, neither was first.
    let begin = now();
    let moment = |number: usize| begin.after(Span::millis(i64::try_from(number).unwrap()));
    wait_for("all the moments", 20, || (now() > moment(BATCHES * LINES)).then_some(()));
    for seed in 0..BATCHES {
        let lines = |codes: &[String]| {
            let mut chance = Chance::new(seed);
            let one = |number: usize| {
                let mut line = line(&mut chance, codes);
                line["occurred_at"] = json!(moment(seed * LINES + number));
                line
            };
            (0..LINES).map(one).collect::<Vec<Value>>()
        };
        let (mut people, mut their_people) = (BTreeMap::new(), BTreeMap::new());
        let posted: Vec<Value> = lines(&codes)
            .iter()
            .map(|line| {
                let answer = alone.client.post("/v1/conversions", line);
                let body = if answer.status < 300 { &answer.json } else { &answer.json["error"] };
                plain(answer.status.into(), body, &mut people, &codes)
            })
            .collect();
        let body: String = lines(&their_codes).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        let kind = [("content-type", "application/x-ndjson")];
        let answer =
            together.client.send("POST", "/v1/conversions/batch", &kind, Some(body.as_bytes())).unwrap().expect(200);
        let batch: Vec<Value> = answer
            .text
            .lines()
            .map(|text| {
                let line: Value = serde_json::from_str(text).unwrap();
                let body = line.get("conversion").unwrap_or(&line["error"]);
                plain(line["status"].as_u64().unwrap(), body, &mut their_people, &their_codes)
            })
            .collect();
        assert_eq!(posted.len(), batch.len());
        for (at, (one, other)) in posted.iter().zip(&batch).enumerate() {
            assert_eq!(one, other, "line {at} of batch {seed}");
        }
    }
    let (ours, theirs) = (sums(&alone.client, &codes), sums(&together.client, &their_codes));
    assert_eq!(ours, theirs);
    assert!(ours.to_string().contains("credited"), "{ours}");
}
