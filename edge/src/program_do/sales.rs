//! Sales as vendors know them: by many names, each recorded as one conversion, whichever of its events came first.

use super::Turn;
use super::inbound::{InboundRow, Taken};
use crate::failure::Outcome;
use crate::store::{Bound, int, maybe, text};
use honeyguide_domain::auth::fingerprint;
use honeyguide_domain::person::Email;
use honeyguide_domain::program::{Binding, Program};
use honeyguide_domain::source::waiting::{self, Facts, Verdict, Wait};
use honeyguide_domain::source::{Part, Sale, Vendor};
use honeyguide_domain::time::{Span, Timestamp};
use honeyguide_domain::wire::conversions::{CustomerRef, NewConversion};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Clone, Deserialize)]
pub(super) struct SaleRow {
    pub(super) seq: i64,
    pub(super) conversion: String,
    pub(super) charged: i64,
    /// So much of its conversion was refunded on this vendor's word.
    pub(super) given: i64,
    trial: i64,
    paid: i64,
}

const COLUMNS: &str = "SELECT seq, conversion, charged, given, trial, paid FROM sales";

impl Turn<'_> {
    /// The sales that go by any of these names, each once.
    pub(super) fn sales_named(&self, vendor: Vendor, names: &[String]) -> Outcome<Vec<SaleRow>> {
        let places = vec!["?"; names.len()].join(", ");
        let query = format!(
            "{COLUMNS} WHERE seq IN (SELECT sale FROM sale_names WHERE vendor = ? AND name IN ({places})) ORDER BY seq"
        );
        let values: Vec<Bound> = std::iter::once(text(vendor.as_str())).chain(names.iter().map(text)).collect();
        self.store.rows(&query, values)
    }

    fn sale_named(&self, vendor: Vendor, name: &str) -> Outcome<Option<SaleRow>> {
        Ok(self.sales_named(vendor, &[name.to_owned()])?.into_iter().next())
    }

    /// The conversion that some vendor knows by this name.
    pub(super) fn conversion_by_name(&self, name: &str) -> Outcome<Option<String>> {
        #[derive(Deserialize)]
        struct Row {
            conversion: String,
        }
        let query = "SELECT conversion FROM sales WHERE seq IN (SELECT sale FROM sale_names WHERE vendor IN ('stripe', 'shopify') AND name = ?)";
        Ok(self.store.row::<Row>(query, vec![text(name)])?.map(|row| row.conversion))
    }

    /// Takes a sale, or says what it waits for; `domain::source::waiting` decides.
    pub(super) fn take_sale(
        &self,
        row: &InboundRow,
        vendor: Vendor,
        at: Option<Timestamp>,
        sale: &Sale,
        program: &Program,
        forced: bool,
    ) -> Outcome<Taken> {
        let known = self.sales_named(vendor, &sale.names)?;
        let beginning = match &sale.part {
            Part::Follows(first) => self.sale_named(vendor, first)?,
            _ => None,
        };
        let customer = self.whose(vendor, sale, beginning.as_ref())?;
        let promotion = match &sale.promotion {
            Some(id) => self.promotion(vendor, id)?,
            None => None,
        };
        let event = sale.event(beginning.as_ref().is_some_and(|first| first.trial == 1 && first.paid == 0));
        let names: Vec<&str> = sale.names.iter().map(String::as_str).collect();
        let claim = self.claim_of(event, &names)?;
        let facts = Facts {
            known: known.len(),
            begun: beginning.is_some(),
            bound: program.attribution.binding == Binding::First && self.is_bound(&customer)?,
            promotion: promotion.is_some(),
            claimed: claim.is_some(),
            claim_wait: self.source(vendor)?.map_or(Span::minutes(0), |source| source.claim_wait),
            received_at: Timestamp::from_millis(row.received_at),
            now: self.now,
            forced,
        };
        match waiting::judge(sale, &facts) {
            Verdict::Wait(wait) => return Ok(Taken::waiting(wait)),
            Verdict::TwoSales => return Ok(two_sales()),
            Verdict::Same => {
                let conversion = known.first().map(|sale| sale.conversion.clone());
                return Ok(Taken { conversion, ..self.same_sale(vendor, &sale.names)? });
            }
            Verdict::Take => {}
        }
        let mut new = NewConversion {
            event: event.to_owned(),
            external_id: sale.names.first().cloned().unwrap_or_default(),
            value: Some(sale.value),
            occurred_at: Some(at.unwrap_or(self.now)),
            customer,
            attribution: sale.attribution.clone(),
            properties: sale.properties.clone(),
        };
        new.properties.insert("source".to_owned(), Value::from(vendor.as_str()));
        new.attribution.coupon = new.attribution.coupon.or(promotion).or_else(|| sale.promotion.clone());
        let new = claim.as_ref().and_then(|claim| claim.evidence_for(&new)).unwrap_or(new);
        let conversion = if let Some(conversion) = self.reported_already(event, &sale.names)? {
            conversion
        } else {
            self.record(&new)?.1.id.to_string()
        };
        if let Some(claim) = &claim {
            self.confirm(claim, &conversion)?;
        }
        if let Some(first) = &beginning {
            self.store.run("UPDATE sales SET paid = 1 WHERE seq = ?", vec![int(first.seq)])?;
        }
        // A subscription that nobody told of begins with what is heard of it first.
        let begins = match &sale.part {
            Part::Follows(first) if beginning.is_none() => Some(first.clone()),
            _ => None,
        };
        let names: Vec<String> = sale.names.iter().cloned().chain(begins).collect();
        self.keep_sale(row, vendor, sale, &conversion, &names)?;
        let held = self.settle_named(vendor, &names)?;
        Ok(Taken { conversion: Some(conversion), known: names, ..held.unwrap_or_else(|| Taken::done(None)) })
    }

    fn keep_sale(
        &self,
        row: &InboundRow,
        vendor: Vendor,
        sale: &Sale,
        conversion: &str,
        names: &[String],
    ) -> Outcome<()> {
        self.store.run(
            "INSERT INTO sales (vendor, conversion, charged, trial, vendor_customer, shop) VALUES (?, ?, ?, ?, ?, ?)",
            vec![
                text(vendor.as_str()),
                text(conversion),
                int(sale.charged),
                int(i64::from(sale.trial)),
                maybe(sale.vendor_customer.as_ref()),
                maybe(row.shop.as_ref()),
            ],
        )?;
        let seq = self.store.number("SELECT MAX(seq) AS n FROM sales", vec![])?;
        self.name_sale(vendor, seq, names)
    }

    fn name_sale(&self, vendor: Vendor, sale: i64, names: &[String]) -> Outcome<()> {
        for name in names {
            let values = vec![text(vendor.as_str()), text(name), int(sale)];
            self.store.run("INSERT OR IGNORE INTO sale_names (vendor, name, sale) VALUES (?, ?, ?)", values)?;
        }
        Ok(())
    }

    /// One sale goes by all of these names: what was given back of one is given back of all.
    pub(super) fn same_sale(&self, vendor: Vendor, names: &[String]) -> Outcome<Taken> {
        match self.sales_named(vendor, names)?.as_slice() {
            [] => Ok(sale_unknown(names)),
            [sale] => {
                self.name_sale(vendor, sale.seq, names)?;
                let held = self.settle_named(vendor, names)?;
                let conversion = Some(sale.conversion.clone());
                let done = || Taken::done(Some("same_sale"));
                Ok(Taken { conversion, known: names.to_vec(), ..held.unwrap_or_else(done) })
            }
            _ => Ok(two_sales()),
        }
    }

    /// Nothing more is paid by this subscription, so nothing more is given for it each month.
    pub(super) fn sale_ended(&self, vendor: Vendor, name: &str) -> Outcome<Taken> {
        let Some(sale) = self.sale_named(vendor, name)? else { return Ok(sale_unknown(&[name.to_owned()])) };
        self.end_retainers(&sale.conversion, "", "subscription_ended")?;
        Ok(Taken { conversion: Some(sale.conversion), ..Taken::done(Some("ended")) })
    }

    /// Who buys: the site's own id, else the address, else who began, else the vendor's id. Someone whose data was
    /// erased stays who they are, and nothing of them is kept again.
    fn whose(&self, vendor: Vendor, sale: &Sale, beginning: Option<&SaleRow>) -> Outcome<CustomerRef> {
        let mut customer = sale.customer.clone();
        if let Some(first) = beginning {
            let first = self.conversion_by_id(&first.conversion)?;
            let (id, email) = first.given();
            if customer.external_id.is_none() {
                customer.external_id = id.map(str::to_owned);
            }
            // Who has no account is told by the address that they began with.
            if customer.external_id.is_none()
                && let Some(email) = email.and_then(|email| Email::parse(email).ok())
            {
                customer.email = Some(email);
            }
        }
        let email = sale.customer.email.as_ref().map(Email::folded);
        for id in [sale.vendor_customer.as_ref(), email.as_ref()].into_iter().flatten() {
            let erased = self.erased_name(vendor, id);
            if self.is_customer(&erased)? {
                customer.external_id = Some(erased);
                break;
            }
        }
        if customer.external_id.as_deref().is_some_and(|id| id.starts_with(super::erasure::MARK)) {
            return Ok(CustomerRef { external_id: customer.external_id, ..CustomerRef::default() });
        }
        if customer.external_id.is_none() && customer.email.is_none() {
            let name = sale.vendor_customer.as_ref().or_else(|| sale.names.first());
            customer.external_id = Some(format!("{} {}", vendor.as_str(), name.cloned().unwrap_or_default()));
        }
        Ok(customer)
    }

    fn is_customer(&self, external_id: &str) -> Outcome<bool> {
        let query = "SELECT EXISTS (SELECT 1 FROM customers WHERE external_id = ?) AS n";
        Ok(self.store.number(query, vec![text(external_id)])? == 1)
    }

    fn is_bound(&self, customer: &CustomerRef) -> Outcome<bool> {
        let identity = customer.identity();
        let query = "SELECT EXISTS (SELECT 1 FROM customers WHERE (external_id = ? OR folded = ?) AND bound_code IS NOT NULL) AS n";
        Ok(self.store.number(query, vec![maybe(identity.external_id), maybe(identity.email)])? == 1)
    }

    fn promotion(&self, vendor: Vendor, id: &str) -> Outcome<Option<String>> {
        #[derive(Deserialize)]
        struct Row {
            code: String,
        }
        let query = "SELECT code FROM promotions WHERE vendor = ? AND id = ?";
        Ok(self.store.row::<Row>(query, vec![text(vendor.as_str()), text(id)])?.map(|row| row.code))
    }

    /// A backend may have reported the same sale, by one of its names.
    fn reported_already(&self, event: &str, names: &[String]) -> Outcome<Option<String>> {
        for name in names {
            if let Some(row) = self.conversion_row(event, name)? {
                return Ok(Some(row.id));
            }
        }
        Ok(None)
    }

    /// What someone is called after their data was erased: the same for the same person of a vendor's, and telling
    /// nothing of them without the environment's secret.
    pub(super) fn erased_name(&self, vendor: Vendor, id: &str) -> String {
        let key = honeyguide_domain::token::derive(
            self.settings.secret.as_bytes(),
            format!("honeyguide erased {} {id}", vendor.as_str()).as_bytes(),
        );
        let name: String = fingerprint(&format!("{key:?}")).chars().take(32).collect();
        format!("{}{name}", super::erasure::MARK)
    }
}

/// Waits for the sale for as long as events are kept.
pub(super) fn sale_unknown(names: &[String]) -> Taken {
    Taken::waiting(Wait { names: names.to_vec(), until: Timestamp::from_millis(i64::MAX), why: "sale_unknown" })
}

fn two_sales() -> Taken {
    let message = "These names belong to two sales that were recorded apart. Refund one of them by POST /v1/refunds.";
    Taken::failed("two_sales", message)
}
