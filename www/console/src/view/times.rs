//! Moments in the owner's zone, with UTC where one points at them.

use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;
use wasm_bindgen::JsValue;

/// An RFC 3339 time as the API tells it.
#[component]
pub(crate) fn Time(#[prop(into)] at: String) -> impl IntoView {
    view! { <time datetime=at.clone() title=format!("{} UTC", utc(&at))>{here(&at)}</time> }
}

/// As the owner's language and zone write it.
fn here(at: &str) -> String {
    let options = js_sys::Object::new();
    for (name, value) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        let _set = js_sys::Reflect::set(&options, &name.into(), &value.into());
    }
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &options).format();
    let date = js_sys::Date::new(&at.into());
    format.call1(&JsValue::UNDEFINED, &date).ok().and_then(|text| text.as_string()).unwrap_or_else(|| at.to_owned())
}

fn utc(at: &str) -> String {
    at.trim_end_matches('Z').split('.').next().unwrap_or_default().replace('T', " ")
}

/// The dates in UTC of so many days that end with today, from the earliest.
pub(crate) fn days_of(count: i64) -> Vec<String> {
    let today = (js_sys::Date::now() / DAY).floor();
    (0..count).rev().map(|back| date(today - f64::from(i32::try_from(back).unwrap_or(0)))).collect()
}

/// The first of these dates, and tomorrow's, which is where they end.
pub(crate) fn days_until_today(count: i64) -> (String, String) {
    let tomorrow = (js_sys::Date::now() / DAY).floor() + 1.0;
    (days_of(count).into_iter().next().unwrap_or_default(), date(tomorrow))
}

/// What an `<input type="datetime-local">` holds, in the owner's zone, as the API writes moments.
pub(crate) fn moment(local: &str) -> Option<String> {
    let date = js_sys::Date::new(&local.into());
    (!date.get_time().is_nan()).then(|| String::from(date.to_iso_string()))
}

/// Waits a while.
pub(crate) async fn pause(how_long: Duration) {
    let state: Rc<(Cell<bool>, RefCell<Option<Waker>>)> = Rc::default();
    let timer = Rc::clone(&state);
    let wake = move || {
        timer.0.set(true);
        if let Some(waker) = timer.1.take() {
            waker.wake();
        }
    };
    set_timeout(wake, how_long);
    poll_fn(|context| {
        state.1.replace(Some(context.waker().clone()));
        if state.0.get() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Milliseconds.
const DAY: f64 = 86_400_000.0;

fn date(day: f64) -> String {
    let text = String::from(js_sys::Date::new(&(day * DAY).into()).to_iso_string());
    text.get(..10).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn utc_is_told_to_the_second() {
        assert_eq!(super::utc("2026-11-21T18:00:05.123Z"), "2026-11-21 18:00:05");
    }
}
