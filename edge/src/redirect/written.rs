//! The facts of a request, where the entry writes them: a page of this module's memory that both know.
//!
//! Invariant: what is read is what was written for this request. The page's first byte is the request's stamp, never 0: a
//! page that it didn't write to, because the module was begun anew, doesn't have it.

use std::cell::RefCell;
use std::hint::black_box;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;

/// Bytes of the page: more than the headers of nearly every browser. What is longer travels as a text.
const LENGTH: usize = 16_384;

thread_local! {
    static PAGE: RefCell<Box<[u8]>> = RefCell::new(vec![0; LENGTH].into_boxed_slice());
}

/// The page. It is to be asked for again when it is empty: the memory has moved.
#[wasm_bindgen]
pub fn facts_page() -> js_sys::Uint8Array {
    let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    let [at, length] =
        PAGE.with_borrow(|page| [page.as_ptr().addr(), page.len()].map(|n| u32::try_from(n).unwrap_or(0)));
    js_sys::Uint8Array::new_with_byte_offset_and_length(&memory.buffer(), at, length)
}

/// `hot`, of the facts that were written into the page, up to `end`. Nothing, too, where the page doesn't have its stamp.
#[wasm_bindgen]
pub fn hot_written(stamp: u8, end: usize) -> Option<String> {
    PAGE.with_borrow_mut(|page| {
        // Others write to it than the compiler knows.
        let written = black_box(page).get(..end)?;
        let (first, facts) = written.split_first()?;
        if *first != stamp {
            return None;
        }
        super::hot(std::str::from_utf8(facts).ok()?, false)
    })
}
