//! `Ctrl/⌘ K`: finds pages, participants and conversions, and goes there.

use crate::api::{Page, load, quoted};
use crate::screens::PAGES;
use crate::words;
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use serde::Deserialize;
use std::time::Duration;

/// Long enough that a word that is being typed is asked for once.
const PAUSE: Duration = Duration::from_millis(200);

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Participant {
    id: String,
    code: String,
    name: Option<String>,
    email: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Conversion {
    id: String,
    external_id: String,
    event: String,
}

/// One line of what was found.
#[derive(Debug, Clone, PartialEq)]
struct Found {
    kind: &'static str,
    text: String,
    address: String,
}

#[component]
pub(super) fn Find() -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let (open, text, at) = (RwSignal::new(false), RwSignal::new(String::new()), RwSignal::new(0_usize));
    let asked = RwSignal::new(String::new());
    let show = move || {
        if let Some(dialog) = dialog.get_untracked() {
            text.set(String::new());
            asked.set(String::new());
            at.set(0);
            open.set(true);
            let _shown = dialog.show_modal();
        }
    };
    let keys = window_event_listener(ev::keydown, move |key| {
        if (key.ctrl_key() || key.meta_key()) && key.key().eq_ignore_ascii_case("k") {
            key.prevent_default();
            show();
        }
    });
    on_cleanup(move || keys.remove());

    let people = load::<Page<Participant>>(move || match asked.get() {
        text if text.is_empty() => String::new(),
        text => format!("/v1/participants?limit=5&search={}", quoted(&text)),
    });
    let sales = load::<Page<Conversion>>(move || match asked.get() {
        text if text.is_empty() => String::new(),
        text => format!("/v1/conversions?limit=5&external_id={}", quoted(&text)),
    });
    let found = Memo::new(move |_| {
        let wanted = text.get().trim().to_lowercase();
        let pages = PAGES.iter().filter(|page| (page.title)().to_lowercase().contains(&wanted));
        let mut found: Vec<Found> = pages
            .map(|page| Found {
                kind: words::common::find_page(),
                text: (page.title)().to_owned(),
                address: page.path.to_owned(),
            })
            .collect();
        if wanted.is_empty() || asked.get().is_empty() {
            return found;
        }
        found.extend(people.value().into_iter().flat_map(|page| page.data).map(|one| Found {
            kind: words::common::find_person(),
            text: [one.name.or(one.email).unwrap_or_default(), one.code].join(" · "),
            address: format!("/console/people/{}", one.id),
        }));
        found.extend(sales.value().into_iter().flat_map(|page| page.data).map(|one| Found {
            kind: words::common::find_conversion(),
            text: [one.event, one.external_id].join(" · "),
            address: format!("/console/conversions/{}", one.id),
        }));
        found
    });
    let navigate = use_navigate();
    let go = move |address: &str| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
        navigate(address, NavigateOptions::default());
    };
    let pause = StoredValue::new(None::<TimeoutHandle>);
    let typed = move |now: String| {
        text.set(now.clone());
        at.set(0);
        if let Some(earlier) = pause.get_value() {
            earlier.clear();
        }
        pause.set_value(set_timeout_with_handle(move || asked.set(now.trim().to_owned()), PAUSE).ok());
    };
    let chosen = go.clone();
    let pressed = move |key: ev::KeyboardEvent| {
        let count = found.with(Vec::len).max(1);
        match key.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" => {
                if let Some(one) = found.get().get(at.get()) {
                    chosen(&one.address);
                }
            }
            _ => return,
        }
        key.prevent_default();
    };
    view! {
        <button class="find" on:click=move |_| show() aria-keyshortcuts="Control+K Meta+K">
            <span>{words::common::find()}</span>
            <kbd>{words::common::find_keys()}</kbd>
        </button>
        <dialog class="finder" node_ref=dialog aria-label=words::common::find() on:close=move |_| open.set(false)>
            <input
                type="search" role="combobox" aria-expanded="true" aria-controls="found" aria-autocomplete="list" autocomplete="off"
                aria-label=words::common::find_what() placeholder=words::common::find_what()
                aria-activedescendant=move || format!("found-{}", at.get())
                prop:value=text on:input:target=move |input| typed(input.target().value()) on:keydown=pressed
            />
            <ul id="found" role="listbox" aria-label=words::common::find()>
                {move || found.get().into_iter().enumerate().map(|(number, one)| {
                    let go = go.clone();
                    let address = one.address;
                    view! {
                        <li role="option" id=format!("found-{number}") aria-selected=move || (at.get() == number).to_string() on:click=move |_| go(&address)>
                            <span>{one.text}</span><small>{one.kind}</small>
                        </li>
                    }
                }).collect_view()}
            </ul>
            <p class="hint" role="status">{move || if found.with(Vec::is_empty) { words::common::find_nothing() } else { "" }}</p>
        </dialog>
    }
}
