//! What is decided by hand: it waits until it can no longer be undone, then leaves, one request a reward, and each one's
//! own result is kept until it was read.
//!
//! Invariant: it outlives the view that it was decided in; what was said to happen happens, wherever one went meanwhile.

use crate::api::{self, Problem};
use crate::view::Toasts;
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verb {
    Approve,
    Reject(String),
    Fulfil,
}

impl Verb {
    /// Whether a reward in this state can be asked for it.
    pub(super) fn fits(&self, state: &str) -> bool {
        match self {
            Self::Approve => matches!(state, "pending" | "held"),
            Self::Reject(_) => matches!(state, "pending" | "held" | "approved"),
            Self::Fulfil => state == "approved",
        }
    }

    fn path(&self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject(_) => "reject",
            Self::Fulfil => "fulfil",
        }
    }

    fn will(&self, count: i64) -> String {
        match self {
            Self::Approve => words::rewards::will_approve(count),
            Self::Reject(_) => words::rewards::will_reject(count),
            Self::Fulfil => words::rewards::will_fulfil(count),
        }
    }

    pub(super) fn done(&self) -> &'static str {
        match self {
            Self::Approve => words::rewards::approved(),
            Self::Reject(_) => words::rewards::rejected(),
            Self::Fulfil => words::rewards::fulfilled(),
        }
    }
}

/// What became of one reward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Result {
    pub(super) id: String,
    pub(super) verb: Verb,
    pub(super) refused: Option<Problem>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Desk {
    /// What was decided and hasn't left.
    pub(super) waiting: RwSignal<BTreeSet<String>>,
    /// How many of how many have left.
    pub(super) running: RwSignal<Option<(usize, usize)>>,
    pub(super) results: RwSignal<Vec<Result>>,
    /// Changes with every round that ended.
    pub(super) renew: RwSignal<u32>,
    /// Names of beneficiaries that were asked for.
    pub(super) names: RwSignal<BTreeMap<String, String>>,
}

thread_local! {
    static THE_ONE: Cell<Option<Desk>> = const { Cell::new(None) };
}

impl Desk {
    pub(super) fn here() -> Self {
        THE_ONE.get().unwrap_or_else(|| {
            let desk = for_good(|| Self {
                waiting: RwSignal::default(),
                running: RwSignal::default(),
                results: RwSignal::default(),
                renew: RwSignal::default(),
                names: RwSignal::default(),
            });
            THE_ONE.set(Some(desk));
            desk
        })
    }

    /// Says what will happen, and does it when nobody undid it.
    pub(super) fn later(self, toasts: Toasts, ids: Vec<String>, verb: Verb) {
        if ids.is_empty() {
            return;
        }
        let text = verb.will(i64::try_from(ids.len()).unwrap_or(i64::MAX));
        self.waiting.update(|waiting| waiting.extend(ids.iter().cloned()));
        let back = ids.clone();
        let (undo, then) = for_good(move || {
            let undo = Callback::new(move |()| self.let_go(&back));
            let then = Callback::new(move |()| self.send(toasts, ids.clone(), verb.clone()));
            (undo, then)
        });
        toasts.later(&text, undo, then);
    }

    fn let_go(self, ids: &[String]) {
        self.waiting.update(|waiting| waiting.retain(|id| !ids.contains(id)));
    }

    fn send(self, toasts: Toasts, ids: Vec<String>, verb: Verb) {
        spawn_local(async move {
            let mut results = Vec::new();
            for (number, id) in ids.iter().enumerate() {
                self.running.set(Some((number, ids.len())));
                let body = match &verb {
                    Verb::Reject(reason) => json!({"reason": reason}),
                    _ => json!({}),
                };
                let path = format!("/v1/rewards/{id}/{}", verb.path());
                let refused = api::send("POST", &path, Some(&body)).await.err();
                results.push(Result { id: id.clone(), verb: verb.clone(), refused });
            }
            self.running.set(None);
            self.let_go(&ids);
            let refused = results.iter().filter(|result| result.refused.is_some()).count();
            let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
            let all = crate::view::amounts::whole(count(results.len()));
            if refused > 0 {
                toasts.say(&words::rewards::some_refused(count(refused), all));
                self.results.set(results);
            } else {
                toasts.say(&words::rewards::all_done(count(results.len()), verb.done().to_lowercase()));
                self.results.set(Vec::new());
            }
            self.renew.update(|times| *times += 1);
        });
    }
}

/// Makes something that belongs to no view.
fn for_good<T>(make: impl FnOnce() -> T) -> T {
    let mut owner = Owner::current();
    while let Some(parent) = owner.as_ref().and_then(Owner::parent) {
        owner = Some(parent);
    }
    match owner {
        Some(owner) => owner.with(make),
        None => make(),
    }
}

#[cfg(test)]
mod tests {
    use super::Verb;

    #[test]
    fn only_what_a_state_allows_is_offered() {
        let fits = |verb: Verb| {
            ["pending", "held", "approved", "fulfilled", "rejected", "reversed"].map(|state| verb.fits(state))
        };
        assert_eq!(fits(Verb::Approve), [true, true, false, false, false, false]);
        assert_eq!(fits(Verb::Reject(String::new())), [true, true, true, false, false, false]);
        assert_eq!(fits(Verb::Fulfil), [false, false, true, false, false, false]);
    }
}
