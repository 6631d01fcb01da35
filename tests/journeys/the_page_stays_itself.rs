//! Hostile pages: each looks and works the same with the widget and without it, and there the widget works, or leaves
//! quietly. Nothing that was mounted and removed stays behind.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use honeyguide_tests::hostile::Hostile;
use honeyguide_tests::{Browser, World, wait_for};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A customer of the shop, as its backend would say.
pub(crate) fn identity(secret: &str) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let claims = json!({"sub": "ada", "email": "ada@example.com", "name": "Ada", "exp": now + 3600}).to_string();
    let signed =
        [r#"{"alg":"HS256","typ":"JWT"}"#, &claims].map(|part| BASE64URL_NOPAD.encode(part.as_bytes())).join(".");
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()))
}

/// Where nothing of ours can run for want of what it is made of; elsewhere the widget must show the link.
pub(crate) const MAY_LEAVE: [&str; 6] =
    ["broken", "promise", "fetch-throws", "fetch-lies", "fetch-blocked", "no-observer"];

/// The page's own part as it looks and works: its places, its button, its globals, what it heard of errors. In words that
/// no page can break.
pub(crate) const OWN: &str = "
    const own = document.querySelector('#own');
    own.querySelector('button').click();
    let told = document.title + ' ' + location.pathname + ' ' + document.adoptedStyleSheets.length;
    const nodes = document.querySelectorAll('#own, #own *');
    for (let at = 0; at < nodes.length; at++) {
        const { x, y, width, height } = nodes[at].getBoundingClientRect();
        const { color, display, fontSize, fontFamily, boxSizing } = getComputedStyle(nodes[at]);
        told += '\\n' + `${nodes[at].localName} ${x} ${y} ${width} ${height} ${color} ${display} ${fontSize} ${fontFamily} ${boxSizing}`;
    }
    told += '\\nglobals:';
    for (const name in window) if (name !== 'honeyguide') told += ' ' + name;
    const failed = document.documentElement.dataset.failed || 'nothing';
    return told + `\\nsays ${own.querySelector('output').value}, ${failed} failed`;";

/// `works` with the visitor's link, `leaves` with the page's own words, or nothing yet.
pub(crate) const STATE: &str = "
    const share = document.querySelector('honeyguide-share');
    const field = share.shadowRoot?.querySelector('[part~=field]');
    if (field?.value.includes('/r/')) return 'works';
    const { width, height } = share.querySelector('a').getBoundingClientRect();
    return width > 0 && height > 0 ? 'leaves' : null;";

#[test]
fn a_hostile_page_is_the_same_with_and_without_the_widget() {
    let world = World::start();
    let pages = Hostile::start(&world, &identity(&world.identity_secret));
    let mut report = String::new();
    for name in &pages.traits {
        let browser = Browser::start();
        browser.resize(900, 1400);
        let look = |widget: &str| {
            browser.open(&format!("{}/{name}{widget}", pages.url));
            wait_for("the page", 20, || {
                (browser.evaluate("return document.readyState === 'complete' && !!document.querySelector('#own')")
                    == true)
                    .then_some(())
            });
        };
        look("");
        let (without, photo_without) = (browser.evaluate(OWN), own_photo(&browser));
        browser.said();
        look("?widget");
        // `leaves` is also what it is before it comes: so it must come, or have said why not.
        let mut said: Vec<String> = Vec::new();
        let mut state = Value::Null;
        let begun = std::time::Instant::now();
        while begun.elapsed().as_secs() < 6 && state != "works" {
            state = browser.evaluate(STATE);
            said.extend(browser.said());
            if state == "leaves" && said.iter().any(|line| line.contains("honeyguide:")) {
                break;
            }
        }
        let (with, photo_with) = (browser.evaluate(OWN), own_photo(&browser));
        said.extend(browser.said());
        if with != without {
            let lines = |told: &Value| told.as_str().unwrap().lines().map(str::to_owned).collect::<Vec<_>>();
            for (one, other) in lines(&without).iter().zip(lines(&with)).filter(|(one, other)| *one != other) {
                writeln!(report, "{name}: the page differs: {one} | {other}").unwrap();
            }
        }
        if photo_with != photo_without {
            writeln!(report, "{name}: the page looks different").unwrap();
        }
        let must_work = !MAY_LEAVE.contains(&name.as_str());
        if state.is_null() || must_work && state != "works" {
            writeln!(report, "{name}: the widget doesn't work, nor do the page's own words stand there ({state})")
                .unwrap();
        }
        let warnings = said.iter().filter(|line| line.contains("honeyguide: ")).count();
        // What the browser says of a refused module or a refused request is its own.
        let loud: Vec<&String> =
            said.iter().filter(|line| !line.contains("honeyguide: ") && line.contains("Uncaught")).collect();
        if warnings > 1 || !loud.is_empty() {
            writeln!(report, "{name}: not quiet, {warnings} warnings: {said:#?}").unwrap();
        }
        println!("{name}: {} {said:?}", state.as_str().unwrap_or("nothing"));
    }
    assert!(report.is_empty(), "{report}");
}

