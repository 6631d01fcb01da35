//! The console's forwarding: a webhook from its address to its secret, its health, every attempt opened, and sending again.
//! What receivers answer is a stranger's text.

use crate::the_console::{on_every_screen, signed_in, wait_until_still};
use honeyguide_domain::destination::ADAPTERS;
use honeyguide_tests::{Browser, Manner, Receiver, Rough, World, wait_for};
use serde_json::{Value, json};

const ENTER: &str = "\u{E007}";
const TAB: &str = "\u{E004}";

/// What a receiver answers that means no good.
fn hostile() -> String {
    let long = "x".repeat(300);
    format!(
        "<img src=x onerror=\"window.ran=1\"><script>window.ran=1</script> javascript:window.ran=1 \u{202e}drawkcab {long}"
    )
}

fn open(world: &World, browser: &Browser, address: &str) {
    browser.open(&format!("{}{address}", world.client.base));
    wait_until_still(browser);
}

fn destination(world: &World, url: &str, events: &str) -> String {
    let made = json!({"kind": "webhook", "url": url, "events": [events]});
    world.client.post("/v1/destinations", &made).expect(201).json["id"].as_str().unwrap().to_owned()
}

fn deliveries(world: &World, filter: &str) -> Vec<Value> {
    let path = format!("/v1/deliveries?limit=1000&{filter}");
    world.client.get(&path).expect(200).json["data"].as_array().unwrap().clone()
}

