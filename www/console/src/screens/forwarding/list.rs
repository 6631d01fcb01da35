//! All destinations, each with its health.

use super::Tabs;
use super::fields::heard;
use super::health::{Health, standing};
use super::told::Destination;
use crate::api::{Page as Rows, load};
use crate::session::{Scope, Session};
use crate::view::{Address, Page, Told, table};
use crate::words;
use leptos::prelude::*;

/// Cards of one page.
const SHOWN: &str = "20";

#[component]
pub(crate) fn Forwarding() -> impl IntoView {
    let here = Address::here();
    let all = load::<Rows<Destination>>(move || {
        here.of_api("/v1/destinations", &[("limit", SHOWN), ("cursor", &here.get("cursor"))], &["state", "failing"])
    });
    let is_narrowed = move || !here.get("failing").is_empty() || !here.get("state").is_empty();
    let may = Session::here().may(Scope::Write);
    let beside = move || {
        may.then(|| view! { <a class="button" href={"/console/forwarding/new"}>{words::forwarding::add()}</a> })
    };
    let empty = move || {
        view! {
            <div class="empty">
                <p>{words::forwarding::none()}</p>
                <p>{words::forwarding::none_do()}</p>
                {may.then(|| view! { <p><a class="button" href={"/console/forwarding/new?kind=webhook"}>{words::forwarding::add_webhook()}</a></p> })}
            </div>
        }
    };
    view! {
        <Page title=words::forwarding::title() beside>
            <Tabs />
            <p class="lead">{words::forwarding::lead()}</p>
            {move || is_narrowed().then(|| view! {
                <p class="hint">{words::forwarding::narrowed()}" "<a href={"/console/forwarding"}>{words::forwarding::all()}</a></p>
            })}
            {move || all.problem().map(|problem| view! { <Told problem /> <button on:click=move |_| all.again()>{words::common::again()}</button> })}
            {move || match all.value() {
                Some(page) if page.data.is_empty() && is_narrowed() => {
                    view! { <div class="empty"><p>{words::forwarding::narrowed_none()}</p></div> }.into_any()
                }
                Some(page) if page.data.is_empty() => empty().into_any(),
                Some(page) => view! {
                    <ul class="destinations">{page.data.into_iter().map(|one| view! { <Card one /> }).collect_view()}</ul>
                    <div class="under">
                        {(!here.get("cursor").is_empty()).then(|| view! { <a href=here.with(&[])>{words::common::first_page()}</a> })}
                        {page.next_cursor.map(|next| view! { <a href=here.with(&[("cursor", &next)])>{words::common::next_page()}</a> })}
                    </div>
                }.into_any(),
                None if all.problem().is_some() => ().into_any(),
                None => view! { <table::Skeleton /> }.into_any(),
            }}
        </Page>
    }
}

#[component]
fn Card(one: Destination) -> impl IntoView {
    let to = format!("/console/forwarding/{}", one.id);
    let events = if one.is_callback() { words::forwarding::approval_lead().to_owned() } else { heard(&one.events) };
    view! {
        <li class="card destination">
            <div class="about">
                <h2><a href=to>{one.title()}</a></h2>
                <p class="where"><bdi dir="ltr">{one.url.clone()}</bdi></p>
                <p class="hint">{events}</p>
            </div>
            <div class="stands">
                {standing(&one)}
                <Health id=one.id.clone() since=one.failing_since.clone() />
            </div>
        </li>
    }
}
