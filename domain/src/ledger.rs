//! The append-only double-entry book of rewards.
//!
//! Invariant: the postings of an entry sum to zero in each currency; a posting is never changed; each carries the hash
//! of the one before, so a change anywhere shows everywhere after it. Only ids are in it, no personal data.
//! The hash is SHA-256 over the RFC 8785 form of the posting without its `hash` field, in lower-case hex.

pub mod head;

mod verifier;

pub use verifier::{Broken, Verification, Verifier, WrongBalance};

use crate::id::{EntryId, RewardId};
use crate::money::{Currency, LARGEST, Money};
use crate::time::Timestamp;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Write as _;

/// The hash that the first posting carries as the one before.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Whom or what a posting belongs to; `beneficiary` is a participant's or customer's id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    Expense,
    Pending(String),
    Payable(String),
    Paid(String),
    WriteOff,
}

impl Account {
    pub fn name(&self) -> String {
        match self {
            Self::Expense => "expense".to_owned(),
            Self::Pending(beneficiary) => format!("pending:{beneficiary}"),
            Self::Payable(beneficiary) => format!("payable:{beneficiary}"),
            Self::Paid(beneficiary) => format!("paid:{beneficiary}"),
            Self::WriteOff => "write_off".to_owned(),
        }
    }
}

/// Postings that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: EntryId,
    pub at: Timestamp,
    pub cause: String,
    pub reward: Option<RewardId>,
    pub lines: Vec<(Account, Money)>,
}

impl Entry {
    /// A value that moves from one account to another.
    pub fn transfer(
        id: EntryId,
        at: Timestamp,
        cause: impl Into<String>,
        from: Account,
        to: Account,
        value: Money,
    ) -> Self {
        Self { id, at, cause: cause.into(), reward: None, lines: vec![(from, value.negated()), (to, value)] }
    }

    #[must_use]
    pub fn for_reward(mut self, reward: RewardId) -> Self {
        self.reward = Some(reward);
        self
    }
}

/// One line of the ledger, as it is stored, hashed and answered.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    pub seq: i64,
    pub entry: EntryId,
    pub at: Timestamp,
    pub account: String,
    pub value: Money,
    pub reward: Option<RewardId>,
    pub cause: String,
    pub previous_hash: String,
    pub hash: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    #[error("entry {0} doesn't sum to zero in {1}")]
    Unbalanced(String, Currency),
    #[error("entry {0} moves nothing")]
    Empty(String),
    #[error("posting {0} can't be written in its canonical form")]
    NotCanonical(i64),
}

impl Posting {
    /// The hash that this posting must carry.
    pub fn computed_hash(&self) -> Result<String, LedgerError> {
        Ok(HEXLOWER.encode(&Sha256::digest(self.canonical()?)))
    }

    /// The RFC 8785 form without `hash`: no white space, names in order, texts escaped as `serde_json` escapes them, and
    /// whole numbers that any reader of JSON holds exactly. Written here and not by a library, since a book of a million
    /// postings is recomputed in a Worker; a test holds it against the library.
    fn canonical(&self) -> Result<Vec<u8>, LedgerError> {
        let unwritten = |_| LedgerError::NotCanonical(self.seq);
        if self.seq.abs() > LARGEST {
            return Err(LedgerError::NotCanonical(self.seq));
        }
        let mut form = Vec::with_capacity(512);
        form.extend_from_slice(b"{\"account\":");
        serde_json::to_writer(&mut form, &self.account).map_err(unwritten)?;
        write!(form, ",\"at\":\"{}\",\"cause\":", self.at).map_err(|_| LedgerError::NotCanonical(self.seq))?;
        serde_json::to_writer(&mut form, &self.cause).map_err(unwritten)?;
        for part in [",\"entry\":\"", self.entry.as_str(), "\",\"previous_hash\":"] {
            form.extend_from_slice(part.as_bytes());
        }
        serde_json::to_writer(&mut form, &self.previous_hash).map_err(unwritten)?;
        form.extend_from_slice(b",\"reward\":");
        serde_json::to_writer(&mut form, &self.reward).map_err(unwritten)?;
        let (amount, currency) = (self.value.amount(), self.value.currency());
        write!(form, ",\"seq\":{},\"value\":{{\"amount\":{amount},\"currency\":\"{currency}\"}}}}", self.seq)
            .map_err(|_| LedgerError::NotCanonical(self.seq))?;
        Ok(form)
    }
}

/// Where the book ends: the next posting's number and the hash that it must carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    pub next: i64,
    pub head: String,
}

impl Default for Chain {
    fn default() -> Self {
        Self { next: 1, head: GENESIS.to_owned() }
    }
}

impl Chain {
    /// Writes an entry at the end, or refuses it whole.
    pub fn append(&mut self, entry: &Entry) -> Result<Vec<Posting>, LedgerError> {
        if entry.lines.iter().all(|(_, value)| value.amount() == 0) {
            return Err(LedgerError::Empty(entry.id.to_string()));
        }
        let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
        for (_, value) in &entry.lines {
            *sums.entry(value.currency()).or_default() += i128::from(value.amount());
        }
        if let Some((currency, _)) = sums.iter().find(|(_, sum)| **sum != 0) {
            return Err(LedgerError::Unbalanced(entry.id.to_string(), *currency));
        }
        let mut chain = self.clone();
        let postings =
            entry.lines.iter().map(|(account, value)| chain.post(entry, account, *value)).collect::<Result<_, _>>()?;
        *self = chain;
        Ok(postings)
    }

    fn post(&mut self, entry: &Entry, account: &Account, value: Money) -> Result<Posting, LedgerError> {
        let mut posting = Posting {
            seq: self.next,
            entry: entry.id.clone(),
            at: entry.at,
            account: account.name(),
            value,
            reward: entry.reward.clone(),
            cause: entry.cause.clone(),
            previous_hash: self.head.clone(),
            hash: String::new(),
        };
        posting.hash = posting.computed_hash()?;
        self.next += 1;
        self.head.clone_from(&posting.hash);
        Ok(posting)
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;

#[cfg(test)]
mod book;

#[cfg(test)]
mod book_tests;
