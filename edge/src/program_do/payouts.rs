//! Payout batches: planned and made from what is owed, confirmed or failed for all or for some.

use super::Turn;
use super::participants::page;
use super::rewards::RewardRow;
use crate::command::{Query, Reply};
use crate::failure::{Failure, Outcome};
use crate::store::{Bound, int, text};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::PayoutId;
use honeyguide_domain::ledger::Account;
use honeyguide_domain::money::{Currency, Money};
use honeyguide_domain::payout::{self, Owed, Plan, Skip, Skipped};
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::{
    programs::{NewPayout, NewWriteOff, PayoutLines},
    read,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

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
    beneficiary: String,
    amount: i64,
    open: Option<i64>,
}

/// A batch as it was asked for.
struct Planned {
    currency: Currency,
    minimum: i64,
    plan: Plan,
    /// Those who were named, each once; nothing where all are meant.
    whom: Option<Vec<String>>,
}

/// The rewards that a line of a batch pays for, with its currency as `?3`: approved, and in no other batch (`?1` is this one)
/// that is open.
const PAID_FOR: &str = "rewards.currency = ?3 AND +rewards.state = 'approved' AND rewards.id NOT IN (
    SELECT p.reward FROM payout_rewards p JOIN payout_lines l ON l.payout = p.payout
    WHERE l.beneficiary = rewards.beneficiary AND l.currency = rewards.currency AND l.state = 'open' AND l.payout <> ?1)";

