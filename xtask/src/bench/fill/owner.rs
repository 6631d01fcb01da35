//! What the owner does with it: refunds, disputes, rewards that are approved, rejected, reversed and paid, and
//! destinations that hear of it.

use super::progress::Progress;
use super::sales::Sold;
use super::{Target, receiver};
use crate::failure::{Failure, Result};
use crate::{http, say};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// One in so many.
const REFUNDED: usize = 80;
const DISPUTED: usize = 800;
const APPROVED: usize = 12;
const REJECTED: usize = 150;
const REVERSED: usize = 600;
/// Requests that are on their way together.
const HANDS: usize = 4;
/// What destinations have heard is waited for no longer.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) fn act(target: &Target<'_>, sold: &Sold) -> Result<()> {
    let hears = say::step("destinations, one of which always fails", || destinations(target))?;
    say::step("refunds and disputes", || {
        each(sold.purchases.iter().step_by(REFUNDED), |number, name| {
            let mut body = json!({"event": "purchase", "external_id": name, "refund_id": format!("{name}-back")});
            if let Some(fields) = body.as_object_mut().filter(|_| number.is_multiple_of(2)) {
                fields.insert("value".to_owned(), json!({"amount": 500, "currency": target.currency}));
            }
            target.once("/v1/refunds", &format!("fill-refund-{name}"), &body).map(drop)
        })?;
        each(sold.conversions.iter().step_by(DISPUTED), |number, id| {
            let path = format!("/v1/conversions/{id}/dispute");
            target.once(
                &path,
                &format!("fill-dispute-{id}"),
                &json!({"reason": "It was my link that they followed."}),
            )?;
            if number.is_multiple_of(2) {
                let body = json!({"outcome": "rejected", "reason": "The other touch was the newer one."});
                target.once(&format!("{path}/settle"), &format!("fill-settle-{id}"), &body)?;
            }
            Ok(())
        })
    })?;
    say::step("rewards that are approved, rejected and reversed", || {
        let acted = |every: usize, from: usize, how: &str| {
            each(sold.rewards.iter().skip(from).step_by(every), |_, (id, _)| {
                let body = json!({"reason": "decided by hand"});
                target.once(&format!("/v1/rewards/{id}/{how}"), &format!("fill-{how}-{id}"), &body).map(drop)
            })
        };
        acted(APPROVED, 0, "approve")?;
        acted(REJECTED, 1, "reject")?;
        acted(REVERSED, 2, "reverse")
    })?;
    say::step("payouts: one confirmed, one that failed in part, one open", || payouts(target, sold))?;
    if hears {
        say::step("what destinations hear", || heard(target))?;
    }
    Ok(())
}

/// Does it to all, a few at a time: most of it is waiting.
fn each<T: Send>(all: impl Iterator<Item = T>, act: impl Fn(usize, T) -> Result<()> + Sync) -> Result<()> {
    let all: Vec<(usize, T)> = all.enumerate().collect();
    let progress = Mutex::new((0, Progress::of(all.len())));
    let left = Mutex::new(all.into_iter());
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        while let Some((number, one)) = next() {
            act(number, one)?;
            let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
            progress.0 += 1;
            let done = progress.0;
            progress.1.is_at(done);
        }
        Ok(())
    };
    thread::scope(|scope| {
        let hands: Vec<_> = (0..HANDS).map(|_| scope.spawn(work)).collect();
        let broke = |_| Failure::new("What the owner does broke off.");
        hands.into_iter().try_for_each(|hand| hand.join().map_err(broke)?)
    })
}

/// Whether there are some that hear of what follows.
fn destinations(target: &Target<'_>) -> Result<bool> {
    let there = target.get("/v1/destinations?limit=1000")?;
    let urls = there.get("data").and_then(Value::as_array).into_iter().flatten();
    let ours = urls.filter_map(|row| row.get("url")?.as_str()).find(|url| url.contains("/fill/"));
    if let Some(url) = ours {
        let port = url.split([':', '/']).find_map(|part| part.parse().ok());
        return Ok(port.and_then(receiver::listen).is_some());
    }
    let Some(port) = receiver::listen(0) else { return Ok(false) };
    for (path, events) in [
        ("well", json!(["reward.approved", "reward.rejected", "reward.reversed"])),
        ("broken", json!(["conversion.refunded"])),
        ("all", json!(["reward.fulfilled", "ledger.head"])),
    ] {
        let body = json!({"kind": "webhook", "url": format!("http://127.0.0.1:{port}/fill/{path}"), "events": events});
        let made = http::post_once(&target.address("/v1/destinations"), target.key, &format!("fill-{path}"), &body)?;
        if made.status >= 300 {
            // Only `cargo dev` lets events go to this machine.
            say::line(format!("  none: {}", made.refusal("A destination on this machine")));
            return Ok(false);
        }
    }
    Ok(true)
}

/// Three batches of a third of those who are owed something.
fn payouts(target: &Target<'_>, sold: &Sold) -> Result<()> {
    let owed: BTreeSet<&String> = sold.rewards.iter().step_by(APPROVED).map(|(_, whom)| whom).collect();
    let owed: Vec<&String> = owed.into_iter().collect();
    let third = owed.len().div_ceil(3).max(1);
    for (number, whom) in owed.chunks(third).enumerate() {
        let body = json!({"beneficiaries": whom, "minimum": 1});
        let Some(batch) = target.once("/v1/payouts", &format!("fill-payout-{number}"), &body)? else { continue };
        let Some(id) = batch.get("id").and_then(Value::as_str) else { continue };
        let settle = |how: &str, whom: &Value| {
            target.once(&format!("/v1/payouts/{id}/{how}"), &format!("fill-{how}-{number}"), whom).map(drop)
        };
        match number {
            0 => settle("confirm", &json!({}))?,
            1 => settle("fail", &json!({"beneficiaries": whom.iter().take(3).collect::<Vec<_>>()}))?,
            _ => {}
        }
    }
    Ok(())
}

/// Waits until the destination that answers has all that is on its way to it.
fn heard(target: &Target<'_>) -> Result<()> {
    let there = target.get("/v1/destinations?limit=1000")?;
    let rows = there.get("data").and_then(Value::as_array).into_iter().flatten();
    let mut well =
        rows.filter(|row| row.get("url").and_then(Value::as_str).is_some_and(|url| url.contains("/fill/well")));
    let Some(id) = well.find_map(|row| row.get("id")?.as_str()) else { return Ok(()) };
    let begun = Instant::now();
    loop {
        thread::sleep(Duration::from_millis(500));
        let waiting = target.get(&format!("/v1/deliveries?state=pending&limit=1&destination={id}"))?;
        let is_empty = waiting.get("data").and_then(Value::as_array).is_none_or(Vec::is_empty);
        if is_empty || begun.elapsed() > PATIENCE {
            return Ok(());
        }
    }
}
