//! What was measured, as a table for people and as JSON for whoever compares.

use super::conversions::Conversions;
use super::goals::Goal;
use super::load::{self, Load};
use super::memory::Memory;
use super::moment;
use super::side::{Clicks, Name, Side, Traffic};
use super::start_up::StartUp;
use super::traffic;
use super::widget::Timings;
use crate::build::Size;
use crate::command::Bench;
use crate::failure::{Because as _, Failure, Result};
use crate::say;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::thread;

/// Noise of the kernel's accounts and of garbage that isn't collected yet.
const FLAT: f64 = 1.05;

#[derive(Debug)]
pub(super) struct Report<'a> {
    pub(super) options: &'a Bench,
    pub(super) sides: Vec<Side>,
    /// What each process holds after the rounds, in MiB.
    pub(super) held: Vec<(Name, f64)>,
    pub(super) soak: Option<(Memory, Clicks)>,
    pub(super) start_up: StartUp,
    /// The files of the build.
    pub(super) built: Vec<Size>,
    pub(super) conversions: Conversions,
    pub(super) timings: Timings,
}

impl Report<'_> {
    pub(super) fn print(&self) {
        say::line(format!(
            "  {:<26} {:<9} {:>10} {:>8} {:>8} {:>8} {:>10} {:>8}",
            "median of rounds", "traffic", "per second", "p50 ms", "p99 ms", "ratio", "p99 ratio", "lost"
        ));
        for side in &self.sides {
            let (load, base) = (side.median(), self.constant(side.traffic));
            let lost = side.clicks.stored.map_or("-".to_owned(), |_| side.clicks.lost.to_string());
            say::line(format!(
                "  {:<26} {:<9} {:>10.0} {:>8.2} {:>8.2} {:>8.2} {:>10.2} {lost:>8}",
                side.name.as_str(),
                side.traffic.as_str(),
                load.rate,
                load.p50_ms,
                load.p99_ms,
                side.times(base, |load| load.rate),
                side.times(base, |load| load.p99_ms),
            ));
        }
        let late: u64 = self.sides.iter().flat_map(|side| &side.rounds).map(|load| load.late).sum();
        if late > 0 {
            say::line(format!("  {late} answers took longer than two seconds"));
        }
        self.print_figures();
        for goal in self.goals() {
            say::line(goal.line());
        }
        let clicks = self.clicks();
        let stored = clicks.stored.unwrap_or(0);
        say::line(format!(
            "  clicks of ours answered {}, stored {stored}, lost {} (must be 0)",
            clicks.answered, clicks.lost
        ));
    }

    fn print_figures(&self) {
        let held: Vec<String> = self.held.iter().map(|(name, mib)| format!("{} {mib:.0}", name.as_str())).collect();
        say::line(format!("  memory after the rounds, MiB: {}", held.join(", ")));
        if let Some((memory, _)) = &self.soak {
            let Memory { seconds, window, first, last, after, then } = memory;
            say::line(format!("  memory of a new process after {after} s of mixed load: {then:.0} MiB"));
            say::line(format!(
                "  its mean over {window} s near the start of {seconds} s {first:.0}, at the end {last:.0}"
            ));
        }
        let Conversions { batches, single } = self.conversions;
        say::line(format!(
            "  conversions a second, in batches: {:.0}, their rows by plain SQL {:.0}; one a post: {:.0}, a row a post {:.0}",
            batches.ours, batches.baseline, single.ours, single.baseline
        ));
        let StartUp { constant, ours } = self.start_up;
        say::line(format!(
            "  start-up, from the process's start to its first answer: ours {:.1} ms, constant {:.1} ms",
            ours.as_secs_f64() * 1_000.0,
            constant.as_secs_f64() * 1_000.0
        ));
        let Timings { warm, bare, .. } = self.timings;
        say::line(format!(
            "  share link usable, warm cache: {:.0} ms; a field that a bare script makes, there: {:.0} ms",
            warm.usable, bare.usable
        ));
        let (raw, gzip) = self.bundle();
        say::line(format!("  the edge's bundle: {raw} bytes, {gzip} with gzip"));
    }

    pub(super) fn write(&self, path: &Path) -> Result<()> {
        fs::write(path, format!("{:#}\n", self.json())).because(|| format!("{} can't be written", path.display()))?;
        say::line(format!("written to {}", path.display()));
        Ok(())
    }

    /// The one thing that is an error wherever it is measured.
    pub(super) fn refuse_lost_clicks(&self) -> Result<()> {
        match self.clicks().lost {
            0 => Ok(()),
            lost => Err(Failure::new(format!("{lost} clicks were answered and are not in storage."))),
        }
    }

    fn goals(&self) -> Vec<Goal> {
        use Name::{AfterRedirect, BeforeRedirect, Naive};
        use Traffic::{Mixed, OneCode};
        let of_constant = |name, traffic: Traffic, figure: fn(&Load) -> f64| {
            self.at(name, traffic).map_or(f64::NAN, |side| side.times(self.constant(traffic), figure))
        };
        let rate: fn(&Load) -> f64 = |load| load.rate;
        let times_naive =
            self.at(AfterRedirect, Mixed).map_or(f64::NAN, |side| side.times(self.at(Naive, Mixed), rate));
        let mut goals = vec![
            Goal::at_least(
                "after-redirect, mixed, of the constant's rate",
                0.65,
                of_constant(AfterRedirect, Mixed, rate),
            ),
            Goal::at_least("after-redirect, one code and one agent", 0.75, of_constant(AfterRedirect, OneCode, rate)),
            Goal::at_least("before-redirect, mixed", 0.35, of_constant(BeforeRedirect, Mixed, rate)),
            Goal::at_least("after-redirect, mixed, times the naive Worker's rate", 5.0, times_naive),
            Goal::at_most(
                "its p99, as measured, times the constant's",
                2.0,
                of_constant(AfterRedirect, Mixed, |load| load.p99_ms),
            ),
            Goal::at_most(
                "its p99, as wrk reckons it, times the constant's",
                2.0,
                of_constant(AfterRedirect, Mixed, |load| load.steady_p99_ms),
            ),
        ];
        let Conversions { batches, single } = self.conversions;
        goals.push(Goal::at_least(
            "conversions in batches, of their rows by plain SQL",
            0.5,
            ratio(batches.ours, batches.baseline),
        ));
        goals.push(Goal::at_least("conversions one a post, of a row a post", 0.7, ratio(single.ours, single.baseline)));
        if let Some((memory, _)) = &self.soak {
            goals.push(Goal::at_most("memory at the end, times that near the start", FLAT, memory.growth()));
        }
        goals.extend(self.timings.goals());
        goals
    }

    fn json(&self) -> Value {
        let goals: Vec<Value> = self.goals().iter().map(Goal::json).collect();
        let held: serde_json::Map<String, Value> =
            self.held.iter().map(|(name, mib)| (name.as_str().to_owned(), json!(mib))).collect();
        let (raw, gzip) = self.bundle();
        json!({
            "at": moment::rfc_3339(moment::now()),
            "processors": thread::available_parallelism().map_or(0, usize::from),
            "connections": load::CONNECTIONS, "seconds": self.options.seconds, "rounds": self.options.rounds,
            "traffic": {
                "codes": traffic::CODES, "requests": traffic::REQUESTS, "unknown_per_mille": traffic::UNKNOWN,
                "bots_per_mille": traffic::FROM_BOTS, "with_cookie_per_mille": traffic::WITH_COOKIE,
            },
            "sides": self.sides.iter().map(|side| self.side(side)).collect::<Vec<_>>(),
            "goals": goals,
            "memory_after_the_rounds_mib": held,
            "soak": self.soak.as_ref().map(|(memory, clicks)| json!({"memory": memory.json(), "clicks": counted(*clicks)})),
            "start_up": self.start_up.json(),
            "conversions": self.conversions.json(),
            "widget": self.timings.json(),
            "bundle": {"raw": raw, "gzip": gzip},
            "clicks": counted(self.clicks()),
        })
    }

    fn side(&self, side: &Side) -> Value {
        let (load, base) = (side.median(), self.constant(side.traffic));
        json!({
            "subject": side.name.as_str(), "traffic": side.traffic.as_str(), "median": load.json(),
            "rounds": side.rounds.iter().map(Load::json).collect::<Vec<_>>(),
            "ratio": {
                "rate": side.times(base, |load| load.rate), "p99": side.times(base, |load| load.p99_ms),
                "p99_at_a_steady_pace": side.times(base, |load| load.steady_p99_ms),
            },
            "clicks": counted(side.clicks),
        })
    }

    fn at(&self, name: Name, traffic: Traffic) -> Option<&Side> {
        self.sides.iter().find(|side| (side.name, side.traffic) == (name, traffic))
    }

    fn constant(&self, traffic: Traffic) -> Option<&Side> {
        self.at(Name::Constant, traffic)
    }

    /// All of ours, in all runs.
    fn clicks(&self) -> Clicks {
        let ours = self.sides.iter().filter(|side| matches!(side.name, Name::AfterRedirect | Name::BeforeRedirect));
        let soak = self.soak.iter().map(|(_, clicks)| *clicks);
        ours.map(|side| side.clicks).chain(soak).fold(Clicks::default(), |sum, clicks| Clicks {
            answered: sum.answered + clicks.answered,
            stored: Some(sum.stored.unwrap_or(0) + clicks.stored.unwrap_or(0)),
            lost: sum.lost + clicks.lost,
        })
    }

    /// Raw and gzip.
    fn bundle(&self) -> (usize, usize) {
        let edge = self.built.iter().filter(|size| size.name.starts_with("edge/"));
        edge.fold((0, 0), |(raw, gzip), size| (raw + size.raw, gzip + size.gzip))
    }
}

