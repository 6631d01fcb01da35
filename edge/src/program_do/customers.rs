//! Customers: found by the site's own id, else by e-mail, and made when new. A guest who turns out to be one with an
//! account is joined to it, so that nobody is counted twice; the book, and what was decided, stay as they are.

use super::Turn;
use crate::command::Reply;
use crate::failure::{Failure, Outcome};
use crate::store::{Bound, int, maybe, maybe_int, text};
use honeyguide_domain::attribution::Part;
use honeyguide_domain::id::CustomerId;
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::conversions::CustomerRef;
use honeyguide_domain::wire::read;
use serde::Deserialize;
use serde_json::{Value, json};

const COLUMNS: &str =
    "SELECT seq, id, external_id, folded, imported, bound_code, bound_at, bound_parts, known_since, country,
    segment, joined FROM customers";

/// Customers of one address that are looked at: there are several only where a person has several accounts.
const MOST_OF_ONE_ADDRESS: i64 = 100;

#[derive(Deserialize)]
pub(super) struct CustomerRow {
    pub(super) id: String,
    pub(super) external_id: Option<String>,
    pub(super) folded: Option<String>,
    pub(super) imported: i64,
    /// The link of the largest part.
    pub(super) bound_code: Option<String>,
    pub(super) bound_at: Option<i64>,
    /// Codes and weights, where several share the customer.
    pub(super) bound_parts: Option<String>,
    /// When the account was made, as far as the site ever said.
    pub(super) known_since: Option<i64>,
    pub(super) country: Option<String>,
    pub(super) segment: Option<String>,
    joined: Option<String>,
    /// Whether the customer was made just now: there is nothing yet that belongs to them.
    #[serde(skip)]
    pub(super) fresh: bool,
}

