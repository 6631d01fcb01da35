//! The deployment's console: the admin secret opens all programs side by side, and each of them leads into itself; every view
//! keeps its address. And what the overview shows of stages and of what needs somebody. Names come from strangers.

use crate::sessions_are_kept::another_program;
use crate::the_console::{looking, on_every_screen, signed_in, wait_until_still};
use honeyguide_domain::links::TELLING_CLICKS;
use honeyguide_tests::{Browser, Client, Connection, Receiver, World, wait_for};
use serde_json::{Value, json};
use xtask::place::Place;

const ENTER: &str = "\u{E007}";
const TAB: &str = "\u{E004}";

/// A name that means no good.
fn hostile() -> String {
    let long = "x".repeat(120);
    format!("<img src=x onerror=\"window.ran=1\">javascript:window.ran=1 \u{202e}drawkcab {long}")
}

fn signed_in_as_admin(world: &World, address: &str) -> Browser {
    let browser = looking();
    browser.open(&format!("{}{address}", world.client.base));
    browser.wait_for_text("h1", "Sign in");
    browser.fill("#field-key", &world.admin_secret);
    browser.press(ENTER);
    browser.text_of("nav");
    browser
}

/// One more look, as wide as a desk has it.
fn wide(browser: &Browser, name: &str) {
    browser.resize(1920, 1080);
    browser.prefer("light");
    wait_until_still(browser);
    let size = browser.script("return [document.documentElement.scrollWidth, document.documentElement.clientWidth];");
    assert!(size[0].as_f64() <= size[1].as_f64(), "{name} at 1920: {size}");
    let folder = Place::find().unwrap().built("console");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}-light-1920.png")), browser.photo(None)).unwrap();
    browser.resize(1280, 1000);
}

fn sale(client: &Client, code: &str, order: &str, amount: i64) -> Value {
    let touch = client.follow(code, &[]).cookie().unwrap();
    client
        .post("/v1/conversions", &Client::purchase(order, &format!("friend-{order}"), amount, &touch))
        .expect(201)
        .json
}

#[test]
fn the_admin_secret_opens_all_programs_and_each_leads_into_itself() {
    let world = World::start();
    let globex = another_program(&world, "globex", "partner");
    let evil = another_program(&world, "evil", "referral");
    let mut file = evil.get("/v1/program").expect(200).json;
    file["name"] = json!(hostile());
    evil.send("PUT", "/v1/program", &[], Some(file.to_string().as_bytes())).unwrap().expect(200);
    let ada = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let grace = json!({"external_id": "grace", "email": "grace@example.com", "name": "Grace"});
    let grace = globex.post("/v1/participants", &grace).expect(201).json["code"].as_str().unwrap().to_owned();
    sale(&world.client, &ada, "order-1", 12_000);
    sale(&globex, &grace, "order-2", 30_000);

    // A deep link without a program leads to all of them; what is wrong is said.
    let browser = signed_in_as_admin(&world, "/console/people");
    browser.wait_for_text("h1", "Programs");
    browser.wait_for_text("#kind-referral", "Referral programs");
    assert!(browser.address().ends_with("/console/programs"), "{}", browser.address());
    browser.wait_for_text("#kind-partner", "Partner programs");
    let nav = browser.text_of("nav ul");
    assert_eq!(nav.trim(), "Programs", "without a program, there is no other page");
    let partners = "return document.querySelector('section[aria-labelledby=kind-partner]').innerText";
    let partners = browser.script(partners).as_str().unwrap().to_owned();
    assert!(
        partners.contains("The globex") && partners.contains("$300.00") && !partners.contains("$120.00"),
        "{partners}"
    );
    assert_eq!(browser.script("return window.ran ?? 0"), 0);
    on_every_screen(&browser, "programs");
    wide(&browser, "programs");

    // By the keyboard alone, into one.
    browser.script("document.querySelector('a[href=\"/console?program=acme\"]').focus()");
    browser.press(ENTER);
    browser.wait_for_text("h1", "Overview");
    browser.wait_for_text(".funnel li:nth-child(4) .count", "1");
    assert!(browser.address().ends_with("/console?program=acme"), "{}", browser.address());
    // Each page keeps the program in its address, and a reload stays there.
    browser.click("nav a[href='/console/people']");
    browser.wait_for_text("table", "ada");
    wait_for("the address", 20, || browser.address().ends_with("/console/people?program=acme").then_some(()));
    browser.open(&format!("{}/console/people?program=globex&sort=name", world.client.base));
    browser.wait_for_text("table", "Grace");
    assert!(!browser.text_of("main").contains("ada"));
    browser.wait_for_text(".brand-name", "The globex");
    wait_until_still(&browser);
    // What is changed is changed there.
    browser.open(&format!("{}/console/conversions?program=globex", world.client.base));
    browser.wait_for_text("table", "order-2");

    // One that isn't there says so, and leads back.
    browser.open(&format!("{}/console?program=nobody", world.client.base));
    browser.wait_for_text("main", "not_found");
    let said = browser.said();
    assert!(said.iter().all(|line| line.contains("404")), "{said:#?}");
    browser.click("a[href='/console/programs']");
    browser.wait_for_text("h1", "Programs");

    // Its sessions are its own; signed out, nothing is left.
    browser.open(&format!("{}/console/sessions", world.client.base));
    browser.wait_for_text("table", "Admin secret");
    let kept =
        browser.script("return document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage);");
    assert!(!kept.as_str().unwrap().contains("hg_"), "{kept}");
    browser.resize(1280, 900);
    browser.click(".side-end button");
    browser.wait_for_text("h1", "Sign in");
    assert_eq!(world.admin().get("/v1/sessions").expect(200).json["data"], json!([]));
    browser.expect_quiet_console();
}

