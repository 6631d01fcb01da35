//! The share page: what the widget does, for a browser that runs no script. Links and forms alone.
//!
//! Invariant: the page has no script and asks no other host for anything; its policy says so. Whatever the owner, the
//! participant or the visitor wrote is escaped. A signed identity comes by a form and goes by a form, never in an address.

mod form;
mod member;
mod parts;
pub mod qr;
mod ways;

pub use form::{Form, may_post};

use crate::leaderboard::Place;
use crate::money::Money;
use crate::time::Timestamp;
use crate::wire::visits::{Member, OfferInForce};
use crate::words::{Lang, Shown};
use data_encoding::BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("sharepage/page.css");

/// How numbers, money and days are written in the page's language; the shell has a source for that.
pub trait Spoken {
    fn number(&self, number: i64) -> String;
    fn money(&self, money: Money) -> String;
    /// Of a percentage such as `12.5`.
    fn percent(&self, percent: &str) -> String;
    fn day(&self, at: Timestamp) -> String;
}

/// All that the page shows.
pub struct Page<'a> {
    /// The publishable key.
    pub key: &'a str,
    pub offer: &'a OfferInForce,
    /// The link to share: of the code that was asked for, or the member's own.
    pub link: Option<&'a str>,
    /// The code of the address, for the addresses of this page in other languages.
    pub code: Option<&'a str>,
    /// The code that a friend came by without a cookie.
    pub via: Option<&'a str>,
    pub member: Option<&'a Member>,
    /// The member's identity, as it was posted; empty where nobody's was.
    pub identity: &'a str,
    pub board: &'a [Place],
    pub notice: Option<Notice>,
    pub spoken: &'a dyn Spoken,
}

/// What became of what was posted, or asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    Mailed,
    WrongEmail,
    JoinOff,
    SignedOut,
    NoLink,
    NotDone,
}

impl Notice {
    /// The status of the answer.
    pub const fn status(self) -> u16 {
        match self {
            Self::Mailed | Self::NoLink => 200,
            Self::WrongEmail => 422,
            Self::JoinOff => 403,
            Self::SignedOut => 401,
            Self::NotDone => 400,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Mailed => "page.mailed",
            Self::WrongEmail => "page.wrong_email",
            Self::JoinOff => "page.sign_in",
            Self::SignedOut => "page.signed_out",
            Self::NoLink => "page.no_link",
            Self::NotDone => "page.not_done",
        }
    }
}

/// `Content-Security-Policy` of the page: its own style, forms to where it came from, and nothing else.
pub fn policy() -> String {
    let style = BASE64.encode(&Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// What is shown to someone who asks too often, before anything is looked up.
pub fn too_often(lang: Lang) -> String {
    let words = Shown::of(lang);
    let said = words.say("page.too_many");
    document(lang, said, &html! { main.alone { p.notice role="status" { (said) } } })
}

fn document(lang: Lang, title: &str, inside: &Markup) -> String {
    let direction = if lang.is_right_to_left() { "rtl" } else { "ltr" };
    html! {
        (DOCTYPE)
        html lang=(lang.as_str()) dir=(direction) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (inside) }
        }
    }
    .into_string()
}

impl<'a> Page<'a> {
    pub fn html(&self) -> String {
        let words = self.words();
        let title = words.fill("page.title", &[("program", &self.offer.program.name)]);
        let inside = html! {
            header { p.brand { bdi { (self.offer.program.name) } } }
            main {
                @if let Some(notice) = self.notice { (self.notice(notice)) }
                div.intro { (self.friends()) (self.consent()) (self.about(&title)) }
                div.act { (self.sharing()) (self.joining()) (self.standing()) (self.naming()) }
                div.more { (self.leaderboard()) (self.testimonials()) (self.terms()) }
            }
            footer { (self.way_back()) (self.languages()) }
        };
        document(words.lang(), &title, &inside)
    }

    fn words(&self) -> Shown<'a> {
        Shown::of(self.offer.lang()).with(&self.offer.words)
    }

    fn notice(&self, notice: Notice) -> Markup {
        let said = self.words().fill(notice.word(), &[("site", &self.host())]);
        let role = if notice.status() == 200 { "status" } else { "alert" };
        html! { p.notice role=(role) { (said) } }
    }

    /// The shop's host, as people know it.
    fn host(&self) -> String {
        let site = crate::site::Site::parse(&self.offer.program.site);
        site.map(|site| site.host().trim_start_matches("www.").to_owned()).unwrap_or_default()
    }

    /// The address of this page, from this page.
    fn address(&self, lang: Lang) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("k", self.key);
        for (name, value) in [("code", self.code), ("via", self.via)] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        query.append_pair("lang", lang.as_str());
        format!("share?{}", query.finish())
    }
}

#[cfg(test)]
#[path = "sharepage_tests.rs"]
mod tests;
