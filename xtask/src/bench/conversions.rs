//! Conversions: in batches, beside the same rows written by plain SQL; and one a post, beside a Worker that writes one row.
//!
//! Ours are judged, rewarded, booked and told to a destination that takes long to answer, so that deliveries queue.

use super::load;
use super::program::{Durability, Program};
use super::subject::{self, Keeps, Subject};
use crate::failure::{Because as _, Failure, Result};
use crate::place::Place;
use crate::{http, say};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

/// Conversions of one batch.
const BATCH: usize = 1_000;

/// A book of hundreds of thousands of postings is checked in a few seconds.
const LONGEST_CHECK: Duration = Duration::from_mins(2);

/// Deliveries that wait are handed over within a second of each other, and there are some tens of thousands.
const LONGEST_HANDOVER: Duration = Duration::from_mins(2);
const QUIET: Duration = Duration::from_secs(1);

/// What a second brings, ours and the baseline's.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Pair {
    pub(super) ours: f64,
    pub(super) baseline: f64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Conversions {
    pub(super) batches: Pair,
    pub(super) single: Pair,
}

impl Conversions {
    pub(super) fn json(&self) -> Value {
        let pair = |pair: Pair| json!({"ours_per_second": pair.ours, "baseline_per_second": pair.baseline});
        json!({"in_batches": pair(self.batches), "one_a_post": pair(self.single)})
    }
}

/// Both sides in turn, `rounds` times: the round in the middle counts.
pub(super) fn measure(place: &Place, folder: &Path, seconds: u32, rounds: u32) -> Result<Conversions> {
    let rows = Subject::start(subject::worker(place, "rows", folder)?, Keeps::Nothing)?;
    let shop = Shop::open(place, folder)?;
    let span = Duration::from_secs(u64::from(seconds.div_ceil(2)));
    let (mut batches, mut single) = (Vec::new(), Vec::new());
    // The first round is a warm-up.
    for round in 0..=rounds {
        let what = format!("conversions: ours and rows by plain SQL, in batches and one a post, round {round}");
        say::step(&what, || {
            let ours = rate(span, |number| shop.batch(&format!("{round}-{number}")))?;
            shop.hand_over()?;
            let baseline = rate(span, |_| write_rows(&rows))?;
            batches.push(Pair { ours, baseline });
            let ours = shop.posts(place, round, seconds)?;
            shop.hand_over()?;
            let address = format!("{}/row", rows.address());
            let baseline = load::post(place, &address, ["/row", "none", "none", "row"], seconds)?;
            single.push(Pair { ours, baseline });
            Ok::<_, Failure>(())
        })?;
    }
    shop.is_whole()?;
    Ok(Conversions { batches: middle(&batches), single: middle(&single) })
}

