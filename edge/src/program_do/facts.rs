//! What is read before a conversion is judged: the customer's standing, codes, touches, named work, earlier conversions.

use super::Turn;
use super::customers::CustomerRow;
use crate::failure::{Failure, Outcome};
use crate::store::{int, maybe, text};
use honeyguide_domain::attribution::{Bound, CustomerFacts, Facts, Named, Part, Seen};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::money::{Currency, Money};
use honeyguide_domain::person::Identity;
use honeyguide_domain::program::Program;
use honeyguide_domain::reward::rules::{Earlier, bought, known_since};
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::token::ProgramTag;
use honeyguide_domain::wire::conversions::{Contribution, Contributor, NewConversion};
use serde::Deserialize;

/// Touches of one cookie that are read: far more than a cookie carries.
const MOST_TOUCHES: usize = 32;

impl Turn<'_> {
    /// `imported`: of an address, whether someone was a customer by it before the program, where that was looked up.
    pub(super) fn facts(
        &self,
        new: &NewConversion,
        program: &Program,
        customer: &CustomerRow,
        earlier: &[Earlier],
        (at, imported): (Timestamp, Option<(String, bool)>),
    ) -> Outcome<Facts> {
        let given = new.customer.identity();
        let identity = Identity {
            external_id: given.external_id.or_else(|| customer.external_id.clone()),
            email: given.email.or_else(|| customer.folded.clone()),
        };
        let address = identity.email.clone();
        let address_is_imported = || match imported {
            Some((looked_up, imported)) if address.as_ref() == Some(&looked_up) => Ok(imported),
            _ => self.address_is_imported(address.as_deref()),
        };
        let customer_facts = CustomerFacts {
            identity,
            created_at: customer.known_since.map(Timestamp::from_millis),
            known_since: known_since(earlier),
            imported: customer.imported == 1 || address_is_imported()?,
            bought_before: bought(earlier),
            bound: self.bound(customer)?,
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
            event: new.event.clone(),
            occurred_at: at,
            customer: customer_facts,
            contributions: self.parts(&new.attribution.contributions, "attribution.contributions")?,
            coupon,
            code: named(&new.attribution.code)?,
            touches: self.touches(new, program)?,
            consent: new.attribution.consent,
        })
    }

    /// Whether someone with this address was a customer before the program, whatever account they use now.
    fn address_is_imported(&self, folded: Option<&str>) -> Outcome<bool> {
        let query = "SELECT EXISTS (SELECT 1 FROM customers WHERE folded = ? AND imported = 1) AS n";
        Ok(folded.is_some() && self.store.number(query, vec![maybe(folded)])? == 1)
    }

    fn bound(&self, customer: &CustomerRow) -> Outcome<Option<Bound>> {
        let (Some(code), Some(at)) = (&customer.bound_code, customer.bound_at) else { return Ok(None) };
        let held: Vec<(String, u32)> = match &customer.bound_parts {
            Some(parts) => serde_json::from_str(parts)?,
            None => vec![(code.clone(), 1)],
        };
        let mut parts = Vec::new();
        for (code, weight) in held {
            parts.extend(self.link_facts(&code)?.map(|link| Part { link, weight }));
        }
        Ok((!parts.is_empty()).then(|| Bound { parts, at: Timestamp::from_millis(at) }))
    }

    /// The ids of the participants whom a customer belongs to.
    pub(super) fn bound_to(&self, customer: &CustomerRow) -> Outcome<Vec<String>> {
        let bound = self.bound(customer)?;
        let parts = bound.iter().flat_map(|bound| &bound.parts);
        Ok(parts.map(|part| part.link.participant.to_string()).collect())
    }

    /// The participants that a caller names, with what each weighs. One that isn't known is the caller's mistake: money
    /// would go to the others.
    pub(super) fn parts(&self, given: &[Contribution], field: &str) -> Outcome<Vec<Part>> {
        let mut parts = Vec::new();
        for (at, one) in given.iter().enumerate() {
            let (link, name) = match &one.by {
                Contributor::Participant(id) => (self.first_link(id.as_str())?, "participant"),
                Contributor::Code(code) => (self.link_facts(code.as_str())?, "code"),
            };
            let Some(link) = link else {
                let refusal = Refusal::new(422, "unknown_participant", "No participant of this program is that one.");
                return Err(Failure::Refused(refusal.at(format!("{field}[{at}].{name}"))));
            };
            parts.push(Part { link, weight: one.weight });
        }
        Ok(parts)
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

    /// A customer's conversions that were recorded before a place in the sequence.
    pub(super) fn earlier(&self, customer: &str, before: i64) -> Outcome<Vec<Earlier>> {
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
        let query = "SELECT event, amount, currency, occurred_at, refunded_whole,
            EXISTS (SELECT 1 FROM credits WHERE conversion = conversions.id) AS credited,
            (SELECT json_group_array(rule) FROM met WHERE conversion = conversions.id AND gone = 0) AS met
            FROM conversions WHERE customer = ? AND seq < ? ORDER BY seq LIMIT 10000";
        let rows: Vec<Row> = self.store.rows(query, vec![text(customer), int(before)])?;
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
}