fn counted(clicks: Clicks) -> Value {
    json!({"answered": clicks.answered, "stored": clicks.stored, "lost": clicks.lost})
}

/// Of nothing to nothing there is none: no goal is reached by it.
fn ratio(ours: f64, theirs: f64) -> f64 {
    ours / theirs
}

#[cfg(test)]
mod tests {
    use super::Report;
    use crate::bench::conversions::Conversions;
    use crate::bench::load::Load;
    use crate::bench::side::{Clicks, Name, SIDES, Side};
    use crate::bench::start_up::StartUp;
    use crate::bench::widget::Timings;
    use crate::build::Size;
    use crate::command::Bench;
    use std::time::Duration;

    const OPTIONS: Bench = Bench { seconds: 1, rounds: 1, soak: 0 };

    /// The constant answers 1,000 in a second, the others 500; each lost so many clicks.
    fn report(lost: u64) -> Report<'static> {
        let side = |(name, traffic)| {
            let is_constant = name == Name::Constant;
            let (rate, p99_ms) = if is_constant { (1_000.0, 2.0) } else { (500.0, 6.0) };
            let rounds = vec![Load { rate, p99_ms, ..Load::default() }];
            let clicks = Clicks { answered: 500, stored: (!is_constant).then_some(500 - lost), lost };
            Side { rounds, clicks, ..Side::new(name, traffic) }
        };
        let file = |name: &str, gzip| Size { name: name.into(), raw: 10 * gzip, gzip, brotli: 0 };
        Report {
            options: &OPTIONS,
            sides: SIDES.map(side).into(),
            held: Vec::new(),
            soak: None,
            start_up: StartUp { constant: Duration::ZERO, ours: Duration::ZERO },
            conversions: Conversions::default(),
            timings: Timings::default(),
            built: vec![file("edge/index.js", 1), file("edge/index_bg.wasm", 2), file("widget/widget.js", 4)],
        }
    }

    #[test]
    fn each_side_is_compared_with_the_constant_under_its_own_traffic() {
        let mut report = report(0);
        // Twice as fast on one code, which is the first side.
        report.sides[0].rounds[0].rate = 2_000.0;
        let json = report.json();
        let ratios: Vec<String> = (0..6).map(|at| json["sides"][at]["ratio"]["rate"].to_string()).collect();
        assert_eq!(ratios, ["1.0", "0.25", "1.0", "0.5", "0.5", "0.5"]);
        assert!((json["sides"][3]["ratio"]["p99"].as_f64().unwrap() - 3.0).abs() < 1e-9);
        assert_eq!((&json["bundle"]["raw"], &json["bundle"]["gzip"]), (&30.into(), &3.into()));
        let reached: Vec<bool> =
            json["goals"].as_array().unwrap().iter().map(|goal| goal["reached"].as_bool().unwrap()).collect();
        assert_eq!(reached[..8], [false, false, true, false, false, false, false, false]);
        assert!(reached[8..].iter().all(|reached| *reached), "the widget's times are all nothing here");
    }

    #[test]
    fn lost_clicks_are_an_error_and_nothing_else_is() {
        assert_eq!(report(0).refuse_lost_clicks(), Ok(()));
        // Three sides are ours; the naive Worker's losses are shown, and its own affair.
        let failure = report(7).refuse_lost_clicks().unwrap_err().to_string();
        assert!(failure.starts_with("21 clicks were answered"), "{failure}");
    }
}
