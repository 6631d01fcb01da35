//! The console's people: found as one types, paused and resumed, given links that are copied, printed and counted; whatever
//! strangers called themselves.

use crate::codes_are_read::decoded;
use crate::the_console::{on_every_screen, signed_in, wait_until_still};
use honeyguide_tests::{Browser, Client, World, wait_for};
use serde_json::{Value, json};

const ENTER: &str = "\u{E007}";
const TAB: &str = "\u{E004}";

/// What a stranger could call themselves.
pub(crate) const HOSTILE: &str = "<img src=x onerror=\"window.ran=1\"> \u{202e}desrever <script>window.ran=1</script>";

/// Somebody with hostile fields and a very long word.
pub(crate) fn stranger(world: &World) -> Value {
    let body = json!({
        "external_id": "javascript:window.ran=1", "email": "=cmd|'/C'!a0@example.com", "name": format!("{HOSTILE} {}", "W".repeat(300)),
        "code": "stranger", "metadata": {"javascript:window.ran=1": HOSTILE, "long": "w".repeat(400)},
    });
    world.client.post("/v1/participants", &body).expect(201).json
}

/// Nothing of what strangers wrote was run.
#[track_caller]
pub(crate) fn nothing_ran(browser: &Browser) {
    let told = browser.script(
        "return [window.ran ?? null, window.refused, document.querySelectorAll('main img, main script, main a[href^=javascript]').length];",
    );
    assert_eq!(told, json!([null, [], 0]));
}

/// Goes on by the keyboard until what a selector names has the focus.
#[track_caller]
pub(crate) fn tab_to(browser: &Browser, selector: &str) {
    let is_there = format!("return !!document.activeElement?.matches({})", json!(selector));
    for _ in 0..60 {
        if browser.script(&is_there) == true {
            return;
        }
        browser.press(TAB);
    }
    panic!("the keyboard doesn't come to {selector}");
}

fn ada(world: &World) -> Value {
    let body = json!({"external_id": "u-1", "email": "ada@example.com", "name": "Ada Lovelace", "code": "ada"});
    world.client.post("/v1/participants", &body).expect(201).json
}

/// The same world, for whoever only reads.
fn reader(world: &mut World) -> Browser {
    let made = world.client.post("/v1/keys", &json!({"label": "reader", "scopes": ["read"]})).expect(201).json;
    made["secret_key"].as_str().unwrap().clone_into(&mut world.client.key);
    signed_in(world, "/console/people")
}

#[test]
fn somebody_is_found_as_one_types_and_by_the_keyboard_alone() {
    let world = World::start();
    let browser = signed_in(&world, "/console/people");
    browser.wait_for_text("h1", "People");
    browser.wait_for_text(".empty", "Nobody refers yet");
    on_every_screen(&browser, "people-empty");

    ada(&world);
    stranger(&world);
    for number in 0..60 {
        world.client.participant(&format!("friend-{number:02}"));
    }
    browser.resize(1280, 900);
    browser.open(&format!("{}/console/people?sort=-created_at", world.client.base));
    browser.wait_for_text("table", "friend-59");
    assert!(!browser.text_of("table").contains("friend-00"), "a page at a time");
    tab_to(&browser, "#filter-search");
    browser.press("ADA");
    browser.wait_for_text("tbody", "Ada Lovelace");
    wait_for("the list to be narrowed", 20, || {
        (browser.script("return document.querySelectorAll('tbody tr').length") == 1).then_some(())
    });
    assert!(browser.address().contains("search=ADA"), "{}", browser.address());
    assert!(browser.address().contains("sort=-created_at"), "{}", browser.address());
    tab_to(&browser, "tbody a");
    browser.press(ENTER);
    browser.wait_for_text("h1", "Ada Lovelace");
    browser.script("history.back()");
    wait_for("what was typed", 20, || {
        (browser.script("return document.querySelector('#filter-search')?.value") == "ADA").then_some(())
    });
    browser.fill("#filter-search", "nobody-is-called-so");
    browser.wait_for_text(".empty", "begins so");

    browser.open(&format!("{}/console/people?sort=name", world.client.base));
    browser.wait_for_text("table", "Ada Lovelace");
    browser.click(".under a[href*=cursor]");
    browser.wait_for_text(".under", "First page");
    browser.open(&format!("{}/console/people", world.client.base));
    browser.wait_for_text("table", "friend-59");
    browser.open(&format!("{}/console/people?sort=created_at", world.client.base));
    browser.wait_for_text("table", "desrever");
    on_every_screen(&browser, "people");
    nothing_ran(&browser);
}

