//! What is looked up for several conversions at once, before the first of them is judged: which of them name an order, a
//! customer or an idempotency key of which something is kept. Of the others nothing need be read.
//!
//! Invariant: what one of them writes is taken from then on, so that a later one that names the same is read as ever.

use super::Turn;
use crate::failure::Outcome;
use crate::store::text;
use honeyguide_domain::wire::conversions::NewConversion;
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::HashSet;

#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// Orders, customers and keys of which something is kept, or may be by now.
    taken: RefCell<HashSet<Name>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Name {
    Order(String, String),
    Account(String),
    Address(String),
    Key(String),
}

#[derive(Deserialize)]
struct Line {
    line: usize,
}

#[derive(Deserialize)]
struct Key {
    key: String,
}

fn names(new: &NewConversion) -> impl Iterator<Item = Name> {
    let who = new.customer.identity();
    let order = Name::Order(new.event.clone(), new.external_id.clone());
    [Some(order), who.external_id.map(Name::Account), who.email.map(Name::Address)].into_iter().flatten()
}

impl Ahead {
    /// Whether nothing is kept of the conversion's order, customer and key: then nothing is asked while it is recorded.
    pub(super) fn is_fresh(&self, new: &NewConversion, key: Option<&str>) -> bool {
        let taken = self.taken.borrow();
        let key = key.map(|key| Name::Key(key.to_owned()));
        !names(new).chain(key).any(|name| taken.contains(&name))
    }

    /// Whether nothing is kept of the conversion's order and customer. It is taken from now on. Ask only of those that
    /// were looked up.
    pub(super) fn is_blank(&self, new: &NewConversion) -> bool {
        let mut taken = self.taken.borrow_mut();
        // Each is to be taken, whatever the others are.
        names(new).filter(|name| !taken.insert(name.clone())).count() == 0
    }

    /// The same of an idempotency key.
    pub(super) fn is_new(&self, key: &str) -> bool {
        self.taken.borrow_mut().insert(Name::Key(key.to_owned()))
    }
}

impl Turn<'_> {
    pub(super) fn look_ahead(&self, all: &[&NewConversion], keys: &[&str]) -> Outcome<Ahead> {
        let query = "SELECT value->>0 AS line FROM jsonb_each(?) WHERE
            EXISTS (SELECT 1 FROM conversions WHERE event = value->>1 AND external_id = value->>2)
            OR EXISTS (SELECT 1 FROM sale_names WHERE vendor IN ('stripe', 'shopify') AND name = value->>2)
            OR EXISTS (SELECT 1 FROM claims WHERE event = value->>1 AND external_id = value->>2)
            OR EXISTS (SELECT 1 FROM refunds WHERE event = value->>1 AND external_id = value->>2)
            OR EXISTS (SELECT 1 FROM customers WHERE external_id = value->>3)
            OR EXISTS (SELECT 1 FROM customers WHERE folded = value->>4)";
        let asked: Vec<_> = all
            .iter()
            .enumerate()
            .map(|(line, new)| {
                let who = new.customer.identity();
                (line, &new.event, &new.external_id, who.external_id, who.email)
            })
            .collect();
        let found: Vec<Line> = self.store.rows(query, vec![text(serde_json::to_string(&asked)?)])?;
        let mut taken: HashSet<Name> =
            found.iter().filter_map(|row| all.get(row.line)).flat_map(|new| names(new)).collect();
        if !keys.is_empty() {
            let query = "SELECT key FROM idempotency WHERE key IN (SELECT value FROM json_each(?))";
            let found: Vec<Key> = self.store.rows(query, vec![text(serde_json::to_string(keys)?)])?;
            taken.extend(found.into_iter().map(|row| Name::Key(row.key)));
        }
        Ok(Ahead { taken: RefCell::new(taken) })
    }
}
