//! The console in Chromium: signing in and out, the overview on real data, its frame by keyboard, and that it breaks no line
//! of its CSP. `signed_in` and `on_every_screen` are for the journeys of its other screens too.

use honeyguide_tests::{Browser, Client, World, wait_for};
use serde_json::{Value, json};
use std::fmt::Write as _;
use xtask::place::Place;

const ENTER: &str = "\u{E007}";

/// A browser that brings axe-core, and keeps what the CSP refuses.
pub(crate) fn looking() -> Browser {
    let browser = Browser::start();
    browser.bring_axe();
    let refused = "window.refused = []; document.addEventListener('securitypolicyviolation', (event) =>
        refused.push(`${event.effectiveDirective} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));";
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({"source": refused}));
    browser.resize(1280, 1000);
    browser
}

/// Signs in at an address of the console with the program's key, and stays there.
pub(crate) fn signed_in(world: &World, address: &str) -> Browser {
    signed_in_as(&world.client, address)
}

/// The same, of any edge, with the client's key.
pub(crate) fn signed_in_as(client: &Client, address: &str) -> Browser {
    let browser = looking();
    browser.open(&format!("{}{address}", client.base));
    browser.wait_for_text("h1", "Sign in");
    browser.fill("#field-key", &client.key);
    browser.press(ENTER);
    browser.text_of("nav");
    browser
}

/// The screen as it is, at each width in both schemes, and at the widest in one: one `h1`, nothing wider than it, no objection of axe-core, nothing
/// that the CSP refused, a quiet console. Photographs are kept in `target/honeyguide/console`.
#[track_caller]
pub(crate) fn on_every_screen(browser: &Browser, name: &str) {
    let folder = Place::find().unwrap().built("console");
    std::fs::create_dir_all(&folder).unwrap();
    let mut report = String::new();
    for (width, height, schemes) in [
        (360, 800, &["light", "dark"][..]),
        (768, 1000, &["light", "dark"]),
        (1280, 900, &["light", "dark"]),
        (1920, 1080, &["light"]),
    ] {
        browser.resize(width, height);
        for scheme in schemes.iter().copied() {
            browser.prefer(scheme);
            wait_until_still(browser);
            for objection in browser.objections() {
                writeln!(report, "{width} {scheme}: {objection}").unwrap();
            }
            let size = browser.script(
                "const page = document.documentElement; return [page.scrollWidth, page.scrollHeight, page.clientWidth];",
            );
            let [wide, high, shown] = [0, 1, 2].map(|at| size[at].as_f64().unwrap());
            if wide > shown {
                writeln!(report, "{width}: the page is {wide} wide").unwrap();
            }
            let photo = browser.photo(Some([0.0, 0.0, f64::from(width), high.min(8_000.0)]));
            std::fs::write(folder.join(format!("{name}-{scheme}-{width}.png")), photo).unwrap();
        }
    }
    let told = browser.script("return [window.refused, document.querySelectorAll('h1').length];");
    assert_eq!(told, json!([[], 1]), "what the CSP refused, and how many h1 there are");
    assert!(report.is_empty(), "{report}");
    browser.expect_quiet_console();
}

/// Waits until nothing is loaded any more, and the page is drawn as it will be.
pub(crate) fn wait_until_still(browser: &Browser) {
    let mut before = Value::Null;
    wait_for("the screen to rest", 20, || {
        let now = browser.script(
            "if (document.querySelector('.skeleton, .progress')) return null;
             return document.body.innerText + document.documentElement.scrollHeight + document.body.clientWidth;",
        );
        let rests = now != Value::Null && now == before;
        before = now;
        rests.then_some(())
    });
}

/// Three clicks, one sale, one reward that waits.
fn lived_in(world: &World) {
    let mut rewards = world.client.get("/v1/program").expect(200).json["rewards"].clone();
    rewards[0]["approval"] = json!("manual");
    world.change_program(&json!({"rewards": rewards}));
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let touches: Vec<String> = (0..3).map(|_| world.client.follow(&code, &[]).cookie().unwrap()).collect();
    world.client.post("/v1/conversions", &Client::purchase("order-1", "friend", 12_000, &touches[0])).expect(201);
}

#[test]
fn an_owner_signs_in_sees_how_it_goes_and_signs_out() {
    let world = World::start();
    lived_in(&world);
    let browser = looking();
    browser.open(&format!("{}/console/?days=7", world.client.base));
    browser.wait_for_text("h1", "Sign in");
    on_every_screen(&browser, "sign-in");

    // What was typed stays, and what is wrong is said.
    browser.fill("#field-key", "hg_sk_acme_wrong");
    browser.press(ENTER);
    browser.wait_for_text("[role=alert]", "unauthorized");
    assert_eq!(browser.script("return document.querySelector('#field-key').value"), "hg_sk_acme_wrong");
    let said = browser.said();
    assert!(said.iter().all(|line| line.contains("401")), "{said:#?}");

    browser.fill("#field-key", &world.client.key);
    browser.press(ENTER);
    browser.wait_for_text("h1", "Overview");
    browser.wait_for_text(".funnel li:nth-child(1) .count", "3");
    browser.wait_for_text(".attention a", "1 reward waits for your approval");
    assert!(browser.text_of("main").contains("$120.00"), "the revenue is there");
    assert!(browser.address().contains("days=7"), "one is where one wanted to be");
    browser.text_of(".plot .u-legend");
    on_every_screen(&browser, "overview");

    let cookie = "return document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage);";
    let kept = browser.script(cookie);
    assert!(!kept.as_str().unwrap().contains("hg_s"), "{kept}");

    // A reload needs no key, and a deep link is a page.
    browser.open(&format!("{}/console/sessions", world.client.base));
    browser.wait_for_text("table", "This one");
    on_every_screen(&browser, "sessions");
    browser.resize(1280, 900);
    browser.click(".side-end button");
    browser.wait_for_text("h1", "Sign in");
    assert_eq!(world.client.get("/v1/sessions").expect(200).json["data"], json!([]));
    browser.expect_quiet_console();
}

#[test]
fn whoever_has_a_keyboard_gets_about() {
    let world = World::start();
    world.client.participant("ada");
    let browser = signed_in(&world, "/console");
    browser.wait_for_text("h1", "Overview");
    wait_until_still(&browser);
    browser.script("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'k', ctrlKey: true, bubbles: true}))");
    wait_for("the search", 20, || {
        (browser.script("return !!document.querySelector('.finder[open]')") == true).then_some(())
    });
    browser.press("ada");
    browser.wait_for_text("#found", "Person");
    on_every_screen(&browser, "search");
    browser.press(ENTER);
    browser.wait_for_text("h1", "ada");
    assert!(browser.address().contains("/console/people/prt_"), "{}", browser.address());
    let focused = browser.script("return document.activeElement.localName + ' ' + document.title");
    assert_eq!(focused, "h1 ada · Honeyguide");
    // What isn't there says so.
    browser.open(&format!("{}/console/nowhere", world.client.base));
    browser.wait_for_text("h1", "There is nothing here");
}

#[test]
fn a_session_that_ended_is_asked_for_again_where_one_was() {
    let world = World::start();
    let browser = signed_in(&world, "/console");
    browser.wait_for_text("h1", "Overview");
    wait_until_still(&browser);
    let id = world.client.get("/v1/sessions").expect(200).json["data"][0]["id"].as_str().unwrap().to_owned();
    world.client.send("DELETE", &format!("/v1/sessions/{id}"), &[], None).unwrap().expect(204);
    browser.click("nav a[href='/console/sessions']");
    browser.wait_for_text("main", "Your session has ended");
    assert!(browser.address().ends_with("/console/sessions"));
    browser.fill("#field-key", &world.client.key);
    browser.press(ENTER);
    browser.wait_for_text("table", "This one");
}

#[test]
fn a_reader_sees_nothing_that_it_may_not_do() {
    let mut world = World::start();
    let made = world.client.post("/v1/keys", &json!({"label": "reader", "scopes": ["read"]})).expect(201).json;
    signed_in(&world, "/console");
    made["secret_key"].as_str().unwrap().clone_into(&mut world.client.key);
    let reader = signed_in(&world, "/console/sessions");
    reader.wait_for_text("table", "reader");
    assert!(!reader.text_of("table").contains("End the session"));
    reader.expect_quiet_console();
}

#[test]
fn the_page_is_strict_and_every_address_of_the_console_is_one() {
    let world = World::start();
    let page = world.client.get("/console/people?search=x").expect(200);
    let header = |name: &str| page.header(name).unwrap_or_default();
    assert!(header("content-security-policy").contains("require-trusted-types-for 'script'"));
    assert!(header("content-security-policy").starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"));
    assert_eq!((header("referrer-policy"), header("x-content-type-options")), ("no-referrer", "nosniff"));
    for address in ["/console", "/console/", "/console/people/prt_x", "/console/nowhere"] {
        assert_eq!(world.client.get(address).expect(200).text, page.text, "{address}");
    }
    world.client.get("/console/app-none.js").expect(404);
    world.client.get("/r/-/console").expect(404);
    assert!(!page.text.contains("style=") && !page.text.contains("<script>"), "nothing is inline");
}
