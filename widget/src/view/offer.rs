//! `<honeyguide-offer>`: what both sides get, and under which terms. Drawn once.

use super::dom::Part;
use crate::config::Visit;
use crate::words;
use web_sys::ShadowRoot;

/// Without an offer in force the page's own content stays.
pub(crate) fn draw(root: &ShadowRoot, visit: &Visit) {
    let Some(offer) = visit.offer() else {
        return;
    };
    let headline = offer.headline().unwrap_or_default();
    let card = Part::surface(root, "card offer");
    card.add("h2", "headline", &headline);
    let sides = card.add("dl", "sides", "");
    for (label, gift) in [(words::YOUR_FRIEND_GETS, offer.friend()), (words::YOU_GET, offer.referrer())] {
        if let Some(gift) = gift {
            let side = sides.add("div", "side", "");
            side.add("dt", "label", label);
            side.add("dd", "gift", &gift);
        }
    }
    small_print(&card, offer.terms());
    small_print(&card, offer.disclosure().map(|words| words::added(&words)));
}

/// One line under a surface, where there is something to say.
pub(crate) fn small_print(surface: &Part, words: Option<String>) {
    if let Some(words) = words {
        surface.add("p", "small", &words);
    }
}
