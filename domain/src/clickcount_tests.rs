//! Counts: the same in any parts, and distinct persons as a set would count them.

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

proptest! {
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
