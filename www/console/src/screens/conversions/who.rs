//! Participants by what one types: a filter of the list, and the suggestions for a code.

use crate::api::{Page, load, quoted};
use crate::screens::people::told::Participant;
use crate::view::{Address, address};
use crate::words;
use leptos::prelude::*;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(200);

/// Those that begin so: their codes, each with what to call them.
#[component]
pub(super) fn Suggested(
    id: &'static str,
    typed: RwSignal<String>,
    #[prop(optional)] found: RwSignal<Vec<Participant>>,
    /// What stands there without being typed, and so isn't looked for.
    #[prop(optional, into)]
    known: Signal<String>,
) -> impl IntoView {
    let asked = RwSignal::new(String::new());
    let pause = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(earlier) = pause.try_get_value().flatten() {
            earlier.clear();
        }
    };
    on_cleanup(stop);
    Effect::new(move |_| {
        let text = typed.get().trim().to_owned();
        stop();
        if text == known.get_untracked() {
            return;
        }
        pause.set_value(set_timeout_with_handle(move || asked.set(text), PAUSE).ok());
    });
    let people = load::<Page<Participant>>(move || match asked.get() {
        text if text.is_empty() => String::new(),
        text => format!("/v1/participants?limit=8&search={}", quoted(&text)),
    });
    Effect::new(move |_| {
        if let Some(page) = people.value() {
            found.set(page.data);
        }
    });
    view! {
        <datalist id=id>
            {move || found.get().into_iter().map(|one| {
                let name = one.name.unwrap_or(one.email);
                view! { <option value=one.code>{name}</option> }
            }).collect_view()}
        </datalist>
    }
}

/// Narrows the list to one participant's. What is typed is a code, an address or a name; one of those found is meant.
#[component]
pub(super) fn WhoFilter() -> impl IntoView {
    let (here, go) = (Address::here(), address::replace());
    let typed = RwSignal::new(String::new());
    let found = RwSignal::new(Vec::<Participant>::new());
    let chosen = move || here.get("participant");
    let person = load::<Participant>(move || match chosen() {
        id if id.is_empty() => String::new(),
        id => format!("/v1/participants/{}", quoted(&id)),
    });
    let name = Memo::new(move |_| {
        let id = chosen();
        let known = person.value().filter(|one| one.id == id);
        if id.is_empty() { String::new() } else { known.map_or(id, |one| one.code) }
    });
    Effect::new(move |_| typed.set(name.get()));
    // What was typed is looked up when it is found, and taken when it is one of them.
    let wanted = RwSignal::new(None::<String>);
    let narrow = go.clone();
    Effect::new(move |_| {
        let Some(text) = wanted.get() else { return };
        let found = found.get();
        let is_meant = |one: &&Participant| {
            let own = [Some(&one.code), Some(&one.email), Some(&one.external_id), one.name.as_ref()];
            own.into_iter().flatten().any(|own| own.eq_ignore_ascii_case(&text))
        };
        if let Some(one) = found.iter().find(is_meant) {
            wanted.set(None);
            narrow(&untrack(|| here.with(&[("participant", &one.id)])));
        }
    });
    let entered = move |text: String| {
        let text = text.trim().to_owned();
        if text.is_empty() || text.starts_with("prt_") {
            wanted.set(None);
            go(&untrack(|| here.with(&[("participant", &text)])));
        } else {
            wanted.set(Some(text));
        }
    };
    view! {
        <div class="filter">
            <label for="filter-participant">{words::conversions::participant()}</label>
            <input
                id="filter-participant" type="search" autocomplete="off" spellcheck="false" list="filter-people"
                placeholder=words::conversions::participant_such() prop:value=typed
                on:input:target=move |input| typed.set(input.target().value())
                on:change:target=move |input| entered(input.target().value())
            />
            <Suggested id="filter-people" typed found known=name />
        </div>
    }
}