fn own_photo(browser: &Browser) -> Vec<u8> {
    let part = browser.evaluate("const { x, y, width, height } = document.querySelector('#own').getBoundingClientRect(); return [x, y, width, height];");
    let side = |at: usize| part[at].as_f64().unwrap().max(1.0);
    browser.photo(Some([side(0), side(1), side(2), side(3)]))
}

/// Mounts and removes so many elements, ten at a time, each drawn before it goes.
const MOUNT: &str = "
    const done = arguments[arguments.length - 1];
    const until = async (holds) => { while (!holds()) await new Promise(requestAnimationFrame); };
    (async () => {
        const stage = document.body.appendChild(document.createElement('main'));
        for (let round = 0; round < ROUNDS; round++) {
            const pieces = Array.from({ length: 10 }, (_, at) => document.createElement(at % 2 ? 'honeyguide-share' : 'honeyguide-offer'));
            stage.append(...pieces);
            await until(() => pieces.every((piece) => piece.shadowRoot.querySelector('[part]')));
            stage.replaceChildren();
        }
        stage.remove();
        done('removed');
    })().catch((error) => done(String(error)));";

/// Listeners, nodes and bytes of the page, after the garbage is collected.
fn held(browser: &Browser) -> [f64; 3] {
    for _ in 0..3 {
        browser.devtools("HeapProfiler.collectGarbage", &json!({}));
    }
    let metrics = browser.devtools("Performance.getMetrics", &json!({}));
    let metric = |name: &str| {
        let found = metrics["metrics"].as_array().unwrap().iter().find(|metric| metric["name"] == name);
        found.unwrap()["value"].as_f64().unwrap()
    };
    [metric("JSEventListeners"), metric("Nodes"), metric("JSHeapUsedSize")]
}

#[test]
fn a_thousand_mounts_and_removals_leave_nothing_behind() {
    let world = World::start();
    let pages = Hostile::start(&world, "");
    let browser = Browser::start();
    browser.resize(900, 30_000);
    browser.open(&format!("{}/calm?widget", pages.url));
    browser.devtools("Performance.enable", &json!({}));
    let mount = |rounds: u32| {
        assert_eq!(browser.script_that_ends(&MOUNT.replace("ROUNDS", &rounds.to_string())), "removed");
    };
    browser.text_of("honeyguide-offer >>> [part~=headline]");
    // The compiler and the caches are warm then.
    mount(20);
    let before = held(&browser);
    for _ in 0..5 {
        mount(20);
    }
    let after = held(&browser);
    println!("listeners, nodes, bytes: before {before:?}, after 1,000 more {after:?}");
    assert!(after[0] <= before[0], "listeners: {} → {}", before[0], after[0]);
    assert!(after[1] <= before[1] + 20.0, "nodes: {} → {}", before[1], after[1]);
    // A hundred bytes of each would be 100 kB; the engine's own tables grow by steps.
    assert!(after[2] <= before[2] + 150_000.0, "bytes: {} → {}", before[2], after[2]);
    browser.expect_quiet_console();
}
