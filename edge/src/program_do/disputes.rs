//! Disputes: opened with the trace attached, settled once by the owner. A settlement corrects by new entries.

use super::Turn;
use super::conversions::ConversionRow;
use crate::command::Reply;
use crate::failure::{Failure, Outcome};
use crate::store::{int, maybe, text};
use honeyguide_domain::attribution::{self, Part};
use honeyguide_domain::dispute::{self, Case, TakenFrom};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::{ConversionId, CustomerId, DisputeId};
use honeyguide_domain::judge;
use honeyguide_domain::person::Identity;
use honeyguide_domain::reason::Reason;
use honeyguide_domain::reward::rules::{Sale, Share, Standing, bought};
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::decision::Decision;
use honeyguide_domain::wire::disputes::{NewDispute, NewSettlement, Ruling};
use honeyguide_domain::wire::read;
use honeyguide_domain::words::Lang;
use serde::Deserialize;
use serde_json::{Value, json};

const COLUMNS: &str = "SELECT id, conversion, reason, state, at, outcome, ruling, credits, settled_at FROM disputes";

#[derive(Deserialize)]
struct Row {
    id: String,
    conversion: String,
    reason: String,
    state: String,
    at: i64,
    outcome: Option<String>,
    /// Why it was settled so.
    ruling: Option<String>,
    /// As JSON: who has the credit since, where the dispute was upheld.
    credits: Option<String>,
    settled_at: Option<i64>,
}

impl Row {
    fn is_open(&self) -> bool {
        self.state == "open"
    }

    fn json(&self) -> Outcome<Value> {
        let credits: Value = self.credits.as_deref().map_or(Ok(Value::Null), serde_json::from_str)?;
        let settlement = self.outcome.as_ref().map(|outcome| {
            let at = self.settled_at.map(Timestamp::from_millis);
            json!({"outcome": outcome, "reason": self.ruling, "credits": credits, "at": at})
        });
        Ok(json!({
            "id": self.id, "conversion": self.conversion, "reason": self.reason, "state": self.state,
            "opened_at": Timestamp::from_millis(self.at), "settlement": settlement,
        }))
    }
}