impl Turn<'_> {
    pub(super) fn new_payout(&self, body: &str) -> Outcome<Reply> {
        let Planned { currency, minimum, plan, .. } = self.planned(body)?;
        let id = PayoutId::mint(&mut self.minter());
        self.store.run(
            "INSERT INTO payouts (id, currency, minimum, created_at) VALUES (?, ?, ?, ?)",
            vec![text(&id), text(currency), int(minimum), int(self.now.millis())],
        )?;
        for (beneficiary, value) in &plan.lines {
            self.store.run(
                "INSERT INTO payout_lines (payout, beneficiary, amount, currency, state) VALUES (?, ?, ?, ?, 'open')",
                vec![text(&id), text(beneficiary), int(value.amount()), text(currency)],
            )?;
            self.store.run(
                &format!(
                    "INSERT INTO payout_rewards (payout, reward) SELECT ?1, id FROM rewards WHERE beneficiary = ?2 AND {PAID_FOR}"
                ),
                vec![text(&id), text(beneficiary), text(currency)],
            )?;
        }
        let answer = self.payout_json(id.as_str(), true)?;
        Ok(Reply::new(201, answer))
    }

    /// What a batch would have, and what it would leave out and why.
    pub(super) fn plan_payout(&self, body: &str) -> Outcome<Reply> {
        let Planned { currency, minimum, plan, whom } = self.planned(body)?;
        let lines: Vec<&str> = plan.lines.iter().map(|(beneficiary, _)| beneficiary.as_str()).collect();
        let rewards = self.store.number(
            &format!(
                "SELECT COUNT(*) AS n FROM json_each(?2) meant CROSS JOIN rewards ON rewards.beneficiary = meant.value
                 WHERE {PAID_FOR}"
            ),
            vec![text(""), text(serde_json::to_string(&lines)?), text(currency)],
        )?;
        let mut skipped = plan.skipped;
        for (reason, account, test) in [(Skip::OtherCurrency, "payable", "<>"), (Skip::NotApproved, "pending", "=")] {
            skipped.extend(self.left_out(reason, account, test, currency, whom.as_deref())?);
        }
        let skipped = skipped
            .into_iter()
            .map(|one| json!({"reason": one.reason.as_str(), "beneficiaries": one.beneficiaries, "total": one.total}));
        Reply::ok(&json!({
            "total": plan.total, "minimum": minimum, "beneficiaries": lines.len(), "rewards": rewards,
            "skipped": skipped.collect::<Vec<_>>(),
        }))
    }

    /// What these have in such accounts, above nothing, in the batch's currency or in others.
    fn left_out(
        &self,
        reason: Skip,
        account: &str,
        test: &str,
        currency: Currency,
        whom: Option<&[String]>,
    ) -> Outcome<Vec<Skipped>> {
        #[derive(Deserialize)]
        struct Row {
            currency: String,
            beneficiaries: i64,
            amount: i64,
        }
        let (of_these, mut values) = match whom {
            None => (format!("balances b WHERE b.account >= '{account}:' AND b.account < '{account};'"), vec![]),
            Some(some) => (
                format!("json_each(?) meant CROSS JOIN balances b WHERE b.account = '{account}:' || meant.value"),
                vec![text(serde_json::to_string(some)?)],
            ),
        };
        values.push(text(currency));
        let query = format!(
            "SELECT b.currency, COUNT(*) AS beneficiaries, SUM(b.amount) AS amount FROM {of_these}
             AND b.currency {test} ? AND b.amount > 0 GROUP BY b.currency"
        );
        let skipped = |row: Row| {
            let total = Money::new(row.amount, Currency::parse(&row.currency)?)?;
            Ok(Skipped { reason, beneficiaries: row.beneficiaries, total })
        };
        self.store.rows::<Row>(&query, values)?.into_iter().map(skipped).collect()
    }

    fn planned(&self, body: &str) -> Outcome<Planned> {
        let new: NewPayout = if body.trim().is_empty() { NewPayout::default() } else { read::body(body)? };
        let (_, program) = self.program()?;
        let currency = new.currency.unwrap_or(program.currency);
        let minimum = payout::minimum(&program, currency, new.minimum);
        let whom =
            new.beneficiaries.map(|some| some.into_iter().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
        let mut owed = Vec::new();
        match &whom {
            None => owed.extend(self.owed(currency, "b.account >= 'payable:' AND b.account < 'payable;'", vec![])?),
            Some(some) => {
                for one in some {
                    owed.extend(self.owed(currency, "b.account = 'payable:' || ?", vec![text(one)])?);
                }
            }
        }
        Ok(Planned { currency, minimum, plan: payout::plan(&owed, minimum, currency)?, whom })
    }

    /// Who is owed something or owes it back, with what they are being paid already.
    fn owed(&self, currency: Currency, whom: &str, mut values: Vec<Bound>) -> Outcome<Vec<Owed>> {
        let query = format!(
            "SELECT SUBSTR(b.account, 9) AS beneficiary, b.amount, (SELECT SUM(l.amount) FROM payout_lines l
                WHERE l.beneficiary = SUBSTR(b.account, 9) AND l.currency = b.currency AND l.state = 'open') AS open
             FROM balances b WHERE {whom} AND b.currency = ? AND b.amount <> 0 ORDER BY b.account"
        );
        values.push(text(currency));
        let owed = |row: Balance| {
            let payable = Money::new(row.amount, currency)?;
            Ok(Owed { beneficiary: row.beneficiary, payable, in_open_batches: row.open.unwrap_or(0) })
        };
        self.store.rows::<Balance>(&query, values)?.into_iter().map(owed).collect()
    }

    /// Gives up what a beneficiary owes back in one currency.
    pub(super) fn write_off(&self, id: &str, body: &str) -> Outcome<Reply> {
        let new: NewWriteOff = read::body(body)?;
        self.known_beneficiary(id)?;
        let currency = new.currency.unwrap_or(self.program()?.1.currency);
        let query = "SELECT amount AS n FROM balances WHERE account = ? AND currency = ?";
        let account = Account::Payable(id.to_owned()).name();
        let payable = Money::new(self.store.number(query, vec![text(account), text(currency)])?, currency)?;
        let Some(entry) = payout::write_off(id, payable, self.now, &mut self.minter()) else {
            let message = format!("{id} owes nothing back in {currency}.");
            return Err(Refusal::new(409, "nothing_owed_back", message).at("currency").into());
        };
        self.store.run(
            "INSERT INTO write_offs (entry, beneficiary, reason, at) VALUES (?, ?, ?, ?)",
            vec![text(&entry.id), text(id), text(&new.reason), int(self.now.millis())],
        )?;
        let answer = json!({
            "entry": entry.id, "beneficiary": id, "value": payable.negated(), "reason": new.reason, "at": self.now,
        });
        self.book(&[entry])?;
        Ok(Reply::new(201, answer))
    }

    /// Whether a reward is in a payout that may still be confirmed.
    pub(super) fn is_being_paid(&self, reward: &str) -> Outcome<bool> {
        let query = "SELECT EXISTS (SELECT 1 FROM payout_rewards p JOIN rewards r ON r.id = p.reward
            JOIN payout_lines l ON l.payout = p.payout AND l.beneficiary = r.beneficiary
            WHERE p.reward = ? AND l.state = 'open') AS n";
        Ok(self.store.number(query, vec![text(reward)])? == 1)
    }

    pub(super) fn payouts(&self, query: &Query) -> Outcome<Reply> {
        let with_lines = match query.filter("lines") {
            None | Some("true") => true,
            Some("false") => false,
            Some(_) => {
                return Err(Refusal::new(400, "unknown_value", "lines is one of true, false.").at("lines").into());
            }
        };
        let (clause, values) = query.clause(&[], &[])?;
        let select = format!("SELECT seq, id, currency, minimum, created_at FROM payouts {clause}");
        let rows: Vec<Row> = self.store.rows(&select, values)?;
        page(query, &rows, |row| row.seq, |row| self.payout_json(&row.id, with_lines))
    }

    pub(super) fn payout(&self, id: &str) -> Outcome<Reply> {
        Ok(Reply::new(200, self.payout_json(id, true)?))
    }

    fn payout_json(&self, id: &str, with_lines: bool) -> Outcome<Value> {
        let select = "SELECT seq, id, currency, minimum, created_at FROM payouts WHERE id = ?";
        let row: Option<Row> = self.store.row(select, vec![text(id)])?;
        let row = row.ok_or_else(|| Failure::Refused(Refusal::not_found("payout")))?;
        let lines = self.lines(id)?;
        let currency = Currency::parse(&row.currency)?;
        let total = Money::new(lines.iter().map(|line| line.amount).sum(), currency)?;
        let state = if lines.iter().any(|line| line.state == "open") { "open" } else { "settled" };
        let told = |line: &Line| {
            Ok(
                json!({"beneficiary": line.beneficiary, "value": Money::new(line.amount, currency)?, "state": line.state}),
            )
        };
        let told = if with_lines { Some(lines.iter().map(told).collect::<Outcome<Vec<_>>>()?) } else { None };
        Ok(json!({
            "id": row.id, "state": state, "total": total, "minimum": row.minimum,
            "created_at": Timestamp::from_millis(row.created_at), "beneficiaries": lines.len(), "lines": told,
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
        self.payout_json(id, false)?;
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
                let rewards = self.rewards_in(id, &line.beneficiary)?;
                let rewards = rewards.iter().map(RewardRow::reward).collect::<Outcome<Vec<_>>>()?;
                for made in payout::fulfil(&rewards) {
                    self.keep_move(&made, &format!("paid in {id}"))?;
                }
            }
        }
        self.payout(id)
    }
}
