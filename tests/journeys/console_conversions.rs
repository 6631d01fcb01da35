//! The console's conversions: why somebody has the credit, a dispute that is settled by a split, and a refund whose losses
//! are shown before.

use crate::console_people::{HOSTILE, nothing_ran, stranger, tab_to};
use crate::the_console::{on_every_screen, signed_in};
use honeyguide_tests::{Client, Manner, Receiver, Rough, World, wait_for};
use serde_json::{Value, json};

const ENTER: &str = "\u{E007}";
const SPACE: &str = " ";
const DOWN: &str = "\u{E015}";

/// Bob's link and then Ada's were followed; a purchase of $120.00.
fn sale(world: &World) -> Value {
    for name in ["ada", "bob", "cleo"] {
        let body = json!({"external_id": name, "email": format!("{name}@example.com"), "name": name, "code": name});
        world.client.post("/v1/participants", &body).expect(201);
    }
    let touch = ["bob", "ada"].into_iter().fold(String::new(), |held, code| {
        world.client.follow(code, &[("cookie", &format!("hg={held}"))]).expect(302).cookie().unwrap()
    });
    let mut order = Client::purchase("order-1", "friend", 12_000, &touch);
    order["properties"] = json!({"javascript:window.ran=1": HOSTILE, "long": "w".repeat(300)});
    world.client.post("/v1/conversions", &order).expect(201).json
}

fn path(sale: &Value) -> String {
    format!("/v1/conversions/{}", sale["id"].as_str().unwrap())
}

#[test]
fn conversions_are_narrowed_and_each_tells_why() {
    let world = World::start();
    let browser = signed_in(&world, "/console/conversions");
    browser.wait_for_text(".empty", "No conversion came yet.");
    on_every_screen(&browser, "conversions-empty");
    sale(&world);
    stranger(&world);
    let mut other = Client::purchase(HOSTILE, "other", 700, "");
    other["attribution"] = json!({"code": "nobody-has-it"});
    world.client.post("/v1/conversions", &other).expect(201);
    let signup = json!({"event": "signup", "external_id": "u-9", "customer": {"external_id": "u-9"}, "attribution": {"code": "stranger"}});
    world.client.post("/v1/conversions", &signup).expect(201);
    browser.resize(1280, 900);
    browser.open(&format!("{}/console/conversions", world.client.base));
    browser.wait_for_text("table", "Purchase order-1");
    browser.wait_for_text("table", "stranger");
    on_every_screen(&browser, "conversions");
    nothing_ran(&browser);

    // By who has the credit, as one knows them.
    browser.resize(1280, 900);
    let rows = |count: i64| {
        wait_for("the rows", 20, || {
            (browser.script("return document.querySelectorAll('tbody tr').length") == count).then_some(())
        });
    };
    browser.fill("#filter-participant", "ada");
    browser.press(ENTER);
    rows(1);
    assert!(browser.address().contains("participant=prt_"), "{}", browser.address());
    browser.open(&browser.address());
    rows(1);
    wait_for("the code", 20, || {
        (browser.script("return document.querySelector('#filter-participant').value") == "ada").then_some(())
    });
    browser.open(&format!("{}/console/conversions?outcome=none", world.client.base));
    rows(1);
    assert_eq!(browser.script("return document.querySelector('#filter-outcome').value"), "none");
    tab_to(&browser, "#filter-event");
    browser.press("renewal");
    browser.press(ENTER);
    browser.wait_for_text(".empty", "No conversion fits");
    browser.click(".empty a");
    rows(3);

    // The newest first, until one turns the order.
    let orders = "return [...document.querySelectorAll('tbody tr')].map((row) => row.innerText.includes('order-1'))";
    assert_eq!(browser.script(orders), json!([false, false, true]));
    tab_to(&browser, "thead a");
    browser.press(ENTER);
    wait_for("the order to turn", 20, || (browser.script(orders) == json!([true, false, false])).then_some(()));
    assert!(browser.address().contains("sort=created_at"), "{}", browser.address());
    assert_eq!(browser.script("return document.querySelector('[aria-sort=ascending]').innerText"), "Recorded ↑");

    browser.click("tbody tr:first-child a");
    browser.wait_for_text("h1", "Purchase order-1");
    browser.wait_for_text(".touches .counted", "Counts 1/1");
    assert!(browser.text_of(".touches .counted").contains("newest eligible touch"), "why, in words");
    let passed = browser.text_of(".touches .passed");
    assert!(passed.contains("bob") && passed.contains("Doesn’t count"), "{passed}");
    browser.wait_for_text(".worth", "$120.00");
    browser.click(".worth summary");
    browser.wait_for_text(".worth", "<img src=x");
    on_every_screen(&browser, "conversion");
    nothing_ran(&browser);
}

