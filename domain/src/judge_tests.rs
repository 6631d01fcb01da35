//! A whole verdict: two sides, postings, events.

use super::*;
use crate::attribution::CustomerFacts;
use crate::attribution::{LinkFacts, Named};
use crate::code::Code;
use crate::id::ParticipantId;
use crate::person::Identity;
use crate::program::Side;
use crate::wire::read;

fn program() -> Program {
    let file = r#"{"id":"acme","name":"Acme","kind":"referral","site":"https://shop.example","rewards":[
        {"id":"ref","side":"referrer","on":"purchase","kind":"credit","flat":{"amount":2000,"currency":"USD"},
         "minimum":{"amount":5000,"currency":"USD"},"first":true},
        {"id":"fri","side":"friend","on":"purchase","kind":"credit","percent":"10","first":true}]}"#;
    Program::from_json(file).unwrap()
}

fn conversion(amount: i64) -> NewConversion {
    read::body(&format!(
        r#"{{"event":"purchase","external_id":"o-1","value":{{"amount":{amount},"currency":"USD"}},"customer":{{"email":"f@example.com"}}}}"#
    ))
    .unwrap()
}

fn verdict(amount: i64, code: Option<&str>, earlier: Vec<Earlier>) -> Verdict {
    let at = Timestamp::from_millis(1_763_640_000_000);
    let mut minter = Minter::new(at, [3; 8]);
    let link = LinkFacts {
        code: Code::parse("ada").unwrap(),
        participant: ParticipantId::mint(&mut minter),
        identity: Identity::default(),
        participant_paused: false,
        active: true,
    };
    let named = |text: &str| Named { text: text.to_owned(), link: (text == "ada").then(|| link.clone()) };
    let facts = Facts {
        event: "purchase".to_owned(),
        contributions: Vec::new(),
        consent: None,
        occurred_at: at,
        customer: CustomerFacts::default(),
        coupon: None,
        code: code.map(named),
        touches: Vec::new(),
    };
    let (program, new) = (program(), conversion(amount));
    let customer = CustomerId::mint(&mut minter);
    let case = Case {
        program: &program,
        program_version: 3,
        conversion: &new,
        customer,
        facts,
        earlier,
        standing: Standing::default(),
        known: Known::default(),
        recorded_at: at,
    };
    judge(&case, &mut minter)
}

#[test]
fn both_sides_earn_and_the_book_and_the_events_say_so() {
    let verdict = verdict(12_000, Some("ada"), Vec::new());
    assert_eq!((verdict.decision.outcome, verdict.decision.reason), (Outcome::Credited, Reason::CodeGiven));
    let earned: Vec<_> = verdict.rewards.iter().map(|e| (e.reward.side, e.reward.earned.amount())).collect();
    assert_eq!(earned, [(Side::Referrer, 2_000), (Side::Friend, 1_200)]);
    assert_eq!(verdict.entries.len(), 2);
    assert!(verdict.entries.iter().all(|e| e.lines.iter().map(|(_, value)| value.amount()).sum::<i64>() == 0));
    let kinds: Vec<_> = verdict.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["conversion.recorded", "reward.created", "reward.created"]);
    assert!(verdict.binds.is_some());
    assert_eq!(verdict.answer.rewards.len(), 2);
}

#[test]
fn the_same_input_gives_the_same_verdict() {
    let (one, two) = (verdict(12_000, Some("ada"), Vec::new()), verdict(12_000, Some("ada"), Vec::new()));
    assert_eq!(one.answer, two.answer);
    assert_eq!((one.entries, one.events), (two.entries, two.events));
}

#[test]
fn credit_that_earned_nothing_says_why() {
    let below = verdict(4_999, Some("ada"), Vec::new());
    assert_eq!(below.rewards.len(), 1, "the friend's rule has no minimum");
    let earlier = Earlier {
        event: "purchase".to_owned(),
        value: conversion(9_000).value,
        occurred_at: Timestamp::default(),
        refunded_whole: false,
        credited: true,
        met: Vec::new(),
    };
    let again = verdict(9_000, Some("ada"), vec![earlier]);
    assert_eq!((again.decision.outcome, again.decision.reason), (Outcome::Credited, Reason::NotFirst));
    assert!(again.rewards.is_empty() && again.entries.is_empty());
    let nobody = verdict(9_000, None, Vec::new());
    assert_eq!((nobody.decision.outcome, nobody.decision.reason), (Outcome::None, Reason::NoTouch));
    assert!(nobody.binds.is_none() && nobody.decision.rules.is_empty());
}

