//! All that attribution reads.

use crate::code::Code;
use crate::id::ParticipantId;
use crate::person::Identity;
use crate::time::Timestamp;
use crate::token::Touch;
use crate::wire::decision::ConsentState;

#[derive(Debug, Clone)]
pub struct Facts {
    pub event: String,
    pub occurred_at: Timestamp,
    pub customer: CustomerFacts,
    /// Who did which part of the work, where the site says so.
    pub contributions: Vec<Part>,
    pub coupon: Option<Named>,
    pub code: Option<Named>,
    pub touches: Vec<Seen>,
    /// What the site says of the visitor's consent, where it says anything.
    pub consent: Option<ConsentState>,
}

impl Facts {
    /// Every link that may be credited.
    pub fn links(&self) -> impl Iterator<Item = &LinkFacts> {
        let touched = self.touches.iter().filter_map(|seen| match seen {
            Seen::Proved { link, .. } => link.as_ref(),
            Seen::Invalid => None,
        });
        let named = [&self.coupon, &self.code].into_iter().flatten().filter_map(|named| named.link.as_ref());
        let contributed = self.contributions.iter().map(|part| &part.link);
        let bound = self.customer.bound.iter().flat_map(|bound| &bound.parts).map(|part| &part.link);
        touched.chain(named).chain(contributed).chain(bound)
    }
}

#[derive(Debug, Clone, Default)]
pub struct CustomerFacts {
    pub identity: Identity,
    /// When the account was made, as far as the site ever said.
    pub created_at: Option<Timestamp>,
    /// The earliest conversion that is recorded of them and wasn't wholly refunded.
    pub known_since: Option<Timestamp>,
    /// Imported as someone who was a customer before the program.
    pub imported: bool,
    /// Has an earlier purchase or renewal that wasn't wholly refunded.
    pub bought_before: bool,
    pub bound: Option<Bound>,
}

/// The participants whom a customer belongs to.
#[derive(Debug, Clone)]
pub struct Bound {
    pub parts: Vec<Part>,
    pub at: Timestamp,
}

/// A participant's part of the credit, by one of their links. The weights of a whole are relative to each other.
#[derive(Debug, Clone)]
pub struct Part {
    pub link: LinkFacts,
    pub weight: u32,
}

/// A code or coupon that came with the conversion, and the link that it names, if any.
#[derive(Debug, Clone)]
pub struct Named {
    pub text: String,
    pub link: Option<LinkFacts>,
}

#[derive(Debug, Clone)]
pub struct LinkFacts {
    pub code: Code,
    pub participant: ParticipantId,
    pub identity: Identity,
    pub participant_paused: bool,
    /// Neither paused nor past its end.
    pub active: bool,
}

/// One touch that the site sent back.
#[derive(Debug, Clone)]
pub enum Seen {
    /// Altered, cut short, of an unknown key, or of another program.
    Invalid,
    Proved {
        touch: Touch,
        link: Option<LinkFacts>,
    },
}