#[test]
fn a_dispute_is_opened_and_settled_by_a_split_with_the_keyboard_alone() {
    let world = World::start();
    let made = sale(&world);
    let browser = signed_in(&world, &path(&made).replace("/v1", "/console"));
    browser.wait_for_text(".disputes", "Nobody objected.");
    tab_to(&browser, ".disputes summary");
    browser.press(ENTER);
    tab_to(&browser, "#field-reason");
    browser.press("Bob and Cleo brought them");
    browser.press(ENTER);
    browser.wait_for_text(".disputes", "Settle it");
    assert_eq!(world.client.get("/v1/conversions?dispute=open").json["data"].as_array().unwrap().len(), 1);

    tab_to(&browser, "[id='field-credit[0].code']");
    browser.press("bob");
    tab_to(&browser, "[id='field-credit[0].weight']");
    browser.fill("[id='field-credit[0].weight']", "2");
    tab_to(&browser, ".disputes button[type=button]:not(.part-row button)");
    browser.press(ENTER);
    browser.fill("[id='field-credit[1].code']", "nobody-has-it");
    browser.wait_for_text(".preview", "2/3");
    tab_to(&browser, "#field-reason");
    browser.press("their meeting came first");
    browser.press(ENTER);
    // What is wrong is said, and stays.
    browser.wait_for_text(".disputes [role=alert]", "credit[1].code");
    assert_eq!(browser.script("return document.activeElement.id"), "field-credit[1].code");
    let said = browser.said();
    assert!(said.iter().all(|line| line.contains("422")), "{said:#?}");
    on_every_screen(&browser, "conversion-settling");
    browser.resize(1280, 900);
    browser.fill("[id='field-credit[1].code']", "cleo");
    browser.wait_for_text(".preview", "cleo 1/3");
    browser.press(ENTER);
    browser.wait_for_text(".disputes", "Upheld. Credit since:");
    browser.wait_for_text(".worth", "bob 2/3");
    browser.wait_for_text(".rewards tbody", "Reversed");
    browser.wait_for_text(".rewards tbody tr:last-child", "Referrer cleo");
    let told = world.client.get(&path(&made)).expect(200).json;
    let shares: Vec<_> = told["credits"].as_array().unwrap().iter().map(|credit| &credit["share"]).collect();
    assert_eq!(shares, ["2/3", "1/3"]);
    on_every_screen(&browser, "conversion-settled");

    // Another is refused: the decision stands.
    world.client.post(&format!("{}/dispute", path(&made)), &json!({"reason": HOSTILE})).expect(201);
    browser.resize(1280, 900);
    browser.open(&browser.address());
    browser.wait_for_text(".disputes", "Settle it");
    tab_to(&browser, ".disputes [name=ruling]");
    browser.press(DOWN);
    browser.press(DOWN);
    browser.press(SPACE);
    browser.wait_for_text(".disputes form", "Nothing moves.");
    browser.fill("#field-reason", "looked at it twice");
    browser.press(ENTER);
    browser.wait_for_text(".disputes", "Refused: the decision stands.");
    nothing_ran(&browser);
}

#[test]
fn a_refund_shows_what_it_takes_back_and_is_recorded_once() {
    let world = World::start();
    let made = sale(&world);
    let browser = signed_in(&world, &path(&made).replace("/v1", "/console"));
    browser.wait_for_text(".refund", "$120.00 isn’t refunded yet.");
    browser.click(".refund .choice:nth-of-type(2) input");
    browser.fill("#refund-amount", "130");
    browser.press(ENTER);
    browser.wait_for_text("#refund-about", "at most $120.00");
    assert_eq!(browser.script("return document.querySelector('#refund-amount').getAttribute('aria-invalid')"), "true");
    browser.fill("#refund-amount", "60.00");
    browser.press(ENTER);
    browser.wait_for_text("dialog[open]", "Refund $60.00?");
    let losses = browser.text_of("dialog[open] .taken");
    assert_eq!(losses.matches("$10.00").count(), 2, "{losses}");
    on_every_screen(&browser, "conversion-refund");
    browser.resize(1280, 900);
    browser.click("dialog[open] .grave");
    browser.wait_for_text(".refund", "$60.00 isn’t refunded yet.");
    browser.wait_for_text(".rewards tbody", "$10.00 taken back");
    let told = world.client.get(&path(&made)).expect(200).json;
    assert_eq!(told["refunded"]["amount"], 6_000);

    browser.click(".refund button[type=submit]");
    browser.wait_for_text("dialog[open]", "Refund $60.00?");
    browser.click("dialog[open] .grave");
    browser.wait_for_text(".rewards tbody", "Reversed");
    wait_for("the form to go", 20, || {
        (browser.script("return !document.querySelector('.refund')") == true).then_some(())
    });
    assert_eq!(world.client.get(&path(&made)).json["refunded"]["amount"], 12_000);
    nothing_ran(&browser);
}

