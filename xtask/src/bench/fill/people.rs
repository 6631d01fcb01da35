//! Participants: who joined, who paused, and who has a second link.

use super::progress::Progress;
use super::{Target, chance_of, is_taken};
use crate::command::Fill;
use crate::failure::{Because as _, Failure, Result};
use crate::http;
use serde_json::{Value, json};

const LINES: usize = 1_000;
/// One of so many paused, and one of so many has a second link.
const PAUSED: usize = 500;
const SECOND: usize = 250;

const FIRST: [&str; 24] = [
    "Ada",
    "Björn",
    "Chiara",
    "Dmitri",
    "Eun-ji",
    "Fatima",
    "Grace",
    "Hiro",
    "Ines",
    "João",
    "Katarzyna",
    "Lars",
    "Mei",
    "Noor",
    "Óscar",
    "Priya",
    "Quentin",
    "Rosa",
    "Søren",
    "Tariq",
    "Uma",
    "Viktor",
    "Wanjiru",
    "Zoë",
];
const LAST: [&str; 24] = [
    "Abe", "Bianchi", "Costa", "Dubois", "Eriksson", "Fischer", "García", "Haddad", "Ito", "Jansen", "Kaya", "Lopez",
    "Mbeki", "Nowak", "Okafor", "Patel", "Quispe", "Rossi", "Schäfer", "Tanaka", "Ueda", "Volkov", "Weiß", "Yilmaz",
];

/// The address of a participant's letters, by number.
pub(super) fn email(number: usize) -> String {
    format!("fill-{number}@example.com")
}

/// Their codes, in the order of their numbers.
pub(super) fn join(target: &Target<'_>, options: &Fill) -> Result<Vec<String>> {
    let line = |number: usize| {
        let mut chance = chance_of(1, number);
        let name = [&FIRST, &LAST].map(|names| chance.one_of(names).copied().unwrap_or_default()).join(" ");
        json!({"external_id": format!("fill-{number}"), "email": email(number), "name": name})
    };
    let mut codes = Vec::with_capacity(options.participants);
    target.batches("participants", options.participants, LINES, line, |_, answer| {
        let code = answer.get("participant").and_then(|made| made.get("code")).and_then(Value::as_str);
        let code = code.filter(|_| is_taken(answer));
        codes.push(code.because(|| format!("A participant was refused: {answer}"))?.to_owned());
        Ok(())
    })?;
    Ok(codes)
}

/// A few of them are paused, and a few have a link for a channel of their own.
pub(super) fn change(target: &Target<'_>, options: &Fill) -> Result<()> {
    let mut progress = Progress::of(options.participants);
    for number in (SECOND - 1..options.participants).step_by(SECOND) {
        let list = target.get(&format!("/v1/participants?external_id=fill-{number}"))?;
        let id = list.get("data").and_then(|data| data.get(0)?.get("id")?.as_str());
        let id = id.because(|| format!("The participant fill-{number} isn't found."))?;
        if (number + 1).is_multiple_of(PAUSED) {
            let address = target.address(&format!("/v1/participants/{id}"));
            let answer = http::patch(&address, target.key, &json!({"state": "paused"}))?;
            if answer.status != 200 {
                return Err(Failure::new(format!("The participant {id} can't be paused: {}", answer.body)));
            }
        } else {
            target.once(&format!("/v1/participants/{id}/links"), &format!("fill-link-{number}"), &json!({}))?;
        }
        progress.is_at(number);
    }
    Ok(())
}
