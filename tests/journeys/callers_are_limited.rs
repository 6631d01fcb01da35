//! What browsers may call is limited by visitor and by address; the redirect never is.

use honeyguide_tests::{Answer, Client, World, wait_for};
use std::time::Instant;

/// One endpoint: its method, its path, its body, how many calls pass at once, and in how many milliseconds one grows back.
type Endpoint = (&'static str, &'static str, &'static str, u128, u128);

const ENDPOINTS: [Endpoint; 9] = [
    ("GET", "offer?k=hg_pk_acme", "", 60, 200),
    ("GET", "reference?k=hg_pk_acme", "", 60, 200),
    ("GET", "me?k=hg_pk_acme", "", 60, 200),
    ("GET", "leaderboard?k=hg_pk_acme", "", 60, 200),
    ("POST", "me", r#"{"k":"hg_pk_acme","show_name":true}"#, 60, 200),
    ("POST", "touch", r#"{"k":"hg_pk_acme","event":"impression"}"#, 60, 200),
    ("POST", "consent", r#"{"k":"hg_pk_acme","state":"denied"}"#, 60, 200),
    ("POST", "join", r#"{"k":"hg_pk_acme","email":"zoe@example.com"}"#, 5, 12_000),
    ("POST", "claim", r#"{"k":"hg_pk_acme","event":"signup","external_id":"s-1"}"#, 5, 12_000),
];

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";
const CHROME: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

/// A browser of another version each.
fn agent(number: u32) -> String {
    FIREFOX.replace("150.0", &format!("150.{number}"))
}

/// One call of a visitor's, from an address and by an agent.
fn call(client: &Client, endpoint: &Endpoint, address: &str, agent: &str) -> Answer {
    let (method, path, body, _, _) = *endpoint;
    let headers = [("x-forwarded-for", address), ("user-agent", agent), ("content-type", "text/plain")];
    let body = (method == "POST").then_some(body.as_bytes());
    client.send(method, &format!("/r/-/v1/{path}"), &headers, body).unwrap()
}

/// How long an answer of 429 asks to wait, in seconds.
#[track_caller]
fn wait_of(refused: &Answer) -> u64 {
    assert_eq!(refused.status, 429, "{}", refused.text);
    assert_eq!(refused.json["error"]["code"], "too_many_requests", "{}", refused.text);
    let seconds = refused.header("retry-after").expect("429 says when to try again").parse().unwrap();
    assert!(seconds >= 1, "{refused:?}");
    seconds
}

#[track_caller]
fn arrives(client: &Client, code: &str, address: &str, agent: &str) {
    let click = client.follow(code, &[("x-forwarded-for", address), ("user-agent", agent)]).expect(302);
    assert!(click.header("location").unwrap().starts_with("http://shop.localhost"), "{click:?}");
    assert!(click.cookie().is_some(), "{click:?}");
}

#[test]
fn past_its_limit_each_public_endpoint_answers_429_while_links_and_other_visitors_go_on() {
    let world = World::start();
    // A browser has no secret key.
    let client = Client::new(&world.client.base, "").on_one_connection();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    for (number, endpoint) in ENDPOINTS.iter().enumerate() {
        let (_, path, _, burst, refill) = *endpoint;
        let (abuser, neighbour) = (format!("203.0.113.{number}"), format!("198.51.100.{number}"));
        let first = call(&client, endpoint, &abuser, FIREFOX);
        assert!(first.status < 500 && first.status != 429, "{path}: {first:?}");
        let begun = Instant::now();
        let mut passed = 1;
        let refused = loop {
            let answer = call(&client, endpoint, &abuser, FIREFOX);
            if answer.status == 429 {
                break answer;
            }
            assert_eq!(answer.status, first.status, "{path}: {}", answer.text);
            passed += 1;
            assert!(passed < 1_000, "{path} isn't limited");
        };
        let grown = begun.elapsed().as_millis() / refill + 1;
        assert!(passed >= burst && passed <= burst + grown, "{path}: {passed} calls passed");
        assert!(wait_of(&refused) <= 12, "{refused:?}");

        for _ in 0..20 {
            arrives(&client, &code, &abuser, FIREFOX);
        }
        assert_eq!(call(&client, endpoint, &neighbour, FIREFOX).status, first.status, "{path}: another address");
        assert_eq!(call(&client, endpoint, &abuser, CHROME).status, first.status, "{path}: another visitor there");
    }

    // The wait that is told is the wait.
    let offer = &ENDPOINTS[0];
    let told = Instant::now();
    let wait = wait_of(&wait_for("the limit", 5, || {
        Some(call(&client, offer, "192.0.2.1", FIREFOX)).filter(|answer| answer.status == 429)
    }));
    wait_for("the time to pass that was told", 10, || (told.elapsed().as_secs() > wait).then_some(()));
    call(&client, offer, "192.0.2.1", FIREFOX).expect(200);
}

#[test]
fn a_flood_that_changes_its_agent_is_limited_by_its_address_and_its_neighbours_still_arrive() {
    let world = World::start();
    let client = Client::new(&world.client.base, "").on_one_connection();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let join = ENDPOINTS.iter().find(|(_, path, ..)| *path == "join").unwrap();
    let answers = |address: &str| -> Vec<Answer> {
        (0..200).map(|number| call(&client, join, address, &agent(number))).collect()
    };
    let flood = answers("203.0.113.7");
    let passed = flood.iter().filter(|answer| answer.status == 202).count();
    assert!((50..60).contains(&passed), "{passed} passed");
    wait_of(flood.last().unwrap());
    arrives(&client, &code, "203.0.113.7", &agent(200));
    assert_eq!(call(&client, join, "203.0.113.8", &agent(200)).status, 202);
}
