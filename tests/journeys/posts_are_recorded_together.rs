//! Conversions that are posted at once share a transaction: each has its own answer all the same, what one does wrong is
//! its own, and nothing is recorded twice or half.

use honeyguide_tests::{Answer, Client, World, wait_for};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

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

/// A statement that fails after others were run leaves those to be undone, of all that were written with it.
#[test]
fn what_is_half_done_is_undone_and_each_is_recorded_alone() {
    let world = World::start_with_faults();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let bad = [("x-honeyguide-fault", "statement-fails")];
    for wave in 0..WAVES {
        let numbers = wave * AT_ONCE..(wave + 1) * AT_ONCE;
        let fault = |number: usize| if number % 10 == 7 { "statement-fails" } else { "" };
        let posts: Vec<_> = numbers
            .clone()
            .map(|number| {
                let headers = vec![
                    ("x-honeyguide-fault", fault(number).to_owned()),
                    ("idempotency-key", format!("key-{number}")),
                ];
                (headers, order(number, &code))
            })
            .collect();
        let answers = at_once(&world.client, &posts);
        for (number, answer) in numbers.clone().zip(&answers) {
            assert_eq!(answer.status, if number % 10 == 7 { 500 } else { 201 }, "{answer:?}");
        }
        holds(&world, (wave + 1) * AT_ONCE / 10 * 9);
        // What was answered is what is kept, and stays the answer; what failed has left nothing.
        for (answer, (headers, body)) in answers.iter().zip(&posts).filter(|(answer, _)| answer.status == 201) {
            let key = [("idempotency-key", headers[1].1.as_str())];
            let again = world.client.send("POST", "/v1/conversions", &key, Some(body.to_string().as_bytes())).unwrap();
            assert_eq!((again.status, &again.json["id"]), (201, &answer.json["id"]));
        }
    }
    let alone = order(WAVES * AT_ONCE, &code);
    let failed = world.client.send("POST", "/v1/conversions", &bad, Some(alone.to_string().as_bytes())).unwrap();
    assert_eq!((failed.status, &failed.json["error"]["code"]), (500, &json!("internal")));
    holds(&world, WAVES * AT_ONCE / 10 * 9);
    world.client.post("/v1/conversions", &alone).expect(201);
    holds(&world, WAVES * AT_ONCE / 10 * 9 + 1);
}

/// Of some nothing is kept yet, of others a customer or the order: all earn what they would have earned one by one.
#[test]
fn new_friends_and_known_ones_at_once_earn_what_they_do_one_by_one() {
    let (many, single) = (World::start(), World::start());
    let codes = [&many, &single].map(|world| world.client.participant("ada")["code"].as_str().unwrap().to_owned());
    let body = |number: usize, code: &str| {
        let mut body = order(number, code);
        // Every other friend comes again in each wave, and some orders are sent again.
        match number % 4 {
            0 => body["customer"] = order(number % AT_ONCE, code)["customer"].clone(),
            1 if number >= AT_ONCE => body = order(number - AT_ONCE, code),
            _ => {}
        }
        body
    };
    let told = |answer: &Answer| {
        let rewards = answer.json["rewards"].as_array().unwrap();
        let rewards: Vec<_> = rewards.iter().map(|reward| (reward["side"].clone(), reward["value"].clone())).collect();
        (answer.status, answer.json["external_id"].clone(), answer.json["decision"]["reason"].clone(), rewards)
    };
    for wave in 0..3 {
        let numbers = wave * AT_ONCE..(wave + 1) * AT_ONCE;
        let posts: Vec<_> = numbers.clone().map(|number| (Vec::new(), body(number, &codes[0]))).collect();
        let answers = at_once(&many.client, &posts);
        for (number, answer) in numbers.zip(&answers) {
            assert_eq!(told(answer), told(&single.client.post("/v1/conversions", &body(number, &codes[1]))));
        }
    }
    let books = [&many, &single].map(|world| world.client.get("/v1/ledger/verify").expect(200).json);
    assert_eq!((&books[0]["valid"], &books[0]["postings"]), (&json!(true), &books[1]["postings"]));
}

