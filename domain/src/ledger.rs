//! The append-only double-entry book of rewards.
//!
//! Invariant: the postings of an entry sum to zero in each currency; a posting is never changed; each carries the hash
//! of the one before, so a change anywhere shows everywhere after it. Only ids are in it, no personal data.
//! The hash is SHA-256 over the RFC 8785 form of the posting without its `hash` field, in lower-case hex.

use crate::id::{EntryId, RewardId};
use crate::money::{Currency, LARGEST, Money};
use crate::time::Timestamp;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

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
        let unwritten = |_| LedgerError::NotCanonical(self.seq);
        let mut value = serde_json::to_value(self).map_err(unwritten)?;
        if let Some(fields) = value.as_object_mut() {
            fields.remove("hash");
        }
        let canonical = serde_json_canonicalizer::to_vec(&value).map_err(unwritten)?;
        Ok(HEXLOWER.encode(&Sha256::digest(canonical)))
    }
}

/// Where the book ends: the next posting's number and the hash that it must carry.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// Recomputes the whole book, posting by posting, in its order.
#[derive(Debug, Default)]
pub struct Verifier {
    chain: Chain,
    sums: BTreeMap<Currency, i128>,
    /// The entry that is being read, and its sums so far.
    entry: Option<(EntryId, BTreeMap<Currency, i128>)>,
    fault: Option<Broken>,
}

/// The first posting that isn't as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Broken {
    pub seq: i64,
    pub why: &'static str,
}

/// What a verification answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    pub valid: bool,
    pub postings: i64,
    pub head: String,
    /// Per currency; zero in each when the book is sound.
    pub sums: BTreeMap<String, i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<Broken>,
}

impl Verifier {
    pub fn read(&mut self, posting: &Posting) {
        let why = if posting.seq != self.chain.next {
            Some("a posting is missing or out of order before this one")
        } else if posting.previous_hash != self.chain.head {
            Some("it doesn't carry the hash of the one before")
        } else if posting.computed_hash().as_ref() != Ok(&posting.hash) {
            Some("its content was changed")
        } else {
            None
        };
        if let Some(why) = why {
            self.fault.get_or_insert(Broken { seq: posting.seq, why });
        }
        if self.entry.as_ref().is_none_or(|(entry, _)| *entry != posting.entry) {
            self.close_entry(posting.seq);
            self.entry = Some((posting.entry.clone(), BTreeMap::new()));
        }
        let amount = i128::from(posting.value.amount());
        if let Some((_, sums)) = &mut self.entry {
            *sums.entry(posting.value.currency()).or_default() += amount;
        }
        *self.sums.entry(posting.value.currency()).or_default() += amount;
        self.chain = Chain { next: posting.seq + 1, head: posting.hash.clone() };
    }

    fn close_entry(&mut self, seq: i64) {
        let unbalanced = self.entry.take().is_some_and(|(_, sums)| sums.values().any(|sum| *sum != 0));
        if unbalanced {
            self.fault.get_or_insert(Broken { seq: seq - 1, why: "its entry doesn't sum to zero" });
        }
    }

    /// `head` is the hash that the book's keeper holds for its end, apart from the postings.
    pub fn finish(mut self, head: &str) -> Verification {
        self.close_entry(self.chain.next);
        if self.chain.head != head {
            self.fault.get_or_insert(Broken { seq: self.chain.next, why: "the end of the book is missing" });
        }
        let bounded = |sum: i128| i64::try_from(sum.clamp(-i128::from(LARGEST), i128::from(LARGEST))).unwrap_or(0);
        Verification {
            valid: self.fault.is_none(),
            postings: self.chain.next - 1,
            head: self.chain.head,
            sums: self.sums.into_iter().map(|(currency, sum)| (currency.to_string(), bounded(sum))).collect(),
            broken: self.fault,
        }
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
