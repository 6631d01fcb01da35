//! Asking for links that this isolate doesn't know: the data centre's cache, then the directory and the programs'
//! objects. One asks for all who wait, and nobody for a while after storage failed.

use super::{FRESH, Link, Told, UNKNOWN, hold, hold_version, known};
use crate::command::{Caller, DirectoryCommand, ProgramCall, ProgramCommand, Resolved, fetch};
use crate::failure::{Failure, Outcome};
use crate::metrics;
use crate::settings::{Settings, now, within};
use futures_util::future::join_all;
use honeyguide_domain::site::host_of;
use honeyguide_domain::time::{Span, Timestamp};
use js_sys::{Function, Promise};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use worker::{Cache, Env, Response};

/// After an object failed: how long nobody asks it again, but takes what is known.
const QUIET: Span = Span::seconds(1);
/// Rounds of questions that are on their way at most; who comes later waits for the next one.
const ROUNDS: usize = 2;
/// Links that one round asks for at most.
const ROUND: usize = 256;
const DIRECTORY: &str = "directory";

#[derive(Default)]
struct Asking {
    /// Who waits for what: a link by its key, a program's version by `@` and its name; since when it is asked for.
    waiting: HashMap<String, (Timestamp, Vec<Function>)>,
    /// Links that no round asks for yet.
    wanted: Vec<Wanted>,
    /// When each round began that is on its way.
    rounds: Vec<Timestamp>,
    /// Objects that failed, by name, and until when they are left alone.
    quiet: HashMap<String, Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    code: String,
    /// With its port.
    host: String,
}

impl Wanted {
    fn key(&self) -> String {
        format!("{}\n{}", host_of(&self.host), self.code)
    }
}

thread_local! {
    static ASKING: RefCell<Asking> = RefCell::default();
}

/// The link of a code, as seen from a host.
pub(crate) async fn resolve(env: &Env, settings: &Settings, code: &str, host: &str) -> Rc<Link> {
    let held = known(code, host, now());
    if let Some((link, true)) = &held {
        metrics::link_held();
        return Rc::clone(link);
    }
    let stale = held.map(|(link, _)| link);
    if let Some(link) = stale.as_ref().filter(|link| link.is_checked() && !is_quiet(&link.program)) {
        check(env, settings, &link.program).await;
        if let Some((link, true)) = known(code, host, now()) {
            metrics::link_held();
            return link;
        }
    }
    if !is_quiet(DIRECTORY) {
        metrics::link_asked();
        want(env, settings, Wanted { code: code.to_owned(), host: host.to_owned() }).await;
        if let Some((link, true)) = known(code, host, now()) {
            return link;
        }
    }
    metrics::link_unreached();
    stale.unwrap_or_else(|| Rc::new(Link::unreached(code, host, settings)))
}

/// Has a program's links checked before they are too old to be followed unchecked.
pub(crate) async fn refresh(env: &Env, settings: &Settings, program: &str) {
    if !is_quiet(program) {
        check(env, settings, program).await;
    }
}

/// Asks whether a program's links are what they were: one question for all of them.
async fn check(env: &Env, settings: &Settings, program: &str) {
    let key = format!("@{program}");
    if let Some(answered) = join(&key, settings) {
        within(settings.deadline, JsFuture::from(answered)).await;
        return;
    }
    let call = call(ProgramCommand::LinksVersion);
    let asked = fetch::<i64>(env, "PROGRAM", program, &call);
    let until = now().after(FRESH);
    match within(settings.deadline, asked).await {
        Some(Ok(version)) => hold_version(program, version, until),
        failed => fell_silent(program, "links not checked", failed.and_then(Result::err)),
    }
    wake(&key);
}

