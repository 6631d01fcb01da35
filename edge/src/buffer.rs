//! Clicks on their way to storage: one isolate's buffer, flushed in batches.
//!
//! Invariant: a batch's shard is chosen when the batch begins and kept through every try; rows leave only when they are
//! acknowledged; the lock on a collection expires, and any later request may begin the next. Past its bound, clicks are
//! written before the answer. What a crash can cost is what was not flushed yet: less than a second of clicks.

use crate::command::{shard_name, store_clicks};
use crate::metrics::{self, What};
use crate::settings::{Settings, now};
use crate::waiting;
use honeyguide_domain::id::ClickId;
use honeyguide_domain::time::{Span, Timestamp};
use honeyguide_domain::wire::clicks::{self, Click, LONGEST_BATCH};
use js_sys::Promise;
use std::cell::RefCell;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;
use worker::Env;

/// How long clicks collect before they leave together.
const COLLECT: Duration = Duration::from_millis(300);
/// A collection that wasn't sent by then is sent by a later request.
const LOCK: Span = Span::millis(600);
/// What one batch holds at most: far below the two megabytes that a row may have. Each batch costs a write to the disk,
/// which friends wait for, so that few long ones are better than many short ones.
const BATCH_BYTES: usize = 1_000_000;
/// Bytes that wait at most, about 500,000 clicks; from then on each click is written before its answer.
const BOUND: usize = 24_000_000;
/// Nothing is kept past this: storage was gone for long, and the isolate must live on. What is lost is counted.
const LAST_BOUND: usize = 2 * BOUND;
/// Storage that doesn't answer by then counts as gone for this try.
const DEADLINE: Duration = Duration::from_secs(2);
/// Whoever took a batch and hasn't said how it ended by then has gone.
const SENT_FOR: Span = Span::millis(2_500);
/// After a try that failed: how long the same task waits for its next ones, in milliseconds.
const AGAIN: [u64; 6] = [250, 500, 1_000, 2_000, 4_000, 8_000];

#[derive(Clone)]
struct Batch {
    shard: u16,
    first: ClickId,
    count: usize,
    rows: Rc<[u8]>,
    /// Since when someone sends it.
    sent: Option<Timestamp>,
}

#[derive(Default)]
struct Buffer {
    open: Vec<u8>,
    first: Option<ClickId>,
    count: usize,
    shard: u16,
    sealed: Vec<Batch>,
    /// Bytes of `open` and `sealed`.
    waiting: usize,
    clicks: usize,
    collecting_until: Timestamp,
    /// Storage failed: until then somebody is trying again, and others needn't.
    retried_until: Timestamp,
}

thread_local! {
    static BUFFER: RefCell<Buffer> = RefCell::default();
}

/// The shard that a click minted now goes to.
pub(crate) fn shard(settings: &Settings) -> u16 {
    BUFFER.with_borrow_mut(|buffer| {
        if buffer.open.is_empty() && settings.shards > 1 {
            let [high, low] = crate::settings::chance::<2>();
            buffer.shard = u16::from_be_bytes([high, low]) % settings.shards;
        }
        buffer.shard
    })
}

/// What a click that was put into the buffer asks of its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    Nothing,
    /// To begin the collection that it opened: `flush_soon`, after the answer.
    FlushSoon,
    /// To wait for storage: the buffer is full.
    FlushNow,
}

