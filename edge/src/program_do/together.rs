//! Conversions that were posted at once are recorded at once: in one transaction and one commit, which cost as much as the
//! rest of a conversion. Each still has its own answer.
//!
//! Invariant: what was refused has written nothing. Where that can't be had together, because one failed after it had
//! written, all of it is undone and each is recorded alone.

use super::{ProgramDo, Turn, outbox};
use crate::command::{ProgramCall, ProgramCommand, Reply};
use crate::failure::{Failure, Outcome};
use crate::settings::Settings;
use honeyguide_domain::auth::Scope;
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::wire::conversions::NewConversion;
use honeyguide_domain::wire::read;
use std::panic::{AssertUnwindSafe, catch_unwind};

impl ProgramDo {
    /// Records conversions that were posted at once: how each of them ended, a line each.
    pub(super) fn run_together(&self, calls: &str) -> Outcome<Reply> {
        let calls: Vec<ProgramCall> = serde_json::from_str(calls)?;
        let outcomes = match self.run_at_once(&calls) {
            Ok(outcomes) => outcomes,
            Err(failure) if calls.len() == 1 => vec![Err(failure)],
            Err(_) => calls.iter().map(|call| self.run_alone(call)).collect(),
        };
        let lines: Vec<String> = outcomes.into_iter().map(|outcome| Reply::of(outcome).line()).collect();
        Ok(Reply::written(200, lines.join("\n")))
    }

    /// A panic is this call's own failure.
    fn run_alone(&self, call: &ProgramCall) -> Outcome<Reply> {
        catch_unwind(AssertUnwindSafe(|| self.run(call)))
            .unwrap_or_else(|_| Err(Failure::Logged("panic in a conversion".to_owned())))
    }

    /// All in one transaction; nothing, where one of them failed after it had written, or for a reason of ours.
    fn run_at_once(&self, calls: &[ProgramCall]) -> Outcome<Vec<Outcome<Reply>>> {
        let turn = Turn { remembered: Some(&self.remembered), ..self.turn(Settings::of(&self.env)) };
        let done = self.store.transaction(|| {
            let read: Vec<_> = calls.iter().map(ProgramCall::conversion).collect();
            let conversions: Vec<&NewConversion> = read.iter().filter_map(|read| read.as_ref().ok()).collect();
            let keys = calls.iter().filter_map(|call| Some(call.idempotency.as_ref()?.key.as_str()));
            let ahead = turn.look_ahead(&conversions, &keys.collect::<Vec<_>>())?;
            let turn = Turn { ahead: Some(&ahead), ..turn };
            let one = |(call, read): (&ProgramCall, Result<NewConversion, Refusal>)| {
                #[cfg(feature = "faults")]
                let turn = Turn { fault: &call.fault, ..turn };
                turn.unless_written(|| turn.once_permitted(call, |_| turn.convert_read(&read?)))
            };
            let outcomes = calls.iter().zip(read).map(one).collect::<Outcome<Vec<_>>>()?;
            outbox::rearm(&self.store, &self.pauses, turn.now)?;
            Ok(outcomes)
        });
        if done.is_err() {
            self.remembered.forget();
        }
        done
    }
}

impl Turn<'_> {
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
