//! Payout batches: made from what is owed, confirmed or failed for all or for some.

use super::Turn;
use super::participants::page;
use crate::command::{Query, Reply};
use crate::failure::{Failure, Outcome};
use crate::store::{int, text};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::PayoutId;
use honeyguide_domain::money::{Currency, Money};
use honeyguide_domain::payout::{self, Owed};
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::{
    programs::{NewPayout, PayoutLines},
    read,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Row {
    seq: i64,
    id: String,
    currency: String,
    minimum: i64,
    created_at: i64,
}

#[derive(Deserialize)]
struct Line {
    beneficiary: String,
    amount: i64,
    currency: String,
    state: String,
}

#[derive(Deserialize)]
struct Balance {
    account: String,
    amount: i64,
    open: Option<i64>,
}

impl Turn<'_> {
    pub(super) fn new_payout(&self, body: &str) -> Outcome<Reply> {
        let new: NewPayout = if body.trim().is_empty() { NewPayout::default() } else { read::body(body)? };
        let (_, program) = self.program()?;
        let currency = new.currency.unwrap_or(program.currency);
        let balances: Vec<Balance> = self.store.rows(
            "SELECT b.account, b.amount, (SELECT SUM(l.amount) FROM payout_lines l WHERE l.state = 'open'
                AND l.currency = b.currency AND 'payable:' || l.beneficiary = b.account) AS open
             FROM balances b WHERE b.currency = ? AND b.amount > 0 AND b.account LIKE 'payable:%' ORDER BY b.account",
            vec![text(currency)],
        )?;
        let owed = balances.into_iter().map(|row| {
            let beneficiary = row.account.trim_start_matches("payable:").to_owned();
            Ok(Owed { beneficiary, payable: Money::new(row.amount, currency)?, in_open_batches: row.open.unwrap_or(0) })
        });
        let lines = payout::lines(&owed.collect::<Outcome<Vec<_>>>()?, new.minimum);
        let id = PayoutId::mint(&mut self.minter());
        self.store.run(
            "INSERT INTO payouts (id, currency, minimum, created_at) VALUES (?, ?, ?, ?)",
            vec![text(&id), text(currency), int(new.minimum), int(self.now.millis())],
        )?;
        for (beneficiary, value) in &lines {
            self.store.run(
                "INSERT INTO payout_lines (payout, beneficiary, amount, currency, state) VALUES (?, ?, ?, ?, 'open')",
                vec![text(&id), text(beneficiary), int(value.amount()), text(currency)],
            )?;
            self.store.run(
                "INSERT INTO payout_rewards (payout, reward) SELECT ?, id FROM rewards
                 WHERE beneficiary = ? AND currency = ? AND state = 'approved'",
                vec![text(&id), text(beneficiary), text(currency)],
            )?;
        }
        let answer = self.payout_json(id.as_str())?;
        Ok(Reply::new(201, answer))
    }

    pub(super) fn payouts(&self, query: &Query) -> Outcome<Reply> {
        let select = "SELECT seq, id, currency, minimum, created_at FROM payouts WHERE seq > ? ORDER BY seq LIMIT ?";
        let rows: Vec<Row> = self.store.rows(select, vec![int(query.cursor), int(query.limit + 1)])?;
        page(query, &rows, |row| row.seq, |row| self.payout_json(&row.id))
    }

    pub(super) fn payout(&self, id: &str) -> Outcome<Reply> {
        Ok(Reply::new(200, self.payout_json(id)?))
    }

    fn payout_json(&self, id: &str) -> Outcome<Value> {
        let select = "SELECT seq, id, currency, minimum, created_at FROM payouts WHERE id = ?";
        let row: Option<Row> = self.store.row(select, vec![text(id)])?;
        let row = row.ok_or_else(|| Failure::Refused(Refusal::not_found("payout")))?;
        let lines = self.lines(id)?;
        let currency = Currency::parse(&row.currency)?;
        let total = Money::new(lines.iter().map(|line| line.amount).sum(), currency)?;
        let state = if lines.iter().any(|line| line.state == "open") { "open" } else { "settled" };
        let lines = lines.iter().map(|line| {
            Ok(json!({"beneficiary": line.beneficiary, "value": Money::new(line.amount, currency)?, "state": line.state}))
        });
        Ok(json!({
            "id": row.id, "state": state, "total": total, "minimum": row.minimum,
            "created_at": Timestamp::from_millis(row.created_at), "lines": lines.collect::<Outcome<Vec<_>>>()?,
        }))
    }

    fn lines(&self, id: &str) -> Outcome<Vec<Line>> {
        let select =
            "SELECT beneficiary, amount, currency, state FROM payout_lines WHERE payout = ? ORDER BY beneficiary";
        self.store.rows(select, vec![text(id)])
    }

    /// Confirms or fails the open lines that are meant. Lines that were settled before stay as they are.
    pub(super) fn settle_payout(&self, id: &str, paid: bool, body: &str) -> Outcome<Reply> {
        let meant: PayoutLines = if body.trim().is_empty() { PayoutLines::default() } else { read::body(body)? };
        self.payout_json(id)?;
        let lines = self.lines(id)?;
        if let Some(stranger) =
            meant.beneficiaries.iter().flatten().find(|one| !lines.iter().any(|line| line.beneficiary == **one))
        {
            let message = format!("{stranger} has no line in this payout.");
            return Err(Refusal::new(422, "unknown_beneficiary", message).at("beneficiaries").into());
        }
        let mine = |line: &&Line| meant.beneficiaries.as_ref().is_none_or(|some| some.contains(&line.beneficiary));
        for line in lines.iter().filter(|line| line.state == "open").filter(mine) {
            self.store.run(
                "UPDATE payout_lines SET state = ?, settled_at = ? WHERE payout = ? AND beneficiary = ?",
                vec![
                    text(if paid { "confirmed" } else { "failed" }),
                    int(self.now.millis()),
                    text(id),
                    text(&line.beneficiary),
                ],
            )?;
            if paid {
                let value = Money::new(line.amount, Currency::parse(&line.currency)?)?;
                self.book(&[payout::confirm(&line.beneficiary, value, self.now, &mut self.minter())])?;
                self.store.run(
                    "UPDATE rewards SET state = 'fulfilled', reason = ? WHERE state = 'approved' AND beneficiary = ?
                     AND id IN (SELECT reward FROM payout_rewards WHERE payout = ?)",
                    vec![text(format!("paid in {id}")), text(&line.beneficiary), text(id)],
                )?;
            }
        }
        self.payout(id)
    }
}
