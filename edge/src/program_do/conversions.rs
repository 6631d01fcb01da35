//! Conversions: facts are read, `domain::judge` decides, and all of the verdict is recorded in one turn.

use super::Turn;
use super::customers::CustomerRow;
use crate::command::Reply;
use crate::failure::{Failure, Outcome};
use crate::store::{int, maybe, maybe_int, text};
use honeyguide_domain::attribution::Seen;
use honeyguide_domain::event::{Event, EventKind};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::{ConversionId, CustomerId, EventId};
use honeyguide_domain::judge::{self, Case, Verdict};
use honeyguide_domain::money::{Currency, LARGEST, Money};
use honeyguide_domain::person::Identity;
use honeyguide_domain::reward::rules::{Share, Standing};
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::answers::{ConversionAnswer, CustomerAnswer, RewardAnswer};
use honeyguide_domain::wire::conversions::NewConversion;
use honeyguide_domain::wire::read;
use honeyguide_domain::wire::recorded::Recorded;
use honeyguide_domain::words::Lang;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) const COLUMNS: &str =
    "SELECT c.seq, c.id, c.event, c.external_id, c.customer, c.given_id, c.given_email, c.given_folded,
    c.amount, c.currency, c.refunded, c.refunded_whole, c.occurred_at, c.recorded_at, c.decision, c.properties";

#[derive(Deserialize)]
pub(super) struct ConversionRow {
    pub(super) seq: i64,
    pub(super) id: String,
    pub(super) event: String,
    external_id: String,
    pub(super) customer: String,
    pub(super) given_id: Option<String>,
    given_email: Option<String>,
    pub(super) given_folded: Option<String>,
    amount: Option<i64>,
    currency: Option<String>,
    pub(super) refunded: i64,
    pub(super) refunded_whole: i64,
    pub(super) occurred_at: i64,
    recorded_at: i64,
    pub(super) decision: String,
    pub(super) properties: String,
}

/// Whether there is a conversion of an order, an open claim, a refund that waits for it.
#[derive(Deserialize, Default)]
struct Traces {
    recorded: i64,
    claimed: i64,
    refunded: i64,
    /// Whether someone with the address was a customer before the program.
    imported: i64,
}

impl ConversionRow {
    /// The site's own id of the customer and the address, as they were given.
    pub(super) fn given(&self) -> (Option<&str>, Option<&str>) {
        (self.given_id.as_deref(), self.given_email.as_deref())
    }

    pub(super) fn external_id(&self) -> &str {
        &self.external_id
    }

    pub(super) fn value(&self) -> Outcome<Option<Money>> {
        match (self.amount, &self.currency) {
            (Some(amount), Some(currency)) => Ok(Some(Money::new(amount, Currency::parse(currency)?)?)),
            _ => Ok(None),
        }
    }
}

