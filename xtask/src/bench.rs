//! `cargo bench-edge`: how fast the redirect is, as a ratio to a Worker that answers a constant redirect.
//!
//! And how fast conversions are recorded, as a ratio to their rows written by plain SQL.
//!
//! All sides are loaded in turn, in one run, on one machine: rates alone mean little elsewhere. What was answered is
//! compared with what was stored after each load; a lost click is an error, a slow machine isn't.

mod agents;
mod chance;
mod conversions;
mod fill;
mod goals;
mod load;
mod memory;
mod moment;
mod program;
mod report;
mod side;
mod start_up;
mod subject;
mod traffic;
mod widget;

use crate::command::Bench;
use crate::failure::{Because as _, Failure, Result};
use crate::place::Place;
use crate::{build, say, setup};
pub(crate) use fill::fill;
use memory::Memory;
use program::{Durability, Links, Program};
use report::Report;
use serde_json::json;
use side::{Clicks, Name, SIDES, Side, Traffic};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use subject::{Keeps, Subject};

/// Fills the caches and wakes the compiler, on every side.
const WARM_UP_SECONDS: u32 = 6;

pub(crate) fn bench(place: &Place, options: &Bench) -> Result<()> {
    setup::load_generator()?;
    setup::browser()?;
    let built = build::for_use(place)?;
    let folder = place.built("bench");
    build::fresh(&folder)?;
    let start_up = say::step("start-up: ours and the constant, in turn", || start_up::measure(place, &folder))?;
    // Before anything is loaded: the machine is quiet.
    let timings = widget::measure(place, &folder)?;
    let mut stand = Stand::set_up(place, &folder)?;
    let sides = stand.rounds(place, options)?;
    let held = stand.held()?;
    let soak = if options.soak == 0 { None } else { Some(stand.soak(place, options.soak)?) };
    drop(stand);
    let conversions = conversions::measure(place, &folder, options.seconds, options.rounds)?;
    let report = Report { options, sides, held, soak, start_up, built, conversions, timings };
    report.print();
    report.write(&place.built("bench.json"))?;
    report.refuse_lost_clicks()?;
    // Millions of clicks, which nobody reads unless some are missing.
    fs::remove_dir_all(&folder).because(|| format!("{} can't be removed", folder.display()))
}

/// Everything that is loaded, running, and the requests of each.
#[derive(Debug)]
struct Stand {
    constant: Subject,
    after: Subject,
    before: Subject,
    naive: Subject,
    one_code: PathBuf,
    /// Codes and cookies of the after-redirect edge; the baselines don't look at them.
    mixed: PathBuf,
    /// Of the before-redirect edge, drawn in the same way.
    mixed_before: PathBuf,
}

impl Stand {
    fn set_up(place: &Place, folder: &Path) -> Result<Self> {
        let constant = Subject::start(subject::constant(place, folder)?, Keeps::Nothing)?;
        let naive = Subject::start(subject::naive(place, folder)?, Keeps::Rows)?;
        let after = Program::start(place, folder, Durability::AfterRedirect, &json!([]))?;
        let before = Program::start(place, folder, Durability::BeforeRedirect, &json!([]))?;
        let (links, links_before) =
            say::step(&format!("{} participants on either edge, and cookies of their links", traffic::CODES), || {
                join_both(&after, &before)
            })?;
        let write = |name: &str, text: String| {
            let path = folder.join(name);
            fs::write(&path, text).because(|| format!("{} can't be written", path.display()))?;
            Ok::<_, Failure>(path)
        };
        let popular = links.codes.first().because(|| "There is no code.".into())?;
        Ok(Self {
            one_code: write("one-code.http", traffic::one(popular))?,
            mixed: write("mixed.http", traffic::mixed(&links.codes, &links.cookies))?,
            mixed_before: write("mixed-before.http", traffic::mixed(&links_before.codes, &links_before.cookies))?,
            constant,
            naive,
            after: after.subject,
            before: before.subject,
        })
    }

    /// Each side warm, then all in turn, round after round.
    fn rounds(&self, place: &Place, options: &Bench) -> Result<Vec<Side>> {
        let mut sides = SIDES.map(|(name, traffic)| Side::new(name, traffic));
        for side in &mut sides {
            let what = format!("warm-up: {}, {}, {WARM_UP_SECONDS} s", side.name.as_str(), side.traffic.as_str());
            let (subject, requests) = self.at(side);
            say::step(&what, || side.load(place, subject, requests, WARM_UP_SECONDS))?;
        }
        for round in 1..=options.rounds {
            for side in &mut sides {
                let what = format!(
                    "round {round} of {}: {}, {}, {} s, {} connections",
                    options.rounds,
                    side.name.as_str(),
                    side.traffic.as_str(),
                    options.seconds,
                    load::CONNECTIONS
                );
                let (subject, requests) = self.at(side);
                let load = say::step(&what, || side.load(place, subject, requests, options.seconds))?;
                side.rounds.push(load);
            }
        }
        Ok(sides.into())
    }

    fn at(&self, side: &Side) -> (&Subject, &Path) {
        let requests = match (side.traffic, side.name) {
            (Traffic::OneCode, _) => &self.one_code,
            (Traffic::Mixed, Name::BeforeRedirect) => &self.mixed_before,
            (Traffic::Mixed, _) => &self.mixed,
        };
        (self.subject(side.name), requests)
    }

    fn subject(&self, name: Name) -> &Subject {
        match name {
            Name::Constant => &self.constant,
            Name::AfterRedirect => &self.after,
            Name::BeforeRedirect => &self.before,
            Name::Naive => &self.naive,
        }
    }

    fn held(&self) -> Result<Vec<(Name, f64)>> {
        let names = [Name::Constant, Name::AfterRedirect, Name::BeforeRedirect, Name::Naive];
        let held = |name| Ok((name, memory::mean(&[memory::resident(self.subject(name).pid())?])));
        names.into_iter().map(held).collect()
    }

    /// A long mixed load of a new process, whose memory is watched.
    fn soak(&mut self, place: &Place, seconds: u32) -> Result<(Memory, Clicks)> {
        let what = format!("memory: {}, mixed, {seconds} s", Name::AfterRedirect.as_str());
        say::step(&what, || {
            self.after.start_again()?;
            let begun = moment::now();
            let load = || load::run_long(place, &self.after.address(), &self.mixed, seconds);
            let (answered, samples) = memory::watch(self.after.pid(), load)?;
            let mut clicks = Clicks::default();
            clicks.add(answered, self.after.stored(begun, answered)?);
            let memory = Memory::of(&samples).because(|| format!("{seconds} s are too short to see memory in."))?;
            Ok((memory, clicks))
        })
    }
}

/// Both at once: most of it is waiting for storage.
fn join_both(after: &Program, before: &Program) -> Result<(Links, Links)> {
    thread::scope(|scope| {
        let filled = scope.spawn(|| before.fill());
        let links = after.fill()?;
        let links_before = filled.join().map_err(|_| Failure::new("Making the participants broke off."))??;
        Ok((links, links_before))
    })
}