/// Puts a click into the batch that is open.
pub(crate) fn push(click: &Click<'_>, now: Timestamp) -> Asks {
    BUFFER.with_borrow_mut(|buffer| {
        if buffer.waiting > LAST_BOUND {
            metrics::dropped();
            return Asks::FlushNow;
        }
        // A clock may have been set back: a batch is found by its first click, so that is the earliest.
        let fits = |first: ClickId| first.at() <= click.id.at() && click.id.at() < first.at().after(LONGEST_BATCH);
        if buffer.first.is_some_and(|first| !fits(first)) {
            seal(buffer);
        }
        let before = buffer.open.len();
        clicks::append(&mut buffer.open, click);
        buffer.waiting += buffer.open.len() - before;
        buffer.first.get_or_insert(click.id);
        buffer.count += 1;
        buffer.clicks += 1;
        if buffer.open.len() >= BATCH_BYTES {
            seal(buffer);
        }
        if buffer.waiting > BOUND {
            return Asks::FlushNow;
        }
        if buffer.collecting_until > now || buffer.retried_until > now {
            return Asks::Nothing;
        }
        buffer.collecting_until = now.after(LOCK);
        Asks::FlushSoon
    })
}

/// How many clicks wait.
pub(crate) fn depth() -> usize {
    BUFFER.with_borrow(|buffer| buffer.clicks)
}

fn seal(buffer: &mut Buffer) {
    let Some(first) = buffer.first.take() else { return };
    let rows = Rc::from(buffer.open.as_slice());
    buffer.open.clear();
    let count = std::mem::take(&mut buffer.count);
    buffer.sealed.push(Batch { shard: buffer.shard, first, count, rows, sent: None });
}

/// `collect_and_flush`, for the entry.
#[wasm_bindgen]
pub fn flush_soon(env: Env) -> Promise {
    future_to_promise(AssertUnwindSafe(async move {
        collect_and_flush(env).await;
        Ok(JsValue::UNDEFINED)
    }))
}

/// Sends at once, for the entry: settled when what was pushed before is in storage, or couldn't be put there.
#[wasm_bindgen]
pub fn flush_now(env: Env) -> Promise {
    future_to_promise(AssertUnwindSafe(async move { Ok(JsValue::from(drain(&env).await)) }))
}

/// The one batch that waits, to be sent by the entry: the name of its shard, its first click and its rows. Nothing, where
/// there are several or another sends it: that is for `flush_now`.
#[wasm_bindgen]
pub fn next_batch() -> Option<js_sys::Array> {
    #[cfg(feature = "faults")]
    if crate::faults::is_slow() {
        return None;
    }
    let waits = BUFFER.with_borrow_mut(|buffer| {
        seal(buffer);
        if let [batch] = buffer.sealed.as_slice() { Some(batch.first) } else { None }
    })?;
    let Taken::Ours(batch) = take(waits) else { return None };
    let rows = js_sys::Uint8Array::from(&*batch.rows);
    Some(js_sys::Array::of3(&shard_name(batch.shard).into(), &batch.first.to_string().into(), &rows))
}

/// How sending a batch ended: `why` it isn't in storage, or nothing.
#[wasm_bindgen]
pub fn batch_sent(first: &str, why: &str) {
    let Ok(first) = ClickId::parse(first) else { return };
    let held = BUFFER.with_borrow(|buffer| buffer.sealed.iter().find(|batch| batch.first == first).cloned());
    let Some(batch) = held else { return };
    let begun = batch.sent.unwrap_or_else(now);
    ended(&batch, if why.is_empty() { Ok(now().since(begun)) } else { Err(why) });
}

/// Waits for more clicks, then sends them; and again, should storage be gone.
pub(crate) async fn collect_and_flush(env: Env) {
    worker::Delay::from(COLLECT).await;
    // Who comes from now on begins the next collection; who came before is in this one.
    BUFFER.with_borrow_mut(|buffer| buffer.collecting_until = Timestamp::default());
    if drain(&env).await {
        return;
    }
    for wait in AGAIN {
        let until = now().after(Span::millis(i64::try_from(wait).unwrap_or(0))).after(Span::seconds(3));
        let others = BUFFER.with_borrow_mut(|buffer| std::mem::replace(&mut buffer.retried_until, until));
        if others > until {
            return;
        }
        worker::Delay::from(Duration::from_millis(wait)).await;
        if drain(&env).await {
            break;
        }
    }
    BUFFER.with_borrow_mut(|buffer| buffer.retried_until = Timestamp::default());
}

