//! Building nodes, in as few kinds of call as will do: each kind costs bytes in two languages.
//!
//! `web-sys` gives the types, and the calls that can't fail. Those that can are declared here without
//! `catch`: what the browser refuses is thrown straight through to the loader's guard, the widget
//! withdraws, and no code is carried for repairing what can't be repaired.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Element, Node, ShadowRoot};

#[wasm_bindgen]
extern "C" {
    /// An element that the widget made.
    #[wasm_bindgen(extends = Element, extends = Node)]
    pub(crate) type Part;

    #[wasm_bindgen(js_namespace = document, js_name = createElementNS)]
    fn create(namespace: &str, tag: &str) -> Part;

    #[wasm_bindgen(method, js_name = setAttribute)]
    pub(crate) fn set(this: &Part, attribute: &str, value: &str);

    /// Sets an attribute that has no value, or takes it away.
    #[wasm_bindgen(method, js_name = toggleAttribute)]
    pub(crate) fn mark(this: &Part, attribute: &str, wanted: bool);

    #[wasm_bindgen(method, js_name = append)]
    fn put(this: &Part, child: &Part);
}

impl Part {
    /// The outermost element of a surface, in place of whatever the root held.
    pub(crate) fn surface(root: &ShadowRoot, name: &str) -> Self {
        root.set_text_content(None);
        root.unchecked_ref::<Self>().add("section", name, "")
    }

    /// Adds an element called `name`, for the page's own styles and for ours.
    pub(crate) fn add(&self, tag: &str, name: &str, words: &str) -> Self {
        let part = create("http://www.w3.org/1999/xhtml", tag);
        part.set("part", name);
        part.set("class", name);
        part.say(words);
        self.put(&part);
        part
    }

    /// Adds a drawing of 24 by 24, in the colour of the words beside it.
    pub(crate) fn icon(&self, path: &str) {
        const SVG: &str = "http://www.w3.org/2000/svg";
        let icon = create(SVG, "svg");
        icon.set("viewBox", "0 0 24 24");
        icon.set("aria-hidden", "true");
        let line = create(SVG, "path");
        line.set("d", path);
        icon.put(&line);
        self.put(&icon);
    }

    pub(crate) fn say(&self, words: &str) {
        self.set_text_content(Some(words));
    }
}
