//! Stripe's events, shaped as its documents show them, before and after 2025-03-31.

use super::super::{Part, Sale};
use super::*;
use serde_json::json;

#[expect(clippy::needless_pass_by_value, reason = "callers write the document where it is used")]
fn told(kind: &str, object: Value) -> Meaning {
    let event = json!({"id": "evt_1", "object": "event", "type": kind, "created": 1_795_000_000, "livemode": true,
        "data": {"object": object}});
    read(&event).unwrap().meaning
}

fn sale(kind: &str, object: Value) -> Sale {
    match told(kind, object) {
        Meaning::Sale(sale) => *sale,
        other => panic!("{other:?}"),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "callers write the document where it is used")]
fn session(change: Value) -> Value {
    let mut session = json!({
        "id": "cs_1", "object": "checkout.session", "mode": "payment", "payment_status": "paid", "currency": "usd",
        "amount_subtotal": 10_000, "amount_total": 12_900, "client_reference_id": "ref_abc", "customer": "cus_S1",
        "customer_details": {"email": "bob@example.com", "address": {"country": "DE"}}, "customer_email": null,
        "invoice": null, "payment_intent": "pi_1", "subscription": null, "metadata": {}, "discounts": [],
        "total_details": {"amount_discount": 0, "amount_shipping": 900, "amount_tax": 2_000}});
    for (name, value) in change.as_object().unwrap() {
        session[name] = value.clone();
    }
    session
}

#[test]
fn a_checkout_is_a_sale_of_its_goods_by_all_its_names() {
    let sale = sale("checkout.session.completed", session(json!({})));
    assert_eq!(sale.names, ["pi_1", "cs_1"]);
    assert_eq!((sale.value.to_string().as_str(), sale.charged), ("100.00 USD", 12_900));
    assert_eq!(sale.attribution.reference.as_deref(), Some("ref_abc"));
    assert_eq!(sale.customer.email.as_ref().map(ToString::to_string).as_deref(), Some("bob@example.com"));
    assert_eq!((sale.customer.country.as_deref(), sale.customer.external_id.as_deref()), (Some("DE"), None));
    assert_eq!((sale.event(false), sale.part), ("purchase", Part::Order));
}

#[test]
fn a_checkout_that_nobody_paid_yet_or_that_sells_nothing_is_none() {
    for (change, why) in [
        (json!({"payment_status": "unpaid"}), "not_paid_yet"),
        (json!({"mode": "setup", "payment_status": "no_payment_required"}), "no_sale"),
    ] {
        assert_eq!(told("checkout.session.completed", session(change)), Meaning::Nothing(why));
    }
    let free = json!({"payment_status": "no_payment_required", "amount_total": 0, "total_details": null, "payment_intent": null});
    let sale = sale("checkout.session.completed", session(free));
    assert_eq!((sale.value.amount(), sale.event(false), sale.names), (0, "purchase", vec!["cs_1".to_owned()]));
    let Meaning::Unreadable(why) = told("checkout.session.completed", session(json!({"currency": "zzz"}))) else {
        panic!("a currency that nobody knows")
    };
    assert_eq!(why, "checkout.session.completed has no \"currency\" that can be read");
}

#[test]
fn a_sale_is_attributed_by_reference_then_metadata_then_promotion_code() {
    let given = |change: Value| sale("checkout.session.async_payment_succeeded", session(change));
    let both = given(
        json!({"metadata": {"honeyguide_reference": "ref_other", "honeyguide_code": "abc", "honeyguide_customer": "u-7"}}),
    );
    assert_eq!(both.attribution.reference.as_deref(), Some("ref_abc"));
    assert_eq!(both.attribution.code.as_deref(), Some("abc"));
    assert_eq!(both.customer.external_id.as_deref(), Some("u-7"));
    let own = given(json!({"client_reference_id": "cart-9"}));
    assert!(!own.is_attributed(), "the shop's own id is no reference");
    let promotion =
        given(json!({"client_reference_id": null, "discounts": [{"coupon": null, "promotion_code": "promo_1"}]}));
    assert_eq!((promotion.promotion.as_deref(), promotion.is_attributed()), (Some("promo_1"), true));
    let expanded = given(json!({"discounts": [{"promotion_code": {"id": "promo_1", "code": "ABC15"}}]}));
    assert_eq!((expanded.promotion, expanded.attribution.coupon.as_deref()), (None, Some("ABC15")));
}

