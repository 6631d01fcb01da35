//! The book: appended in the turn of what it books, and read in pages.

use super::Turn;
use super::participants::page;
use super::remembered::remembered;
use crate::command::{ExportedLines, Query, Reply};
use crate::failure::{Failure, Outcome};
use crate::store::{Bound, int, maybe, text};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::{CustomerId, EntryId, RewardId};
use honeyguide_domain::ledger::{Chain, Entry, Posting};
use honeyguide_domain::money::{Currency, Money};
use honeyguide_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Postings of one piece of an export.
const EXPORTED: i64 = 1_000;

const COLUMNS: &str =
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
    fn posting(self) -> Outcome<Posting> {
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
        let row = |((account, currency), amount)| vec![text(account), text(currency), int(amount)];
        self.store.insert(
            "balances (account, currency, amount)",
            sums.into_iter().map(row).collect(),
            "ON CONFLICT (account, currency) DO UPDATE SET amount = amount + excluded.amount",
        )?;
        self.store
            .run("INSERT OR REPLACE INTO settings (name, value) VALUES ('ledger_head', ?)", vec![text(&chain.head)])?;
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

    pub(super) fn ledger(&self, query: &Query) -> Outcome<Reply> {
        let (clause, values) =
            query.clause("", &[("account", "account"), ("entry", "entry"), ("reward", "reward"), ("cause", "cause")]);
        let rows: Vec<Row> = self.store.rows(&format!("{COLUMNS} {clause}"), values)?;
        let postings = rows.into_iter().map(Row::posting).collect::<Outcome<Vec<_>>>()?;
        page(query, &postings, |posting| posting.seq, |posting| Ok(serde_json::to_value(posting)?))
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

    /// What a beneficiary earned, was paid and is owed, from the book itself: totals per currency, and a page of the
    /// postings that they are the sums of.
    /// Whether a beneficiary is a friend, else a participant. One whom nobody knows is refused.
    pub(super) fn known_beneficiary(&self, id: &str) -> Outcome<bool> {
        let friend = id.starts_with(CustomerId::PREFIX);
        let (table, missing) = if friend { ("customers", "customer") } else { ("participants", "participant") };
        let known = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE id = ?) AS n");
        match self.store.number(&known, vec![text(id)])? {
            0 => Err(Refusal::not_found(missing).into()),
            _ => Ok(friend),
        }
    }

    pub(super) fn statement(&self, id: &str, query: &Query) -> Outcome<Reply> {
        let friend = self.known_beneficiary(id)?;
        let accounts = ["pending", "payable", "paid"].map(|account| format!("{account}:{id}"));
        let mut values: Vec<Bound> = accounts.iter().map(text).collect();
        let balances: Vec<Value> = self
            .store
            .rows("SELECT account, currency, amount FROM balances WHERE account IN (?, ?, ?)", values.clone())?;
        let mut totals = serde_json::Map::new();
        for row in &balances {
            let account = row["account"].as_str().and_then(|name| name.split(':').next()).unwrap_or_default();
            let currency = row["currency"].as_str().unwrap_or_default();
            let of = totals.entry(currency).or_insert_with(|| json!({"pending": 0, "payable": 0, "paid": 0}));
            of[account] = row["amount"].clone();
        }
        values.extend([int(query.cursor), int(query.limit + 1)]);
        let select = format!("{COLUMNS} WHERE account IN (?, ?, ?) AND seq > ? ORDER BY seq LIMIT ?");
        let rows: Vec<Row> = self.store.rows(&select, values)?;
        let postings = rows.into_iter().map(Row::posting).collect::<Outcome<Vec<_>>>()?;
        let mut statement =
            page(query, &postings, |posting| posting.seq, |posting| Ok(serde_json::to_value(posting)?))?;
        let postings = statement.body["data"].take();
        let next_cursor = statement.body["next_cursor"].take();
        let who = if friend { "friend" } else { "participant" };
        statement.body = json!({
            who: id, "balances": totals, "postings": postings, "write_offs": self.write_offs(id)?, "next_cursor": next_cursor,
        });
        Ok(statement)
    }

    /// Why what someone owed back was given up, each time.
    fn write_offs(&self, id: &str) -> Outcome<Vec<Value>> {
        #[derive(Deserialize)]
        struct Row {
            entry: String,
            reason: String,
            at: i64,
        }
        let select = "SELECT entry, reason, at FROM write_offs WHERE beneficiary = ? ORDER BY at, entry";
        let rows: Vec<Row> = self.store.rows(select, vec![text(id)])?;
        let shown = |row: Row| json!({"entry": row.entry, "reason": row.reason, "at": Timestamp::from_millis(row.at)});
        Ok(rows.into_iter().map(shown).collect())
    }
}
