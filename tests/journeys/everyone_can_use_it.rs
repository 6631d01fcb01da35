//! The widget for everyone: axe-core finds nothing in the gallery in any language and scheme, nothing is wider than a
//! small screen, and whoever has only a keyboard gets as far as anyone.

use honeyguide_tests::shop::Shop;
use honeyguide_tests::{Browser, World, wait_for};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};
use xtask::place::Place;

const LANGUAGES: [&str; 8] = ["en", "de", "fr", "es", "pt", "ja", "ar", "hi"];
const TAB: char = '\u{E004}';
const ENTER: char = '\u{E007}';
const SPACE: char = ' ';
const ESCAPE: char = '\u{E00C}';

/// What is drawn in all frames, to see whether it still changes, and the shares and offers that aren't drawn yet.
const DRAWN: &str = "
    const pages = [...document.querySelectorAll('iframe')].map((frame) => frame.contentDocument);
    if (pages.length === 0) pages.push(document);
    if (pages.some((page) => page?.readyState !== 'complete' || page.URL === 'about:blank')) return null;
    // One scene is about a question without an answer.
    if (pages.some((page) => page.defaultView.asked > 0 && !page.URL.includes('/asking'))) return null;
    let drawn = '';
    for (const page of pages) {
        for (const piece of page.querySelectorAll(':defined')) {
            if (!piece.shadowRoot) continue;
            const inside = piece.shadowRoot.querySelector('[part]');
            const late = /share|offer/.test(piece.localName) && !/unreachable|no-offer/.test(page.URL);
            if (late && !inside) return null;
            drawn += piece.localName + piece.shadowRoot.innerHTML;
        }
    }
    return drawn;";

/// Of each frame: its address, its state, the questions without an answer, the elements that aren't drawn.
const MISSING: &str = "
    const pages = [document, ...[...document.querySelectorAll('iframe')].map((frame) => frame.contentDocument)];
    return pages.map((page) => page && [page.URL, page.readyState, page.defaultView.asked,
        ...[...page.querySelectorAll(':defined')].filter((piece) => piece.shadowRoot && !piece.shadowRoot.querySelector('[part]')).map((piece) => piece.localName)].join(' '));";

/// Counts the questions that have no answer yet.
const COUNT: &str = "
    window.asked = 0;
    const fetched = window.fetch;
    window.fetch = async (...given) => { asked++; try { return await fetched(...given); } finally { asked--; } };";

/// A browser in which one sees when the gallery rests.
fn looking() -> Browser {
    let browser = Browser::start();
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({"source": COUNT}));
    browser
}

