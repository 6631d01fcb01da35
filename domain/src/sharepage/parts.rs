//! What everyone sees: the offer, a friend's own part, the link with its ways, the form for a link, and the way back.

use super::{Page, qr};
use crate::words::Lang;
use maud::{Markup, html};

impl Page<'_> {
    /// For a friend who came by a link: from whom, what they get, and their code.
    pub(super) fn friends(&self) -> Markup {
        let (words, offer) = (self.words(), self.offer);
        if !offer.referred || self.member.is_some() || self.link.is_some() {
            return Markup::default();
        }
        let from = match &offer.referrer_name {
            Some(name) => words.fill("page.from", &[("name", name)]),
            None => words.say("page.from_friend").to_owned(),
        };
        let gets = offer.offer.as_ref().and_then(|offer| offer.friend.as_ref());
        html! {
            section.card.friend {
                p.eyebrow { bdi { (from) } }
                @if let Some(gets) = gets { p.gift dir="auto" { (gets) } }
                @if let Some(coupon) = &offer.coupon {
                    label for="coupon" { (words.say("page.coupon")) }
                    input.field #coupon readonly dir="ltr" value=(coupon.code);
                    @if let Some(item) = &coupon.item { p.hint dir="auto" { (item) } }
                }
                p.small { (words.say("page.interest")) }
            }
        }
    }

    /// Asks whether the visitor may be remembered, where the program has to ask.
    pub(super) fn consent(&self) -> Markup {
        let (words, offer) = (self.words(), self.offer);
        let open = offer.consent == "required" && offer.consent_state != "granted" && offer.referred;
        if !open {
            return Markup::default();
        }
        html! {
            form.card method="post" action=(self.address(words.lang())) {
                p { (words.fill("page.consent", &[("program", &offer.program.name)])) }
                p.buttons {
                    button.button name="consent" value="granted" { (words.say("page.yes")) }
                    button.button.quiet name="consent" value="denied" { (words.say("page.no")) }
                }
            }
        }
    }

    /// The headline, and both sides of the offer.
    pub(super) fn about(&self, title: &str) -> Markup {
        let words = self.words();
        let offer = self.offer.offer.as_ref();
        let headline = offer.map_or(title, |offer| offer.headline.as_str());
        let sides = [
            ("page.friend_gets", offer.and_then(|offer| offer.friend.as_ref())),
            ("page.you_get", offer.and_then(|offer| offer.referrer.as_ref())),
        ];
        html! {
            h1 dir="auto" { (headline) }
            @if self.link.is_some() || self.offer.join_by_email { p.lead { (words.say("page.lead")) } }
            @if sides.iter().any(|(_, gets)| gets.is_some()) {
                dl.sides {
                    @for (side, gets) in sides {
                        @if let Some(gets) = gets { div { dt { (words.say(side)) } dd dir="auto" { (gets) } } }
                    }
                }
            }
        }
    }

    /// The link: to be selected, sent or scanned.
    pub(super) fn sharing(&self) -> Markup {
        let Some(link) = self.link else { return Markup::default() };
        let words = self.words();
        let drawn = qr::draw(&format!("{link}/qr"));
        html! {
            section.card.share aria-labelledby="link-name" {
                label #link-name for="link" { (words.say("page.your_link")) }
                input.field #link readonly dir="ltr" value=(link) aria-describedby="link-hint";
                p.hint #link-hint { (words.say("page.copy_hint")) }
                (self.ways(link))
                @if let Some(disclosure) = &self.offer.disclosure {
                    p.small { (words.fill("page.adds", &[("disclosure", disclosure)])) }
                }
                @if let Some(drawn) = drawn {
                    figure.qr {
                        svg viewBox=(format!("0 0 {0} {0}", drawn.size)) role="img" aria-label=(words.say("page.qr"))
                            shape-rendering="crispEdges" { path d=(drawn.path) {} }
                        figcaption { (words.say("page.qr_hint")) }
                    }
                }
            }
        }
    }

    /// How to get a link, for who has none here.
    pub(super) fn joining(&self) -> Markup {
        if self.link.is_some() {
            return Markup::default();
        }
        let words = self.words();
        let sign_in = words.fill("page.sign_in", &[("site", &self.host())]);
        html! {
            section.card.join {
                @if self.offer.join_by_email {
                    form method="post" action=(self.address(words.lang())) {
                        label for="email" { (words.say("page.your_email")) }
                        input.field #email type="email" name="email" required autocomplete="email" dir="ltr" maxlength="254";
                        button.button { (words.say("page.get_link")) }
                    }
                }
                p.hint { (sign_in) }
            }
        }
    }

    pub(super) fn leaderboard(&self) -> Markup {
        if self.board.is_empty() {
            return Markup::default();
        }
        let words = self.words();
        html! {
            section.card aria-labelledby="board-name" {
                h2 #board-name { (words.say("page.leaderboard")) }
                ol.board {
                    @for place in self.board {
                        li {
                            span.rank { (self.spoken.number(i64::try_from(place.rank).unwrap_or(0))) }
                            span.who { bdi { (place.name.as_deref().unwrap_or_else(|| words.say("page.member"))) } }
                            span.count { (self.spoken.number(place.conversions)) }
                        }
                    }
                }
            }
        }
    }

    pub(super) fn testimonials(&self) -> Markup {
        if self.offer.testimonials.is_empty() {
            return Markup::default();
        }
        html! {
            section.said aria-labelledby="said-name" {
                h2 #said-name { (self.words().say("page.testimonials")) }
                @for one in &self.offer.testimonials {
                    figure { blockquote dir="auto" { (one.words) } figcaption dir="auto" { (one.name) } }
                }
            }
        }
    }

    pub(super) fn terms(&self) -> Markup {
        let Some(terms) = self.offer.offer.as_ref().and_then(|offer| offer.terms.as_ref()) else {
            return Markup::default();
        };
        html! {
            section.terms aria-labelledby="terms-name" {
                h2 #terms-name { (self.words().say("page.terms")) }
                p dir="auto" { (terms) }
            }
        }
    }

    pub(super) fn way_back(&self) -> Markup {
        let words = self.words();
        html! { p { a href=(self.offer.program.site) { (words.fill("page.back", &[("site", &self.host())])) } } }
    }

    /// The page in other languages. Not where somebody's identity was posted: an address has none.
    pub(super) fn languages(&self) -> Markup {
        if !self.identity.is_empty() {
            return Markup::default();
        }
        let words = self.words();
        html! {
            nav aria-label=(words.say("page.languages")) {
                ul.languages {
                    @for lang in Lang::ALL.iter().copied() {
                        li {
                            @if lang == words.lang() {
                                span lang=(lang.as_str()) aria-current="true" { (lang.own_name()) }
                            } @else {
                                a href=(self.address(lang)) lang=(lang.as_str()) hreflang=(lang.as_str()) { (lang.own_name()) }
                            }
                        }
                    }
                }
            }
        }
    }
}
