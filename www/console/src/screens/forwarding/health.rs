//! How a destination does, at a glance: whether it is on, since when nothing arrives, what is being tried again, what waits,
//! and what is dead. All but the first from its open deliveries, of which there are few.

use super::told::{Destination, Row};
use crate::api::{Load, Page as Rows, load, quoted};
use crate::view::Time;
use crate::view::amounts::whole;
use crate::words;
use leptos::prelude::*;

/// So many are counted; of more it is said that there are more.
const COUNTED: &str = "100";

type Counted = Load<Rows<Row>>;

fn in_state(id: &str, state: &'static str, renew: Signal<u32>) -> Counted {
    let path = format!("/v1/deliveries?destination={}&state={state}&limit={COUNTED}", quoted(id));
    let rows = load(move || path.clone());
    Effect::new(move |before: Option<u32>| {
        let now = renew.get();
        if before.is_some_and(|before| before != now) {
            rows.again();
        }
        now
    });
    rows
}

/// Whether it is on, and why not.
pub(super) fn standing(destination: &Destination) -> AnyView {
    let (class, text) = match (destination.state.as_str(), &destination.why) {
        ("enabled", _) => ("badge fine", words::forwarding::enabled()),
        (_, Some(_)) => ("badge bad", words::forwarding::given_up()),
        _ => ("badge", words::forwarding::disabled()),
    };
    let why = destination.why.clone();
    view! {
        <span class=class>{text}</span>
        {why.map(|why| view! { <p class="why"><bdi>{why}</bdi></p> })}
    }
    .into_any()
}

#[component]
pub(super) fn Health(
    id: String,
    /// Since when nothing arrives there, if nothing does.
    since: Option<String>,
    #[prop(optional, into)] renew: Signal<u32>,
) -> impl IntoView {
    let [pending, waiting, dead] = ["pending", "waiting", "dead"].map(|state| in_state(&id, state, renew));
    let to = move |state: &str| format!("/console/forwarding/deliveries?destination={}&state={state}", quoted(&id));
    let (to_pending, to_waiting, to_dead) = (to("pending"), to("waiting"), to("dead"));
    let shown = move || {
        let (Some(pending), Some(waiting), Some(dead)) = (pending.value(), waiting.value(), dead.value()) else {
            return view! { <p class="hint">{words::common::loading()}</p> }.into_any();
        };
        let failing: Vec<&Row> = pending.data.iter().filter(|row| row.tries > 0).collect();
        let since = since.clone();
        let next = failing.iter().filter_map(|row| row.next_at.clone()).min();
        if pending.data.is_empty() && waiting.data.is_empty() && dead.data.is_empty() && since.is_none() {
            return view! { <p class="good">{words::forwarding::well()}</p> }.into_any();
        }
        let line = |count: usize, more: bool, title: &'static str, to: String, bad: bool| {
            (count > 0).then(|| {
                let count = whole(i64::try_from(count).unwrap_or(i64::MAX));
                let count = if more { words::forwarding::at_least(count) } else { count };
                view! { <li><a href=to class:bad=bad><b>{count}</b>" "{title}</a></li> }
            })
        };
        let (failed, fresh) = (failing.len(), pending.data.len() - failing.len());
        let more = pending.next_cursor.is_some();
        view! {
            <ul class="counts">
                {line(dead.data.len(), dead.next_cursor.is_some(), words::forwarding::count_dead(), to_dead.clone(), true)}
                {line(failed, more, words::forwarding::count_failing(), to_pending.clone(), true)}
                {line(waiting.data.len(), waiting.next_cursor.is_some(), words::forwarding::count_waiting(), to_waiting.clone(), false)}
                {line(fresh, more, words::forwarding::count_pending(), to_pending.clone(), false)}
            </ul>
            {since.map(|since| view! { <p class="hint">{words::forwarding::oldest()}" "<Time at=since /></p> })}
            {next.map(|next| view! { <p class="hint">{words::forwarding::next_try()}" "<Time at=next /></p> })}
        }
        .into_any()
    };
    view! { <div class="health">{shown}</div> }
}
