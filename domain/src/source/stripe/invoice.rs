//! An invoice that was paid: the first of a subscription, a later one, or one of its own.

use super::super::payload::Payload;
use super::super::{Meaning, Part, Sale};
use super::{attribution, country, currency, customer_id, goods};
use crate::wire::conversions::CustomerRef;
use serde_json::{Map, Value};

pub(super) fn sale(invoice: Payload<'_>) -> Result<Meaning, &'static str> {
    let id = invoice.id("id").ok_or("id")?;
    let whole = invoice.number("total").ok_or("total")?;
    let reason = invoice.text("billing_reason").unwrap_or("manual");
    let subscription = invoice.id("parent/subscription_details/subscription").or_else(|| invoice.id("subscription"));
    let begins = reason == "subscription_create";
    if whole < 0 || (whole == 0 && !begins) {
        return Ok(Meaning::Nothing("no_money"));
    }
    let shipping = invoice.number("shipping_cost/amount_subtotal").unwrap_or(0);
    let (value, charged) = goods(whole, tax(invoice), shipping, currency(invoice, "currency")?).ok_or("total")?;
    let payments = invoice.items("payments/data").filter_map(|one| one.id("payment/payment_intent"));
    let mut names: Vec<String> = std::iter::once(id.clone()).chain(payments).collect();
    names.extend(["payment_intent", "charge"].into_iter().filter_map(|field| invoice.id(field)));
    let part = match subscription {
        Some(subscription) if !begins => Part::Follows(subscription),
        subscription => {
            names.extend(subscription);
            Part::MaybeCheckout
        }
    };
    let metadata = [
        invoice.at("metadata"),
        invoice.at("parent/subscription_details/metadata"),
        invoice.at("subscription_details/metadata"),
    ];
    let customer = CustomerRef {
        external_id: customer_id(&metadata),
        email: invoice.email("customer_email"),
        country: country(invoice.text("customer_address/country")),
        ..CustomerRef::default()
    };
    let mut properties = Map::new();
    properties.insert("stripe_invoice".to_owned(), Value::from(id));
    Ok(Meaning::Sale(Box::new(Sale {
        names,
        trial: begins && value.amount() == 0,
        part,
        value,
        charged,
        customer,
        vendor_customer: invoice.id("customer"),
        attribution: attribution(&metadata),
        promotion: None,
        shop: None,
        properties,
    })))
}

/// From 2025-03-31 a list with amounts; before, a list of another name, or one sum.
fn tax(invoice: Payload<'_>) -> i64 {
    let sum = |list: &str| invoice.items(list).filter_map(|one| one.number("amount")).sum::<i64>();
    match invoice.number("total_excluding_tax") {
        Some(without) => invoice.number("total").unwrap_or(without) - without,
        None if invoice.at("total_taxes").0.is_array() => sum("total_taxes"),
        None if invoice.at("total_tax_amounts").0.is_array() => sum("total_tax_amounts"),
        None => invoice.number("tax").unwrap_or(0),
    }
}

/// Which payment paid which invoice: from 2025-03-31 nothing else says so.
pub(super) fn payment(payment: Payload<'_>) -> Result<Meaning, &'static str> {
    let paid_by = payment
        .id("payment/payment_intent")
        .or_else(|| payment.id("payment/charge"))
        .or_else(|| payment.id("payment_intent"));
    match (payment.id("invoice").ok_or("invoice")?, paid_by) {
        (invoice, Some(paid_by)) => Ok(Meaning::Names(vec![invoice, paid_by])),
        _ => Ok(Meaning::Nothing("paid_elsewhere")),
    }
}
