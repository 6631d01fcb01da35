//! A checkout that was completed and paid, or that had nothing to pay.

use super::super::payload::Payload;
use super::super::{Meaning, Part, Sale};
use super::{attribution, country, currency, customer_id, goods};
use crate::wire::conversions::CustomerRef;
use serde_json::{Map, Value};

pub(super) fn sale(session: Payload<'_>) -> Result<Meaning, &'static str> {
    let mode = session.text("mode").ok_or("mode")?;
    if mode == "setup" {
        return Ok(Meaning::Nothing("no_sale"));
    }
    // A bank transfer, say: another event comes when it is paid.
    if !matches!(session.text("payment_status"), Some("paid" | "no_payment_required")) {
        return Ok(Meaning::Nothing("not_paid_yet"));
    }
    let whole = session.number("amount_total").ok_or("amount_total")?;
    let shipping = session
        .number("shipping_cost/amount_subtotal")
        .or_else(|| session.number("total_details/amount_shipping"))
        .unwrap_or(0);
    let tax = session.number("total_details/amount_tax").unwrap_or(0);
    let (value, charged) = goods(whole, tax, shipping, currency(session, "currency")?).ok_or("amount_total")?;
    let id = session.id("id").ok_or("id")?;
    let others = ["invoice", "payment_intent", "subscription"].map(|field| session.id(field));
    let [invoice, payment, subscription] = others;
    let names = [invoice, payment, Some(id.clone()), subscription.clone()].into_iter().flatten().collect();
    let metadata = [session.at("metadata")];
    let mut attribution = attribution(&metadata);
    // The field is the shop's own: only what is a reference of ours is one.
    if let Some(reference) = session.text("client_reference_id").filter(|text| text.starts_with("ref_")) {
        attribution.reference = Some(reference.to_owned());
    }
    let discount = session.items("discounts").find(|discount| discount.id("promotion_code").is_some());
    let typed = discount.and_then(|discount| discount.text("promotion_code/code")).map(str::to_owned);
    attribution.coupon = attribution.coupon.or(typed);
    let promotion = discount.and_then(|one| one.id("promotion_code")).filter(|_| attribution.coupon.is_none());
    let email = session.email("customer_details/email").or_else(|| session.email("customer_email"));
    let customer = CustomerRef {
        external_id: customer_id(&metadata),
        email,
        country: country(session.text("customer_details/address/country")),
        ..CustomerRef::default()
    };
    let mut properties = Map::new();
    properties.insert("stripe_checkout".to_owned(), Value::from(id));
    Ok(Meaning::Sale(Box::new(Sale {
        names,
        part: Part::Order,
        trial: subscription.is_some() && value.amount() == 0,
        value,
        charged,
        customer,
        vendor_customer: session.id("customer"),
        attribution,
        promotion,
        shop: None,
        properties,
    })))
}
