//! What Shopify's webhooks mean here. Their topic and id are in headers, which the signature doesn't cover, so a body
//! must also look like what its topic says.
//!
//! Sources: <https://shopify.dev/docs/api/admin-rest/latest/resources/order>,
//! <https://shopify.dev/docs/api/admin-rest/latest/resources/refund>,
//! <https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance>.

use super::payload::{self, Payload, decimal};
use super::returned::{Kind, Return, State};
use super::{Meaning, Part, Person, Sale, Told};
use crate::money::{Currency, Money};
use crate::program::Mode;
use crate::wire::conversions::CustomerRef;
use serde_json::{Map, Value};

/// `topic` and `webhook` are `X-Shopify-Topic` and `X-Shopify-Webhook-Id`, the same in every delivery of one event.
pub fn read(topic: &str, webhook: &str, body: &Value) -> Told {
    let body = Payload(body);
    let meaning = meaning(topic, body)
        .unwrap_or_else(|missing| Meaning::Unreadable(format!("{topic} has no \"{missing}\" that can be read")));
    let at = ["processed_at", "created_at"].into_iter().find_map(|field| body.time(field));
    Told { id: format!("{topic} {webhook}"), kind: topic.to_owned(), at, mode: mode(topic, body), meaning }
}

/// The table of contents of Shopify's topics; an error is the field that is missing.
fn meaning(topic: &str, body: Payload<'_>) -> Result<Meaning, &'static str> {
    match topic {
        "orders/paid" => sale(body),
        "refunds/create" => refund(body),
        "orders/cancelled" => cancellation(body),
        "customers/data_request" => Ok(Meaning::DataRequest(person(body, "orders_requested")?)),
        "customers/redact" => Ok(Meaning::Redact(person(body, "orders_to_redact")?)),
        "shop/redact" => Ok(Meaning::RedactShop(body.text("shop_domain").ok_or("shop_domain")?.to_owned())),
        _ => Ok(Meaning::Nothing("not_used")),
    }
}

fn mode(topic: &str, body: Payload<'_>) -> Option<Mode> {
    match topic {
        "orders/paid" | "orders/cancelled" => Some(if body.flag("test") { Mode::Test } else { Mode::Live }),
        "refunds/create" if body.items("transactions").any(|one| one.flag("test")) => Some(Mode::Test),
        _ => None,
    }
}

fn is_paid(order: Payload<'_>) -> bool {
    matches!(order.text("financial_status"), Some("paid" | "partially_refunded" | "refunded"))
}

fn sale(order: Payload<'_>) -> Result<Meaning, &'static str> {
    let id = order.id("id").ok_or("id")?;
    if order.text("financial_status").is_none() {
        return Err("financial_status");
    }
    if !is_paid(order) {
        return Ok(Meaning::Nothing("not_paid_yet"));
    }
    let currency = currency(order, "currency")?;
    let price = |field: &'static str| amount(order, field, currency).ok_or(field);
    let taxes: i64 = if order.flag("taxes_included") {
        let lines = order.items("line_items").flat_map(|line| line.items("tax_lines"));
        lines.filter_map(|tax| amount(tax, "price", currency)).sum()
    } else {
        0
    };
    let value = Money::new((price("subtotal_price")? - taxes).max(0), currency).map_err(|_| "subtotal_price")?;
    let noted = |name: &str| {
        let own = |one: &Payload<'_>| one.text("name").is_some_and(|own| own.trim_start_matches('_') == name);
        order.items("note_attributes").find(own).and_then(|one| one.text("value"))
    };
    let mut attribution = payload::attribution(noted);
    let typed = order.items("discount_codes").find_map(|one| one.text("code")).map(str::to_owned);
    attribution.coupon = attribution.coupon.or(typed);
    let country = ["customer/default_address/country_code", "billing_address/country_code"];
    let customer = CustomerRef {
        external_id: noted("honeyguide_customer").filter(|id| id.chars().count() <= 255).map(str::to_owned),
        email: ["email", "contact_email", "customer/email"].into_iter().find_map(|field| order.email(field)),
        country: country
            .into_iter()
            .find_map(|field| order.text(field))
            .filter(|text| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()))
            .map(str::to_owned),
        ..CustomerRef::default()
    };
    let mut properties = Map::new();
    if let Some(name) = order.text("name") {
        properties.insert("shopify_order".to_owned(), Value::from(name));
    }
    Ok(Meaning::Sale(Box::new(Sale {
        names: [Some(id), order.id("checkout_token")].into_iter().flatten().collect(),
        part: Part::Order,
        trial: false,
        value,
        charged: price("total_price")?,
        customer,
        vendor_customer: order.id("customer/id"),
        attribution,
        promotion: None,
        shop: None,
        properties,
    })))
}

/// Money that went back to the customer. Which part of it is the goods' is known where lines, tax and shipping add up to
/// it, with the tax on top of the lines or within them.
fn refund(refund: Payload<'_>) -> Result<Meaning, &'static str> {
    let (of, id) = (refund.id("order_id").ok_or("order_id")?, refund.id("id").ok_or("id")?);
    let went_back = |one: &Payload<'_>| {
        one.text("kind") == Some("refund") && matches!(one.text("status"), Some("success" | "pending"))
    };
    let transactions: Vec<Payload<'_>> = refund.items("transactions").filter(went_back).collect();
    let Some(first) = transactions.first() else { return Ok(Meaning::Nothing("no_money")) };
    let currency = currency(*first, "currency")?;
    let whole = transactions.iter().map(|one| amount(*one, "amount", currency)).sum::<Option<i64>>();
    let whole = whole.ok_or("transactions.amount")?;
    let lines =
        |field: &str| refund.items("refund_line_items").filter_map(|line| price(line.at(field), currency)).sum::<i64>();
    let (goods, tax) = (lines("subtotal"), lines("total_tax"));
    let shipping: i64 = refund
        .items("order_adjustments")
        .filter(|one| one.text("kind") == Some("shipping_refund"))
        .flat_map(|one| [amount(one, "amount", currency), amount(one, "tax_amount", currency)])
        .flatten()
        .sum();
    let rest = whole - shipping.abs();
    let goods = match rest {
        _ if goods == 0 && tax == 0 && rest != 0 => None,
        rest if rest == goods + tax => Some(goods),
        rest if rest == goods => Some(goods - tax),
        _ => None,
    };
    let amount = Money::new(whole, currency).map_err(|_| "transactions.amount")?;
    if amount.amount() <= 0 {
        return Ok(Meaning::Nothing("no_money"));
    }
    Ok(Meaning::Returned(vec![Return { of, kind: Kind::Refund, id, amount: Some(amount), goods, state: State::Done }]))
}

fn cancellation(order: Payload<'_>) -> Result<Meaning, &'static str> {
    let of = order.id("id").ok_or("id")?;
    order.text("cancelled_at").ok_or("cancelled_at")?;
    if !is_paid(order) {
        return Ok(Meaning::Nothing("not_paid"));
    }
    let id = of.clone();
    Ok(Meaning::Returned(vec![Return {
        of,
        kind: Kind::Cancellation,
        id,
        amount: None,
        goods: None,
        state: State::Done,
    }]))
}

fn person(body: Payload<'_>, orders: &'static str) -> Result<Person, &'static str> {
    let person = Person {
        vendor_customer: body.id("customer/id"),
        email: body.email("customer/email").map(|email| email.folded()),
        orders: body.items(orders).filter_map(|order| order.id("")).collect(),
    };
    if person == Person::default() { Err("customer") } else { Ok(person) }
}

fn currency(body: Payload<'_>, field: &'static str) -> Result<Currency, &'static str> {
    Currency::parse(body.text(field).ok_or(field)?).map_err(|_| field)
}

/// A price is a decimal text; in a few places it is a number.
fn price(value: Payload<'_>, currency: Currency) -> Option<i64> {
    let text = match value.0 {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    decimal(&text, currency).map(|money| money.amount())
}

fn amount(body: Payload<'_>, field: &str, currency: Currency) -> Option<i64> {
    price(body.at(field), currency)
}

#[cfg(test)]
#[path = "shopify_tests.rs"]
mod tests;