impl Turn<'_> {
    pub(super) fn convert(&self, body: &str) -> Outcome<Reply> {
        self.convert_read(&read::body(body)?)
    }

    pub(super) fn convert_read(&self, new: &NewConversion) -> Outcome<Reply> {
        let recorded = self.record(new);
        if recorded.is_err() {
            self.forget();
        }
        let (status, answer) = recorded?;
        Ok(Reply::written(status, answer.in_words(Lang::default())?))
    }

    fn forget(&self) {
        if let Some(remembered) = self.remembered {
            remembered.forget();
        }
    }

    /// All lines in one transaction; where one fails after it has written, each in its own. One that is refused leaves the
    /// others as they are.
    pub(super) fn convert_many(&self, lines: &[String]) -> Outcome<Reply> {
        let lines: Vec<Result<NewConversion, Refusal>> = lines.iter().map(|line| read::body(line)).collect();
        let good: Vec<&NewConversion> = lines.iter().filter_map(|line| line.as_ref().ok()).collect();
        let ahead = self.look_ahead(&good, &[])?;
        let turn = Turn { ahead: Some(&ahead), ..*self };
        let convert = |line: &Result<NewConversion, Refusal>| match line {
            Ok(new) => turn.convert_read(new),
            Err(refusal) => Err(Failure::Refused(refusal.clone())),
        };
        let at_once = || lines.iter().map(|line| self.unless_written(|| convert(line))).collect::<Outcome<Vec<_>>>();
        let done = self.store.transaction(at_once).or_else(|_| {
            self.forget();
            let alone = |line: &Result<NewConversion, Refusal>| match self.store.transaction(|| convert(line)) {
                Err(failure @ Failure::Refused(_)) => {
                    self.forget();
                    Ok(Err(failure))
                }
                Err(failure) => Err(failure),
                done => Ok(done),
            };
            lines.iter().map(alone).collect()
        })?;
        let told = |done: Outcome<Reply>| match done {
            Ok(reply) => Ok(format!(r#"{{"conversion":{},"status":{}}}"#, reply.document(), reply.status)),
            Err(Failure::Refused(refusal)) => {
                let error: Value = serde_json::from_str(&refusal.body())?;
                Ok(json!({"status": refusal.status, "error": error["error"]}).to_string())
            }
            Err(failure) => Err(failure),
        };
        let told = done.into_iter().map(told).collect::<Outcome<Vec<String>>>()?;
        Ok(Reply::written(200, format!("[{}]", told.join(","))))
    }

    pub(super) fn conversion_row(&self, event: &str, external_id: &str) -> Outcome<Option<ConversionRow>> {
        let query = format!("{COLUMNS} FROM conversions c WHERE c.event = ? AND c.external_id = ?");
        self.store.row(&query, vec![text(event), text(external_id)])
    }

    /// What there is of an order before its conversion comes.
    fn traces(&self, event: &str, external_id: &str, address: Option<&str>) -> Outcome<Traces> {
        let query = "SELECT
            EXISTS (SELECT 1 FROM conversions WHERE event = ?1 AND external_id = ?2)
            OR EXISTS (SELECT 1 FROM sale_names WHERE vendor IN ('stripe', 'shopify') AND name = ?2) AS recorded,
            EXISTS (SELECT 1 FROM claims WHERE event = ?1 AND external_id = ?2 AND state = 'open') AS claimed,
            EXISTS (SELECT 1 FROM refunds WHERE event = ?1 AND external_id = ?2 AND state = 'waiting') AS refunded,
            EXISTS (SELECT 1 FROM customers WHERE folded = ?3 AND imported = 1) AS imported";
        let traces = self.store.row(query, vec![text(event), text(external_id), maybe(address)])?;
        traces.ok_or_else(|| Failure::Ours("there was no answer about an order".to_owned()))
    }

    /// The conversion of that id, or the one that a vendor reported by that name.
    fn recorded_as(&self, event: &str, external_id: &str) -> Outcome<Option<ConversionRow>> {
        if let Some(row) = self.conversion_row(event, external_id)? {
            return Ok(Some(row));
        }
        let Some(id) = self.conversion_by_name(external_id)? else { return Ok(None) };
        Ok(Some(self.conversion_by_id(&id)?).filter(|row| row.event == event))
    }

    /// 201 with what was recorded, or 200 with what was recorded before.
    pub(super) fn record(&self, new: &NewConversion) -> Outcome<(u16, ConversionAnswer)> {
        let address = new.customer.identity().email;
        let is_blank = self.ahead.is_some_and(|ahead| ahead.is_blank(new));
        let traces =
            if is_blank { Traces::default() } else { self.traces(&new.event, &new.external_id, address.as_deref())? };
        let recorded = if traces.recorded > 0 { self.recorded_as(&new.event, &new.external_id)? } else { None };
        if let Some(row) = recorded {
            let held = Identity { external_id: row.given_id.clone(), email: row.given_folded.clone() };
            if let Some(field) = new.differs(row.value()?, &held) {
                let message = format!("This conversion was recorded before with another {field}.");
                return Err(Refusal::new(409, "conversion_differs", message).at(field).into());
            }
            return Ok((200, self.answer(&row)?));
        }
        let claim = if traces.claimed > 0 { self.claim_of(&new.event, &[&new.external_id])? } else { None };
        let claimed = claim.as_ref().and_then(|claim| claim.evidence_for(new));
        let new = claimed.as_ref().unwrap_or(new);
        let occurred_at = new.occurred(self.now)?;
        let customer = if is_blank { self.new_customer(&new.customer) } else { self.find_customer(&new.customer)? };
        let earlier = if customer.fresh { Vec::new() } else { self.earlier(&customer.id, LARGEST)? };
        let versions = self.version_list()?;
        let (mut program_version, mut program) = self.program_at(&versions, occurred_at)?;
        let imported = address.map(|address| (address, traces.imported == 1));
        let facts = self.facts(new, &program, &customer, &earlier, (occurred_at, imported))?;
        let judged_at = judge::judged_at(&program, &facts);
        if judged_at != occurred_at {
            (program_version, program) = self.program_at(&versions, judged_at)?;
        }
        let standing = Standing {
            new: !facts.customer.imported && !facts.customer.bought_before,
            country: new.customer.country.clone().or_else(|| customer.country.clone()),
            segment: new.customer.segment.clone().or_else(|| customer.segment.clone()),
        };
        let id = CustomerId::parse(&customer.id)?;
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
        let asked = judge::questions(&program, &new.event, &facts, &id, self.now);
        let case = Case {
            program: &program,
            program_version,
            conversion: new,
            customer: id,
            facts,
            earlier,
            standing,
            known: self.known(asked, new.attribution.coupon.as_deref(), &clicks)?,
            recorded_at: self.now,
        };
        let verdict = judge::judge(&case, &mut self.minter());
        self.keep(new, &customer, &case, &verdict)?;
        if let Some(claim) = &claim {
            self.confirm(claim, verdict.id.as_str())?;
        }
        if traces.refunded > 0 && self.apply_waiting_refunds(&new.event, &new.external_id)? {
            let row = self.conversion_row(&new.event, &new.external_id)?.ok_or_else(lost)?;
            return Ok((201, self.answer(&row)?));
        }
        Ok((201, verdict.answer))
    }

    fn keep(&self, new: &NewConversion, customer: &CustomerRow, case: &Case<'_>, verdict: &Verdict) -> Outcome<()> {
        let decision = &verdict.decision;
        let binds = verdict.binds.as_deref().map(|parts| (parts, case.facts.occurred_at));
        if customer.fresh {
            self.keep_customer(&new.customer, customer, binds)?;
        }
        self.store.insert(
            "conversions (id, event, external_id, customer, given_id, given_email, given_folded, amount, currency,
             occurred_at, recorded_at, outcome, reason, decision, participant, properties, facts)",
            vec![vec![
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
                maybe(verdict.credited.first().map(|share| &share.beneficiary)),
                text(Value::Object(new.properties.clone())),
                text(serde_json::to_string(&Recorded::of(&case.facts, &case.customer, &case.standing))?),
            ]],
            "",
        )?;
        #[cfg(feature = "faults")]
        crate::faults::trip(self.fault, "panic-in-record");
        #[cfg(feature = "faults")]
        if self.fault == "statement-fails" {
            self.store.run("INSERT INTO nowhere VALUES (1)", vec![])?;
        }
        if let Some((parts, at)) = binds.filter(|_| !customer.fresh) {
            self.bind(&customer.id, parts, at)?;
        }
        self.add_credits(&verdict.id, &verdict.credited)?;
        self.note_conversion(decision, case.facts.occurred_at)?;
        self.keep_rewards(&verdict.id, &verdict.rewards, "", Some(&case.customer))?;
        self.keep_met(&verdict.id, &verdict.met)?;
        self.book(&verdict.entries)?;
        for touch in decision.touches.iter().filter(|touch| touch.counted) {
            if let Some(click) = &touch.click {
                self.mark(click, "qualified")?;
            }
        }
        self.publish(&verdict.events)
    }

    /// Who has the credit of a conversion now, and what each weighs.
    pub(super) fn keep_credits(&self, conversion: &ConversionId, shares: &[Share]) -> Outcome<()> {
        self.store.run("DELETE FROM credits WHERE conversion = ?", vec![text(conversion)])?;
        self.add_credits(conversion, shares)
    }

    fn add_credits(&self, conversion: &ConversionId, shares: &[Share]) -> Outcome<()> {
        let row = |share: &Share| vec![text(conversion), text(&share.beneficiary), int(i64::from(share.weight))];
        self.store.insert("credits (conversion, participant, weight)", shares.iter().map(row).collect(), "")
    }

    pub(super) fn answer(&self, row: &ConversionRow) -> Outcome<ConversionAnswer> {
        let value = row.value()?;
        let refunded = value.map(|value| Money::new(row.refunded, value.currency())).transpose()?;
        Ok(ConversionAnswer {
            id: ConversionId::parse(&row.id)?,
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

    /// One conversion, its decision in words, and its disputes.
    pub(super) fn conversion(&self, id: &str, lang: Lang) -> Outcome<Reply> {
        let answer = self.answer(&self.conversion_by_id(id)?)?;
        let mut body = told(&answer, lang)?;
        let disputes = self.disputes_of(id)?;
        let upheld = disputes.iter().rev().find(|dispute| dispute["settlement"]["outcome"] == "upheld");
        // Who has the credit now; the decision says who had it at first.
        body["credits"] = match upheld {
            Some(dispute) => dispute["settlement"]["credits"].clone(),
            None => json!(answer.decision.credits),
        };
        body["disputes"] = Value::Array(disputes);
        Ok(Reply::new(200, body))
    }

    pub(super) fn conversion_by_id(&self, id: &str) -> Outcome<ConversionRow> {
        let row = self.store.row(&format!("{COLUMNS} FROM conversions c WHERE c.id = ?"), vec![text(id)])?;
        row.ok_or_else(|| Failure::Refused(Refusal::not_found("conversion")))
    }

    pub(super) fn refunded_event(&self, kind: EventKind, body: &Value) -> Outcome<()> {
        let id = EventId::mint(&mut self.minter());
        self.publish(&[Event::new(id, kind, self.now, body)])
    }
}

fn lost() -> Failure {
    Failure::Ours("the conversion was not kept".to_owned())
}

/// A conversion with its decision in words.
fn told(answer: &ConversionAnswer, lang: Lang) -> Outcome<Value> {
    let mut body = serde_json::to_value(answer)?;
    body["decision"] = answer.decision.in_words(lang);
    Ok(body)
}
