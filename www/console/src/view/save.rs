//! What the browser gives away: files to save, and texts to paste elsewhere.

use leptos::prelude::document;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast as _, JsValue};

#[wasm_bindgen]
extern "C" {
    type Promised;
    #[wasm_bindgen(method)]
    fn then(this: &Promised, done: JsValue, failed: JsValue);
    #[wasm_bindgen(js_namespace = ["navigator", "clipboard"], js_name = writeText, catch)]
    fn write_text(text: &str) -> Result<Promised, JsValue>;
}

/// Has the browser save a text under a name.
pub(crate) fn text(name: &str, kind: &str, text: &str) -> Option<()> {
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(kind);
    blob(name, &web_sys::Blob::new_with_str_sequence_and_options(&parts, &options).ok()?)
}

/// The same of what is no text.
pub(crate) fn blob(name: &str, blob: &web_sys::Blob) -> Option<()> {
    let address = web_sys::Url::create_object_url_with_blob(blob).ok()?;
    let link: web_sys::HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&address);
    link.set_download(name);
    link.set_rel("external");
    document().body()?.append_child(&link).ok()?;
    link.click();
    link.remove();
    web_sys::Url::revoke_object_url(&address).ok()
}

/// Puts a text where the next paste takes it from; then says whether that was allowed.
pub(crate) fn copy(text: &str, then: impl Fn(bool) + Clone + 'static) {
    let Ok(promised) = write_text(text) else { return then(false) };
    let failed = then.clone();
    promised.then(Closure::once_into_js(move || then(true)), Closure::once_into_js(move || failed(false)));
}
