//! `fill`: puts many participants, conversions and clicks into a program of an edge that runs, to see how it does with
//! much; and what their owner does with them. All of it goes in as anyone's would: by the API, and by following links.
//!
//! Invariant: what is sent is drawn by its number, and each has a name of its own. So a run that was cut off is taken up
//! by the next one, which doubles nothing.

mod clicks;
mod owner;
mod people;
mod progress;
mod receiver;
mod sales;
mod times;

use super::chance::Chance;
use crate::command::Fill;
use crate::failure::{Because as _, Result};
use crate::place::Place;
use crate::{http, say, setup};
use progress::Progress;
use serde_json::{Value, json};

const SEED: u64 = 7;

/// An edge, and one of its programs.
#[derive(Debug)]
struct Target<'a> {
    edge: &'a str,
    key: &'a str,
    currency: String,
}

pub(crate) fn fill(place: &Place, options: &Fill) -> Result<()> {
    let mut target = Target { edge: &options.edge, key: &options.key, currency: options.currency.clone() };
    if options.time {
        return times::times(&target);
    }
    if options.clicks > 0 {
        setup::load_generator()?;
    }
    target.prepare()?;
    let codes = say::step(&format!("{} participants", options.participants), || people::join(&target, options))?;
    say::step("participants who paused, and links of their own", || people::change(&target, options))?;
    let clicks = format!("{} clicks, or a few more", options.clicks);
    say::step(&clicks, || clicks::follow(place, &target, options.clicks, &codes))?;
    let touches = say::step("friends who come and look around", || clicks::visit(&target, &codes))?;
    let sold = say::step(&format!("{} conversions", options.conversions), || {
        sales::record(&target, options, &codes, &touches)
    })?;
    owner::act(&target, &sold)?;
    say::line("clicks are added up when they are asked for, or after ten minutes");
    Ok(())
}

/// What a number draws: the same in every run.
fn chance_of(what: u64, number: usize) -> Chance {
    let mut chance = Chance::new(SEED + what);
    Chance::new(chance.below(u64::MAX) ^ u64::try_from(number).unwrap_or(0).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

impl Target<'_> {
    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.edge)
    }

    fn get(&self, path: &str) -> Result<Value> {
        let answer = http::get(&self.address(path), Some(self.key))?;
        if answer.status == 200 { Ok(answer.body) } else { Err(answer.refusal(path)) }
    }

    /// Sends something once, whatever the number of runs: `name` is its idempotency key. What the edge refuses, because
    /// it isn't as it was drawn for, is nothing.
    fn once(&self, path: &str, name: &str, body: &Value) -> Result<Option<Value>> {
        let answer = http::post_once(&self.address(path), self.key, name, body)?;
        match answer.status {
            200..=299 => Ok(Some(answer.body)),
            404 | 409 | 422 => Ok(None),
            _ => Err(answer.refusal(path)),
        }
    }

    /// The program's currency, and rules of which rewards come that wait for a hand, or for a coupon that there isn't.
    fn prepare(&mut self) -> Result<()> {
        let mut file = self.get("/v1/program")?;
        if self.currency.is_empty() {
            let currency = file.get("currency").and_then(Value::as_str);
            let currency = currency.because(|| "The program's file has no currency.".into())?;
            currency.clone_into(&mut self.currency);
        }
        let rules = file.get_mut("rewards").and_then(Value::as_array_mut);
        let rules = rules.because(|| "The program's file has no rewards.".into())?;
        let is_ours = |rule: &Value| rule.get("id").and_then(Value::as_str).is_some_and(|id| id.starts_with("fill-"));
        if rules.iter().any(is_ours) {
            return Ok(());
        }
        rules.push(json!({"id": "fill-trial", "side": "referrer", "on": sales::TRIAL, "kind": "money",
            "flat": {"amount": 500, "currency": self.currency}, "approval": "manual", "hold_days": 0}));
        rules.push(json!({"id": "fill-coupon", "side": "friend", "on": sales::TRIAL, "kind": "coupon",
            "coupon": {"pool": "fill"}, "item": "15 % off"}));
        let answer = http::put(&self.address("/v1/program"), self.key, &file)?;
        if answer.status < 300 { Ok(()) } else { Err(answer.refusal("The program's file, with two rules more,")) }
    }

    /// Posts lines in batches, and says how far it is. `see` has each line's number and answer; of lines that may be
    /// refused, the refusal.
    fn batches(
        &self,
        what: &str,
        all: usize,
        size: usize,
        mut line: impl FnMut(usize) -> Value,
        mut see: impl FnMut(usize, &Value) -> Result<()>,
    ) -> Result<()> {
        let address = self.address(&format!("/v1/{what}/batch"));
        let mut progress = Progress::of(all);
        for from in (0..all).step_by(size) {
            let until = all.min(from + size);
            let lines: Vec<Value> = (from..until).map(&mut line).collect();
            for (number, answer) in (from..).zip(http::post_lines(&address, self.key, &lines)?) {
                see(number, &answer)?;
            }
            progress.is_at(until);
        }
        Ok(())
    }
}

/// Whether a line of a batch was taken, now or before.
fn is_taken(line: &Value) -> bool {
    line.get("status").and_then(Value::as_u64).is_some_and(|status| (200..300).contains(&status))
}
