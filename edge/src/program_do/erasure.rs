//! Requests about a person: what is kept of them is told, or goes. The ledger has only ids, so its sums and hashes stay.
//!
//! Who was erased keeps a name that tells nothing of them, so that they are still one person for rules such as "first".

use super::Turn;
use crate::failure::Outcome;
use crate::store::{Bound, int, text};
use honeyguide_domain::destination::erasure::body_without;
use honeyguide_domain::source::{Person, Vendor};
use honeyguide_domain::wire::destinations::{ERASED, ErasedPerson};
use serde::Deserialize;
use serde_json::{Value, json};

/// How the names of those begin who were erased.
pub(super) const MARK: &str = "erased_";

#[derive(Deserialize)]
struct Id {
    id: String,
}

/// What a customer was known by.
#[derive(Deserialize)]
struct Known {
    external_id: Option<String>,
    email: Option<String>,
    /// A participant's.
    #[serde(default)]
    name: Option<String>,
}

impl Turn<'_> {
    fn ids(&self, query: &str, values: Vec<Bound>) -> Outcome<Vec<String>> {
        Ok(self.store.rows::<Id>(query, values)?.into_iter().map(|row| row.id).collect())
    }

    /// Everyone here who is that person: by the vendor's id, by their orders, by their address, and as guests.
    fn customers_who_are(&self, vendor: Vendor, person: &Person) -> Outcome<Vec<String>> {
        let by_sale = "SELECT DISTINCT customer AS id FROM conversions WHERE id IN";
        let mut found = Vec::new();
        if let Some(id) = &person.vendor_customer {
            let query = format!("{by_sale} (SELECT conversion FROM sales WHERE vendor = ? AND vendor_customer = ?)");
            found.extend(self.ids(&query, vec![text(vendor.as_str()), text(id)])?);
            let erased = text(self.erased_name(vendor, id));
            found.extend(self.ids("SELECT id FROM customers WHERE external_id = ?", vec![erased])?);
        }
        for order in &person.orders {
            let query = format!(
                "{by_sale} (SELECT conversion FROM sales WHERE seq IN
                 (SELECT sale FROM sale_names WHERE vendor = ? AND name = ?))"
            );
            found.extend(self.ids(&query, vec![text(vendor.as_str()), text(order)])?);
        }
        if let Some(email) = &person.email {
            found.extend(self.ids("SELECT id FROM customers WHERE folded = ?", vec![text(email)])?);
        }
        for id in found.clone() {
            found.extend(self.ids("SELECT id FROM customers WHERE joined = ?", vec![text(id)])?);
        }
        found.sort();
        found.dedup();
        Ok(found)
    }

    fn participants_who_are(&self, person: &Person) -> Outcome<Vec<String>> {
        match &person.email {
            Some(email) => self.ids("SELECT id FROM participants WHERE folded = ?", vec![text(email)]),
            None => Ok(Vec::new()),
        }
    }

    /// All that is kept of a person, for the merchant to hand on.
    pub(super) fn tell_of(&self, vendor: Vendor, person: &Person) -> Outcome<Value> {
        let rows = |query: &str, id: &str| self.store.rows::<Value>(query, vec![text(id)]);
        let (mut customers, mut conversions, mut rewards, mut participants) = (vec![], vec![], vec![], vec![]);
        for id in self.customers_who_are(vendor, person)? {
            customers.extend(rows(
                "SELECT id, external_id, email, country, segment, bound_code, created_at FROM customers WHERE id = ?",
                &id,
            )?);
            conversions.extend(rows(
                "SELECT id, event, external_id, given_id, given_email, amount, currency, refunded, occurred_at, outcome, reason
                 FROM conversions WHERE customer = ? ORDER BY seq LIMIT 1000",
                &id,
            )?);
            rewards.extend(rows(
                "SELECT id, kind, earned, reversed, currency, state, created_at FROM rewards WHERE beneficiary = ? LIMIT 1000",
                &id,
            )?);
        }
        for id in self.participants_who_are(person)? {
            participants.extend(rows(
                "SELECT id, external_id, email, name, show_name, state, metadata, lang, created_at FROM participants WHERE id = ?",
                &id,
            )?);
        }
        Ok(
            json!({"customers": customers, "conversions": conversions, "rewards": rewards, "participants": participants}),
        )
    }

    pub(super) fn redact(&self, vendor: Vendor, person: &Person) -> Outcome<Value> {
        let name = person
            .vendor_customer
            .as_deref()
            .or(person.email.as_deref())
            .or_else(|| person.orders.first().map(String::as_str));
        let name = self.erased_name(vendor, name.unwrap_or_default());
        let customers = self.customers_who_are(vendor, person)?;
        for (number, id) in customers.iter().enumerate() {
            // A name is one customer's; guests and second accounts get one each.
            let name = if number == 0 { name.clone() } else { format!("{name}_{number}") };
            self.erase_customer(id, &name)?;
        }
        let participants = self.participants_who_are(person)?;
        for id in &participants {
            self.erase_participant(id, &name)?;
        }
        if let Some(email) = &person.email {
            self.erase_texts(email)?;
        }
        for order in &person.orders {
            self.erase_events_of(vendor, order)?;
        }
        if let Some(id) = &person.vendor_customer {
            self.erase_events_of(vendor, id)?;
            let values = vec![text(vendor.as_str()), text(id)];
            self.store
                .run("UPDATE sales SET vendor_customer = NULL WHERE vendor = ? AND vendor_customer = ?", values)?;
        }
        Ok(json!({"customers": customers.len(), "participants": participants.len()}))
    }

    fn erase_customer(&self, id: &str, name: &str) -> Outcome<()> {
        let query = "SELECT external_id, email FROM customers WHERE id = ?
            UNION SELECT given_id, given_email FROM conversions WHERE customer = ?";
        let known: Vec<Known> = self.store.rows(query, vec![text(id), text(id)])?;
        let taken = "SELECT EXISTS (SELECT 1 FROM customers WHERE external_id = ? AND id <> ?) AS n";
        let taken = self.store.number(taken, vec![text(name), text(id)])? == 1;
        let name = if taken { format!("{name}_{id}") } else { name.to_owned() };
        self.store.run(
            "UPDATE customers SET external_id = ?, email = NULL, folded = NULL, country = NULL, segment = NULL WHERE id = ?",
            vec![text(&name), text(id)],
        )?;
        self.store.run(
            "UPDATE conversions SET given_id = ?, given_email = NULL, given_folded = NULL, properties = '{}',
             facts = IIF(facts IS NULL, NULL, json_remove(facts, '$.g', '$.s')) WHERE customer = ?",
            vec![text(&name), text(id)],
        )?;
        let query =
            "UPDATE claims SET customer = NULL WHERE conversion IN (SELECT id FROM conversions WHERE customer = ?)";
        self.store.run(query, vec![text(id)])?;
        // Answers that are kept for retries are found by the id; the retry itself still finds its conversion.
        self.store.run("DELETE FROM idempotency WHERE instr(body, ?) > 0", vec![text(id)])?;
        let query = "UPDATE sales SET vendor_customer = NULL WHERE conversion IN (SELECT id FROM conversions WHERE customer = ?)";
        self.store.run(query, vec![text(id)])?;
        let mut texts = Vec::new();
        for known in known {
            if let Some(email) = &known.email {
                self.erase_texts(email)?;
            }
            texts.extend([known.external_id, known.email].into_iter().flatten());
        }
        self.erase_from_deliveries(id, texts)
    }

    /// What is on its way to destinations, and what they keep, is written without the person. Each destination hears of it
    /// after all that was handed to it before.
    fn erase_from_deliveries(&self, id: &str, texts: Vec<String>) -> Outcome<()> {
        #[derive(Deserialize)]
        struct Row {
            seq: i64,
            body: String,
        }
        let mut texts: Vec<String> =
            texts.into_iter().filter(|text| !text.is_empty() && !text.starts_with(MARK)).collect();
        texts.sort();
        texts.dedup();
        let person = ErasedPerson { ids: vec![id.to_owned()], texts };
        for trace in person.traces() {
            let query = "SELECT seq, body FROM outbox WHERE kind <> ? AND instr(lower(body), ?) > 0";
            let rows: Vec<Row> = self.store.rows(query, vec![text(ERASED), text(trace)])?;
            for row in rows {
                let values = vec![text(body_without(&person, &row.body)), int(row.seq)];
                self.store.run("UPDATE outbox SET body = ? WHERE seq = ?", values)?;
            }
        }
        self.store.run(
            "INSERT INTO outbox (destination, delivery, event, kind, body, at)
             SELECT id, '', ?1, ?1, ?2, ?3 FROM destinations",
            vec![text(ERASED), text(serde_json::to_string(&person)?), int(self.now.millis())],
        )
    }

    /// A referrer who is erased earns no more; what they earned stays in the book, by their id.
    fn erase_participant(&self, id: &str, name: &str) -> Outcome<()> {
        let name = format!("{name}_{id}");
        let query = "SELECT external_id, email, name FROM participants WHERE id = ?";
        let known: Option<Known> = self.store.row(query, vec![text(id)])?;
        self.change_participant(id, r#"{"state": "paused"}"#)?;
        self.store.run(
            "UPDATE participants SET external_id = ?, email = '', folded = ?, name = NULL, show_name = 0, metadata = '{}', lang = NULL
             WHERE id = ?",
            vec![text(&name), text(&name), text(id)],
        )?;
        self.store.run("DELETE FROM idempotency WHERE instr(body, ?) > 0", vec![text(id)])?;
        let texts = known.into_iter().flat_map(|known| [known.external_id, known.email, known.name]).flatten();
        self.erase_from_deliveries(id, texts.collect())?;
        self.links_changed()
    }

    /// Nothing that was kept for later names this address any more.
    fn erase_texts(&self, email: &str) -> Outcome<()> {
        let email = email.to_lowercase();
        self.store.run(
            "UPDATE inbound SET body = NULL, detail = NULL WHERE instr(lower(body), ?) > 0 OR instr(lower(detail), ?) > 0",
            vec![text(&email), text(&email)],
        )?;
        self.store.run("UPDATE claims SET customer = NULL WHERE instr(lower(customer), ?) > 0", vec![text(email)])
    }

    /// Bodies of a vendor's that name this id as a whole number or text.
    fn erase_events_of(&self, vendor: Vendor, id: &str) -> Outcome<()> {
        for named in [format!("\"id\":{id},"), format!("\"id\":\"{id}\""), format!("\"order_id\":{id},")] {
            let query = "UPDATE inbound SET body = NULL WHERE vendor = ? AND state <> 'waiting' AND instr(replace(body, ' ', ''), ?) > 0";
            self.store.run(query, vec![text(vendor.as_str()), text(named)])?;
        }
        Ok(())
    }

    /// Everyone who is known by this shop alone.
    pub(super) fn redact_shop(&self, vendor: Vendor, shop: &str) -> Outcome<Value> {
        let of_shop = "SELECT conversion FROM sales WHERE vendor = ? AND shop = ?";
        let query = format!(
            "SELECT DISTINCT customer AS id FROM conversions c WHERE c.id IN ({of_shop}) AND NOT EXISTS (
             SELECT 1 FROM conversions o WHERE o.customer = c.customer AND o.id NOT IN ({of_shop}))"
        );
        let pair = || vec![text(vendor.as_str()), text(shop)];
        let customers = self.ids(&query, [pair(), pair()].concat())?;
        for id in &customers {
            self.erase_customer(id, &self.erased_name(vendor, id))?;
        }
        // Someone who bought elsewhere too stays known there.
        let query = format!(
            "UPDATE conversions SET given_email = NULL, given_folded = NULL, properties = '{{}}' WHERE id IN ({of_shop})"
        );
        self.store.run(&query, pair())?;
        self.store.run("UPDATE inbound SET body = NULL, detail = NULL WHERE vendor = ? AND shop = ?", pair())?;
        self.store.run("UPDATE sales SET vendor_customer = NULL WHERE vendor = ? AND shop = ?", pair())?;
        let left = self.store.number("SELECT COUNT(*) AS n FROM sales WHERE vendor = ? AND shop = ?", pair())?;
        self.store.run("UPDATE sales SET shop = NULL WHERE vendor = ? AND shop = ?", pair())?;
        Ok(json!({"customers": customers.len(), "sales": left}))
    }
}
