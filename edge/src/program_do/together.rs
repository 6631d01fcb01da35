//! Conversions that were posted at once are recorded at once, and written by one commit, which costs as much as the rest of
//! a conversion. Each still has its own answer.
//!
//! Those of which nothing is kept yet are the most. While they are recorded nothing is written, so that whatever fails is
//! undone by forgetting it; only the writing itself could end half done, and then the object is aborted. The others are
//! recorded in a transaction, which costs more.
//!
//! Invariant: what was refused has written nothing. Where that can't be had together, because one failed after it had
//! something to write, nothing of it is written and each is recorded alone.

use super::{Ahead, ProgramDo, Turn, outbox};
use crate::command::{ProgramCall, ProgramCommand, Reply};
use crate::failure::{Failure, Outcome};
use crate::settings::Settings;
use crate::store::Attempt;
use honeyguide_domain::auth::Scope;
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::wire::conversions::NewConversion;
use honeyguide_domain::wire::read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use wasm_bindgen::prelude::*;

/// One of them: its place, what was posted, and what is read of it.
struct Post<'a> {
    at: usize,
    call: &'a ProgramCall,
    read: Result<NewConversion, Refusal>,
}

/// How one of them ended, by its place.
type Ended = (usize, Outcome<Reply>);

#[wasm_bindgen]
impl ProgramDo {
    /// Records conversions that were posted at once, for the entry: how each of them ended, a line each. Nothing, where they
    /// are half done: then the object must be aborted in this turn, which undoes that.
    #[must_use]
    pub fn together(&self, calls: &str) -> Option<String> {
        self.store.asked();
        let calls: Vec<ProgramCall> = serde_json::from_str(calls).unwrap_or_default();
        let outcomes = match &self.ready {
            Ok(()) => self.run_together(&calls)?,
            Err(failure) => calls.iter().map(|_| Err(Failure::Ours(failure.to_string()))).collect(),
        };
        let lines: Vec<String> = outcomes.into_iter().map(|outcome| Reply::of(outcome).line()).collect();
        Some(lines.join("\n"))
    }

    /// What the entry calls `abort` of.
    #[must_use]
    pub fn context(&self) -> JsValue {
        self.context.clone()
    }
}

impl ProgramDo {
    fn run_together(&self, calls: &[ProgramCall]) -> Option<Vec<Outcome<Reply>>> {
        let turn = Turn { remembered: Some(&self.remembered), ..self.turn(Settings::of(&self.env)) };
        let posts: Vec<Post<'_>> =
            (0..).zip(calls).map(|(at, call)| Post { at, call, read: call.conversion() }).collect();
        let Ok(ahead) = turn.look_ahead_of(&posts) else {
            return Some(calls.iter().map(|call| self.run_alone(call)).collect());
        };
        let turn = Turn { ahead: Some(&ahead), ..turn };
        let (fresh, known): (Vec<_>, Vec<_>) = posts.iter().partition(|post| post.is_fresh(&ahead));
        let mut ended = self.attempt(&turn, &fresh)?;
        ended.extend(self.in_one_transaction(&turn, &known));
        ended.sort_by_key(|(at, _)| *at);
        Some(ended.into_iter().map(|(_, outcome)| outcome).collect())
    }

