//! The table of routes: each screen is one line in `PAGES`, if it is in the navigation, and one in `routes` for each of its
//! addresses.

mod conversions;
mod first_run;
mod forwarding;
mod install;
mod links;
mod overview;
mod people;
mod program;
mod programs;
mod rewards;
mod sessions;

use crate::view::Page as Shown;
use crate::words;
use leptos::prelude::*;
use leptos_router::components::{Route, Routes};
use leptos_router::path;

/// A page of the navigation.
pub(crate) struct Page {
    pub(crate) path: &'static str,
    pub(crate) title: fn() -> &'static str,
}

pub(crate) const PAGES: &[Page] = &[
    Page { path: "/console", title: words::overview::title },
    Page { path: "/console/people", title: words::people::title },
    Page { path: "/console/conversions", title: words::conversions::title },
    Page { path: "/console/rewards", title: words::rewards::title },
    Page { path: "/console/program", title: words::program::title },
    Page { path: "/console/forwarding", title: words::forwarding::title },
    Page { path: "/console/install", title: words::install::title },
];

pub(crate) fn routes() -> impl IntoView {
    view! {
        <Routes fallback=Nowhere>
            <Route path=path!("/console") view=overview::Overview />
            <Route path=path!("/console/people") view=people::People />
            <Route path=path!("/console/people/:id") view=people::Person />
            <Route path=path!("/console/conversions") view=conversions::Conversions />
            <Route path=path!("/console/conversions/:id") view=conversions::Conversion />
            <Route path=path!("/console/rewards") view=rewards::Rewards />
            <Route path=path!("/console/rewards/payouts") view=rewards::Payouts />
            <Route path=path!("/console/rewards/payouts/:id") view=rewards::Batch />
            <Route path=path!("/console/rewards/ledger") view=rewards::Ledger />
            <Route path=path!("/console/rewards/:id") view=rewards::One />
            <Route path=path!("/console/program") view=program::Program />
            <Route path=path!("/console/forwarding") view=forwarding::Forwarding />
            <Route path=path!("/console/forwarding/new") view=forwarding::New />
            <Route path=path!("/console/forwarding/deliveries") view=forwarding::Deliveries />
            <Route path=path!("/console/forwarding/deliveries/:id") view=forwarding::Delivery />
            <Route path=path!("/console/forwarding/:id") view=forwarding::One />
            <Route path=path!("/console/install") view=install::Install />
            <Route path=path!("/console/links") view=links::Links />
            <Route path=path!("/console/programs") view=programs::Programs />
            <Route path=path!("/console/sessions") view=sessions::Sessions />
        </Routes>
    }
}

#[component]
fn Nowhere() -> impl IntoView {
    view! {
        <Shown title=words::common::nowhere()>
            <p>{words::common::nowhere_lead()}</p>
        </Shown>
    }
}
