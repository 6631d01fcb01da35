//! One run of `wrk`, and what it measured.

use crate::failure::{Because as _, Failure, Result};
use crate::place::Place;
use crate::run;
use serde_json::{Value, json};
use std::path::Path;

/// As in the measurements that this is compared with.
pub(super) const CONNECTIONS: u32 = 32;
/// `wrk` starts its threads one after the other, each once it has read the traffic, and its clock with the last: the
/// requests that the first had sent by then would be counted too. One thread sends several times what a `workerd`
/// answers.
const THREADS: u32 = 1;

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Load {
    /// Answers in a second.
    pub(super) rate: f64,
    /// Half of the answers came within this, and 99 in a hundred within the other.
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    /// What `wrk` itself calls p99: with the waits added that clients at a steady pace would have had.
    pub(super) steady_p99_ms: f64,
    pub(super) answered: u64,
    /// Answers that took longer than two seconds. They have no part in the percentiles.
    pub(super) late: u64,
}

impl Load {
    pub(super) fn json(&self) -> Value {
        json!({
            "per_second": self.rate, "p50_ms": self.p50_ms, "p99_ms": self.p99_ms,
            "p99_at_a_steady_pace_ms": self.steady_p99_ms, "answered": self.answered, "late": self.late,
        })
    }
}

/// Sends the requests of a file for so long. An answer that is neither 2xx nor 3xx makes the whole a failure.
pub(super) fn run(place: &Place, address: &str, requests: &Path, seconds: u32) -> Result<Load> {
    read(&wrk(place, address, requests, seconds, &[&CONNECTIONS.to_string()])?)
}

/// The same for a long time: how many were answered. Of so many answers, the latencies would take long to go through.
pub(super) fn run_long(place: &Place, address: &str, requests: &Path, seconds: u32) -> Result<u64> {
    answered(&wrk(place, address, requests, seconds, &[])?)
}

/// Posts conversions, one a request, for so long: how many were answered in a second. `arguments` are those of the script.
pub(super) fn post(place: &Place, address: &str, arguments: [&str; 4], seconds: u32) -> Result<f64> {
    let mut wrk = run::tied("wrk");
    wrk.args([&format!("-t{THREADS}"), &format!("-c{CONNECTIONS}"), &format!("-d{seconds}s"), "-s"]);
    wrk.arg(place.root().join("tests/bench/conversions.lua")).args([address, "--"]).args(arguments);
    let said = run::quiet(wrk, "`wrk`")?;
    answered(&said)?;
    let rate = said.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:"));
    rate.and_then(|rate| rate.trim().parse().ok()).because(|| "`wrk` gave no rate".into())
}

fn wrk(place: &Place, address: &str, requests: &Path, seconds: u32, more: &[&str]) -> Result<String> {
    let mut wrk = run::tied("wrk");
    wrk.args(["--latency", &format!("-t{THREADS}"), &format!("-c{CONNECTIONS}"), &format!("-d{seconds}s"), "-s"]);
    wrk.arg(place.root().join("tests/bench/traffic.lua")).arg(format!("{address}/")).arg("--").arg(requests).args(more);
    run::quiet(wrk, "`wrk`")
}

fn read(said: &str) -> Result<Load> {
    let answered = answered(said)?;
    let after = |label: &str| {
        let word = said.lines().find_map(|line| line.trim().strip_prefix(label)).map(str::trim);
        word.because(|| format!("`wrk` said nothing of \"{label}\""))
    };
    let measured = after("Measured in all:")?;
    if measured.split_once(" of ").is_none_or(|(seen, all)| seen != all) {
        return Err(Failure::new(format!("`wrk`'s latencies can't be made out ({measured}).")));
    }
    Ok(Load {
        rate: after("Requests/sec:")?.parse().because(|| "`wrk` gave no rate".into())?,
        p50_ms: milliseconds(after("Measured 50%:")?)?,
        p99_ms: milliseconds(after("Measured 99%:")?)?,
        steady_p99_ms: milliseconds(after("99%")?)?,
        answered,
        late: socket_errors(said).find(|(what, _)| *what == "timeout").map_or(0, |(_, count)| count),
    })
}

fn answered(said: &str) -> Result<u64> {
    let refused = said.lines().find(|line| line.contains("Non-2xx or 3xx responses"));
    let broken = socket_errors(said).any(|(what, count)| what != "timeout" && count > 0);
    let broken = said.lines().find(|line| broken && line.contains(SOCKET_ERRORS));
    if let Some(line) = refused.or(broken) {
        return Err(Failure::new(format!("The load wasn't answered well: {}", line.trim())));
    }
    let number = said.lines().find_map(|line| line.trim().split_once(" requests in ")).map(|(number, _)| number);
    number.and_then(|number| number.parse().ok()).because(|| "`wrk` gave no number of requests".into())
}

const SOCKET_ERRORS: &str = "Socket errors:";

/// Of `Socket errors: connect 0, read 0, write 0, timeout 3`, which is said only when one isn't 0.
fn socket_errors(said: &str) -> impl Iterator<Item = (&str, u64)> {
    let errors = said.lines().find_map(|line| line.trim().strip_prefix(SOCKET_ERRORS)).unwrap_or_default();
    errors.split(',').filter_map(|error| {
        let (what, count) = error.trim().split_once(' ')?;
        Some((what, count.parse().ok()?))
    })
}

/// `812.00us`, `3.25ms` or `1.02s`.
fn milliseconds(text: &str) -> Result<f64> {
    let units = [("us", 0.001), ("ms", 1.0), ("s", 1000.0)];
    let found = units.iter().find_map(|(unit, factor)| Some(text.strip_suffix(unit)?.parse::<f64>().ok()? * factor));
    found.because(|| format!("`wrk` gave the time \"{text}\""))
}

#[cfg(test)]
mod tests {
    use super::{milliseconds, read};

    const SAID: &str = "  Latency Distribution\n     50%    1.50ms\n     75%    2.00ms\n     90%    2.50ms\n     99%   1.02s\n  \
        150304 requests in 10.00s, 45.10MB read\nRequests/sec:  15030.41\nTransfer/sec:      4.51MB\n\
        Measured 50%: 1400us\nMeasured 99%: 2150us\nMeasured in all: 150304 of 150304\n";

    #[test]
    fn what_wrk_says_is_read() {
        let load = read(SAID).unwrap();
        assert_eq!((load.answered, load.late), (150_304, 0));
        for (read, expected) in
            [(load.rate, 15030.41), (load.p50_ms, 1.4), (load.p99_ms, 2.15), (load.steady_p99_ms, 1020.0)]
        {
            assert!((read - expected).abs() < 1e-9, "{load:?}");
        }
        assert!((milliseconds("812.00us").unwrap() - 0.812).abs() < 1e-9);
    }

    #[test]
    fn an_answer_that_is_an_error_spoils_the_run() {
        for fault in ["Non-2xx or 3xx responses: 12", "Socket errors: connect 0, read 3, write 0, timeout 0"] {
            let failure = read(&format!("{SAID}  {fault}\n")).unwrap_err().to_string();
            assert!(failure.contains(fault), "{failure}");
        }
    }

    #[test]
    fn a_late_answer_is_counted_and_spoils_nothing() {
        let load = read(&format!("{SAID}  Socket errors: connect 0, read 0, write 0, timeout 7\n")).unwrap();
        assert_eq!(load.late, 7);
    }

    #[test]
    fn latencies_that_do_not_add_up_are_not_believed() {
        let said = SAID.replace("150304 of 150304", "150310 of 150304");
        assert!(read(&said).unwrap_err().to_string().contains("150310 of 150304"));
    }
}