    /// Nothing, where it is half done.
    fn attempt(&self, turn: &Turn<'_>, posts: &[&Post<'_>]) -> Option<Vec<Ended>> {
        if posts.is_empty() {
            return Some(Vec::new());
        }
        let rearm = || outbox::rearm(&self.store, &self.pauses, turn.now);
        let failure = match self.store.attempt(|| turn.record_all(posts), rearm) {
            Attempt::Done(ended) => return Some(ended),
            Attempt::Unfit => {
                self.remembered.forget();
                return Some(self.in_one_transaction(turn, posts));
            }
            Attempt::Failed(failure) => failure,
            Attempt::HalfDone(failure) => {
                failure.told();
                return None;
            }
        };
        Some(self.one_by_one(posts, failure))
    }

    fn in_one_transaction(&self, turn: &Turn<'_>, posts: &[&Post<'_>]) -> Vec<Ended> {
        if posts.is_empty() {
            return Vec::new();
        }
        let done = self.store.transaction(|| {
            let ended = turn.record_all(posts)?;
            outbox::rearm(&self.store, &self.pauses, turn.now)?;
            Ok(ended)
        });
        done.unwrap_or_else(|failure| self.one_by_one(posts, failure))
    }

    /// After all of them failed together: that is what a lone one's caller is told.
    fn one_by_one(&self, posts: &[&Post<'_>], failure: Failure) -> Vec<Ended> {
        self.remembered.forget();
        match posts {
            [post] => vec![(post.at, Err(failure))],
            _ => posts.iter().map(|post| (post.at, self.run_alone(post.call))).collect(),
        }
    }

    /// A panic is this call's own failure.
    fn run_alone(&self, call: &ProgramCall) -> Outcome<Reply> {
        catch_unwind(AssertUnwindSafe(|| self.run(call)))
            .unwrap_or_else(|_| Err(Failure::Logged("panic in a conversion".to_owned())))
    }
}

impl Post<'_> {
    fn key(&self) -> Option<&str> {
        Some(self.call.idempotency.as_ref()?.key.as_str())
    }

    /// What can't be read writes nothing either.
    fn is_fresh(&self, ahead: &Ahead) -> bool {
        self.read.as_ref().map_or(true, |new| ahead.is_fresh(new, self.key()))
    }
}

impl Turn<'_> {
    fn look_ahead_of(&self, posts: &[Post<'_>]) -> Outcome<Ahead> {
        let conversions: Vec<&NewConversion> = posts.iter().filter_map(|post| post.read.as_ref().ok()).collect();
        let keys: Vec<&str> = posts.iter().filter_map(Post::key).collect();
        self.look_ahead(&conversions, &keys)
    }

    /// Fails where one of them fails after it has something to write, or for a reason of ours.
    fn record_all(&self, posts: &[&Post<'_>]) -> Outcome<Vec<Ended>> {
        let one = |post: &&Post<'_>| {
            #[cfg(feature = "faults")]
            let turn = &Turn { fault: &post.call.fault, ..*self };
            #[cfg(not(feature = "faults"))]
            let turn = self;
            let convert = || turn.convert_read(post.read.as_ref().map_err(Clone::clone)?);
            let outcome = turn.unless_written(|| turn.once_permitted(post.call, |_| convert()))?;
            Ok((post.at, outcome))
        };
        posts.iter().map(one).collect()
    }

    /// Does something in a transaction that others are in too. A refusal is the caller's own as long as nothing was
    /// written before it; whatever else fails, fails all of it.
    pub(super) fn unless_written<T>(&self, act: impl FnOnce() -> Outcome<T>) -> Outcome<Outcome<T>> {
        let before = self.store.writes();
        match act() {
            Err(Failure::Refused(refusal)) if self.store.writes() == before => Ok(Err(refusal.into())),
            Err(failure) => Err(failure),
            done => Ok(done),
        }
    }

    /// What a call asks for, once its caller is known to be allowed that, and as often as it is sent.
    pub(super) fn recorded(&self, call: &ProgramCall) -> Outcome<Reply> {
        self.once_permitted(call, |held| self.handle(&call.command, held))
    }

    fn once_permitted(&self, call: &ProgramCall, act: impl FnOnce(&[Scope]) -> Outcome<Reply>) -> Outcome<Reply> {
        let held = self.permit(&call.caller)?;
        match &call.idempotency {
            Some(idempotency) => self.once(idempotency, || act(&held)),
            None => act(&held),
        }
    }
}

impl ProgramCall {
    fn conversion(&self) -> Result<NewConversion, Refusal> {
        match &self.command {
            ProgramCommand::Convert { body } => read::body(body),
            _ => Err(Refusal::not_found("conversion")),
        }
    }
}
