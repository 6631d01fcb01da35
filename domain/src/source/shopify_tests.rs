//! Shopify's webhooks, shaped as its documents show them.

use super::*;
use serde_json::json;

fn order(change: &Value) -> Value {
    let mut order = json!({
        "id": 5_001, "name": "#1001", "email": "bob@example.com", "currency": "USD", "financial_status": "paid", "test": false,
        "subtotal_price": "100.00", "total_tax": "20.00", "total_price": "129.00", "taxes_included": false,
        "created_at": "2026-11-20T12:00:00-05:00", "cancelled_at": null, "checkout_token": "tok_1",
        "customer": {"id": 77, "email": "bob@example.com", "default_address": {"country_code": "DE"}},
        "note_attributes": [{"name": "_honeyguide_reference", "value": "ref_abc"}, {"name": "gift", "value": "yes"}],
        "discount_codes": [{"code": "ABC15", "amount": "15.00", "type": "percentage"}],
        "line_items": [{"price": "100.00", "tax_lines": [{"price": "20.00"}]}]});
    for (name, value) in change.as_object().unwrap() {
        order[name] = value.clone();
    }
    order
}

fn told(topic: &str, body: &Value) -> Meaning {
    read(topic, "wh-1", body).meaning
}

#[test]
fn a_paid_order_is_a_sale_of_its_goods() {
    let Meaning::Sale(sale) = told("orders/paid", &order(&json!({}))) else { panic!("no sale") };
    assert_eq!(sale.names, ["5001", "tok_1"]);
    assert_eq!((sale.value.to_string().as_str(), sale.charged), ("100.00 USD", 12_900));
    assert_eq!(sale.attribution.reference.as_deref(), Some("ref_abc"));
    assert_eq!(sale.attribution.coupon.as_deref(), Some("ABC15"));
    assert_eq!((sale.vendor_customer.as_deref(), sale.customer.country.as_deref()), (Some("77"), Some("DE")));
    let taxed = order(&json!({"taxes_included": true, "subtotal_price": "120.00"}));
    let Meaning::Sale(sale) = told("orders/paid", &taxed) else { panic!("no sale") };
    assert_eq!(sale.value.amount(), 10_000, "the tax within the prices is none of the goods'");
}

#[test]
fn an_order_must_look_like_its_topic() {
    for (topic, change, why) in [
        ("orders/paid", json!({"financial_status": "pending"}), "not_paid_yet"),
        ("orders/cancelled", json!({"financial_status": "voided", "cancelled_at": "2026-11-21T00:00:00Z"}), "not_paid"),
        ("orders/updated", json!({}), "not_used"),
    ] {
        assert_eq!(told(topic, &order(&change)), Meaning::Nothing(why));
    }
    assert!(matches!(told("orders/cancelled", &order(&json!({}))), Meaning::Unreadable(_)));
    assert!(matches!(told("refunds/create", &order(&json!({}))), Meaning::Unreadable(_)));
    assert!(matches!(told("orders/paid", &json!({})), Meaning::Unreadable(_)));
    let test = read("orders/paid", "wh-1", &order(&json!({"test": true})));
    assert_eq!((test.mode, test.id.as_str()), (Some(Mode::Test), "orders/paid wh-1"));
}

#[test]
fn a_refund_says_which_part_is_the_goods() {
    let refund = |amount: &str, lines: Value, adjustments: Value| {
        let body = json!({"id": 9_001, "order_id": 5_001, "created_at": "2026-11-21T00:00:00Z",
            "transactions": [{"kind": "refund", "status": "success", "amount": amount, "currency": "USD"},
                {"kind": "refund", "status": "failure", "amount": "1.00", "currency": "USD"}],
            "refund_line_items": lines, "order_adjustments": adjustments});
        match told("refunds/create", &body) {
            Meaning::Returned(back) => (back[0].amount.unwrap().amount(), back[0].goods),
            other => panic!("{other:?}"),
        }
    };
    let line = json!([{"subtotal": 50.0, "total_tax": "10.00"}]);
    let shipping = json!([{"kind": "shipping_refund", "amount": "-9.00", "tax_amount": "0.00"}]);
    assert_eq!(refund("60.00", line.clone(), json!([])), (6_000, Some(5_000)), "tax on top");
    assert_eq!(refund("50.00", line.clone(), json!([])), (5_000, Some(4_000)), "tax within");
    assert_eq!(refund("69.00", line.clone(), shipping.clone()), (6_900, Some(5_000)));
    assert_eq!(refund("9.00", json!([]), shipping), (900, Some(0)), "shipping alone");
    assert_eq!(refund("42.00", line, json!([])), (4_200, None), "less than the lines: in proportion");
    assert_eq!(refund("10.00", json!([]), json!([])), (1_000, None));
    let restocked = json!({"id": 1, "order_id": 2, "transactions": [], "refund_line_items": [{"subtotal": "5.00"}]});
    assert_eq!(told("refunds/create", &restocked), Meaning::Nothing("no_money"));
}

#[test]
fn privacy_requests_say_whom_they_are_about() {
    let body = json!({"shop_id": 954_889, "shop_domain": "example.myshopify.com", "orders_to_redact": [299_938, 280_263],
        "orders_requested": [299_938], "customer": {"id": 191_167, "email": "Bob+x@example.com", "phone": "555-625-1199"}});
    let person = |orders: &[&str]| Person {
        vendor_customer: Some("191167".to_owned()),
        email: Some("bob@example.com".to_owned()),
        orders: orders.iter().map(|order| (*order).to_owned()).collect(),
    };
    assert_eq!(told("customers/redact", &body), Meaning::Redact(person(&["299938", "280263"])));
    assert_eq!(told("customers/data_request", &body), Meaning::DataRequest(person(&["299938"])));
    assert_eq!(told("shop/redact", &body), Meaning::RedactShop("example.myshopify.com".to_owned()));
    let nameless = json!({"customer": {"email": "bob@example.com"}});
    assert!(matches!(told("customers/redact", &nameless), Meaning::Redact(_)), "some have an address only");
    assert!(matches!(told("customers/redact", &json!({})), Meaning::Unreadable(_)));
}
