//! People: to come. Its parts go into `screens/people/`, its words into `words/en/people.json`.

use crate::view::Page;
use crate::words;
use leptos::prelude::*;

#[component]
pub(crate) fn People() -> impl IntoView {
    view! {
        <Page title=words::people::title()>
            <p>{words::people::coming()}</p>
        </Page>
    }
}
