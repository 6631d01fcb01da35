//! What would change: the difference to the version in force, what it would have come to, and publishing it.

use super::draft::{self, Draft};
use super::json::Difference;
use super::whatif::WhatIf;
use crate::api::Problem;
use crate::view::{Address, Amount, Toasts, Told, amounts};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::use_navigate;
use serde_json::Value;

#[component]
pub(super) fn Changes(may: bool) -> impl IntoView {
    let (draft, here, toasts) = (Draft::here(), Address::here(), Toasts::here());
    let found = Memo::new(move |_| draft.differences());
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<Problem>);
    let secret = RwSignal::new(None::<String>);
    let navigate = use_navigate();
    let publish = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        wrong.set(None);
        let (file, navigate) = (draft.whole(), navigate.clone());
        let home = here.with(&[("view", "")]);
        spawn_local(async move {
            let told = draft::publish(&file).await;
            let _gone = busy.try_set(false);
            match told {
                Ok(mut file) => {
                    let version = file["version"].as_i64().unwrap_or(0);
                    let shown_once = file.as_object_mut().and_then(|fields| fields.remove("callback_secret"));
                    draft.published(file);
                    toasts.say(&words::program::published(version));
                    match shown_once.as_ref().and_then(Value::as_str) {
                        Some(text) => secret.set(Some(text.to_owned())),
                        None => navigate(&home, NavigateOptions::default()),
                    }
                }
                Err(problem) => {
                    draft.refused(&problem);
                    let _gone = wrong.try_set(Some(problem));
                }
            }
        });
    };
    let errors =
        Memo::new(move |_| draft.findings.with(|all| all.iter().filter(|one| one.severity == "error").count()));
    let broken = Memo::new(move |_| draft.broken.get().is_some());
    view! {
        {move || secret.get().map(|secret| view! {
            <section class="card secret" role="status">
                <h2>{words::program::secret()}</h2>
                <p>{words::program::secret_lead()}</p>
                <p><code>{secret}</code></p>
            </section>
        })}
        {move || wrong.get().map(|problem| view! {
            <Told problem />
            <p><A href=here.with(&[("view", "")])>{words::program::back_to_form()}</A></p>
        })}
        {move || broken.get().then(|| view! {
            <div class="problem" role="alert">
                <p>{words::program::broken()}</p>
                <p class="hint"><A href=here.with(&[("view", "")])>{words::program::back_to_form()}</A></p>
            </div>
        })}
        {move || {
            let found = found.get();
            if found.is_empty() {
                return view! {
                    <div class="empty">
                        <p>{words::program::no_change()}</p>
                        <p><A href=here.with(&[("view", "")]) attr:class="button">{words::program::to_form()}</A></p>
                    </div>
                }.into_any();
            }
            let publish = publish.clone();
            view! {
                <section class="card" aria-labelledby="changed">
                    <h2 id="changed">{words::program::differs(i64::try_from(found.len()).unwrap_or(0))}</h2>
                    {listed(found)}
                </section>
                <WhatIf />
                {may.then(|| view! {
                    <section class="card" aria-labelledby="publish">
                        <h2 id="publish">{words::program::publish()}</h2>
                        <p class="hint">{words::program::publish_lead()}</p>
                        {move || (errors.get() > 0).then(|| view! { <p class="note error">{words::program::publish_errors(i64::try_from(errors.get()).unwrap_or(0))}</p> })}
                        <button on:click=publish.clone() aria-disabled=move || (busy.get() || broken.get()).to_string()>
                            {move || if busy.get() { words::common::sending() } else { words::program::publish_now() }}
                        </button>
                    </section>
                })}
            }.into_any()
        }}
    }
}

/// Places that differ, each with what stood there and what stands there.
pub(super) fn listed(found: Vec<Difference>) -> impl IntoView {
    let one = |difference: Difference| {
        let Difference { path, before, after } = difference;
        view! {
            <div class="changed">
                <dt><code>{path}</code></dt>
                <dd>
                    {before.as_ref().map(|before| view! { <del>{said(before)}</del>" " })}
                    {match &after {
                        Some(after) => view! { <ins>{said(after)}</ins> }.into_any(),
                        None => view! { <span class="hint">{words::program::taken_out()}</span> }.into_any(),
                    }}
                </dd>
            </div>
        }
    };
    view! { <dl class="difference">{found.into_iter().map(one).collect_view()}</dl> }
}

fn said(value: &Value) -> String {
    if let (Some(amount), Some(currency)) = (value["amount"].as_i64(), value["currency"].as_str()) {
        return amounts::money(&Amount { amount, currency: currency.to_owned() });
    }
    match value {
        Value::String(text) => text.clone(),
        Value::Object(_) | Value::Array(_) => super::json::written(value).trim_end().to_owned(),
        other => other.to_string(),
    }
}
