//! Requests that wait for what another request does.
//!
//! Invariant: who has more to do after the wait does it in a turn of its own. The module's futures share one queue, so a
//! request that another wakes may be gone on with in that one's turn; a timer or a call that it began there would end
//! with the other, and its friend would wait for a deadline.

use js_sys::{Function, Promise};
use std::panic::AssertUnwindSafe;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(module = "/src/glue.js")]
extern "C" {
    #[wasm_bindgen(js_name = ownTurn)]
    fn own_turn(told: &Promise) -> Promise;
}

/// What another request tells one that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// There is nothing left to do. As `DONE` in glue.js.
    Done,
    /// To look for itself.
    Look,
    /// To do the work for those who wait.
    Lead,
}

/// Waits with those who wait already.
pub(crate) fn wait(waiting: &mut Vec<Function>) -> impl Future<Output = Word> + use<> {
    let mut waiting = AssertUnwindSafe(waiting);
    let told = JsFuture::from(own_turn(&Promise::new(&mut move |resolve, _| waiting.push(resolve))));
    async move {
        let word = told.await.ok().and_then(|word| word.as_f64());
        [Word::Done, Word::Lead].into_iter().find(|known| word == Some(f64::from(*known as u8))).unwrap_or(Word::Look)
    }
}

/// Tells one who waits.
pub(crate) fn tell(waiting: &Function, word: Word) {
    waiting.call1(&JsValue::UNDEFINED, &JsValue::from(word as u8)).ok();
}
