//! The console's program screen: form and file beside each other, the linter, the difference, what-if, publishing, going back.

use crate::the_console::{on_every_screen, signed_in, wait_until_still};
use honeyguide_tests::{Browser, Client, World, wait_for};
use serde_json::{Value, json};

const HOSTILE: &str = "<img src=x onerror=window.ran=1>\u{202e}gnp.exe";
const TAB: &str = "\u{E004}";
const ENTER: &str = "\u{E007}";

/// Writes into a field as typing would.
fn put(browser: &Browser, selector: &str, text: &str) {
    browser.text_of(selector);
    browser.script(&format!(
        "const field = document.querySelector({});
         const proto = field.localName === 'textarea' ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype;
         Object.getOwnPropertyDescriptor(proto, 'value').set.call(field, {});
         field.dispatchEvent(new Event('input', {{bubbles: true}}));",
        json!(selector),
        json!(text)
    ));
}

fn value(browser: &Browser, selector: &str) -> String {
    let value = browser.script(&format!("return document.querySelector({})?.value ?? null", json!(selector)));
    value.as_str().unwrap_or_default().to_owned()
}

/// Opens a view of the screen by its link, as one does.
fn tab(browser: &Browser, number: u8) {
    browser.script(&format!("document.querySelectorAll('main > .tabs a')[{number}].click()"));
}

fn program(client: &Client) -> Value {
    client.get("/v1/program").expect(200).json
}

/// Presses Tab until an element has the focus.
fn tab_to(browser: &Browser, selector: &str) {
    for _ in 0..120 {
        if browser.script(&format!("return document.activeElement.matches({})", json!(selector))) == true {
            return;
        }
        browser.press(TAB);
    }
    panic!("the keyboard doesn't get to {selector}");
}

#[test]
fn form_and_file_are_one_and_the_linter_speaks_at_both() {
    let world = World::start();
    let browser = signed_in(&world, "/console/program");
    browser.wait_for_text("h1", "Program");
    browser.wait_for_text(".beside .badge", "Version 1 is in force");
    assert_eq!(value(&browser, "#file-offer-headline"), "Give $20, get $20");
    wait_until_still(&browser);
    on_every_screen(&browser, "program");
    browser.resize(1280, 900);

    // The form changes the file, and the file the form.
    put(&browser, "#file-offer-headline", HOSTILE);
    let file: Value = serde_json::from_str(&value(&browser, "#file")).unwrap();
    assert_eq!(file["offer"]["headline"], HOSTILE);
    put(&browser, "#file", &value(&browser, "#file").replace("\"window_days\": 90", "\"window_days\": 45"));
    wait_for("the form", 20, || (value(&browser, "#file-attribution-window_days") == "45").then_some(()));
    put(&browser, "#file-rewards-0--flat", "25,5");
    let file: Value = serde_json::from_str(&value(&browser, "#file")).unwrap();
    assert_eq!(file["rewards"][0]["flat"], json!({"amount": 2_550, "currency": "USD"}));
    assert_eq!(value(&browser, "#file-rewards-0--flat"), "25,5", "what is typed stays as it is typed");

    // What the linter finds stands at the field, at the line, and in the list.
    put(&browser, "#file-attribution-window_days", "4000");
    browser.wait_for_text("#file-attribution-window_days-about .note", "between");
    browser.wait_for_text("#file-found .finding.error", "attribution.window_days");
    let line =
        browser.script("return Number(document.querySelector('.gutter .mark.error').textContent)").as_u64().unwrap();
    let text = value(&browser, "#file");
    assert!(
        text.lines().nth(usize::try_from(line).unwrap() - 1).unwrap().contains("window_days"),
        "line {line} of {text}"
    );

    // A text that can't be read keeps the form as it was, and outlives a reload.
    put(&browser, "#file", "{\"name\": \n oops");
    browser.wait_for_text("#file-found", "can’t be read");
    assert_eq!(browser.script("return document.querySelector('fieldset.form').disabled"), true);
    browser.open(&format!("{}/console/program", world.client.base));
    wait_for("the text", 20, || value(&browser, "#file").contains("oops").then_some(()));
    assert_eq!(browser.script("return window.ran ?? null"), Value::Null);
    browser.expect_quiet_console();
}