/// Waits until a link was asked for, by this one or another: then it is known, or storage is gone.
async fn want(env: &Env, settings: &Settings, wanted: Wanted) {
    let key = wanted.key();
    let mut answered = join(&key, settings);
    if answered.is_none() {
        let leads = ASKING.with_borrow_mut(|asking| {
            asking.wanted.push(wanted);
            asking.rounds.retain(|since| since.after(span(settings.deadline)) > now());
            asking.rounds.len() < ROUNDS
        });
        if leads {
            return round(env, settings).await;
        }
        answered = join(&key, settings);
    }
    let Some(answered) = answered else { return };
    // Whoever is called with a value begins the next round: its own link is in it.
    let called = within(settings.deadline, JsFuture::from(answered)).await;
    if matches!(called, Some(Ok(value)) if value.is_truthy()) {
        round(env, settings).await;
    }
}

/// One round of questions, for all who wait; then somebody else begins the next.
async fn round(env: &Env, settings: &Settings) {
    let begun = now();
    let wanted = ASKING.with_borrow_mut(|asking| {
        asking.rounds.push(begun);
        let many = asking.wanted.len().min(ROUND);
        asking.wanted.drain(..many).collect::<Vec<_>>()
    });
    ask(env, settings, &wanted).await;
    let next = ASKING.with_borrow_mut(|asking| {
        if let Some(at) = asking.rounds.iter().position(|since| *since == begun) {
            asking.rounds.remove(at);
        }
        let next = asking.wanted.first()?.key();
        asking.waiting.get_mut(&next)?.1.pop()
    });
    for wanted in &wanted {
        wake(&wanted.key());
    }
    if let Some(next) = next {
        next.call1(&JsValue::UNDEFINED, &JsValue::TRUE).ok();
    }
}

/// Waits with those who wait for this already; or nothing, and the caller has it asked for.
fn join(key: &str, settings: &Settings) -> Option<Promise> {
    let expired = now().before(span(settings.deadline));
    ASKING.with_borrow_mut(|asking| {
        if let Some((_, waiting)) = asking.waiting.get_mut(key).filter(|(since, _)| *since > expired) {
            let mut waits = AssertUnwindSafe(waiting);
            return Some(Promise::new(&mut move |resolve, _| waits.push(resolve)));
        }
        asking.waiting.insert(key.to_owned(), (now(), Vec::new()));
        None
    })
}

fn wake(key: &str) {
    let waiting = ASKING.with_borrow_mut(|asking| asking.waiting.remove(key)).map(|(_, waiting)| waiting);
    for resolve in waiting.unwrap_or_default() {
        resolve.call0(&JsValue::UNDEFINED).ok();
    }
}

fn is_quiet(object: &str) -> bool {
    ASKING.with_borrow(|asking| asking.quiet.get(object).is_some_and(|until| *until > now()))
}

/// Leaves an object alone for a while. Nothing for `why`: it didn't answer in time.
fn fell_silent(object: &str, what: &str, why: Option<Failure>) {
    ASKING.with_borrow_mut(|asking| {
        asking.quiet.retain(|_, until| *until > now());
        asking.quiet.insert(object.to_owned(), now().after(QUIET));
    });
    let why = why.map_or_else(|| "no answer in time".to_owned(), |failure| format!("{failure:?}"));
    metrics::error(what, &format!("{object}: {why}"));
}

fn span(duration: Duration) -> Span {
    Span::millis(i64::try_from(duration.as_millis()).unwrap_or(0))
}

fn call(command: ProgramCommand) -> ProgramCall {
    ProgramCall {
        caller: Caller::Deployment,
        idempotency: None,
        command,
        #[cfg(feature = "faults")]
        fault: String::new(),
    }
}

/// Asks for links and holds what is told of them.
async fn ask(env: &Env, settings: &Settings, wanted: &[Wanted]) {
    if !settings.link_cache {
        for (wanted, told) in from_storage(env, settings, wanted).await {
            keep(wanted, told, now().after(FRESH));
        }
        return;
    }
    let kept = join_all(wanted.iter().map(|wanted| within(settings.deadline, from_data_centre(wanted)))).await;
    let mut missing = Vec::new();
    for (wanted, kept) in wanted.iter().zip(kept) {
        match kept.flatten().filter(|kept| Timestamp::from_millis(kept.until) > now()) {
            Some(kept) => keep(wanted, kept.told, Timestamp::from_millis(kept.until)),
            None => missing.push(wanted.clone()),
        }
    }
    for (wanted, told) in from_storage(env, settings, &missing).await {
        let until = now().after(FRESH);
        let kept = Kept { until: until.millis(), told: told.clone() };
        keep(wanted, told, until);
        within(settings.deadline, to_data_centre(wanted, &kept)).await;
    }
}

