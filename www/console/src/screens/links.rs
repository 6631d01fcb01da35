//! Links, and those that many persons follow while nobody buys: `?unproductive=true`.

use crate::view::amounts::whole;
use crate::view::{Address, ChosenFilter, Column, Page, Table, Time};
use crate::words;
use leptos::prelude::*;
use leptos_router::components::A;
use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Listed {
    code: String,
    link: String,
    participant: String,
    state: String,
    created_at: String,
    person: i64,
}

#[component]
pub(crate) fn Links() -> impl IntoView {
    let here = Address::here();
    let columns = vec![
        Column::new(words::links::code(), |row: &Listed| row.code.clone()).shown(|row| {
            let (to, code) = (format!("/console/people/{}", row.participant), row.code.clone());
            view! { <A href=to><bdi>{code}</bdi></A> }.into_any()
        }),
        Column::new(words::links::person(), |row: &Listed| row.person.to_string())
            .shown(|row| whole(row.person).into_any())
            .number(),
        Column::new(words::links::link(), |row: &Listed| row.link.clone())
            .shown(|row| view! { <bdi dir="ltr">{row.link.clone()}</bdi> }.into_any()),
        Column::new(words::links::state(), |row: &Listed| row.state.clone()),
        Column::new(words::links::created(), |row: &Listed| row.created_at.clone())
            .shown(|row| view! { <Time at=row.created_at.clone() /> }.into_any()),
    ];
    let is_narrowed = move || here.get("unproductive") == "true";
    let empty = move || if is_narrowed() { words::links::none_unproductive() } else { words::links::none() };
    let earning =
        vec![("true", words::links::unproductive().to_owned()), ("false", words::links::productive().to_owned())];
    view! {
        <Page title=words::links::title()>
            <p class="lead">{move || if is_narrowed() { words::links::lead_unproductive() } else { words::links::lead() }}</p>
            <div class="filters">
                <ChosenFilter name="unproductive" label=words::links::earning() options=earning />
            </div>
            <div class="cards">
                <Table caption=words::links::title() columns path="/v1/links" known=&["unproductive", "participant", "state"] empty />
            </div>
        </Page>
    }
}
