//! What browsers may call is limited by visitor and by address; the redirect never is.

use honeyguide_tests::vendor_posts::{Post, connect, seconds, signed};
use honeyguide_tests::{Answer, Client, World, wait_for};
use serde_json::json;
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
    let wait = wait_of(&wait_for("the limit", 5, || {
        Some(call(&client, offer, "192.0.2.1", FIREFOX)).filter(|answer| answer.status == 429)
    }));
    let told = Instant::now();
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

/// A post that comes from an address.
fn from(post: &Post, address: &str) -> Post {
    let mut post = post.clone();
    post.headers.push(("x-forwarded-for".to_owned(), address.to_owned()));
    post
}

#[test]
fn posts_that_no_vendor_signed_are_limited_by_address_and_by_program_and_those_that_one_signed_never_are() {
    let world = World::start();
    connect(&world.client);
    let client = world.client.on_one_connection();
    let event = |id: usize| {
        json!({"id": format!("evt_{id}"), "type": "payout.paid", "created": seconds(), "livemode": true,
        "data": {"object": {"id": "po_1"}}})
    };
    let order = ("orders/updated", "w-1".to_owned(), json!({"id": 5}));
    let posts = signed(&(0..40).map(event).collect::<Vec<_>>(), &[order]);
    let mut real = posts.iter();
    let mut forged = posts[0].clone();
    forged.body.push(' ');
    let forge = |address: &str| from(&forged, address).deliver(&client);
    let begun = Instant::now();
    let mut passed: u128 = 0;
    let refused = loop {
        let answer = forge("203.0.113.7");
        if answer.status == 429 {
            break answer;
        }
        assert_eq!((answer.status, &answer.json["error"]["code"]), (401, &json!("invalid_signature")));
        passed += 1;
        assert!(passed < 100, "forged posts aren't limited");
    };
    assert!(passed >= 20 && passed <= 20 + begun.elapsed().as_millis() / 3_000 + 1, "{passed} passed");
    assert!(wait_of(&refused) <= 3, "{refused:?}");
    for _ in 0..10 {
        from(real.next().unwrap(), "203.0.113.7").deliver(&client).expect(200);
        assert_eq!(forge("203.0.113.7").status, 429);
    }
    assert_eq!(forge("203.0.113.8").status, 401, "another address");

    // Many addresses spend the program's.
    let spent =
        (0..400).map(|number| forge(&format!("198.51.{}.{number}", number / 200))).filter(|one| one.status == 429);
    assert!(spent.count() > 100);
    assert_eq!(forge("192.0.2.1").status, 429);
    for number in 0..10 {
        from(real.next().unwrap(), &format!("192.0.2.{number}")).deliver(&client).expect(200);
    }
    posts.last().unwrap().deliver(&client).expect(200);
    let mut elsewhere = world.client.get("/v1/program").expect(200).json;
    elsewhere["id"] = json!("other");
    world.admin().post("/v1/programs", &elsewhere).expect(201);
    let headers: Vec<(&str, &str)> =
        forged.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let there = client.send("POST", "/v1/in/stripe/other", &headers, Some(forged.body.as_bytes())).unwrap();
    assert_eq!(there.status, 401, "another program isn't shut");

    // A secret that was just set is in force in the middle of it, and the old one isn't.
    let body = json!({"secrets": ["whsec_the_new_one_012345"]}).to_string();
    world.client.send("PUT", "/v1/sources/stripe", &[], Some(body.as_bytes())).unwrap().expect(200);
    let payload = event(99).to_string();
    let asked = json!({"vendor": "stripe", "payload": payload, "secret": "whsec_the_new_one_012345", "at": seconds()});
    let signature = honeyguide_tests::vendor_posts::ask(&[asked])[0].as_str().unwrap().to_owned();
    let fresh = Post { vendor: "stripe", body: payload, headers: vec![("stripe-signature".to_owned(), signature)] };
    wait_for("the limit", 10, || (forge("192.0.2.1").status == 429).then_some(()));
    from(&fresh, "192.0.2.1").deliver(&client).expect(200);
    assert!([401, 429].contains(&from(real.next().unwrap(), "192.0.2.1").deliver(&client).status));

    // Of what was forged, nothing is kept.
    let kept = world.client.get("/v1/in?limit=1000").expect(200).json;
    assert_eq!(kept["data"].as_array().unwrap().len(), 22, "{kept}");
}
