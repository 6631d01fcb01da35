//! What is kept of the facts that a conversion was judged by, so that it can be judged again: compact JSON, one text a
//! conversion. What follows from earlier conversions (who is bound, what was bought, what is spent) isn't in it: judging
//! again finds that anew.

use super::decision::{ConsentState, Decision, Source};
use crate::attribution::{Bound, CustomerFacts, Facts, LinkFacts, Named, Part, Seen};
use crate::code::Code;
use crate::id::{ClickId, CustomerId, ParticipantId};
use crate::person::Identity;
use crate::reason::Reason;
use crate::reward::rules::{Earlier, Standing, bought, known_since};
use crate::time::Timestamp;
use crate::token::{ProgramTag, Touch};
use serde::{Deserialize, Serialize};

/// Stands for the customer's own identity, which isn't kept.
const THEMSELVES: &str = "themselves";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// As they were known then; a guest may have been joined to an account since.
    #[serde(rename = "c")]
    pub customer: CustomerId,
    #[serde(rename = "i", default, skip_serializing_if = "std::ops::Not::not")]
    pub imported: bool,
    /// When the account was made, in milliseconds.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub account_made: Option<i64>,
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentState>,
    /// Every link that could have been credited.
    #[serde(rename = "l", default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<RecordedLink>,
    /// Null for a touch that couldn't be proved.
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    pub touches: Vec<Option<RecordedTouch>>,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub coupon: Option<RecordedName>,
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub code: Option<RecordedName>,
    /// The place of a link, and its weight.
    #[serde(rename = "w", default, skip_serializing_if = "Vec::is_empty")]
    pub contributions: Vec<(usize, u32)>,
}

/// Code, participant, and bits: 1 the participant was paused, 2 the link wasn't active, 4 they are the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedLink(pub String, pub ParticipantId, pub u8);

/// Click, code, bits (1 consent, 2 global privacy control), and the place of the link, if there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedTouch(pub ClickId, pub String, pub u8, pub Option<usize>);

/// What was named, and the place of the link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedName(pub String, pub Option<usize>);

const PAUSED: u8 = 1;
const INACTIVE: u8 = 2;
const SAME_PERSON: u8 = 4;
const CONSENTED: u8 = 1;
const GPC: u8 = 2;

fn bits(all: &[(u8, bool)]) -> u8 {
    all.iter().filter(|(_, set)| *set).fold(0, |sum, (bit, _)| sum | bit)
}

impl RecordedLink {
    fn facts(&self) -> Option<LinkFacts> {
        let themselves = (self.2 & SAME_PERSON != 0).then(|| THEMSELVES.to_owned());
        Some(LinkFacts {
            code: Code::parse(&self.0).ok()?,
            participant: self.1.clone(),
            identity: Identity { external_id: themselves, email: None },
            participant_paused: self.2 & PAUSED != 0,
            active: self.2 & INACTIVE == 0,
        })
    }
}

impl Recorded {
    pub fn of(facts: &Facts, customer: &CustomerId, standing: &Standing) -> Self {
        let mut links: Vec<RecordedLink> = Vec::new();
        let mut place = |link: &LinkFacts| {
            let known = links.iter().position(|known| known.0 == link.code.as_str());
            known.unwrap_or_else(|| {
                let same = link.identity.is_same_person(&facts.customer.identity);
                let bits = bits(&[(PAUSED, link.participant_paused), (INACTIVE, !link.active), (SAME_PERSON, same)]);
                links.push(RecordedLink(link.code.to_string(), link.participant.clone(), bits));
                links.len() - 1
            })
        };
        let touches = facts.touches.iter().map(|seen| match seen {
            Seen::Invalid => None,
            Seen::Proved { touch, link } => {
                let bits = bits(&[(CONSENTED, touch.consented), (GPC, touch.gpc)]);
                Some(RecordedTouch(touch.click, touch.code.to_string(), bits, link.as_ref().map(&mut place)))
            }
        });
        let touches = touches.collect();
        let mut named = |named: &Option<Named>| {
            named.as_ref().map(|named| RecordedName(named.text.clone(), named.link.as_ref().map(&mut place)))
        };
        let (coupon, code) = (named(&facts.coupon), named(&facts.code));
        let contributions = facts.contributions.iter().map(|part| (place(&part.link), part.weight)).collect();
        for part in facts.customer.bound.iter().flat_map(|bound| &bound.parts) {
            place(&part.link);
        }
        Self {
            customer: customer.clone(),
            imported: facts.customer.imported,
            account_made: facts.customer.created_at.map(Timestamp::millis),
            country: standing.country.clone(),
            segment: standing.segment.clone(),
            consent: facts.consent,
            links,
            touches,
            coupon,
            code,
            contributions,
        }
    }

    /// What a decision still shows of the facts, where none were kept.
    pub fn of_decision(decision: &Decision, customer: CustomerId) -> Self {
        let mut recorded = Self {
            customer,
            imported: false,
            account_made: None,
            country: None,
            segment: None,
            consent: None,
            links: Vec::new(),
            touches: Vec::new(),
            coupon: None,
            code: None,
            contributions: Vec::new(),
        };
        for trace in &decision.touches {
            let place = match (&trace.code, &trace.participant) {
                (Some(code), Some(participant)) => Some(recorded.place(code, participant, trace.reason)),
                _ => None,
            };
            let text = trace.code.clone().unwrap_or_default();
            match trace.source {
                Source::Touch => recorded.touches.push(trace.click.map(|click| {
                    let bits = bits(&[(CONSENTED, trace.consented), (GPC, trace.gpc)]);
                    RecordedTouch(click, text, bits, place)
                })),
                Source::Coupon => recorded.coupon = Some(RecordedName(text, place)),
                Source::Code => recorded.code = Some(RecordedName(text, place)),
                Source::Contribution => {
                    let weight = trace.share.as_deref().and_then(|share| share.split('/').next()?.parse().ok());
                    recorded.contributions.extend(place.map(|place| (place, weight.unwrap_or(1))));
                }
                Source::Binding => {}
            }
        }
        recorded
    }