#[test]
fn one_persons_page_tells_what_happened_and_gives_them_links() {
    let world = World::start();
    let (one, _) = (ada(&world), world.client.participant("bob"));
    let bob_code = world.client.get("/v1/participants?search=bob").json["data"][0]["code"].clone();
    let link = one["link"].as_str().unwrap().to_owned();
    for _ in 0..3 {
        world.client.follow("ada/mail", &[]).expect(302);
    }
    world.client.follow("ada", &[("user-agent", "Googlebot/2.1")]);
    let mut order = Client::purchase("order-1", "friend", 12_000, "");
    order["attribution"] = json!({"code": "ada"});
    world.client.post("/v1/conversions", &order).expect(201);
    wait_for("the clicks", 30, || {
        let counted = world.client.get("/v1/stats/clicks?group_by=code&code=ada").expect(200).json;
        (counted["data"][0]["raw"] == 4).then_some(())
    });

    let browser = signed_in(&world, &format!("/console/people/{}", one["id"].as_str().unwrap()));
    browser.wait_for_text("h1", "Ada Lovelace");
    browser.wait_for_text(".links tbody", "mail");
    browser.wait_for_text(".links tbody", "The link alone");
    browser.wait_for_text(".balances", "$20.00");
    browser.wait_for_text(".happened", "Joined the program.");
    browser.wait_for_text(".happened", "Credited with Purchase order-1 worth $120.00");
    browser.wait_for_text(".happened", "$20.00 earned");
    browser.wait_for_text(".earned tbody", "Pending");

    // Paused, and back.
    let state = || world.client.get(&format!("/v1/participants/{}", one["id"].as_str().unwrap())).json["state"].clone();
    browser.click(".beside button");
    browser.wait_for_text(".who .badge", "Paused");
    assert_eq!(state(), "paused");
    browser.wait_for_text(".beside button", "Resume");
    on_every_screen(&browser, "person-paused");
    browser.resize(1280, 900);
    browser.click(".beside button");
    browser.wait_for_text(".who .badge", "Active");
    assert_eq!(state(), "active");

    // A code that is taken is said at its field, and what was typed stays.
    browser.click(".toast:first-child button");
    browser.click(".toast button");
    browser.click(".new summary");
    browser.fill("#field-code", bob_code.as_str().unwrap());
    browser.fill("#field-destination", &format!("http://shop.localhost:{}/tea", world.shop_port));
    browser.press(ENTER);
    browser.wait_for_text(".new [role=alert]", "code");
    assert_eq!(browser.script("return document.querySelector('#field-code').value"), bob_code);
    assert_eq!(browser.script("return document.activeElement.id"), "field-code");
    let said = browser.said();
    assert!(said.iter().all(|line| line.contains("409")), "{said:#?}");
    on_every_screen(&browser, "person-code-taken");
    browser.resize(1280, 900);
    browser.fill("#field-code", "ada-flyer");
    browser.press(ENTER);
    browser.wait_for_text(".links", "ada-flyer");
    browser.wait_for_text(".links", "/tea");
    wait_until_still(&browser);
    assert_eq!(browser.script("return document.querySelector('#field-code').value"), "");

    // Copied, and printed: what is saved is read by two decoders.
    let permissions = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
    browser.devtools("Browser.grantPermissions", &permissions);
    browser.click(".links li:first-child .row button:first-child");
    browser.wait_for_text(".toasts", "The link is copied.");
    let pasted = browser.script_that_ends(
        "const done = arguments[0]; navigator.clipboard.readText().then(done, (e) => done(String(e)))",
    );
    assert_eq!(pasted, json!(link));
    let folder = world.data.join("saved");
    std::fs::create_dir_all(&folder).unwrap();
    let saving = json!({"behavior": "allow", "downloadPath": folder.to_str().unwrap()});
    browser.devtools("Browser.setDownloadBehavior", &saving);
    browser.click(".links li:first-child .row button:nth-child(2)");
    browser.wait_for_text("dialog[open]", "QR code of ada");
    assert!(
        browser.script("return document.querySelector('dialog[open] svg path').getAttribute('d').length").as_i64()
            > Some(500)
    );
    on_every_screen(&browser, "person-qr");
    browser.resize(1280, 900);
    browser.click("dialog[open] .buttons button:nth-child(3)");
    browser.click("dialog[open] .buttons button:nth-child(2)");
    let svg = wait_for("both files", 20, || {
        folder.join("ada.png").exists().then(|| std::fs::read_to_string(folder.join("ada.svg")).ok()).flatten()
    });
    assert!(svg.starts_with("<svg xmlns=") && svg.trim_end().ends_with("</svg>"), "{svg}");
    assert_eq!(decoded(&["photos", folder.to_str().unwrap()])["ada.png"], json!([link, link]));
    browser.click("dialog[open] .buttons button:first-child");
    browser.open(&browser.address());
    browser.wait_for_text(".happened", "earned");
    on_every_screen(&browser, "person");
}

