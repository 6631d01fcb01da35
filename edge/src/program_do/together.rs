//! Conversions that are posted at once are recorded at once: in one transaction and one commit, which cost as much as the
//! rest of a conversion. Each still has its own answer.
//!
//! Invariant: what was refused has written nothing. Where that can't be had together, because one failed after it had
//! written, all of it is undone and each is recorded alone.

use super::ahead::Ahead;
use super::{ProgramDo, Turn, outbox};
use crate::command::{ProgramCall, ProgramCommand, Reply};
use crate::failure::{Failure, Outcome};
use crate::settings::{Settings, now, within};
use honeyguide_domain::time::{Span, Timestamp};
use honeyguide_domain::wire::conversions::NewConversion;
use honeyguide_domain::wire::read;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

/// Calls that are recorded together at most.
const MOST: usize = 64;
/// Where calls come close after another, the first waits so long for those who come with it.
const CLOSE: Span = Span::millis(20);
const COLLECT: Duration = Duration::from_millis(1);
/// Who was cut off before it recorded the others' calls is waited for no longer than this.
const LONGEST: Duration = Duration::from_secs(2);

#[derive(Default)]
pub(super) struct Together {
    waiting: RefCell<Vec<Rc<Waiting>>>,
    /// When the newest call came.
    newest: Cell<Timestamp>,
}

struct Waiting {
    call: ProgramCall,
    done: RefCell<Option<Outcome<Reply>>>,
    waker: RefCell<Option<Waker>>,
}

impl Waiting {
    fn settle(&self, outcome: Outcome<Reply>) {
        *self.done.borrow_mut() = Some(outcome);
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }

    async fn settled(&self) -> Outcome<Reply> {
        poll_fn(|context| {
            let done = self.done.borrow_mut().take();
            if done.is_none() {
                *self.waker.borrow_mut() = Some(context.waker().clone());
            }
            done.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

impl ProgramDo {
    /// Records a conversion with those that come at the same time.
    pub(super) async fn run_together(&self, call: ProgramCall) -> Outcome<Reply> {
        let one = Rc::new(Waiting { call, done: RefCell::default(), waker: RefCell::default() });
        let first = {
            let mut waiting = self.together.waiting.borrow_mut();
            waiting.push(Rc::clone(&one));
            waiting.len() == 1
        };
        let close = self.together.newest.replace(now()).after(CLOSE) > now();
        if first {
            if close {
                worker::Delay::from(COLLECT).await;
            }
            self.run_waiting();
        }
        loop {
            match within(LONGEST, one.settled()).await {
                Some(outcome) => return outcome,
                None => self.run_waiting(),
            }
        }
    }

    /// Records all that wait.
    fn run_waiting(&self) {
        let all = self.together.waiting.take();
        for some in all.chunks(MOST) {
            let together = if some.len() > 1 { self.run_at_once(some) } else { None };
            match together {
                Some(outcomes) => some.iter().zip(outcomes).for_each(|(one, outcome)| one.settle(outcome)),
                None => some.iter().for_each(|one| one.settle(self.run_alone(&one.call))),
            }
        }
    }

    /// A panic is this call's own failure.
    fn run_alone(&self, call: &ProgramCall) -> Outcome<Reply> {
        catch_unwind(AssertUnwindSafe(|| self.run(call)))
            .unwrap_or_else(|_| Err(Failure::Logged("panic in a conversion".to_owned())))
    }

    /// All in one transaction; nothing, where one of them failed after it had written, or for a reason of ours.
    fn run_at_once(&self, all: &[Rc<Waiting>]) -> Option<Vec<Outcome<Reply>>> {
        let turn = Turn { remembered: Some(&self.remembered), ..self.turn(Settings::of(&self.env)) };
        let done = self.store.transaction(|| {
            let ahead = turn.look_ahead_of(all)?;
            let turn = Turn { ahead: Some(&ahead), ..turn };
            let one = |one: &Rc<Waiting>| {
                #[cfg(feature = "faults")]
                let turn = Turn { fault: &one.call.fault, ..turn };
                turn.unless_written(|| turn.recorded(&one.call))
            };
            let outcomes = all.iter().map(one).collect::<Outcome<Vec<_>>>()?;
            outbox::rearm(&self.store, &self.pauses, turn.now)?;
            Ok(outcomes)
        });
        if done.is_err() {
            self.remembered.forget();
        }
        done.ok()
    }
}

impl Turn<'_> {
    fn look_ahead_of(&self, all: &[Rc<Waiting>]) -> Outcome<Ahead> {
        let read = |one: &Rc<Waiting>| match &one.call.command {
            ProgramCommand::Convert { body } => read::body(body).ok(),
            _ => None,
        };
        let conversions: Vec<NewConversion> = all.iter().filter_map(read).collect();
        let keys: Vec<&str> =
            all.iter().filter_map(|one| one.call.idempotency.as_ref()).map(|once| once.key.as_str()).collect();
        self.look_ahead(&conversions.iter().collect::<Vec<_>>(), &keys)
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
        let held = self.permit(&call.caller)?;
        match &call.idempotency {
            Some(idempotency) => self.once(idempotency, || self.handle(&call.command, &held)),
            None => self.handle(&call.command, &held),
        }
    }
}
