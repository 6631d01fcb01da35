//! Code to copy.

use crate::view::Toasts;
use crate::words;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "clipboard"], js_name = writeText, catch)]
    fn write_text(text: &str) -> Result<JsValue, JsValue>;
}

/// The script tag of a program. `friend_path`: the prefix of friends' links.
pub(crate) fn snippet(friend_path: &str, id: &str) -> String {
    format!("<script async src=\"{friend_path}/-/widget.js\" data-program=\"hg_pk_{id}\"></script>\n")
}

/// A text with a button that copies it. Where the clipboard may not be written to, the text is chosen instead.
#[component]
pub(crate) fn Code(
    #[prop(into)] text: String,
    /// What it is, for those who don't see it.
    #[prop(into)]
    what: String,
) -> impl IntoView {
    let toasts = Toasts::here();
    let pre = NodeRef::<leptos::html::Pre>::new();
    let copied = text.clone();
    let copy = move |_| {
        if write_text(&copied).is_ok() {
            toasts.say(words::install::copied());
        } else if let (Some(pre), Ok(Some(selection))) = (pre.get(), selection()) {
            let _chosen = selection.unchecked_into::<Selection>().select_all_children(&pre);
            toasts.say(words::install::chosen());
        }
    };
    let name = words::install::copy_what(&what);
    view! {
        <div class="code-box">
            <pre class="code" node_ref=pre tabindex="0" role="group" aria-label=what>{text}</pre>
            <button type="button" class="quiet small" aria-label=name on:click=copy>{words::install::copy()}</button>
        </div>
    }
}

#[wasm_bindgen]
extern "C" {
    type Selection;
    #[wasm_bindgen(js_name = getSelection, catch)]
    fn get_selection() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, js_name = selectAllChildren, catch)]
    fn select_all_children(this: &Selection, node: &web_sys::Node) -> Result<(), JsValue>;
}

fn selection() -> Result<Option<JsValue>, JsValue> {
    get_selection().map(|selection| Some(selection).filter(|selection| !selection.is_null()))
}
