//! The widget's state on one page: who the visitor is, and the share cards that show it.
//!
//! Offer and banner never change once drawn, so only share cards are kept. Called by the crate's
//! root alone; each call leaves every card showing the state it left.

use crate::config::Visit;
use crate::net::Host;
use crate::share::{Channel, Message};
use crate::view::share::Card;
use crate::{view, words};
use web_sys::ShadowRoot;

/// What is known of the visitor as a participant.
pub(crate) enum Member {
    /// Nobody has said who they are.
    Stranger,
    /// The edge has been asked for their link.
    Asking,
    Known {
        code: String,
        link: String,
    },
    /// The edge gave no link; they may try again.
    Refused,
}

pub(crate) struct Widget {
    host: Host,
    visit: Visit,
    /// Empty while nobody is signed in.
    identity: String,
    member: Member,
    cards: Vec<(u32, Card)>,
}

impl Widget {
    pub(crate) fn new(host: Host, visit: Visit) -> Self {
        Self { host, visit, identity: String::new(), member: Member::Stranger, cards: Vec::new() }
    }

    pub(crate) fn identify(&mut self, identity: &str) {
        if self.identity != identity || matches!(self.member, Member::Refused) {
            self.identity = identity.into();
            self.ask();
        }
    }

    pub(crate) fn mount(&mut self, surface: u32, kind: &str, root: &ShadowRoot) {
        match kind {
            "offer" => view::offer::draw(root, &self.visit),
            "banner" => view::banner::draw(root, &self.visit),
            _ => {
                let card = Card::draw(root, &self.visit, self.host.native());
                card.show(&self.member, &self.visit);
                self.cards.push((surface, card));
                if matches!(self.member, Member::Stranger) && !self.identity.is_empty() {
                    self.ask();
                }
            }
        }
    }

    pub(crate) fn unmount(&mut self, surface: u32) {
        if let Some(at) = self.cards.iter().position(|(id, _)| *id == surface) {
            self.cards.swap_remove(at);
        }
    }

    pub(crate) fn act(&mut self, surface: u32, act: &str, status: u16) {
        if act == "retry" {
            return self.ask();
        }
        let Some((_, card)) = self.cards.iter().find(|(id, _)| *id == surface) else {
            return;
        };
        match (&self.member, act) {
            (Member::Stranger, "mail") => {
                card.say(words::SENDING);
                self.host.mail(surface, &card.field().value());
            }
            (Member::Stranger, "mailed") => card.say(match status {
                200..300 => words::LOOK_IN_MAILBOX,
                400 | 422 => words::WRONG_EMAIL,
                429 => words::TOO_MANY,
                _ => words::TRY_LATER,
            }),
            (Member::Known { .. }, "select") => card.field().select(),
            (Member::Known { code, .. }, "copy") => {
                card.say("");
                self.host.copy(surface, card.field(), code);
            }
            (Member::Known { .. }, "copied") if status == 200 => {
                card.name_button(words::COPIED);
                card.say(words::LINK_COPIED);
            }
            (Member::Known { .. }, "copied") => card.say(words::COPY_YOURSELF),
            (Member::Known { .. }, "settle") => card.name_button(words::COPY),
            (Member::Known { code, link }, "share") => {
                let message = Message::of(&self.visit);
                let link = Channel::Native.link(link);
                self.host.share(&message.title(), &message.text(None), &link, code);
            }
            (Member::Known { code, .. }, "email" | "whatsapp") => self.host.shared(act, code),
            _ => {}
        }
    }

    pub(crate) fn joined(&mut self, code: &str, link: &str) {
        if matches!(self.member, Member::Asking) {
            self.member =
                if link.is_empty() { Member::Refused } else { Member::Known { code: code.into(), link: link.into() } };
            self.show();
        }
    }

    /// Asks for the link of whoever is signed in. Without a card to show it nobody is asked:
    /// joining makes a participant.
    fn ask(&mut self) {
        self.member = Member::Stranger;
        if !(self.identity.is_empty() || self.cards.is_empty()) {
            self.member = Member::Asking;
            self.host.join(&self.identity);
        }
        self.show();
    }

    fn show(&self) {
        for (_, card) in &self.cards {
            card.show(&self.member, &self.visit);
        }
    }
}
