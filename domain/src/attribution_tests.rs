//! Who gets credit: one line a case.

use super::*;
use crate::code::Code;
use crate::id::{ClickId, Minter, ParticipantId};
use crate::person::Identity;
use crate::program::{JudgedBy, Model};
use crate::token::{ProgramTag, Touch};
use std::collections::BTreeMap;

#[path = "attribution/split_tests.rs"]
mod split;

const DAY: i64 = 86_400_000;

fn at(days: i64) -> Timestamp {
    Timestamp::from_millis(1_763_640_000_000 + days * DAY)
}

fn participant(name: u8) -> ParticipantId {
    ParticipantId::mint(&mut Minter::new(at(-400), [name; 8]))
}

fn link(code: &str, name: u8) -> LinkFacts {
    LinkFacts {
        code: Code::parse(code).unwrap(),
        participant: participant(name),
        identity: Identity { external_id: Some(format!("u-{name}")), email: Some(format!("p{name}@example.com")) },
        participant_paused: false,
        active: true,
    }
}

fn seen(code: &str, name: u8, days: i64) -> Seen {
    let click = ClickId::new(at(days), 0, [name; 8]);
    let code_of = Code::parse(code).unwrap();
    let touch = Touch { click, program: ProgramTag::of("acme"), code: code_of, gpc: false, consented: false };
    Seen::Proved { touch, link: Some(link(code, name)) }
}

fn facts(touches: Vec<Seen>) -> Facts {
    let identity = Identity { external_id: Some("c-1".to_owned()), email: Some("friend@example.com".to_owned()) };
    let customer = CustomerFacts { identity, ..CustomerFacts::default() };
    Facts {
        event: "purchase".to_owned(),
        occurred_at: at(0),
        customer,
        contributions: Vec::new(),
        coupon: None,
        code: None,
        touches,
        consent: None,
    }
}

fn policy() -> AttributionPolicy {
    AttributionPolicy {
        model: Model::LastTouch,
        window: Span::days(90),
        windows: BTreeMap::new(),
        binding: Binding::First,
        judged_by: JudgedBy::Occurrence,
    }
}

fn part(code: &str, name: u8, weight: u32) -> Part {
    Part { link: link(code, name), weight }
}

fn bound(parts: &[(&str, u8, u32)], days: i64) -> Bound {
    Bound { parts: parts.iter().map(|(code, name, weight)| part(code, *name, *weight)).collect(), at: at(days) }
}

fn check(facts: &Facts, outcome: Outcome, reason: Reason, credited: Option<u8>) {
    check_by(facts, &policy(), Consent::NotRequired, outcome, reason, credited);
}

fn check_by(
    facts: &Facts,
    policy: &AttributionPolicy,
    consent: Consent,
    outcome: Outcome,
    reason: Reason,
    credited: Option<u8>,
) {
    let finding = attribute(facts, policy, consent);
    let who: Vec<_> = finding.credited.into_iter().map(|part| part.link.participant).collect();
    let credited: Vec<_> = credited.map(participant).into_iter().collect();
    assert_eq!((finding.outcome, finding.reason, who), (outcome, reason, credited));
}

#[test]
fn the_last_touch_within_the_window_earns() {
    check(&facts(vec![seen("ada", 1, -5)]), Outcome::Credited, Reason::LastTouchWithinWindow, Some(1));
    check(
        &facts(vec![seen("ada", 1, -5), seen("bob", 2, -3)]),
        Outcome::Credited,
        Reason::LastTouchWithinWindow,
        Some(2),
    );
    check(
        &facts(vec![seen("bob", 2, -3), seen("ada", 1, -5)]),
        Outcome::Credited,
        Reason::LastTouchWithinWindow,
        Some(2),
    );
    check(&facts(vec![seen("ada", 1, -90)]), Outcome::Credited, Reason::LastTouchWithinWindow, Some(1));
    check(&facts(vec![seen("ada", 1, -91)]), Outcome::None, Reason::WindowExpired, None);
    check(&facts(vec![]), Outcome::None, Reason::NoTouch, None);
}

