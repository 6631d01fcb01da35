//! The console's install screen: the snippet with the program's own key, the guides, and the doctor.

use crate::the_console::{on_every_screen, signed_in, wait_until_still};
use honeyguide_tests::site::Site;
use honeyguide_tests::{Browser, World};
use serde_json::{Value, json};

const SNIPPET: &str = r#"<script async src="/r/-/widget.js" data-program="hg_pk_acme"></script>"#;

/// The doctor's states by what was looked at.
fn states(world: &World) -> Vec<(String, String)> {
    let told = world.client.get("/v1/doctor").expect(200).json;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    told["checks"].as_array().unwrap().iter().map(|check| (text(&check["what"]), text(&check["state"]))).collect()
}

fn site(world: &World, policy: &str, page: &str) -> Site {
    let site = Site::start(&world.client.base, policy, page);
    world.change_program(&json!({"site": site.url}));
    site
}

fn no_script_ran(browser: &Browser) {
    assert_eq!(browser.script("return window.ran ?? null"), Value::Null);
    browser.expect_quiet_console();
}

#[test]
fn a_site_that_is_set_up_well_is_told_so() {
    let world = World::start();
    let policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
    let site = site(&world, policy, &format!("<!doctype html><title>Shop</title>{SNIPPET}"));
    let all = states(&world);
    assert!(all.iter().all(|(_, state)| state == "good"), "{all:?}");
    assert_eq!(world.client.get("/v1/clicks").expect(200).json["data"], json!([]), "looking counts nothing");

    let browser = signed_in(&world, "/console/install?guide=vue");
    browser.wait_for_text("h1", "Install");
    browser.wait_for_text(".doctor", "Route and Safari");
    browser.wait_for_text(".check.good", "answers");
    let code = browser.wait_for_text("section[aria-labelledby=snippet]", "hg_pk_acme");
    assert!(code.contains(SNIPPET), "{code}");
    browser.wait_for_text("section[aria-labelledby=route]", site.url.trim_start_matches("http://"));
    browser.wait_for_text(".guides", "honeyguide");
    browser.wait_for_text(".doctor", "No person has followed a link");
    wait_until_still(&browser);
    on_every_screen(&browser, "install");
    no_script_ran(&browser);
}

#[test]
fn what_is_wrong_with_a_site_is_told_with_a_fix_whatever_the_site_says() {
    let world = World::start();
    let hostile = "<img src=x onerror=window.ran=1 y=";
    let page = format!(r#"<script src="/r/-/widget.js" data-program='{hostile}'></script>"#);
    let _site = site(&world, "default-src 'none'", &page);
    let all = states(&world);
    let state = |what: &str| all.iter().find(|(name, _)| name == what).unwrap().1.clone();
    assert_eq!((state("script").as_str(), state("policy").as_str()), ("bad", "bad"), "{all:?}");
    let browser = signed_in(&world, "/console/install");
    browser.wait_for_text(".check.bad", "onerror");
    browser.wait_for_text(".doctor", "Add 'self' to script-src");
    wait_until_still(&browser);
    on_every_screen(&browser, "install-bad");
    no_script_ran(&browser);
}

#[test]
fn a_site_that_does_not_answer_keeps_nobody_waiting() {
    let world = World::start();
    let told = world.client.get("/v1/doctor").expect(200).json;
    assert_eq!(told["checks"][0]["state"], "bad", "{told}");
    assert!(told["checks"].as_array().unwrap().iter().all(|check| check["fix"].is_string()));
}

#[test]
fn a_reader_is_told_too_and_nobody_else() {
    let mut world = World::start();
    let made = world.client.post("/v1/keys", &json!({"label": "reader", "scopes": ["read"]})).expect(201).json;
    made["secret_key"].as_str().unwrap().clone_into(&mut world.client.key);
    world.client.get("/v1/doctor").expect(200);
    "hg_sk_acme_wrong".clone_into(&mut world.client.key);
    world.client.get("/v1/doctor").expect(401);
}

#[test]
fn a_deployment_with_a_path_of_its_own_is_installed_by_that_path() {
    let world = World::start_changed(|settings| settings.set("FRIEND_PATH", "/refer"));
    assert_eq!(world.client.get("/healthz").expect(200).json["friend_path"], "/refer");
    let browser = signed_in(&world, "/console/install");
    let own = SNIPPET.replace("/r/", "/refer/");
    browser.wait_for_text("section[aria-labelledby=snippet]", &own);
    browser.wait_for_text("section[aria-labelledby=route]", "location /refer/ {");
    browser.wait_for_text(".guides", &own);
    let text = browser.text_of("main");
    assert!(!text.contains("\"/r/") && !text.contains("location /r/"), "{text}");
    browser.expect_quiet_console();
}
