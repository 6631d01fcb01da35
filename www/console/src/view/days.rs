//! The stretch of days until today that a view is of, as its address says: `?days=7`.

use super::times::days_until_today;
use super::{Address, address};
use crate::words;
use leptos::prelude::*;

/// What one can choose from; the first is the usual.
const STRETCHES: [i64; 3] = [30, 7, 90];

/// How many days the address says, where they can be chosen.
pub(crate) fn chosen() -> Memo<i64> {
    let here = Address::here();
    let usual = STRETCHES[0];
    Memo::new(move |_| here.get("days").parse().ok().filter(|days| STRETCHES.contains(days)).unwrap_or(usual))
}

/// These days, as the API is asked for them.
pub(crate) fn asked(days: i64) -> String {
    let (from, to) = days_until_today(days);
    format!("from={from}T00:00:00Z&to={to}T00:00:00Z")
}

/// Chooses the days.
#[component]
pub(crate) fn Days(days: Memo<i64>) -> impl IntoView {
    let (here, go) = (Address::here(), address::replace());
    let choose =
        move |days: String| go(&here.with(&[("days", if days == STRETCHES[0].to_string() { "" } else { &days })]));
    view! {
        <label class="unseen" for="days">{words::overview::days()}</label>
        <select id="days" prop:value=move || days.get().to_string() on:change:target=move |select| choose(select.target().value())>
            {STRETCHES.map(|days| view! { <option value=days.to_string()>{words::overview::last_days(days)}</option> }).collect_view()}
        </select>
    }
}
