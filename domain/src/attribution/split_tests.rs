//! Credit that several share: exact parts, windows by event, contributions, bindings.

use super::*;
use crate::judge::credits;
use crate::program::Positions;
use crate::wire::decision::ConsentState::{Denied, Granted, NotRequired};
use proptest::prelude::*;

fn by(model: Model) -> AttributionPolicy {
    AttributionPolicy { model, ..policy() }
}

/// The participants' parts, as the answer has them.
fn parts(facts: &Facts, policy: &AttributionPolicy) -> Vec<(u8, String)> {
    let finding = attribute(facts, policy, Consent::NotRequired);
    let name = |id: &ParticipantId| (0..100).find(|name| participant(*name) == *id).unwrap();
    credits(&finding.credited).into_iter().map(|credit| (name(&credit.participant), credit.share)).collect()
}

fn check_parts(touches: Vec<Seen>, model: Model, expect: &[(u8, &str)]) {
    let found = parts(&facts(touches), &by(model));
    let found: Vec<_> = found.iter().map(|(name, share)| (*name, share.as_str())).collect();
    assert_eq!(found, expect, "{model:?}");
}

#[test]
fn each_model_gives_exact_parts() {
    let four = || vec![seen("cleo", 3, -7), seen("ada", 1, -21), seen("dan", 4, 0), seen("bob", 2, -14)];
    let week = Model::TimeDecay { half_life: Span::days(7) };
    let uneven = Model::Position(Positions { first: 50, middle: 20, last: 30 });
    let usual = Model::Position(Positions::USUAL);
    check_parts(four(), Model::FirstTouch, &[(1, "1/1")]);
    check_parts(four(), Model::LastTouch, &[(4, "1/1")]);
    check_parts(four(), Model::Linear, &[(1, "1/4"), (2, "1/4"), (3, "1/4"), (4, "1/4")]);
    check_parts(four(), usual, &[(1, "2/5"), (2, "1/10"), (3, "1/10"), (4, "2/5")]);
    check_parts(four(), uneven, &[(1, "1/2"), (2, "1/10"), (3, "1/10"), (4, "3/10")]);
    check_parts(four(), week, &[(1, "1/15"), (2, "2/15"), (3, "4/15"), (4, "8/15")]);
    let two = || vec![seen("ada", 1, -14), seen("bob", 2, -7)];
    check_parts(two(), usual, &[(1, "1/2"), (2, "1/2")]);
    check_parts(two(), uneven, &[(1, "5/8"), (2, "3/8")]);
    check_parts(two(), week, &[(1, "1/3"), (2, "2/3")]);
    for model in [Model::FirstTouch, Model::LastTouch, Model::Linear, usual, week] {
        check_parts(vec![seen("ada", 1, -5)], model, &[(1, "1/1")]);
        check_parts(vec![seen("ada", 1, -91)], model, &[]);
        check_parts(vec![], model, &[]);
    }
}

#[test]
fn several_touches_of_one_participant_are_one_part_and_each_touch_says_its_own() {
    let touches = vec![seen("ada", 1, -9), seen("bob", 2, -6), seen("ada", 1, -3)];
    check_parts(touches.clone(), Model::Linear, &[(1, "2/3"), (2, "1/3")]);
    let finding = attribute(&facts(touches), &by(Model::Linear), Consent::NotRequired);
    let shares: Vec<_> = finding.touches.iter().map(|touch| (touch.share.as_deref(), touch.reason)).collect();
    assert_eq!(shares, [(Some("1/3"), Reason::SplitEvenly); 3]);
    assert_eq!((finding.reason, finding.touched_at), (Reason::SplitEvenly, Some(at(-3))));
}

#[test]
fn what_is_not_eligible_has_no_part() {
    let mut paused = seen("bob", 2, -2);
    if let Seen::Proved { link: Some(link), .. } = &mut paused {
        link.participant_paused = true;
    }
    let touches = vec![seen("ada", 1, -200), Seen::Invalid, seen("cleo", 3, -8), paused, seen("dan", 4, -4)];
    check_parts(touches, Model::Position(Positions::USUAL), &[(3, "1/2"), (4, "1/2")]);
}

