//! The book: appended in the turn of what it books, and read from one end to the other. `postings` has its lists.

use super::Turn;
use super::remembered::remembered;
use crate::command::{ExportedLines, Reply};
use crate::failure::{Failure, Outcome};
use crate::store::{int, maybe, text};
use honeyguide_domain::id::{EntryId, RewardId};
use honeyguide_domain::ledger::{Chain, Entry, Posting};
use honeyguide_domain::money::{Currency, Money};
use honeyguide_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Postings of one piece of an export.
const EXPORTED: i64 = 1_000;

pub(super) const COLUMNS: &str =
    "SELECT seq, entry, at, account, amount, currency, reward, cause, previous_hash, hash FROM postings";

#[derive(Deserialize)]
pub(super) struct Row {
    seq: i64,
    entry: String,
    at: i64,
    account: String,
    amount: i64,
    currency: String,
    reward: Option<String>,
    cause: String,
    previous_hash: String,
    hash: String,
}

impl Row {
    pub(super) fn posting(self) -> Outcome<Posting> {
        Ok(Posting {
            seq: self.seq,
            entry: EntryId::parse(&self.entry)?,
            at: Timestamp::from_millis(self.at),
            account: self.account,
            value: Money::new(self.amount, Currency::parse(&self.currency)?)?,
            reward: self.reward.as_deref().map(RewardId::parse).transpose()?,
            cause: self.cause,
            previous_hash: self.previous_hash,
            hash: self.hash,
        })
    }
}

impl Turn<'_> {
    /// Appends entries to the book, and their sums to the balances.
    pub(super) fn book(&self, entries: &[Entry]) -> Outcome<()> {
        let mut chain = self.chain()?;
        if chain.next == 1 {
            self.begin_heads()?;
        }
        let mut postings = Vec::new();
        for entry in entries {
            postings.extend(chain.append(entry)?);
        }
        if postings.is_empty() {
            return Ok(());
        }
        let row = |posting: &Posting| {
            vec![
                int(posting.seq),
                text(&posting.entry),
                int(posting.at.millis()),
                text(&posting.account),
                int(posting.value.amount()),
                text(posting.value.currency()),
                maybe(posting.reward.as_ref()),
                text(&posting.cause),
                text(&posting.previous_hash),
                text(&posting.hash),
            ]
        };
        let columns = "postings (seq, entry, at, account, amount, currency, reward, cause, previous_hash, hash)";
        self.store.insert(columns, postings.iter().map(row).collect(), "")?;
        let mut sums: BTreeMap<(&str, Currency), i64> = BTreeMap::new();
        for posting in &postings {
            *sums.entry((&posting.account, posting.value.currency())).or_default() += posting.value.amount();
        }
        let row = |((account, currency), amount)| (vec![text(account), text(currency)], vec![amount]);
        self.store.add_up(
            "balances (account, currency, amount)",
            sums.into_iter().map(row).collect(),
            "ON CONFLICT (account, currency) DO UPDATE SET amount = amount + excluded.amount",
        )?;
        self.store.insert(
            "settings (name, value)",
            vec![vec![text("ledger_head"), text(&chain.head)]],
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )?;
        if let Some(all) = self.remembered {
            all.chain.borrow_mut().insert((), chain);
        }
        Ok(())
    }

    fn chain(&self) -> Outcome<Chain> {
        #[derive(Deserialize)]
        struct Last {
            seq: i64,
            hash: String,
        }
        let query = "SELECT seq, hash FROM postings ORDER BY seq DESC LIMIT 1";
        let read = || {
            let last: Option<Last> = self.store.row(query, vec![])?;
            Ok(last.map_or_else(Chain::default, |row| Chain { next: row.seq + 1, head: row.hash }))
        };
        remembered(self.remembered.map(|all| &all.chain), (), read)
    }

    /// At most so many postings after one, up to another, as one text of JSON: read row by row, the columns of a million
    /// postings would cost more than their hashes. One that can't be read is told by its number.
    pub(super) fn postings_between(&self, after: i64, until: i64, most: i64) -> Outcome<Vec<(i64, Option<Posting>)>> {
        #[derive(Deserialize)]
        struct Text {
            rows: String,
        }
        let query = "SELECT json_group_array(json_array(
                seq, entry, at, account, amount, currency, reward, cause, previous_hash, hash)) AS rows
             FROM (SELECT * FROM postings WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?)";
        let text: Option<Text> = self.store.row(query, vec![int(after), int(until), int(most)])?;
        let text = text.map_or_else(|| "[]".to_owned(), |text| text.rows);
        if let Ok(rows) = serde_json::from_str::<Vec<Row>>(&text) {
            return Ok(rows.into_iter().map(|row| (row.seq, row.posting().ok())).collect());
        }
        let rows: Vec<Value> = serde_json::from_str(&text)?;
        let read = |row: Value| {
            let seq = row[0].as_i64().unwrap_or(0);
            (seq, serde_json::from_value::<Row>(row).ok().and_then(|row| row.posting().ok()))
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Postings as lines of JSON, a slice of them. An export ends where the book ended when it began.
    pub(super) fn ledger_lines(&self, after: i64, until: Option<i64>) -> Outcome<Reply> {
        let until = match until {
            Some(until) => until,
            None => self.store.number("SELECT MAX(seq) AS n FROM postings", vec![])?,
        };
        let mut lines = String::new();
        let mut last = after;
        for (seq, posting) in self.postings_between(after, until, EXPORTED)? {
            let Some(posting) = posting else { return Err(Failure::Ours(format!("posting {seq} can't be read"))) };
            lines.push_str(&serde_json::to_string(&posting)?);
            lines.push('\n');
            last = seq;
        }
        Reply::ok(&ExportedLines { lines, last, until })
    }
}
