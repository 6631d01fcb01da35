//! Recomputes the book, posting by posting, in its order. A verifier can be put down between two postings and taken up
//! again: its form as JSON is what a job keeps.

use super::{Chain, Posting};
use crate::id::EntryId;
use crate::money::{Currency, LARGEST};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

type Sums = BTreeMap<Currency, i128>;

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Verifier {
    chain: Chain,
    sums: Sums,
    /// The entry that is being read, and its sums so far.
    entry: Option<(EntryId, Sums)>,
    broken: Option<Broken>,
    wrong_balance: Option<WrongBalance>,
}

/// The first posting that isn't as it was written.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    pub seq: i64,
    pub why: Cow<'static, str>,
}

/// The first account whose kept balance isn't what its postings add up to, in minor units.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongBalance {
    pub account: String,
    pub currency: String,
    pub kept: i64,
    pub computed: i64,
}

/// What a verification answers.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    pub valid: bool,
    pub postings: i64,
    pub head: String,
    /// Per currency; zero in each when the book is sound.
    pub sums: BTreeMap<String, i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<Broken>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrong_balance: Option<WrongBalance>,
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
            self.note(posting.seq, why);
        }
        if self.entry.as_ref().is_none_or(|(entry, _)| *entry != posting.entry) {
            self.close_entry(posting.seq);
            self.entry = Some((posting.entry.clone(), Sums::new()));
        }
        let amount = i128::from(posting.value.amount());
        if let Some((_, sums)) = &mut self.entry {
            *sums.entry(posting.value.currency()).or_default() += amount;
        }
        *self.sums.entry(posting.value.currency()).or_default() += amount;
        self.chain = Chain { next: posting.seq + 1, head: posting.hash.clone() };
    }

    /// A posting that can't even be read: a currency that there isn't, an id that is none.
    pub fn unreadable(&mut self, seq: i64) {
        self.note(seq, "it can't be read");
        self.chain.next = seq + 1;
    }

    /// Compares what is kept for an account with what its postings add up to.
    pub fn balance(&mut self, account: &str, currency: &str, kept: i64, computed: i128) {
        if i128::from(kept) != computed {
            let (account, currency) = (account.to_owned(), currency.to_owned());
            self.wrong_balance.get_or_insert(WrongBalance { account, currency, kept, computed: bounded(computed) });
        }
    }

    /// How many postings were read.
    pub fn postings(&self) -> i64 {
        self.chain.next - 1
    }

    /// The last posting's hash.
    pub fn head(&self) -> &str {
        &self.chain.head
    }

    /// Whether nothing was found wrong so far.
    pub fn is_sound(&self) -> bool {
        self.broken.is_none() && self.wrong_balance.is_none()
    }

    fn note(&mut self, seq: i64, why: &'static str) {
        self.broken.get_or_insert(Broken { seq, why: Cow::Borrowed(why) });
    }

    fn close_entry(&mut self, seq: i64) {
        let unbalanced = self.entry.take().is_some_and(|(_, sums)| sums.values().any(|sum| *sum != 0));
        if unbalanced {
            self.note(seq - 1, "its entry doesn't sum to zero");
        }
    }

    /// After the last posting. `head` is the hash that the book's keeper holds for its end, apart from the postings.
    pub fn end(&mut self, head: &str) {
        self.close_entry(self.chain.next);
        if self.chain.head != head {
            self.note(self.chain.next, "the end of the book is missing");
        }
    }

    pub fn finish(self) -> Verification {
        Verification {
            valid: self.is_sound(),
            postings: self.postings(),
            head: self.chain.head,
            sums: self.sums.into_iter().map(|(currency, sum)| (currency.to_string(), bounded(sum))).collect(),
            broken: self.broken,
            wrong_balance: self.wrong_balance,
        }
    }
}

fn bounded(sum: i128) -> i64 {
    i64::try_from(sum.clamp(-i128::from(LARGEST), i128::from(LARGEST))).unwrap_or(0)
}
