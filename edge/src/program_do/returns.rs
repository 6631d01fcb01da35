//! What vendors say was given back: kept by the sale's name, known or not, and brought to the conversion as refunds.
//!
//! Invariant: a conversion is refunded up to what stands in all, so what comes twice, late or out of order ends the same. What
//! was given back and came to nothing is undone by new entries.

use super::Turn;
use super::conversions::ConversionRow;
use super::inbound::Taken;
use super::sales::{SaleRow, sale_unknown};
use crate::failure::Outcome;
use crate::store::{int, maybe, maybe_int, text};
use honeyguide_domain::money::Money;
use honeyguide_domain::source::Vendor;
use honeyguide_domain::source::returned::{self, Kind, Return, Standing, State};
use honeyguide_domain::wire::conversions::NewRefund;
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    kind: String,
    amount: i64,
    currency: Option<String>,
    goods: Option<i64>,
    state: i64,
}

impl Turn<'_> {
    pub(super) fn take_returns(&self, vendor: Vendor, returns: &[Return]) -> Outcome<Taken> {
        for one in returns {
            self.keep_return(vendor, one)?;
        }
        let names: Vec<String> = returns.iter().map(|one| one.of.clone()).collect();
        let sales = self.sales_named(vendor, &names)?;
        let Some(sale) = sales.first() else { return Ok(sale_unknown(&names)) };
        let held = self.settle_named(vendor, &names)?;
        Ok(Taken { conversion: Some(sale.conversion.clone()), ..held.unwrap_or_else(|| Taken::done(None)) })
    }

    /// The furthest state stands, and the largest amount of a total that grows.
    fn keep_return(&self, vendor: Vendor, one: &Return) -> Outcome<()> {
        self.store.run(
            "INSERT INTO returns (vendor, name, kind, id, amount, currency, goods, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (vendor, name, kind, id) DO UPDATE SET
             amount = MAX(amount, excluded.amount), goods = COALESCE(excluded.goods, goods), state = MAX(state, excluded.state)",
            vec![
                text(vendor.as_str()),
                text(&one.of),
                text(one.kind.as_str()),
                text(&one.id),
                int(one.amount.map_or(0, |amount| amount.amount())),
                maybe(one.amount.map(|amount| amount.currency())),
                maybe_int(one.goods),
                int(one.state.rank()),
            ],
        )
    }

    /// Brings the sales of these names to what stands; what can't be done is said.
    pub(super) fn settle_named(&self, vendor: Vendor, names: &[String]) -> Outcome<Option<Taken>> {
        let mut held = None;
        for sale in self.sales_named(vendor, names)? {
            held = self.settle(vendor, &sale)?.or(held);
        }
        Ok(held)
    }

    fn settle(&self, vendor: Vendor, sale: &SaleRow) -> Outcome<Option<Taken>> {
        let query = "SELECT r.kind, r.amount, r.currency, r.goods, r.state FROM sale_names n
            JOIN returns r ON r.vendor = n.vendor AND r.name = n.name WHERE n.sale = ?";
        let rows: Vec<Row> = self.store.rows(query, vec![int(sale.seq)])?;
        if rows.is_empty() {
            return Ok(None);
        }
        let conversion = self.conversion_by_id(&sale.conversion)?;
        let Some(value) = conversion.value()? else { return Ok(None) };
        if rows.iter().any(|row| row.currency.as_deref().is_some_and(|code| code != value.currency().as_str())) {
            let message = format!("What was given back isn't in {}, as the sale is.", value.currency());
            return Ok(Some(Taken::failed("currency_differs", &message)));
        }
        let standing = |row: &Row| {
            let kind = Kind::parse(&row.kind)?;
            Some(Standing { kind, amount: row.amount, goods: row.goods, state: State::of_rank(row.state) })
        };
        let said: Vec<Standing> = rows.iter().filter_map(standing).collect();
        let back = returned::of_value(value.amount(), sale.charged, &said);
        let disputed = i64::from(returned::is_disputed(&said));
        let change = returned::change(value.amount(), conversion.refunded, sale.given, back);
        self.store.run(
            "UPDATE sales SET returned = ?, given = given + ?, disputed = ? WHERE seq = ?",
            vec![int(back), int(change), int(disputed), int(sale.seq)],
        )?;
        let called_off = value.amount() == 0
            && conversion.refunded_whole == 0
            && said.iter().any(|one| one.kind == Kind::Cancellation && one.state == State::Done);
        if change == 0 && !called_off {
            return Ok(None);
        }
        let refund = NewRefund {
            event: conversion.event.clone(),
            external_id: conversion.external_id().to_owned(),
            refund_id: self.name_of_refund(vendor, &conversion, back)?,
            value: if called_off { None } else { Some(Money::new(change.abs(), value.currency())?) },
        };
        if change < 0 {
            self.undo(&refund, &conversion)?;
        } else {
            self.give_back(&refund)?;
        }
        Ok(None)
    }

    /// By the vendor's name and what it gave back so far; the same sum may be come to again.
    fn name_of_refund(&self, vendor: Vendor, conversion: &ConversionRow, back: i64) -> Outcome<String> {
        let query = "SELECT COUNT(*) AS n FROM refunds WHERE event = ? AND external_id = ?";
        let before = self.store.number(query, vec![text(&conversion.event), text(conversion.external_id())])?;
        Ok(format!("{} {back} after {before}", vendor.as_str()))
    }
}