fn keep(wanted: &Wanted, told: Told, until: Timestamp) {
    hold(&wanted.code, &wanted.host, &Rc::new(Link::new(told, &wanted.code, &wanted.host)), until);
}

/// A link as the data centre keeps it: whoever takes it from there forgets it when everyone does.
#[derive(Serialize, Deserialize)]
struct Kept {
    until: i64,
    told: Told,
}

/// An address that nobody can ask for: the cache is only reached from here.
fn address_of(wanted: &Wanted) -> String {
    let encode = |text: &str| js_sys::encode_uri_component(text).as_string().unwrap_or_default();
    format!("https://links.honeyguide.invalid/{}/{}", encode(host_of(&wanted.host)), encode(&wanted.code))
}

/// Whatever goes wrong there, storage is asked.
async fn from_data_centre(wanted: &Wanted) -> Option<Kept> {
    let mut found = Cache::default().get(&address_of(wanted), false).await.ok()??;
    serde_json::from_str(&found.text().await.ok()?).ok()
}

async fn to_data_centre(wanted: &Wanted, kept: &Kept) -> Outcome<()> {
    let response = Response::ok(serde_json::to_string(kept)?)?;
    response.headers().set("cache-control", "max-age=10")?;
    Ok(Cache::default().put(address_of(wanted), response).await?)
}

/// What the directory and the programs' objects tell of links; those that can't be asked are left out.
async fn from_storage<'a>(env: &Env, settings: &Settings, wanted: &'a [Wanted]) -> Vec<(&'a Wanted, Told)> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let begun = now();
    let names = wanted.iter().map(|one| (one.code.clone(), host_of(&one.host).to_owned())).collect();
    let command = DirectoryCommand::Resolve { wanted: names };
    let asked = fetch::<Vec<Resolved>>(env, "DIRECTORY", DIRECTORY, &command);
    let resolved = match within(settings.deadline, asked).await {
        Some(Ok(resolved)) => resolved,
        failed => {
            fell_silent(DIRECTORY, "links not resolved", failed.and_then(Result::err));
            return Vec::new();
        }
    };
    let mut told = Vec::with_capacity(wanted.len());
    let mut programs: BTreeMap<String, Vec<&'a Wanted>> = BTreeMap::new();
    for (wanted, resolved) in wanted.iter().zip(resolved) {
        match resolved.program {
            Some(program) => programs.entry(program).or_default().push(wanted),
            None => told.push((
                wanted,
                Told {
                    program: resolved.host_program.unwrap_or_default(),
                    destination: resolved.site.unwrap_or_default(),
                    objection: Some(UNKNOWN.to_owned()),
                    ..Told::default()
                },
            )),
        }
    }
    let taken = Duration::from_millis(u64::try_from(now().since(begun).as_millis()).unwrap_or(0));
    let left = settings.deadline.saturating_sub(taken);
    let asked = programs.into_iter().map(|(program, wanted)| async move {
        let told = of_program(env, &program, &wanted, left).await;
        wanted.into_iter().zip(told)
    });
    told.extend(join_all(asked).await.into_iter().flatten());
    told
}

async fn of_program(env: &Env, program: &str, wanted: &[&Wanted], longest: Duration) -> Vec<Told> {
    if is_quiet(program) {
        return Vec::new();
    }
    let codes = wanted.iter().map(|one| one.code.clone()).collect();
    let command = call(ProgramCommand::Links { codes });
    match within(longest, fetch(env, "PROGRAM", program, &command)).await {
        Some(Ok(told)) => told,
        failed => {
            fell_silent(program, "links not resolved", failed.and_then(Result::err));
            Vec::new()
        }
    }
}
