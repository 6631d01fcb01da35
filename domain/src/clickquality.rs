//! What made a click, judged from the request's own headers: a person, or one of five kinds that are none.
//!
//! Every request is counted; this says in which column. A program that fetches links (`curl`, an HTTP library) says
//! nothing about itself that a person's browser couldn't: it counts as a person until the landing confirms it or not.

mod declared;
#[rustfmt::skip]
mod list;
mod pattern;

#[cfg(test)]
mod corpus_tests;

pub use declared::{Agent, PLAIN_CLIENTS, agent};

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// Someone navigating, as far as a request can tell.
    Person,
    /// A hidden frame, an image, a script: the browser was not navigating to a document.
    Embedded,
    /// Fetches a link to show its preview in a chat or a feed.
    Unfurler,
    /// A browser that guesses what its user will do next.
    Prefetch,
    /// `HEAD`: asks whether the link works.
    Head,
    /// A crawler that says so, or a scanner of mail.
    Bot,
}

impl Quality {
    pub const ALL: [Self; 6] = [Self::Person, Self::Embedded, Self::Unfurler, Self::Prefetch, Self::Head, Self::Bot];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Embedded => "embedded",
            Self::Unfurler => "unfurler",
            Self::Prefetch => "prefetch",
            Self::Head => "head",
            Self::Bot => "bot",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|quality| quality.as_str() == text)
    }
}

/// The headers of a request that this judgement reads; an absent header is an empty string.
#[derive(Debug, Clone, Copy)]
pub struct RequestFacts<'a> {
    pub method: &'a str,
    /// What `agent` says of the `User-Agent`.
    pub agent: Agent,
    pub sec_fetch_mode: &'a str,
    pub sec_fetch_dest: &'a str,
    /// `Sec-Purpose`, or the older `Purpose` or `X-Moz`.
    pub purpose: &'a str,
}

/// The reason that a scanner of mail has; the other qualities say all by themselves.
pub const MAIL_SCANNER: &str = "mail_scanner";

/// What made a request, and why it is that where it needs saying.
pub fn judge(request: &RequestFacts<'_>) -> (Quality, &'static str) {
    if request.method == "HEAD" {
        return (Quality::Head, "");
    }
    if contains_folded(request.purpose, "prefetch") || contains_folded(request.purpose, "preview") {
        return (Quality::Prefetch, "");
    }
    match request.agent {
        Agent::Unfurler => return (Quality::Unfurler, ""),
        Agent::MailScanner => return (Quality::Bot, MAIL_SCANNER),
        Agent::Bot => return (Quality::Bot, ""),
        Agent::Plain => {}
    }
    let sent = !request.sec_fetch_mode.is_empty() || !request.sec_fetch_dest.is_empty();
    if sent && !(request.sec_fetch_mode == "navigate" && request.sec_fetch_dest == "document") {
        return (Quality::Embedded, "");
    }
    (Quality::Person, "")
}

/// Whether `text` holds `token` (ASCII, in lower case), whatever the case of its letters. Allocates nothing.
fn contains_folded(text: &str, token: &str) -> bool {
    !text.is_empty() && text.as_bytes().windows(token.len()).any(|at| at.eq_ignore_ascii_case(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

    fn check(headers: &[(&str, &str)], expect: Quality) {
        let get = |name: &str| headers.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| *value);
        let facts = RequestFacts {
            method: if get("method").is_empty() { "GET" } else { get("method") },
            agent: agent(get("ua")),
            sec_fetch_mode: get("mode"),
            sec_fetch_dest: get("dest"),
            purpose: get("purpose"),
        };
        assert_eq!(judge(&facts).0, expect, "{headers:?}");
    }

    #[test]
    fn people() {
        check(&[("ua", CHROME), ("mode", "navigate"), ("dest", "document")], Quality::Person);
        check(&[("ua", CHROME)], Quality::Person);
        check(&[("ua", "curl/8.5.0")], Quality::Person);
        check(&[], Quality::Person);
        check(
            &[("ua", "Mozilla/5.0 (Linux; Android 9; CUBOT_NOTE_S) Chrome/80.0 Mobile Safari/537.36")],
            Quality::Person,
        );
        check(&[("ua", "Mozilla/5.0 (Linux; Android 12; CUBOT) Chrome/99.0 Mobile Safari/537.36")], Quality::Person);
    }

    #[test]
    fn requests_that_are_no_navigation_to_a_document() {
        check(&[("ua", CHROME), ("mode", "no-cors"), ("dest", "image")], Quality::Embedded);
        check(&[("ua", CHROME), ("mode", "navigate"), ("dest", "iframe")], Quality::Embedded);
        check(&[("ua", CHROME), ("mode", "navigate")], Quality::Embedded);
        check(&[("ua", CHROME), ("dest", "empty")], Quality::Embedded);
    }

    #[test]
    fn browsers_that_guess() {
        check(
            &[("ua", CHROME), ("mode", "navigate"), ("dest", "document"), ("purpose", "prefetch")],
            Quality::Prefetch,
        );
        check(&[("ua", CHROME), ("purpose", "prefetch;prerender")], Quality::Prefetch);
        check(&[("ua", CHROME), ("purpose", "preview")], Quality::Prefetch);
    }

    #[test]
    fn unfurlers_and_declared_bots() {
        for agent in [
            "Mozilla/5.0 (Macintosh) Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "WhatsApp/2.23.20.0 A",
            "TelegramBot (like TwitterBot)",
            "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        ] {
            check(&[("ua", agent)], Quality::Unfurler);
        }
        for agent in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
            "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
            "Mozilla/5.0 (compatible; Baiduspider/2.0)",
        ] {
            check(&[("ua", agent)], Quality::Bot);
        }
        check(&[("method", "HEAD"), ("ua", "Googlebot/2.1")], Quality::Head);
    }
}