#[test]
fn a_click_that_is_carried_twice_is_one_touch_and_counts_where_it_agreed() {
    let (first, mut agreed) = (seen("ada", 1, -5), seen("ada", 1, -5));
    if let Seen::Proved { touch, .. } = &mut agreed {
        touch.consented = true;
    }
    let twice = vec![first.clone(), agreed, seen("bob", 2, -3)];
    check_parts(twice.clone(), Model::Linear, &[(1, "1/2"), (2, "1/2")]);
    let finding = attribute(&facts(twice), &by(Model::Linear), Consent::Required);
    let reasons: Vec<_> = finding.touches.iter().map(|touch| touch.reason).collect();
    assert_eq!(reasons, [Reason::SameClick, Reason::SplitEvenly, Reason::ConsentDenied]);
    assert_eq!(finding.consent, Granted);
}

#[test]
fn an_event_may_have_a_window_of_its_own() {
    let mut policy = policy();
    policy.windows.insert("signup".to_owned(), Span::days(7));
    let mut one = facts(vec![seen("ada", 1, -8)]);
    check_by(&one, &policy, Consent::NotRequired, Outcome::Credited, Reason::LastTouchWithinWindow, Some(1));
    one.event = "signup".to_owned();
    check_by(&one, &policy, Consent::NotRequired, Outcome::None, Reason::WindowExpired, None);
}

#[test]
fn who_did_the_work_has_the_credit_whatever_else_is_there() {
    let mut named = facts(vec![seen("dan", 4, -1)]);
    named.contributions = vec![part("ada", 1, 70), part("bob", 2, 30)];
    named.customer.bound = Some(bound(&[("dan", 4, 1)], -9));
    named.customer.bought_before = true;
    assert_eq!(parts(&named, &policy()), [(1, "7/10".to_owned()), (2, "3/10".to_owned())]);
    assert_eq!(attribute(&named, &policy(), Consent::NotRequired).reason, Reason::SplitByContribution);
    named.contributions[1].link.participant_paused = true;
    assert_eq!(parts(&named, &policy()), [(1, "1/1".to_owned())]);
    named.customer.identity.email = Some("p1@example.com".to_owned());
    check(&named, Outcome::Refused, Reason::SelfReferral, None);
}

#[test]
fn a_bound_customer_stays_split_as_they_were() {
    let mut renewal = facts(vec![seen("cleo", 3, -1)]);
    renewal.customer.bought_before = true;
    renewal.customer.bound = Some(bound(&[("ada", 1, 70), ("bob", 2, 30)], -50));
    assert_eq!(parts(&renewal, &policy()), [(1, "7/10".to_owned()), (2, "3/10".to_owned())]);
    let finding = attribute(&renewal, &policy(), Consent::NotRequired);
    assert_eq!(finding.reason, Reason::CustomerAlreadyBound);
    let shares: Vec<_> = finding.touches.iter().map(|touch| (touch.source, touch.share.as_deref())).collect();
    let expected = [(Source::Touch, None), (Source::Binding, Some("7/10")), (Source::Binding, Some("3/10"))];
    assert_eq!(shares, expected);
}

#[test]
fn a_newer_touch_moves_a_bound_customer_on_where_the_program_says_so() {
    let last = AttributionPolicy { binding: Binding::Last, ..by(Model::Linear) };
    let mut again = facts(vec![seen("dan", 4, -60), seen("ada", 1, -5), seen("bob", 2, -3)]);
    again.customer.bought_before = true;
    again.customer.known_since = Some(at(-50));
    again.customer.bound = Some(bound(&[("dan", 4, 1)], -50));
    assert_eq!(parts(&again, &last), [(1, "1/2".to_owned()), (2, "1/2".to_owned())]);
    again.touches.truncate(1);
    check_by(&again, &last, Consent::NotRequired, Outcome::Credited, Reason::CustomerAlreadyBound, Some(4));
    again.code = Some(Named { text: "nobody".to_owned(), link: None });
    check_by(&again, &last, Consent::NotRequired, Outcome::Credited, Reason::CustomerAlreadyBound, Some(4));
    // Whose participant is paused belongs to nobody, and was a customer already.
    again.customer.bound.as_mut().unwrap().parts[0].link.participant_paused = true;
    again.code = Some(Named { text: "ada".to_owned(), link: Some(link("ada", 1)) });
    check(&again, Outcome::Refused, Reason::ExistingCustomer, None);
}

