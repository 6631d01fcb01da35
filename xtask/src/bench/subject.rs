//! What is loaded: a process of its own each, and how one learns what it has stored.

use super::moment;
use crate::failure::{Because as _, Result};
use crate::http;
use crate::local::{Edge, Reach, Secrets, Settings};
use crate::place::Place;
use serde_json::Value;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// How long clicks may be on their way to the disk after the load has ended.
const LONGEST_FLUSH: Duration = Duration::from_mins(1);
/// Clicks are counted in stretches, so that no answer takes long, however many there are.
const STRETCH: Duration = Duration::from_secs(20);

/// What a subject keeps of a click.
#[derive(Debug)]
pub(super) enum Keeps {
    Nothing,
    /// Ours: asked of the API with this key.
    Clicks(String),
    /// The naive Worker's: it says how many.
    Rows,
}

#[derive(Debug)]
pub(super) struct Subject {
    settings: Settings,
    edge: Edge,
    keeps: Keeps,
}

impl Subject {
    pub(super) fn start(settings: Settings, keeps: Keeps) -> Result<Self> {
        Ok(Self { edge: Edge::start(&settings)?, settings, keeps })
    }

    /// Says how clicks are counted, where that is known only once it runs.
    pub(super) fn keep(&mut self, keeps: Keeps) {
        self.keeps = keeps;
    }

    /// The process goes, what it has stored stays.
    pub(super) fn start_again(&mut self) -> Result<()> {
        self.edge.stop();
        self.edge = Edge::start(&self.settings)?;
        Ok(())
    }

    pub(super) fn address(&self) -> String {
        self.edge.address()
    }

    pub(super) fn pid(&self) -> u32 {
        self.edge.pid()
    }

    /// How many clicks since then are in SQLite, once all that were answered are, or the time is up. Nothing for a
    /// subject that keeps none.
    pub(super) fn stored(&self, since: Duration, answered: u64) -> Result<Option<u64>> {
        let begun = Instant::now();
        loop {
            // A storage that is still busy may not answer in time.
            match self.count(since) {
                Ok(None) => return Ok(None),
                Ok(Some(stored)) if stored >= answered => return Ok(Some(stored)),
                counted if begun.elapsed() > LONGEST_FLUSH => return counted,
                _ => thread::sleep(Duration::from_millis(200)),
            }
        }
    }

    fn count(&self, since: Duration) -> Result<Option<u64>> {
        match &self.keeps {
            Keeps::Nothing => Ok(None),
            Keeps::Rows => {
                let address = format!("{}/rows?since={}", self.address(), since.as_millis());
                let rows = asked(&address, None)?.get("rows").and_then(Value::as_u64);
                rows.because(|| "The naive Worker gave no number of rows.".into()).map(Some)
            }
            Keeps::Clicks(key) => {
                let (mut from, mut sum) = (since, 0);
                // The last stretch ends in the future: nothing is stored after it.
                while from <= moment::now() {
                    sum += self.clicks(key, from, from + STRETCH)?;
                    from += STRETCH;
                }
                Ok(Some(sum))
            }
        }
    }

    /// Every click of the program, whatever was made of it: those on unknown codes too.
    fn clicks(&self, key: &str, from: Duration, to: Duration) -> Result<u64> {
        let [from, to] = [from, to].map(moment::rfc_3339);
        let address = format!("{}/v1/stats/clicks?group_by=day&from={from}&to={to}", self.address());
        let answer = asked(&address, Some(key))?;
        let rows = answer.get("data").and_then(Value::as_array).because(|| "The clicks aren't a list.".into())?;
        Ok(rows.iter().filter_map(|row| row.get("raw")?.as_u64()).sum())
    }
}

fn asked(address: &str, key: Option<&str>) -> Result<Value> {
    let answer = http::get(address, key)?;
    if answer.status == 200 { Ok(answer.body) } else { Err(answer.refusal("The number of clicks")) }
}

/// The baseline: what `workerd` can answer at all.
pub(super) fn constant(place: &Place, folder: &Path) -> Result<Settings> {
    worker(place, "constant", folder)
}

/// What one would write first: a row per click, before the answer.
pub(super) fn naive(place: &Place, folder: &Path) -> Result<Settings> {
    worker(place, "naive", folder)
}

/// A Worker in JavaScript, of `tests/bench`.
pub(super) fn worker(place: &Place, name: &str, folder: &Path) -> Result<Settings> {
    let home = place.root().join("tests/bench").join(name);
    Ok(Settings {
        workerd: place.workerd(),
        wrangler_toml: home.join("wrangler.toml"),
        bundle: home,
        assets: place.assets(),
        data: folder.join(name),
        port: 0,
        reach: Reach::LocalHostsToo,
        secrets: Secrets::random()?,
        cache: None,
        said: None,
        vars: Vec::new(),
    })
}
