//! Rewards: the queue (`queue`) and one of them (`one`), payouts (`payouts`, `batch`), and the book (`ledger`).
//!
//! What is approved, rejected or fulfilled by hand goes through `desk`, which waits until it can no longer be undone.

mod batch;
mod desk;
mod heads;
mod ledger;
mod one;
mod payouts;
mod queue;
mod reason;
mod told;
mod verify;
mod who;

pub(super) use batch::Batch;
pub(super) use ledger::Ledger;
pub(super) use one::One;
pub(super) use payouts::Payouts;
pub(super) use queue::Rewards;

use crate::words;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The three pages of this screen, beside each other.
#[component]
fn Tabs() -> impl IntoView {
    let path = use_location().pathname;
    let tabs = [
        (words::rewards::queue(), "/console/rewards"),
        (words::rewards::payouts(), "/console/rewards/payouts"),
        (words::rewards::ledger(), "/console/rewards/ledger"),
    ];
    let tab = move |(title, to): (&'static str, &'static str)| {
        let current = move || path.with(|path| path.trim_end_matches('/') == to).then_some("page");
        view! { <a href=to aria-current=current>{title}</a> }
    };
    view! { <nav class="tabs" aria-label=words::rewards::title()>{tabs.map(tab)}</nav> }
}