#[test]
fn a_subscription_begins_with_a_purchase_or_a_trial_and_goes_on_with_renewals() {
    let first =
        session(json!({"mode": "subscription", "payment_intent": null, "invoice": "in_1", "subscription": "sub_1"}));
    assert_eq!(sale("checkout.session.completed", first).names, ["in_1", "cs_1", "sub_1"]);
    let old = json!({"id": "in_1", "object": "invoice", "billing_reason": "subscription_create", "total": 12_000, "tax": 2_000,
        "currency": "usd", "subscription": "sub_1", "payment_intent": "pi_1", "charge": "ch_1", "customer": "cus_S1",
        "customer_email": "bob@example.com", "subscription_details": {"metadata": {}}, "metadata": {}});
    let begins = sale("invoice.paid", old);
    assert_eq!(begins.names, ["in_1", "pi_1", "ch_1", "sub_1"]);
    assert_eq!((begins.value.amount(), begins.part.clone()), (10_000, Part::MaybeCheckout));

    let new = json!({"id": "in_2", "object": "invoice", "billing_reason": "subscription_cycle", "total": 12_000,
        "total_taxes": [{"amount": 2_000, "tax_behavior": "exclusive"}], "currency": "usd", "customer": "cus_S1",
        "customer_email": "bob@example.com", "metadata": {},
        "parent": {"type": "subscription_details", "subscription_details": {"subscription": "sub_1", "metadata": {"honeyguide_reference": "ref_x"}}}});
    let renewal = sale("invoice.paid", new.clone());
    assert_eq!((renewal.names.clone(), renewal.value.amount()), (vec!["in_2".to_owned()], 10_000));
    assert_eq!((renewal.event(false), renewal.event(true)), ("renewal", "purchase"));
    assert_eq!(renewal.part, Part::Follows("sub_1".to_owned()));
    assert_eq!(renewal.attribution.reference.as_deref(), Some("ref_x"));
    let mut free = new;
    free["total"] = json!(0);
    assert_eq!(told("invoice.paid", free.clone()), Meaning::Nothing("no_money"));
    free["billing_reason"] = json!("subscription_create");
    free["total_taxes"] = json!([]);
    assert_eq!(sale("invoice.paid", free).event(false), "trial");
}

#[test]
fn what_was_given_back_names_its_payment() {
    let charge =
        json!({"id": "ch_1", "payment_intent": "pi_1", "amount": 12_000, "amount_refunded": 3_000, "currency": "usd"});
    let refund = |status: &str| json!({"id": "re_1", "payment_intent": "pi_1", "charge": "ch_1", "amount": 3_000, "currency": "usd", "status": status});
    let dispute = |status: &str| json!({"id": "du_1", "payment_intent": {"id": "pi_1"}, "amount": 12_000, "currency": "usd", "status": status});
    for (kind, object, of, state) in [
        ("charge.refunded", charge, Kind::Total, State::Done),
        ("refund.created", refund("succeeded"), Kind::Refund, State::Done),
        ("refund.updated", refund("pending"), Kind::Refund, State::Open),
        ("refund.failed", refund("failed"), Kind::Refund, State::Void),
        ("charge.dispute.created", dispute("needs_response"), Kind::Dispute, State::Open),
        ("charge.dispute.closed", dispute("lost"), Kind::Dispute, State::Done),
        ("charge.dispute.closed", dispute("won"), Kind::Dispute, State::Void),
    ] {
        let Meaning::Returned(back) = told(kind, object) else { panic!("{kind}") };
        assert_eq!((back[0].of.as_str(), back[0].kind, back[0].state), ("pi_1", of, state), "{kind}");
    }
    let paid =
        json!({"id": "inpay_1", "invoice": "in_1", "payment": {"type": "payment_intent", "payment_intent": "pi_1"}});
    assert_eq!(told("invoice_payment.paid", paid), Meaning::Names(vec!["in_1".to_owned(), "pi_1".to_owned()]));
}

#[test]
fn the_rest_is_said_to_be_of_no_use() {
    assert_eq!(told("customer.subscription.created", json!({"id": "sub_1"})), Meaning::Nothing("nothing_to_do"));
    assert_eq!(told("customer.subscription.deleted", json!({"id": "sub_1"})), Meaning::Ended("sub_1".to_owned()));
    assert_eq!(told("payout.paid", json!({})), Meaning::Nothing("not_used"));
    let code = json!({"id": "promo_1", "code": "ABC15"});
    let meant = Meaning::Promotion { id: "promo_1".to_owned(), code: "ABC15".to_owned() };
    assert_eq!(told("promotion_code.created", code), meant);
    for event in [json!({}), json!([]), json!("x"), json!({"id": "evt_1"}), json!({"type": "invoice.paid"})] {
        assert_eq!(read(&event), None, "{event}");
    }
    assert!(matches!(told("invoice.paid", Value::Null), Meaning::Unreadable(_)));
    assert!(matches!(told("charge.refunded", json!({"id": "ch_1"})), Meaning::Unreadable(_)));
}

#[test]
fn smallest_units_at_stripe_are_minor_units_of_iso_4217() {
    for (amount, code, ours) in [
        (1_234, "USD", 1_234),
        (500, "JPY", 500),
        (500, "UGX", 5),
        (500, "ISK", 5),
        (5, "MGA", 500),
        (1_230, "KWD", 1_230),
    ] {
        let money = minor(amount, Currency::parse(code).unwrap()).unwrap();
        assert_eq!(money.amount(), ours, "{code}");
    }
}
