//! What Stripe's events mean here, for API versions before and after 2025-03-31 (basil), in which invoices and charges
//! stopped naming each other.
//!
//! Sources: <https://docs.stripe.com/api/events/types>, <https://docs.stripe.com/api/checkout/sessions/object>,
//! <https://docs.stripe.com/api/invoices/object>, <https://docs.stripe.com/api/invoice-payment/object>,
//! <https://docs.stripe.com/api/refunds/object>, <https://docs.stripe.com/api/disputes/object>.

mod checkout;
mod invoice;

use super::payload::{self, Payload};
use super::returned::{Kind, Return, State};
use super::{Meaning, Told};
use crate::money::{Currency, Money};
use crate::program::Mode;
use crate::wire::conversions::AttributionRef;
use serde_json::Value;

/// Currencies whose smallest unit at Stripe isn't the minor unit of ISO 4217: digits behind the point at Stripe.
/// <https://docs.stripe.com/currencies#special-cases>
const OTHER_UNITS: [(&str, u32); 3] = [("ISK", 2), ("UGX", 2), ("MGA", 0)];

/// Reads an event; what it says of itself is absent where it isn't one.
pub fn read(event: &Value) -> Option<Told> {
    let event = Payload(event);
    let (id, kind) = (event.text("id")?, event.text("type")?);
    let mode = event.at("livemode").0.as_bool().map(|live| if live { Mode::Live } else { Mode::Test });
    let told = event.at("data/object");
    let meaning = meaning(kind, told)
        .unwrap_or_else(|missing| Meaning::Unreadable(format!("{kind} has no \"{missing}\" that can be read")));
    Some(Told { id: id.to_owned(), kind: kind.to_owned(), at: event.seconds("created"), mode, meaning })
}

/// The table of contents of Stripe's events; an error is the field that is missing.
fn meaning(kind: &str, told: Payload<'_>) -> Result<Meaning, &'static str> {
    match kind {
        "checkout.session.completed" | "checkout.session.async_payment_succeeded" => checkout::sale(told),
        "invoice.paid" => invoice::sale(told),
        "invoice_payment.paid" => invoice::payment(told),
        "charge.refunded" => total(told),
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => refund(told),
        "charge.dispute.created"
        | "charge.dispute.updated"
        | "charge.dispute.closed"
        | "charge.dispute.funds_withdrawn"
        | "charge.dispute.funds_reinstated" => dispute(told),
        "promotion_code.created" | "promotion_code.updated" => {
            let code = told.text("code").ok_or("code")?.to_owned();
            Ok(Meaning::Promotion { id: told.id("id").ok_or("id")?, code })
        }
        "customer.subscription.deleted" => Ok(Meaning::Ended(told.id("id").ok_or("id")?)),
        // A subscription earns by its invoices, which carry its metadata.
        kind if kind.starts_with("customer.subscription.") => Ok(Meaning::Nothing("nothing_to_do")),
        _ => Ok(Meaning::Nothing("not_used")),
    }
}

/// The running total of a charge's refunds.
fn total(charge: Payload<'_>) -> Result<Meaning, &'static str> {
    let id = charge.id("id").ok_or("id")?;
    Ok(Meaning::Returned(vec![Return {
        of: charge.id("payment_intent").unwrap_or_else(|| id.clone()),
        kind: Kind::Total,
        id,
        amount: Some(money(charge, "amount_refunded", "currency")?),
        goods: None,
        state: State::Done,
    }]))
}

fn refund(refund: Payload<'_>) -> Result<Meaning, &'static str> {
    let state = match refund.text("status") {
        Some("succeeded") => State::Done,
        Some("failed" | "canceled") => State::Void,
        _ => State::Open,
    };
    returned(refund, Kind::Refund, state)
}

fn dispute(dispute: Payload<'_>) -> Result<Meaning, &'static str> {
    let state = match dispute.text("status").ok_or("status")? {
        "lost" => State::Done,
        "won" | "warning_closed" | "prevented" => State::Void,
        _ => State::Open,
    };
    returned(dispute, Kind::Dispute, state)
}

fn returned(object: Payload<'_>, kind: Kind, state: State) -> Result<Meaning, &'static str> {
    let of = object.id("payment_intent").or_else(|| object.id("charge")).ok_or("payment_intent")?;
    let amount = Some(money(object, "amount", "currency")?);
    Ok(Meaning::Returned(vec![Return { of, kind, id: object.id("id").ok_or("id")?, amount, goods: None, state }]))
}

fn currency(object: Payload<'_>, field: &'static str) -> Result<Currency, &'static str> {
    Currency::parse(&object.text(field).ok_or(field)?.to_uppercase()).map_err(|_| field)
}

/// Stripe's smallest units in those of ISO 4217.
fn minor(amount: i64, currency: Currency) -> Option<Money> {
    let other = OTHER_UNITS.iter().find(|(code, _)| *code == currency.as_str());
    let (theirs, ours) = (other.map_or_else(|| u32::from(currency.exponent()), |one| one.1), currency.exponent());
    let amount = match (10_i64.checked_pow(u32::from(ours)), 10_i64.checked_pow(theirs)) {
        (Some(ours), Some(theirs)) if ours >= theirs => amount.checked_mul(ours / theirs),
        (Some(ours), Some(theirs)) => Some(amount / (theirs / ours)),
        _ => None,
    };
    Money::new(amount?, currency).ok()
}

fn money(object: Payload<'_>, amount: &'static str, of: &'static str) -> Result<Money, &'static str> {
    minor(object.number(amount).ok_or(amount)?, currency(object, of)?).ok_or(amount)
}

/// What the shop put into metadata; the first document that has a name has it.
fn attribution(metadata: &[Payload<'_>]) -> AttributionRef {
    payload::attribution(|name| metadata.iter().find_map(|one| one.text(name)))
}

/// The site's own id of the customer.
fn customer_id(metadata: &[Payload<'_>]) -> Option<String> {
    let given = metadata.iter().find_map(|one| one.text("honeyguide_customer"));
    given.filter(|id| id.chars().count() <= 255).map(str::to_owned)
}

fn country(text: Option<&str>) -> Option<String> {
    text.filter(|text| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())).map(str::to_owned)
}

/// The goods' own price: the whole without tax and shipping.
fn goods(whole: i64, tax: i64, shipping: i64, currency: Currency) -> Option<(Money, i64)> {
    let whole_money = minor(whole, currency)?;
    let value = minor((whole - tax - shipping).max(0), currency)?;
    Some((value, whole_money.amount()))
}

#[cfg(test)]
#[path = "stripe_tests.rs"]
mod tests;
