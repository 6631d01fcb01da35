//! Rules that pay twice for the same.

use super::Finding;
use super::placed::{PlacedRule, both, rules};
use crate::calendar::Day;
use crate::program::{Conditions, Gives, Program, RewardKind, Rule};
use serde_json::Value;
use std::collections::BTreeSet;

pub(super) fn overlaps(program: &Program, _: Day) -> Vec<Finding> {
    let rules = rules(program);
    let mut found = Vec::new();
    for (at, later) in rules.iter().enumerate() {
        let earlier = rules.iter().take(at).find(|earlier| meet(program, earlier, later));
        if let Some(earlier) = earlier {
            let (one, two) = (&earlier.rule.id, &later.rule.id);
            let why = format!("\"{one}\" and \"{two}\" both give the same side something for the same conversion.");
            let fix = "If only one shall, keep them apart: by \"below\" and \"minimum\", by \"when\", or as tiers of one rule.";
            found.push(Finding::warning("overlapping_rules", &later.path, why, fix));
        }
    }
    found
}

/// Whether one conversion can earn by both. What is reached in steps stands beside other rewards by its nature.
fn meet(program: &Program, one: &PlacedRule<'_>, two: &PlacedRule<'_>) -> bool {
    let steps = |rule: &Rule| matches!(rule.gives, Gives::Milestones(_));
    let (a, b) = (one.rule, two.rule);
    a.side == b.side
        && !steps(a)
        && !steps(b)
        && !kinds(a).is_disjoint(&kinds(b))
        && !one.pays_on().is_disjoint(&two.pays_on())
        && !both(&a.bounds, &b.bounds, program.currency).is_empty()
        && a.lasts.from.is_none_or(|from| b.lasts.until.is_none_or(|until| from <= until))
        && b.lasts.from.is_none_or(|from| a.lasts.until.is_none_or(|until| from <= until))
        && can_be(&a.when, &b.when)
}

fn kinds(rule: &Rule) -> BTreeSet<&'static str> {
    rule.gifts().map(|gift| gift.kind.unwrap_or(rule.kind)).map(RewardKind::as_str).collect()
}

/// Whether one conversion can have both conditions.
fn can_be(one: &Conditions, two: &Conditions) -> bool {
    let words =
        |one: &[String], two: &[String]| one.is_empty() || two.is_empty() || one.iter().any(|word| two.contains(word));
    let new = match (one.customer_new, two.customer_new) {
        (Some(one), Some(two)) => one == two,
        _ => true,
    };
    new && words(&one.country, &two.country)
        && words(&one.segment, &two.segment)
        && values(&one.properties, &two.properties)
        && values(&one.participant, &two.participant)
}

fn values(one: &[(String, Vec<Value>)], two: &[(String, Vec<Value>)]) -> bool {
    one.iter().all(|(name, wanted)| {
        let others = two.iter().filter(|(other, _)| other == name);
        others.into_iter().all(|(_, others)| wanted.iter().any(|value| others.contains(value)))
    })
}
