//! Asking for links that this isolate doesn't know: the data centre's cache, then storage. One asks for all who wait.
//! After an object failed nobody asks it for a while, and then one tries while the others go on with what is known, so
//! that an outage costs few friends a wait.

use super::{FRESH, Link, Told, data_centre, hold, hold_version, known, source_of, storage};
use crate::failure::{Failure, Outcome};
use crate::metrics::{self, Source, What};
use crate::settings::{Settings, now, within};
use crate::turn::{self, Word};
use honeyguide_domain::site::host_of;
use honeyguide_domain::time::{Span, Timestamp};
use js_sys::Function;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;
use worker::Env;

/// After an object failed: how long nobody asks it again.
const QUIET: Span = Span::seconds(1);
/// What was told may be forgotten before who waits for it can read it, where links are changed at that moment. While
/// storage answers, it is asked for again.
const TRIES: usize = 2;
/// Rounds of questions that are on their way at most; who comes later waits for the next one.
const ROUNDS: usize = 2;
/// Where rounds come close after another, the next one collects so long for those who come together.
const COLLECT: Duration = Duration::from_millis(1);
const CLOSE: Span = Span::millis(10);
/// Links that one round asks for at most.
const ROUND: usize = 256;
/// The directory, among the programs that are asked: no program has such an id.
pub(super) const DIRECTORY: &str = "@directory";

#[derive(Default)]
struct Asking {
    /// Who waits for what: a link by its key, a version by `@` and its keeper; since when it is asked for.
    waiting: HashMap<String, (Timestamp, Vec<Function>)>,
    /// Links that no round asks for yet.
    wanted: Vec<Wanted>,
    /// When each round began that is on its way.
    rounds: Vec<Timestamp>,
    /// When the newest round began.
    newest: Timestamp,
    /// Objects that failed, by name, and until when they are left alone.
    quiet: HashMap<String, Timestamp>,
}

/// A link that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) code: String,
    /// Without its port.
    pub(super) host: String,
}

impl Wanted {
    fn key(&self) -> String {
        format!("{}\n{}", self.host, self.code)
    }
}

thread_local! {
    static ASKING: RefCell<Asking> = RefCell::default();
}

/// The link of a code, as seen from a host, and where that came from.
pub(crate) async fn resolve(env: &Env, settings: &Settings, code: &str, host: &str) -> (Rc<Link>, Source) {
    let held = known(code, host, now());
    if let Some((link, true)) = held {
        return (link, Source::Isolate);
    }
    let stale = held.map(|(link, _)| link);
    if let Some(keeper) = stale.as_ref().and_then(|link| link.kept_by()).filter(|keeper| !is_left_alone(keeper)) {
        check(env, settings, keeper).await;
        if let Some((link, true)) = known(code, host, now()) {
            return (link, Source::Isolate);
        }
    }
    for _ in 0..TRIES {
        if is_left_alone(DIRECTORY) {
            break;
        }
        want(env, settings, Wanted { code: code.to_owned(), host: host_of(host).to_owned() }).await;
        if let Some((link, true)) = known(code, host, now()) {
            return (link, source_of(code, host));
        }
        if ASKING.with_borrow(|asking| !asking.quiet.is_empty()) {
            break;
        }
    }
    (stale.unwrap_or_else(|| Rc::new(Link::unreached(code, host, settings))), Source::Unreached)
}

/// Asks whether what is kept by a program, or by the directory, is what it was: one question for all of it.
pub(crate) async fn check(env: &Env, settings: &Settings, keeper: &str) {
    let key = format!("@{keeper}");
    if ASKING.with_borrow_mut(|asking| asking.is_asked(&key, settings)) {
        if let Some(told) = joined(&key) {
            within(settings.deadline, told).await;
        }
        return;
    }
    let until = now().after(FRESH);
    if let Some(version) = ask_once(settings, keeper, storage::version(env, keeper)).await {
        hold_version(keeper, version, until);
        wake(&key, Word::Done);
    } else {
        wake(&key, Word::Look);
    }
}

/// Waits until a link was asked for, by this one or another: then it is known, or storage is gone.
async fn want(env: &Env, settings: &Settings, wanted: Wanted) {
    let key = wanted.key();
    let leads = ASKING.with_borrow_mut(|asking| {
        if asking.is_asked(&key, settings) {
            return false;
        }
        asking.wanted.push(wanted);
        asking.rounds.retain(|since| since.after(span(settings.deadline)) > now());
        asking.rounds.len() < ROUNDS
    });
    if leads {
        round(env, settings).await;
    }
    // A round that began earlier may have taken this link along: then its answer is waited for.
    while let Some(told) = joined(&key) {
        match within(settings.deadline, told).await {
            Some(Word::Lead) => round(env, settings).await,
            _ => break,
        }
    }
}

