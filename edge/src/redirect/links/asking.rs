//! Asking for a link that this isolate doesn't know: the data centre's cache, then the directory and the program's
//! object; one request however many wait. After storage failed nobody asks for a while, and then one tries while the
//! others go on with what is known, so that an outage costs few friends a wait.

use super::{FRESH, Link, Told, UNKNOWN, hold, hold_version, known};
use crate::command::{Caller, DirectoryCommand, ProgramCall, ProgramCommand, Resolved, fetch};
use crate::failure::Outcome;
use crate::metrics::{self, Source, What};
use crate::settings::{Settings, now, within};
use honeyguide_domain::site::host_of;
use honeyguide_domain::time::{Span, Timestamp};
use js_sys::{Function, Promise};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use worker::{Cache, Env, Response};

/// After storage failed: how long nobody asks again, but takes what is known. The same holds for the data centre's cache.
const QUIET: Span = Span::seconds(1);
/// A cache that is slower than this is of no use: storage is asked.
const CACHE_DEADLINE: Duration = Duration::from_millis(100);

thread_local! {
    /// Zero, while storage answers.
    static QUIET_UNTIL: Cell<Timestamp> = const { Cell::new(Timestamp::from_millis(0)) };
    static CACHE_QUIET_UNTIL: Cell<Timestamp> = const { Cell::new(Timestamp::from_millis(0)) };
    /// Links that are being asked for: since when, and who else waits.
    static ASKED: RefCell<HashMap<String, (Timestamp, Vec<Function>)>> = RefCell::default();
}

/// The link of a code, as seen from a host, and where that came from.
pub(crate) async fn resolve(env: &Env, settings: &Settings, code: &str, host: &str) -> (Rc<Link>, Source) {
    let held = known(code, host, now());
    if let Some((link, true)) = held {
        return (link, Source::Isolate);
    }
    let stale = held.map(|(link, _)| link);
    let fallback =
        || (stale.clone().unwrap_or_else(|| Rc::new(Link::unreached(code, host, settings))), Source::Unreached);
    if QUIET_UNTIL.get() > now() {
        return fallback();
    }
    if QUIET_UNTIL.get() > Timestamp::default() {
        // This request tries whether storage is back; the others needn't wait for what it learns.
        QUIET_UNTIL.set(now().after(deadline(settings)).after(QUIET));
    }
    if let Some(link) = stale.as_ref().filter(|link| link.is_checked()) {
        if !check(env, settings, &link.program).await {
            return fallback();
        }
        if let Some((link, true)) = known(code, host, now()) {
            return (link, Source::Isolate);
        }
    }
    let key = format!("{}\n{code}", host_of(host));
    if let Some(answered) = join(&key, settings) {
        // One asks already: its answer is in the cache when it has one.
        within(settings.deadline, JsFuture::from(answered)).await;
        return match known(code, host, now()) {
            Some((link, true)) => (link, Source::Asked),
            _ => fallback(),
        };
    }
    let found = match in_time(settings, ask(env, settings, code, host)).await {
        Ok((told, until, source)) => {
            QUIET_UNTIL.set(Timestamp::default());
            let link = Rc::new(Link::new(told, code, host));
            hold(code, host, &link, until);
            (link, source)
        }
        Err(why) => {
            failed(&why);
            fallback()
        }
    };
    leave(&key);
    found
}

/// Storage failed a redirect: it is left alone for a while.
fn failed(why: &str) {
    QUIET_UNTIL.set(now().after(QUIET));
    metrics::error(What::Link, why);
}

/// What storage gives before the deadline, or why there is nothing.
async fn in_time<T>(settings: &Settings, work: impl Future<Output = Outcome<T>>) -> Result<T, String> {
    match within(settings.deadline, work).await {
        Some(Ok(done)) => Ok(done),
        Some(Err(failure)) => Err(failure.to_string()),
        None => Err("no answer in time".to_owned()),
    }
}

fn deadline(settings: &Settings) -> Span {
    Span::millis(i64::try_from(settings.deadline.as_millis()).unwrap_or(0))
}

/// Asks whether a program's links are what they were: one question for all of them. Whether storage answered.
async fn check(env: &Env, settings: &Settings, program: &str) -> bool {
    let key = format!("@{program}");
    if let Some(answered) = join(&key, settings) {
        within(settings.deadline, JsFuture::from(answered)).await;
        return QUIET_UNTIL.get() <= now();
    }
    let call = ProgramCall {
        caller: Caller::Deployment,
        idempotency: None,
        command: ProgramCommand::LinksVersion,
        #[cfg(feature = "faults")]
        fault: String::new(),
    };
    let asked = in_time(settings, fetch::<i64>(env, "PROGRAM", program, &call)).await;
    match &asked {
        Ok(version) => {
            QUIET_UNTIL.set(Timestamp::default());
            hold_version(program, *version, now().after(FRESH));
        }
        Err(why) => failed(why),
    }
    leave(&key);
    asked.is_ok()
}

