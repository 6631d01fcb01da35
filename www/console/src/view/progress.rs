//! That something takes its time. It is shown after a moment, so that what is quick doesn't flicker.

use leptos::prelude::*;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
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

/// Waits for a while.
pub(crate) async fn pause(wait: Duration) {
    let state = Arc::new((AtomicBool::new(false), Mutex::new(None::<Waker>)));
    let ended = Arc::clone(&state);
    set_timeout(
        move || {
            ended.0.store(true, Ordering::Relaxed);
            if let Some(waker) = ended.1.lock().ok().and_then(|mut waker| waker.take()) {
                waker.wake();
            }
        },
        wait,
    );
    poll_fn(move |context| {
        if let Ok(mut waker) = state.1.lock() {
            *waker = Some(context.waker().clone());
        }
        if state.0.load(Ordering::Relaxed) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
