//! Program: to come. Its parts go into `screens/program/`, its words into `words/en/program.json`.

use crate::view::Page;
use crate::words;
use leptos::prelude::*;

#[component]
pub(crate) fn Program() -> impl IntoView {
    view! {
        <Page title=words::program::title()>
            <p>{words::program::coming()}</p>
        </Page>
    }
}
