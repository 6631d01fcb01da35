//! Forwarding: to come. Its parts go into `screens/forwarding/`, its words into `words/en/forwarding.json`.

use crate::view::Page;
use crate::words;
use leptos::prelude::*;

#[component]
pub(crate) fn Forwarding() -> impl IntoView {
    view! {
        <Page title=words::forwarding::title()>
            <p>{words::forwarding::coming()}</p>
        </Page>
    }
}
