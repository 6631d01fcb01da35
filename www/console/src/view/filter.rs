//! Filters of a list: each is a parameter of the address, so that a link shows the same, and going back undoes it.

use super::{Address, address};
use crate::words;
use leptos::prelude::*;
use std::time::Duration;

/// Long enough that a word that is being typed is asked for once.
const PAUSE: Duration = Duration::from_millis(200);

/// A text. It is asked for while one types; one that has to be whole, when it was entered.
#[component]
pub(crate) fn TypedFilter(
    /// The parameter.
    name: &'static str,
    label: &'static str,
    #[prop(optional)] placeholder: &'static str,
    #[prop(optional)] whole: bool,
) -> impl IntoView {
    let (here, go) = (Address::here(), address::replace());
    let (typed, asked) = (RwSignal::new(String::new()), StoredValue::new(String::new()));
    // Going back shows what was asked for then; what is being typed isn't taken away.
    Effect::new(move |_| {
        let now = here.get(name);
        if now != asked.get_value() {
            asked.set_value(now.clone());
            typed.set(now);
        }
    });
    let ask = move |text: String| {
        let text = text.trim().to_owned();
        if text != asked.get_value() {
            asked.set_value(text.clone());
            go(&untrack(|| here.with(&[(name, &text)])));
        }
    };
    let pause = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(earlier) = pause.try_get_value().flatten() {
            earlier.clear();
        }
    };
    on_cleanup(stop);
    let later = ask.clone();
    let written = move |text: String| {
        typed.set(text.clone());
        stop();
        if !whole {
            let later = later.clone();
            pause.set_value(set_timeout_with_handle(move || later(text), PAUSE).ok());
        }
    };
    let id = format!("filter-{name}");
    view! {
        <div class="filter">
            <label for=id.clone()>{label}</label>
            <input
                id=id type="search" autocomplete="off" spellcheck="false" placeholder=placeholder prop:value=typed
                on:input:target=move |input| written(input.target().value())
                on:change:target=move |input| ask(input.target().value())
            />
        </div>
    }
}

/// One of some values, or any.
#[component]
pub(crate) fn ChosenFilter(
    /// The parameter.
    name: &'static str,
    label: &'static str,
    /// Values and their words.
    options: Vec<(&'static str, String)>,
) -> impl IntoView {
    let (here, go) = (Address::here(), address::replace());
    let id = format!("filter-{name}");
    let choose = move |value: String| go(&untrack(|| here.with(&[(name, &value)])));
    let option = move |value: &'static str, text: String| {
        view! { <option value=value prop:selected=move || here.get(name) == value>{text}</option> }
    };
    view! {
        <div class="filter">
            <label for=id.clone()>{label}</label>
            <select id=id on:change:target=move |select| choose(select.target().value())>
                {option("", words::common::any().to_owned())}
                {options.into_iter().map(|(value, text)| option(value, text)).collect_view()}
            </select>
        </div>
    }
}
