//! How long a process takes from its start to its first answer, the isolate's own start included.
//!
//! On a new data directory. What `workerd` itself takes is the constant Worker's time; the rest is ours.

use super::subject;
use crate::failure::Result;
use crate::local::{Edge, Secrets, Settings};
use crate::place::Place;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// An odd number, so that there is a median.
const STARTS: usize = 5;

#[derive(Debug, Clone, Copy)]
pub(super) struct StartUp {
    pub(super) constant: Duration,
    pub(super) ours: Duration,
}

/// Starts both in turn.
pub(super) fn measure(place: &Place, folder: &Path) -> Result<StartUp> {
    let (mut constant, mut ours) = (Vec::new(), Vec::new());
    for start in 0..STARTS {
        let folder = folder.join(format!("start-{start}"));
        constant.push(time(&subject::constant(place, &folder)?)?);
        ours.push(time(&Settings::new(place, &folder.join("ours"), Secrets::random()?))?);
    }
    Ok(StartUp { constant: median(constant), ours: median(ours) })
}

fn time(settings: &Settings) -> Result<Duration> {
    let begun = Instant::now();
    let edge = Edge::start(settings)?;
    let took = begun.elapsed();
    drop(edge);
    Ok(took)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

impl StartUp {
    pub(super) fn json(&self) -> Value {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1_000.0;
        json!({"constant_ms": milliseconds(self.constant), "ours_ms": milliseconds(self.ours)})
    }
}

#[cfg(test)]
mod tests {
    use super::median;
    use std::time::Duration;

    #[test]
    fn one_slow_start_does_not_count() {
        let times = [90, 80, 900].map(Duration::from_millis).to_vec();
        assert_eq!(median(times), Duration::from_millis(90));
    }
}
