//! That something takes its time. It is shown after a moment, so that what is quick doesn't flicker.

use leptos::prelude::*;
use std::time::Duration;

#[component]
pub(crate) fn Progress(
    /// What is being done, in words.
    #[prop(into)]
    what: Signal<String>,
    /// How much of it is done, from 0 to 1; unknown without it.
    #[prop(optional, into)]
    done: Option<Signal<f64>>,
) -> impl IntoView {
    let late = RwSignal::new(false);
    let timer = set_timeout_with_handle(move || late.set(true), Duration::from_millis(300)).ok();
    on_cleanup(move || {
        if let Some(timer) = timer {
            timer.clear();
        }
    });
    view! {
        <div class="progress" role="status" class:late=late>
            <span>{what}</span>
            {match done {
                Some(done) => view! { <progress max="1" prop:value=done aria-label=what></progress> }.into_any(),
                None => view! { <progress aria-label=what></progress> }.into_any(),
            }}
        </div>
    }
}
