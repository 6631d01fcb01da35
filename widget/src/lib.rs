//! The widget's core: what is shown, in which words, and what a press of a button means.
//!
//! One pure function, from text to text: [`respond::respond`]. It keeps nothing between two calls, and
//! the finished module imports nothing: no clock, no network, no page. `core.js` writes the facts into
//! [`room`], calls [`respond`], and reads what came of it. A trap anywhere here therefore ends as one
//! `console.warn` and an untouched page. The same module, written as JavaScript, runs where
//! WebAssembly may not.

mod decide;
mod drawing;
mod facts;
mod respond;

use std::cell::RefCell;

#[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

thread_local! {
    /// The text that came in, and after [`respond`] the text that goes out.
    static DESK: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Room for `length` bytes of UTF-8, for the caller to fill → where it begins in memory.
#[expect(unsafe_code, reason = "only the name is meant: a module's exports have one")]
#[unsafe(no_mangle)]
pub extern "C" fn room(length: usize) -> *mut u8 {
    DESK.with_borrow_mut(|desk| {
        desk.clear();
        desk.resize(length, 0);
        desk.as_mut_ptr()
    })
}

/// Answers what was written into the room → where the answer begins in memory. It stands there until
/// the next [`room`].
#[expect(unsafe_code, reason = "only the name is meant: a module's exports have one")]
#[unsafe(no_mangle)]
pub extern "C" fn respond() -> *const u8 {
    DESK.with_borrow_mut(|desk| {
        let said = std::mem::take(desk);
        *desk = respond::respond(&said);
        desk.as_ptr()
    })
}

/// How many bytes the answer has.
#[expect(unsafe_code, reason = "only the name is meant: a module's exports have one")]
#[unsafe(no_mangle)]
pub extern "C" fn length() -> usize {
    DESK.with_borrow(Vec::len)
}
