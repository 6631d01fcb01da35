//! The book, recomputed: every hash and sum, then every kept balance against its postings. Statements are answered from
//! those balances. A short book in the request, a long one as a job.
//!
//! Postings are only ever added, so what lies behind the place that was reached stays as it was found. An account's
//! last postings and its balance are read in one turn, so they are of one moment.

use super::Turn;
use super::jobs::Work;
use crate::command::Reply;
use crate::failure::Outcome;
use crate::store::{int, text};
use honeyguide_domain::ledger::{GENESIS, Verifier};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Postings that are verified in the request: some 50 ms.
const SHORT: i64 = 5_000;
/// Postings that are read at once there.
const SLICE: i64 = 1_000;

/// How far a verification came.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Verify {
    /// The last posting when it began, and the head that was kept then.
    until: i64,
    head: String,
    verifier: Verifier,
    stage: Stage,
    done: i64,
}

#[derive(Debug, Serialize, Deserialize)]
enum Stage {
    Postings,
    /// Account by account: the one that is being added up, its last posting that was read, and the sum so far.
    Accounts {
        account: String,
        currency: String,
        seq: i64,
        sum: i128,
    },
    /// The balances that nothing was posted to.
    Balances {
        account: String,
        currency: String,
    },
}

#[derive(Deserialize)]
struct Sum {
    account: String,
    currency: String,
    total: i64,
    last: i64,
    times: i64,
    kept: Option<i64>,
}

impl Turn<'_> {
    pub(super) fn verify_ledger(&self) -> Outcome<Reply> {
        if let Some(under_way) = self.open_job(Verify::KIND)? {
            return Ok(under_way);
        }
        let mut verify = Verify::begin(self)?;
        if verify.until > SHORT {
            let total = 2 * verify.until;
            return self.new_job(&verify, total);
        }
        loop {
            if let Some(result) = verify.step(self, SLICE)? {
                return Ok(Reply::new(200, result));
            }
        }
    }
}

impl Work for Verify {
    const KIND: &'static str = "ledger.verify";

    fn step(&mut self, turn: &Turn<'_>, units: i64) -> Outcome<Option<Value>> {
        let ended = match &self.stage {
            Stage::Postings => self.read_postings(turn, units)?,
            Stage::Accounts { .. } => self.add_accounts(turn, units)?,
            Stage::Balances { .. } => self.look_at_balances(turn, units)?,
        };
        Ok(if ended { Some(serde_json::to_value(self.verifier.clone().finish())?) } else { None })
    }

    fn done(&self) -> i64 {
        self.done
    }
}

impl Verify {
    fn begin(turn: &Turn<'_>) -> Outcome<Self> {
        #[derive(Deserialize)]
        struct Head {
            value: String,
        }
        let until = turn.store.number("SELECT MAX(seq) AS n FROM postings", vec![])?;
        let head: Option<Head> = turn.store.row("SELECT value FROM settings WHERE name = 'ledger_head'", vec![])?;
        let head = head.map_or_else(|| GENESIS.to_owned(), |head| head.value);
        Ok(Self { until, head, verifier: Verifier::default(), stage: Stage::Postings, done: 0 })
    }

    fn read_postings(&mut self, turn: &Turn<'_>, units: i64) -> Outcome<bool> {
        let slice = turn.postings_between(self.verifier.postings(), self.until, units)?;
        let nothing = slice.is_empty();
        for (seq, posting) in slice {
            match posting {
                Some(posting) => self.verifier.read(&posting),
                None => self.verifier.unreadable(seq),
            }
        }
        self.done = self.verifier.postings();
        if self.done < self.until && !nothing {
            return Ok(false);
        }
        self.verifier.end(&self.head);
        self.stage = Stage::Accounts { account: String::new(), currency: String::new(), seq: 0, sum: 0 };
        Ok(!self.verifier.is_sound())
    }

    fn add_accounts(&mut self, turn: &Turn<'_>, units: i64) -> Outcome<bool> {
        let Stage::Accounts { account, currency, seq, sum } = &mut self.stage else { return Ok(false) };
        let mut left = units;
        if *seq > 0 {
            let rest: Vec<Sum> = turn.store.rows(
                "SELECT ? AS account, ? AS currency, COALESCE(SUM(amount), 0) AS total, COALESCE(MAX(seq), 0) AS last,
                    COUNT(*) AS times, (SELECT amount FROM balances WHERE account = ?1 AND currency = ?2) AS kept
                 FROM (SELECT amount, seq FROM postings WHERE account = ?1 AND currency = ?2 AND seq > ?3 ORDER BY seq LIMIT ?4)",
                vec![text(&*account), text(&*currency), int(*seq), int(units)],
            )?;
            for rest in rest {
                *sum += i128::from(rest.total);
                self.done += rest.times;
                left -= rest.times;
                if left <= 0 {
                    *seq = rest.last;
                    return Ok(false);
                }
                self.verifier.balance(account, currency, rest.kept.unwrap_or(0), *sum);
            }
        }
        let sums: Vec<Sum> = turn.store.rows(
            // Two ranges of the index: compared as a pair, all of the account before would be read again.
            "SELECT p.account, p.currency, SUM(p.amount) AS total, MAX(p.seq) AS last, COUNT(*) AS times,
                (SELECT amount FROM balances b WHERE b.account = p.account AND b.currency = p.currency) AS kept
             FROM (SELECT account, currency, amount, seq FROM postings WHERE account = ?1 AND currency > ?2
                UNION ALL SELECT account, currency, amount, seq FROM postings WHERE account > ?1
                ORDER BY account, currency, seq LIMIT ?3) p
             GROUP BY p.account, p.currency ORDER BY p.account, p.currency",
            vec![text(&*account), text(&*currency), int(left)],
        )?;
        let read: i64 = sums.iter().map(|sum| sum.times).sum();
        self.done += read;
        let last = sums.len();
        for (number, one) in (1..).zip(sums) {
            // Whether the last account has more postings is only known where fewer were read than there could be.
            if number == last && read == left {
                (*account, *currency) = (one.account, one.currency);
                (*seq, *sum) = (one.last, i128::from(one.total));
                return Ok(false);
            }
            self.verifier.balance(&one.account, &one.currency, one.kept.unwrap_or(0), i128::from(one.total));
        }
        self.stage = Stage::Balances { account: String::new(), currency: String::new() };
        Ok(false)
    }

    fn look_at_balances(&mut self, turn: &Turn<'_>, units: i64) -> Outcome<bool> {
        #[derive(Deserialize)]
        struct Kept {
            account: String,
            currency: String,
            amount: i64,
            posted: i64,
        }
        let Stage::Balances { account, currency } = &mut self.stage else { return Ok(false) };
        let rows: Vec<Kept> = turn.store.rows(
            "SELECT account, currency, amount, EXISTS (
                SELECT 1 FROM postings p WHERE p.account = b.account AND p.currency = b.currency) AS posted
             FROM balances b WHERE (account, currency) > (?, ?) ORDER BY account, currency LIMIT ?",
            vec![text(&*account), text(&*currency), int(units)],
        )?;
        for row in rows.iter().filter(|row| row.posted == 0) {
            self.verifier.balance(&row.account, &row.currency, row.amount, 0);
        }
        if let Some(last) = rows.last() {
            (*account, *currency) = (last.account.clone(), last.currency.clone());
        }
        Ok(i64::try_from(rows.len()).unwrap_or(0) < units)
    }
}
