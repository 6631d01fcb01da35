//! The widget on pages that aren't kind to it: every policy, no WebAssembly, what the page did to its globals, other
//! languages, very many elements.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use honeyguide_tests::{Browser, Site, World, wait_for};
use serde_json::json;
use sha2::Sha256;
use std::time::{SystemTime, UNIX_EPOCH};

const SCRIPT: &str = r#"<script async src="/r/-/widget.js" data-program="hg_pk_acme"></script>"#;
const ICON: &str = r#"<link rel="icon" href="data:,">"#;
const WITHOUT_WASM: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; style-src 'self'";

fn page(language: &str, inside: &str) -> String {
    format!("<!doctype html><html lang=\"{language}\"><meta charset=utf-8>{ICON}{SCRIPT}<body>{inside}</body></html>")
}

/// Who is signed in, as the site's backend says it.
fn identity(world: &World) -> String {
    identity_of(world, "ada")
}

fn identity_of(world: &World, who: &str) -> String {
    let ends = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 3600;
    let claims = json!({"sub": who, "email": format!("{who}@example.com"), "name": who, "exp": ends}).to_string();
    let signed =
        [r#"{"alg":"HS256","typ":"JWT"}"#, &claims].map(|part| BASE64URL_NOPAD.encode(part.as_bytes())).join(".");
    let mut mac = Hmac::<Sha256>::new_from_slice(world.identity_secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()))
}

/// The part of the core's files that the page has fetched, such as `.wasm`.
fn fetched(browser: &Browser, ending: &str) -> bool {
    let script = "return performance.getEntriesByType('resource').some(entry => entry.name.endsWith(ENDING))";
    browser.script(&script.replace("ENDING", &json!(ending).to_string())) == true
}

#[test]
fn under_a_policy_without_webassembly_the_same_core_runs_as_javascript() {
    let world = World::start();
    let inside = format!(
        "<honeyguide-share identity=\"{}\">own</honeyguide-share><honeyguide-offer></honeyguide-offer><honeyguide-standing></honeyguide-standing>",
        identity(&world)
    );
    let site = Site::start(&world.client.base, WITHOUT_WASM, &page("en", &inside));
    let browser = Browser::start();
    browser.open(&site.url);
    browser.wait_for_text("honeyguide-share >>> [part~=field]", "/r/");
    assert_eq!(browser.text_of("honeyguide-offer >>> [part~=headline]"), "Give $20, get $20");
    browser.wait_for_text("honeyguide-standing >>> [part~=numbers]", "0");
    assert!(fetched(&browser, "-plain.js"), "the core as JavaScript");
    browser.expect_quiet_console();
}

#[test]
fn with_webassembly_and_trusted_types_it_is_drawn_and_every_channel_has_its_own_link() {
    let world = World::start();
    let inside = format!("<honeyguide-share identity=\"{}\">own</honeyguide-share>", identity(&world));
    let policy = format!("{WITHOUT_WASM}; require-trusted-types-for 'script'; trusted-types 'none'")
        .replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'");
    let site = Site::start(&world.client.base, &policy, &page("en", &inside));
    let browser = Browser::start();
    browser.open(&site.url);
    let link = browser.wait_for_text("honeyguide-share >>> [part~=field]", "/r/").trim().to_owned();
    assert!(fetched(&browser, ".wasm") && !fetched(&browser, "-plain.js"));
    let ways = browser.script(
        "return [...document.querySelector('honeyguide-share').shadowRoot.querySelectorAll('a')].map(way => decodeURIComponent(way.href))",
    );
    let ways: Vec<&str> = ways.as_array().unwrap().iter().map(|way| way.as_str().unwrap()).collect();
    for channel in ["email", "whatsapp", "telegram", "sms", "x", "linkedin", "facebook"] {
        assert!(ways.iter().any(|way| way.contains(&format!("{link}/{channel}"))), "{channel} in {ways:?}");
    }
    browser.expect_quiet_console();
}

