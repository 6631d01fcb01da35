//! Short words at the edge of the page: what was done, with a way back, or what failed.
//!
//! `later` does a thing when its time to be undone is over: what wasn't sent can be taken back wholly.

use crate::api::Problem;
use crate::words;
use leptos::prelude::*;
use std::time::Duration;

/// How long a word stays, and how long a thing can be undone.
const STAYS: Duration = Duration::from_secs(7);

#[derive(Debug, Clone)]
struct Toast {
    number: u32,
    text: String,
    undo: Option<Callback<()>>,
    /// Done when the time is over, unless it was undone.
    then: Option<Callback<()>>,
}

/// The page's one list of them: a context.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    made: StoredValue<u32>,
}

impl Toasts {
    pub(crate) fn start() -> Self {
        let toasts = Self { shown: RwSignal::new(Vec::new()), made: StoredValue::new(0) };
        provide_context(toasts);
        toasts
    }

    pub(crate) fn here() -> Self {
        expect_context()
    }

    pub(crate) fn say(self, text: &str) {
        self.add(text, None, None);
    }

    pub(crate) fn fail(self, problem: &Problem) {
        self.add(&format!("{} ({})", problem.message, problem.code), None, None);
    }

    /// Says what will be done, and does it unless it is undone in time.
    pub(crate) fn later(self, text: &str, undo: Callback<()>, then: Callback<()>) {
        self.add(text, Some(undo), Some(then));
    }

    fn add(self, text: &str, undo: Option<Callback<()>>, then: Option<Callback<()>>) {
        self.made.update_value(|made| *made += 1);
        let number = self.made.get_value();
        self.shown.update(|shown| shown.push(Toast { number, text: text.to_owned(), undo, then }));
        set_timeout(move || self.end(number), STAYS);
    }

    fn end(self, number: u32) {
        if let Some(Toast { then: Some(then), .. }) = self.take(number) {
            then.run(());
        }
    }

    fn take(self, number: u32) -> Option<Toast> {
        let mut taken = None;
        self.shown.update(|shown| {
            let at = shown.iter().position(|toast| toast.number == number);
            taken = at.map(|at| shown.remove(at));
        });
        taken
    }

    pub(crate) fn shown(self) -> impl IntoView {
        let undo = move |number| {
            if let Some(Toast { undo: Some(undo), .. }) = self.take(number) {
                undo.run(());
            }
        };
        view! {
            <div class="toasts" role="status">
                <For each=move || self.shown.get() key=|toast| toast.number let:toast>
                    <div class="toast">
                        <span>{toast.text}</span>
                        {toast.undo.map(|_| view! { <button class="quiet" on:click=move |_| undo(toast.number)>{words::common::undo()}</button> })}
                        <button class="quiet" aria-label=words::common::close() on:click=move |_| self.end(toast.number)>"×"</button>
                    </div>
                </For>
            </div>
        }
    }
}
