//! Conversions: of the last 90 days, mostly by the code of somebody popular; some by nobody's, by their own, by two at
//! once, and by a touch that a friend's browser holds.

use super::super::chance::Weighted;
use super::people::email;
use super::{Target, chance_of, is_taken};
use crate::command::Fill;
use crate::failure::{Failure, Result};
use crate::say;
use honeyguide_domain::time::{Span, Timestamp};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// An event whose rewards wait for a hand, and for a coupon.
pub(super) const TRIAL: &str = "fill-trial";
/// Each is some twenty writes.
const LINES: usize = 500;
/// A day less than the API takes, for the time that a run takes.
const DAYS: u64 = 89;
const DAY: u64 = 86_400_000;

/// What the owner may act on, in the order of the conversions.
#[derive(Debug, Default)]
pub(super) struct Sold {
    /// Names of purchases that somebody was credited for.
    pub(super) purchases: Vec<String>,
    /// Ids of conversions.
    pub(super) conversions: Vec<String>,
    /// Of referrers, with what they are worth: the id, and whose it is.
    pub(super) rewards: Vec<(String, String)>,
}

/// A conversion, as its number draws it.
fn drawn(target: &Target<'_>, number: usize, codes: &[String], popular: &Weighted, now: Timestamp) -> Value {
    let mut chance = chance_of(3, number);
    let who = popular.draw(&mut chance);
    let code = codes.get(who).cloned().unwrap_or_default();
    // Of two days drawn the later: there were fewer sales in the beginning.
    let age = chance.below(DAYS).min(chance.below(DAYS)) * DAY + chance.below(DAY);
    let at = now.before(Span::millis(i64::try_from(age).unwrap_or(0)));
    // One of eight bought before.
    let friend = if chance.thousandths(125) { number / 2 } else { number };
    let mut customer =
        json!({"external_id": format!("fill-friend-{friend}"), "email": format!("fill-friend-{friend}@example.com")});
    let attribution = match chance.below(1_000) {
        0..60 => json!({}),
        60..85 => json!({"code": "nobodys-code"}),
        85..105 => {
            // Somebody else.
            let other = Some(popular.draw(&mut chance)).filter(|other| *other != who).unwrap_or(who + 1);
            let other = codes.get(other % codes.len().max(1)).cloned().unwrap_or_default();
            let parts = [(code, 70), (other, 30)].map(|(code, weight)| json!({"code": code, "weight": weight}));
            json!({"contributions": parts})
        }
        105..115 => {
            customer = json!({"email": email(who)});
            json!({"code": code})
        }
        _ => json!({"code": code}),
    };
    let event = match chance.below(100) {
        0..80 => "purchase",
        80..88 => "signup",
        88..93 => "lead",
        93..96 => "renewal",
        _ => TRIAL,
    };
    let mut line = json!({"event": event, "external_id": format!("fill-{number}"), "customer": customer,
        "attribution": attribution});
    if let Some(fields) = line.as_object_mut() {
        // What is worth a reward by a rule that there wasn't before occurs now.
        if event != TRIAL {
            fields.insert("occurred_at".to_owned(), json!(at));
        }
        if matches!(event, "purchase" | "renewal") {
            let value = json!({"amount": 1_000 + chance.below(30_000), "currency": target.currency});
            fields.insert("value".to_owned(), value);
        }
    }
    line
}

pub(super) fn record(
    target: &Target<'_>,
    options: &Fill,
    codes: &[String],
    touches: &[(usize, String)],
) -> Result<Sold> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(0));
    let popular = Weighted::zipf(u64::try_from(codes.len()).unwrap_or(0));
    let (mut sold, mut refused) = (Sold::default(), 0_u32);
    let line = |number: usize| drawn(target, number, codes, &popular, now);
    target.batches("conversions", options.conversions, LINES, line, |number, answer| {
        // The second run may come after a midnight: then a line may lie too far back, and was recorded before.
        let Some(made) = answer.get("conversion").filter(|_| is_taken(answer)) else {
            refused += 1;
            let rare = usize::try_from(refused).unwrap_or(0) <= 10 + number / 100;
            return if rare { Ok(()) } else { Err(Failure::new(format!("Conversions are refused: {answer}"))) };
        };
        sold.add(made);
        Ok(())
    })?;
    if refused > 0 {
        say::line(format!("  {refused} were refused"));
    }
    let line = |at: usize| {
        let (number, cookie) = touches.get(at).cloned().unwrap_or_default();
        let touch = cookie.split_once('=').map_or("", |(_, touch)| touch).to_owned();
        json!({"event": "purchase", "external_id": format!("fill-visit-{number}"),
            "customer": {"external_id": format!("fill-visitor-{number}"), "email": format!("fill-visitor-{number}@example.com")},
            "value": {"amount": 9_000, "currency": target.currency}, "attribution": {"touch": touch}})
    };
    target.batches("conversions", touches.len(), LINES, line, |_, answer| {
        if is_taken(answer) { Ok(()) } else { Err(Failure::new(format!("A conversion was refused: {answer}"))) }
    })?;
    Ok(sold)
}

impl Sold {
    fn add(&mut self, made: &Value) {
        let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        self.conversions.push(text(made, "id"));
        let rewards: Vec<&Value> = made.get("rewards").and_then(Value::as_array).into_iter().flatten().collect();
        if text(made, "event") == "purchase" && !rewards.is_empty() {
            self.purchases.push(text(made, "external_id"));
        }
        let theirs = rewards.iter().filter(|reward| text(reward, "side") == "referrer");
        self.rewards.extend(theirs.map(|reward| (text(reward, "id"), text(reward, "beneficiary"))));
    }
}
