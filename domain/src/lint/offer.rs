//! The offer: two sides, told to both, one thing to do, and honest about the reward.

use super::Finding;
use crate::calendar::Day;
use crate::program::{Kind, Program, Side};

fn has(program: &Program, side: Side) -> bool {
    program.rewards.iter().any(|rule| rule.side == side)
}

/// Who earns nothing. Partners are paid for their work, so there a second side is only a hint.
pub(super) fn one_sided(program: &Program, _: Day) -> Vec<Finding> {
    let (why, fix) = match (has(program, Side::Referrer), has(program, Side::Friend)) {
        (true, true) => return Vec::new(),
        (false, false) => {
            let (why, fix) = ("No rule rewards anyone, so nobody has a reason to share.", "Add a rule for each side.");
            return vec![Finding::warning("no_rewards", "rewards", why, fix)];
        }
        (true, false) => (
            "Only the referrer earns: a friend has no reason to use the link, and sharing looks like selling.",
            "Add a rule with \"side\": \"friend\", such as the same amount on their first purchase.",
        ),
        (false, true) => {
            ("Only the friend earns: a referrer has no reason to share.", "Add a rule with \"side\": \"referrer\".")
        }
    };
    let finding = match program.kind {
        Kind::Referral => Finding::warning("one_sided", "rewards", why, fix),
        Kind::Partner => Finding::hint("one_sided", "rewards", why, fix),
    };
    vec![finding]
}

/// What is promised without a rule, and what is given without a word.
pub(super) fn told(program: &Program, _: Day) -> Vec<Finding> {
    let Some(offer) = &program.offer else {
        if program.rewards.is_empty() {
            return Vec::new();
        }
        let why = "There are rewards, and no offer: the widget can't say what anyone gets.";
        let fix = "Add \"offer\" with \"headline\", \"friend\" and \"referrer\".";
        return vec![Finding::warning("reward_not_told", "offer", why, fix)];
    };
    let sides = [(Side::Referrer, "referrer", &offer.referrer), (Side::Friend, "friend", &offer.friend)];
    let one = |(side, name, text): (Side, &str, &Option<String>)| match (has(program, side), text) {
        (true, None) => Some(Finding::warning(
            "reward_not_told",
            format!("offer.{name}"),
            format!("The {name} earns something, and the offer doesn't say so."),
            format!("Say in offer.{name} what the {name} gets, and when."),
        )),
        (false, Some(_)) => Some(Finding::warning(
            "promise_without_rule",
            format!("offer.{name}"),
            format!("The offer promises the {name} something, and no rule gives it."),
            format!("Add a rule with \"side\": \"{name}\", or take the promise out."),
        )),
        _ => None,
    };
    sides.into_iter().filter_map(one).collect()
}

pub(super) fn calls_to_action(program: &Program, _: Day) -> Vec<Finding> {
    let calls = program.offer.as_ref().map_or(0, |offer| offer.call_to_action.len());
    if calls < 2 {
        return Vec::new();
    }
    let why = format!("There are {calls} calls to action; who has to choose what to do first often does nothing.");
    let fix = "Keep the one that leads to the conversion that earns.";
    vec![Finding::warning("several_calls_to_action", "offer.call_to_action", why, fix)]
}

/// Who recommends something and earns by it has to say so (in the USA 16 CFR 255.5, in the EU directive 2005/29/EC).
pub(super) fn disclosure(program: &Program, _: Day) -> Vec<Finding> {
    let told = program.offer.as_ref().is_some_and(|offer| offer.disclosure.is_some());
    if told || !has(program, Side::Referrer) {
        return Vec::new();
    }
    let why = "Referrers earn, and the offer has no sentence that says so; the law asks for one in the USA and in the EU. \
        The widget adds a general one, in the reader's language.";
    let fix = "Say it in your own words in offer.disclosure, and in offer.translations for other languages.";
    vec![Finding::hint("disclosure_missing", "offer.disclosure", why, fix)]
}

pub(super) fn terms(program: &Program, _: Day) -> Vec<Finding> {
    let told = program.offer.as_ref().is_none_or(|offer| offer.terms.is_some());
    if told || program.rewards.is_empty() {
        return Vec::new();
    }
    let why = "The offer has no terms: what doesn't count, and how long a reward is pending, is asked of your support.";
    let fix = "Say in offer.terms what earns, what doesn't, and when it is paid.";
    vec![Finding::hint("terms_missing", "offer.terms", why, fix)]
}
