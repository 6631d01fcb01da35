//! Lists of postings, from either end: of the whole book, of an account, an entry or a reward; and statements.
//!
//! Invariant: what is found is found by the index of accounts, or by a posting's place in the book, and nothing is put in
//! order but the pages of a few accounts. A cause that is seldom is looked for in the book itself, a page at a time.

use super::Turn;
use super::ledger::{COLUMNS, Row};
use super::participants::page;
use crate::command::{Query, Reply};
use crate::failure::Outcome;
use crate::store::{Bound, int, text};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::{CustomerId, EntryId};
use honeyguide_domain::ledger::Posting;
use honeyguide_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

/// Postings of one moment that an entry is looked for among.
const OF_A_MOMENT: i64 = 100_000;

/// The last posting before a moment, by halves: what was booked later stands later.
const BEFORE: &str = "WITH RECURSIVE half (low, high) AS (
    SELECT 0, (SELECT COALESCE(MAX(seq), 0) FROM postings) UNION ALL
    SELECT IIF((SELECT at FROM postings WHERE seq = (low + high + 1) / 2) < ?1, (low + high + 1) / 2, low),
        IIF((SELECT at FROM postings WHERE seq = (low + high + 1) / 2) < ?1, high, (low + high + 1) / 2 - 1)
    FROM half WHERE low < high)
    SELECT low AS n FROM half WHERE low = high";

/// Where the postings of a reward stand: those of its beneficiary's accounts are found, and what they face is beside them.
const OF_REWARD: &str = "seq IN (SELECT p.seq + beside.value FROM rewards r
    CROSS JOIN json_each('[\"pending:\",\"payable:\"]') whose
    CROSS JOIN postings p ON p.account = whose.value || r.beneficiary AND p.currency = r.currency
    CROSS JOIN json_each('[-1,0,1]') beside WHERE r.id = ? AND +p.reward = r.id)";

impl Turn<'_> {
    pub(super) fn ledger(&self, query: &Query) -> Outcome<Reply> {
        let mut tests = Vec::new();
        let mut values = Vec::new();
        if let Some(reward) = query.filter("reward") {
            tests.push(format!("+reward = ? AND {OF_REWARD}"));
            values.extend([text(reward), text(reward)]);
        }
        if let Some(entry) = query.filter("entry") {
            tests.push("+entry = ? AND seq > ? AND seq <= ?".to_owned());
            let [from, to] = self.around(entry)?;
            values.extend([text(entry), int(from), int(to)]);
        }
        if let Some(cause) = query.filter("cause") {
            tests.push("+cause = ?".to_owned());
            values.push(text(cause));
        }
        let rows = match query.filter("account") {
            Some(account) => self.of_accounts(&[account.to_owned()], query, (&tests, &values))?,
            None => self.postings(query, &tests, values)?,
        };
        page(query, &rows, |posting| posting.seq, |posting| Ok(serde_json::to_value(posting)?))
    }

    /// Those behind the cursor for which some tests hold, one more than the limit.
    fn postings(&self, query: &Query, tests: &[String], mut values: Vec<Bound>) -> Outcome<Vec<Posting>> {
        let behind = query.behind("seq")?;
        let mut tests = tests.to_vec();
        tests.push(behind.test);
        values.extend([behind.value, int(query.limit + 1)]);
        let select = format!("{COLUMNS} WHERE {} ORDER BY {} LIMIT ?", tests.join(" AND "), behind.order);
        self.store.rows::<Row>(&select, values)?.into_iter().map(Row::posting).collect()
    }

    /// The same of some accounts. Of each, a currency's postings are an index's in their order.
    fn of_accounts(
        &self,
        accounts: &[String],
        query: &Query,
        (tests, values): (&[String], &[Bound]),
    ) -> Outcome<Vec<Posting>> {
        #[derive(Deserialize)]
        struct Held {
            currency: String,
        }
        let mut found = Vec::new();
        for account in accounts {
            let held = "SELECT currency FROM balances WHERE account = ?";
            for Held { currency } in self.store.rows(held, vec![text(account)])? {
                let tests = [&["account = ? AND currency = ?".to_owned()], tests].concat();
                let values = [&[text(account), text(currency)], values].concat();
                found.extend(self.postings(query, &tests, values)?);
            }
        }
        found.sort_by_key(|posting| posting.seq);
        if query.is_newest_first()? {
            found.reverse();
        }
        found.truncate(usize::try_from(query.limit + 1).unwrap_or(usize::MAX));
        Ok(found)
    }

    /// After which posting and up to which one an entry stands, by when it was made. The whole book where it isn't there:
    /// a clock may have been put back.
    fn around(&self, entry: &str) -> Outcome<[i64; 2]> {
        let Ok(id) = EntryId::parse(entry) else { return Ok([0, 0]) };
        let before = self.store.number(BEFORE, vec![int(id.made_at().millis())])?;
        let there = "SELECT EXISTS (SELECT 1 FROM postings WHERE +entry = ? AND seq > ? AND seq <= ?) AS n";
        let [from, to] = [before, before.saturating_add(OF_A_MOMENT)];
        let is_there = self.store.number(there, vec![text(entry), int(from), int(to)])? == 1;
        Ok(if is_there { [from, to] } else { [0, i64::MAX] })
    }

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

    /// What a beneficiary earned, was paid and is owed, from the book itself: totals per currency, and a page of the
    /// postings that they are the sums of.
    pub(super) fn statement(&self, id: &str, query: &Query) -> Outcome<Reply> {
        let friend = self.known_beneficiary(id)?;
        let accounts = ["pending", "payable", "paid"].map(|account| format!("{account}:{id}"));
        let balances: Vec<Value> = self.store.rows(
            "SELECT account, currency, amount FROM balances WHERE account IN (?, ?, ?)",
            accounts.iter().map(text).collect(),
        )?;
        let mut totals = serde_json::Map::new();
        for row in &balances {
            let account = row["account"].as_str().and_then(|name| name.split(':').next()).unwrap_or_default();
            let currency = row["currency"].as_str().unwrap_or_default();
            let of = totals.entry(currency).or_insert_with(|| json!({"pending": 0, "payable": 0, "paid": 0}));
            of[account] = row["amount"].clone();
        }
        let postings = self.of_accounts(&accounts, query, (&[], &[]))?;
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
