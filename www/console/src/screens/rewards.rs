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
        let current = move || path.with(|path| is_at(path, to)).then_some("page");
        view! { <a href=to aria-current=current>{title}</a> }
    };
    view! { <nav class="tabs" aria-label=words::rewards::title()>{tabs.map(tab)}</nav> }
}

/// Whether a tab is where one is: at its address, or at one of the things that it lists.
fn is_at(path: &str, tab: &str) -> bool {
    let rest = path.strip_prefix("/console/rewards").unwrap_or_default().trim_matches('/');
    let first = rest.split('/').next().unwrap_or_default();
    let own = if matches!(first, "payouts" | "ledger") { first } else { "" };
    tab.strip_prefix("/console/rewards").unwrap_or_default().trim_matches('/') == own
}

#[cfg(test)]
mod tests {
    use super::is_at;

    #[test]
    fn a_tab_is_current_for_what_it_lists() {
        let (first, other) = ("/console/rewards", "/console/rewards/payouts");
        for (path, is_first) in [
            ("/console/rewards", true),
            ("/console/rewards/x_1", true),
            (other, false),
            ("/console/rewards/payouts/x_1", false),
        ] {
            assert_eq!((is_at(path, first), is_at(path, other)), (is_first, !is_first), "{path}");
        }
    }
}
