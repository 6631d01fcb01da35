//! What the API answers about participants, as far as the console shows it.

use crate::view::Amount;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Participant {
    pub(crate) id: String,
    pub(crate) external_id: String,
    pub(crate) email: String,
    pub(crate) name: Option<String>,
    pub(crate) state: String,
    pub(crate) code: String,
    pub(crate) share_page: String,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) show_name: bool,
    pub(crate) created_at: String,
    /// Lists don't tell them.
    #[serde(default)]
    pub(crate) links: Vec<Link>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Link {
    pub(crate) code: String,
    pub(crate) destination: Option<String>,
    pub(crate) state: String,
    #[serde(rename = "link")]
    pub(crate) address: String,
}

/// Clicks on one link by one channel.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Clicks {
    pub(super) key: String,
    pub(super) raw: i64,
    pub(super) person: i64,
    pub(super) human: i64,
    pub(super) engaged: i64,
    pub(super) qualified: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Statement {
    /// By currency.
    pub(super) balances: BTreeMap<String, Balance>,
    pub(super) postings: Vec<Posting>,
    pub(super) next_cursor: Option<String>,
}

/// In minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) struct Balance {
    pub(super) pending: i64,
    pub(super) payable: i64,
    pub(super) paid: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Posting {
    pub(super) entry: String,
    pub(super) at: String,
    pub(super) value: Amount,
    pub(super) cause: String,
}

impl Participant {
    /// What to call them: their name, or what stands for it.
    pub(super) fn called(&self) -> &str {
        let name = self.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        name.unwrap_or(&self.email)
    }

    pub(super) fn is_paused(&self) -> bool {
        self.state == "paused"
    }
}

/// What was booked at a time: the postings of one entry tell one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Booked {
    pub(super) at: String,
    pub(super) cause: String,
    /// How much moved, whichever way.
    pub(super) moved: Amount,
}

/// The entries that postings belong to, in their order.
pub(super) fn booked(postings: &[Posting]) -> Vec<Booked> {
    let mut seen: Vec<(&str, Booked)> = Vec::new();
    for posting in postings {
        let moved = Amount { amount: posting.value.amount.abs(), currency: posting.value.currency.clone() };
        if !seen.iter().any(|(entry, _)| *entry == posting.entry) {
            seen.push((&posting.entry, Booked { at: posting.at.clone(), cause: posting.cause.clone(), moved }));
        }
    }
    seen.into_iter().map(|(_, booked)| booked).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_told_once() {
        let posting = |entry: &str, cause: &str, amount| Posting {
            entry: entry.to_owned(),
            at: "2026-11-21T10:00:00.000Z".to_owned(),
            value: Amount { amount, currency: "USD".to_owned() },
            cause: cause.to_owned(),
        };
        let told = booked(&[
            posting("e1", "earned", 2_000),
            posting("e2", "approved", -2_000),
            posting("e2", "approved", 2_000),
        ]);
        let told: Vec<_> = told.iter().map(|one| (one.cause.as_str(), one.moved.amount)).collect();
        assert_eq!(told, [("earned", 2_000), ("approved", 2_000)]);
    }
}