fn middle(pairs: &[Pair]) -> Pair {
    let mut sorted: Vec<Pair> = pairs.iter().skip(1).copied().collect();
    sorted.sort_by(|one, other| (one.ours / one.baseline).total_cmp(&(other.ours / other.baseline)));
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// How many conversions a second come of calls, one after the other.
fn rate(span: Duration, call: impl Fn(usize) -> Result<()>) -> Result<f64> {
    let begun = Instant::now();
    let mut batches = 0;
    while begun.elapsed() < span {
        call(batches)?;
        batches += 1;
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let conversions = (batches * BATCH) as f64;
    Ok(conversions / begun.elapsed().as_secs_f64())
}

fn write_rows(rows: &Subject) -> Result<()> {
    let address = format!("{}/rows?conversions={BATCH}", rows.address());
    let answer = http::post(&address, "none", &json!({}))?;
    if answer.status == 200 { Ok(()) } else { Err(answer.refusal("The rows of the baseline")) }
}

/// Our edge, with a program that rewards both sides.
struct Shop {
    program: Program,
    codes: Vec<String>,
    /// Takes connections and answers none.
    _silent: TcpListener,
}

impl Shop {
    fn open(place: &Place, folder: &Path) -> Result<Self> {
        let reward = |side: &str, kind: &str| {
            json!({"id": side, "side": side, "on": "purchase", "kind": kind,
                "flat": {"amount": 2000, "currency": "USD"}, "hold_days": 30})
        };
        let rewards = json!([reward("referrer", "money"), reward("friend", "credit")]);
        let program = Program::start(place, &folder.join("conversions"), Durability::AfterRedirect, &rewards)?;
        let codes = program.join(100)?;
        let silent = TcpListener::bind(("127.0.0.1", 0)).because(|| "no port".into())?;
        let port = silent.local_addr().because(|| "no port".into())?.port();
        let destination = json!({"kind": "webhook", "url": format!("http://127.0.0.1:{port}/"), "events": ["*"]});
        let made = http::post(&format!("{}/v1/destinations", program.subject.address()), &program.key, &destination)?;
        if made.status != 201 {
            return Err(made.refusal("The destination of the bench"));
        }
        Ok(Self { program, codes, _silent: silent })
    }

    fn batch(&self, name: &str) -> Result<()> {
        let line = |(number, code): (usize, &String)| {
            json!({
                "event": "purchase", "external_id": format!("{name}-{number}"),
                "customer": {"external_id": format!("{name}-{number}"), "email": format!("{name}-{number}@example.com")},
                "value": {"amount": 12_000, "currency": "USD"}, "attribution": {"code": code},
            })
        };
        let lines: Vec<Value> =
            self.codes.iter().cycle().take(BATCH).enumerate().map(|(n, code)| line((n, code))).collect();
        let address = format!("{}/v1/conversions/batch", self.program.subject.address());
        let kept = http::post_lines(&address, &self.program.key, &lines)?;
        match kept.iter().find(|line| line.get("status") != Some(&json!(201))) {
            None if kept.len() == BATCH => Ok(()),
            wrong => Err(Failure::new(format!("A conversion of the batch wasn't kept: {wrong:?}"))),
        }
    }

    /// One a post, on as many connections as the redirect has.
    fn posts(&self, place: &Place, round: u32, seconds: u32) -> Result<f64> {
        let path = "/v1/conversions";
        let code = self.codes.first().because(|| "There is no code.".into())?;
        let address = format!("{}{path}", self.program.subject.address());
        load::post(place, &address, [path, &self.program.key, code, &format!("single-{round}")], seconds)
    }

    /// Until the deliveries of what was recorded are with their destination: what one load leaves to be done is no part of
    /// the next one.
    fn hand_over(&self) -> Result<()> {
        let newest = || {
            let answer = self.get("/v1/deliveries?limit=1&sort=-created_at")?;
            Ok::<_, Failure>(answer.body.pointer("/data/0/id").cloned())
        };
        let begun = Instant::now();
        let mut before = newest()?;
        while begun.elapsed() < LONGEST_HANDOVER {
            std::thread::sleep(QUIET);
            let now = newest()?;
            if now == before {
                return Ok(());
            }
            before = now;
        }
        Err(Failure::new("The bench's deliveries weren't handed over in time."))
    }

    /// What was answered has earned, and the book of it is right, posting by posting.
    fn is_whole(&self) -> Result<()> {
        let answer = self.get("/v1/rewards?limit=1")?;
        let rewarded = answer.body.get("data").and_then(Value::as_array).is_some_and(|rewards| !rewards.is_empty());
        if !rewarded {
            return Err(Failure::new("The bench's conversions earned nothing."));
        }
        let begun = Instant::now();
        let mut answer = self.get("/v1/ledger/verify")?;
        while answer.status != 200 || answer.body.get("state").is_some_and(|state| state != "done") {
            let id = answer.body.get("id").and_then(Value::as_str).map(str::to_owned);
            let Some(id) = id.filter(|_| begun.elapsed() < LONGEST_CHECK) else {
                return Err(answer.refusal("The check of the bench's book"));
            };
            std::thread::sleep(Duration::from_millis(200));
            answer = self.get(&format!("/v1/jobs/{id}"))?;
        }
        let found = answer.body.get("result").unwrap_or(&answer.body);
        match found.get("valid") {
            Some(Value::Bool(true)) => Ok(()),
            _ => Err(Failure::new(format!("The bench's book is wrong: {found}"))),
        }
    }

    fn get(&self, path: &str) -> Result<http::Answer> {
        http::get(&format!("{}{path}", self.program.subject.address()), Some(&self.program.key))
    }
}

#[cfg(test)]
mod tests {
    use super::{Pair, middle};

    #[test]
    fn the_warm_up_does_not_count_and_the_round_in_the_middle_does() {
        let pair = |ours| Pair { ours, baseline: 10.0 };
        assert_eq!(middle(&[pair(100.0), pair(3.0), pair(9.0), pair(5.0)]), pair(5.0));
        assert_eq!(middle(&[pair(100.0)]), Pair::default());
    }
}
