//! The first run: an owner of a new program, with only the screen, embeds the snippet in a page, sees the first click appear
//! without reloading, and publishes a change of the offer. And sample data, put in and taken out.

use crate::the_console::{on_every_screen, signed_in, wait_until_still};
use honeyguide_tests::site::Site;
use honeyguide_tests::{Browser, World, wait_for};
use serde_json::{Value, json};

const SNIPPET: &str = r#"<script async src="/r/-/widget.js" data-program="hg_pk_acme"></script>"#;

#[test]
fn the_owner_of_a_new_program_comes_to_a_first_click_and_an_offer_of_their_own() {
    let world = World::start();
    let site =
        Site::start(&world.client.base, "", &format!("<!doctype html><title>Shop</title><h1>Shop</h1>{SNIPPET}"));
    world.change_program(&json!({"site": site.url}));
    let owner = signed_in(&world, "/console");
    owner.wait_for_text(".first-run", "To your first click");
    let pasted = owner.wait_for_text(".first-step.now", "Paste the snippet");
    assert!(pasted.contains(SNIPPET), "what the screen says is what the page has: {pasted}");
    wait_until_still(&owner);
    on_every_screen(&owner, "first-run");
    owner.resize(1280, 900);
    owner.script("window.mark = 'the same page'");

    owner.click(".first-step.now .buttons button");
    owner.wait_for_text(".first-step.now", "Make a link to try");
    owner.script("[...document.querySelectorAll('.first-step.now button')].find((one) => one.textContent.includes('link to try')).click()");
    let link = owner.wait_for_text(".first-step.now a.button", "/r/");
    assert!(link.trim().starts_with(&format!("{}/r/", site.url)), "{link}");
    owner.wait_for_text(".waiting", "appears here by itself");

    let friend = Browser::start();
    friend.open(link.trim());
    friend.wait_for_text("h1", "Shop");
    owner.wait_for_text(".first-run .seen", "Your first click is here");
    owner.wait_for_text(".first-run .seen", "The script on your page confirmed it");
    owner.wait_for_text(".funnel li:nth-child(1) .count", "1");
    assert_eq!(owner.script("return window.mark"), "the same page", "nothing was loaded again");
    wait_until_still(&owner);
    on_every_screen(&owner, "first-click");
    owner.resize(1280, 900);

    owner.click(".first-step.now a.button");
    owner.wait_for_text("h1", "Program");
    owner.text_of("#file-offer-headline");
    owner.click("#file-offer-headline");
    owner.press(" today");
    owner.wait_for_text(".beside", "Review and publish");
    owner.click(".beside a.button");
    owner.wait_for_text(".difference", "offer.headline");
    owner.click("section[aria-labelledby=publish] button");
    owner.wait_for_text(".beside .badge", "Version 3 is in force");
    let offer = world.client.get("/r/-/v1/offer?k=hg_pk_acme").expect(200).text;
    assert!(offer.contains("today"), "{offer}");
    owner.expect_quiet_console();
}

#[test]
fn sample_data_is_looked_at_taken_out_and_written_nowhere() {
    let world = World::start();
    let everything = || {
        ["/v1/participants", "/v1/conversions", "/v1/rewards", "/v1/ledger", "/v1/clicks", "/v1/program/versions"]
            .map(|path| world.client.get(path).expect(200).json["data"].to_string())
    };
    let before = everything();
    let owner = signed_in(&world, "/console");
    owner.click(".first-sample button");
    owner.wait_for_text(".sample-bar", "made up");
    owner.wait_for_text(".funnel", "Clicks by persons");
    owner.wait_for_text("main", "2 rewards are held");
    wait_until_still(&owner);
    on_every_screen(&owner, "sample");
    owner.resize(1280, 900);
    assert_eq!(everything(), before, "nothing of it is anywhere");
    owner.click(".sample-bar button");
    owner.wait_for_text(".first-run", "To your first click");
    assert_eq!(owner.script("return document.querySelector('.sample-bar')"), Value::Null);
    owner.expect_quiet_console();
}

#[test]
fn a_reader_sees_the_click_come_and_makes_no_link() {
    let mut world = World::start();
    let made = world.client.post("/v1/keys", &json!({"label": "reader", "scopes": ["read"]})).expect(201).json;
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let edge = world.client.clone();
    made["secret_key"].as_str().unwrap().clone_into(&mut world.client.key);
    let reader = signed_in(&world, "/console");
    reader.click(".first-step.now .buttons button");
    reader.wait_for_text(".first-step.now", "Ask whoever may write");
    wait_for("a click", 20, || edge.follow(&code, &[]).cookie());
    reader.wait_for_text(".first-run .seen", "Your first click is here");
}
