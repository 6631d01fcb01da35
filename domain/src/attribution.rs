//! Who gets credit for a conversion: a customer who is bound already, then coupon, then code, then the touches by the
//! program's model. A touch that isn't eligible is kept in the trace with its reason, and the next one is tried.

use crate::code::Code;
use crate::id::ParticipantId;
use crate::person::Identity;
use crate::program::{AttributionPolicy, Binding, Consent, Model};
use crate::reason::Reason;
use crate::time::{Span, Timestamp};
use crate::token::Touch;
use crate::wire::decision::{Outcome, Source, TouchTrace};

/// Clocks of a site and ours may differ by this much before an account counts as older than its referral.
const CLOCK_SKEW: Span = Span::minutes(5);

/// All that attribution reads.
#[derive(Debug, Clone)]
pub struct Facts {
    pub occurred_at: Timestamp,
    pub customer: CustomerFacts,
    pub coupon: Option<Named>,
    pub code: Option<Named>,
    pub touches: Vec<Seen>,
}

impl Facts {
    /// Every link that may be credited.
    pub fn links(&self) -> impl Iterator<Item = &LinkFacts> {
        let touched = self.touches.iter().filter_map(|seen| match seen {
            Seen::Proved { link, .. } => link.as_ref(),
            Seen::Invalid => None,
        });
        let named = [&self.coupon, &self.code].into_iter().flatten().filter_map(|named| named.link.as_ref());
        touched.chain(named).chain(self.customer.bound.as_ref().map(|bound| &bound.link))
    }
}

#[derive(Debug, Clone, Default)]
pub struct CustomerFacts {
    pub identity: Identity,
    pub created_at: Option<Timestamp>,
    /// Imported as someone who was a customer before the program.
    pub imported: bool,
    /// Has an earlier purchase or renewal that wasn't wholly refunded.
    pub bought_before: bool,
    pub bound: Option<Bound>,
}

