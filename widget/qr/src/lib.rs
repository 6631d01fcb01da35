//! A link as a QR code: bytes go in one by one, and each module can be asked for.
//!
//! Only numbers cross the border, and nothing is put on a heap: so the module needs no allocator, and the same module
//! runs as JavaScript. `trace.js` beside this folder makes an SVG path of it.

use qrcodegen_no_heap::{QrCode, QrCodeEcc, Version};
use std::cell::RefCell;
use wasm_bindgen::prelude::wasm_bindgen;

/// Of the largest code, which holds 2,331 bytes with medium correction.
const BYTES: usize = Version::MAX.buffer_len();

struct Drawing {
    text: [u8; BYTES],
    length: usize,
    /// Modules from the left, then from the top; one byte holds eight.
    dark: [u8; BYTES],
    size: usize,
}

thread_local! {
    static DRAWING: RefCell<Drawing> =
        const { RefCell::new(Drawing { text: [0; BYTES], length: 0, dark: [0; BYTES], size: 0 }) };
}

/// The next byte of the text, in UTF-8.
#[wasm_bindgen]
pub fn write(byte: u8) {
    DRAWING.with_borrow_mut(|drawing| {
        if let Some(place) = drawing.text.get_mut(drawing.length) {
            *place = byte;
        }
        drawing.length += 1;
    });
}

/// Draws what was written, and begins a new text. Gives the modules of one side (21 to 177), or 0 for a text that is
/// too long. The correction is medium (15 %), or better where that costs no room.
#[wasm_bindgen]
pub fn finish() -> usize {
    DRAWING.with_borrow_mut(Drawing::finish)
}

/// Whether that module is dark. There are no dark ones outside of the code.
#[wasm_bindgen]
pub fn dark(x: usize, y: usize) -> bool {
    DRAWING.with_borrow(|drawing| {
        let at = y * drawing.size + x;
        let byte = drawing.dark.get(at / 8).copied().unwrap_or_default();
        x < drawing.size && y < drawing.size && byte >> (at % 8) & 1 == 1
    })
}

impl Drawing {
    fn finish(&mut self) -> usize {
        let length = std::mem::take(&mut self.length);
        let mut modules = [0; BYTES];
        self.size = 0;
        // More than one code can hold.
        if length >= BYTES {
            return 0;
        }
        let (medium, any) = (QrCodeEcc::Medium, (Version::MIN, Version::MAX));
        let drawn = QrCode::encode_binary(&mut self.text, length, &mut modules, medium, any.0, any.1, None, true);
        let Ok(code) = drawn else { return 0 };
        self.dark.fill(0);
        let side = code.size();
        self.size = side.unsigned_abs() as usize;
        let places = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
        for (at, (x, y)) in places.enumerate() {
            if let Some(byte) = self.dark.get_mut(at / 8) {
                *byte |= u8::from(code.get_module(x, y)) << (at % 8);
            }
        }
        self.size
    }
}
