//! Who gets credit for a conversion: those whose work the site names, a customer who is bound already, then coupon, then
//! code, then the touches by the program's model. What isn't eligible is kept in the trace with its reason, and the
//! next is tried.
//!
//! Invariant: the parts of a finding are whole weights, so as fractions they sum to one.

mod facts;
mod models;
mod touches;

pub use facts::{Bound, CustomerFacts, Facts, LinkFacts, Named, Part, Seen};

use crate::fraction::fraction;
use crate::program::{AttributionPolicy, Binding, Consent};
use crate::reason::Reason;
use crate::time::{Span, Timestamp};
use crate::wire::decision::{ConsentState, Outcome, Source, TouchTrace};
use touches::{Judged, standing, trace};

/// Clocks of a site and ours may differ by this much before an account counts as older than its referral.
const CLOCK_SKEW: Span = Span::minutes(5);

/// What attribution found.
#[derive(Debug, Clone)]
pub struct Finding {
    pub outcome: Outcome,
    pub reason: Reason,
    /// One for each participant.
    pub credited: Vec<Part>,
    pub touches: Vec<TouchTrace>,
    pub consent: ConsentState,
    /// When the newest touch was made that earns.
    pub touched_at: Option<Timestamp>,
}

pub fn attribute(facts: &Facts, policy: &AttributionPolicy, consent: Consent) -> Finding {
    let mut search = Search { facts, policy, touches: touches::judge(facts, policy, consent), others: Vec::new() };
    let choice = search.choose();
    let refusal = choice.as_ref().and_then(|choice| search.refusal(choice));
    if let Some(choice) = &choice {
        search.mark(choice, refusal);
    }
    let state = touches::consent(facts, consent);
    let counted = |touch: &&TouchTrace| touch.counted && touch.source == Source::Touch;
    let touches: Vec<TouchTrace> = search.touches.into_iter().map(|touch| touch.trace).chain(search.others).collect();
    let touched_at = touches.iter().filter(counted).filter_map(|touch| touch.at).max();
    let (outcome, reason, credited) = match (choice, refusal) {
        (None, _) => (Outcome::None, newest_reason(&touches).unwrap_or(Reason::NoTouch), Vec::new()),
        (Some(_), Some(refusal)) => (Outcome::Refused, refusal, Vec::new()),
        (Some(choice), None) => {
            let parts: Vec<Part> = choice.parts.into_iter().map(|(_, part)| part).collect();
            (Outcome::Credited, choice.reason, by_participant(&parts))
        }
    };
    Finding { outcome, reason, credited, touches, consent: state, touched_at }
}

/// What was chosen: parts, each of a touch or of something in `others`, by its place there.
struct Choice {
    source: Source,
    reason: Reason,
    parts: Vec<(usize, Part)>,
}

struct Search<'a> {
    facts: &'a Facts,
    policy: &'a AttributionPolicy,
    touches: Vec<Judged>,
    /// Contributions, bindings, coupon and code, each looked at once.
    others: Vec<TouchTrace>,
}

