//! Asking for links that this isolate doesn't know: the data centre's cache, then storage. One asks for all who wait.
//! After an object failed nobody asks it for a while, and then one tries while the others go on with what is known, so
//! that an outage costs few friends a wait.

use super::{FRESH, Link, Told, data_centre, hold, hold_version, known, source_of, storage};
use crate::failure::{Failure, Outcome};
use crate::metrics::{self, Source, What};
use crate::settings::{Settings, now, within};
use crate::waiting;
use honeyguide_domain::site::host_of;
use honeyguide_domain::time::{Span, Timestamp};
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
    /// What is asked for, and since when: a link by its key, a version by `@` and its keeper.
    asked: HashMap<String, Question>,
    /// How many were asked.
    questions: u64,
    /// Links that couldn't be told while an object was left alone, and until when they aren't asked for again.
    untold: HashMap<String, Timestamp>,
    /// Links that no round asks for yet.
    wanted: Vec<Wanted>,
    /// When each round began that is on its way.
    rounds: Vec<Timestamp>,
    /// When the newest round began.
    newest: Timestamp,
    /// Objects that failed, by name, and until when they are left alone.
    quiet: HashMap<String, Timestamp>,
}

/// One time that something is asked for.
#[derive(Debug, Clone, Copy)]
struct Question {
    since: Timestamp,
    number: u64,
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
    if let Some((link, keeper)) = stale.as_ref().and_then(|link| Some((link, link.kept_by()?))) {
        if !is_left_alone(keeper) {
            check(env, settings, keeper).await;
            if let Some((link, true)) = known(code, host, now()) {
                return (link, Source::Isolate);
            }
        }
        if is_left_alone(keeper) {
            return (Rc::clone(link), Source::Unreached);
        }
    }
    for _ in 0..TRIES {
        let wanted = Wanted { code: code.to_owned(), host: host_of(host).to_owned() };
        if is_left_alone(DIRECTORY) || is_untold(&wanted) {
            break;
        }
        want(env, settings, wanted).await;
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
    let (number, mine) = ASKING.with_borrow_mut(|asking| asking.question(&key, settings));
    if !mine {
        let look = || ASKING.with_borrow(|asking| (!asking.is_open(&key, number)).then_some(()));
        waiting::until(settings.deadline, look).await;
        return;
    }
    let until = now().after(FRESH);
    if let Some(version) = ask_once(settings, keeper, storage::version(env, keeper)).await {
        hold_version(keeper, version, until);
    }
    ASKING.with_borrow_mut(|asking| asking.asked.remove(&key));
}

/// What somebody who waits for a link finds, when they look.
enum Found {
    /// It was asked for: it is known, or storage is gone.
    Settled,
    /// A round may begin, and somebody must begin it.
    Lead,
}

/// Waits until a link was asked for, by this one or another: then it is known, or storage is gone.
async fn want(env: &Env, settings: &Settings, wanted: Wanted) {
    let key = wanted.key();
    let number = ASKING.with_borrow_mut(|asking| {
        let (number, mine) = asking.question(&key, settings);
        if mine {
            asking.wanted.push(wanted.clone());
        }
        number
    });
    let look = || ASKING.with_borrow_mut(|asking| asking.found(&key, number, &wanted, settings));
    while let Some(Found::Lead) = waiting::until(settings.deadline, look).await {
        round(env, settings).await;
    }
}

/// One round of questions, for all who wait.
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
    ASKING.with_borrow_mut(|asking| {
        if let Some(at) = asking.rounds.iter().position(|since| *since == begun) {
            asking.rounds.remove(at);
        }
        for wanted in &wanted {
            asking.asked.remove(&wanted.key());
        }
        asking.note_untold(&wanted);
    });
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

/// Whether a link couldn't be told a moment ago.
fn is_untold(wanted: &Wanted) -> bool {
    ASKING.with_borrow(|asking| {
        !asking.untold.is_empty() && asking.untold.get(&wanted.key()).is_some_and(|until| *until > now())
    })
}

/// Whether an object failed lately, and nobody asks it, or one does and nobody waits for what that one learns.
fn is_left_alone(object: &str) -> bool {
    ASKING.with_borrow(|asking| asking.quiet.get(object).is_some_and(|until| *until > now()))
}

impl Asking {
    /// The question for this that is on its way, by its number; if there is none, one that is the caller's to ask.
    fn question(&mut self, key: &str, settings: &Settings) -> (u64, bool) {
        let expired = now().before(span(settings.deadline));
        if let Some(question) = self.asked.get(key).filter(|question| question.since > expired) {
            return (question.number, false);
        }
        self.questions += 1;
        self.asked.insert(key.to_owned(), Question { since: now(), number: self.questions });
        (self.questions, true)
    }

    /// Whether a question is still on its way. Another one for the same may be, already.
    fn is_open(&self, key: &str, number: u64) -> bool {
        self.asked.get(key).is_some_and(|question| question.number == number)
    }

    fn found(&mut self, key: &str, number: u64, wanted: &Wanted, settings: &Settings) -> Option<Found> {
        if !self.is_open(key, number) {
            return Some(Found::Settled);
        }
        let expired = now().before(span(settings.deadline));
        self.rounds.retain(|since| *since > expired);
        (self.rounds.len() < ROUNDS && self.wanted.contains(wanted)).then_some(Found::Lead)
    }

    /// Notes which links of a round weren't told because an object is left alone.
    fn note_untold(&mut self, wanted: &[Wanted]) {
        let now = now();
        self.untold.retain(|_, until| *until > now);
        if self.quiet.values().all(|until| *until <= now) {
            return;
        }
        for wanted in wanted {
            if !known(&wanted.code, &wanted.host, now).is_some_and(|(_, fresh)| fresh) {
                self.untold.insert(wanted.key(), now.after(QUIET));
            }
        }
    }
}

fn span(duration: Duration) -> Span {
    Span::millis(i64::try_from(duration.as_millis()).unwrap_or(0))
}
