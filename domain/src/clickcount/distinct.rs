//! How many distinct persons there were, of very many visitors: each is looked at once, and no more is kept of one than its
//! number.
//!
//! Invariant: it counts what `firsts` counts, summed over hours and channels.

use super::day_of;
use std::collections::BTreeMap;

/// Among what a person is counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Each {
    Hour,
    Day,
    /// A day and a channel.
    Channel,
    /// A day and a link.
    Link,
}

/// Visitors, by what they are counted among.
#[derive(Debug)]
pub struct Distinct {
    each: Each,
    groups: BTreeMap<(i64, String), Vec<u64>>,
}

/// How many there were of each: the hour, or the first of the day, and the name of the channel or of the link.
pub type Counts = BTreeMap<(i64, String), i64>;

impl Distinct {
    pub const fn of(each: Each) -> Self {
        Self { each, groups: BTreeMap::new() }
    }

    /// Adds the visitors of an hour, a link and a channel.
    pub fn add(&mut self, hour: i64, code: &str, channel: &str, visitors: impl Iterator<Item = u64>) {
        let day = day_of(hour) * super::DAY;
        let (time, name) = match self.each {
            Each::Hour => (hour, ""),
            Each::Day => (day, ""),
            Each::Channel => (day, channel),
            Each::Link => (day, code),
        };
        self.groups.entry((time, name.to_owned())).or_default().extend(visitors);
    }

    pub fn count(self) -> Counts {
        let count = |mut visitors: Vec<u64>| {
            visitors.sort_unstable();
            visitors.dedup();
            i64::try_from(visitors.len()).unwrap_or(i64::MAX)
        };
        self.groups.into_iter().map(|(group, visitors)| (group, count(visitors))).collect()
    }
}
