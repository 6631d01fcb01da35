//! What the edge answers is what `/openapi.json` says, whatever is asked: its own examples, and thousands of requests that
//! are grown from its schemas, whole and broken.

mod chance;
mod document;
mod grown;
mod house;

use chance::Chance;
use document::{Document, Operation};
use honeyguide_tests::World;
use house::House;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Requests that each operation gets. `HONEYGUIDE_CASES` and `HONEYGUIDE_SEED` choose others.
const CASES: u64 = 30;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn every_example_of_the_document_is_taken_back() {
    let world = World::start();
    let document = Document::of(&world.client);
    let mut house = House::new(&world);
    for operation in document.in_order().filter(|operation| operation.example().is_some()) {
        let example = operation.example().unwrap();
        let body = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
        let path = house.path_for_example(operation);
        let answer =
            house.send(operation, &path, &[("content-type", operation.takes().unwrap())], Some(body.as_bytes()));
        assert!((200..300).contains(&answer.status), "{}: {body}: {}", operation.id, answer.text);
        let faults = operation.faults(&answer);
        assert!(faults.is_empty(), "{}: {faults:#?}\n{}", operation.id, answer.text);
    }
}

#[test]
fn whatever_is_asked_the_answer_is_one_that_the_document_describes() {
    // Destinations that lead nowhere make workerd talk.
    let world = World::start_in_memory_changed(|settings| settings.said = Some(settings.data.join("said.log")));
    let document = Document::of(&world.client);
    let mut house = House::furnished(&world, &document);
    let begin = number("HONEYGUIDE_SEED", 1);
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    let mut seen: BTreeMap<String, BTreeSet<u16>> = BTreeMap::new();
    for (at, operation) in (1..).zip(document.in_order()) {
        house.restore(&document);
        for case in 0..number("HONEYGUIDE_CASES", CASES) {
            let mut chance = Chance::new(begin * 1_000_003 + at * 10_007 + case);
            let example = if case == 0 { grown::example(operation, &mut house) } else { None };
            let request = example.unwrap_or_else(|| grown::request(&document, operation, &mut house, &mut chance));
            let Some(answer) = house.ask(operation, &request) else { continue };
            let status = answer.status;
            seen.entry(operation.id.clone()).or_default().insert(status);
            let mut faults = operation.faults(&answer);
            if status >= 500 && status != 503 {
                faults.push("it is ours".to_owned());
            }
            faults.extend(operation.disagreement(request.body.as_deref(), &answer));
            for fault in faults {
                wrong.entry(format!("{} {status}: {fault}", operation.id)).or_insert_with(|| {
                    format!("{request:?}\n    -> {}", answer.text.chars().take(600).collect::<String>())
                });
            }
            house.learn(operation, &answer);
        }
    }
    let told: Vec<String> = wrong.iter().map(|(what, example)| format!("{what}\n    {example}")).collect();
    assert!(told.is_empty(), "{} kinds of answers aren't described:\n{}", told.len(), told.join("\n"));
    // A fuzzer that is always refused finds nothing: every operation was carried out, or found done, at least once.
    let others: Vec<&str> = document.in_order().filter(|one| one.is_for_others()).map(|one| one.id.as_str()).collect();
    let never: Vec<_> = seen
        .iter()
        .filter(|(id, _)| !others.contains(&id.as_str()))
        .filter(|(_, statuses)| statuses.iter().all(|status| *status >= 400 && *status != 409))
        .collect();
    assert!(never.is_empty(), "these were never carried out: {never:?}");
    assert_eq!(world.client.get("/healthz").expect(200).json["status"], "ok");
}

#[test]
fn a_method_that_a_path_does_not_have_is_405_and_the_answer_names_those_that_it_has() {
    let world = World::start();
    let document = Document::of(&world.client);
    let mut methods: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for operation in document.in_order() {
        methods.entry(&operation.path).or_default().insert(&operation.method);
    }
    for (path, known) in methods {
        let path = path.replace("{number}", "1").replace("{file}", "widget.js").replace(['{', '}'], "");
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            if known.contains(method) {
                continue;
            }
            let answer = world.client.send(method, &path, &[], None).unwrap();
            assert_eq!(answer.status, 405, "{method} {path}: {}", answer.text);
            let allowed: BTreeSet<&str> = answer.header("allow").unwrap().split(", ").collect();
            assert_eq!(allowed, known, "{path}");
        }
    }
}

#[test]
fn every_list_takes_the_parameters_that_the_document_names_and_no_others() {
    let world = World::start();
    let document = Document::of(&world.client);
    let lists: Vec<&Operation> = document.in_order().filter(|operation| operation.has_parameter("limit")).collect();
    assert!(lists.len() > 8);
    for operation in lists {
        let path = operation.path.replace("{id}", "prt_x");
        let refused = world.client.send(&operation.method, &format!("{path}?nope=1"), &[], None).unwrap().expect(400);
        assert_eq!(refused.json["error"]["code"], "unknown_parameter", "{path}");
        let message = refused.json["error"]["message"].as_str().unwrap();
        let named = message.split_once("there are ").unwrap().1.trim_end_matches(['.', ' ', ',']);
        let taken: BTreeSet<&str> = named.split(", ").collect();
        let described: BTreeSet<&str> = operation.query().filter(|name| *name != "program").collect();
        assert_eq!(taken, described, "{path}");
    }
}

#[test]
fn the_document_is_open_to_all_and_small_enough_to_be_read() {
    let world = World::start();
    let stranger = honeyguide_tests::Client::new(&world.client.base, "");
    let answer = stranger.get("/openapi.json").expect(200);
    assert!(answer.header("content-type").unwrap().starts_with("application/json"));
    assert_eq!(answer.json["openapi"], "3.1.0");
    assert!(answer.text.len() < 400_000, "{}", answer.text.len());
    let health = stranger.get("/healthz").expect(200).json;
    assert_eq!(answer.json["info"]["version"], health["version"]);
    assert!(answer.json["paths"].as_object().is_some_and(|paths| paths.values().all(Value::is_object)));
}
