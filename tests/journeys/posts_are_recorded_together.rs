//! Conversions that are posted at once share a transaction: each has its own answer all the same, what one does wrong is
//! its own, and nothing is recorded twice or half.

use honeyguide_tests::{Answer, Client, World};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::thread;

/// Posts of one wave, each by a hand of its own.
const AT_ONCE: usize = 40;
const WAVES: usize = 6;

fn order(number: usize, code: &str) -> Value {
    json!({"event": "purchase", "external_id": format!("order-{number}"), "value": {"amount": 12_000, "currency": "USD"},
        "customer": {"external_id": format!("friend-{number}"), "email": format!("friend-{number}@example.com")},
        "attribution": {"code": code}})
}

/// All of these at once: the answers, in their order.
fn at_once(client: &Client, posts: &[(Vec<(&str, String)>, Value)]) -> Vec<Answer> {
    thread::scope(|scope| {
        let send = |(headers, body): &(Vec<(&str, String)>, Value)| {
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            client.send("POST", "/v1/conversions", &headers, Some(body.to_string().as_bytes())).unwrap()
        };
        let hands: Vec<_> = posts.iter().map(|post| scope.spawn(move || send(post))).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    })
}

/// As many rewards and postings as so many recorded sales leave: two rewards each, two postings a reward.
fn holds(world: &World, sales: usize) {
    let verified = world.client.get("/v1/ledger/verify").expect(200).json;
    assert_eq!((&verified["valid"], &verified["postings"]), (&json!(true), &json!(4 * sales)));
    let listed = world.client.get("/v1/conversions?limit=500").expect(200).json;
    assert_eq!(listed["data"].as_array().unwrap().len(), sales);
}

#[test]
fn what_one_of_many_does_wrong_is_its_own() {
    let world = World::start();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let mut recorded = BTreeSet::new();
    for wave in 0..WAVES {
        let posts: Vec<_> = (0..AT_ONCE)
            .map(|number| {
                let mut body = order(wave * AT_ONCE + number, &code);
                match number % 8 {
                    // Refused before anything is written: by its reader.
                    1 => body["value"]["amount"] = json!("much"),
                    // Refused after the customer was written.
                    2 => body["attribution"] = json!({"contributions": [{"code": "nobodys", "weight": 1}]}),
                    // The same order as its neighbour's, and with another amount.
                    4 => body = order(wave * AT_ONCE + number - 1, &code),
                    5 => {
                        body = order(wave * AT_ONCE + number - 2, &code);
                        body["value"]["amount"] = json!(13_000);
                    }
                    _ => {}
                }
                (vec![("idempotency-key", format!("{wave}-{number}"))], body)
            })
            .collect();
        let answers = at_once(&world.client, &posts);
        for (number, answer) in answers.iter().enumerate() {
            let what = (answer.status, answer.json["error"]["code"].as_str().unwrap_or_default());
            match number % 8 {
                1 => assert_eq!(what, (400, "wrong_type"), "{answer:?}"),
                2 => assert_eq!(what, (422, "unknown_participant"), "{answer:?}"),
                // One of three makes it, and who names another amount than that one is told so.
                3..=5 => assert!(matches!(what, (200 | 201, _) | (409, "conversion_differs")), "{answer:?}"),
                _ => assert_eq!(what.0, 201, "{answer:?}"),
            }
            if answer.status == 201 {
                assert!(recorded.insert(answer.json["id"].as_str().unwrap().to_owned()), "recorded twice: {answer:?}");
            }
        }
        // The same again: every answer that was no refusal comes back as it was.
        for (first, again) in answers.iter().zip(at_once(&world.client, &posts)) {
            if first.status < 300 {
                assert_eq!((again.status, &again.json), (first.status, &first.json));
                assert_eq!(again.header("idempotent-replayed"), Some("true"));
            }
        }
    }
    assert_eq!(recorded.len(), WAVES * AT_ONCE / 8 * 4);
    holds(&world, recorded.len());
    let nobody = world.client.get("/v1/conversions?external_id=order-2").expect(200).json;
    assert_eq!(nobody["data"], json!([]), "what was refused left nothing");
}

#[test]
fn a_batch_with_a_line_that_fails_late_records_all_others_once() {
    let world = World::start();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let mut lines: Vec<Value> = (0..250).map(|number| order(number, &code)).collect();
    lines[120]["attribution"] = json!({"contributions": [{"code": "nobodys", "weight": 1}]});
    lines[121]["value"] = json!(1);
    lines[122] = lines[5].clone();
    let body = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    for again in [false, true] {
        let done = world.client.send("POST", "/v1/conversions/batch", &[], Some(body.as_bytes())).unwrap().expect(200);
        let told: Vec<Value> = done.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(told.len(), lines.len());
        for (number, line) in told.iter().enumerate() {
            let expected = match number {
                120 => 422,
                121 => 400,
                122 => 200,
                _ if again => 200,
                _ => 201,
            };
            assert_eq!(line["status"], expected, "{line}");
        }
        assert_eq!(told[120]["error"]["code"], "unknown_participant");
        holds(&world, 247);
    }
}

#[test]
fn a_panic_in_one_of_many_leaves_the_others_recorded() {
    let world = World::start_with_faults();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let posts: Vec<_> = (0..AT_ONCE)
        .map(|number| {
            let fault = if number % 10 == 7 { "panic-in-record" } else { "" };
            (vec![("x-honeyguide-fault", fault.to_owned())], order(number, &code))
        })
        .collect();
    let answers = at_once(&world.client, &posts);
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(answer.status, if number % 10 == 7 { 500 } else { 201 }, "{answer:?}");
    }
    holds(&world, AT_ONCE / 10 * 9);
}
