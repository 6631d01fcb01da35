//! Forwarding: destinations (`list`), a new one (`new`), one of them (`one`), and what became of each delivery (`deliveries`,
//! `delivery`).

mod change;
mod deliveries;
mod delivery;
mod fields;
mod given;
mod health;
mod kinds;
mod list;
mod new;
mod one;
mod replay;
mod told;

pub(super) use deliveries::Deliveries;
pub(super) use delivery::Delivery;
pub(super) use list::Forwarding;
pub(super) use new::New;
pub(super) use one::One;

use crate::words;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The two pages of this screen, beside each other.
#[component]
fn Tabs() -> impl IntoView {
    let path = use_location().pathname;
    let tabs = [
        (words::forwarding::destinations(), "/console/forwarding"),
        (words::forwarding::deliveries(), "/console/forwarding/deliveries"),
    ];
    let tab = move |(title, to): (&'static str, &'static str)| {
        let current = move || path.with(|path| path.trim_end_matches('/') == to).then_some("page");
        view! { <a href=to aria-current=current>{title}</a> }
    };
    view! { <nav class="tabs" aria-label=words::forwarding::title()>{tabs.map(tab)}</nav> }
}