/// Waits until every scene on the page is drawn and rests.
fn settle(browser: &Browser) {
    let mut before = (Value::Null, 0);
    let begun = Instant::now();
    while before.0 == Value::Null || before.1 < 8 {
        let now = browser.script(DRAWN);
        let rests = if now == before.0 { before.1 + 1 } else { 0 };
        before = (now, rests);
        let late = begun.elapsed() > Duration::from_secs(90);
        assert!(!late, "the gallery isn't drawn: {:#}; {:#?}", browser.script(MISSING), browser.said());
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

#[test]
fn axe_finds_nothing_in_any_language_and_scheme() {
    let world = World::start();
    let shop = Shop::start(&world);
    let browser = looking();
    browser.bring_axe();
    browser.resize(1280, 16_000);
    let mut report = String::new();
    for language in LANGUAGES {
        for theme in ["light", "dark"] {
            browser.open(&format!("{}/gallery?lang={language}&theme={theme}", shop.url));
            settle(&browser);
            for objection in browser.objections() {
                writeln!(report, "{language} {theme}: {objection}").unwrap();
            }
        }
    }
    assert!(report.is_empty(), "{report}");
}

/// Where photographs go, for people to look at.
fn keep_photo(name: &str, photo: &[u8]) {
    let folder = Place::find().unwrap().built("gallery");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(Path::new(name)), photo).unwrap();
}

#[test]
fn nothing_is_wider_than_its_screen_and_each_is_photographed() {
    let world = World::start();
    let shop = Shop::start(&world);
    let browser = looking();
    let mut report = String::new();
    // 200 % of zoom at 560 pixels is 280.
    for (width, height) in [(280, 30_000), (768, 20_000), (1280, 16_000)] {
        browser.resize(width, height);
        for (language, theme) in [("en", "light"), ("en", "dark"), ("de", "light"), ("ar", "dark"), ("ja", "light")] {
            browser.open(&format!("{}/gallery?lang={language}&theme={theme}", shop.url));
            settle(&browser);
            let wide = browser.script(
                "return [...document.querySelectorAll('iframe')].map((frame) => frame.contentDocument.documentElement)
                    .filter((page) => page.scrollWidth > page.clientWidth)
                    .map((page) => page.ownerDocument.URL + ' ' + page.scrollWidth + ' > ' + page.clientWidth);",
            );
            for line in wide.as_array().unwrap() {
                writeln!(report, "{width} pixels: {line}").unwrap();
            }
            let size = browser
                .script("const { width, height } = document.body.getBoundingClientRect(); return [width, height];");
            let size = [size[0].as_f64().unwrap(), size[1].as_f64().unwrap().min(16_000.0)];
            keep_photo(&format!("{language}-{theme}-{width}.png"), &browser.photo(Some([0.0, 0.0, size[0], size[1]])));
        }
    }
    assert!(report.is_empty(), "{report}");
}

/// What has the focus, through all shadow roots: its element, `data-act`, parts and words.
const FOCUSED: &str = "
    let at = document.activeElement;
    const path = [];
    while (at) { path.push(at.localName); if (!at.shadowRoot?.activeElement) break; at = at.shadowRoot.activeElement; }
    if (!at) return '';
    const says = (at.getAttribute('aria-label') || at.textContent || '').trim();
    return [path.join('>'), at.dataset.act || '', at.getAttribute('part') || '', says.slice(0, 60)].join(' | ');";

/// Presses Tab until something has the focus that fits, and says what: every word of `wanted` is in it.
#[track_caller]
fn tab_to(browser: &Browser, wanted: &[&str]) -> String {
    let mut seen = Vec::new();
    for _ in 0..60 {
        browser.press(&TAB.to_string());
        let now = browser.script(FOCUSED).as_str().unwrap_or_default().to_owned();
        if wanted.iter().all(|word| now.contains(word)) {
            return now;
        }
        seen.push(now);
    }
    panic!("Tab doesn't come to {wanted:?}: {seen:#?}")
}

/// Signs in at the shop, by the keyboard.
fn sign_in(browser: &Browser, shop: &Shop) -> String {
    browser.open(&format!("{}/refer", shop.url));
    browser.fill("input[name=name]", "Ada");
    browser.fill("input[name=email]", "ada@example.com");
    browser.press(&ENTER.to_string());
    browser.wait_for_text("honeyguide-share >>> [part~=field]", "/r/").trim().to_owned()
}

#[test]
fn a_link_is_copied_and_shared_with_the_keyboard_alone() {
    let world = World::start();
    let shop = Shop::start(&world);
    let browser = Browser::start();
    let granted = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
    browser.devtools("Browser.grantPermissions", &granted);
    let link = sign_in(&browser, &shop);

    browser.script("window.heard = []; document.addEventListener('honeyguide:shared', (event) => heard.push(event.detail.channel));");
    tab_to(&browser, &["honeyguide-share", "copy"]);
    let focus = browser.script(
        "const piece = document.activeElement.shadowRoot.activeElement;
         const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(piece);
         return outlineStyle !== 'none' && parseFloat(outlineWidth) > 0 || boxShadow !== 'none';",
    );
    assert_eq!(focus, true, "one sees where the focus is");
    browser.press(&ENTER.to_string());
    let copied = wait_for("the link on the clipboard", 20, || {
        let script = "const done = arguments[arguments.length - 1];
            navigator.clipboard.readText().then(done, () => done(''));";
        let text = browser.script_that_ends(script);
        text.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    });
    assert_eq!(copied, link);
    // It is said where screen readers hear it.
    browser.wait_for_text("honeyguide-share >>> [role=status]", "cop");

    let before = browser.windows();
    tab_to(&browser, &["honeyguide-share", "WhatsApp"]);
    browser.press(&ENTER.to_string());
    wait_for("the event of the share", 20, || (browser.script("return heard.length") == 1).then_some(()));
    assert_eq!(browser.script("return heard[0]"), "whatsapp");
    wait_for("a window for the message", 20, || (browser.windows() > before).then_some(()));
    browser.expect_quiet_console();
}

#[test]
fn a_link_is_asked_for_by_mail_with_the_keyboard_alone() {
    let world = World::start();
    let shop = Shop::start(&world);
    let browser = Browser::start();
    browser.open(&format!("{}/gallery/stranger", shop.url));
    settle(&browser);
    for piece in ["honeyguide-share", "honeyguide-join"] {
        let there = browser.script(&format!("return !!customElements.get('{piece}')"));
        assert_eq!(there, true, "<{piece}>");
        tab_to(&browser, &[piece, "field"]);
        browser.press("not an address");
        browser.press(&ENTER.to_string());
        let fits = browser.script(&format!(
            "return document.querySelector('{piece}').shadowRoot.querySelector('[part~=field]').checkValidity()"
        ));
        assert_eq!(fits, false, "the browser says what is wrong, in the visitor's language");
        browser
            .script(&format!("document.querySelector('{piece}').shadowRoot.querySelector('[part~=field]').select()"));
        browser.press("ada@example.com");
        browser.press(&ENTER.to_string());
        browser.wait_for_text(&format!("{piece} >>> [role=status]"), "mailbox");
    }
    browser.expect_quiet_console();
}

#[test]
fn a_code_is_opened_and_saved_with_the_keyboard_alone() {
    let world = World::start();
    let shop = Shop::start(&world);
    let browser = Browser::start();
    let folder = world.data.join("saved");
    std::fs::create_dir_all(&folder).unwrap();
    let to = json!({"behavior": "allow", "downloadPath": folder.to_str().unwrap()});
    browser.devtools("Browser.setDownloadBehavior", &to);
    sign_in(&browser, &shop);
    tab_to(&browser, &["honeyguide-share", "qr"]);
    browser.press(&SPACE.to_string());
    wait_for("the code to be drawn", 20, || {
        let script = "const path = document.querySelector('honeyguide-share').shadowRoot.querySelector('svg path[d*=\"h7v1h-7z\"]');
            return path?.closest('svg').getAttribute('aria-label') || null;";
        browser.script(script).as_str().map(str::to_owned)
    });
    for (act, begins) in [("png", b"\x89PNG".as_slice()), ("svg", b"<svg".as_slice())] {
        tab_to(&browser, &["honeyguide-share", &format!("| {act} |")]);
        browser.press(&ENTER.to_string());
        let saved = wait_for(&format!("the {act} to be saved"), 20, || {
            let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
            files
                .filter(|path| path.extension().is_some_and(|ending| ending == act))
                .find_map(|path| std::fs::read(path).ok())
        });
        assert!(saved.starts_with(begins), "{act}");
    }
    browser.expect_quiet_console();
}

#[test]
fn the_launcher_opens_a_card_that_escape_closes_and_the_focus_comes_back() {
    let world = World::start();
    let shop = Shop::start(&world);
    let browser = Browser::start();
    browser.open(&format!("{}/gallery/launcher", shop.url));
    settle(&browser);
    tab_to(&browser, &["honeyguide-launcher", "open"]);
    browser.press(&ENTER.to_string());
    let open = "return !!document.querySelector('honeyguide-launcher').shadowRoot.querySelector('dialog[open]')";
    wait_for("the card", 20, || (browser.script(open) == true).then_some(()));
    tab_to(&browser, &["honeyguide-launcher", "copy"]);
    browser.press(&ESCAPE.to_string());
    wait_for("the card to be gone", 20, || (browser.script(open) == false).then_some(()));
    let focused = browser.script(FOCUSED);
    assert!(focused.as_str().unwrap().contains("| open |"), "{focused}");
    browser.expect_quiet_console();
}
