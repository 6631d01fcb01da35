//! Install: to come. Its parts go into `screens/install/`, its words into `words/en/install.json`.

use crate::view::Page;
use crate::words;
use leptos::prelude::*;

#[component]
pub(crate) fn Install() -> impl IntoView {
    view! {
        <Page title=words::install::title()>
            <p>{words::install::coming()}</p>
        </Page>
    }
}
