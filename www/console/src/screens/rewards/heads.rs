//! The book's heads, one a day: what was sent to whom, so that somebody else holds it too.

use crate::api::{Page as Rows, load};
use crate::view::{Time, Told};
use crate::words;
use leptos::prelude::*;
use serde::Deserialize;

/// So many of the last are shown; all are among the deliveries.
const SHOWN: &str = "/v1/deliveries?type=ledger.head&sort=-created_at&limit=7";

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Sent {
    id: String,
    state: String,
    created_at: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Whole {
    body: Body,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Body {
    data: Head,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Head {
    date: String,
    postings: i64,
    #[serde(rename = "head")]
    hash: String,
}

#[component]
pub(super) fn Heads() -> impl IntoView {
    let sent = load::<Rows<Sent>>(|| SHOWN.to_owned());
    let shown = move || {
        let page = sent.value()?;
        if page.data.is_empty() {
            return Some(view! {
                <p class="hint">{words::rewards::no_heads()}</p>
                <p><a class="button quiet" href={"/console/forwarding/new?kind=webhook"}>{words::rewards::no_heads_do()}</a></p>
            }.into_any());
        }
        let more = page.next_cursor.is_some();
        Some(view! {
            <ul class="heads">{page.data.into_iter().map(|sent| view! { <One sent /> }).collect_view()}</ul>
            {more.then(|| view! { <p><a href={"/console/forwarding/deliveries?type=ledger.head"}>{words::rewards::all_heads()}</a></p> })}
        }.into_any())
    };
    view! {
        <section class="card" aria-labelledby="heads">
            <h2 id="heads">{words::rewards::heads()}</h2>
            <p>{words::rewards::heads_lead()}</p>
            {move || sent.problem().map(|problem| view! { <Told problem /> })}
            {shown}
        </section>
    }
}

#[component]
fn One(sent: Sent) -> impl IntoView {
    let path = format!("/v1/deliveries/{}", sent.id);
    let whole = load::<Whole>(move || path.clone());
    let to = format!("/console/forwarding/deliveries/{}", sent.id);
    let head = move || {
        whole.value().map(|whole| {
        let head = whole.body.data;
        view! { <span>{words::rewards::head_of(head.date, crate::view::amounts::whole(head.postings))}</span><code>{head.hash}</code> }
    })
    };
    view! { <li>{head}<small><a href=to><Time at=sent.created_at /></a>" "{sent.state}</small></li> }
}
