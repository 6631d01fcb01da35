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
pub(super) mod told;

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
        let current = move || path.with(|path| is_at(path, to)).then_some("page");
        view! { <a href=to aria-current=current>{title}</a> }
    };
    view! { <nav class="tabs" aria-label=words::forwarding::title()>{tabs.map(tab)}</nav> }
}

/// Whether a tab is where one is: at its address, or at one of the things that it lists.
fn is_at(path: &str, tab: &str) -> bool {
    let rest = path.strip_prefix("/console/forwarding").unwrap_or_default().trim_matches('/');
    let first = rest.split('/').next().unwrap_or_default();
    let own = if matches!(first, "deliveries") { first } else { "" };
    tab.strip_prefix("/console/forwarding").unwrap_or_default().trim_matches('/') == own
}

#[cfg(test)]
mod tests {
    use super::is_at;

    #[test]
    fn a_tab_is_current_for_what_it_lists() {
        let (first, other) = ("/console/forwarding", "/console/forwarding/deliveries");
        for (path, is_first) in [
            ("/console/forwarding", true),
            ("/console/forwarding/x_1", true),
            (other, false),
            ("/console/forwarding/deliveries/x_1", false),
        ] {
            assert_eq!((is_at(path, first), is_at(path, other)), (is_first, !is_first), "{path}");
        }
    }
}
