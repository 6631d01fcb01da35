//! Refunds: one that comes before its purchase waits for it, and ends the same.

use super::Turn;
use super::conversions::ConversionRow;
use crate::command::Reply;
use crate::failure::{Failure, Outcome};
use crate::store::{int, maybe, maybe_int, text};
use honeyguide_domain::event::EventKind;
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::ConversionId;
use honeyguide_domain::money::{Currency, Money};
use honeyguide_domain::refund::{self, Facts, RefundError};
use honeyguide_domain::reward::{Reward, State};
use honeyguide_domain::wire::{conversions::NewRefund, read};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Row {
    refund_id: String,
    asked: Option<i64>,
    currency: Option<String>,
    amount: Option<i64>,
    state: String,
}

impl Row {
    fn asked(&self) -> Outcome<Option<Money>> {
        match (self.asked, &self.currency) {
            (Some(amount), Some(currency)) => Ok(Some(Money::new(amount, Currency::parse(currency)?)?)),
            _ => Ok(None),
        }
    }
}

impl Turn<'_> {
    pub(super) fn refund(&self, body: &str) -> Outcome<Reply> {
        self.give_back(&read::body(body)?)
    }

    pub(super) fn give_back(&self, new: &NewRefund) -> Outcome<Reply> {
        if let Some(held) = self.refund_row(new)? {
            if held.asked()? != new.value {
                let message = "This refund was recorded before with another value.";
                return Err(Refusal::new(409, "refund_differs", message).at("value").into());
            }
            return Ok(Reply::new(200, self.refund_answer(new)?));
        }
        self.store.run(
            "INSERT INTO refunds (event, external_id, refund_id, asked, currency, state, at) VALUES (?, ?, ?, ?, ?, 'waiting', ?)",
            vec![
                text(&new.event),
                text(&new.external_id),
                text(&new.refund_id),
                maybe_int(new.value.map(|value| value.amount())),
                maybe(new.value.map(|value| value.currency())),
                int(self.now.millis()),
            ],
        )?;
        if let Some(conversion) = self.conversion_row(&new.event, &new.external_id)? {
            self.apply(new, &conversion)?;
        }
        Ok(Reply::new(201, self.refund_answer(new)?))
    }

    fn refund_row(&self, of: &NewRefund) -> Outcome<Option<Row>> {
        self.store.row(
            "SELECT refund_id, asked, currency, amount, state FROM refunds WHERE event = ? AND external_id = ? AND refund_id = ?",
            vec![text(&of.event), text(&of.external_id), text(&of.refund_id)],
        )
    }

    /// Takes back what the refund asks. The caller's transaction is undone when it can't be.
    fn apply(&self, new: &NewRefund, conversion: &ConversionRow) -> Outcome<()> {
        let rewards = self.rewards_of(&conversion.id)?;
        let rewards = rewards.iter().map(super::rewards::RewardRow::reward).collect::<Outcome<Vec<_>>>()?;
        let facts = Facts { value: conversion.value()?, refunded: conversion.refunded, rewards };
        let verdict = refund::judge(&facts, new.value, self.now, &mut self.minter()).map_err(refusal)?;
        self.store.run(
            "UPDATE conversions SET refunded = ?, refunded_whole = ? WHERE id = ?",
            vec![int(verdict.refunded), int(i64::from(verdict.whole)), text(&conversion.id)],
        )?;
        self.store.run(
            "UPDATE refunds SET state = 'applied', amount = ?, applied_after = (SELECT MAX(seq) FROM conversions)
             WHERE event = ? AND external_id = ? AND refund_id = ?",
            vec![
                maybe_int(verdict.amount.map(|amount| amount.amount())),
                text(&new.event),
                text(&new.external_id),
                text(&new.refund_id),
            ],
        )?;
        if verdict.whole {
            self.suspend_met(&conversion.id)?;
        }
        for made in &verdict.moves {
            self.keep_move(made, "refunded")?;
        }
        let body = json!({
            "conversion": ConversionId::parse(&conversion.id)?, "event": new.event, "external_id": new.external_id,
            "refund_id": new.refund_id, "value": verdict.amount,
        });
        self.refunded_event(EventKind::ConversionRefunded, &body)
    }

    /// Undoes so much of what was refunded, since it came to nothing. What was booked stays; new entries give it back.
    pub(super) fn undo(&self, undone: &NewRefund, conversion: &ConversionRow) -> Outcome<()> {
        let Some(amount) = undone.value else { return Ok(()) };
        let rows = self.rewards_of(&conversion.id)?;
        let from: BTreeMap<&str, State> =
            rows.iter().filter_map(|row| Some((row.id.as_str(), row.taken_from()?))).collect();
        let rewards = rows.iter().map(super::rewards::RewardRow::reward).collect::<Outcome<Vec<_>>>()?;
        let facts = Facts { value: conversion.value()?, refunded: conversion.refunded, rewards };
        let taken_from = |reward: &Reward| from.get(reward.id.as_str()).copied();
        let verdict = refund::undo(&facts, amount, taken_from, self.now, &mut self.minter()).map_err(refusal)?;
        self.store.run(
            "UPDATE conversions SET refunded = ?, refunded_whole = 0, refund_undone = 1 WHERE id = ?",
            vec![int(verdict.refunded), text(&conversion.id)],
        )?;
        self.store.run(
            "INSERT INTO refunds (event, external_id, refund_id, asked, currency, amount, state, at, applied_after)
             VALUES (?1, ?2, ?3, ?4, ?5, ?4, 'applied', ?6, (SELECT MAX(seq) FROM conversions))",
            vec![
                text(&undone.event),
                text(&undone.external_id),
                text(&undone.refund_id),
                int(-amount.amount()),
                text(amount.currency()),
                int(self.now.millis()),
            ],
        )?;
        if conversion.refunded_whole == 1 {
            self.remember_met(&conversion.id)?;
            self.resume_retainers(&conversion.id)?;
        }
        for made in &verdict.moves {
            self.keep_move(made, "refund_undone")?;
        }
        let body = json!({
            "conversion": ConversionId::parse(&conversion.id)?, "event": undone.event, "external_id": undone.external_id,
            "refund_id": undone.refund_id, "value": amount,
        });
        self.refunded_event(EventKind::ConversionRefundUndone, &body)
    }

    /// Applies the refunds that came before their conversion. One that can't be stands as refused.
    pub(super) fn apply_waiting_refunds(&self, event: &str, external_id: &str) -> Outcome<bool> {
        let waiting: Vec<Row> = self.store.rows(
            "SELECT refund_id, asked, currency, amount, state FROM refunds
             WHERE event = ? AND external_id = ? AND state = 'waiting' ORDER BY seq",
            vec![text(event), text(external_id)],
        )?;
        for row in &waiting {
            let new = NewRefund {
                event: event.to_owned(),
                external_id: external_id.to_owned(),
                refund_id: row.refund_id.clone(),
                value: row.asked()?,
            };
            let Some(conversion) = self.conversion_row(event, external_id)? else { return Ok(false) };
            match self.apply(&new, &conversion) {
                Err(Failure::Refused(refusal)) => self.store.run(
                    "UPDATE refunds SET state = ? WHERE event = ? AND external_id = ? AND refund_id = ?",
                    vec![
                        text(format!("refused: {}", refusal.code)),
                        text(event),
                        text(external_id),
                        text(&row.refund_id),
                    ],
                )?,
                applied => applied?,
            }
        }
        Ok(!waiting.is_empty())
    }

    fn refund_answer(&self, of: &NewRefund) -> Outcome<Value> {
        let row = self.refund_row(of)?.ok_or_else(|| Failure::Ours("the refund was not kept".to_owned()))?;
        let conversion = self.conversion_row(&of.event, &of.external_id)?;
        let conversion = conversion.map(|row| self.answer(&row)).transpose()?;
        let value = match (&conversion, row.amount) {
            (Some(answer), Some(amount)) => answer.value.map(|sale| Money::new(amount, sale.currency())).transpose()?,
            _ => of.value,
        };
        Ok(json!({
            "event": of.event, "external_id": of.external_id, "refund_id": of.refund_id, "value": value, "state": row.state,
            "conversion": conversion.as_ref().map(|answer| &answer.id), "rewards": conversion.as_ref().map(|answer| &answer.rewards),
        }))
    }
}

fn refusal(error: RefundError) -> Failure {
    let code = match error {
        RefundError::CurrencyDiffers => "currency_differs",
        RefundError::ExceedsValue => "refund_exceeds_value",
        RefundError::NoValue => "no_value",
        RefundError::NotRefunded => "not_refunded",
    };
    Failure::Refused(Refusal::new(422, code, format!("{error}.")).at("value"))
}
