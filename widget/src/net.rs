//! What the core may ask for: the loader's `core/host.js`, seen from here.
//!
//! Every call returns at once. What comes of it arrives in a later turn through the functions of the
//! crate's root, so the core is never entered while it is at work.

use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlInputElement;

#[wasm_bindgen]
extern "C" {
    pub type Host;

    /// Whether the browser has a share sheet of its own.
    #[wasm_bindgen(method, getter, structural)]
    pub(crate) fn native(this: &Host) -> bool;

    /// Hands over the style sheet that every surface wears.
    #[wasm_bindgen(method, structural)]
    pub(crate) fn dress(this: &Host, sheet: &str);

    /// The participant's link for a signed identity → `joined`.
    #[wasm_bindgen(method, structural)]
    pub(crate) fn join(this: &Host, identity: &str);

    /// The participant's link by mail → act `mailed`.
    #[wasm_bindgen(method, structural)]
    pub(crate) fn mail(this: &Host, surface: u32, email: &str);

    /// Copies the field's value → act `copied`, then `settle`.
    #[wasm_bindgen(method, structural)]
    pub(crate) fn copy(this: &Host, surface: u32, field: &HtmlInputElement, code: &str);

    /// Opens the browser's share sheet, and reports the share when it was made.
    #[wasm_bindgen(method, structural)]
    pub(crate) fn share(this: &Host, title: &str, text: &str, url: &str, code: &str);

    /// Reports a share by a link that the visitor pressed.
    #[wasm_bindgen(method, structural)]
    pub(crate) fn shared(this: &Host, channel: &str, code: &str);
}