#[test]
fn it_speaks_the_language_that_each_element_is_in() {
    let world = World::start();
    let inside = "<honeyguide-offer></honeyguide-offer><div lang=ar><honeyguide-join></honeyguide-join></div>\
        <honeyguide-share lang=ja></honeyguide-share><div lang=tlh><honeyguide-standing>-</honeyguide-standing></div>";
    let site = Site::start(&world.client.base, "", &page("de-AT", inside));
    let browser = Browser::start();
    browser.open(&site.url);
    assert_eq!(browser.text_of("honeyguide-offer >>> [part~=label]"), "Ihr Freund bekommt");
    assert_eq!(browser.text_of("honeyguide-join >>> [part~=headline]"), "احصل على رابطك الخاص");
    let direction = "return document.querySelector('honeyguide-join').shadowRoot.querySelector('section').dir";
    assert_eq!(browser.script(direction), "rtl");
    assert_eq!(browser.text_of("honeyguide-share >>> [part~=lead]"), "あなた専用のリンクを友達に送りましょう。");
    // A language without words has the program's, or English.
    assert_eq!(browser.text_of("honeyguide-standing >>> [part~=headline]"), "Your referrals");
    browser.expect_quiet_console();
}

/// What the browser notes for the widget, by its names.
fn noted(browser: &Browser) -> Vec<String> {
    let names = browser.script("return Object.keys(localStorage).sort()");
    names.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_card_is_drawn_from_memory_before_the_edge_answers_and_only_for_whom_it_is() {
    let world = World::start();
    let inside = format!(
        "<honeyguide-share identity=\"{}\"></honeyguide-share><script>
         if (location.search.includes('forged')) {{
           const card = document.querySelector('honeyguide-share'), identity = card.getAttribute('identity');
           card.setAttribute('identity', identity.slice(0, -4) + (identity.endsWith('AAAA') ? 'BBBB' : 'AAAA'));
         }}</script>",
        identity(&world)
    );
    // With `?held` no answer of the edge ever comes; with `?bob` somebody else is signed in; with `?forged` the identity
    // names the same person, and nobody signed it.
    let before = format!(
        "<script>const ask = fetch, {{ search }} = location;
         window.fetch = (to, how) => search.includes('held') && String(to).includes('/v1/') ? new Promise(() => {{}}) : ask(to, how);
         if (search.includes('bob')) document.addEventListener('DOMContentLoaded', () =>
           document.querySelector('honeyguide-share').setAttribute('identity', '{}'));
         </script>",
        identity_of(&world, "bob")
    );
    let html = page("en", &inside).replace(SCRIPT, &format!("{before}{}", SCRIPT.replace("async", "defer")));
    let site = Site::start(&world.client.base, "", &html);
    let browser = Browser::start();
    let field = "honeyguide-share >>> [part~=field]";
    browser.open(&site.url);
    let link = browser.wait_for_text(field, "/r/");
    wait_for("the notes", 10, || {
        (noted(&browser) == ["honeyguide:hg_pk_acmeen", "honeyguide:hg_pk_acmelink"]).then_some(())
    });

    browser.open(&format!("{}/?held", site.url));
    assert_eq!(browser.wait_for_text(field, "/r/"), link);

    browser.open(&format!("{}/?held&bob", site.url));
    let card =
        "return document.querySelector('honeyguide-share')?.shadowRoot.querySelector('[part~=field]')?.placeholder";
    wait_for("the card", 20, || (browser.script(card) == "Getting your link…").then_some(()));
    let shown =
        browser.script("return document.querySelector('honeyguide-share').shadowRoot.innerHTML.includes('/r/')");
    assert_eq!(shown, false, "nobody's link is another's");

    // The edge's own word takes the place of what was remembered.
    for (page, mine) in [("/?bob", false), ("/", true)] {
        browser.open(&format!("{}{page}", site.url));
        wait_for("the link", 20, || {
            let shown = browser.wait_for_text(field, "/r/");
            ((shown == link) == mine).then_some(())
        });
    }

    // One that is refused is remembered no more.
    browser.open(&format!("{}/?forged", site.url));
    wait_for("it to be forgotten", 20, || {
        (browser.script("return localStorage.getItem('honeyguide:hg_pk_acmelink')") == "null").then_some(())
    });
    wait_for("why", 20, || browser.said().iter().any(|line| line.contains("honeyguide: ")).then_some(()));

    // Where a consent is missing nothing is noted.
    browser.script("localStorage.clear()");
    world.change_program(&json!({"consent": "required"}));
    browser.open(&site.url);
    assert_eq!(browser.wait_for_text(field, "/r/"), link);
    assert_eq!(noted(&browser), Vec::<String>::new());
    browser.expect_quiet_console();
}

#[test]
fn where_nothing_can_work_the_pages_own_content_stands_and_one_warning_says_why() {
    let world = World::start();
    let inside = "<script>window.said = []; console.warn = words => said.push(words); window.fetch = () => 'no'; \
        window.Promise = null; Array.prototype.find = () => { throw Error('patched') }</script>\
        <honeyguide-share><a id=own href=/refer>Refer a friend</a></honeyguide-share><honeyguide-offer>own</honeyguide-offer>";
    // Before the script, so that all of it is broken when the script runs.
    let html = page("en", "").replace(SCRIPT, &format!("{inside}{}", SCRIPT.replace("async", "")));
    let site = Site::start(&world.client.base, "", &html);
    let browser = Browser::start();
    browser.open(&site.url);
    let said = wait_for("the warning", 20, || {
        let said = browser.script("return window.said");
        said.as_array().filter(|said| !said.is_empty()).cloned()
    });
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].as_str().unwrap().starts_with("honeyguide: "), "{said:?}");
    assert!(browser.script("return document.querySelector('#own').getBoundingClientRect().height > 0") == true);
    browser.expect_quiet_console();
}

