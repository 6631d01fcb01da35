//! A batch of participants is made together, and yet each line is alone: what is wrong with one holds up no other, the same
//! batch again finds them all, and a kill in the middle leaves nobody half made.

use honeyguide_tests::{Answer, Client, World, wait_for};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::Instant;

fn join(client: &Client, lines: &[Value]) -> Result<Answer, String> {
    let body = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let headers = [("content-type", "application/x-ndjson")];
    let answer = client.send("POST", "/v1/participants/batch", &headers, Some(body.as_bytes()));
    answer.map_err(|error| error.to_string())
}

fn results(answer: &Answer) -> Vec<Value> {
    answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn joined(client: &Client, lines: &[Value]) -> Vec<Value> {
    let all = results(&join(client, lines).unwrap().expect(200));
    let numbers: Vec<u64> = all.iter().map(|line| line["line"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=u64::try_from(lines.len()).unwrap()).collect::<Vec<_>>());
    all
}

fn person(id: &str) -> Value {
    json!({"external_id": id, "email": format!("{id}@example.com")})
}

fn with(mut person: Value, name: &str, value: Value) -> Value {
    person[name] = value;
    person
}

fn statuses(all: &[Value]) -> Vec<u64> {
    all.iter().map(|line| line["status"].as_u64().unwrap()).collect()
}

#[test]
fn what_is_wrong_with_a_line_holds_up_no_other_and_the_same_again_answers_the_same() {
    let world = World::start();
    let site = format!("http://shop.localhost:{}", world.shop_port);
    let before =
        world.client.post("/v1/participants", &with(person("before"), "code", json!("taken"))).expect(201).json;
    let lines = [
        with(person("ada"), "name", json!("Ada")),
        with(person("bob"), "code", json!("taken")),
        with(person("cy"), "code", json!("Chosen")),
        with(person("dee"), "code", json!("chosen")),
        with(person("eve"), "destination", json!("https://elsewhere.example/")),
        with(person("fay"), "destination", json!(format!("{site}/autumn"))),
        with(person("gus"), "email", json!("nobody")),
        with(person("before"), "code", json!("another")),
        with(person("ada"), "name", json!("Ada again")),
        with(with(person("hal"), "metadata", json!({"plan": "pro"})), "lang", json!("de")),
        with(person("bob"), "code", json!("free")),
    ];
    let first = joined(&world.client, &lines);
    assert_eq!(statuses(&first), [201, 409, 201, 409, 422, 201, 400, 200, 200, 201, 201], "{first:#?}");
    let code = |at: usize| first[at]["participant"]["code"].as_str().unwrap().to_owned();
    assert_eq!((&first[1]["error"]["code"], &first[1]["error"]["field"]), (&json!("code_taken"), &json!("code")));
    assert_eq!(first[4]["error"]["code"], "foreign_destination");
    assert_eq!(first[6]["error"]["field"], "email");
    assert_eq!(first[7]["participant"], before, "who is there keeps the code");
    assert_eq!(first[8]["participant"], first[0]["participant"], "the second line of the same name finds the first");
    assert_eq!((code(2), code(10)), ("chosen".to_owned(), "free".to_owned()));
    // What a batch answers is what is kept.
    for at in [0, 2, 5, 9, 10] {
        let made = &first[at]["participant"];
        let mut kept = world.client.get(&format!("/v1/participants/{}", made["id"].as_str().unwrap())).expect(200).json;
        assert_eq!(kept.as_object_mut().unwrap().remove("links").unwrap()[0]["code"], made["code"]);
        assert_eq!(&kept, made);
    }
    let to = |at: usize| world.client.follow(&code(at), &[]).expect(302).header("location").unwrap().to_owned();
    assert!(to(0).starts_with(&format!("{site}/?")) && to(5).starts_with(&format!("{site}/autumn?")), "{}", to(5));

    let again = joined(&world.client, &lines);
    assert_eq!(statuses(&again), [200, 200, 200, 409, 422, 200, 400, 200, 200, 200, 200], "{again:#?}");
    for (one, other) in first.iter().zip(&again).filter(|(one, _)| one["status"].as_u64().unwrap() < 300) {
        assert_eq!(one["participant"], other["participant"]);
    }
    // Another order of the same two: who is refused leaves the name to who comes after.
    let twice = [with(person("ivy"), "code", json!("taken")), with(person("ivy"), "code", json!("mine"))];
    assert_eq!(statuses(&joined(&world.client, &twice)), [409, 201]);
    let alone = world.client.post("/v1/participants", &person("ada")).expect(200).json;
    assert_eq!(alone, first[0]["participant"], "one by one it is the same");
}

#[test]
fn a_batch_asks_each_object_a_few_times_and_not_for_each_line() {
    const LINES: usize = 400;
    let world = World::start();
    let admin = Client::new(&world.client.base, &world.admin_secret);
    let asked = |object: &str| {
        let name = format!("honeyguide_object_requests_total{{object=\"{object}\"}} ");
        let figures = admin.get("/v1/metrics").expect(200).text;
        figures.lines().find_map(|line| line.strip_prefix(&name)).map_or(0.0, |count| count.parse().unwrap())
    };
    let lines: Vec<Value> = (0..LINES).map(|number| person(&format!("p-{number}"))).collect();
    let before = ["directory", "program"].map(asked);
    assert!(statuses(&joined(&world.client, &lines)).iter().all(|status| *status == 201));
    let after = ["directory", "program"].map(asked);
    println!("{LINES} lines asked the directory {} times, the program {}", after[0] - before[0], after[1] - before[1]);
    assert!(after[0] - before[0] <= 4.0, "the directory was asked {} times", after[0] - before[0]);
    assert!(after[1] - before[1] <= 8.0, "the program was asked {} times", after[1] - before[1]);
}

#[test]
fn a_kill_in_the_middle_leaves_nobody_half_made_and_the_same_batch_ends_it() {
    const LINES: usize = 3_000;
    let mut world = World::start();
    let lines: Vec<Value> = (0..LINES).map(|number| person(&format!("p-{number}"))).collect();
    let count = |client: &Client| {
        let (mut count, mut cursor) = (0, String::new());
        loop {
            let page = client.get(&format!("/v1/participants?limit=1000{cursor}")).expect(200).json;
            count += page["data"].as_array().unwrap().len();
            let Some(next) = page["next_cursor"].as_str() else { return count };
            cursor = format!("&cursor={next}");
        }
    };
    // How long others took says when the middle is.
    let others: Vec<Value> = (0..LINES).map(|number| person(&format!("q-{number}"))).collect();
    let begun = Instant::now();
    joined(&world.client, &others);
    let whole = begun.elapsed();
    println!("{LINES} took {whole:?}");
    let mut cut = false;
    for tenths in [3, 4, 5, 6] {
        let client = world.client.clone();
        let body = lines.clone();
        let posting = thread::spawn(move || join(&client, &body).is_ok_and(|answer| results(&answer).len() == LINES));
        thread::sleep(whole * tenths / 10);
        world.stop_without_warning();
        let answered = posting.join().unwrap();
        world.start_again();
        let there = count(&world.client) - LINES;
        println!("killed when {there} of {LINES} were there");
        cut |= !answered && (1..LINES).contains(&there);
    }
    assert!(cut, "it was never killed in the middle");
    let ended = joined(&world.client, &lines);
    assert!(statuses(&ended).iter().all(|status| [200, 201].contains(status)), "nobody is refused for a lost code");
    assert_eq!(count(&world.client), 2 * LINES, "each is there once");
    let made = |all: &[Value]| -> BTreeMap<String, (String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let one = |line: &Value| {
            let person = &line["participant"];
            (text(&person["external_id"]), (text(&person["id"]), text(&person["code"])))
        };
        all.iter().map(one).collect()
    };
    let all = made(&ended);
    let codes: BTreeSet<&String> = all.values().map(|(_, code)| code).collect();
    assert_eq!((all.len(), codes.len()), (LINES, LINES), "each has a code of their own");
    let again = joined(&world.client, &lines);
    assert_eq!(made(&again), all);
    assert!(statuses(&again).iter().all(|status| *status == 200));
    let client = world.client.on_one_connection();
    for (_, code) in all.values().step_by(100) {
        assert!(client.follow(code, &[]).expect(302).cookie().is_some(), "{code} leads somewhere");
    }
    wait_for("their clicks to be counted", 20, || {
        let rows = client.get("/v1/stats/clicks?group_by=day").expect(200).json;
        (rows["data"][0]["person"].as_u64() >= Some(30)).then_some(())
    });
}