/// Sends at once. What was pushed before this call is in storage when it answers true.
pub(crate) async fn flush(env: &Env) -> bool {
    drain(env).await
}

/// One try for all that waits. What another sends already is waited for.
async fn drain(env: &Env) -> bool {
    let batches = BUFFER.with_borrow_mut(|buffer| {
        seal(buffer);
        buffer.sealed.iter().map(|batch| batch.first).collect::<Vec<_>>()
    });
    let mut others = Vec::new();
    for first in batches {
        match take(first) {
            Taken::Ours(batch) => {
                if !send(env, &batch).await {
                    return false;
                }
            }
            Taken::Theirs => others.push(first),
            Taken::Gone => {}
        }
    }
    for first in others {
        // Who was cut off while sending is waited for until it counts as gone: that ends, whatever became of it.
        while is_sent(first) {
            waiting::until(DEADLINE, || (!is_sent(first)).then_some(())).await;
        }
        if matches!(take(first), Taken::Ours(_)) {
            release(first);
            return false;
        }
    }
    true
}

enum Taken {
    Ours(Batch),
    /// Another sends it.
    Theirs,
    /// It is in storage.
    Gone,
}

/// Takes a batch to be sent. Who took it long ago has gone.
fn take(first: ClickId) -> Taken {
    let expired = now().before(SENT_FOR);
    BUFFER.with_borrow_mut(|buffer| match buffer.sealed.iter_mut().find(|batch| batch.first == first) {
        None => Taken::Gone,
        Some(batch) if batch.sent.is_some_and(|since| since > expired) => Taken::Theirs,
        Some(batch) => {
            batch.sent = Some(now());
            Taken::Ours(batch.clone())
        }
    })
}

fn release(first: ClickId) {
    BUFFER.with_borrow_mut(|buffer| {
        buffer.sealed.iter_mut().filter(|batch| batch.first == first).for_each(|batch| batch.sent = None);
    });
}

/// Whether another sends a batch at this moment.
fn is_sent(first: ClickId) -> bool {
    let expired = now().before(SENT_FOR);
    let sent = |batch: &Batch| batch.first == first && batch.sent.is_some_and(|since| since > expired);
    BUFFER.with_borrow(|buffer| buffer.sealed.iter().any(sent))
}

async fn send(env: &Env, batch: &Batch) -> bool {
    let begun = now();
    let outcome = within(DEADLINE, store_clicks(env, batch.shard, batch.first, &batch.rows)).await;
    let stored = outcome.is_ok();
    ended(batch, outcome.as_ref().map(|()| now().since(begun)).map_err(String::as_str));
    stored
}

/// After a try: how long it took, or why it failed. Whoever waits for it looks again.
fn ended(batch: &Batch, outcome: Result<Span, &str>) {
    match outcome {
        Ok(took) => {
            metrics::flushed(took);
            acknowledged(batch);
        }
        Err(why) => {
            metrics::error(What::Clicks, why);
            release(batch.first);
        }
    }
}

async fn within(deadline: Duration, sending: impl Future<Output = crate::failure::Outcome<()>>) -> Result<(), String> {
    match crate::settings::within(deadline, sending).await {
        Some(Ok(())) => Ok(()),
        Some(Err(failure)) => Err(failure.to_string()),
        None => Err("no answer in time".to_owned()),
    }
}

/// Another flush may have sent the same batch; it is taken out once.
fn acknowledged(batch: &Batch) {
    BUFFER.with_borrow_mut(|buffer| {
        let before = buffer.sealed.len();
        buffer.sealed.retain(|held| held.first != batch.first);
        if buffer.sealed.len() < before {
            buffer.waiting = buffer.waiting.saturating_sub(batch.rows.len());
            buffer.clicks = buffer.clicks.saturating_sub(batch.count);
        }
    });
}
