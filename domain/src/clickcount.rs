//! Clicks added up: by hour, link, channel and quality, and how many distinct persons there were.
//!
//! Invariant: adding up in any parts and any order gives the same counts. A person is told apart within one UTC day
//! and no longer, since the key that makes the stand-in lives a day.

pub mod distinct;

use crate::clickquality::Quality;
use crate::stages;
use crate::time::Timestamp;
use crate::wire::clicks::{Click, Tally, Visitors};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24;

/// The hour that a moment lies in, in hours since 1970.
pub const fn hour_of(at: Timestamp) -> i64 {
    at.millis().div_euclid(HOUR)
}

/// The first moment of an hour.
pub const fn begin_of(hour: i64) -> Timestamp {
    Timestamp::from_millis(hour * HOUR)
}

/// The UTC day that an hour lies in, in days since 1970.
pub const fn day_of(hour: i64) -> i64 {
    hour.div_euclid(DAY)
}

/// What was learnt of a person's click after it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The landing page ran our script.
    Human,
    /// They went on to another page, or stayed.
    Engaged,
    /// They converted.
    Qualified,
}

impl Mark {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "human" => Some(Self::Human),
            "engaged" => Some(Self::Engaged),
            "qualified" => Some(Self::Qualified),
            _ => None,
        }
    }
}

/// Counts of one program's clicks in the making.
#[derive(Debug, Default)]
pub struct Tallies {
    rows: BTreeMap<String, Tally>,
    /// The key that is looked up: kept, so that a click makes no new text.
    key: String,
}

impl Tallies {
    pub fn click(&mut self, click: &Click<'_>) {
        self.change(click, |row| {
            row.raw += 1;
            if click.quality == Quality::Person {
                row.visitors.0.push(click.visitor);
                let at = click.id.at().millis();
                row.first = Some(row.first.map_or(at, |first| first.min(at)));
            }
        });
    }

    /// Counts a mark in the hour of its click. Only a person's click can be more than raw.
    pub fn mark(&mut self, click: &Click<'_>, mark: Mark) {
        if click.quality == Quality::Person {
            self.change(click, |row| match mark {
                Mark::Human => row.human += 1,
                Mark::Engaged => row.engaged += 1,
                Mark::Qualified => row.qualified += 1,
            });
        }
    }

    /// Counts how long a person took to go on.
    pub fn went_on(&mut self, click: &Click<'_>, at: Timestamp) {
        let bucket = stages::bucket(click.id.at(), at);
        if click.quality == Quality::Person && bucket != stages::UNKNOWN {
            self.change(click, |row| match row.went_on.iter_mut().find(|(known, _)| *known == bucket) {
                Some((_, times)) => *times += 1,
                None => row.went_on.push((bucket, 1)),
            });
        }
    }

    fn change(&mut self, click: &Click<'_>, change: impl FnOnce(&mut Tally)) {
        let hour = hour_of(click.id.at());
        let quality = click.quality.as_str();
        let Click { code, channel, reason, .. } = *click;
        self.key.clear();
        // No name has a line feed but a code, which comes last. Writing into a text doesn't fail.
        write!(self.key, "{hour}\n{channel}\n{quality}\n{reason}\n{code}").ok();
        if let Some(row) = self.rows.get_mut(&self.key) {
            return change(row);
        }
        let mut row = Tally {
            hour,
            code: code.to_owned(),
            channel: channel.to_owned(),
            quality: quality.to_owned(),
            reason: reason.to_owned(),
            raw: 0,
            human: 0,
            engaged: 0,
            qualified: 0,
            visitors: Visitors::default(),
            first: None,
            went_on: Vec::new(),
        };
        change(&mut row);
        self.rows.insert(self.key.clone(), row);
    }

    /// Always in the same order.
    pub fn finish(self) -> Vec<Tally> {
        let mut rows: Vec<Tally> = self.rows.into_values().collect();
        for row in &mut rows {
            row.visitors.0.sort_unstable();
            row.visitors.0.dedup();
            row.went_on.sort_unstable();
        }
        rows
    }
}

/// Among whom a person is counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Whatever link they followed.
    Program,
    /// Once for each link.
    Link,
}

/// A row's persons who weren't counted in an earlier row of the same day: once a day, once a day and channel, once an
/// hour. Summed over rows, each says how many distinct persons there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Firsts {
    pub day: i64,
    pub channel: i64,
    pub hour: i64,
}

/// Hour, code (empty for `Scope::Program`) and channel.
pub type Place = (i64, String, String);

/// Where each person is counted. The tallies may be of several days, and of one day in several parts.
pub fn firsts(tallies: &[Tally], scope: Scope) -> BTreeMap<Place, Firsts> {
    let name = |tally: &Tally| if scope == Scope::Link { tally.code.clone() } else { String::new() };
    let codes: BTreeSet<String> = tallies.iter().map(name).collect();
    let channels: BTreeSet<&str> = tallies.iter().map(|tally| tally.channel.as_str()).collect();
    let codes: BTreeMap<&str, usize> = codes.iter().map(String::as_str).zip(0..).collect();
    let channels: BTreeMap<&str, usize> = channels.into_iter().zip(0..).collect();
    let mut seen: Vec<(i64, usize, u64, i64, usize)> = Vec::new();
    for tally in tallies {
        let code = codes.get(name(tally).as_str()).copied().unwrap_or_default();
        let channel = channels.get(tally.channel.as_str()).copied().unwrap_or_default();
        let one = |visitor: &u64| (day_of(tally.hour), code, *visitor, tally.hour, channel);
        seen.extend(tally.visitors.0.iter().map(one));
    }
    seen.sort_unstable();
    seen.dedup();
    let (codes, channels): (Vec<&str>, Vec<&str>) = (codes.into_keys().collect(), channels.into_keys().collect());
    let text = |names: &[&str], at: usize| names.get(at).copied().unwrap_or_default().to_owned();
    let mut places: BTreeMap<(i64, usize, usize), Firsts> = BTreeMap::new();
    let mut before = None;
    for (day, code, visitor, hour, channel) in &seen {
        let place = places.entry((*hour, *code, *channel)).or_default();
        let (same_day, same_hour) = before.map_or((false, false), |(old_day, old_code, old_visitor, old_hour)| {
            let same = (old_day, old_code, old_visitor) == (*day, *code, *visitor);
            (same, same && old_hour == *hour)
        });
        place.day += i64::from(!same_day);
        place.hour += i64::from(!same_hour);
        before = Some((*day, *code, *visitor, *hour));
    }
    seen.sort_unstable_by_key(|(day, code, visitor, hour, channel)| (*day, *code, *visitor, *channel, *hour));
    let mut before = None;
    for (day, code, visitor, hour, channel) in &seen {
        if before != Some((*day, *code, *visitor, *channel)) {
            places.entry((*hour, *code, *channel)).or_default().channel += 1;
        }
        before = Some((*day, *code, *visitor, *channel));
    }
    places
        .into_iter()
        .map(|((hour, code, channel), firsts)| ((hour, text(&codes, code), text(&channels, channel)), firsts))
        .collect()
}

#[cfg(test)]
#[path = "clickcount_tests.rs"]
mod tests;
