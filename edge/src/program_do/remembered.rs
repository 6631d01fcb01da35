//! What conversions that follow each other have in common, read once: versions of the program, links, keys, destinations,
//! and the end of the book.
//!
//! Invariant: it holds only what a conversion never writes, and the book's end as conversions have written it. All of it is
//! forgotten when anything else is done with the object, and when a conversion fails, which may have been half written.

use super::outbox::Destination;
use crate::failure::Outcome;
use honeyguide_domain::attribution::LinkFacts;
use honeyguide_domain::ledger::Chain;
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
    pub(super) scopes: Kept<String, Option<String>>,
    pub(super) destinations: Kept<(), Rc<[Destination]>>,
    pub(super) chain: Kept<(), Chain>,
}

/// Links, keys and versions that are kept at most; then all is read anew.
const MOST: usize = 10_000;

impl Remembered {
    pub(super) fn forget(&self) {
        self.versions.borrow_mut().clear();
        self.programs.borrow_mut().clear();
        self.links.borrow_mut().clear();
        self.scopes.borrow_mut().clear();
        self.destinations.borrow_mut().clear();
        self.chain.borrow_mut().clear();
    }
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
    let mut kept = kept.borrow_mut();
    if kept.len() >= MOST {
        kept.clear();
    }
    kept.insert(key, value.clone());
    Ok(value)
}
