//! Conversions: facts are read, `domain::judge` decides, and all of the verdict is recorded in one turn.

use super::Turn;
use super::participants::page;
use crate::command::{Query, Reply};
use crate::failure::{Failure, Outcome};
use crate::store::{int, maybe, maybe_int, text};
use honeyguide_domain::attribution::{Bound as BoundTo, CustomerFacts, Facts, Named, Seen};
use honeyguide_domain::event::{Event, EventKind};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::{CustomerId, DisputeId, EventId};
use honeyguide_domain::judge::{self, Case, Verdict};
use honeyguide_domain::money::{Currency, Money};
use honeyguide_domain::person::Identity;
use honeyguide_domain::program::Program;
use honeyguide_domain::reward::rules::{Earlier, Standing};
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::token::ProgramTag;
use honeyguide_domain::wire::answers::{ConversionAnswer, CustomerAnswer, RewardAnswer};
use honeyguide_domain::wire::conversions::{CustomerRef, NewConversion, NewDispute};
use honeyguide_domain::wire::read;
use serde::Deserialize;
use serde_json::{Value, json};

/// Touches of one cookie that are read: far more than a cookie carries.
const MOST_TOUCHES: usize = 32;

const COLUMNS: &str =
    "SELECT c.seq, c.id, c.event, c.external_id, c.customer, c.given_id, c.given_email, c.given_folded,
    c.amount, c.currency, c.refunded, c.occurred_at, c.recorded_at, c.decision, c.properties FROM conversions c";

#[derive(Deserialize)]
pub(super) struct ConversionRow {
    pub(super) seq: i64,
    pub(super) id: String,
    event: String,
    external_id: String,
    customer: String,
    given_id: Option<String>,
    given_email: Option<String>,
    given_folded: Option<String>,
    amount: Option<i64>,
    currency: Option<String>,
    pub(super) refunded: i64,
    occurred_at: i64,
    recorded_at: i64,
    decision: String,
    properties: String,
}

#[derive(Deserialize)]
struct CustomerRow {
    id: String,
    external_id: Option<String>,
    folded: Option<String>,
    imported: i64,
    bound_code: Option<String>,
    bound_at: Option<i64>,
    country: Option<String>,
    segment: Option<String>,
}

impl ConversionRow {
    pub(super) fn value(&self) -> Outcome<Option<Money>> {
        match (self.amount, &self.currency) {
            (Some(amount), Some(currency)) => Ok(Some(Money::new(amount, Currency::parse(currency)?)?)),
            _ => Ok(None),
        }
    }
}

