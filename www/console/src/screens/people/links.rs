//! The links of a participant: each with what came by it, to copy or to print; and a new one.

use super::clicks::ByChannel;
use super::drawn::Qr;
use super::person::address;
use super::told::{Link, Participant};
use crate::api::{self, Load};
use crate::session::{Scope, Session};
use crate::view::{Field, Form, Toasts, save};
use crate::words;
use leptos::prelude::*;
use serde_json::json;

/// So many are shown at first: the clicks of each are asked for.
const FIRST: usize = 10;

#[component]
pub(super) fn Links(person: Load<Participant>) -> impl IntoView {
    let may = Session::here().may(Scope::Write);
    let all = RwSignal::new(false);
    let links = move || person.value().map(|one| one.links).unwrap_or_default();
    let shown = move || links().into_iter().take(if all.get() { usize::MAX } else { FIRST }).collect::<Vec<_>>();
    let more = move || {
        let count = links().len();
        (count > FIRST && !all.get()).then(|| {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            view! { <button class="quiet" on:click=move |_| all.set(true)>{words::people::all_links(count)}</button> }
        })
    };
    view! {
        <section class="card links" aria-labelledby="links">
            <h2 id="links">{words::people::links()}</h2>
            <ul class="plain">
                <For each=shown key=|link| (link.code.clone(), link.state.clone()) let:link><One link /></For>
            </ul>
            {more}
            {may.then(|| view! { <NewLink person /> })}
        </section>
    }
}

#[component]
fn One(link: Link) -> impl IntoView {
    let toasts = Toasts::here();
    let Link { code, destination, state, address: link } = link;
    let text = link.clone();
    let copy = move |_| {
        save::copy(&text, move |is_done| {
            toasts.say(if is_done { words::people::copied() } else { words::people::not_copied() });
        });
    };
    let leads_to = destination.map(|to| view! { <p class="hint">{words::people::leads_to()}" "{address(&to)}</p> });
    view! {
        <li>
            <div class="link">
                <div>
                    <h3><code>{code.clone()}</code>{(state != "active").then(|| view! { <span class="badge waits">{words::people::paused()}</span> })}</h3>
                    <p class="hint">{address(&link)}</p>
                    {leads_to}
                </div>
                <div class="row">
                    <button class="quiet" on:click=copy>{words::people::copy()}<span class="unseen">" "{code.clone()}</span></button>
                    <Qr code=code.clone() link=link.clone() />
                </div>
            </div>
            <ByChannel code />
        </li>
    }
}

#[component]
fn NewLink(person: Load<Participant>) -> impl IntoView {
    let toasts = Toasts::here();
    // A link that was made leaves an empty form behind, a new one; one that wasn't leaves it as it is.
    let made = RwSignal::new(0_u32);
    let send = move |values: crate::view::form::Values| async move {
        let Some(one) = person.value() else { return Ok(()) };
        let mut body = json!({});
        for name in ["code", "destination"] {
            if !values.text(name).trim().is_empty() {
                body[name] = json!(values.text(name).trim());
            }
        }
        let link = api::send("POST", &format!("/v1/participants/{}/links", one.id), Some(&body)).await?;
        toasts.say(&words::people::link_made(link["code"].as_str().unwrap_or_default()));
        person.again();
        let _gone = made.try_update(|made| *made += 1);
        Ok(())
    };
    let empty = move || [(made.get(), person.value().map(|one| one.id))];
    view! {
        <details class="new">
            <summary>{words::people::new_link()}</summary>
            <For each=empty key=Clone::clone let:_form>
                <Form button=words::people::make_link() send>
                    <div class="pair">
                        <Field name="code" label=words::people::new_code() hint=words::people::new_code_hint() />
                        <Field name="destination" label=words::people::new_destination() hint=words::people::new_destination_hint() />
                    </div>
                </Form>
            </For>
        </details>
    }
}
