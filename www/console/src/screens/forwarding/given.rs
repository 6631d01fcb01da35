//! A secret that is shown this once, to be copied.

use crate::view::Toasts;
use crate::words;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast as _, JsValue};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["navigator", "clipboard"], js_name = writeText)]
    fn write_text(text: &str) -> Result<js_sys::Promise, JsValue>;
}

#[component]
pub(super) fn Given(secret: String, #[prop(into)] lead: String) -> impl IntoView {
    let toasts = Toasts::here();
    let input = NodeRef::<html::Input>::new();
    let text = secret.clone();
    let copy = move |_| {
        let text = text.clone();
        if let Some(input) = input.get_untracked() {
            input.select();
        }
        // Where the browser doesn't let a page copy, it is selected, and one key away.
        let refused = Closure::once_into_js(move |_: JsValue| toasts.say(words::forwarding::copy_yourself()));
        let Ok(copying) = write_text(&text) else {
            toasts.say(words::forwarding::copy_yourself());
            return;
        };
        let copied = Closure::once_into_js(move |_: JsValue| toasts.say(words::forwarding::copied()));
        let then = js_sys::Reflect::get(&copying, &"then".into()).ok();
        if let Some(then) = then.and_then(|then| then.dyn_into::<js_sys::Function>().ok()) {
            let _told = then.call2(&copying, &copied, &refused);
        }
    };
    view! {
        <section class="card given" role="status" aria-labelledby="given">
            <h2 id="given">{words::forwarding::secret()}</h2>
            <p>{lead}</p>
            <div class="copy">
                <input node_ref=input id="secret" readonly aria-label=words::forwarding::secret() value=secret spellcheck="false" />
                <button on:click=copy>{words::forwarding::copy()}</button>
            </div>
        </section>
    }
}
