//! Claims: conversions that only a browser reported. They wait for a backend, a vendor or the owner.

use super::Turn;
use super::participants::page;
use crate::command::{Query, Reply};
use crate::failure::{Failure, Outcome};
use crate::store::{Bound, int, maybe, maybe_int, text};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::ClaimId;
use honeyguide_domain::money::{Currency, Money};
use honeyguide_domain::source::waiting::claim_name;
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::conversions::{AttributionRef, CustomerRef, NewConversion};
use honeyguide_domain::wire::participants::NewClaim;
use honeyguide_domain::wire::{read, sources::ClaimConfirmation};
use serde::Deserialize;
use serde_json::{Map, Value, json};

const COLUMNS: &str =
    "SELECT seq, id, event, external_id, amount, currency, touches, state, customer, conversion, at FROM claims";

#[derive(Deserialize)]
pub(super) struct ClaimRow {
    seq: i64,
    id: String,
    event: String,
    external_id: String,
    amount: Option<i64>,
    currency: Option<String>,
    touches: String,
    state: String,
    customer: Option<String>,
    conversion: Option<String>,
    at: i64,
}

impl ClaimRow {
    fn value(&self) -> Outcome<Option<Money>> {
        match (self.amount, &self.currency) {
            (Some(amount), Some(currency)) => Ok(Some(Money::new(amount, Currency::parse(currency)?)?)),
            _ => Ok(None),
        }
    }

    /// The conversion with the claim's touches, where they count.
    pub(super) fn evidence_for(&self, new: &NewConversion) -> Option<NewConversion> {
        honeyguide_domain::claim::evidence(&self.touches, new)
    }

    fn customer(&self) -> Outcome<Option<CustomerRef>> {
        let held: Option<Value> = self.customer.as_deref().map(serde_json::from_str).transpose()?;
        Ok(held.map(|held| read::document(&held)).transpose()?)
    }

    fn json(&self) -> Outcome<Value> {
        let customer: Option<Value> = self.customer.as_deref().map(serde_json::from_str).transpose()?;
        Ok(json!({
            "id": self.id, "event": self.event, "external_id": self.external_id, "value": self.value()?,
            "customer": customer, "touched": !self.touches.is_empty(), "state": self.state,
            "conversion": self.conversion, "at": Timestamp::from_millis(self.at),
        }))
    }
}

impl Turn<'_> {
    /// A conversion that only a browser reports: kept, and worth nothing until someone else reports it too. The first
    /// claim of a conversion stands, and the answer is the same whatever is known.
    pub(super) fn claim(&self, body: &str, touches: &str) -> Outcome<(Reply, Vec<String>)> {
        let new: NewClaim = read::body(body)?;
        let customer = new.customer.as_ref().map(|one| {
            json!({"external_id": one.external_id, "email": one.email.as_ref().map(ToString::to_string),
                "created_at": one.created_at, "country": one.country, "segment": one.segment})
        });
        self.store.run(
            "INSERT OR IGNORE INTO claims (id, event, external_id, amount, currency, touches, state, customer, at)
             VALUES (?, ?, ?, ?, ?, ?, 'open', ?, ?)",
            vec![
                text(ClaimId::mint(&mut self.minter())),
                text(&new.event),
                text(&new.external_id),
                maybe_int(new.value.map(|value| value.amount())),
                maybe(new.value.map(|value| value.currency())),
                text(touches),
                maybe(customer),
                int(self.now.millis()),
            ],
        )?;
        // It came after what it claims: confirmed, and nothing that was decided is changed.
        let known = match self.conversion_row(&new.event, &new.external_id)? {
            Some(row) => Some(row.id),
            None => self.conversion_by_name(&new.external_id)?,
        };
        if let (Some(known), Some(claim)) = (known, self.claim_of(&new.event, &[&new.external_id])?) {
            self.confirm(&claim, &known)?;
        }
        let body = json!({"event": new.event, "external_id": new.external_id, "state": "claim_unconfirmed"});
        Ok((Reply::new(202, body), vec![claim_name(&new.external_id)]))
    }

    /// The open claim of a conversion that goes by one of these names.
    pub(super) fn claim_of(&self, event: &str, names: &[&str]) -> Outcome<Option<ClaimRow>> {
        let places = vec!["?"; names.len()].join(", ");
        let query =
            format!("{COLUMNS} WHERE event = ? AND external_id IN ({places}) AND state = 'open' ORDER BY seq LIMIT 1");
        let values: Vec<Bound> = std::iter::once(event).chain(names.iter().copied()).map(text).collect();
        self.store.row(&query, values)
    }

    pub(super) fn confirm(&self, claim: &ClaimRow, conversion: &str) -> Outcome<()> {
        let query = "UPDATE claims SET state = 'confirmed', conversion = ? WHERE seq = ?";
        self.store.run(query, vec![text(conversion), int(claim.seq)])
    }

    pub(super) fn claims_list(&self, query: &Query) -> Outcome<Reply> {
        let (clause, values) =
            query.clause(&[("external_id", "external_id"), ("state", "state")], &[("event", "+event")])?;
        let rows: Vec<ClaimRow> = self.store.rows(&format!("{COLUMNS} {clause}"), values)?;
        page(query, &rows, |row| row.seq, ClaimRow::json)
    }

    fn claim_row(&self, id: &str) -> Outcome<ClaimRow> {
        let row = self.store.row(&format!("{COLUMNS} WHERE id = ?"), vec![text(id)])?;
        row.ok_or_else(|| Failure::Refused(Refusal::not_found("claim")))
    }

    /// The owner says that it is true: recorded as if a backend had reported it.
    pub(super) fn confirm_claim(&self, id: &str, body: &str) -> Outcome<Reply> {
        let given: ClaimConfirmation =
            if body.trim().is_empty() { ClaimConfirmation::default() } else { read::body(body)? };
        let row = self.claim_row(id)?;
        if let Some(conversion) = &row.conversion {
            return self.conversion(conversion, honeyguide_domain::words::Lang::default());
        }
        if row.state == "rejected" {
            return Err(Refusal::new(409, "claim_rejected", "This claim was rejected.").at("state").into());
        }
        let missing = |field: &str| {
            let message = format!("The claim doesn't say \"{field}\": send it.");
            Failure::Refused(Refusal::new(422, "missing_field", message).at(field))
        };
        let value = match given.value {
            Some(value) => Some(value),
            None => row.value()?,
        };
        if value.is_none() && matches!(row.event.as_str(), "purchase" | "renewal") {
            return Err(missing("value"));
        }
        let customer = match given.customer {
            Some(customer) => customer,
            None => row.customer()?.ok_or_else(|| missing("customer"))?,
        };
        let new = NewConversion {
            event: row.event.clone(),
            external_id: row.external_id.clone(),
            value,
            occurred_at: Some(Timestamp::from_millis(row.at)),
            customer,
            attribution: AttributionRef::default(),
            properties: Map::new(),
        };
        self.convert_read(&new)
    }

    pub(super) fn reject_claim(&self, id: &str) -> Outcome<Reply> {
        let row = self.claim_row(id)?;
        if row.state == "confirmed" {
            return Err(Refusal::new(409, "claim_confirmed", "This claim was confirmed.").at("state").into());
        }
        self.store.run("UPDATE claims SET state = 'rejected' WHERE seq = ?", vec![int(row.seq)])?;
        Reply::ok(&self.claim_row(id)?.json()?)
    }
}