/// Requests that others wait for go on in those others' turns unless that is prevented, once the runtime has compiled what
/// they share: it takes thousands of posts until then.
#[test]
fn thousands_of_posts_at_once_are_answered_each_by_its_own() {
    const HANDS: usize = 32;
    const POSTS: usize = 150;
    let world = World::start();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    thread::scope(|scope| {
        let hand = |hand: usize| {
            let client = world.client.on_one_connection();
            for post in 0..POSTS {
                let order = order(hand * POSTS + post, &code);
                let answer = client.post("/v1/conversions", &order).expect(201);
                assert_eq!(answer.json["external_id"], order["external_id"]);
            }
        };
        (0..HANDS).for_each(|number| drop(scope.spawn(move || hand(number))));
    });
    let job = world.client.get("/v1/ledger/verify").expect(202).json["id"].as_str().unwrap().to_owned();
    let verified = wait_for("the long book to be checked", 30, || {
        let job = world.client.get(&format!("/v1/jobs/{job}")).expect(200).json;
        (job["state"] == "done").then(|| job["result"].clone())
    });
    assert_eq!((&verified["valid"], &verified["postings"]), (&json!(true), &json!(4 * HANDS * POSTS)));
}

#[test]
fn who_posts_and_leaves_keeps_nobody_else_from_an_answer() {
    let world = World::start();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let authority = world.client.base.trim_start_matches("http://").to_owned();
    let leave = |number: usize| {
        let body = order(10_000 + number, &code).to_string();
        let mut stream = TcpStream::connect(&authority).unwrap();
        let head = format!("POST /v1/conversions HTTP/1.1\r\nHost: {authority}\r\nContent-Type: application/json\r\n");
        let key = format!("Authorization: Bearer {}\r\nContent-Length: {}\r\n\r\n", world.client.key, body.len());
        stream.write_all(format!("{head}{key}{body}").as_bytes()).unwrap();
    };
    let stay = |number: usize| {
        let begun = std::time::Instant::now();
        world.client.post("/v1/conversions", &order(number, &code)).expect(201);
        begun.elapsed()
    };
    for wave in 0..WAVES {
        let longest = thread::scope(|scope| {
            let mut hands = Vec::new();
            for number in wave * AT_ONCE..(wave + 1) * AT_ONCE {
                scope.spawn(move || leave(number));
                hands.push(scope.spawn(move || stay(number)));
            }
            hands.into_iter().map(|hand| hand.join().unwrap()).max().unwrap()
        });
        assert!(longest < Duration::from_secs(5), "someone waited {longest:?}");
    }
    // Of those who left, some were heard: what was recorded of them is whole.
    let verified = world.client.get("/v1/ledger/verify").expect(200).json;
    let listed = world.client.get("/v1/conversions?limit=1000").expect(200).json;
    let sales = listed["data"].as_array().unwrap().len();
    assert!(sales >= WAVES * AT_ONCE, "{sales}");
    assert_eq!((&verified["valid"], &verified["postings"]), (&json!(true), &json!(4 * sales)));
}

#[test]
fn an_answer_that_took_the_short_way_has_the_headers_of_all_others() {
    let world = World::start();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let short = world.client.post("/v1/conversions", &order(1, &code)).expect(201);
    let long = world.client.get("/v1/conversions").expect(200);
    for name in ["content-type", "cache-control", "x-content-type-options"] {
        assert!(short.header(name).is_some(), "no {name}");
        assert_eq!(short.header(name), long.header(name));
    }
    // What the short way can't tell is refused in words by the whole one.
    let refused = |headers: &[(&str, &str)], body: &[u8]| {
        let answer = world.client.send("POST", "/v1/conversions", headers, Some(body)).unwrap();
        (answer.status, answer.json["error"]["code"].as_str().unwrap_or_default().to_owned())
    };
    let body = order(2, &code).to_string();
    assert_eq!(refused(&[("idempotency-key", "\t")], body.as_bytes()), (400, "invalid_idempotency_key".to_owned()));
    assert_eq!(refused(&[("idempotency-key", "")], body.as_bytes()), (400, "invalid_idempotency_key".to_owned()));
    assert_eq!(refused(&[("content-type", "image/png")], body.as_bytes()).0, 415);
    assert_eq!(refused(&[], b"{\"event\": \"\xff\"}"), (400, "malformed_json".to_owned()));
    let strange = Client::new(&world.client.base, "hg_secret_acme_unknownunknownunknown");
    assert_eq!(strange.post("/v1/conversions", &order(3, &code)).status, 401);
    let nobody = Client::new(&world.client.base, "");
    assert_eq!(nobody.post("/v1/conversions", &order(3, &code)).status, 401);
}
