//! People: the list of participants, searched as one types; each has a page of their own.

mod clicks;
mod drawn;
mod earned;
mod links;
mod person;
mod timeline;
pub(super) mod told;

pub(super) use person::Person;

use crate::view::{Address, ChosenFilter, Column, Page, Table, Time, TypedFilter};
use crate::words;
use leptos::prelude::*;
use leptos_router::components::A;
use told::Participant;

/// The parameters of the address that the list knows.
const KNOWN: &[&str] = &["search", "state", "sort"];

#[component]
pub(crate) fn People() -> impl IntoView {
    let here = Address::here();
    let columns = vec![
        Column::new(words::people::name(), |one: &Participant| one.name.clone().unwrap_or_default())
            .shown(called)
            .sorted("name"),
        Column::new(words::people::email(), |one: &Participant| one.email.clone()),
        Column::new(words::people::code(), |one: &Participant| one.code.clone())
            .shown(|one| view! { <code>{one.code.clone()}</code> }.into_any()),
        Column::new(words::people::external_id(), |one: &Participant| one.external_id.clone()),
        Column::new(words::people::state(), |one: &Participant| state_in_words(one).to_owned())
            .shown(|one| standing(one).into_any()),
        Column::new(words::people::since(), |one: &Participant| one.created_at.clone())
            .shown(|one| view! { <Time at=one.created_at.clone() /> }.into_any())
            .sorted("created_at"),
    ];
    let empty = move || {
        let narrowed = !here.get("search").is_empty() || !here.get("state").is_empty();
        if narrowed {
            return view! {
                <p>{words::people::none_found()}</p>
                <p><A href=here.with(&[("search", ""), ("state", "")]) attr:class="button quiet">{words::people::show_all()}</A></p>
            }
            .into_any();
        }
        view! {
            <p>{words::people::none()}</p>
            <p>{words::people::none_do()}</p>
            <p><A href="/console/install" attr:class="button">{words::people::none_link()}</A></p>
        }
        .into_any()
    };
    let states = vec![("active", words::people::active().to_owned()), ("paused", words::people::paused().to_owned())];
    view! {
        <Page title=words::people::title()>
            <div class="filters" role="search">
                <TypedFilter name="search" label=words::people::search() placeholder=words::people::search_what() />
                <ChosenFilter name="state" label=words::people::state() options=states />
            </div>
            <div class="cards people">
                <Table caption=words::people::title() columns path="/v1/participants" known=KNOWN order="-created_at" empty />
            </div>
        </Page>
    }
}

fn called(one: &Participant) -> AnyView {
    let (address, name) = (format!("/console/people/{}", one.id), one.called().to_owned());
    view! { <A href=address><bdi>{name}</bdi></A> }.into_any()
}

fn state_in_words(one: &Participant) -> &'static str {
    if one.is_paused() { words::people::paused() } else { words::people::active() }
}

/// Whether they take part now.
fn standing(one: &Participant) -> impl IntoView + use<> {
    let is_paused = one.is_paused();
    view! { <span class="badge" class:good=!is_paused class:waits=is_paused>{state_in_words(one)}</span> }
}
