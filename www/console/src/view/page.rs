//! One page: its only `h1`, which has the focus after one came here, and the window's title.

use crate::words;
use leptos::html;
use leptos::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use wasm_bindgen::JsCast as _;

/// The first page of a visit leaves the focus where the browser puts it.
static VISITED: AtomicBool = AtomicBool::new(false);

#[component]
pub(crate) fn Page(
    #[prop(into)] title: Signal<String>,
    /// Buttons and choices beside the title.
    #[prop(optional, into)]
    beside: Option<ViewFn>,
    children: Children,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    Effect::new(move |_| name_the_page(&title.get()));
    Effect::new(move |_| {
        if let Some(heading) = heading.get()
            && VISITED.swap(true, Ordering::Relaxed)
        {
            let _focused = heading.focus();
            window().scroll_to_with_x_and_y(0.0, 0.0);
        }
    });
    view! {
        <div class="head">
            <h1 tabindex="-1" node_ref=heading>{title}</h1>
            {beside.map(|beside| view! { <div class="beside">{beside.run()}</div> })}
        </div>
        {children()}
    }
}

/// The window's title.
pub(crate) fn name_the_page(title: &str) {
    document().set_title(&words::common::window_title(title));
}

/// Moves the focus to the element of an id.
pub(crate) fn focus(id: &str) {
    let element = document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = element {
        let _focused = element.focus();
    }
}