impl Turn<'_> {
    pub(super) fn disputes_of(&self, conversion: &str) -> Outcome<Vec<Value>> {
        let query = format!("{COLUMNS} WHERE conversion = ? ORDER BY seq");
        let rows: Vec<Row> = self.store.rows(&query, vec![text(conversion)])?;
        rows.iter().map(Row::json).collect()
    }

    fn newest_dispute(&self, conversion: &str) -> Outcome<Option<Row>> {
        let query = format!("{COLUMNS} WHERE conversion = ? ORDER BY seq DESC LIMIT 1");
        self.store.row(&query, vec![text(conversion)])
    }

    /// Opens a dispute, with the decision as it stands attached. While one is open, the same reason finds it again.
    pub(super) fn dispute(&self, id: &str, body: &str, lang: Lang) -> Outcome<Reply> {
        let new: NewDispute = read::body(body)?;
        let conversion = self.conversion(id, lang)?;
        let open = self.newest_dispute(id)?.filter(Row::is_open);
        let (status, row) = match open {
            Some(row) if row.reason == new.reason => (200, row),
            Some(_) => {
                let message = "This conversion has a dispute that is open. Settle it first.";
                return Err(Refusal::new(409, "dispute_open", message).into());
            }
            None => {
                let dispute = DisputeId::mint(&mut self.minter());
                self.store.run(
                    "INSERT INTO disputes (id, conversion, reason, state, at) VALUES (?, ?, ?, 'open', ?)",
                    vec![text(&dispute), text(id), text(&new.reason), int(self.now.millis())],
                )?;
                let row = self.newest_dispute(id)?;
                (201, row.ok_or_else(|| Failure::Ours("the dispute was not kept".to_owned()))?)
            }
        };
        let mut answer = row.json()?;
        answer["decision"] = conversion.body["decision"].clone();
        answer["rewards"] = conversion.body["rewards"].clone();
        Ok(Reply::new(status, answer))
    }

    /// Settles the open dispute of a conversion. One that is settled stays so.
    pub(super) fn settle_dispute(&self, id: &str, body: &str) -> Outcome<Reply> {
        let new: NewSettlement = read::body(body)?;
        let conversion = self.conversion_by_id(id)?;
        let open = self.newest_dispute(id)?.ok_or_else(|| Failure::Refused(Refusal::not_found("dispute")))?;
        if !open.is_open() {
            let message = "This dispute is settled. Open another where that was wrong.";
            return Err(Refusal::new(409, "dispute_settled", message).into());
        }
        let credits = match &new.ruling {
            Ruling::Upheld(credit) => {
                let parts = attribution::by_participant(&self.parts(credit, "credit")?);
                self.correct(&conversion, &open.id, &parts)?;
                Some(serde_json::to_string(&judge::credits(&parts))?)
            }
            Ruling::Rejected => None,
        };
        self.store.run(
            "UPDATE disputes SET state = 'settled', outcome = ?, ruling = ?, credits = ?, settled_at = ? WHERE id = ?",
            vec![text(new.ruling.as_str()), text(&new.reason), maybe(credits), int(self.now.millis()), text(&open.id)],
        )?;
        let row = self.newest_dispute(id)?.ok_or_else(|| Failure::Refused(Refusal::not_found("dispute")))?;
        let mut answer = row.json()?;
        answer["rewards"] = serde_json::to_value(self.answer(&conversion)?.rewards)?;
        Ok(Reply::new(200, answer))
    }

    fn credits_now(&self, conversion: &str) -> Outcome<Vec<Share>> {
        #[derive(Deserialize)]
        struct Row {
            participant: String,
            weight: u32,
        }
        let query = "SELECT participant, weight FROM credits WHERE conversion = ? ORDER BY participant";
        let rows: Vec<Row> = self.store.rows(query, vec![text(conversion)])?;
        Ok(rows.into_iter().map(|row| Share { beneficiary: row.participant, weight: row.weight }).collect())
    }

    /// Takes back what others have, and gives what these should have had.
    fn correct(&self, conversion: &ConversionRow, dispute: &str, parts: &[Part]) -> Outcome<()> {
        let id = ConversionId::parse(&conversion.id)?;
        let customer = self.customer_row(&conversion.customer)?;
        let buyer = Identity {
            external_id: conversion.given_id.clone().or_else(|| customer.external_id.clone()),
            email: conversion.given_folded.clone().or_else(|| customer.folded.clone()),
        };
        if parts.iter().any(|part| part.link.identity.is_same_person(&buyer)) {
            let message = "The customer and the participant are one person.";
            return Err(Refusal::new(422, Reason::SelfReferral.as_str(), message).at("credit").into());
        }
        let before = self.credits_now(&conversion.id)?;
        let from = if parts.is_empty() { TakenFrom::Everyone } else { TakenFrom::Referrers };
        let held = self.rewards_of(&conversion.id)?;
        let held = held.iter().map(super::rewards::RewardRow::reward).collect::<Outcome<Vec<_>>>()?;
        for made in dispute::take_back(&held, from, self.now, &mut self.minter()) {
            self.keep_move(&made, Reason::DisputeSettled.as_str())?;
        }
        self.end_retainers(&conversion.id, from.prefix(), Reason::DisputeSettled.as_str())?;
        self.forget_met(&conversion.id, from.prefix())?;

        let shares = judge::shares(parts);
        self.keep_credits(&id, &shares)?;
        if !shares.is_empty() {
            self.give(conversion, (&id, dispute), &shares, !before.is_empty())?;
        }
        // The customer moves with the credit, unless they belong to others by now.
        let bound = self.bound_to(&customer)?;
        let had = |who: &String| before.iter().any(|share| share.beneficiary == *who);
        if bound.is_empty() || bound.iter().all(had) {
            let at = customer.bound_at.unwrap_or(conversion.occurred_at);
            self.bind(&customer.id, parts, Timestamp::from_millis(at))?;
        }
        Ok(())
    }

    fn give(
        &self,
        conversion: &ConversionRow,
        (id, dispute): (&ConversionId, &str),
        credit: &[Share],
        was_credited: bool,
    ) -> Outcome<()> {
        let value = conversion.value()?;
        if conversion.refunded_whole == 1 {
            return Ok(());
        }
        let decision: Decision = serde_json::from_str(&conversion.decision)?;
        let program = self.program_version(decision.program_version)?;
        let person = self.customer_row(&conversion.customer)?;
        let earlier = self.earlier(&conversion.customer, conversion.seq)?;
        let standing = Standing {
            new: person.imported == 0 && !bought(&earlier),
            country: person.country.clone(),
            segment: person.segment.clone(),
        };
        let (customer, properties) =
            (CustomerId::parse(&conversion.customer)?, serde_json::from_str(&conversion.properties)?);
        let case = Case {
            program: &program,
            sale: Sale {
                event: &conversion.event,
                value,
                occurred_at: Timestamp::from_millis(conversion.occurred_at),
                recorded_at: self.now,
                properties: &properties,
                customer: &standing,
                earlier: &earlier,
            },
            customer: &customer,
            credit,
            was_credited,
            refunded: conversion.refunded,
        };
        let known = self.known(dispute::questions(&case), None, &[])?;
        let given = dispute::give(&case, id, known, &mut self.minter());
        self.keep_rewards(id, &given.rewards, dispute, None)?;
        self.keep_met(id, &given.met)?;
        self.book(&given.entries)?;
        self.publish(&given.events)?;
        for made in &given.refunds {
            self.keep_move(made, "refunded")?;
        }
        Ok(())
    }
}
