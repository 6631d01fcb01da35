//! The friend's banner: what they were sent, by whom, and what that person has from it. Drawn once;
//! `core/banner.js` places and closes it.

use super::dom::Part;
use super::offer::small_print;
use crate::config::Visit;
use crate::words;
use web_sys::ShadowRoot;

pub(crate) fn draw(root: &ShadowRoot, visit: &Visit) {
    let Some(offer) = visit.offer() else {
        return;
    };
    let referrer = visit.referrer_name();
    let from = words::from(referrer.as_deref());
    let banner = Part::surface(root, "banner");
    banner.set("aria-label", &from);
    banner.set("role", "region");

    let words = banner.add("div", "words", "");
    words.add("p", "from", &from);
    words.add("p", "gift", &offer.friend().unwrap_or_default());
    small_print(&words, offer.terms());
    small_print(&words, offer.referrer().map(|_| words::interest(referrer.as_deref())));

    let close = banner.add("button", "close", "");
    close.set("type", "button");
    close.set("data-act", "dismiss");
    close.set("aria-label", words::DISMISS);
    close.icon("M6 6l12 12M18 6L6 18");
}