/// Waits with the one who asks for this link; or nothing, and the caller is the one.
fn join(key: &str, settings: &Settings) -> Option<Promise> {
    let expired = now().before(deadline(settings));
    ASKED.with_borrow_mut(|asked| {
        if let Some((_, waiting)) = asked.get_mut(key).filter(|(since, _)| *since > expired) {
            let mut waits = AssertUnwindSafe(waiting);
            return Some(Promise::new(&mut move |resolve, _| waits.push(resolve)));
        }
        asked.insert(key.to_owned(), (now(), Vec::new()));
        None
    })
}

fn leave(key: &str) {
    let waiting = ASKED.with_borrow_mut(|asked| asked.remove(key)).map(|(_, waiting)| waiting).unwrap_or_default();
    for resolve in waiting {
        resolve.call0(&JsValue::UNDEFINED).ok();
    }
}

/// A link as the data centre keeps it: whoever takes it from there forgets it when everyone does.
#[derive(Serialize, Deserialize)]
struct Kept {
    until: i64,
    told: Told,
}

async fn ask(env: &Env, settings: &Settings, code: &str, host: &str) -> Outcome<(Told, Timestamp, Source)> {
    let address = settings.link_cache.then(|| address_of(code, host));
    if let Some(address) = &address
        && let Some(kept) = cache(from_data_centre(address)).await.flatten()
        && Timestamp::from_millis(kept.until) > now()
    {
        return Ok((kept.told, Timestamp::from_millis(kept.until), Source::DataCentre));
    }
    let told = from_storage(env, code, host_of(host)).await?;
    let until = now().after(FRESH);
    if let Some(address) = &address {
        let kept = Kept { until: until.millis(), told: told.clone() };
        cache(to_data_centre(address, &kept)).await;
    }
    Ok((told, until, Source::Asked))
}

/// Work of the data centre's cache, which no friend depends on: nothing, where it fails, is slow, or did so lately.
async fn cache<T>(work: impl Future<Output = Outcome<T>>) -> Option<T> {
    if CACHE_QUIET_UNTIL.get() > now() {
        return None;
    }
    let why = match within(CACHE_DEADLINE, work).await {
        Some(Ok(done)) => return Some(done),
        Some(Err(failure)) => failure.to_string(),
        None => "no answer in time".to_owned(),
    };
    CACHE_QUIET_UNTIL.set(now().after(QUIET));
    metrics::error(What::LinkCache, &why);
    None
}

/// An address that nobody can ask for: the cache is only reached from here.
fn address_of(code: &str, host: &str) -> String {
    let encode = |text: &str| js_sys::encode_uri_component(text).as_string().unwrap_or_default();
    format!("https://links.honeyguide.invalid/{}/{}", encode(host_of(host)), encode(code))
}

/// What isn't ours there counts as nothing, and is written over.
async fn from_data_centre(address: &str) -> Outcome<Option<Kept>> {
    let Some(mut found) = Cache::default().get(address, false).await? else { return Ok(None) };
    Ok(serde_json::from_str(&found.text().await?).ok())
}

async fn to_data_centre(address: &str, kept: &Kept) -> Outcome<()> {
    let response = Response::ok(serde_json::to_string(kept)?)?;
    response.headers().set("cache-control", "max-age=10")?;
    Ok(Cache::default().put(address, response).await?)
}

async fn from_storage(env: &Env, code: &str, host: &str) -> Outcome<Told> {
    let command = DirectoryCommand::Resolve { code: code.to_owned(), host: host.to_owned() };
    let resolved: Resolved = fetch(env, "DIRECTORY", "directory", &command).await?;
    let Some(program) = resolved.program else {
        return Ok(Told {
            program: resolved.host_program.unwrap_or_default(),
            destination: resolved.site.unwrap_or_default(),
            objection: Some(UNKNOWN.to_owned()),
            ..Told::default()
        });
    };
    let call = ProgramCall {
        caller: Caller::Deployment,
        idempotency: None,
        command: ProgramCommand::Link { code: code.to_owned() },
        #[cfg(feature = "faults")]
        fault: String::new(),
    };
    fetch(env, "PROGRAM", &program, &call).await
}
