//! Clicks on their way to storage: one isolate's buffer, flushed in batches.
//!
//! Invariant: a batch's shard is chosen when the batch begins and kept through every try; rows leave only when they are
//! acknowledged; the flush lock expires, and any later request may take it over. Past its bound, clicks are written
//! before the answer. What a crash can cost is the batch that was not flushed yet: less than a second of clicks.

use crate::command::{ClickRow, ClicksCommand, ask};
use crate::settings::now;
use honeyguide_domain::time::{Span, Timestamp};
use std::cell::RefCell;
use worker::Env;

/// How long clicks collect before they leave together.
const COLLECT: std::time::Duration = std::time::Duration::from_millis(150);
/// A flush that has not ended by then is taken over.
const LOCK: Span = Span::seconds(10);
/// Clicks of one batch.
const BATCH: usize = 1_000;
/// Clicks that wait at most; from then on each is written before its answer.
const BOUND: usize = 20_000;

#[derive(Default)]
struct Buffer {
    open: Vec<ClickRow>,
    shard: u16,
    sealed: Vec<(u16, Vec<ClickRow>)>,
    waiting: usize,
    locked_until: Timestamp,
}

thread_local! {
    static BUFFER: RefCell<Buffer> = RefCell::default();
}

/// The shard that a click minted now goes to.
pub(crate) fn shard(shards: u16) -> u16 {
    BUFFER.with_borrow_mut(|buffer| {
        if buffer.open.is_empty() {
            let [high, low] = crate::settings::chance::<2>();
            buffer.shard = u16::from_be_bytes([high, low]) % shards.max(1);
        }
        buffer.shard
    })
}

/// Puts a click into the batch that is open. Says whether the buffer is full, so that this click waits for storage.
pub(crate) fn push(row: ClickRow) -> bool {
    BUFFER.with_borrow_mut(|buffer| {
        buffer.open.push(row);
        buffer.waiting += 1;
        if buffer.open.len() >= BATCH {
            seal(buffer);
        }
        buffer.waiting > BOUND
    })
}

fn seal(buffer: &mut Buffer) {
    if !buffer.open.is_empty() {
        let rows = std::mem::take(&mut buffer.open);
        buffer.sealed.push((buffer.shard, rows));
    }
}

/// Waits for more clicks, then flushes. Of many requests at once, one does it.
pub(crate) async fn flush_soon(env: Env) {
    if !lock() {
        return;
    }
    worker::Delay::from(COLLECT).await;
    drain(&env).await;
}

/// Flushes at once, whoever holds the lock: what was pushed before this call is in storage when it answers true.
pub(crate) async fn flush(env: &Env) -> bool {
    drain(env).await
}

fn lock() -> bool {
    let now = now();
    BUFFER.with_borrow_mut(|buffer| {
        let free = buffer.locked_until <= now;
        if free {
            buffer.locked_until = now.after(LOCK);
        }
        free
    })
}

async fn drain(env: &Env) -> bool {
    let mut all = true;
    loop {
        let batches = BUFFER.with_borrow_mut(|buffer| {
            seal(buffer);
            buffer.sealed.clone()
        });
        if batches.is_empty() {
            break;
        }
        for (shard, rows) in batches {
            let Some(first) = rows.first().map(|row| row.id.clone()) else { continue };
            let count = rows.len();
            let stored = ask(env, "CLICKS", &format!("shard-{shard}"), &ClicksCommand::Store { rows }).await;
            match stored {
                Ok(response) if response.status_code() < 300 => acknowledged(&first, count),
                failed => {
                    let why = failed
                        .map_or_else(|failure| format!("{failure:?}"), |response| response.status_code().to_string());
                    worker::console_error!(
                        "{}",
                        serde_json::json!({"level": "error", "what": "clicks not stored", "why": why})
                    );
                    all = false;
                }
            }
        }
        if !all {
            break;
        }
    }
    BUFFER.with_borrow_mut(|buffer| buffer.locked_until = Timestamp::default());
    all
}

/// Another flush may have sent the same batch; it is taken out once.
fn acknowledged(first: &str, count: usize) {
    BUFFER.with_borrow_mut(|buffer| {
        let before = buffer.sealed.len();
        buffer.sealed.retain(|(_, rows)| rows.first().is_none_or(|row| row.id != first));
        if buffer.sealed.len() < before {
            buffer.waiting = buffer.waiting.saturating_sub(count);
        }
    });
}