#[test]
fn a_webhook_is_added_tested_changed_and_removed_by_its_screen() {
    let world = World::start();
    let receiver = Receiver::start();
    let browser = signed_in(&world, "/console/forwarding");
    browser.wait_for_text(".empty", "Nobody hears of your events yet");
    on_every_screen(&browser, "forwarding-empty");
    browser.resize(1280, 900);

    // By the keyboard alone: what is wrong is said at its field, and what was typed stays.
    browser.script("document.querySelector('.empty a').focus()");
    browser.press(ENTER);
    browser.wait_for_text("#kind", "Webhook");
    browser.script("document.querySelector('#field-url').focus()");
    browser.press("ftp://nowhere");
    browser.press(ENTER);
    browser.wait_for_text("#about-url", ".");
    wait_for("the field to be marked", 20, || {
        (browser.script("return document.activeElement.id + document.activeElement.getAttribute('aria-invalid') + document.activeElement.value")
            == "field-urltrueftp://nowhere").then_some(())
    });
    let said = browser.said();
    assert!(said.iter().all(|line| line.contains("422") || line.contains("400")), "{said:#?}");
    on_every_screen(&browser, "forwarding-new");
    browser.resize(1280, 900);
    browser.fill("#field-url", &receiver.url);
    browser.press(ENTER);
    browser.wait_for_text("#given", "The secret");
    let secret = browser.script("return document.querySelector('#secret').value").as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"), "{secret}");
    browser.click(".copy button");
    browser.wait_for_text(".toasts", "op");
    on_every_screen(&browser, "forwarding-secret");
    browser.resize(1280, 900);
    browser.click(".buttons a.button");
    browser.wait_for_text("h1", "A destination");
    browser.wait_for_text(".health", "Nothing waits, and nothing has failed");
    assert!(browser.script("return document.body.innerText.includes('whsec_')") == false, "it is shown once");
    assert_eq!(
        browser.script("return [...document.querySelectorAll('input')].some((one) => one.value.includes('whsec_'))"),
        false
    );

    // The test event arrives, is signed with that secret, and its outcome is told.
    browser.click("#health ~ .buttons button:nth-child(1)");
    browser.wait_for_text(".outcome", "It answered 200");
    let heard = receiver.wait_for_events(1, 20);
    assert_eq!(heard[0].json()["type"], "test");
    heard[0].verify(&secret);

    // A new secret: both sign.
    browser.click("#health ~ .buttons button:nth-child(3)");
    browser.wait_for_text("dialog[open]", "signs too");
    browser.click("dialog[open] .grave");
    browser.wait_for_text("#given", "The secret");
    let newer = browser.script("return document.querySelector('#secret').value").as_str().unwrap().to_owned();
    assert_ne!(newer, secret);
    browser.wait_for_text(".given", "The one before is valid until you make the next new secret");
    browser.click("#health ~ .buttons button:nth-child(1)");
    let both = receiver.wait_for_events(2, 20).pop().unwrap();
    both.verify(&secret);
    both.verify(&newer);
    browser.wait_for_text(".outcome", "It answered 200");

    // Changed, switched off and on, removed.
    let id = world.client.get("/v1/destinations").expect(200).json["data"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/destinations/{id}");
    open(&world, &browser, &format!("/console/forwarding/{id}"));
    on_every_screen(&browser, "forwarding-one");
    browser.resize(1280, 900);
    browser.script("document.querySelectorAll('details.change').forEach((one) => one.open = true)");
    browser.script("document.querySelector('[name=\"event:*\"]').click(); document.querySelector('[name=\"event:reward.*\"]').click()");
    browser.script("document.querySelector('[name=ordered]').closest('form').requestSubmit()");
    browser.wait_for_text(".toasts", "The destination was changed");
    let changed = world.client.get(&path).expect(200).json;
    assert_eq!((&changed["events"], &changed["url"]), (&json!(["reward.*"]), &json!(receiver.url)));
    browser.wait_for_text(".facts", "Whatever happens to rewards");
    browser.click("#health ~ .buttons button:nth-child(2)");
    browser.wait_for_text("dialog[open]", "Disable this destination?");
    browser.click("dialog[open] .grave");
    browser.wait_for_text("main", "Disabled by hand");
    assert_eq!(world.client.get(&path).expect(200).json["state"], "disabled");
    browser.wait_for_text("#health ~ .buttons", "Enable");
    browser.click("#health ~ .buttons button:nth-child(2)");
    browser.wait_for_text("main .badge", "Enabled");
    browser.click("section[aria-labelledby=remove] > button");
    browser.wait_for_text("dialog[open]", "Remove this destination?");
    browser.press(TAB);
    browser.press(ENTER);
    browser.wait_for_text("main", "Nobody hears of your events yet");
    world.client.get(&path).expect(404);
    browser.expect_quiet_console();
}

#[test]
fn health_is_seen_each_attempt_is_opened_and_what_was_lost_is_sent_again() {
    let world = World::start();
    let bad = Rough::start(Manner::Answers(500, "", hostile()));
    let gone = Rough::start(Manner::status(410));
    let good = Receiver::start();
    let (failing, given_up, fine) = (
        destination(&world, &bad.url, "participant.*"),
        destination(&world, &gone.url, "participant.*"),
        destination(&world, &good.url, "*"),
    );
    world.client.participant("ada");
    wait_for("a try", 30, || (bad.count() > 0 && gone.count() > 0).then_some(()));
    wait_for("a try to be kept", 30, || {
        let tried =
            deliveries(&world, &format!("destination={failing}")).iter().any(|row| row["tries"].as_i64() > Some(0));
        let off = world.client.get(&format!("/v1/destinations/{given_up}")).expect(200).json["state"] == "disabled";
        (tried && off).then_some(())
    });
    let browser = signed_in(&world, "/console/forwarding");
    browser.wait_for_text(".destinations li:nth-child(1)", "failed so far");
    browser.wait_for_text(".destinations li:nth-child(1)", "It has failed since");
    browser.wait_for_text(".destinations li:nth-child(2)", "The receiver answered 410 Gone.");
    browser.wait_for_text(".destinations li:nth-child(2)", "waiting until it is enabled");
    browser.wait_for_text(".destinations li:nth-child(3)", "Nothing waits, and nothing has failed");
    on_every_screen(&browser, "forwarding");
    browser.resize(1280, 900);

    // From the count to the delivery, and to what the receiver answered.
    browser.click(".destinations li:nth-child(1) .counts a");
    browser.wait_for_text("h1", "Deliveries");
    browser.wait_for_text("tbody", "Is tried again");
    assert!(browser.address().contains(&format!("destination={failing}")));
    open(&world, &browser, "/console/forwarding/deliveries");
    browser.wait_for_text("tbody", "Webhook");
    on_every_screen(&browser, "deliveries");
    let row = deliveries(&world, &format!("destination={failing}"))[0].clone();
    let delivery = row["id"].as_str().unwrap().to_owned();
    open(&world, &browser, &format!("/console/forwarding/deliveries/{delivery}"));
    browser.wait_for_text(".attempt[open] .answer", "onerror");
    let request = browser.text_of(".attempt[open] pre:not(.answer)");
    assert!(
        request.contains("POST http://127.0.0.1") && request.contains("webhook-signature: (redacted)"),
        "{request}"
    );
    on_every_screen(&browser, "delivery");
    browser.resize(1280, 900);
    assert_eq!(
        browser.script("return window.ran === undefined && !document.querySelector('main img, main script')"),
        true
    );

    // Mended, it is sent again by hand, and the page tells it without being loaded anew.
    bad.is_now(Manner::status(200));
    browser.script(
        "[...document.querySelectorAll('main button')].find((one) => one.innerText === 'Send it again').click()",
    );
    browser.wait_for_text("main", "The receiver took it");

    // A stretch of time: counted before it is confirmed.
    for name in ["bob", "cleo"] {
        world.client.participant(name);
    }
    wait_for("the others", 30, || {
        (deliveries(&world, &format!("destination={fine}&state=delivered&type=participant.joined")).len() >= 3)
            .then_some(())
    });
    let before = good.received().len();
    let all = deliveries(&world, &format!("destination={fine}&state=delivered")).len();
    open(&world, &browser, &format!("/console/forwarding/{fine}"));
    browser.script("document.querySelector('details.change').open = true");
    browser.script("const state = document.querySelector('#field-state'); state.value = 'delivered'; state.closest('form').requestSubmit()");
    browser.wait_for_text("dialog[open]", &format!("Send {all} deliveries again?"));
    assert_eq!(good.received().len(), before, "nothing leaves before it is confirmed");
    browser.click("dialog[open] .grave");
    browser.wait_for_text(".toasts", &format!("{all} deliveries are on their way again"));
    wait_for("them to arrive again", 30, || (good.received().len() >= before + all).then_some(()));
    browser.expect_quiet_console();
}

#[test]
fn each_kind_that_the_api_knows_has_its_fields_and_a_vendors_secret_is_never_shown() {
    let world = World::start();
    let browser = signed_in(&world, "/console/forwarding/new");
    browser.wait_for_text(".kinds", "Google Analytics");
    on_every_screen(&browser, "forwarding-kinds");
    let kinds = browser.script(
        "return [...document.querySelectorAll('.kinds a')].map((one) => new URL(one.href).searchParams.get('kind'))",
    );
    assert_eq!(kinds, json!(ADAPTERS.iter().map(|adapter| adapter.kind).collect::<Vec<_>>()));
    for adapter in ADAPTERS {
        open(&world, &browser, &format!("/console/forwarding/new?kind={}", adapter.kind));
        let shown = browser.script(
            "return [...document.querySelectorAll('form [name]')].map((one) => one.name).filter((name) => /^se(ttings|crets)\\./.test(name)).sort()",
        );
        let part = |secret: bool| if secret { "secrets" } else { "settings" };
        let mut fields: Vec<String> =
            adapter.fields.iter().map(|field| format!("{}.{}", part(field.shape.is_secret()), field.name)).collect();
        fields.sort();
        assert_eq!(shown, json!(fields), "{}", adapter.kind);
    }

    open(&world, &browser, "/console/forwarding/new?kind=meta");
    browser.resize(1280, 900);
    browser.fill("[name='settings.pixel_id']", "no digits!");
    browser.fill("[name='secrets.access_token']", "EAAB-very-secret-token");
    browser.fill("[name='settings.event_names']", "purchase: Purchase");
    browser.press(TAB);
    browser.script("document.querySelector('form').requestSubmit()");
    browser.wait_for_text("[id='about-settings.pixel_id']", "digits only");
    let said = browser.said();
    assert!(said.iter().all(|line| line.contains("422") || line.contains("400")), "{said:#?}");
    on_every_screen(&browser, "forwarding-meta");
    browser.fill("[name='settings.pixel_id']", "1234567");
    browser.press(ENTER);
    browser.wait_for_text("main", "set, and never shown");
    let made = world.client.get("/v1/destinations").expect(200).json["data"][0].clone();
    assert_eq!(made["settings"], json!({"pixel_id": "1234567", "event_names": {"purchase": "Purchase"}}));
    assert_eq!(browser.script("return document.documentElement.innerHTML.includes('EAAB-very')"), false);
    browser.expect_quiet_console();
}

#[test]
fn a_reader_sees_how_it_goes_and_changes_nothing() {
    let mut world = World::start();
    let receiver = Receiver::start();
    let id = destination(&world, &receiver.url, "*");
    let made = world.client.post("/v1/keys", &json!({"label": "reader", "scopes": ["read"]})).expect(201).json;
    made["secret_key"].as_str().unwrap().clone_into(&mut world.client.key);
    let reader = signed_in(&world, &format!("/console/forwarding/{id}"));
    reader.wait_for_text(".health", "Nothing waits, and nothing has failed");
    for address in ["/console/forwarding".to_owned(), format!("/console/forwarding/{id}")] {
        open(&world, &reader, &address);
        assert_eq!(
            reader.script("return document.querySelectorAll('main button, main input, main a.button').length"),
            0,
            "{address}"
        );
    }
    open(&world, &reader, "/console/forwarding/new?kind=webhook");
    reader.wait_for_text("main", "Sign in with one that may write");
    reader.expect_quiet_console();
    for (method, path) in [
        ("POST", "/v1/destinations".to_owned()),
        ("POST", format!("/v1/destinations/{id}/test")),
        ("POST", format!("/v1/destinations/{id}/rotate")),
        ("POST", format!("/v1/destinations/{id}/replay")),
        ("PATCH", format!("/v1/destinations/{id}")),
        ("DELETE", format!("/v1/destinations/{id}")),
    ] {
        let status = reader.script_that_ends(&format!(
            "const done = arguments[arguments.length - 1];
             fetch('{path}', {{method: '{method}', body: '{{}}'}}).then((answer) => done(answer.status), String);"
        ));
        assert_eq!(status, 403, "{method} {path}");
    }
}