#[test]
fn whoever_was_known_before_the_referral_is_no_new_customer() {
    let mut signed_up = facts(vec![seen("ada", 1, -5)]);
    signed_up.customer.known_since = Some(at(-6));
    check(&signed_up, Outcome::Refused, Reason::ExistingCustomer, None);
    signed_up.customer.known_since = Some(at(-4));
    check(&signed_up, Outcome::Credited, Reason::LastTouchWithinWindow, Some(1));
    let mut coded = facts(vec![]);
    coded.code = Some(Named { text: "ada".to_owned(), link: Some(link("ada", 1)) });
    coded.customer.created_at = Some(at(-89));
    check(&coded, Outcome::Credited, Reason::CodeGiven, Some(1));
    coded.customer.created_at = Some(at(-91));
    check(&coded, Outcome::Refused, Reason::ExistingCustomer, None);
    let finding = attribute(&coded, &policy(), Consent::NotRequired);
    assert!(finding.touches.iter().all(|touch| !touch.counted && touch.share.is_none()));
    assert_eq!(finding.touches[0].reason, Reason::ExistingCustomer);
}

#[test]
fn what_the_site_says_of_consent_stands() {
    let consent = |given, asked| {
        let facts = Facts { consent: given, ..facts(vec![seen("ada", 1, -5)]) };
        let finding = attribute(&facts, &policy(), asked);
        (finding.consent, finding.reason)
    };
    let (counted, denied) = (Reason::LastTouchWithinWindow, Reason::ConsentDenied);
    assert_eq!(consent(None, Consent::NotRequired), (NotRequired, counted));
    assert_eq!(consent(None, Consent::Required), (Denied, denied));
    assert_eq!(consent(Some(Granted), Consent::Required), (Granted, counted));
    assert_eq!(consent(Some(Denied), Consent::NotRequired), (Denied, denied));
}

fn any_model() -> impl Strategy<Value = Model> {
    prop_oneof![
        Just(Model::FirstTouch),
        Just(Model::LastTouch),
        Just(Model::Linear),
        (0u32..=100, 0u32..=100).prop_map(|(first, last)| {
            let last = last.min(100 - first);
            Model::Position(Positions { first, middle: 100 - first - last, last })
        }),
        (1i64..400).prop_map(|days| Model::TimeDecay { half_life: Span::days(days) }),
    ]
}

/// Fractions add up over their common denominator.
fn sum_is_one(shares: &[(u64, u64)]) -> bool {
    let whole: u128 = shares.iter().map(|(_, whole)| u128::from(*whole)).product();
    shares.iter().map(|(part, of)| u128::from(*part) * (whole / u128::from(*of))).sum::<u128>() == whole
}

proptest! {
    #[test]
    fn credits_always_sum_to_one_and_money_splits_exactly(
        made in prop::collection::vec((1u8..5, -120i64..2), 1..5), model in any_model(), amount in 0i64..10_000_000,
        contributed in prop::collection::vec((1u8..5, 1u32..1000), 0..4),
    ) {
        let codes = ["", "ada", "bob", "cleo", "dan"];
        let touches = made.iter().map(|(name, days)| seen(codes[usize::from(*name)], *name, *days)).collect();
        let mut facts = facts(touches);
        facts.contributions =
            contributed.iter().map(|(name, weight)| part(codes[usize::from(*name)], *name, *weight)).collect();
        let finding = attribute(&facts, &by(model), Consent::NotRequired);
        let fraction = |share: &String| {
            let (part, whole) = share.split_once('/').unwrap();
            (part.parse::<u64>().unwrap(), whole.parse::<u64>().unwrap())
        };
        let credits = credits(&finding.credited);
        let credited = finding.outcome == Outcome::Credited;
        prop_assert_eq!(credited, !credits.is_empty());
        prop_assert!(!credited || sum_is_one(&credits.iter().map(|credit| fraction(&credit.share)).collect::<Vec<_>>()));
        let by_touch: Vec<_> = finding.touches.iter().filter_map(|touch| touch.share.as_ref()).map(fraction).collect();
        prop_assert!(!credited || sum_is_one(&by_touch));
        let distinct: std::collections::BTreeSet<_> = credits.iter().map(|credit| &credit.participant).collect();
        prop_assert_eq!(distinct.len(), credits.len());

        let weights: Vec<u32> = finding.credited.iter().map(|part| part.weight).collect();
        let money = crate::money::Money::new(amount, crate::money::Currency::parse("USD").unwrap()).unwrap();
        let split: i64 = money.split(&weights).iter().map(crate::money::Money::amount).sum();
        prop_assert_eq!(split, if credited { amount } else { 0 });
    }
}
