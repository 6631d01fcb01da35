//! The widget's core: what is shown, in which words, and what a press of a button means.
//!
//! It owns the widget's state and every node inside its shadow roots. It registers no callback, asks
//! nothing of the network and reads no clock: the loader's `core.js` calls the functions below, each
//! behind a guard, and [`net::Host`] does the rest. A trap anywhere here therefore ends as one
//! `console.warn` and an untouched page.

mod config;
mod model;
mod net;
mod share;
mod view;
mod words;

use config::{Json, Visit};
use model::Widget;
use net::Host;
use std::cell::RefCell;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::ShadowRoot;

#[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

thread_local! {
    static WIDGET: RefCell<Option<Widget>> = const { RefCell::new(None) };
}

/// Before `start` there is no widget, and nothing to do. (One function for all, so that the way in
/// is compiled once.)
#[inline(never)]
fn with(work: &mut dyn FnMut(&mut Widget)) {
    WIDGET.with_borrow_mut(|widget| widget.as_mut().map(work));
}

/// Called once, with the answer to `GET v1/offer`.
#[wasm_bindgen]
pub fn start(host: Host, visit: Json) {
    host.dress(view::STYLE);
    WIDGET.set(Some(Widget::new(host, Visit(visit))));
}

/// The visitor signed in, by a JWT of the site's backend, or out: then `identity` is empty.
#[wasm_bindgen]
pub fn identify(identity: &str) {
    with(&mut |widget| widget.identify(identity));
}

/// Draws a `share`, `offer` or `banner` into `root`, known as `surface` from then on.
#[wasm_bindgen]
pub fn mount(surface: u32, kind: &str, root: &ShadowRoot) {
    with(&mut |widget| widget.mount(surface, kind, root));
}

#[wasm_bindgen]
pub fn unmount(surface: u32) {
    with(&mut |widget| widget.unmount(surface));
}

/// Something happened on a surface: what has `data-act` was pressed, its form was sent (`mail`), or
/// the host did as it was asked (`mailed`, `copied`, `settle`) with a `status` as of HTTP.
#[wasm_bindgen]
pub fn acted(surface: u32, act: &str, status: u16) {
    with(&mut |widget| widget.act(surface, act, status));
}

/// What came of [`Host::join`]: both are empty when there is no link to be had.
#[wasm_bindgen]
pub fn joined(code: &str, link: &str) {
    with(&mut |widget| widget.joined(code, link));
}