#[test]
fn a_change_is_compared_tried_on_the_past_published_and_taken_back() {
    let world = World::start();
    let ada = json!({"external_id": "ada", "email": "ada@example.com", "name": HOSTILE});
    let code = world.client.post("/v1/participants", &ada).expect(201).json["code"].as_str().unwrap().to_owned();
    let touch = world.client.follow(&code, &[]).cookie().unwrap();
    world.client.post("/v1/conversions", &Client::purchase("order-1", "friend", 12_000, &touch)).expect(201);
    let browser = signed_in(&world, "/console/program");
    browser.wait_for_text(".beside .badge", "Version 1");

    // A refusal is told at its field, and nothing that was typed is lost.
    put(&browser, "#file-rewards-0--flat", "30");
    put(&browser, "#file-offer-headline", "Give $20, get $30");
    put(&browser, "#file-site", "nowhere");
    browser.wait_for_text(".beside", "Review and publish");
    tab(&browser, 1);
    browser.wait_for_text("#changed", "3 places differ");
    browser.click("section[aria-labelledby=publish] button");
    browser.wait_for_text("[role=alert]", "site");
    assert!(browser.said().iter().all(|line| line.contains("422") || line.contains("400")));
    tab(&browser, 0);
    browser.wait_for_text("#file-site-about .note.error", "address");
    assert_eq!(
        (value(&browser, "#file-site"), value(&browser, "#file-rewards-0--flat")),
        ("nowhere".into(), "30.00".into())
    );
    put(&browser, "#file-site", program(&world.client)["site"].as_str().unwrap());

    // Who gains, and what it comes to.
    tab(&browser, 1);
    let listed = browser.wait_for_text(".difference", "rewards[0].flat");
    assert!(listed.contains("$20.00") && listed.contains("$30.00"), "{listed}");
    browser.click(".whatif > button");
    browser.wait_for_text(".whatif .sum", "+$10.00");
    let gains = browser.wait_for_text(".whatif .who", "+$10.00");
    browser.wait_for_text(".whatif .who", "onerror");
    assert!(!gains.contains("-$"), "{gains}");
    wait_until_still(&browser);
    on_every_screen(&browser, "program-changes");
    browser.resize(1280, 900);
    assert_eq!(program(&world.client)["version"], 1, "trying writes nothing");

    browser.click("section[aria-labelledby=publish] button");
    browser.wait_for_text(".beside .badge", "Version 2 is in force");
    let now = program(&world.client);
    assert_eq!(
        (&now["offer"]["headline"], &now["rewards"][0]["flat"]["amount"]),
        (&json!("Give $20, get $30"), &json!(3_000))
    );

    // Back to the first version, as a third.
    tab(&browser, 2);
    browser.wait_for_text("table", "Give $20, get $20");
    browser.script("document.querySelector('tbody a[href*=\"version=1\"]').click()");
    browser.wait_for_text(".one-version", "offer.headline");
    wait_until_still(&browser);
    on_every_screen(&browser, "program-versions");
    browser.resize(1280, 900);
    browser.click(".one-version .buttons button");
    browser.wait_for_text("dialog[open]", "new version");
    browser.click("dialog[open] .grave");
    browser.wait_for_text(".beside .badge", "Version 3 is in force");
    assert_eq!(program(&world.client)["offer"]["headline"], "Give $20, get $20");
    assert_eq!(browser.script("return window.ran ?? null"), Value::Null);
    browser.expect_quiet_console();
}

#[test]
fn somebody_elses_version_is_not_written_over() {
    let world = World::start();
    let browser = signed_in(&world, "/console/program");
    browser.wait_for_text(".beside .badge", "Version 1");
    put(&browser, "#file-name", "Mine");
    world.change_program(&json!({"name": "Theirs"}));
    tab(&browser, 1);
    browser.click("section[aria-labelledby=publish] button");
    browser.wait_for_text("[role=alert]", "version");
    assert_eq!(program(&world.client)["name"], "Theirs");
    tab(&browser, 0);
    wait_for("what was typed", 20, || (value(&browser, "#file-name") == "Mine").then_some(()));
}

#[test]
fn the_keyboard_alone_publishes() {
    let world = World::start();
    let browser = signed_in(&world, "/console/program");
    browser.wait_for_text(".beside .badge", "Version 1");
    wait_until_still(&browser);
    tab_to(&browser, "#file-name");
    browser.press("!");
    wait_for("the change", 20, || value(&browser, "#file").contains('!').then_some(()));
    browser.wait_for_text(".beside", "Review and publish");
    browser.script("document.querySelector('h1').focus()");
    tab_to(&browser, ".beside a.button");
    browser.press(ENTER);
    browser.wait_for_text("#changed", "One place differs");
    tab_to(&browser, "section[aria-labelledby=publish] button");
    browser.press(ENTER);
    browser.wait_for_text(".beside .badge", "Version 2");
}

#[test]
fn a_reader_may_look_and_try_and_not_publish() {
    let mut world = World::start();
    let made = world.client.post("/v1/keys", &json!({"label": "reader", "scopes": ["read"]})).expect(201).json;
    made["secret_key"].as_str().unwrap().clone_into(&mut world.client.key);
    let reader = signed_in(&world, "/console/program");
    reader.wait_for_text(".beside .badge", "Version 1");
    put(&reader, "#file-name", "Mine");
    tab(&reader, 1);
    reader.wait_for_text("#changed", "One place differs");
    assert_eq!(reader.script("return document.querySelector('section[aria-labelledby=publish]')"), Value::Null);
    tab(&reader, 2);
    reader.wait_for_text("table", "Version 1");
    reader.script("document.querySelector('tbody a[href*=\"version=1\"]').click()");
    reader.text_of(".one-version");
    assert_eq!(reader.script("return document.querySelector('.one-version .buttons')"), Value::Null);
    let refused = reader.script_that_ends(
        "const done = arguments[arguments.length - 1];
         fetch('/v1/program').then((answer) => answer.text()).then((body) =>
            fetch('/v1/program', {method: 'PUT', body, headers: {'content-type': 'application/json'}}))
            .then((answer) => done(answer.status));",
    );
    assert_eq!(refused, 403);
}
