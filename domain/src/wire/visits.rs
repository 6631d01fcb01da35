//! What a browser is told: the offer in force, and a participant's own standing as the share page reads it.

use crate::money::Money;
use crate::program::{Consent, Offer, Program, Testimonial};
use crate::reward::next::NextTier;
use crate::time::Timestamp;
use crate::words::Lang;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is known of the visitor, for the offer.
#[derive(Debug, Clone, Default)]
pub struct Referral {
    /// The code of a link that leads somewhere.
    pub code: Option<String>,
    /// The referrer's first name, where they allow it to be shown.
    pub referrer_name: Option<String>,
    pub coupon: Option<CouponHeld>,
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferInForce {
    pub program: ProgramShown,
    /// The language of what follows: the one asked for, if we have it, else the program's own.
    pub lang: String,
    /// In that language as far as its owner translated it.
    pub offer: Option<Offer>,
    /// What a referrer's message says of their interest, in that language; null where referrers earn nothing.
    pub disclosure: Option<String>,
    /// Whether the visitor came by a link that leads somewhere.
    pub referred: bool,
    pub code: Option<String>,
    pub coupon: Option<CouponHeld>,
    /// The first name of who referred the visitor, where they allow it to be shown.
    pub referrer_name: Option<String>,
    /// `required` or `not_required`.
    pub consent: String,
    /// `granted` or `unknown`.
    #[serde(default)]
    pub consent_state: String,
    pub join_by_email: bool,
    /// Whether there is a leaderboard.
    pub leaderboard: bool,
    pub testimonials: Vec<Testimonial>,
    /// The owner's words in place of the widget's own, by key.
    pub words: BTreeMap<String, String>,
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramShown {
    pub id: String,
    pub name: String,
    pub kind: String,
    pub site: String,
    /// The program's own language.
    pub locale: String,
}

#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponHeld {
    pub code: String,
    /// What it is good for, in the owner's words.
    pub item: Option<String>,
}

impl OfferInForce {
    /// Whether the visitor consented is for the caller to say, who sees the cookie.
    pub fn of(program: &Program, lang: Lang, referral: Referral) -> Self {
        Self {
            program: ProgramShown {
                id: program.id.as_str().to_owned(),
                name: program.name.clone(),
                kind: program.kind.as_str().to_owned(),
                site: program.site.as_str().to_owned(),
                locale: program.screen.locale.as_str().to_owned(),
            },
            lang: lang.as_str().to_owned(),
            offer: program.offer_in(lang),
            disclosure: program.disclosure(lang),
            referred: referral.code.is_some(),
            code: referral.code,
            coupon: referral.coupon,
            referrer_name: referral.referrer_name,
            consent: if program.consent == Consent::Required { "required" } else { "not_required" }.to_owned(),
            consent_state: "unknown".to_owned(),
            join_by_email: program.join_by_email,
            leaderboard: program.screen.leaderboard,
            testimonials: program.screen.testimonials.clone(),
            words: program.screen.words.of(lang),
        }
    }

    pub fn lang(&self) -> Lang {
        Lang::parse(&self.lang).unwrap_or_default()
    }
}

/// `GET /r/-/v1/me`, as far as the share page reads it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Member {
    pub participant: MemberNamed,
    pub clicks: MemberClicks,
    pub conversions: i64,
    pub rewards: Vec<MemberReward>,
    pub next_tier: Option<NextTier>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MemberNamed {
    pub code: String,
    pub link: String,
    pub name: Option<String>,
    pub show_name: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct MemberClicks {
    pub person: i64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct MemberReward {
    pub state: String,
    pub kind: String,
    pub value: Option<Money>,
    pub item: Option<String>,
    pub months: Option<i64>,
    pub coupon: Option<String>,
    pub created_at: Timestamp,
    pub due_at: Timestamp,
}
