//! `<honeyguide-share>`: the referrer's card. Drawn once; then the same nodes show each state, so
//! nothing jumps, focus stays where it was, and screen readers hear what changed.

use super::dom::Part;
use super::offer::small_print;
use super::row::{ASKING, LINK, MAIL, NOBODY, REFUSED, Row};
use super::ways;
use crate::config::{Offer, Visit};
use crate::model::Member;
use crate::words;
use web_sys::{HtmlInputElement, ShadowRoot};

pub(crate) struct Card {
    /// The browser has a share sheet of its own.
    native: bool,
    /// One line under the headline.
    lead: Part,
    row: Row,
    ways: Part,
}

impl Card {
    pub(crate) fn draw(root: &ShadowRoot, visit: &Visit, native: bool) -> Self {
        let offer = visit.offer();
        let headline =
            offer.as_ref().and_then(Offer::headline).unwrap_or_else(|| words::share_program(&visit.program_name()));

        let card = Part::surface(root, "card share");
        card.add("h2", "headline", &headline);
        let lead = card.add("p", "lead", "");
        lead.set("role", "status");
        let row = Row::draw(&card);
        let ways = card.add("div", "ways", "");
        let disclosure = offer.as_ref().and_then(Offer::disclosure);
        small_print(&card, disclosure.map(|words| words::added(&words)));
        Self { native, lead, row, ways }
    }

    /// Shows what is known of the visitor.
    pub(crate) fn show(&self, member: &Member, visit: &Visit) {
        self.say(words::SHARE_LEAD);
        self.ways.say("");
        let mut link = None;
        let purpose = match member {
            Member::Stranger if visit.joins_by_mail() => return self.row.show(&MAIL, ""),
            Member::Stranger => {
                // What the page itself says to a visitor who is not signed in, or else we do.
                self.say("");
                self.lead.add("slot", "", words::SIGN_IN);
                &NOBODY
            }
            Member::Asking => &ASKING,
            Member::Known { link: known, .. } => {
                link = Some(known.as_str());
                &LINK
            }
            Member::Refused => {
                self.say(words::NO_LINK);
                &REFUSED
            }
        };
        self.row.show(purpose, link.unwrap_or_default());
        ways::draw(&self.ways, visit, link, self.native);
    }

    /// Says under the headline what to do, or how something went; screen readers say it too.
    pub(crate) fn say(&self, words: &str) {
        self.lead.say(words);
    }

    pub(crate) fn name_button(&self, words: &str) {
        self.row.button().say(words);
    }

    pub(crate) fn field(&self) -> &HtmlInputElement {
        self.row.field()
    }
}
