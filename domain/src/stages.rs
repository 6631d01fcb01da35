//! The stages from a click to a reward, and how long each took: counted by the day in buckets of time, so that a median of
//! however many is read from a few rows.
//!
//! A bucket is at most a quarter wider than it begins, and is told by its middle: what is told is an eighth off at most, or
//! a second. What took how long nobody knows has no time, and is never guessed at.

use crate::time::Timestamp;
use crate::wire::decision::{Decision, Outcome, Source};
use crate::wire::overview::{Funnel, FunnelStage, Took};
use serde::Deserialize;

/// Buckets, of which the last begins after decades.
const BUCKETS: usize = 96;
/// Stands for a bucket where it isn't known how long it took.
pub const UNKNOWN: i64 = -1;

/// What is counted by the day, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// From a person's click to their going on.
    Interest,
    /// Participants who joined.
    Joined,
    /// From joining to the first click of a person on a link of theirs.
    Share,
    /// From the click that earned to the conversion.
    Conversion,
    /// From the conversion to the reward's fulfilment.
    Fulfilled,
}

impl What {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Interest => "interest",
            Self::Joined => "joined",
            Self::Share => "share",
            Self::Conversion => "conversion",
            Self::Fulfilled => "fulfilled",
        }
    }
}

/// How many of some days took how long.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Times {
    pub stage: String,
    pub bucket: i64,
    pub times: i64,
}

/// Where each bucket begins, in seconds.
fn begins() -> impl Iterator<Item = i64> {
    let next = |begin: &i64| Some(begin + if *begin < 4 { 1 } else { begin / 4 });
    std::iter::successors(Some(0), next).take(BUCKETS)
}

/// The bucket of a stretch of time; `UNKNOWN` of one that ended before it began.
pub fn bucket(from: Timestamp, to: Timestamp) -> i64 {
    let seconds = to.since(from).as_millis().div_euclid(1_000);
    let begun = begins().take_while(|begin| *begin <= seconds).count();
    i64::try_from(begun).unwrap_or(0) - 1
}

/// What a bucket is told as, in seconds.
fn told(bucket: i64) -> i64 {
    let mut from = begins().skip(usize::try_from(bucket).unwrap_or(0));
    let begin = from.next().unwrap_or(0);
    let last = from.next().unwrap_or(begin + 1) - 1;
    begin.midpoint(last)
}

/// How long it took from the click that earned to a conversion: from the last of the clicks that share in it. None where it
/// isn't credited, or by something that isn't a click.
pub fn to_conversion(decision: &Decision, occurred_at: Timestamp) -> Option<i64> {
    if decision.outcome != Outcome::Credited {
        return None;
    }
    let clicks = decision.touches.iter().filter(|touch| touch.counted && touch.source == Source::Touch);
    let last = clicks.filter_map(|touch| touch.at).max()?;
    Some(bucket(last, occurred_at)).filter(|bucket| *bucket != UNKNOWN)
}

/// How long it took from a conversion to its reward's fulfilment. None of a retainer's later months, which have a time of
/// their own.
pub fn to_fulfilment(stage: &str, occurred_at: Timestamp, fulfilled_at: Timestamp) -> Option<i64> {
    let is_later = stage.strip_prefix("month:").is_some_and(|month| month != "1");
    Some(bucket(occurred_at, fulfilled_at)).filter(|bucket| !is_later && *bucket != UNKNOWN)
}

/// The stages of some days, from what was counted in them; `rewards`: all that were earned.
pub fn stages(funnel: &Funnel, rewards: i64, times: &[Times]) -> Vec<FunnelStage> {
    let count = |what: What| of(times, what).map(|times| times.times).sum::<i64>();
    let stage = |stage: &str, count: i64, of: Option<i64>, took: Option<Took>| FunnelStage {
        stage: stage.to_owned(),
        count: count.max(0),
        of,
        time: took,
    };
    vec![
        stage("awareness", funnel.person, None, None),
        stage("interest", funnel.engaged, Some(funnel.person), took(times, What::Interest, "click")),
        stage("share", count(What::Share), Some(count(What::Joined).max(0)), took(times, What::Share, "joined")),
        stage("conversion", funnel.credited, Some(funnel.engaged), took(times, What::Conversion, "click")),
        stage("fulfilled", funnel.fulfilled, Some(rewards), took(times, What::Fulfilled, "conversion")),
    ]
}

fn of(times: &[Times], what: What) -> impl Iterator<Item = &Times> {
    times.iter().filter(move |times| times.stage == what.as_str())
}

fn took(times: &[Times], what: What, from: &str) -> Option<Took> {
    let mut known: Vec<(i64, i64)> = of(times, what)
        .filter(|times| times.bucket > UNKNOWN && times.times > 0)
        .map(|times| (times.bucket, times.times))
        .collect();
    known.sort_unstable();
    let count: i64 = known.iter().map(|(_, times)| times).sum();
    // The smallest that at least so many in a hundred are not above.
    let part = |percent: i64| {
        let mut below = 0;
        let found = known.iter().find(|(_, times)| {
            below += times;
            below * 100 >= count * percent
        });
        found.map(|(bucket, _)| told(*bucket))
    };
    Some(Took { from: from.to_owned(), median_seconds: part(50)?, p90_seconds: part(90)?, count })
}

#[cfg(test)]
#[path = "stages_tests.rs"]
mod tests;