/// A whole verdict for work that several did, with this flat reward for the referrers.
fn split(flat: i64, weights: &[u32]) -> Verdict {
    let at = Timestamp::from_millis(1_763_640_000_000);
    let mut minter = Minter::new(at, [3; 8]);
    let mut part = |(name, weight): (u8, &u32)| {
        let link = LinkFacts {
            code: Code::parse(&format!("code-{name}")).unwrap(),
            participant: ParticipantId::mint(&mut minter),
            identity: Identity::default(),
            participant_paused: false,
            active: true,
        };
        Part { link, weight: *weight }
    };
    let contributions = (0u8..).zip(weights).map(&mut part).collect();
    let facts = Facts {
        event: "purchase".to_owned(),
        contributions,
        consent: None,
        occurred_at: at,
        customer: CustomerFacts::default(),
        coupon: None,
        code: None,
        touches: Vec::new(),
    };
    let mut program = program();
    program.rewards.retain(|rule| rule.side == Side::Referrer);
    program.rewards[0].gives = crate::program::Gives::Always(crate::program::Gift {
        worth: Some(crate::program::Worth::Flat(conversion(flat).value.unwrap())),
        ..Default::default()
    });
    let new = conversion(9_000);
    let case = Case {
        program: &program,
        program_version: 3,
        conversion: &new,
        customer: CustomerId::mint(&mut minter),
        facts,
        earlier: Vec::new(),
        standing: Standing::default(),
        known: Known::default(),
        recorded_at: at,
    };
    judge(&case, &mut minter)
}

#[test]
fn seventy_thirty_of_the_work_is_seventy_thirty_of_the_money_to_the_last_cent() {
    for (flat, weights, amounts, shares) in [
        (2_000, &[70, 30][..], &[1_400, 600][..], &["7/10", "3/10"][..]),
        (2_001, &[70, 30], &[1_401, 600], &["7/10", "3/10"]),
        (999, &[70, 30], &[699, 300], &["7/10", "3/10"]),
        (100, &[1, 1, 1], &[34, 33, 33], &["1/3", "1/3", "1/3"]),
        (1, &[1, 2], &[0, 1], &["1/3", "2/3"]),
    ] {
        let verdict = split(flat, weights);
        let credits: Vec<_> = verdict.decision.credits.iter().map(|credit| credit.share.as_str()).collect();
        assert_eq!((credits.as_slice(), verdict.decision.reason), (shares, Reason::SplitByContribution));
        let amount = |participant: &ParticipantId| {
            let own = |earned: &&Earned| earned.reward.beneficiary == participant.as_str();
            verdict.rewards.iter().find(own).map_or(0, |earned| earned.reward.earned.amount())
        };
        let found: Vec<_> = verdict.decision.credits.iter().map(|credit| amount(&credit.participant)).collect();
        assert_eq!(found, amounts, "{flat}");
        assert_eq!(verdict.binds.unwrap().len(), weights.len());
    }
}

#[test]
fn the_version_that_judges_is_that_of_the_occurrence_or_of_the_newest_touch_that_earns() {
    let mut program = program();
    let at = Timestamp::from_millis(1_763_640_000_000);
    let mut minter = Minter::new(at, [3; 8]);
    let link = LinkFacts {
        code: Code::parse("ada").unwrap(),
        participant: ParticipantId::mint(&mut minter),
        identity: Identity::default(),
        participant_paused: false,
        active: true,
    };
    let seen = |days: i64| attribution::Seen::Proved {
        touch: crate::token::Touch {
            click: crate::id::ClickId::new(at.before(Span::days(days)), 0, [0; 8]),
            program: crate::token::ProgramTag::UNKNOWN,
            code: link.code.clone(),
            gpc: true,
            consented: false,
        },
        link: Some(link.clone()),
    };
    let mut facts = Facts {
        event: "purchase".to_owned(),
        contributions: Vec::new(),
        consent: None,
        occurred_at: at,
        customer: CustomerFacts::default(),
        coupon: None,
        code: None,
        touches: vec![seen(9), seen(5), seen(100)],
    };
    assert_eq!(judged_at(&program, &facts), at);
    program.attribution.judged_by = JudgedBy::Touch;
    assert_eq!(judged_at(&program, &facts), at.before(Span::days(5)));
    facts.touches.clear();
    assert_eq!(judged_at(&program, &facts), at);
}