#[test]
fn a_reader_of_conversions_settles_and_refunds_nothing() {
    let mut world = World::start();
    let made = sale(&world);
    world.client.post(&format!("{}/dispute", path(&made)), &json!({"reason": "mine"})).expect(201);
    let key = world.client.post("/v1/keys", &json!({"label": "reader", "scopes": ["read"]})).expect(201).json;
    key["secret_key"].as_str().unwrap().clone_into(&mut world.client.key);
    let browser = signed_in(&world, &path(&made).replace("/v1", "/console"));
    browser.wait_for_text(".disputes", "mine");
    assert_eq!(
        browser.script("return document.querySelectorAll('main form, main button:not(.under button)').length"),
        0
    );
    on_every_screen(&browser, "conversion-read");
    let ruling = json!({"outcome": "rejected", "reason": "no"});
    world.client.post(&format!("{}/dispute/settle", path(&made)), &ruling).expect(403);
    let refund = json!({"event": "purchase", "external_id": "order-1", "refund_id": "r-1"});
    world.client.post("/v1/refunds", &refund).expect(403);
    world.client.post(&format!("{}/dispute", path(&made)), &json!({"reason": "x"})).expect(403);
}

#[test]
fn what_was_told_of_a_conversion_is_seen_and_a_backends_key_may_refund() {
    let mut world = World::start();
    let receiver = Receiver::start();
    let refusing = Rough::start(Manner::Answers(500, "", HOSTILE.to_owned()));
    for (url, events) in [(&receiver.url, "*"), (&refusing.url, "reward.*")] {
        let made = json!({"kind": "webhook", "url": url, "events": [events]});
        world.client.post("/v1/destinations", &made).expect(201);
    }
    let made = sale(&world);
    let id = made["id"].as_str().unwrap();
    let told = || {
        let rows = world.client.get(&format!("/v1/deliveries?conversion={id}")).expect(200).json;
        let rows = rows["data"].as_array().unwrap().clone();
        let tried = rows.iter().all(|row| row["tries"].as_i64() > Some(0));
        (rows.len() == 5 && tried).then_some(())
    };
    wait_for("five tries", 30, told);
    let backend =
        world.client.post("/v1/keys", &json!({"label": "shop", "scopes": ["read", "write"]})).expect(201).json;
    backend["secret_key"].as_str().unwrap().clone_into(&mut world.client.key);
    let browser = signed_in(&world, &path(&made).replace("/v1", "/console"));
    browser.wait_for_text(".told tbody", "conversion.recorded");
    let text = browser.wait_for_text(".told tbody", "Webhook · 127.0.0.1");
    assert_eq!((text.matches("Delivered").count(), text.matches("Is tried again").count()), (3, 2), "{text}");
    on_every_screen(&browser, "conversion-told");

    // A refund is a report, like the sale.
    browser.resize(1280, 900);
    browser.wait_for_text(".refund", "$120.00 isn’t refunded yet.");
    tab_to(&browser, ".refund button[type=submit]");
    browser.press(ENTER);
    browser.wait_for_text("dialog[open]", "Refund");
    browser.press("\u{E004}");
    browser.press(ENTER);
    browser.wait_for_text(".rewards tbody", "Reversed");

    // To the attempt, and to all of it.
    browser.wait_for_text(".told tbody", "Is tried again");
    let rejected =
        "[...document.querySelectorAll('.told tbody tr')].find((row) => row.innerText.includes('tried again'))";
    browser.script(&format!("{rejected}.querySelector('a').focus()"));
    browser.press(ENTER);
    browser.wait_for_text("h1", "A delivery");
    browser.wait_for_text(".attempt .answer", "<img src=x");
    browser.open(&format!("{}/console/forwarding/deliveries?conversion={id}", world.client.base));
    browser.wait_for_text("tbody", "conversion.recorded");
    browser.wait_for_text(".filters", id);
    nothing_ran(&browser);
}