#[test]
fn what_strangers_call_themselves_is_text_and_in_a_sheet_no_formula() {
    let world = World::start();
    let id = stranger(&world)["id"].as_str().unwrap().to_owned();
    let browser = signed_in(&world, "/console/people");
    browser.wait_for_text("table", "<img src=x onerror");
    let folder = world.data.join("saved");
    std::fs::create_dir_all(&folder).unwrap();
    let saving = json!({"behavior": "allow", "downloadPath": folder.to_str().unwrap()});
    browser.devtools("Browser.setDownloadBehavior", &saving);
    browser.click(".under button");
    let sheet = wait_for("the sheet", 20, || std::fs::read_to_string(folder.join("participants.csv")).ok());
    assert!(sheet.contains(",'=cmd|'/C'!a0@example.com,"), "{sheet}");
    browser.open(&format!("{}/console/people/{id}", world.client.base));
    browser.wait_for_text(".who", "javascript:window.ran=1");
    browser.wait_for_text(".happened", "Joined");
    on_every_screen(&browser, "person-stranger");
    nothing_ran(&browser);
}

#[test]
fn a_reader_of_people_changes_nobody() {
    let mut world = World::start();
    let path = format!("/v1/participants/{}", ada(&world)["id"].as_str().unwrap());
    let browser = reader(&mut world);
    browser.wait_for_text("table", "Ada Lovelace");
    browser.click("tbody a");
    browser.wait_for_text("h1", "Ada Lovelace");
    browser.wait_for_text(".links", "No click yet");
    let shown = browser.text_of("main");
    assert!(!shown.contains("Pause") && !shown.contains("New link"), "{shown}");
    on_every_screen(&browser, "person-read");
    let body = json!({"state": "paused"}).to_string();
    world.client.send("PATCH", &path, &[], Some(body.as_bytes())).unwrap().expect(403);
    world.client.post(&format!("{path}/links"), &json!({"code": "ada-more"})).expect(403);
    // Whoever isn't there is said so.
    browser.open(&format!("{}/console/people/prt_nobody", world.client.base));
    browser.wait_for_text("[role=alert]", "not_found");
}