impl Turn<'_> {
    /// The customer that a caller names, with all that is known of them by now; kept where they are new.
    pub(super) fn customer(&self, given: &CustomerRef) -> Outcome<CustomerRow> {
        let row = self.find_customer(given)?;
        if row.fresh {
            self.keep_customer(given, &row, None)?;
        }
        Ok(row)
    }

    /// As above, but one who is new is yet to be kept.
    pub(super) fn find_customer(&self, given: &CustomerRef) -> Outcome<CustomerRow> {
        let identity = given.identity();
        // In three parts: an OR over both would be planned anew each time.
        let query = format!(
            "SELECT * FROM (
                {COLUMNS} WHERE external_id = ?1
                UNION ALL {COLUMNS} WHERE folded = ?2 AND external_id IS NULL
                UNION ALL {COLUMNS} WHERE folded = ?2 AND external_id IS NOT NULL AND ?1 IS NULL)
             ORDER BY joined IS NOT NULL, seq LIMIT {MOST_OF_ONE_ADDRESS}"
        );
        let values = vec![maybe(identity.external_id.as_ref()), maybe(identity.email.as_ref())];
        let mut known: Vec<CustomerRow> = self.store.rows(&query, values)?;
        let same = |held: &Option<String>, given: &Option<String>| given.is_some() && held == given;
        let by_id = known.iter().position(|row| same(&row.external_id, &identity.external_id));
        // A guest who signs up later is one person with the account; two accounts are two.
        let by_address = || known.iter().position(|row| same(&row.folded, &identity.email) && row.joined.is_none());
        let found = match by_id.or_else(by_address) {
            Some(at) => Some(known.swap_remove(at)),
            // The account that a guest with this address was joined to, where no account was named.
            None if identity.external_id.is_none() => match known.iter().find_map(|row| row.joined.as_ref()) {
                Some(account) => Some(self.customer_row(account)?),
                None => None,
            },
            None => None,
        };
        let (row, mut changed) = match found {
            Some(row) => {
                let changed = self.learn(&row, given)?;
                (row, changed)
            }
            None => (self.new_customer(given), false),
        };
        let is_guest = |one: &CustomerRow| {
            one.external_id.is_none() && one.joined.is_none() && one.id != row.id && same(&one.folded, &identity.email)
        };
        let mut guests: Vec<CustomerRow> = known.into_iter().filter(is_guest).collect();
        guests.sort_by(|one, other| one.id.cmp(&other.id));
        if guests.is_empty() && row.fresh {
            return Ok(row);
        }
        if row.fresh {
            self.keep_customer(given, &row, None)?;
        }
        changed |= !guests.is_empty();
        self.join_guests(&row.id, guests)?;
        if changed { self.customer_row(&row.id) } else { Ok(row) }
    }

    /// Keeps what wasn't known of a customer, and says whether there was any. What is known is written no second time.
    fn learn(&self, row: &CustomerRow, given: &CustomerRef) -> Outcome<bool> {
        let identity = given.identity();
        let created_at = given.created_at.map(Timestamp::millis);
        let other = |given: &Option<String>, held: &Option<String>| given.is_some() && given != held;
        let news = (row.external_id.is_none() && identity.external_id.is_some())
            || (row.folded.is_none() && identity.email.is_some())
            || other(&given.country, &row.country)
            || other(&given.segment, &row.segment)
            || created_at.is_some_and(|at| row.known_since.is_none_or(|known| at < known));
        if !news {
            return Ok(false);
        }
        self.store.run(
            "UPDATE customers SET external_id = COALESCE(external_id, ?), email = COALESCE(email, ?), folded = COALESCE(folded, ?),
             country = COALESCE(?, country), segment = COALESCE(?, segment),
             known_since = COALESCE(MIN(known_since, ?), known_since, ?) WHERE id = ?",
            vec![
                maybe(identity.external_id.as_ref()),
                maybe(given.email.as_ref()),
                maybe(identity.email.as_ref()),
                maybe(given.country.as_ref()),
                maybe(given.segment.as_ref()),
                maybe_int(created_at),
                maybe_int(created_at),
                text(&row.id),
            ],
        )?;
        Ok(true)
    }

    pub(super) fn customer_row(&self, id: &str) -> Outcome<CustomerRow> {
        let row = self.store.row(&format!("{COLUMNS} WHERE id = ?"), vec![text(id)])?;
        row.ok_or_else(|| Failure::Ours("the customer was not kept".to_owned()))
    }

    /// Someone of whom nothing is known: whoever asked for it keeps them.
    pub(super) fn new_customer(&self, given: &CustomerRef) -> CustomerRow {
        let identity = given.identity();
        CustomerRow {
            id: CustomerId::mint(&mut self.minter()).to_string(),
            external_id: identity.external_id,
            folded: identity.email,
            imported: 0,
            bound_code: None,
            bound_at: None,
            bound_parts: None,
            known_since: given.created_at.map(Timestamp::millis),
            country: given.country.clone(),
            segment: given.segment.clone(),
            joined: None,
            fresh: true,
        }
    }

    /// Keeps a new customer, and whom they belong to.
    pub(super) fn keep_customer(
        &self,
        given: &CustomerRef,
        row: &CustomerRow,
        binds: Option<(&[Part], Timestamp)>,
    ) -> Outcome<()> {
        let mut values = vec![
            text(&row.id),
            maybe(row.external_id.as_ref()),
            maybe(given.email.as_ref()),
            maybe(row.folded.as_ref()),
            int(self.now.millis()),
            maybe(row.country.as_ref()),
            maybe(row.segment.as_ref()),
            maybe_int(row.known_since),
        ];
        values.extend(bound(binds)?);
        let columns = "customers (id, external_id, email, folded, created_at, country, segment, known_since,
            bound_code, bound_at, bound_parts)";
        self.store.insert(columns, vec![values], "")
    }

    /// Joins the guests who have an account's address to the account, in the order in which they came.
    fn join_guests(&self, account: &str, guests: Vec<CustomerRow>) -> Outcome<()> {
        for guest in guests {
            self.store.run(
                "UPDATE customers SET
                    imported = MAX(imported, ?), known_since = COALESCE(MIN(known_since, ?), known_since, ?),
                    country = COALESCE(country, ?), segment = COALESCE(segment, ?) WHERE id = ?",
                vec![
                    int(guest.imported),
                    maybe_int(guest.known_since),
                    maybe_int(guest.known_since),
                    maybe(guest.country.as_ref()),
                    maybe(guest.segment.as_ref()),
                    text(account),
                ],
            )?;
            // Whoever was credited first keeps the person.
            self.store.run(
                "UPDATE customers SET bound_code = ?, bound_at = ?, bound_parts = ?
                 WHERE id = ? AND ? IS NOT NULL AND (bound_at IS NULL OR bound_at > ?)",
                vec![
                    maybe(guest.bound_code.as_ref()),
                    maybe_int(guest.bound_at),
                    maybe(guest.bound_parts.as_ref()),
                    text(account),
                    maybe_int(guest.bound_at),
                    maybe_int(guest.bound_at),
                ],
            )?;
            let pair = || vec![text(account), text(&guest.id)];
            self.store.run("UPDATE conversions SET customer = ? WHERE customer = ?", pair())?;
            self.store.run("UPDATE met SET who = ? WHERE who = ?", pair())?;
            self.store.run(
                "INSERT INTO tallies (what, rule, who, currency, day, times, amount)
                 SELECT what, rule, ?, currency, day, times, amount FROM tallies WHERE who = ?
                 ON CONFLICT (what, rule, who, currency, day)
                 DO UPDATE SET times = times + excluded.times, amount = amount + excluded.amount",
                pair(),
            )?;
            self.store.run("DELETE FROM tallies WHERE who = ?", vec![text(&guest.id)])?;
            self.store.run(
                "UPDATE customers SET joined = ?, joined_after = (SELECT COALESCE(MAX(seq), 0) FROM conversions) WHERE id = ?",
                pair(),
            )?;
        }
        Ok(())
    }

    /// The person behind a beneficiary: a guest's account, else themselves.
    pub(super) fn person(&self, beneficiary: &str) -> Outcome<String> {
        #[derive(Deserialize)]
        struct Joined {
            joined: String,
        }
        if !beneficiary.starts_with(CustomerId::PREFIX) {
            return Ok(beneficiary.to_owned());
        }
        let query = "SELECT joined FROM customers WHERE id = ? AND joined IS NOT NULL";
        let row: Option<Joined> = self.store.row(query, vec![text(beneficiary)])?;
        Ok(row.map_or_else(|| beneficiary.to_owned(), |row| row.joined))
    }

    /// From now on the customer belongs to these; to nobody where there are none.
    pub(super) fn bind(&self, customer: &str, parts: &[Part], at: Timestamp) -> Outcome<()> {
        let values = bound(Some((parts, at)))?.into_iter().chain([text(customer)]).collect();
        self.store.run("UPDATE customers SET bound_code = ?, bound_at = ?, bound_parts = ? WHERE id = ?", values)
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
}

/// The link of the largest part, since when, and all parts where there are several.
fn bound(binds: Option<(&[Part], Timestamp)>) -> Outcome<[Bound; 3]> {
    let Some((parts, at)) = binds else { return Ok([Bound::Null, Bound::Null, Bound::Null]) };
    let most = parts.iter().map(|part| part.weight).max();
    let largest = parts.iter().find(|part| Some(part.weight) == most);
    let held: Vec<(&str, u32)> = parts.iter().map(|part| (part.link.code.as_str(), part.weight)).collect();
    let held = if held.len() > 1 { Some(serde_json::to_string(&held)?) } else { None };
    Ok([maybe(largest.map(|part| &part.link.code)), maybe_int(largest.map(|_| at.millis())), maybe(held)])
}