#[test]
fn a_thousand_elements_come_and_go_and_leave_nothing_behind() {
    let world = World::start();
    let site = Site::start(&world.client.base, "", &page("en", "<honeyguide-offer></honeyguide-offer>"));
    let browser = Browser::start();
    browser.open(&site.url);
    browser.text_of("honeyguide-offer >>> [part~=headline]");
    let cycle = |times: u32| {
        let script = "window.left = TIMES; const next = () => {
                if (!left) return;
                const kind = ['share', 'offer', 'standing', 'join'][left % 4];
                const piece = document.createElement('honeyguide-' + kind);
                document.body.prepend(piece);
                const look = () => {
                    if (!piece.shadowRoot.querySelector('section')) return setTimeout(look, 1);
                    piece.remove();
                    left -= 1;
                    setTimeout(next);
                };
                look();
            }; next();";
        browser.script(&script.replace("TIMES", &times.to_string()));
        wait_for("the elements", 120, || (browser.script("return window.left") == 0).then_some(()));
        browser.devtools("HeapProfiler.collectGarbage", &json!({}));
        browser.devtools("HeapProfiler.collectGarbage", &json!({}));
        let counted = browser.devtools("Memory.getDOMCounters", &json!({}));
        let heap = browser.devtools("Runtime.getHeapUsage", &json!({}))["usedSize"].as_f64().unwrap();
        (counted["nodes"].as_i64().unwrap(), counted["jsEventListeners"].as_i64().unwrap(), heap)
    };
    let before = cycle(40);
    let after = cycle(1000);
    assert!(after.0 <= before.0 + 20 && after.1 <= before.1 + 5, "nodes and listeners: {before:?} {after:?}");
    assert!(after.2 < before.2 + 500_000.0, "bytes: {before:?} {after:?}");
    browser.expect_quiet_console();
}
