//! A new destination: which kind (`?kind=`), what that kind asks for, and the secret, which is shown this once.

use super::Tabs;
use super::fields::{Fields, body};
use super::given::Given;
use super::kinds::{KINDS, Kind, kind};
use crate::api;
use crate::session::{Scope, Session};
use crate::view::form::Values;
use crate::view::{Address, Form, Page, Toasts};
use crate::words;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

#[component]
pub(crate) fn New() -> impl IntoView {
    let here = Address::here();
    let made = RwSignal::new(None::<(String, String)>);
    let chosen = Memo::new(move |_| here.get("kind"));
    let inside = move || {
        if !Session::here().may(Scope::Write) {
            return view! { <p>{words::forwarding::may_not()}</p> }.into_any();
        }
        if let Some((id, secret)) = made.get() {
            let to = format!("/console/forwarding/{id}");
            return view! {
                <Given secret lead=words::forwarding::secret_lead() />
                <p class="buttons"><a class="button" href=to>{words::forwarding::kept_it()}</a></p>
            }
            .into_any();
        }
        match kind(&chosen.get()) {
            Some(kind) => view! { <One kind made /> }.into_any(),
            None => choices(here).into_any(),
        }
    };
    view! {
        <Page title=words::forwarding::new()>
            <Tabs />
            {inside}
        </Page>
    }
}

fn choices(here: Address) -> impl IntoView {
    let choice = move |kind: &'static Kind| {
        let to = here.with(&[("kind", kind.word)]);
        view! { <li><a class="card" href=to><b>{(kind.title)()}</b><span>{(kind.lead)()}</span></a></li> }
    };
    view! {
        <p class="lead">{words::forwarding::which()}</p>
        <ul class="kinds">{KINDS.iter().map(choice).collect_view()}</ul>
    }
}

#[component]
fn One(kind: &'static Kind, made: RwSignal<Option<(String, String)>>) -> impl IntoView {
    let (navigate, toasts) = (use_navigate(), Toasts::here());
    let send = move |values: Values| {
        let navigate = navigate.clone();
        async move {
            let answer = api::send("POST", "/v1/destinations", Some(&body(kind, &values, None)?)).await?;
            let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
            if answer["secret"].is_string() {
                made.set(Some((text("id"), text("secret"))));
            } else {
                toasts.say(words::forwarding::added());
                navigate(&format!("/console/forwarding/{}", text("id")), NavigateOptions::default());
            }
            Ok(())
        }
    };
    view! {
        <p><a href={"/console/forwarding/new"}>{words::forwarding::other_kind()}</a></p>
        <section class="card" aria-labelledby="kind">
            <h2 id="kind">{(kind.title)()}</h2>
            <p>{(kind.lead)()}</p>
            <Form button=words::forwarding::add_it() send><Fields kind /></Form>
        </section>
    }
}
