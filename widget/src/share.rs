//! What travels with a shared link: the channel's own link, the message, and the address that opens
//! a mail or a chat with it. Pure, so that it is tested on the host.

use crate::config::{Offer, Visit};

/// A way to share. Its name is the last part of the link, and what clicks are counted by.
#[derive(Clone, Copy)]
pub(crate) enum Channel {
    Email,
    WhatsApp,
    /// The browser's own share sheet: where it went from there, nobody tells.
    Native,
}

impl Channel {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::WhatsApp => "whatsapp",
            Self::Native => "share",
        }
    }

    /// `/r/{code}/{channel}`.
    pub(crate) fn link(self, link: &str) -> String {
        [link, "/", self.name()].concat()
    }
}

/// What a referrer says, each on a line of its own; what is missing is left out.
pub(crate) struct Message {
    pub(crate) program: String,
    pub(crate) offer: Option<String>,
    pub(crate) disclosure: Option<String>,
}

impl Message {
    pub(crate) fn of(visit: &Visit) -> Self {
        let offer = visit.offer();
        Self {
            program: visit.program_name(),
            offer: offer.as_ref().and_then(Offer::friend),
            disclosure: offer.as_ref().and_then(Offer::disclosure),
        }
    }

    /// One line, for a mail's subject or a share sheet's title.
    pub(crate) fn title(&self) -> String {
        match &self.offer {
            Some(offer) => [&self.program, ": ", offer].concat(),
            None => self.program.clone(),
        }
    }

    /// The whole text; a share sheet takes the link by itself.
    pub(crate) fn text(&self, link: Option<&str>) -> String {
        let mut text = self.title();
        for line in [link, self.disclosure.as_deref()].into_iter().flatten() {
            text.push_str("\r\n");
            text.push_str(line);
        }
        text
    }

    /// Where a press on `channel` leads. `encode` percent-encodes one value of a query.
    pub(crate) fn address(&self, channel: Channel, link: &str, encode: impl Fn(&str) -> String) -> String {
        let text = encode(&self.text(Some(&channel.link(link))));
        match channel {
            Channel::Email => {
                let subject = encode(&self.title());
                ["mailto:?subject=", &subject, "&body=", &text].concat()
            }
            Channel::WhatsApp => ["https://wa.me/?text=", &text].concat(),
            Channel::Native => link.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Channel, Message};

    fn acme() -> Message {
        Message {
            program: "Acme".into(),
            offer: Some("$20 off".into()),
            disclosure: Some("I may earn a reward.".into()),
        }
    }

    fn encode(text: &str) -> String {
        text.replace(' ', "%20").replace('\r', "%0D").replace('\n', "%0A")
    }

    fn check(channel: Channel, message: &Message, expected: &str) {
        assert_eq!(message.address(channel, "https://a.example/r/K7", encode), expected);
    }

    #[test]
    fn a_mail_carries_its_own_link_and_the_disclosure() {
        check(
            Channel::Email,
            &acme(),
            "mailto:?subject=Acme:%20$20%20off&body=Acme:%20$20%20off%0D%0A\
             https://a.example/r/K7/email%0D%0AI%20may%20earn%20a%20reward.",
        );
    }

    #[test]
    fn a_chat_carries_its_own_link_and_the_disclosure() {
        check(
            Channel::WhatsApp,
            &acme(),
            "https://wa.me/?text=Acme:%20$20%20off%0D%0A\
             https://a.example/r/K7/whatsapp%0D%0AI%20may%20earn%20a%20reward.",
        );
    }

    #[test]
    fn a_program_without_an_offer_is_shared_by_name() {
        let bare = Message { offer: None, disclosure: None, ..acme() };
        check(Channel::WhatsApp, &bare, "https://wa.me/?text=Acme%0D%0Ahttps://a.example/r/K7/whatsapp");
    }

    #[test]
    fn the_share_sheet_gets_the_link_apart_from_the_text() {
        assert_eq!(acme().text(None), "Acme: $20 off\r\nI may earn a reward.");
        assert_eq!(Channel::Native.link("https://a.example/r/K7"), "https://a.example/r/K7/share");
    }
}
