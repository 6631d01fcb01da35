//! How soon the share link is usable in a browser on a slow processor and a slow network, and what the page feels of it.
//!
//! Chromium is driven by `tests/bench/widget.mjs`. The figures are medians of rounds.

use super::goals::Goal;
use super::program::{Durability, Program};
use crate::failure::{Because as _, Result};
use crate::place::Place;
use crate::{run, say};
use serde_json::{Value, json};
use std::path::Path;

/// An odd number has a round in the middle.
const ROUNDS: usize = 5;

const USABLE_COLD_MS: f64 = 1_200.0;
const USABLE_WARM_MS: f64 = 150.0;
const BLOCKED_MS: f64 = 30.0;

/// Medians, in milliseconds; the shift is the layout's, which has no unit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Visit {
    pub(super) usable: f64,
    pub(super) blocked: f64,
    pub(super) shift: f64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Timings {
    pub(super) cold: Visit,
    pub(super) warm: Visit,
    /// A page on a warm cache whose script makes one field, and no more: what any widget takes there.
    pub(super) bare: Visit,
}

/// On an edge of its own.
pub(super) fn measure(place: &Place, folder: &Path) -> Result<Timings> {
    let what = format!("widget: {ROUNDS} rounds in Chromium, processor 4 times slower, 150 ms and 1.6 Mbit/s");
    say::step(&what, || {
        let program = Program::start(place, &folder.join("widget"), Durability::AfterRedirect, &json!([]))?;
        let mut node = run::tied("node");
        node.arg(place.root().join("tests/bench/widget.mjs"))
            .env("EDGE", program.subject.address())
            .env("PROGRAM", "bench")
            .env("IDENTITY_SECRET", &program.identity_secret)
            .env("ROUNDS", ROUNDS.to_string());
        let told = run::quiet(node, "Timing the widget")?;
        let told: Value = serde_json::from_str(&told).because(|| "What was timed can't be read".into())?;
        Ok(Timings { cold: visit(&told, "cold")?, warm: visit(&told, "warm")?, bare: visit(&told, "bare")? })
    })
}

fn visit(told: &Value, cache: &str) -> Result<Visit> {
    let median = |name: &str| {
        let rounds = told.get(cache).and_then(Value::as_array).into_iter().flatten();
        let mut all: Vec<f64> = rounds.filter_map(|round| round.get(name)?.as_f64()).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().because(|| format!("There is no {name} of {cache} visits."))
    };
    Ok(Visit { usable: median("usable_ms")?, blocked: median("blocked_ms")?, shift: median("shift")? })
}

impl Timings {
    fn budgets(&self) -> [(&'static str, f64, f64); 6] {
        [
            ("share link usable, empty cache, ms", USABLE_COLD_MS, self.cold.usable),
            ("share link usable, warm cache, ms", USABLE_WARM_MS, self.warm.usable),
            ("main thread blocked, empty cache, ms", BLOCKED_MS, self.cold.blocked),
            ("main thread blocked, warm cache, ms", BLOCKED_MS, self.warm.blocked),
            ("layout shift, empty cache", 0.0, self.cold.shift),
            ("layout shift, warm cache", 0.0, self.warm.shift),
        ]
    }

    pub(super) fn goals(&self) -> Vec<Goal> {
        self.budgets().into_iter().map(|(what, most, figure)| Goal::at_most(what, most, figure)).collect()
    }

    pub(super) fn json(&self) -> Value {
        let visit = |Visit { usable, blocked, shift }: Visit| json!({"usable_ms": usable, "blocked_ms": blocked, "shift": shift});
        json!({"cold": visit(self.cold), "warm": visit(self.warm), "bare": visit(self.bare)})
    }
}

#[cfg(test)]
mod tests {
    use super::{Visit, visit};
    use serde_json::json;

    #[test]
    fn the_round_in_the_middle_counts() {
        let round = |usable: u32| json!({"usable_ms": usable, "blocked_ms": 0, "shift": 0.0});
        let told = json!({"cold": [round(900), round(9_000), round(800)]});
        assert_eq!(visit(&told, "cold"), Ok(Visit { usable: 900.0, blocked: 0.0, shift: 0.0 }));
        assert!(visit(&told, "warm").is_err());
    }
}
