//! One run of `wrk`, and what it measured.

use crate::failure::{Because as _, Failure, Result};
use crate::run;
use serde_json::{Value, json};

/// As in the measurements that this is compared with.
pub(super) const CONNECTIONS: u32 = 32;
const THREADS: u32 = 2;

/// What a browser sends when a person follows a link.
const HEADERS: [&str; 5] = [
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Accept: text/html,application/xhtml+xml",
    "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-Dest: document",
    "X-Forwarded-For: 203.0.113.7",
];

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Load {
    /// Answers in a second.
    pub(super) rate: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
    pub(super) answered: u64,
}

impl Load {
    pub(super) fn json(&self) -> Value {
        json!({"per_second": self.rate, "p50_ms": self.p50_ms, "p99_ms": self.p99_ms, "answered": self.answered})
    }
}

/// Loads an address for so long. An answer that is neither 2xx nor 3xx makes the whole a failure.
pub(super) fn run(address: &str, seconds: u32) -> Result<Load> {
    let mut wrk = run::tied("wrk");
    wrk.args(["--latency", &format!("-t{THREADS}"), &format!("-c{CONNECTIONS}"), &format!("-d{seconds}s")]);
    for header in HEADERS {
        wrk.args(["-H", header]);
    }
    wrk.arg(address);
    read(&run::quiet(wrk, "`wrk`")?)
}

fn read(said: &str) -> Result<Load> {
    for fault in ["Non-2xx or 3xx responses", "Socket errors"] {
        if let Some(line) = said.lines().find(|line| line.contains(fault)) {
            return Err(Failure::new(format!("The load wasn't answered well: {}", line.trim())));
        }
    }
    let after = |label: &str| {
        let word = said.lines().find_map(|line| line.trim().strip_prefix(label)).map(str::trim);
        word.because(|| format!("`wrk` said nothing of \"{label}\""))
    };
    let answered = said.lines().find_map(|line| line.trim().split_once(" requests in ")).map(|(number, _)| number);
    Ok(Load {
        rate: after("Requests/sec:")?.parse().because(|| "`wrk` gave no rate".into())?,
        p50_ms: milliseconds(after("50%")?)?,
        p99_ms: milliseconds(after("99%")?)?,
        answered: answered
            .and_then(|number| number.parse().ok())
            .because(|| "`wrk` gave no number of requests".into())?,
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
        150304 requests in 10.00s, 45.10MB read\nRequests/sec:  15030.41\nTransfer/sec:      4.51MB\n";

    #[test]
    fn what_wrk_says_is_read() {
        let load = read(SAID).unwrap();
        assert_eq!((load.answered, load.p50_ms.to_bits()), (150_304, 1.5f64.to_bits()));
        assert!((load.rate - 15030.41).abs() < 0.01 && (load.p99_ms - 1020.0).abs() < 0.01);
        assert!((milliseconds("812.00us").unwrap() - 0.812).abs() < 1e-9);
    }

    #[test]
    fn an_answer_that_is_an_error_spoils_the_run() {
        let failure = read(&format!("{SAID}  Non-2xx or 3xx responses: 12\n")).unwrap_err().to_string();
        assert!(failure.contains("Non-2xx or 3xx responses: 12"), "{failure}");
    }
}