/// One round of questions, for all who wait; then somebody else begins the next.
async fn round(env: &Env, settings: &Settings) {
    let begun = now();
    let busy = ASKING.with_borrow_mut(|asking| {
        asking.rounds.push(begun);
        std::mem::replace(&mut asking.newest, begun).after(CLOSE) > begun
    });
    if busy {
        worker::Delay::from(COLLECT).await;
    }
    let wanted = ASKING.with_borrow_mut(|asking| {
        let many = asking.wanted.len().min(ROUND);
        asking.wanted.drain(..many).collect::<Vec<_>>()
    });
    ask(env, settings, wanted.clone()).await;
    let next = ASKING.with_borrow_mut(|asking| {
        if let Some(at) = asking.rounds.iter().position(|since| *since == begun) {
            asking.rounds.remove(at);
        }
        let next = asking.wanted.first()?.key();
        asking.waiting.get_mut(&next)?.1.pop()
    });
    for wanted in &wanted {
        let is_known = known(&wanted.code, &wanted.host, now()).is_some_and(|(_, fresh)| fresh);
        wake(&wanted.key(), if is_known { Word::Done } else { Word::Look });
    }
    if let Some(next) = next {
        turn::tell(&next, Word::Lead);
    }
}

/// Asks for links and holds what is told of them.
async fn ask(env: &Env, settings: &Settings, mut wanted: Vec<Wanted>) {
    if settings.link_cache {
        let (found, missing) = data_centre::look(wanted).await;
        for (wanted, told, until) in found {
            keep(&wanted, told, until, Source::DataCentre);
        }
        wanted = missing;
    }
    if wanted.is_empty() {
        return;
    }
    let told = storage::links(env, settings, wanted).await;
    let until = now().after(FRESH);
    if settings.link_cache {
        data_centre::leave(&told, until).await;
    }
    for (wanted, told) in told {
        keep(&wanted, told, until, Source::Asked);
    }
}

fn keep(wanted: &Wanted, told: Told, until: Timestamp, source: Source) {
    hold(&wanted.code, &wanted.host, &Rc::new(Link::new(told, &wanted.code, &wanted.host)), until, source);
}

/// What an object answers in time; nothing, where it doesn't, or lately didn't.
pub(super) async fn ask_once<T>(
    settings: &Settings,
    object: &str,
    question: impl Future<Output = Outcome<T>>,
) -> Option<T> {
    let left_alone = ASKING.with_borrow_mut(|asking| match asking.quiet.get_mut(object) {
        Some(until) if *until > now() => true,
        Some(until) => {
            // This request tries whether it is back; the others needn't wait for what it learns.
            *until = now().after(span(settings.deadline)).after(QUIET);
            false
        }
        None => false,
    });
    if left_alone {
        return None;
    }
    let why = match within(settings.deadline, question).await {
        Some(Ok(answer)) => {
            ASKING.with_borrow_mut(|asking| asking.quiet.remove(object));
            return Some(answer);
        }
        Some(Err(failure)) => failure,
        None => Failure::Ours("no answer in time".to_owned()),
    };
    ASKING.with_borrow_mut(|asking| asking.quiet.insert(object.to_owned(), now().after(QUIET)));
    metrics::error(What::Link, &format!("{object}: {why}"));
    None
}

/// Whether an object failed lately, and nobody asks it, or one does and nobody waits for what that one learns.
fn is_left_alone(object: &str) -> bool {
    ASKING.with_borrow(|asking| asking.quiet.get(object).is_some_and(|until| *until > now()))
}

impl Asking {
    /// Whether this is asked for already; if not, it is from now on.
    fn is_asked(&mut self, key: &str, settings: &Settings) -> bool {
        let expired = now().before(span(settings.deadline));
        if self.waiting.get(key).is_some_and(|(since, _)| *since > expired) {
            return true;
        }
        self.waiting.insert(key.to_owned(), (now(), Vec::new()));
        false
    }
}

/// Waits with those who wait for this; nothing, where nobody asks.
fn joined(key: &str) -> Option<impl Future<Output = Word>> {
    ASKING.with_borrow_mut(|asking| Some(turn::wait(&mut asking.waiting.get_mut(key)?.1)))
}

fn wake(key: &str, word: Word) {
    let waiting = ASKING.with_borrow_mut(|asking| asking.waiting.remove(key)).map(|(_, waiting)| waiting);
    for waiting in waiting.unwrap_or_default() {
        turn::tell(&waiting, word);
    }
}

fn span(duration: Duration) -> Span {
    Span::millis(i64::try_from(duration.as_millis()).unwrap_or(0))
}