impl Turn<'_> {
    pub(super) fn convert(&self, body: &str) -> Outcome<Reply> {
        let new: NewConversion = read::body(body)?;
        self.record(&new)
    }

    /// Each line in a transaction of its own: one that is refused leaves the others as they are.
    pub(super) fn convert_many(&self, lines: &[String]) -> Outcome<Reply> {
        let one = |line: &String| match self.store.transaction(|| self.convert(line)) {
            Ok(reply) => Ok(json!({"status": reply.status, "conversion": reply.body})),
            Err(Failure::Refused(refusal)) => {
                let error: Value = serde_json::from_str(&refusal.body())?;
                Ok(json!({"status": refusal.status, "error": error["error"]}))
            }
            Err(failure) => Err(failure),
        };
        Reply::ok(&lines.iter().map(one).collect::<Outcome<Vec<Value>>>()?)
    }

    pub(super) fn conversion_row(&self, event: &str, external_id: &str) -> Outcome<Option<ConversionRow>> {
        let query = format!("{COLUMNS} WHERE c.event = ? AND c.external_id = ?");
        self.store.row(&query, vec![text(event), text(external_id)])
    }

    fn record(&self, new: &NewConversion) -> Outcome<Reply> {
        if let Some(row) = self.conversion_row(&new.event, &new.external_id)? {
            let held = Identity { external_id: row.given_id.clone(), email: row.given_folded.clone() };
            if let Some(field) = new.differs(row.value()?, &held) {
                let message = format!("This conversion was recorded before with another {field}.");
                return Err(Refusal::new(409, "conversion_differs", message).at(field).into());
            }
            return Reply::ok(&self.answer(&row)?);
        }
        let occurred_at = new.occurred(self.now)?;
        let (program_version, program) = self.program()?;
        let customer = self.customer(&new.customer)?;
        let facts = self.facts(new, &program, &customer, occurred_at)?;
        let earlier = self.earlier(&customer.id)?;
        let standing = Standing {
            new: customer.imported == 0 && !facts.customer.bought_before,
            country: new.customer.country.clone().or_else(|| customer.country.clone()),
            segment: new.customer.segment.clone().or_else(|| customer.segment.clone()),
        };
        let customer = CustomerId::parse(&customer.id)?;
        let mut clicks: Vec<_> = facts
            .touches
            .iter()
            .filter_map(|seen| match seen {
                Seen::Proved { touch, .. } => Some((touch.at(), touch.click.to_string())),
                Seen::Invalid => None,
            })
            .collect();
        clicks.sort_by(|one, other| other.cmp(one));
        let clicks: Vec<String> = clicks.into_iter().map(|(_, click)| click).collect();
        let asked = judge::questions(&program, &new.event, &facts, &customer, self.now);
        let case = Case {
            program: &program,
            program_version,
            conversion: new,
            customer,
            facts,
            earlier,
            standing,
            known: self.known(asked, new.attribution.coupon.as_deref(), &clicks)?,
            recorded_at: self.now,
        };
        let verdict = judge::judge(&case, &mut self.minter());
        self.keep(new, &case, &verdict)?;
        self.settle_claim(&new.event, &new.external_id)?;
        if self.apply_waiting_refunds(&new.event, &new.external_id)? {
            let row = self.conversion_row(&new.event, &new.external_id)?.ok_or_else(lost)?;
            return Reply::created(&self.answer(&row)?);
        }
        Reply::created(&verdict.answer)
    }

    fn keep(&self, new: &NewConversion, case: &Case<'_>, verdict: &Verdict) -> Outcome<()> {
        let decision = &verdict.decision;
        self.store.run(
            "INSERT INTO conversions (id, event, external_id, customer, given_id, given_email, given_folded, amount, currency,
             occurred_at, recorded_at, outcome, reason, decision, participant, properties)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            vec![
                text(&verdict.id),
                text(&new.event),
                text(&new.external_id),
                text(&case.customer),
                maybe(new.customer.external_id.as_ref()),
                maybe(new.customer.email.as_ref()),
                maybe(new.customer.email.as_ref().map(honeyguide_domain::person::Email::folded)),
                maybe_int(new.value.map(|value| value.amount())),
                maybe(new.value.map(|value| value.currency())),
                int(case.facts.occurred_at.millis()),
                int(self.now.millis()),
                text(decision.outcome.as_str()),
                text(decision.reason.as_str()),
                text(serde_json::to_string(decision)?),
                maybe(decision.credits.first().map(|credit| &credit.participant)),
                text(Value::Object(new.properties.clone())),
            ],
        )?;
        #[cfg(feature = "faults")]
        crate::faults::trip(self.fault, "panic-in-record");
        if let Some(link) = &verdict.binds {
            let values = vec![text(&link.code), int(case.facts.occurred_at.millis()), text(&case.customer)];
            self.store.run("UPDATE customers SET bound_code = ?, bound_at = ? WHERE id = ?", values)?;
        }
        for earned in &verdict.rewards {
            self.keep_reward(&verdict.id, earned)?;
            self.keep_retainer(&verdict.id, earned)?;
        }
        self.keep_met(&verdict.id, &verdict.met)?;
        self.book(&verdict.entries)?;
        for touch in decision.touches.iter().filter(|touch| touch.counted) {
            if let Some(click) = &touch.click {
                self.mark(click, "qualified")?;
            }
        }
        self.publish(&verdict.events)
    }

    /// The customer that a conversion names: by the site's own id, else by e-mail; made when new.
    fn customer(&self, given: &CustomerRef) -> Outcome<CustomerRow> {
        let identity = given.identity();
        let columns = "SELECT id, external_id, folded, imported, bound_code, bound_at, country, segment FROM customers";
        let mut found: Option<CustomerRow> = match &identity.external_id {
            Some(id) => self.store.row(&format!("{columns} WHERE external_id = ?"), vec![text(id)])?,
            None => None,
        };
        if let (None, Some(folded)) = (&found, &identity.email) {
            // A guest who signs up later is one person with the account; two accounts are two.
            let query =
                format!("{columns} WHERE folded = ? AND (external_id IS NULL OR ? IS NULL) ORDER BY seq LIMIT 1");
            found = self.store.row(&query, vec![text(folded), maybe(identity.external_id.as_ref())])?;
        }
        if let Some(row) = found {
            self.store.run(
                "UPDATE customers SET external_id = COALESCE(external_id, ?), email = COALESCE(email, ?), folded = COALESCE(folded, ?),
                 country = COALESCE(?, country), segment = COALESCE(?, segment) WHERE id = ?",
                vec![
                    maybe(identity.external_id.as_ref()),
                    maybe(given.email.as_ref()),
                    maybe(identity.email.as_ref()),
                    maybe(given.country.as_ref()),
                    maybe(given.segment.as_ref()),
                    text(&row.id),
                ],
            )?;
            return Ok(row);
        }
        let id = CustomerId::mint(&mut self.minter());
        self.store.run(
            "INSERT INTO customers (id, external_id, email, folded, created_at, country, segment) VALUES (?, ?, ?, ?, ?, ?, ?)",
            vec![
                text(&id),
                maybe(identity.external_id.as_ref()),
                maybe(given.email.as_ref()),
                maybe(identity.email.as_ref()),
                int(self.now.millis()),
                maybe(given.country.as_ref()),
                maybe(given.segment.as_ref()),
            ],
        )?;
        Ok(CustomerRow {
            id: id.to_string(),
            external_id: identity.external_id,
            folded: identity.email,
            imported: 0,
            bound_code: None,
            bound_at: None,
            country: given.country.clone(),
            segment: given.segment.clone(),
        })
    }

    fn facts(&self, new: &NewConversion, program: &Program, customer: &CustomerRow, at: Timestamp) -> Outcome<Facts> {
        let bound = match (&customer.bound_code, customer.bound_at) {
            (Some(code), Some(at)) => {
                self.link_facts(code)?.map(|link| BoundTo { link, at: Timestamp::from_millis(at) })
            }
            _ => None,
        };
        let bought = "SELECT EXISTS (SELECT 1 FROM conversions WHERE customer = ? AND event IN ('purchase', 'renewal')
            AND refunded_whole = 0) AS n";
        let given = new.customer.identity();
        let identity = Identity {
            external_id: given.external_id.or_else(|| customer.external_id.clone()),
            email: given.email.or_else(|| customer.folded.clone()),
        };
        let customer_facts = CustomerFacts {
            identity,
            created_at: new.customer.created_at,
            imported: customer.imported == 1,
            bought_before: self.store.number(bought, vec![text(&customer.id)])? == 1,
            bound,
        };
        let named = |given: &Option<String>| match given {
            Some(given) => Ok(Some(Named { text: given.clone(), link: self.link_facts(given)? })),
            None => Outcome::Ok(None),
        };
        let mut coupon = named(&new.attribution.coupon)?;
        if let Some(named) = coupon.as_mut().filter(|named| named.link.is_none())
            && let Some(link) = self.link_of_coupon(&named.text)?
        {
            named.link = self.link_facts(&link)?;
        }
        Ok(Facts {
            occurred_at: at,
            customer: customer_facts,
            coupon,
            code: named(&new.attribution.code)?,
            touches: self.touches(new, program)?,
        })
    }

    /// The touches of the cookie, and those that a reference stands for.
    fn touches(&self, new: &NewConversion, program: &Program) -> Outcome<Vec<Seen>> {
        let referred = match &new.attribution.reference {
            Some(reference) => Some(self.touches_of(reference)?.unwrap_or_else(|| "unknown".to_owned())),
            None => None,
        };
        let tag = ProgramTag::of(program.id.as_str());
        let tokens = new.attribution.touch.iter().chain(&referred).flat_map(|cookie| cookie.trim().split('.'));
        let mut seen = Vec::new();
        for token in tokens.take(MOST_TOUCHES) {
            seen.push(match self.settings.signer.check(token) {
                Ok(touch) if touch.program.fits(tag) => {
                    let link = self.link_facts(touch.code.as_str())?;
                    Seen::Proved { touch, link }
                }
                _ => Seen::Invalid,
            });
        }
        Ok(seen)
    }

    fn earlier(&self, customer: &str) -> Outcome<Vec<Earlier>> {
        #[derive(Deserialize)]
        struct Row {
            event: String,
            amount: Option<i64>,
            currency: Option<String>,
            occurred_at: i64,
            refunded_whole: i64,
            credited: i64,
            met: String,
        }
        let query = "SELECT event, amount, currency, occurred_at, refunded_whole, outcome = 'credited' AS credited,
            (SELECT json_group_array(rule) FROM met WHERE conversion = conversions.id) AS met
            FROM conversions WHERE customer = ? ORDER BY seq LIMIT 10000";
        let rows: Vec<Row> = self.store.rows(query, vec![text(customer)])?;
        let earlier = |row: Row| {
            let value = match (row.amount, row.currency) {
                (Some(amount), Some(currency)) => Some(Money::new(amount, Currency::parse(&currency)?)?),
                _ => None,
            };
            Ok(Earlier {
                event: row.event,
                value,
                occurred_at: Timestamp::from_millis(row.occurred_at),
                refunded_whole: row.refunded_whole == 1,
                credited: row.credited == 1,
                met: serde_json::from_str(&row.met)?,
            })
        };
        rows.into_iter().map(earlier).collect()
    }

    pub(super) fn answer(&self, row: &ConversionRow) -> Outcome<ConversionAnswer> {
        let value = row.value()?;
        let refunded = value.map(|value| Money::new(row.refunded, value.currency())).transpose()?;
        Ok(ConversionAnswer {
            id: honeyguide_domain::id::ConversionId::parse(&row.id)?,
            event: row.event.clone(),
            external_id: row.external_id.clone(),
            value,
            refunded,
            occurred_at: Timestamp::from_millis(row.occurred_at),
            recorded_at: Timestamp::from_millis(row.recorded_at),
            customer: CustomerAnswer {
                id: row.customer.clone(),
                external_id: row.given_id.clone(),
                email: row.given_email.clone(),
            },
            decision: serde_json::from_str(&row.decision)?,
            rewards: self
                .rewards_of(&row.id)?
                .iter()
                .map(super::rewards::RewardRow::answer)
                .collect::<Outcome<Vec<RewardAnswer>>>()?,
            properties: serde_json::from_str(&row.properties)?,
        })
    }

    pub(super) fn conversions(&self, query: &Query) -> Outcome<Reply> {
        let (clause, values) = query.clause(
            "c.",
            &[
                ("event", "event"),
                ("external_id", "external_id"),
                ("outcome", "outcome"),
                ("reason", "reason"),
                ("participant", "participant"),
                ("customer", "customer"),
            ],
        );
        let rows: Vec<ConversionRow> = self.store.rows(&format!("{COLUMNS} {clause}"), values)?;
        page(query, &rows, |row| row.seq, |row| Ok(serde_json::to_value(self.answer(row)?)?))
    }

    pub(super) fn conversion(&self, id: &str) -> Outcome<Reply> {
        let row: Option<ConversionRow> = self.store.row(&format!("{COLUMNS} WHERE c.id = ?"), vec![text(id)])?;
        let row = row.ok_or_else(|| Failure::Refused(Refusal::not_found("conversion")))?;
        let mut body = serde_json::to_value(self.answer(&row)?)?;
        let query = "SELECT id, reason, state FROM disputes WHERE conversion = ? ORDER BY seq";
        body["disputes"] = json!(self.store.rows::<Value>(query, vec![text(id)])?);
        Ok(Reply::new(200, body))
    }

    /// Opens a dispute, with the decision as it stands attached.
    pub(super) fn dispute(&self, id: &str, body: &str) -> Outcome<Reply> {
        let new: NewDispute = read::body(body)?;
        let conversion = self.conversion(id)?;
        let dispute = DisputeId::mint(&mut self.minter());
        self.store.run(
            "INSERT INTO disputes (id, conversion, reason, state, at) VALUES (?, ?, ?, 'open', ?)",
            vec![text(&dispute), text(id), text(&new.reason), int(self.now.millis())],
        )?;
        Reply::created(&json!({
            "id": dispute.as_str(), "conversion": id, "reason": new.reason, "state": "open", "opened_at": self.now,
            "decision": conversion.body["decision"],
        }))
    }

    /// People who are customers already, a result a line.
    pub(super) fn import_customers(&self, lines: &[String]) -> Outcome<Reply> {
        let one = |line: &String| match read::body::<CustomerRef>(line) {
            Ok(given) => {
                let row = self.customer(&given)?;
                self.store.run("UPDATE customers SET imported = 1 WHERE id = ?", vec![text(&row.id)])?;
                Ok(json!({"status": 200, "customer": {"id": row.id}}))
            }
            Err(refusal) => {
                let error: Value = serde_json::from_str(&refusal.body())?;
                Ok(json!({"status": refusal.status, "error": error["error"]}))
            }
        };
        Reply::ok(&lines.iter().map(one).collect::<Outcome<Vec<Value>>>()?)
    }

    pub(super) fn refunded_event(&self, body: &Value) -> Outcome<()> {
        let id = EventId::mint(&mut self.minter());
        self.publish(&[Event::new(id, EventKind::ConversionRefunded, self.now, body)])
    }
}

fn lost() -> Failure {
    Failure::Ours("the conversion was not kept".to_owned())
}
