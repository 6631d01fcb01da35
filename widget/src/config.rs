//! What the edge told the browser: typed windows on objects that the browser has parsed.
//!
//! Nothing is copied until a field is read, and no parser is carried along. A field that is not there
//! reads as `None`; one of the wrong type ends in the loader's guard.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// A parsed JSON object. One kind of call for each kind of value, whatever the field's name.
    #[wasm_bindgen(typescript_type = "object")]
    pub type Json;
    #[wasm_bindgen(method, structural, indexing_getter)]
    fn text(this: &Json, field: &str) -> Option<String>;
    #[wasm_bindgen(method, structural, indexing_getter)]
    fn object(this: &Json, field: &str) -> Option<Json>;
    #[wasm_bindgen(method, structural, indexing_getter)]
    fn flag(this: &Json, field: &str) -> bool;
}

/// The answer to `GET v1/offer`.
pub(crate) struct Visit(pub(crate) Json);

impl Visit {
    pub(crate) fn program_name(&self) -> String {
        self.0.object("program").and_then(|program| program.text("name")).unwrap_or_default()
    }

    pub(crate) fn offer(&self) -> Option<Offer> {
        self.0.object("offer").map(Offer)
    }

    /// The referrer's first name, if they allow it.
    pub(crate) fn referrer_name(&self) -> Option<String> {
        self.0.text("referrer_name")
    }

    /// Whether a visitor without an identity may join, by mail.
    pub(crate) fn joins_by_mail(&self) -> bool {
        self.0.flag("join_by_email")
    }
}

/// The offer's words, as the program file has them.
pub(crate) struct Offer(Json);

impl Offer {
    pub(crate) fn headline(&self) -> Option<String> {
        self.0.text("headline")
    }

    pub(crate) fn friend(&self) -> Option<String> {
        self.0.text("friend")
    }

    pub(crate) fn referrer(&self) -> Option<String> {
        self.0.text("referrer")
    }

    pub(crate) fn terms(&self) -> Option<String> {
        self.0.text("terms")
    }

    pub(crate) fn disclosure(&self) -> Option<String> {
        self.0.text("disclosure")
    }
}
