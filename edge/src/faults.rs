//! Breaks things on purpose, on a build of its own. The bundle that ships doesn't contain this file.

use crate::failure::{Failure, Outcome};
use std::cell::Cell;

thread_local! {
    static STORAGE_DOWN: Cell<bool> = const { Cell::new(false) };
}

/// Panics when the request asked for this fault by name.
pub(crate) fn trip(asked: &str, name: &str) {
    assert!(asked != name, "fault: {name}");
}

/// From now on this isolate reaches no object, or reaches them again.
pub(crate) fn switch(asked: &str) {
    match asked {
        "storage-down" => STORAGE_DOWN.set(true),
        "storage-up" => STORAGE_DOWN.set(false),
        _ => {}
    }
}

/// Whether objects can be asked.
pub(crate) fn reach() -> Outcome<()> {
    if STORAGE_DOWN.get() { Err(Failure::Ours("fault: storage is down".to_owned())) } else { Ok(()) }
}
