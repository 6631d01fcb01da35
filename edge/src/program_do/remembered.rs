//! What the lines of one batch have in common, read once: versions of the program, and links.
//!
//! Invariant: it lives for one batch, which is one turn of the object, and holds only what a conversion never writes.

use crate::failure::Outcome;
use honeyguide_domain::attribution::LinkFacts;
use honeyguide_domain::program::{Program, Version};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

type Kept<K, V> = RefCell<BTreeMap<K, V>>;

#[derive(Default)]
pub(super) struct Remembered {
    pub(super) versions: Kept<(), Rc<[Version]>>,
    pub(super) programs: Kept<i64, Rc<Program>>,
    pub(super) links: Kept<String, Option<LinkFacts>>,
}

/// What is kept under a key; else what is read, which is kept from then on. Where nothing is kept, it is read.
pub(super) fn remembered<K: Ord, V: Clone>(
    kept: Option<&Kept<K, V>>,
    key: K,
    read: impl FnOnce() -> Outcome<V>,
) -> Outcome<V> {
    let Some(kept) = kept else { return read() };
    if let Some(value) = kept.borrow().get(&key) {
        return Ok(value.clone());
    }
    let value = read()?;
    kept.borrow_mut().insert(key, value.clone());
    Ok(value)
}