#[test]
fn the_overview_shows_stages_with_their_times_and_what_fails_and_earns_nothing() {
    let world = World::start();
    let client = world.client.clone();
    let ada = client.participant("ada")["code"].as_str().unwrap().to_owned();
    let bob = client.participant("bob")["code"].as_str().unwrap().to_owned();
    client.participant("eve");
    sale(&client, &ada, "order-1", 12_000);
    let mut friends = Connection::to(&client).unwrap();
    for _ in 0..TELLING_CLICKS {
        friends.follow(&bob, &[]).unwrap().expect(302);
    }
    let receiver = Receiver::start();
    receiver.answer_with(500);
    client.post("/v1/destinations", &json!({"kind": "webhook", "url": receiver.url, "events": ["*"]})).expect(201);
    client.participant("mallory");
    wait_for("a destination to fail", 30, || {
        let listed = client.get("/v1/destinations?state=enabled&failing=true").expect(200).json;
        (listed["data"] != json!([])).then_some(())
    });

    let browser = signed_in(&world, "/console");
    browser.wait_for_text(".attention", "1 destination fails");
    browser.wait_for_text(".attention", "1 link is followed");
    browser.wait_for_text(".funnel li:nth-child(3) .count", "2");
    browser.wait_for_text(".funnel li:nth-child(3)", "4 joined");
    browser.wait_for_text(".funnel li:nth-child(4) summary", "Half within");
    browser.script("document.querySelector('.funnel li:nth-child(4) summary').focus()");
    browser.press(ENTER);
    browser.wait_for_text(".funnel li:nth-child(4) details[open]", "Nine of ten within");
    on_every_screen(&browser, "overview-stages");
    wide(&browser, "overview-stages");

    browser.click(".attention a[href^='/console/links']");
    browser.wait_for_text("table", &bob);
    assert!(!browser.text_of("table").contains(&ada), "only those that earn nothing");
    on_every_screen(&browser, "links");
    browser.resize(1280, 900);
    browser.script("document.querySelector('#filter-unproductive').focus()");
    browser.press(TAB);
    browser.open(&format!("{}/console/links", world.client.base));
    browser.wait_for_text("table", &ada);
    browser.open(&format!("{}/console", world.client.base));
    browser.click(".attention a[href^='/console/forwarding']");
    browser.wait_for_text(".destinations", "It has failed since");
    browser.expect_quiet_console();
}