    fn place(&mut self, code: &str, participant: &ParticipantId, reason: Reason) -> usize {
        if let Some(known) = self.links.iter().position(|known| known.0 == code) {
            return known;
        }
        let bits = bits(&[
            (PAUSED, reason == Reason::ParticipantPaused),
            (INACTIVE, reason == Reason::LinkNotActive),
            (SAME_PERSON, reason == Reason::SelfReferral),
        ]);
        self.links.push(RecordedLink(code.to_owned(), participant.clone(), bits));
        self.links.len() - 1
    }

    /// The link as it was then, where it was looked at.
    pub fn link(&self, code: &str) -> Option<LinkFacts> {
        self.links.iter().find(|link| link.0 == code).and_then(RecordedLink::facts)
    }

    /// The facts, with what follows from earlier conversions.
    pub fn facts(&self, event: &str, occurred_at: Timestamp, earlier: &[Earlier], bound: Option<Bound>) -> Facts {
        let at = |place: usize| self.links.get(place).and_then(RecordedLink::facts);
        let named = |named: &Option<RecordedName>| {
            named.as_ref().map(|RecordedName(text, place)| Named { text: text.clone(), link: place.and_then(at) })
        };
        let seen = |touch: &Option<RecordedTouch>| {
            let proved = touch.as_ref().and_then(|RecordedTouch(click, code, bits, place)| {
                let touch = Touch {
                    click: *click,
                    program: ProgramTag::UNKNOWN,
                    code: Code::parse(code).ok()?,
                    gpc: bits & GPC != 0,
                    consented: bits & CONSENTED != 0,
                };
                Some(Seen::Proved { touch, link: place.and_then(at) })
            });
            proved.unwrap_or(Seen::Invalid)
        };
        let part = |(place, weight): &(usize, u32)| Some(Part { link: at(*place)?, weight: *weight });
        Facts {
            event: event.to_owned(),
            occurred_at,
            customer: CustomerFacts {
                identity: Identity { external_id: Some(THEMSELVES.to_owned()), email: None },
                created_at: self.account_made.map(Timestamp::from_millis),
                known_since: known_since(earlier),
                imported: self.imported,
                bought_before: bought(earlier),
                bound,
            },
            contributions: self.contributions.iter().filter_map(part).collect(),
            coupon: named(&self.coupon),
            code: named(&self.code),
            touches: self.touches.iter().map(seen).collect(),
            consent: self.consent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_pinned() {
        let id = "00000000000000000000000000";
        let full = format!(
            r#"{{"c":"cus_{id}","i":true,"k":5,"g":"DE","s":"pro","a":"granted","l":[["ada","prt_{id}",5],["bob","prt_{id}",2]],"t":[["clk_{id}","ada",3,0],null,["clk_{id}","zoe",0,null]],"p":["ABC",1],"d":["nobody",null],"w":[[0,70],[1,30]]}}"#
        );
        let recorded: Recorded = serde_json::from_str(&full).unwrap();
        assert_eq!(serde_json::to_string(&recorded).unwrap(), full);
        let facts = recorded.facts("purchase", Timestamp::from_millis(9), &[], None);
        let standing = Standing { new: false, country: Some("DE".to_owned()), segment: Some("pro".to_owned()) };
        assert_eq!(Recorded::of(&facts, &recorded.customer, &standing), recorded, "facts come back as they were");
        let least = format!(r#"{{"c":"cus_{id}"}}"#);
        let recorded: Recorded = serde_json::from_str(&least).unwrap();
        assert_eq!(serde_json::to_string(&recorded).unwrap(), least);
    }

    #[test]
    fn a_decision_from_before_shows_most_of_the_facts() {
        let id = "00000000000000000000000000";
        let touch = |reason: &str| {
            format!(
                r#"{{"source":"touch","code":"ada","click":"clk_{id}","at":null,"participant":"prt_{id}","counted":false,"consented":true,"reason":"{reason}"}}"#
            )
        };
        let code = r#"{"source":"code","code":"nobody","click":null,"at":null,"participant":null,"counted":false,"reason":"unknown_code"}"#;
        let decision = format!(
            r#"{{"outcome":"none","reason":"participant_paused","model":"last_touch","credits":[],"rules":[],"program_version":1,
                "explanation":{{"owner":"","referrer":""}},"touches":[{},{code}]}}"#,
            touch("participant_paused")
        );
        let customer = CustomerId::parse(&format!("cus_{id}")).unwrap();
        let recorded = Recorded::of_decision(&serde_json::from_str(&decision).unwrap(), customer);
        let expected = format!(
            r#"{{"c":"cus_{id}","l":[["ada","prt_{id}",1]],"t":[["clk_{id}","ada",1,0]],"d":["nobody",null]}}"#
        );
        assert_eq!(serde_json::to_string(&recorded).unwrap(), expected);
    }
}
