//! Rewards: to come. Its parts go into `screens/rewards/`, its words into `words/en/rewards.json`.

use crate::view::Page;
use crate::words;
use leptos::prelude::*;

#[component]
pub(crate) fn Rewards() -> impl IntoView {
    view! {
        <Page title=words::rewards::title()>
            <p>{words::rewards::coming()}</p>
        </Page>
    }
}
