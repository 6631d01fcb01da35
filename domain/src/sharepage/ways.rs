//! The ways to share a link without a script: an address for each, with the channel's own link and the message.

use super::Page;
use maud::{Markup, html};

/// Its name is the last part of the link, and what clicks are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Email,
    WhatsApp,
    Telegram,
    Sms,
    X,
    LinkedIn,
    Facebook,
}

impl Way {
    pub(super) const ALL: [Self; 7] =
        [Self::Email, Self::WhatsApp, Self::Telegram, Self::Sms, Self::X, Self::LinkedIn, Self::Facebook];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::WhatsApp => "whatsapp",
            Self::Telegram => "telegram",
            Self::Sms => "sms",
            Self::X => "x",
            Self::LinkedIn => "linkedin",
            Self::Facebook => "facebook",
        }
    }

    /// Its key, or its own name.
    const fn word(self) -> &'static str {
        match self {
            Self::Email => "page.email",
            Self::Sms => "page.sms",
            Self::WhatsApp => "WhatsApp",
            Self::Telegram => "Telegram",
            Self::X => "X",
            Self::LinkedIn => "LinkedIn",
            Self::Facebook => "Facebook",
        }
    }

    /// Where a press leads. `title` is one line; `after` follows the link, in the message.
    pub(super) fn address(self, link: &str, title: &str, after: Option<&str>) -> String {
        let link = format!("{link}/{}", self.name());
        let lines = |parts: &[Option<&str>]| parts.iter().flatten().copied().collect::<Vec<_>>().join("\r\n");
        let whole = encoded(&lines(&[Some(title), Some(&link), after]));
        let text = encoded(&lines(&[Some(title), after]));
        let url = encoded(&link);
        match self {
            Self::Email => format!("mailto:?subject={}&body={whole}", encoded(title)),
            Self::WhatsApp => format!("https://wa.me/?text={whole}"),
            Self::Telegram => format!("https://t.me/share/url?url={url}&text={text}"),
            Self::Sms => format!("sms:?&body={whole}"),
            Self::X => format!("https://x.com/intent/post?url={url}&text={text}"),
            Self::LinkedIn => format!("https://www.linkedin.com/sharing/share-offsite/?url={url}"),
            Self::Facebook => format!("https://www.facebook.com/sharer/sharer.php?u={url}"),
        }
    }
}

/// As in a query: mail programs show a `+` as it is, so spaces are written out.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

impl Page<'_> {
    pub(super) fn ways(&self, link: &str) -> Markup {
        let words = self.words();
        let offer = self.offer.offer.as_ref();
        let name = &self.offer.program.name;
        let title =
            offer.and_then(|offer| offer.friend.as_ref()).map_or_else(|| name.clone(), |f| format!("{name}: {f}"));
        let after = self.offer.disclosure.as_deref();
        html! {
            ul.ways aria-label=(words.say("page.ways")) {
                @for way in Way::ALL {
                    li { a.way href=(way.address(link, &title, after)) rel="noopener" { (words.say(way.word())) } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_carries_its_own_link_and_the_messages_the_disclosure() {
        let address = |way: Way| way.address("https://a.example/r/K7", "Acme: $20 + tea", Some("I may earn."));
        let link = |name: &str| format!("https%3A%2F%2Fa.example%2Fr%2FK7%2F{name}");
        let title = "Acme%3A%20%2420%20%2B%20tea";
        let whole = |name: &str| format!("{title}%0D%0A{}%0D%0AI%20may%20earn.", link(name));
        let text = format!("{title}%0D%0AI%20may%20earn.");
        for (way, expected) in [
            (Way::Email, format!("mailto:?subject={title}&body={}", whole("email"))),
            (Way::WhatsApp, format!("https://wa.me/?text={}", whole("whatsapp"))),
            (Way::Telegram, format!("https://t.me/share/url?url={}&text={text}", link("telegram"))),
            (Way::Sms, format!("sms:?&body={}", whole("sms"))),
            (Way::X, format!("https://x.com/intent/post?url={}&text={text}", link("x"))),
            (Way::LinkedIn, format!("https://www.linkedin.com/sharing/share-offsite/?url={}", link("linkedin"))),
            (Way::Facebook, format!("https://www.facebook.com/sharer/sharer.php?u={}", link("facebook"))),
        ] {
            assert_eq!(address(way), expected);
        }
    }
}
