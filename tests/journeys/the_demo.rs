//! The demo itself, clicked through in Chromium: Ada takes a link, a friend follows it and buys, both earn, and the
//! shop's inbox shows the webhooks, each with a signature that another language's library has verified.

use honeyguide_tests::shop::Shop;
use honeyguide_tests::{Browser, World, wait_for};

#[test]
fn the_story_can_be_walked_in_a_browser() {
    let world = World::start();
    let shop = Shop::start(&world);
    let browser = Browser::start();

    browser.open(&format!("{}/refer", shop.url));
    browser.fill("input[name=name]", "Ada");
    browser.fill("input[name=email]", "ada@example.com");
    browser.click("main form button");
    let link = browser.wait_for_text("honeyguide-share >>> [part~=field]", "/r/");
    let link = link.trim().to_owned();
    assert!(link.starts_with(&format!("{}/r/", shop.url)), "{link}");
    assert_eq!(browser.text_of("honeyguide-offer >>> [part~=headline]"), "Give $20, get $20");
    browser.expect_quiet_console();

    // The friend is another browser: nobody there is signed in.
    let friend = Browser::start();
    friend.open(&link);
    assert_eq!(friend.address(), format!("{}/", shop.url), "nothing is added to the address");
    assert!(friend.cookie("hg").is_some(), "the touch is in a cookie of the shop's own");
    assert_eq!(friend.script("return document.cookie.includes('hg=')"), false, "no script can read it");
    friend.wait_for_text("honeyguide-banner >>> [role=region]", "$20");
    wait_for("the landing to be confirmed", 20, || {
        let rows = world.client.get("/v1/stats/clicks?group_by=day").json;
        (rows["data"][0]["human"] == 1).then_some(())
    });

    friend.open(&format!("{}/checkout?product=teapot", shop.url));
    friend.fill("input[name=name]", "Grace");
    friend.fill("input[name=email]", "grace@example.com");
    friend.click("main form button");
    let decided = friend.wait_for_text("section.decision", "20.00");
    assert!(decided.contains("last_touch_within_window"), "{decided}");

    browser.open(&format!("{}/inbox", shop.url));
    let arrived = browser.wait_for_text("#arrivals", "reward.created");
    assert!(!arrived.contains("Signature refused"), "{arrived}");
    browser.wait_for_text("#arrivals", "Signature verified");
    wait_for("all events", 20, || {
        let text = browser.text_of("#arrivals");
        ["participant.joined", "conversion.recorded", "reward.created"]
            .iter()
            .all(|kind| text.contains(kind))
            .then_some(())
    });
    browser.expect_quiet_console();
    friend.expect_quiet_console();
}

#[test]
fn a_friend_whose_browser_prefetched_the_link_still_gets_a_cookie_on_the_click() {
    let world = World::start();
    let shop = Shop::start(&world);
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let browser = Browser::start();
    browser.open(&format!("{}/", shop.url));
    let speculate = format!(
        "const a = document.createElement('a'); a.href = '/r/{code}'; a.id = 'go'; a.textContent = 'go'; document.body.prepend(a);
         const l = document.createElement('link'); l.rel = 'prefetch'; l.href = '/r/{code}'; document.head.append(l);"
    );
    browser.script(&speculate);
    wait_for("the prefetch to be counted", 20, || {
        let rows = world.client.get("/v1/stats/clicks?group_by=code").json;
        rows["data"].as_array().unwrap().iter().any(|row| row["prefetch"] == 1).then_some(())
    });
    assert_eq!(browser.cookie("hg"), None);
    browser.click("#go");
    wait_for("the cookie", 20, || browser.cookie("hg"));
    let rows = world.client.get("/v1/stats/clicks?group_by=code").json;
    assert_eq!((&rows["data"][0]["prefetch"], &rows["data"][0]["person"]), (&1.into(), &1.into()));
}

#[test]
fn the_product_page_and_the_console_page_open_without_a_word_on_the_console() {
    let world = World::start();
    let browser = Browser::start();
    browser.open(&format!("{}/", world.client.base));
    assert!(browser.text_of("main").contains("script"), "the embed snippet is shown");
    browser.expect_quiet_console();
    for guide in ["embed", "proxy", "conversions", "webhooks", "sizes", "guides/react", "guides/gtm"] {
        world.client.get(&format!("/docs/{guide}.md")).expect(200);
    }
    browser.open(&format!("{}/console", world.client.base));
    browser.wait_for_text("h1", "Sign in");
    browser.expect_quiet_console();
}
