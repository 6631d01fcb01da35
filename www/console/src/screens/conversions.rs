//! Conversions: to come. Its parts go into `screens/conversions/`, its words into `words/en/conversions.json`.

use crate::view::Page;
use crate::words;
use leptos::prelude::*;

#[component]
pub(crate) fn Conversions() -> impl IntoView {
    view! {
        <Page title=words::conversions::title()>
            <p>{words::conversions::coming()}</p>
        </Page>
    }
}
