//! `fill`: puts many participants, conversions and clicks into a program of an edge that runs, to see how it does with
//! much. All of it goes in as anyone's would: by the API, and by following links.

use super::chance::{Chance, Weighted};
use super::{load, traffic};
use crate::command::Fill;
use crate::failure::{Because as _, Result};
use crate::place::Place;
use crate::{http, say, setup};
use serde_json::{Value, json};
use std::fs;

/// Few enough for an answer in time.
const PARTICIPANTS: usize = 500;
const CONVERSIONS: usize = 1_000;
/// Links that are followed, the most popular first.
const FOLLOWED: usize = 10_000;
/// Of load, after which the clicks are counted.
const SECONDS: u32 = 10;
const SEED: u64 = 7;

pub(crate) fn fill(place: &Place, options: &Fill) -> Result<()> {
    setup::load_generator()?;
    let mut chance = Chance::new(SEED);
    let codes = say::step(&format!("{} participants", options.participants), || participants(options, &mut chance))?;
    say::step(&format!("{} conversions", options.conversions), || conversions(options, &codes, &mut chance))?;
    let clicks = say::step(&format!("{} clicks, or a few more", options.clicks), || clicks(place, options, &codes))?;
    say::line(format!(
        "{clicks} clicks were answered; they are added up when they are asked for, or after ten minutes"
    ));
    Ok(())
}

/// Calls until all lines are sent, and says now and then how far it is.
fn batches(
    options: &Fill,
    what: &str,
    all: usize,
    size: usize,
    mut line: impl FnMut(usize) -> Value,
) -> Result<Vec<Value>> {
    let address = format!("{}/v1/{what}/batch", options.edge);
    let mut answers = Vec::with_capacity(all);
    for from in (0..all).step_by(size) {
        let lines: Vec<Value> = (from..all.min(from + size)).map(&mut line).collect();
        for answer in http::post_lines(&address, &options.key, &lines)? {
            let status = answer.get("status").and_then(Value::as_u64).unwrap_or(0);
            if !(200..300).contains(&status) {
                return Err(crate::failure::Failure::new(format!("A line of {what} was refused: {answer}")));
            }
            answers.push(answer);
        }
        if (from / size).is_multiple_of(20) {
            say::line(format!("  {} of {all}", answers.len()));
        }
    }
    Ok(answers)
}

/// Their codes.
fn participants(options: &Fill, chance: &mut Chance) -> Result<Vec<String>> {
    const FIRST: [&str; 8] = ["Ada", "Björn", "Chiara", "Dmitri", "Eun-ji", "Fatima", "Grace", "Hiro"];
    const LAST: [&str; 8] = ["Ito", "Jansen", "Kaya", "Lopez", "Mbeki", "Nowak", "Okafor", "Patel"];
    let line = |number: usize| {
        let name = [&FIRST, &LAST].map(|names| chance.one_of(names).copied().unwrap_or_default()).join(" ");
        json!({"external_id": format!("fill-{number}"), "email": format!("fill-{number}@example.com"), "name": name})
    };
    let made = batches(options, "participants", options.participants, PARTICIPANTS, line)?;
    let code = |line: &Value| line.get("participant")?.get("code")?.as_str().map(str::to_owned);
    made.iter().map(|line| code(line).because(|| format!("A participant has no code: {line}"))).collect()
}

fn conversions(options: &Fill, codes: &[String], chance: &mut Chance) -> Result<()> {
    let popular = Weighted::zipf(u64::try_from(codes.len()).unwrap_or(0));
    let line = |number: usize| {
        let code = codes.get(popular.draw(chance)).cloned().unwrap_or_default();
        json!({"event": "purchase", "external_id": format!("fill-{number}"),
            "customer": {"external_id": format!("fill-friend-{number}"), "email": format!("fill-friend-{number}@example.com")},
            "value": {"amount": 1_000 + chance.below(30_000), "currency": options.currency}, "attribution": {"code": code}})
    };
    batches(options, "conversions", options.conversions, CONVERSIONS, line).map(drop)
}

fn clicks(place: &Place, options: &Fill, codes: &[String]) -> Result<u64> {
    let requests = place.built("fill.http");
    let followed = codes.get(..codes.len().min(FOLLOWED)).unwrap_or_default();
    fs::write(&requests, traffic::mixed(followed, &[]))
        .because(|| format!("{} can't be written", requests.display()))?;
    let mut answered = 0;
    while answered < options.clicks {
        answered += load::run_long(place, &options.edge, &requests, SECONDS)?;
        say::line(format!("  {answered} of {}", options.clicks));
    }
    fs::remove_file(&requests).because(|| format!("{} can't be removed", requests.display()))?;
    Ok(answered)
}