/// The participant whom a customer belongs to.
#[derive(Debug, Clone)]
pub struct Bound {
    pub link: LinkFacts,
    pub at: Timestamp,
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

/// What attribution found.
#[derive(Debug, Clone)]
pub struct Finding {
    pub outcome: Outcome,
    pub reason: Reason,
    pub credited: Option<LinkFacts>,
    pub touches: Vec<TouchTrace>,
}

pub fn attribute(facts: &Facts, policy: &AttributionPolicy, consent: Consent) -> Finding {
    let mut judged = judge_touches(facts, policy, consent);
    let newest = match policy.model {
        Model::LastTouch => {
            judged.iter().enumerate().filter(|(_, touch)| touch.eligible).max_by_key(|(_, touch)| touch.trace.at)
        }
    };
    let newest = newest.map(|(at, _)| at);
    let earliest = judged.iter().filter(|touch| touch.eligible).filter_map(|touch| touch.trace.at).min();

    let choice = choose(facts, policy, newest.and_then(|at| judged.get(at)));
    if choice.source == Source::Touch
        && let Some(touch) = newest.and_then(|at| judged.get_mut(at))
    {
        touch.trace.reason = choice.reason;
        touch.trace.counted = true;
    }
    let mut touches: Vec<TouchTrace> = judged.into_iter().map(|touch| touch.trace).collect();
    touches.extend(choice.passed_over);

    let Some(link) = choice.link else {
        let reason = newest_reason(&touches).unwrap_or(Reason::NoTouch);
        return Finding { outcome: Outcome::None, reason, credited: None, touches };
    };
    let refusal = refusal(facts, &link, choice.source, earliest);
    match refusal {
        Some(reason) => Finding { outcome: Outcome::Refused, reason, credited: None, touches },
        None => Finding { outcome: Outcome::Credited, reason: choice.reason, credited: Some(link), touches },
    }
}

struct Judged {
    trace: TouchTrace,
    link: Option<LinkFacts>,
    eligible: bool,
}

fn judge_touches(facts: &Facts, policy: &AttributionPolicy, consent: Consent) -> Vec<Judged> {
    let judge = |seen: &Seen| {
        let (touch, link) = match seen {
            Seen::Invalid => {
                return Judged { trace: trace(Source::Touch, Reason::TokenInvalid), link: None, eligible: false };
            }
            Seen::Proved { touch, link } => (touch, link),
        };
        let objection = objection(touch, link.as_ref(), facts, policy, consent);
        let mut trace = trace(Source::Touch, objection.unwrap_or(Reason::NotChosen));
        trace.code = Some(touch.code.to_string());
        trace.click = Some(touch.click);
        trace.at = Some(touch.at());
        trace.participant = link.as_ref().map(|link| link.participant.clone());
        Judged { trace, link: link.clone(), eligible: objection.is_none() }
    };
    facts.touches.iter().map(judge).collect()
}

fn trace(source: Source, reason: Reason) -> TouchTrace {
    TouchTrace { source, code: None, click: None, at: None, participant: None, counted: false, reason }
}

/// Why a touch can't earn, if it can't.
fn objection(
    touch: &Touch,
    link: Option<&LinkFacts>,
    facts: &Facts,
    policy: &AttributionPolicy,
    consent: Consent,
) -> Option<Reason> {
    let Some(link) = link else { return Some(Reason::UnknownCode) };
    if touch.at() > facts.occurred_at {
        Some(Reason::AfterConversion)
    } else if facts.occurred_at.since(touch.at()) > policy.window {
        Some(Reason::WindowExpired)
    } else if consent == Consent::Required && !touch.consented {
        Some(Reason::ConsentDenied)
    } else {
        standing(link)
    }
}

fn standing(link: &LinkFacts) -> Option<Reason> {
    if link.participant_paused {
        Some(Reason::ParticipantPaused)
    } else if link.active {
        None
    } else {
        Some(Reason::LinkNotActive)
    }
}

struct Choice {
    link: Option<LinkFacts>,
    source: Source,
    reason: Reason,
    /// Codes and coupons that named nobody who can earn.
    passed_over: Vec<TouchTrace>,
}

fn choose(facts: &Facts, policy: &AttributionPolicy, newest: Option<&Judged>) -> Choice {
    let mut passed_over = Vec::new();
    let chosen = |link: &LinkFacts, source, reason, passed_over| Choice {
        link: Some(link.clone()),
        source,
        reason,
        passed_over,
    };
    let newer = newest.and_then(|touch| touch.trace.at);
    if let Some(bound) = &facts.customer.bound {
        let given_anew = facts.coupon.is_some() || facts.code.is_some() || newer.is_some_and(|at| at > bound.at);
        let moves_on = policy.binding == Binding::Last && given_anew;
        if !moves_on && !bound.link.participant_paused {
            return chosen(&bound.link, Source::Binding, Reason::CustomerAlreadyBound, passed_over);
        }
    }
    let named = [(&facts.coupon, Source::Coupon, Reason::CouponGiven), (&facts.code, Source::Code, Reason::CodeGiven)];
    for (named, source, reason) in named {
        let Some(named) = named else { continue };
        let objection = named.link.as_ref().map_or(Some(Reason::UnknownCode), standing);
        match (&named.link, objection) {
            (Some(link), None) => return chosen(link, source, reason, passed_over),
            (_, objection) => {
                let mut passed = trace(source, objection.unwrap_or(Reason::UnknownCode));
                passed.code = Some(named.text.clone());
                passed_over.push(passed);
            }
        }
    }
    if let Some(link) = newest.and_then(|touch| touch.link.as_ref()) {
        return chosen(link, Source::Touch, Reason::LastTouchWithinWindow, passed_over);
    }
    if let Some(bound) = facts.customer.bound.as_ref().filter(|bound| !bound.link.participant_paused) {
        return chosen(&bound.link, Source::Binding, Reason::CustomerAlreadyBound, passed_over);
    }
    Choice { link: None, source: Source::Touch, reason: Reason::NoTouch, passed_over }
}

/// The reason of the newest thing that didn't count; what can't be dated comes last.
fn newest_reason(touches: &[TouchTrace]) -> Option<Reason> {
    touches.iter().max_by_key(|touch| touch.at).map(|touch| touch.reason)
}

fn refusal(facts: &Facts, link: &LinkFacts, source: Source, earliest: Option<Timestamp>) -> Option<Reason> {
    if link.identity.is_same_person(&facts.customer.identity) {
        return Some(Reason::SelfReferral);
    }
    if source == Source::Binding {
        return None;
    }
    let older = match (facts.customer.created_at, earliest) {
        (Some(created), Some(touched)) => created.after(CLOCK_SKEW) < touched,
        _ => false,
    };
    (facts.customer.imported || facts.customer.bought_before || older).then_some(Reason::ExistingCustomer)
}

#[cfg(test)]
#[path = "attribution_tests.rs"]
mod tests;
