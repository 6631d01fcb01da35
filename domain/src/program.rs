//! A program: one set of rules, offers, links and rewards, written as one file.
//!
//! `Program::read` accepts a file whole or refuses it whole, with every fault and its path.

mod attribution;
mod file;
mod rule;
mod screen;
mod targets;
mod versions;

pub use attribution::{AttributionPolicy, Binding, JudgedBy, Model, Positions};
pub use rule::{
    Amounts, Approval, Bonus, Boundary, Bounds, Conditions, CouponSource, Gift, Gives, Lasts, Limit, Limits, Milestone,
    Milestones, Most, RewardKind, Rule, Side, Stage, Tier, TierBy, TierMode, Tiers, Worth,
};
pub use screen::{OfferTranslation, Screen, Testimonial};
pub use targets::Targets;
pub use versions::{Version, in_force};

use crate::approval::Callback;
use crate::money::{Currency, Money};
use crate::site::Site;
use crate::words::Lang;
use std::collections::BTreeMap;

/// The name of a program in keys and addresses: 1 to 40 of `a-z 0-9 - _`, beginning with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProgramId(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a program's id has 1 to 40 of a-z, 0-9, '-' and '_', begins with a letter or digit, and not with test_")]
pub struct BadProgramId;

impl ProgramId {
    pub fn parse(text: &str) -> Result<Self, BadProgramId> {
        let fits = (1..=40).contains(&text.len())
            && text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
            && !text.starts_with("test_");
        if fits { Ok(Self(text.to_owned())) } else { Err(BadProgramId) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    pub id: ProgramId,
    pub name: String,
    pub kind: Kind,
    pub mode: Mode,
    pub site: Site,
    pub currency: Currency,
    pub attribution: AttributionPolicy,
    pub consent: Consent,
    pub durability: Durability,
    pub offer: Option<Offer>,
    /// Whether someone may ask for a link with nothing but an e-mail address.
    pub join_by_email: bool,
    pub rewards: Vec<Rule>,
    /// What all rules together may spend.
    pub limits: Limits,
    pub targets: Targets,
    /// What someone must be owed to have a line in a payout that says nothing else, in that currency.
    pub payout_minimum: Option<Money>,
    pub screen: Screen,
    /// Who is asked before a reward is approved by time.
    pub callback: Option<Callback>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Customers refer.
    Referral,
    /// Businesses refer.
    Partner,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Live,
    Test,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    NotRequired,
    Required,
}

/// When a click is in storage: within a second of the redirect, or before it leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    AfterRedirect,
    BeforeRedirect,
}

/// What a friend and a referrer are told.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema), schemars(rename = "OfferTold"))]
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Offer {
    pub headline: String,
    pub friend: Option<String>,
    pub referrer: Option<String>,
    pub terms: Option<String>,
    pub disclosure: Option<String>,
    /// What a friend is asked to do, in the words of the site's buttons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub call_to_action: Vec<String>,
    /// In other languages than the program's own; readers are told one of them.
    #[serde(default, skip_deserializing, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(any(test, feature = "openapi"), schemars(with = "BTreeMap<String, OfferTranslation>"))]
    pub translations: BTreeMap<Lang, OfferTranslation>,
}

#[cfg(test)]
#[path = "program_tests.rs"]
mod tests;
