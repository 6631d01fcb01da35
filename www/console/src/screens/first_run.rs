//! The first run: what a new program's owner does next, one thing at a time, until a click is seen and the offer is their own.
//! It looks for the click by itself while the page is visible.

use super::install::{Code, snippet};
use crate::api::{self, Page, Problem};
use crate::sample;
use crate::session::{Scope, Session};
use crate::view::{Told, progress};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// Between two looks for a click.
const LOOK: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Clicks {
    person: i64,
    human: i64,
}

/// The participant whose link is tried.
const TRIED: &str = "console-first-link";

#[component]
pub(super) fn FirstRun(
    /// Called when the first click is seen.
    on_click: Callback<()>,
) -> impl IntoView {
    let session = Session::here();
    let may = session.may(Scope::Write);
    let program = session.program();
    let text = |name: &str| program[name].as_str().unwrap_or_default().to_owned();
    let (id, site) = (text("id"), text("site"));
    let headline = program["offer"]["headline"].as_str().unwrap_or_default().to_owned();
    let has_offer = !headline.is_empty() && program["rewards"].as_array().is_some_and(|rules| !rules.is_empty());
    let link = RwSignal::new(None::<String>);
    let wrong = RwSignal::new(None::<Problem>);
    let seen = RwSignal::new(None::<Clicks>);
    let is_pasted = RwSignal::new(false);
    watch(seen, on_click);
    let now = Memo::new(move |_| match (has_offer, seen.with(Option::is_some), is_pasted.get()) {
        (_, true, _) => 4,
        (false, ..) => 1,
        (_, _, false) => 2,
        _ => 3,
    });
    let make = move |_| {
        wrong.set(None);
        let person =
            json!({"external_id": TRIED, "email": "first-link@example.com", "name": words::first_run::link_name()});
        spawn_local(async move {
            match api::send("POST", "/v1/participants", Some(&person)).await {
                Ok(made) => drop(link.try_set(made["link"].as_str().map(str::to_owned))),
                Err(problem) => drop(wrong.try_set(Some(problem))),
            }
        });
    };
    let step = move |number: i64, title: &'static str, inside: AnyView| {
        let current = move || (now.get() == number).then_some("step");
        let state = move || if now.get() > number { words::first_run::done() } else { "" };
        view! {
            <li class="first-step" class:done=move || { now.get() > number } class:now=move || now.get() == number aria-current=current>
                <h3>{title}<span class="unseen">{state}</span></h3>
                <div class="first-inside" hidden=move || now.get() != number>{inside}</div>
            </li>
        }
    };
    let offer = view! {
        <p>{words::first_run::offer_lead()}</p>
        <p><A href="/console/program" attr:class="button">{words::first_run::offer_do()}</A></p>
    };
    let paste = view! {
        <p>{words::first_run::snippet_lead(&site)}</p>
        <Code text=snippet(&Session::here().friend_path(), &id) what=words::install::snippet() />
        <div class="buttons">
            <button on:click=move |_| is_pasted.set(true)>{words::first_run::snippet_done()}</button>
            <A href="/console/install" attr:class="button quiet">{words::first_run::snippet_help()}</A>
        </div>
    };
    let click = view! {
        <p>{words::first_run::click_lead()}</p>
        {move || wrong.get().map(|problem| view! { <Told problem /> })}
        {move || match link.get() {
            None if may => view! { <p><button on:click=make>{words::first_run::link_make()}</button></p> }.into_any(),
            None => view! { <p>{words::first_run::link_reader()}</p> }.into_any(),
            Some(address) => view! {
                <p>{words::first_run::link_follow()}</p>
                <p>{opened(address)}</p>
            }.into_any(),
        }}
        <p class="waiting" role="status"><span class="pulse"></span>{words::first_run::waiting()}</p>
        <p><button class="quiet small" on:click=move |_| is_pasted.set(false)>{words::first_run::back()}</button></p>
    };
    let publish = view! {
        <p>{words::first_run::publish_lead(&headline)}</p>
        <p><A href="/console/program" attr:class="button">{words::first_run::publish_do()}</A></p>
    };
    view! {
        <section class="card first-run" aria-labelledby="first-run">
            <h2 id="first-run">{words::first_run::title()}</h2>
            <div role="status">
                {move || seen.get().map(|clicks| view! {
                    <p class="seen"><strong>{words::first_run::seen()}</strong>" "
                        {if clicks.human > 0 { words::first_run::seen_human() } else { words::first_run::seen_not_human() }}
                    </p>
                })}
            </div>
            <ol class="first-steps">
                {step(1, words::first_run::offer(), offer.into_any())}
                {step(2, words::first_run::snippet(), paste.into_any())}
                {step(3, words::first_run::click(), click.into_any())}
                {step(4, words::first_run::publish(), publish.into_any())}
            </ol>
            <p class="first-sample" hidden=move || seen.with(Option::is_some)>
                {words::first_run::sample_lead()}" "
                <button class="quiet small" on:click=move |_| sample::put_in()>{words::first_run::sample_in()}</button>
            </p>
        </section>
    }
}

/// The address, to follow in a tab of its own. One that isn't http is only told.
fn opened(address: String) -> AnyView {
    if address.starts_with("http://") || address.starts_with("https://") {
        let text = address.clone();
        return view! { <a class="button" href=address target="_blank" rel="noopener">{text}</a> }.into_any();
    }
    view! { <code>{address}</code> }.into_any()
}

/// Looks until a click by a person is there, and then until the script has confirmed one, while the page is visible.
fn watch(seen: RwSignal<Option<Clicks>>, on_click: Callback<()>) {
    spawn_local(async move {
        let mut looks_after = 0;
        loop {
            progress::pause(LOOK).await;
            let Some(before) = seen.try_get_untracked() else { return };
            if document().hidden() || sample::is_in() {
                continue;
            }
            let Ok(page) = api::get::<Page<Value>>("/v1/stats/clicks?group_by=channel&limit=1000").await else {
                continue;
            };
            let rows = page.data.into_iter().filter_map(|row| serde_json::from_value::<Clicks>(row).ok());
            let sum = rows.fold(Clicks { person: 0, human: 0 }, |sum, row| Clicks {
                person: sum.person + row.person,
                human: sum.human + row.human,
            });
            if sum.person == 0 {
                continue;
            }
            let is_whole = sum.human > 0;
            if before.as_ref() != Some(&sum) && seen.try_set(Some(sum)).is_some() {
                return;
            }
            if before.is_none() {
                on_click.run(());
            }
            // Landings come a moment after their click; for an hour, and no longer, they are looked for.
            looks_after += 1;
            if is_whole || looks_after > 1_800 {
                return;
            }
        }
    });
}