#[test]
fn touches_that_are_not_eligible_are_skipped_with_their_reason() {
    check(&facts(vec![seen("ada", 1, 1)]), Outcome::None, Reason::AfterConversion, None);
    check(&facts(vec![Seen::Invalid]), Outcome::None, Reason::TokenInvalid, None);
    check(
        &facts(vec![seen("ada", 1, -5), Seen::Invalid, seen("bob", 2, 1)]),
        Outcome::Credited,
        Reason::LastTouchWithinWindow,
        Some(1),
    );
    let mut paused = seen("bob", 2, -1);
    if let Seen::Proved { link: Some(link), .. } = &mut paused {
        link.participant_paused = true;
    }
    check(&facts(vec![seen("ada", 1, -5), paused.clone()]), Outcome::Credited, Reason::LastTouchWithinWindow, Some(1));
    check(&facts(vec![paused]), Outcome::None, Reason::ParticipantPaused, None);
    let finding =
        attribute(&facts(vec![seen("ada", 1, -5), seen("bob", 2, -3), Seen::Invalid]), &policy(), Consent::NotRequired);
    let reasons: Vec<_> = finding.touches.iter().map(|touch| (touch.reason, touch.counted)).collect();
    let expected = [(Reason::NotChosen, false), (Reason::LastTouchWithinWindow, true), (Reason::TokenInvalid, false)];
    assert_eq!(reasons, expected);
}

#[test]
fn where_consent_is_required_only_a_touch_with_it_counts() {
    let mut agreed = seen("ada", 1, -5);
    let refused = facts(vec![agreed.clone()]);
    check_by(&refused, &policy(), Consent::Required, Outcome::None, Reason::ConsentDenied, None);
    if let Seen::Proved { touch, .. } = &mut agreed {
        touch.consented = true;
    }
    check_by(
        &facts(vec![agreed]),
        &policy(),
        Consent::Required,
        Outcome::Credited,
        Reason::LastTouchWithinWindow,
        Some(1),
    );
}

#[test]
fn the_order_is_bound_customer_then_coupon_then_code_then_touch() {
    let named = |code: &str, name| Some(Named { text: code.to_owned(), link: Some(link(code, name)) });
    let mut all = facts(vec![seen("ada", 1, -5)]);
    all.code = named("bob", 2);
    check(&all, Outcome::Credited, Reason::CodeGiven, Some(2));
    all.coupon = named("cleo", 3);
    check(&all, Outcome::Credited, Reason::CouponGiven, Some(3));
    all.customer.bound = Some(bound(&[("dan", 4, 1)], -200));
    check(&all, Outcome::Credited, Reason::CustomerAlreadyBound, Some(4));
    let last = AttributionPolicy { binding: Binding::Last, ..policy() };
    check_by(&all, &last, Consent::NotRequired, Outcome::Credited, Reason::CouponGiven, Some(3));
    let mut older = facts(vec![seen("ada", 1, -5)]);
    older.customer.bound = Some(bound(&[("dan", 4, 1)], -1));
    check_by(&older, &last, Consent::NotRequired, Outcome::Credited, Reason::CustomerAlreadyBound, Some(4));
    let mut unknown = facts(vec![seen("ada", 1, -5)]);
    unknown.code = Some(Named { text: "nobody".to_owned(), link: None });
    check(&unknown, Outcome::Credited, Reason::LastTouchWithinWindow, Some(1));
}

#[test]
fn nobody_refers_themselves_or_someone_who_was_a_customer_before() {
    let mut own = facts(vec![seen("ada", 1, -5)]);
    own.customer.identity.email = Some("p1@example.com".to_owned());
    check(&own, Outcome::Refused, Reason::SelfReferral, None);
    own.customer.identity = Identity { external_id: Some("u-1".to_owned()), email: None };
    check(&own, Outcome::Refused, Reason::SelfReferral, None);
    let mut old = facts(vec![seen("ada", 1, -5)]);
    old.customer.created_at = Some(at(-6));
    check(&old, Outcome::Refused, Reason::ExistingCustomer, None);
    old.customer.created_at = Some(at(-5).before(Span::minutes(4)));
    check(&old, Outcome::Credited, Reason::LastTouchWithinWindow, Some(1));
    old.touches.insert(0, seen("ada", 1, -20));
    old.customer.created_at = Some(at(-10));
    check(&old, Outcome::Credited, Reason::LastTouchWithinWindow, Some(1));
    old.customer.bought_before = true;
    check(&old, Outcome::Refused, Reason::ExistingCustomer, None);
    let mut imported = facts(vec![seen("ada", 1, -5)]);
    imported.customer.imported = true;
    check(&imported, Outcome::Refused, Reason::ExistingCustomer, None);
}
