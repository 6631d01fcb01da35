//! The guides' examples, each started and clicked through as its reader would.

use honeyguide_tests::shop::Shop;
use honeyguide_tests::{Browser, World, wait_for};

const LINK: &str = "honeyguide-share >>> [part~=field]";

struct Stage {
    world: World,
    shop: Shop,
    browser: Browser,
}

fn open(guide: &str) -> Stage {
    let world = World::start();
    let shop = Shop::start(&world);
    let browser = Browser::start();
    browser.open(&format!("{}/guides/{guide}", shop.url));
    Stage { world, shop, browser }
}

impl Stage {
    /// The visitor's own link is there.
    #[track_caller]
    fn has_a_link(&self) -> String {
        let link = self.browser.wait_for_text(LINK, "/r/").trim().to_owned();
        assert!(link.starts_with(&format!("{}/r/", self.shop.url)), "{link}");
        link
    }

    /// Shares by `WhatsApp`, without leaving the page.
    fn share(&self) {
        self.browser.script(
            "const way = document.querySelector('honeyguide-share').shadowRoot.querySelector('a[href*=\"wa.me\"]');
             way.addEventListener('click', (event) => event.preventDefault()); way.click();",
        );
    }

    fn is_gone(&self) -> bool {
        self.browser.script("return document.querySelector('honeyguide-share') === null") == true
    }
}

#[test]
fn plain_html() {
    let stage = open("html");
    stage.has_a_link();
    assert_eq!(stage.browser.text_of("honeyguide-offer >>> [part~=headline]"), "Give $20, get $20");
    stage.browser.expect_quiet_console();
}

/// To the card and away again, twice; then it is shared, and the app hears of it.
fn single_page_app(guide: &str) {
    let stage = open(guide);
    for _ in 0..2 {
        stage.browser.click("#to-refer");
        stage.has_a_link();
        stage.browser.click("nav button");
        stage.browser.text_of("#home");
        assert!(stage.is_gone());
    }
    stage.browser.click("#to-refer");
    stage.has_a_link();
    stage.share();
    stage.browser.wait_for_text("#thanks", "whatsapp");
    stage.browser.expect_quiet_console();
}

#[test]
fn react() {
    single_page_app("react");
}

#[test]
fn vue() {
    single_page_app("vue");
}

#[test]
fn a_page_that_the_server_drew_comes_to_life_with_the_card_in_it() {
    let stage = open("next");
    stage.has_a_link();
    stage.browser.click("#count");
    stage.browser.wait_for_text("#count", "1 times");
    // A page that didn't fit would be drawn anew, with a word on the console.
    stage.has_a_link();
    stage.browser.expect_quiet_console();
}

#[test]
fn a_wordpress_theme() {
    let stage = open("wordpress");
    stage.has_a_link();
    let participants = stage.world.client.get("/v1/participants").json;
    assert_eq!(participants["data"][0]["external_id"], "7", "the user's own id is the participant's");
    stage.browser.expect_quiet_console();
}

#[test]
fn a_shopify_theme() {
    let stage = open("shopify");
    let code = stage.world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    // Nobody is signed in there: a link comes by e-mail.
    stage.browser.wait_for_text("honeyguide-share >>> [part~=button]", "link");
    stage.browser.open(&format!("{}/r/{code}", stage.shop.url));
    stage.browser.open(&format!("{}/guides/shopify", stage.shop.url));
    wait_for("the cart's attribute", 20, || {
        let script = "const done = arguments[arguments.length - 1];
            fetch('/guides/shopify/cart.js').then((answer) => answer.json()).then((cart) => done(cart.attributes?._honeyguide_reference || ''));";
        stage.browser.script_that_ends(script).as_str().filter(|reference| reference.starts_with("ref_")).map(drop)
    });
    stage.browser.expect_quiet_console();
}

#[test]
fn google_tag_manager() {
    let stage = open("gtm");
    stage.browser.wait_for_text("honeyguide-share >>> [part~=button]", "link");
    stage.browser.script(
        "fetch('/guides/session.json').then((answer) => answer.json()).then(({ identity }) => honeyguide('identify', identity));",
    );
    stage.has_a_link();
    stage.share();
    wait_for("the tag manager to hear of it", 20, || {
        let pushed = stage
            .browser
            .script("return dataLayer.some(({ event, method }) => event === 'share' && method === 'whatsapp')");
        (pushed == true).then_some(())
    });
    stage.browser.expect_quiet_console();
}
