//! Counts: the same in any parts, and distinct persons as a set would count them.

use super::distinct::{Distinct, Each};
use super::*;
use crate::id::ClickId;
use proptest::prelude::*;
use std::collections::BTreeSet;

const DAY_MILLIS: i64 = 86_400_000;

fn click<'a>(at: i64, code: &'a str, channel: &'a str, visitor: u64) -> Click<'a> {
    let id = ClickId::new(Timestamp::from_millis(at), 0, [0; 8]);
    Click { id, program: "acme", code, channel, quality: Quality::Person, reason: "", visitor }
}

fn tallied(clicks: &[Click<'_>]) -> Vec<Tally> {
    let mut tallies = Tallies::default();
    for click in clicks {
        tallies.click(click);
    }
    tallies.finish()
}

fn sum(firsts: &BTreeMap<Place, Firsts>, of: impl Fn(&Firsts) -> i64) -> i64 {
    firsts.values().map(of).sum()
}

#[test]
fn a_person_who_follows_two_links_in_two_hours_is_one_person_a_day() {
    let clicks = [click(0, "ada", "", 1), click(HOUR, "bob", "x", 1), click(HOUR, "bob", "x", 1)];
    let tallies = tallied(&clicks);
    let program = firsts(&tallies, Scope::Program);
    assert_eq!(sum(&program, |f| f.day), 1);
    assert_eq!(sum(&program, |f| f.hour), 2);
    assert_eq!(sum(&program, |f| f.channel), 2);
    let link = firsts(&tallies, Scope::Link);
    assert_eq!(sum(&link, |f| f.day), 2);
    assert_eq!(tallies.iter().map(|tally| tally.raw).sum::<i64>(), 3);
}

#[test]
fn the_next_day_they_are_counted_again() {
    let tallies = tallied(&[click(0, "ada", "", 1), click(DAY_MILLIS, "ada", "", 1)]);
    assert_eq!(sum(&firsts(&tallies, Scope::Program), |f| f.day), 2);
}

#[test]
fn bots_are_raw_and_never_persons_nor_human() {
    let bot = Click { quality: Quality::Bot, ..click(0, "ada", "", 1) };
    let mut tallies = Tallies::default();
    tallies.click(&bot);
    tallies.mark(&bot, Mark::Human);
    let rows = tallies.finish();
    assert_eq!((rows[0].raw, rows[0].human, rows[0].visitors.0.len()), (1, 0, 0));
}

#[test]
fn a_links_first_person_is_dated_and_how_long_they_took_to_go_on_is_counted() {
    let mut tallies = Tallies::default();
    let bot = Click { quality: Quality::Bot, ..click(1_000, "ada", "", 1) };
    let (early, late) = (click(2_000, "ada", "", 1), click(9_000, "ada", "", 2));
    for click in [&bot, &late, &early] {
        tallies.click(click);
    }
    for (click, after) in [(&early, 7_500), (&late, 7_000), (&late, 5_000), (&bot, 1_000), (&late, -1)] {
        tallies.went_on(click, Timestamp::from_millis(click.id.at().millis() + after));
    }
    let rows = tallies.finish();
    let told: Vec<_> = rows.iter().map(|row| (row.quality.as_str(), row.first, row.went_on.clone())).collect();
    assert_eq!(told, [("bot", None, vec![]), ("person", Some(2_000), vec![(5, 1), (7, 2)])]);
}

proptest! {
    #[test]
    fn counting_at_once_counts_the_same(
        made in prop::collection::vec((0i64..3 * DAY_MILLIS, 0usize..3, 0usize..2, 0u64..5), 0..60), split in 0usize..60
    ) {
        let names = (["ada", "bob", "cy"], ["", "x"]);
        let clicks: Vec<Click<'_>> =
            made.iter().map(|(at, code, channel, who)| click(*at, names.0[*code], names.1[*channel], *who)).collect();
        let (one, other) = clicks.split_at(split.min(clicks.len()));
        let tallies = [tallied(one), tallied(other)].concat();
        for (each, scope) in
            [(Each::Hour, Scope::Program), (Each::Day, Scope::Program), (Each::Channel, Scope::Program), (Each::Link, Scope::Link)]
        {
            let mut distinct = Distinct::of(each);
            for tally in &tallies {
                distinct.add(tally.hour, &tally.code, &tally.channel, tally.visitors.0.iter().copied());
            }
            let mut expected: BTreeMap<(i64, String), i64> = BTreeMap::new();
            for ((hour, code, channel), first) in firsts(&tallies, scope) {
                let day = day_of(hour) * DAY;
                let (group, count) = match each {
                    Each::Hour => ((hour, String::new()), first.hour),
                    Each::Day => ((day, String::new()), first.day),
                    Each::Channel => ((day, channel), first.channel),
                    Each::Link => ((day, code), first.day),
                };
                *expected.entry(group).or_default() += count;
            }
            prop_assert_eq!(distinct.count(), expected);
        }
    }

    #[test]
    fn distinct_persons_are_what_sets_say(
        made in prop::collection::vec((0i64..3 * DAY_MILLIS, 0usize..3, 0usize..2, 0u64..5), 0..60), split in 0usize..60
    ) {
        let (codes, channels) = (["ada", "bob", "eve"], ["", "x"]);
        let clicks: Vec<Click<'_>> =
            made.iter().map(|(at, code, channel, who)| click(*at, codes[*code], channels[*channel], *who)).collect();
        let (one, two) = clicks.split_at(split.min(clicks.len()));
        let mut parts = tallied(two);
        parts.extend(tallied(one));
        for scope in [Scope::Program, Scope::Link] {
            let counted = firsts(&parts, scope);
            let name = |click: &Click<'_>| if scope == Scope::Link { click.code.to_owned() } else { String::new() };
            let set = |of: &dyn Fn(&Click<'_>) -> (i64, String)| {
                let all: BTreeSet<_> = clicks.iter().map(|click| (of(click), name(click), click.visitor)).collect();
                i64::try_from(all.len()).unwrap()
            };
            let hour = |click: &Click<'_>| hour_of(click.id.at());
            prop_assert_eq!(sum(&counted, |f| f.day), set(&|click| (day_of(hour(click)), String::new())));
            prop_assert_eq!(sum(&counted, |f| f.hour), set(&|click| (hour(click), String::new())));
            prop_assert_eq!(sum(&counted, |f| f.channel), set(&|click| (day_of(hour(click)), click.channel.to_owned())));
        }
        prop_assert_eq!(parts.iter().map(|tally| tally.raw).sum::<i64>(), i64::try_from(clicks.len()).unwrap());
    }
}
