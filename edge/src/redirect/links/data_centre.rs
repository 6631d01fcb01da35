//! Links in the data centre's cache, for the isolates there that don't know them yet. No friend depends on it: where it
//! fails, is slow, or did so lately, storage is asked.

use super::Told;
use super::asking::Wanted;
use crate::failure::Outcome;
use crate::metrics::{self, What};
use crate::settings::{now, within};
use futures_util::future::join_all;
use honeyguide_domain::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::time::Duration;
use worker::{Cache, Response};

/// After it failed: how long nobody asks it again.
const QUIET: Span = Span::seconds(1);
/// A cache that is slower than this is of no use.
const DEADLINE: Duration = Duration::from_millis(100);

thread_local! {
    static QUIET_UNTIL: Cell<Timestamp> = const { Cell::new(Timestamp::from_millis(0)) };
}

/// A link as it is kept there: whoever takes it from there forgets it when everyone does.
#[derive(Serialize, Deserialize)]
struct Kept {
    until: i64,
    told: Told,
}

/// What is there of these links, with until when it may be followed; and those that aren't there.
pub(super) async fn look(wanted: Vec<Wanted>) -> (Vec<(Wanted, Told, Timestamp)>, Vec<Wanted>) {
    let kept = join_all(wanted.iter().map(|wanted| in_time(get(wanted)))).await;
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for (wanted, kept) in wanted.into_iter().zip(kept) {
        match kept.flatten().map(|kept| (Timestamp::from_millis(kept.until), kept.told)) {
            Some((until, told)) if until > now() => found.push((wanted, told, until)),
            _ => missing.push(wanted),
        }
    }
    (found, missing)
}

/// Leaves links there for others.
pub(super) async fn leave(told: &[(Wanted, Told)], until: Timestamp) {
    join_all(told.iter().map(|(wanted, told)| in_time(put(wanted, told, until)))).await;
}

async fn in_time<T>(work: impl Future<Output = Outcome<T>>) -> Option<T> {
    if QUIET_UNTIL.get() > now() {
        return None;
    }
    let why = match within(DEADLINE, work).await {
        Some(Ok(done)) => return Some(done),
        Some(Err(failure)) => failure.to_string(),
        None => "no answer in time".to_owned(),
    };
    // Many may fail at once: that is one failure.
    if QUIET_UNTIL.get() <= now() {
        metrics::error(What::LinkCache, &why);
    }
    QUIET_UNTIL.set(now().after(QUIET));
    None
}

/// An address that nobody can ask for: the cache is only reached from here.
fn address_of(wanted: &Wanted) -> String {
    let encode = |text: &str| js_sys::encode_uri_component(text).as_string().unwrap_or_default();
    format!("https://links.honeyguide.invalid/{}/{}", encode(&wanted.host), encode(&wanted.code))
}

/// What isn't ours there counts as nothing, and is written over.
async fn get(wanted: &Wanted) -> Outcome<Option<Kept>> {
    let Some(mut found) = Cache::default().get(&address_of(wanted), false).await? else { return Ok(None) };
    Ok(serde_json::from_str(&found.text().await?).ok())
}

async fn put(wanted: &Wanted, told: &Told, until: Timestamp) -> Outcome<()> {
    let kept = Kept { until: until.millis(), told: told.clone() };
    let response = Response::ok(serde_json::to_string(&kept)?)?;
    response.headers().set("cache-control", "max-age=10")?;
    Ok(Cache::default().put(address_of(wanted), response).await?)
}
