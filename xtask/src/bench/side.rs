//! One line of the table: a subject under one traffic, and all that was measured of it.

use super::load::{self, Load};
use super::moment;
use super::subject::Subject;
use crate::failure::Result;
use crate::place::Place;
use std::path::Path;

/// Which traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Traffic {
    OneCode,
    Mixed,
}

/// Which subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Constant,
    AfterRedirect,
    BeforeRedirect,
    Naive,
}

/// The lines, in the order in which they are loaded: each right after the constant one under the same traffic, or
/// near it.
pub(super) const SIDES: [(Name, Traffic); 6] = [
    (Name::Constant, Traffic::OneCode),
    (Name::AfterRedirect, Traffic::OneCode),
    (Name::Constant, Traffic::Mixed),
    (Name::AfterRedirect, Traffic::Mixed),
    (Name::BeforeRedirect, Traffic::Mixed),
    (Name::Naive, Traffic::Mixed),
];

impl Traffic {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::OneCode => "one code",
            Self::Mixed => "mixed",
        }
    }
}

impl Name {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Constant => "constant 302 (JavaScript)",
            Self::AfterRedirect => "after-redirect",
            Self::BeforeRedirect => "before-redirect",
            Self::Naive => "naive, a row per click",
        }
    }
}

/// Clicks that were answered, and how many of them are in storage. `wrk` breaks off its last requests, so a few more
/// may be stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Clicks {
    pub(super) answered: u64,
    pub(super) stored: Option<u64>,
    pub(super) lost: u64,
}

impl Clicks {
    /// Each load is counted on its own: more of one never hide fewer of another.
    pub(super) fn add(&mut self, answered: u64, stored: Option<u64>) {
        self.answered += answered;
        if let Some(stored) = stored {
            self.stored = Some(self.stored.unwrap_or(0) + stored);
            self.lost += answered.saturating_sub(stored);
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Side {
    pub(super) name: Name,
    pub(super) traffic: Traffic,
    pub(super) rounds: Vec<Load>,
    /// Those of the warm-up too.
    pub(super) clicks: Clicks,
}

impl Side {
    pub(super) fn new(name: Name, traffic: Traffic) -> Self {
        Self { name, traffic, rounds: Vec::new(), clicks: Clicks::default() }
    }

    /// Loads the subject, then waits until what it answered is stored.
    pub(super) fn load(&mut self, place: &Place, subject: &Subject, requests: &Path, seconds: u32) -> Result<Load> {
        let begun = moment::now();
        let load = load::run(place, &subject.address(), requests, seconds)?;
        self.clicks.add(load.answered, subject.stored(begun, load.answered)?);
        Ok(load)
    }

    /// What a figure is, times another side's: of each round its own ratio, and of those the one in the middle. A machine
    /// that others use too is quick in one round and slow in the next; within a round it is the same for both.
    pub(super) fn times(&self, other: Option<&Self>, figure: impl Fn(&Load) -> f64) -> f64 {
        let others = other.map_or(&[][..], |other| &other.rounds);
        let mut ratios: Vec<f64> =
            self.rounds.iter().zip(others).map(|(ours, theirs)| figure(ours) / figure(theirs)).collect();
        ratios.sort_by(f64::total_cmp);
        // Of nothing there is none: no goal is reached by it.
        ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// The round with the middle rate.
    pub(super) fn median(&self) -> Load {
        let mut sorted = self.rounds.clone();
        sorted.sort_by(|one, other| one.rate.total_cmp(&other.rate));
        let middle = sorted.len() / 2;
        sorted.into_iter().nth(middle).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{Clicks, Load, Name, Side, Traffic};

    #[test]
    fn the_median_is_a_round_that_was_run() {
        let load = |rate| Load { rate, p50_ms: rate, ..Load::default() };
        let mut side = Side::new(Name::Naive, Traffic::Mixed);
        side.rounds = vec![load(3.0), load(1.0), load(2.0)];
        assert_eq!(side.median(), load(2.0));
    }

    #[test]
    fn sides_are_compared_round_by_round() {
        let side = |rates: [f64; 3]| {
            let rounds = rates.map(|rate| Load { rate, ..Load::default() }).into();
            Side { rounds, ..Side::new(Name::AfterRedirect, Traffic::Mixed) }
        };
        let (ours, theirs) = (side([70.0, 20.0, 60.0]), side([100.0, 50.0, 200.0]));
        assert!((ours.times(Some(&theirs), |load| load.rate) - 0.4).abs() < 1e-9);
        assert!(ours.times(None, |load| load.rate).is_nan());
    }

    #[test]
    fn what_one_load_lost_is_not_made_up_by_another() {
        let mut clicks = Clicks::default();
        clicks.add(100, Some(132));
        clicks.add(100, Some(90));
        assert_eq!(clicks, Clicks { answered: 200, stored: Some(222), lost: 10 });
        let mut none = Clicks::default();
        none.add(100, None);
        assert_eq!(none, Clicks { answered: 100, stored: None, lost: 0 });
    }
}
