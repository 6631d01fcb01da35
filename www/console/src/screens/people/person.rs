//! One participant: who they are, their links, what they earned, and what happened since they joined.

use super::earned::Earned;
use super::links::Links;
use super::standing;
use super::timeline::Timeline;
use super::told::Participant;
use crate::api::{self, Load, load, quoted};
use crate::session::{Scope, Session};
use crate::view::{Page, Time, Toasts, Told, table};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;
use serde_json::json;

#[component]
pub(crate) fn Person() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let person = load::<Participant>(move || format!("/v1/participants/{}", quoted(&id.get())));
    let title = Signal::derive(move || {
        person.value().map_or_else(|| words::people::one().to_owned(), |one| one.called().to_owned())
    });
    let is_known = Memo::new(move |_| person.value().is_some());
    let beside = move || view! { <Pause person /> };
    view! {
        <p class="back"><A href="/console/people">{words::common::back()}</A></p>
        <Page title beside>
            {move || person.problem().map(|problem| view! { <Told problem /> })}
            {move || {
                let is_awaited = !is_known.get() && person.problem().is_none();
                is_awaited.then(|| view! { <table::Skeleton /> })
            }}
            {move || is_known.get().then(|| view! {
                <div class="person">
                    <div class="column">
                        <section class="card who" aria-labelledby="who">
                            <h2 id="who">{words::people::who()}</h2>
                            {move || person.value().map(who)}
                        </section>
                        <Timeline id person />
                    </div>
                    <div class="column">
                        <Earned id />
                        <Links person />
                    </div>
                </div>
            })}
        </Page>
    }
}

/// What is known of them.
fn who(one: Participant) -> impl IntoView {
    let metadata = one.metadata.iter().map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        view! { <dt><bdi>{name.clone()}</bdi></dt><dd><bdi>{value}</bdi></dd> }
    });
    let metadata = metadata.collect_view();
    let shown = if one.show_name { words::common::yes() } else { words::common::no() };
    let (is_paused, state) = (one.is_paused(), standing(&one));
    view! {
        <p>{state}</p>
        {is_paused.then(|| view! { <p class="hint">{words::people::paused_lead()}</p> })}
        <dl class="facts">
            <dt>{words::people::email()}</dt><dd><bdi>{one.email}</bdi></dd>
            <dt>{words::people::external_id()}</dt><dd><bdi>{one.external_id}</bdi></dd>
            <dt>{words::people::since()}</dt><dd><Time at=one.created_at /></dd>
            <dt>{words::people::share_page()}</dt><dd>{address(&one.share_page)}</dd>
            <dt>{words::people::show_name()}</dt><dd>{shown}</dd>
            {metadata}
        </dl>
    }
}

/// An address to follow, where following it is safe; else its text alone.
pub(super) fn address(text: &str) -> AnyView {
    let is_safe = text.starts_with("https://") || text.starts_with("http://");
    let text = text.to_owned();
    if !is_safe {
        return view! { <bdi>{text}</bdi> }.into_any();
    }
    view! { <a href=text.clone() rel="external noreferrer noopener" target="_blank"><bdi>{text.clone()}</bdi></a> }
        .into_any()
}

#[component]
fn Pause(person: Load<Participant>) -> impl IntoView {
    let toasts = Toasts::here();
    let may = Session::here().may(Scope::Write);
    let busy = RwSignal::new(false);
    let change = move |id: String, state: &'static str| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let sent = api::send("PATCH", &format!("/v1/participants/{id}"), Some(&json!({"state": state}))).await;
            let _gone = busy.try_set(false);
            match sent {
                Ok(_) => {
                    toasts.say(if state == "paused" { words::people::paused_now() } else { words::people::resumed() });
                    person.again();
                }
                Err(problem) => toasts.fail(&problem),
            }
        });
    };
    move || {
        let one = person.value().filter(|_| may)?;
        let (is_paused, id) = (one.is_paused(), one.id);
        let (state, text) =
            if is_paused { ("active", words::people::resume()) } else { ("paused", words::people::pause()) };
        Some(view! {
            <button class:quiet=!is_paused aria-disabled=move || busy.get().to_string() on:click=move |_| change(id.clone(), state)>{text}</button>
        })
    }
}
