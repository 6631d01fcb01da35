//! Asking for a link that this isolate doesn't know: the data centre's cache, then the directory and the program's
//! object; one request however many wait, and none for a while after storage failed.

use super::{FRESH, Link, Told, UNKNOWN, hold, hold_version, known};
use crate::command::{Caller, DirectoryCommand, ProgramCall, ProgramCommand, Resolved, fetch};
use crate::failure::Outcome;
use crate::metrics;
use crate::settings::{Settings, now, within};
use honeyguide_domain::site::host_of;
use honeyguide_domain::time::{Span, Timestamp};
use js_sys::{Function, Promise};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use worker::{Cache, Env, Response};

/// After storage failed: how long nobody asks again, but takes what is known.
const QUIET: Span = Span::seconds(1);

thread_local! {
    static QUIET_UNTIL: Cell<Timestamp> = const { Cell::new(Timestamp::from_millis(0)) };
    /// Links that are being asked for: since when, and who else waits.
    static ASKED: RefCell<HashMap<String, (Timestamp, Vec<Function>)>> = RefCell::default();
}

/// The link of a code, as seen from a host.
pub(crate) async fn resolve(env: &Env, settings: &Settings, code: &str, host: &str) -> Rc<Link> {
    let held = known(code, host, now());
    if let Some((link, true)) = &held {
        metrics::link_held();
        return Rc::clone(link);
    }
    let stale = held.map(|(link, _)| link);
    let fallback = || {
        metrics::link_unreached();
        stale.clone().unwrap_or_else(|| Rc::new(Link::unreached(code, host, settings)))
    };
    if QUIET_UNTIL.get() > now() {
        return fallback();
    }
    if let Some(link) = stale.as_ref().filter(|link| link.is_checked()) {
        check(env, settings, &link.program).await;
        if let Some((link, true)) = known(code, host, now()) {
            metrics::link_held();
            return link;
        }
    }
    metrics::link_asked();
    let key = format!("{}\n{code}", host_of(host));
    if let Some(answered) = join(&key, settings) {
        // One asks already: its answer is in the cache when it has one.
        within(settings.deadline, JsFuture::from(answered)).await;
        return match known(code, host, now()) {
            Some((link, true)) => link,
            _ => fallback(),
        };
    }
    let outcome = within(settings.deadline, ask(env, settings, code, host)).await;
    let link = match outcome {
        Some(Ok((told, until))) => {
            let link = Rc::new(Link::new(told, code, host));
            hold(code, host, &link, until);
            link
        }
        failed => {
            QUIET_UNTIL.set(now().after(QUIET));
            let why = failed.map_or_else(|| "no answer in time".to_owned(), |failed| format!("{:?}", failed.err()));
            metrics::error("link not resolved", &why);
            fallback()
        }
    };
    leave(&key);
    link
}

/// Asks whether a program's links are what they were: one question for all of them.
async fn check(env: &Env, settings: &Settings, program: &str) {
    let key = format!("@{program}");
    if let Some(answered) = join(&key, settings) {
        within(settings.deadline, JsFuture::from(answered)).await;
        return;
    }
    let call = ProgramCall {
        caller: Caller::Deployment,
        idempotency: None,
        command: ProgramCommand::LinksVersion,
        #[cfg(feature = "faults")]
        fault: String::new(),
    };
    if let Some(Ok(version)) = within(settings.deadline, fetch::<i64>(env, "PROGRAM", program, &call)).await {
        hold_version(program, version, now().after(FRESH));
    }
    leave(&key);
}

/// Waits with the one who asks for this link; or nothing, and the caller is the one.
fn join(key: &str, settings: &Settings) -> Option<Promise> {
    let expired = now().before(Span::millis(i64::try_from(settings.deadline.as_millis()).unwrap_or(0)));
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

async fn ask(env: &Env, settings: &Settings, code: &str, host: &str) -> Outcome<(Told, Timestamp)> {
    let address = settings.link_cache.then(|| address_of(code, host));
    if let Some(address) = &address
        && let Some(kept) = from_data_centre(address).await
        && Timestamp::from_millis(kept.until) > now()
    {
        return Ok((kept.told, Timestamp::from_millis(kept.until)));
    }
    let told = from_storage(env, code, host_of(host)).await?;
    let until = now().after(FRESH);
    if let Some(address) = &address {
        let kept = Kept { until: until.millis(), told: told.clone() };
        to_data_centre(address, &kept).await.ok();
    }
    Ok((told, until))
}

/// An address that nobody can ask for: the cache is only reached from here.
fn address_of(code: &str, host: &str) -> String {
    let encode = |text: &str| js_sys::encode_uri_component(text).as_string().unwrap_or_default();
    format!("https://links.honeyguide.invalid/{}/{}", encode(host_of(host)), encode(code))
}

/// Whatever goes wrong there, storage is asked.
async fn from_data_centre(address: &str) -> Option<Kept> {
    let mut found = Cache::default().get(address, false).await.ok()??;
    serde_json::from_str(&found.text().await.ok()?).ok()
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
