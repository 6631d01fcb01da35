//! Deliveries to all destinations, by destination, state, kind of event and event.

use super::Tabs;
use super::told::{Destination, Row, STATES, look, state, state_word};
use crate::api::{Page as Rows, load};
use crate::view::address::short;
use crate::view::amounts::whole;
use crate::view::{Address, Column, Page, Table, Time, address};
use crate::words;
use leptos::prelude::*;

const KNOWN: &[&str] = &["destination", "state", "type", "event", "conversion", "reward", "sort"];
/// Kinds of events that a destination can hear of.
const TYPES: [&str; 15] = [
    "participant.joined",
    "participant.link_requested",
    "conversion.recorded",
    "conversion.refunded",
    "reward.created",
    "reward.held",
    "reward.approved",
    "reward.rejected",
    "reward.fulfilled",
    "reward.reversed",
    "reward.approval_asked",
    "ledger.head",
    "budget.warning",
    "destination.disabled",
    "test",
];

#[component]
pub(crate) fn Deliveries() -> impl IntoView {
    let here = Address::here();
    let destinations = load::<Rows<Destination>>(|| "/v1/destinations?limit=100".to_owned());
    let name = move |id: &str| {
        let all = destinations.value().map(|page| page.data).unwrap_or_default();
        all.into_iter().find(|one| one.id == id).map(|one| one.named())
    };
    let columns = vec![
        Column::new(words::forwarding::event(), |row: &Row| row.kind.clone()).shown(|row: &Row| {
            let to = format!("/console/forwarding/deliveries/{}", row.id);
            view! { <a href=to>{row.kind.clone()}</a> }.into_any()
        }),
        Column::new(words::forwarding::destination(), |row: &Row| row.destination.clone().unwrap_or_default()).shown(
            move |row: &Row| {
                let id = row.destination.clone().unwrap_or_default();
                let to = format!("/console/forwarding/{id}");
                view! { <a href=to><bdi>{move || name(&id).unwrap_or_else(|| id.clone())}</bdi></a> }.into_any()
            },
        ),
        Column::new(words::forwarding::state(), |row: &Row| row.state.clone())
            .shown(|row: &Row| view! { <span class=look(row)>{state(row)}</span> }.into_any()),
        Column::new(words::forwarding::tries(), |row: &Row| whole(row.tries)).number(),
        Column::new(words::forwarding::made(), |row: &Row| row.created_at.clone())
            .shown(|row: &Row| view! { <Time at=row.created_at.clone() /> }.into_any())
            .sorted("created_at"),
        Column::new(words::forwarding::next_try(), |row: &Row| row.next_at.clone().unwrap_or_default())
            .shown(|row: &Row| row.next_at.clone().map(|at| view! { <Time at /> }).into_any()),
        Column::new(words::forwarding::id(), |row: &Row| row.event.clone()).shown(move |row: &Row| {
            let to = here.with(&[("event", &row.event)]);
            let end = short(&row.event);
            view! { <a href=to><code>{end}</code></a> }.into_any()
        }),
    ];
    let choose = address::replace();
    let pick = move |name: &'static str, title: &'static str, options: Vec<(String, String)>| {
        let (choose, now) = (choose.clone(), here.get(name));
        let id = format!("pick-{name}");
        let options: Vec<_> = std::iter::once((String::new(), title.to_owned()))
            .chain(options)
            .map(|(value, text)| {
                let is_now = value == now;
                view! { <option value=value selected=is_now>{text}</option> }
            })
            .collect();
        view! {
            <label class="unseen" for=id.clone()>{title}</label>
            <select id=id on:change:target=move |select| choose(&untrack(|| here.with(&[(name, &select.target().value())])))>{options}</select>
        }
    };
    let filters = move || {
        let all = destinations.value().map(|page| page.data).unwrap_or_default();
        let all = all.into_iter().map(|one| (one.id.clone(), one.named())).collect();
        let only = |name: &'static str, text: fn(String) -> String| {
            let value = here.get(name);
            (!value.is_empty()).then(|| {
                let to = here.with(&[(name, "")]);
                view! { <a class="badge" href=to>{text(value)}" "<span aria-hidden="true">"×"</span></a> }
            })
        };
        view! {
            {pick("destination", words::forwarding::all_destinations(), all)}
            {pick("state", words::forwarding::any_state(), STATES.map(|state| (state.to_owned(), state_word(state))).to_vec())}
            {pick("type", words::forwarding::any_event(), TYPES.map(|kind| (kind.to_owned(), kind.to_owned())).to_vec())}
            {only("event", words::forwarding::only_event)}
            {only("conversion", words::forwarding::only_event)}
            {only("reward", words::forwarding::only_event)}
        }
    };
    view! {
        <Page title=words::forwarding::deliveries()>
            <Tabs />
            <p class="lead">{words::forwarding::deliveries_lead()}</p>
            <div class="filters">{filters}</div>
            <div class="as-cards">
                <Table
                    caption=words::forwarding::deliveries() columns path="/v1/deliveries" known=KNOWN order="-created_at"
                    empty=|| view! { <p>{words::forwarding::no_deliveries()}</p><p>{words::forwarding::no_deliveries_do()}</p> }
                />
            </div>
        </Page>
    }
}