impl Search<'_> {
    fn choose(&mut self) -> Option<Choice> {
        let facts = self.facts;
        let contributed: Vec<_> =
            facts.contributions.iter().filter_map(|part| self.look(Source::Contribution, part)).collect();
        let bound: Vec<_> = facts
            .customer
            .bound
            .iter()
            .flat_map(|bound| &bound.parts)
            .filter_map(|part| self.look(Source::Binding, part))
            .collect();
        let coupon = self.named(Source::Coupon, facts.coupon.as_ref());
        let code = self.named(Source::Code, facts.code.as_ref());
        let moves_on = self.policy.binding == Binding::Last;
        let kept = |parts| Choice { source: Source::Binding, reason: Reason::CustomerAlreadyBound, parts };
        if !contributed.is_empty() {
            let (source, reason) = (Source::Contribution, Reason::SplitByContribution);
            return Some(Choice { source, reason, parts: contributed });
        }
        if !moves_on && !bound.is_empty() {
            return Some(kept(bound));
        }
        if let Some(part) = coupon {
            return Some(Choice { source: Source::Coupon, reason: Reason::CouponGiven, parts: vec![part] });
        }
        if let Some(part) = code {
            return Some(Choice { source: Source::Code, reason: Reason::CodeGiven, parts: vec![part] });
        }
        // Only what came after a binding can move a customer on.
        let since = facts.customer.bound.as_ref().filter(|_| !bound.is_empty()).map(|bound| bound.at);
        let parts = self.by_model(since);
        if !parts.is_empty() {
            let reason = models::reason(self.policy.model);
            return Some(Choice { source: Source::Touch, reason, parts });
        }
        (!bound.is_empty()).then(|| kept(bound))
    }

    /// Notes a part in the trace; gives it where it can earn.
    fn look(&mut self, source: Source, part: &Part) -> Option<(usize, Part)> {
        // Who did the work, and who is bound, don't need a link that leads somewhere today.
        let objection = part.link.participant_paused.then_some(Reason::ParticipantPaused);
        self.others.push(TouchTrace {
            code: Some(part.link.code.to_string()),
            participant: Some(part.link.participant.clone()),
            ..trace(source, objection.unwrap_or(Reason::NotChosen))
        });
        objection.is_none().then(|| (self.others.len() - 1, part.clone()))
    }

    fn named(&mut self, source: Source, named: Option<&Named>) -> Option<(usize, Part)> {
        let named = named?;
        let objection = named.link.as_ref().map_or(Some(Reason::UnknownCode), standing);
        self.others.push(TouchTrace {
            code: Some(named.text.clone()),
            participant: named.link.as_ref().map(|link| link.participant.clone()),
            ..trace(source, objection.unwrap_or(Reason::NotChosen))
        });
        let link = named.link.clone().filter(|_| objection.is_none())?;
        Some((self.others.len() - 1, Part { link, weight: 1 }))
    }

    /// The parts of the eligible touches after a moment, in the order in which they were made.
    fn by_model(&self, since: Option<Timestamp>) -> Vec<(usize, Part)> {
        let mut eligible: Vec<(Timestamp, usize, &LinkFacts)> = self
            .touches
            .iter()
            .enumerate()
            .filter(|(_, touch)| touch.eligible)
            .filter_map(|(place, touch)| Some((touch.trace.at?, place, touch.link.as_ref()?)))
            .filter(|(at, ..)| since.is_none_or(|since| *at > since))
            .collect();
        eligible.sort_by_key(|(at, place, _)| (*at, *place));
        let times: Vec<Timestamp> = eligible.iter().map(|(at, ..)| *at).collect();
        let weights = models::weights(self.policy.model, &times);
        let parts = eligible.into_iter().zip(weights).filter(|(_, weight)| *weight > 0);
        parts.map(|((_, place, link), weight)| (place, Part { link: link.clone(), weight })).collect()
    }

    /// Writes into the trace what earned and how much, or why what was chosen was refused.
    fn mark(&mut self, choice: &Choice, refusal: Option<Reason>) {
        let whole = choice.parts.iter().map(|(_, part)| u64::from(part.weight)).sum();
        for (place, part) in &choice.parts {
            let trace = match choice.source {
                Source::Touch => self.touches.get_mut(*place).map(|touch| &mut touch.trace),
                _ => self.others.get_mut(*place),
            };
            let Some(trace) = trace else { continue };
            trace.reason = refusal.unwrap_or(choice.reason);
            trace.counted = refusal.is_none();
            trace.share = refusal.is_none().then(|| fraction(u64::from(part.weight), whole));
        }
    }

    fn refusal(&self, choice: &Choice) -> Option<Reason> {
        let customer = &self.facts.customer;
        if choice.parts.iter().any(|(_, part)| part.link.identity.is_same_person(&customer.identity)) {
            return Some(Reason::SelfReferral);
        }
        // Whoever is bound came by a referral, and may move on, or be worked for by others, as the program says.
        let came_by_referral = customer.bound.is_some()
            && (matches!(choice.source, Source::Binding | Source::Contribution)
                || self.policy.binding == Binding::Last);
        if came_by_referral {
            return None;
        }
        let touches = self.touches.iter().filter(|touch| touch.eligible).filter_map(|touch| touch.trace.at);
        // Without a touch, the referral may have happened at any time of the window.
        let window = self.policy.window_of(&self.facts.event);
        let referred_at = touches.min().unwrap_or(self.facts.occurred_at.before(window));
        let known = [customer.created_at, customer.known_since].into_iter().flatten().min();
        let older = known.is_some_and(|known| known.after(CLOCK_SKEW) < referred_at);
        (customer.imported || customer.bought_before || older).then_some(Reason::ExistingCustomer)
    }
}

/// One part for each participant, in the order in which they come; its link is that of their largest part, the later
/// one of equals.
pub fn by_participant(parts: &[Part]) -> Vec<Part> {
    let mut sums: Vec<(Part, u32)> = Vec::new();
    for part in parts {
        match sums.iter_mut().find(|(sum, _)| sum.link.participant == part.link.participant) {
            Some((sum, largest)) => {
                sum.weight = sum.weight.saturating_add(part.weight);
                if part.weight >= *largest {
                    *largest = part.weight;
                    sum.link = part.link.clone();
                }
            }
            None => sums.push((part.clone(), part.weight)),
        }
    }
    sums.into_iter().map(|(part, _)| part).collect()
}

/// The reason of the newest thing that didn't count; what can't be dated comes last.
fn newest_reason(touches: &[TouchTrace]) -> Option<Reason> {
    let own = touches.iter().filter(|touch| touch.reason != Reason::SameClick);
    own.max_by_key(|touch| touch.at).map(|touch| touch.reason)
}

#[cfg(test)]
#[path = "attribution_tests.rs"]
mod tests;
