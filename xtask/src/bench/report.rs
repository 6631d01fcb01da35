//! What was measured, as a table for people and as JSON for whoever compares.

use super::load::{self, Load};
use crate::failure::{Because as _, Result};
use crate::say;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Debug)]
pub(super) struct Report {
    pub(super) seconds: u32,
    pub(super) rounds: usize,
    pub(super) constant: Vec<Load>,
    pub(super) redirect: Vec<Load>,
    /// Clicks that were answered, those of the warm-up included.
    pub(super) answered: u64,
    /// Clicks that are in SQLite. `wrk` breaks off its last requests, so these may be a few more.
    pub(super) stored: u64,
}

impl Report {
    pub(super) fn print(&self) {
        let (constant, redirect) = (median(&self.constant), median(&self.redirect));
        say::line(format!(
            "  {:<28} {:>10} {:>9} {:>9} {:>7}",
            "median of rounds", "per second", "p50 ms", "p99 ms", "ratio"
        ));
        for (name, load) in [("constant 302 (JavaScript)", &constant), ("our redirect", &redirect)] {
            let ratio = ratio(load.rate, constant.rate);
            say::line(format!(
                "  {name:<28} {:>10.0} {:>9.2} {:>9.2} {ratio:>7.2}",
                load.rate, load.p50_ms, load.p99_ms
            ));
        }
        say::line(format!("  p99 against the constant's: {:.2}", ratio(redirect.p99_ms, constant.p99_ms)));
        say::line(format!("  clicks answered {}, stored {}", self.answered, self.stored));
    }

    pub(super) fn write(&self, path: &Path) -> Result<()> {
        fs::write(path, format!("{:#}\n", self.json())).because(|| format!("{} can't be written", path.display()))?;
        say::line(format!("written to {}", path.display()));
        Ok(())
    }

    fn json(&self) -> Value {
        let (constant, redirect) = (median(&self.constant), median(&self.redirect));
        let rounds = |loads: &[Load]| loads.iter().map(Load::json).collect::<Vec<_>>();
        json!({
            "at": SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs()),
            "processors": thread::available_parallelism().map_or(0, usize::from),
            "connections": load::CONNECTIONS, "seconds": self.seconds, "rounds": self.rounds,
            "constant": {"median": constant.json(), "rounds": rounds(&self.constant)},
            "redirect": {"median": redirect.json(), "rounds": rounds(&self.redirect)},
            "ratio": {"rate": ratio(redirect.rate, constant.rate), "p99": ratio(redirect.p99_ms, constant.p99_ms)},
            "clicks": {"answered": self.answered, "stored": self.stored},
        })
    }
}

/// The round with the middle rate.
fn median(loads: &[Load]) -> Load {
    let mut sorted = loads.to_vec();
    sorted.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    let middle = sorted.len() / 2;
    sorted.into_iter().nth(middle).unwrap_or(Load { rate: 0.0, p50_ms: 0.0, p99_ms: 0.0, answered: 0 })
}

fn ratio(ours: f64, theirs: f64) -> f64 {
    if theirs > 0.0 { ours / theirs } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::{Load, median};

    #[test]
    fn the_median_is_a_round_that_was_run() {
        let load = |rate| Load { rate, p50_ms: rate, p99_ms: 0.0, answered: 0 };
        assert_eq!(median(&[load(3.0), load(1.0), load(2.0)]), load(2.0));
    }
}
