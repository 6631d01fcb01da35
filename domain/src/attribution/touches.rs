//! Which touches can earn, and why the others can't.

use super::facts::{Facts, LinkFacts, Seen};
use crate::program::{AttributionPolicy, Consent};
use crate::reason::Reason;
use crate::token::Touch;
use crate::wire::decision::{ConsentState, Source, TouchTrace};

pub(super) struct Judged {
    pub(super) trace: TouchTrace,
    pub(super) link: Option<LinkFacts>,
    pub(super) eligible: bool,
}

/// Whether the visitor agreed to be counted. What the site says stands above what the touches say.
pub(super) fn consent(facts: &Facts, asked: Consent) -> ConsentState {
    let agreed = |seen: &Seen| matches!(seen, Seen::Proved { touch, .. } if touch.consented);
    match (facts.consent, asked) {
        (Some(given), _) => given,
        (None, Consent::NotRequired) => ConsentState::NotRequired,
        (None, Consent::Required) if facts.touches.iter().any(agreed) => ConsentState::Granted,
        (None, Consent::Required) => ConsentState::Denied,
    }
}

pub(super) fn judge(facts: &Facts, policy: &AttributionPolicy, consent: Consent) -> Vec<Judged> {
    let mut judged: Vec<Judged> = facts.touches.iter().map(|seen| judge_one(seen, facts, policy, consent)).collect();
    // A click that consent came to later is carried twice; it is one touch, and counts where it can.
    for at in 0..judged.len() {
        let Some(one) = judged.get(at).filter(|one| one.trace.click.is_some()) else { continue };
        let same = |(other, judged): &(usize, &Judged)| *other != at && judged.trace.click == one.trace.click;
        let better = |(other, judged): (usize, &Judged)| {
            (judged.eligible && !one.eligible) || (judged.eligible == one.eligible && other < at)
        };
        if judged.iter().enumerate().filter(same).any(better)
            && let Some(one) = judged.get_mut(at)
        {
            one.eligible = false;
            one.trace.reason = Reason::SameClick;
        }
    }
    judged
}

fn judge_one(seen: &Seen, facts: &Facts, policy: &AttributionPolicy, consent: Consent) -> Judged {
    let (touch, link) = match seen {
        Seen::Invalid => {
            return Judged { trace: trace(Source::Touch, Reason::TokenInvalid), link: None, eligible: false };
        }
        Seen::Proved { touch, link } => (touch, link),
    };
    let objection = objection(touch, link.as_ref(), facts, policy, consent);
    let trace = TouchTrace {
        code: Some(touch.code.to_string()),
        click: Some(touch.click),
        at: Some(touch.at()),
        participant: link.as_ref().map(|link| link.participant.clone()),
        consented: touch.consented,
        gpc: touch.gpc,
        ..trace(Source::Touch, objection.unwrap_or(Reason::NotChosen))
    };
    Judged { trace, link: link.clone(), eligible: objection.is_none() }
}

/// Something that could have earned, with nothing known of it but what it came by.
pub(super) fn trace(source: Source, reason: Reason) -> TouchTrace {
    TouchTrace {
        source,
        code: None,
        click: None,
        at: None,
        participant: None,
        counted: false,
        share: None,
        consented: false,
        gpc: false,
        reason,
    }
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
    let agreed = match facts.consent {
        Some(given) => given != ConsentState::Denied,
        None => consent == Consent::NotRequired || touch.consented,
    };
    if touch.at() > facts.occurred_at {
        Some(Reason::AfterConversion)
    } else if facts.occurred_at.since(touch.at()) > policy.window_of(&facts.event) {
        Some(Reason::WindowExpired)
    } else if agreed {
        standing(link)
    } else {
        Some(Reason::ConsentDenied)
    }
}

/// Why a link can't earn now.
pub(super) fn standing(link: &LinkFacts) -> Option<Reason> {
    if link.participant_paused {
        Some(Reason::ParticipantPaused)
    } else if link.active {
        None
    } else {
        Some(Reason::LinkNotActive)
    }
}
