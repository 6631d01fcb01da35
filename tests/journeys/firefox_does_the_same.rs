//! The same in Firefox: a link is shown, copied, shared and drawn as a code, and one is asked for by mail, with the
//! keyboard alone; and hostile pages stay what they are.

use crate::the_page_stays_itself::{MAY_LEAVE, OWN, STATE, identity};
use honeyguide_tests::hostile::Hostile;
use honeyguide_tests::shop::Shop;
use honeyguide_tests::{Firefox, World, wait_for};
use std::time::{Duration, Instant};

const TAB: &str = "\u{E004}";
const ENTER: &str = "\u{E006}";

/// Presses Tab until what has the focus, in whatever shadow root, has such a mark: a `data-act`, a part or
/// its words.
#[track_caller]
fn tab_to(firefox: &Firefox, piece: &str, mark: &str) {
    for _ in 0..60 {
        firefox.press(TAB);
        let there = firefox.script(&format!(
            "const at = document.activeElement?.shadowRoot?.activeElement;
             return document.activeElement?.localName === '{piece}' && (at?.dataset.act === '{mark}' || !!at?.part.contains('{mark}') || at?.textContent === '{mark}');"
        ));
        if there == true {
            return;
        }
    }
    panic!("Tab doesn't come to {mark} of {piece}")
}

/// Waits until what an element of a card shows has some words.
#[track_caller]
fn shows(firefox: &Firefox, piece: &str, selector: &str, words: &str) -> String {
    wait_for(&format!("\"{words}\" in {piece}"), 40, || {
        let script = format!(
            "const found = document.querySelector('{piece}')?.shadowRoot?.querySelector('{selector}');
             return found && (found.value || found.innerText) || '';"
        );
        firefox.script(&script).as_str().filter(|text| text.contains(words)).map(str::to_owned)
    })
}

#[test]
fn a_link_is_copied_shared_and_drawn() {
    let world = World::start();
    let shop = Shop::start(&world);
    let firefox = Firefox::start(&world.data);
    firefox.open(&format!("{}/refer", shop.url));
    firefox.script("const [name, email] = document.querySelectorAll('main input'); name.value = 'Ada'; email.value = 'ada@example.com'; email.focus();");
    firefox.press(ENTER);
    let link = shows(&firefox, "honeyguide-share", "[part~=field]", "/r/");
    assert!(link.starts_with(&format!("{}/r/", shop.url)), "{link}");

    tab_to(&firefox, "honeyguide-share", "copy");
    firefox.press(ENTER);
    wait_for("the link on the clipboard", 20, || {
        (firefox.script("return navigator.clipboard.readText()") == *link).then_some(())
    });

    tab_to(&firefox, "honeyguide-share", "qr");
    firefox.press(ENTER);
    wait_for("the code", 20, || {
        let drawn =
            "return !!document.querySelector('honeyguide-share').shadowRoot.querySelector('svg path[d*=\"h7v1h-7z\"]')";
        (firefox.script(drawn) == true).then_some(())
    });

    // From the page's beginning again: on from its end one comes to the browser's own buttons.
    firefox.open(&format!("{}/refer", shop.url));
    shows(&firefox, "honeyguide-share", "[part~=field]", "/r/");
    firefox.script("window.heard = []; document.addEventListener('honeyguide:shared', (event) => heard.push(event.detail.channel));");
    tab_to(&firefox, "honeyguide-share", "WhatsApp");
    firefox.press(ENTER);
    wait_for("the share to be told", 20, || (firefox.script("return heard[0]") == "whatsapp").then_some(()));
    firefox.expect_quiet_console();
}

#[test]
fn a_link_is_asked_for_by_mail() {
    let world = World::start();
    let shop = Shop::start(&world);
    let firefox = Firefox::start(&world.data);
    firefox.open(&format!("{}/gallery/stranger", shop.url));
    shows(&firefox, "honeyguide-share", "[part~=button]", "link");
    tab_to(&firefox, "honeyguide-share", "field");
    firefox.press("ada@example.com");
    firefox.press(ENTER);
    shows(&firefox, "honeyguide-share", "[role=status]", "mailbox");
    firefox.expect_quiet_console();
}

#[test]
fn a_hostile_page_is_the_same_with_and_without_the_widget() {
    let world = World::start();
    let pages = Hostile::start(&world, &identity(&world.identity_secret));
    let firefox = Firefox::start(&world.data);
    // So high that no page gets a scroll bar, which would take of its width.
    firefox.resize(900, 3000);
    let mut report = Vec::new();
    for name in &pages.traits {
        firefox.open(&format!("{}/{name}", pages.url));
        let without = firefox.evaluate(OWN);
        firefox.said();
        firefox.open(&format!("{}/{name}?widget", pages.url));
        // It works, or it has said why not.
        let (begun, mut said, mut state) = (Instant::now(), Vec::new(), firefox.evaluate(STATE));
        while begun.elapsed() < Duration::from_secs(8) && state != "works" {
            if state == "leaves" && said.iter().any(|line: &String| line.contains("honeyguide: ")) {
                break;
            }
            state = firefox.evaluate(STATE);
            said.extend(firefox.said());
        }
        if firefox.evaluate(OWN) != without {
            report.push(format!("{name}: the page differs: {without} | {}", firefox.evaluate(OWN)));
        }
        if state.is_null() || !MAY_LEAVE.contains(&name.as_str()) && state != "works" {
            report.push(format!("{name}: the widget doesn't work, nor do the page's own words stand there ({state})"));
        }
        if said.iter().filter(|line| line.contains("honeyguide: ")).count() > 1 {
            report.push(format!("{name}: not quiet: {said:#?}"));
        }
        println!("{name}: {} {said:?}", state.as_str().unwrap_or("nothing"));
    }
    assert!(report.is_empty(), "{report:#?}");
}
