//! What two vendors sent in a month, in order: checkouts, invoices in the shapes of API versions before and after
//! 2025-03-31, refunds, disputes, a trial, a promotion code, orders and their cancellations.

use honeyguide_tests::vendor_posts::{Post, seconds, signed};
use honeyguide_tests::{Client, World};
use serde_json::{Value, json};

/// One hearing of the whole, with names of its own.
pub(super) struct Month {
    pub(super) run: String,
    pub(super) participant: String,
    pub(super) code: String,
    reference: String,
    /// A moment after the visit, as RFC 3339.
    later: String,
}

impl Month {
    /// A referrer of its own, whose link a visitor followed.
    pub(super) fn new(world: &World, run: &str) -> Self {
        let made = world.client.participant(&format!("{run}-ada"));
        let code = made["code"].as_str().unwrap().to_owned();
        let reference = reference(&world.client, &code);
        let later = world.client.participant(&format!("{run}-later"))["created_at"].as_str().unwrap().to_owned();
        Self { run: run.to_owned(), participant: made["id"].as_str().unwrap().to_owned(), code, reference, later }
    }

    fn id(&self, kind: &str, name: &str) -> String {
        format!("{kind}_{}{name}", self.run)
    }

    fn email(&self, name: &str) -> String {
        format!("{}-{name}@example.com", self.run)
    }

    fn event(&self, number: &mut i64, kind: &str, object: &Value) -> Value {
        *number += 1;
        json!({"id": self.id("evt", &number.to_string()), "object": "event", "api_version": "2026-01-28.clover", "type": kind,
            "created": seconds() + 1, "livemode": true, "pending_webhooks": 1, "data": {"object": object}})
    }

    fn session(&self, name: &str, change: &Value) -> Value {
        let mut session = json!({
            "id": self.id("cs", name), "object": "checkout.session", "mode": "payment", "payment_status": "paid",
            "status": "complete", "currency": "usd", "amount_subtotal": 10_000, "amount_total": 12_000,
            "client_reference_id": self.reference, "customer": self.id("cus", name), "metadata": {}, "discounts": [],
            "customer_details": {"email": self.email(name), "address": {"country": "US"}}, "invoice": null,
            "payment_intent": self.id("pi", name), "subscription": null,
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 2_000}});
        for (field, value) in change.as_object().unwrap() {
            session[field] = value.clone();
        }
        session
    }

    fn subscribed(&self, name: &str) -> Value {
        json!({"mode": "subscription", "payment_intent": null, "invoice": self.id("in", &format!("{name}1")),
            "subscription": self.id("sub", name)})
    }

    /// As from 2025-03-31: it names no payment.
    fn invoice(&self, name: &str, number: i64, reason: &str, total: i64) -> Value {
        json!({"id": self.id("in", &format!("{name}{number}")), "object": "invoice", "billing_reason": reason, "status": "paid",
            "total": total, "total_excluding_tax": total * 5 / 6, "currency": "usd", "customer": self.id("cus", name),
            "customer_email": self.email(name), "metadata": {}, "parent": {"type": "subscription_details",
                "subscription_details": {"subscription": self.id("sub", name), "metadata": {}}}})
    }

    fn payment(&self, name: &str, number: i64) -> Value {
        json!({"id": self.id("inpay", &format!("{name}{number}")), "object": "invoice_payment", "status": "paid",
            "invoice": self.id("in", &format!("{name}{number}")),
            "payment": {"type": "payment_intent", "payment_intent": self.id("pi", &format!("{name}{number}"))}})
    }

    fn charge(&self, payment: &str, refunded: i64) -> Value {
        json!({"id": self.id("ch", payment), "object": "charge", "payment_intent": self.id("pi", payment), "amount": 12_000,
            "amount_refunded": refunded, "currency": "usd", "refunded": refunded == 12_000})
    }

    fn refund(&self, payment: &str, number: i64, amount: i64, status: &str) -> Value {
        json!({"id": self.id("re", &format!("{payment}{number}")), "object": "refund", "charge": self.id("ch", payment),
            "payment_intent": self.id("pi", payment), "amount": amount, "currency": "usd", "status": status})
    }

    fn dispute(&self, payment: &str, status: &str) -> Value {
        json!({"id": self.id("du", payment), "object": "dispute", "charge": self.id("ch", payment), "amount": 12_000,
            "payment_intent": self.id("pi", payment), "currency": "usd", "status": status})
    }

    fn stripe(&self) -> Vec<Value> {
        let promotion = self.id("promo", "joe");
        let subscription =
            |name: &str| json!({"id": self.id("sub", name), "object": "subscription", "status": "active"});
        // Before 2025-03-31, and made without a checkout: the metadata has the reference.
        let old = json!({"id": self.id("in", "amy1"), "object": "invoice", "billing_reason": "subscription_create",
            "total": 12_000, "tax": 2_000, "currency": "usd", "customer": self.id("cus", "amy"),
            "customer_email": self.email("amy"), "payment_intent": self.id("pi", "amy1"), "charge": self.id("ch", "amy1"),
            "subscription": self.id("sub", "amy"), "metadata": {},
            "subscription_details": {"metadata": {"honeyguide_reference": self.reference}}});
        let mut manual = self.invoice("max", 1, "manual", 12_000);
        manual["parent"] = Value::Null;
        let events = [
            (
                "promotion_code.created",
                json!({"id": promotion, "object": "promotion_code", "code": self.code.to_uppercase()}),
            ),
            // Bob buys once, and has part of it back, twice.
            ("checkout.session.completed", self.session("bob", &json!({}))),
            ("charge.refunded", self.charge("bob", 3_000)),
            ("refund.created", self.refund("bob", 1, 3_000, "succeeded")),
            ("charge.refunded", self.charge("bob", 5_000)),
            ("refund.created", self.refund("bob", 2, 2_000, "pending")),
            ("refund.updated", self.refund("bob", 2, 2_000, "succeeded")),
            // Eve subscribes, renews twice, has the second payment back, and leaves.
            ("customer.subscription.created", subscription("eve")),
            ("checkout.session.completed", self.session("eve", &self.subscribed("eve"))),
            ("invoice.paid", self.invoice("eve", 1, "subscription_create", 12_000)),
            ("invoice_payment.paid", self.payment("eve", 1)),
            ("invoice.paid", self.invoice("eve", 2, "subscription_cycle", 12_000)),
            ("invoice_payment.paid", self.payment("eve", 2)),
            ("invoice.paid", self.invoice("eve", 3, "subscription_cycle", 12_000)),
            ("invoice_payment.paid", self.payment("eve", 3)),
            ("charge.refunded", self.charge("eve2", 12_000)),
            ("customer.subscription.deleted", subscription("eve")),
            // Kim begins with a trial: the first payment is the purchase.
            (
                "checkout.session.completed",
                self.session("kim", &{
                    let mut trial = self.subscribed("kim");
                    trial["amount_total"] = json!(0);
                    trial["total_details"] = json!({"amount_tax": 0, "amount_shipping": 0});
                    trial["payment_status"] = json!("no_payment_required");
                    trial
                }),
            ),
            ("invoice.paid", self.invoice("kim", 1, "subscription_create", 0)),
            ("invoice.paid", self.invoice("kim", 2, "subscription_cycle", 12_000)),
            // Joe types a code; Max gets an invoice with his checkout; Amy's bank takes the money back, Ned's doesn't.
            (
                "checkout.session.completed",
                self.session(
                    "joe",
                    &json!({"client_reference_id": null,
                "discounts": [{"coupon": null, "promotion_code": promotion}]}),
                ),
            ),
            ("checkout.session.completed", self.session("max", &json!({"invoice": self.id("in", "max1")}))),
            ("invoice.paid", manual),
            ("invoice.paid", old),
            ("charge.dispute.created", self.dispute("amy1", "needs_response")),
            ("charge.dispute.closed", self.dispute("amy1", "lost")),
            ("checkout.session.completed", self.session("ned", &json!({}))),
            ("charge.dispute.created", self.dispute("ned", "needs_response")),
            ("charge.dispute.closed", self.dispute("ned", "won")),
            // Una has all of it back, and Ivo a part, until the bank sends the money back; another part stays with him.
            ("checkout.session.completed", self.session("una", &json!({}))),
            ("charge.refunded", self.charge("una", 12_000)),
            ("refund.created", self.refund("una", 1, 12_000, "succeeded")),
            ("refund.failed", self.refund("una", 1, 12_000, "failed")),
            ("checkout.session.completed", self.session("ivo", &json!({}))),
            ("refund.created", self.refund("ivo", 1, 3_000, "pending")),
            ("charge.refunded", self.charge("ivo", 3_000)),
            ("refund.updated", self.refund("ivo", 1, 3_000, "succeeded")),
            ("charge.refund.updated", self.refund("ivo", 1, 3_000, "canceled")),
            ("refund.created", self.refund("ivo", 2, 2_400, "succeeded")),
            // Lea's bank transfer takes a while.
            ("checkout.session.completed", self.session("lea", &json!({"payment_status": "unpaid"}))),
            ("checkout.session.async_payment_succeeded", self.session("lea", &json!({}))),
            ("payout.paid", json!({"id": "po_1", "object": "payout"})),
        ];
        let mut number = 0;
        let mut events: Vec<Value> =
            events.iter().map(|(kind, object)| self.event(&mut number, kind, object)).collect();
        let mut test = self.event(&mut number, "checkout.session.completed", &self.session("tom", &json!({})));
        test["livemode"] = json!(false);
        events.push(test);
        events
    }

    fn order(&self, number: i64, name: &str, change: &Value) -> Value {
        let mut order = json!({"id": self.number(number), "name": format!("#{number}"), "email": self.email(name),
            "currency": "USD", "financial_status": "paid", "test": false, "subtotal_price": "100.00", "total_tax": "20.00",
            "total_price": "129.00", "taxes_included": false, "created_at": "2026-01-01T00:00:00Z", "cancelled_at": null,
            "checkout_token": self.id("tok", name), "customer": {"id": self.number(number) + 7_000_000, "email": self.email(name)},
            "note_attributes": [{"name": "honeyguide_reference", "value": self.reference}], "discount_codes": [],
            "line_items": [{"price": "100.00", "tax_lines": [{"price": "20.00"}]}]});
        order["processed_at"] = json!(self.later);
        for (field, value) in change.as_object().unwrap() {
            order[field] = value.clone();
        }
        order
    }

    fn number(&self, number: i64) -> i64 {
        self.run.bytes().fold(7, |sum, byte| (sum * 31 + i64::from(byte)) % 1_000_003) * 1_000 + number
    }

    fn shopify(&self) -> Vec<(&'static str, String, Value)> {
        let back = |order: i64, id: i64, amount: &str, lines: Value| {
            json!({"id": self.number(id), "order_id": self.number(order), "refund_line_items": lines, "order_adjustments": [],
                "transactions": [{"kind": "refund", "status": "success", "amount": amount, "currency": "USD"}]})
        };
        let code =
            json!({"note_attributes": [], "discount_codes": [{"code": self.code.to_uppercase(), "amount": "1.00"}]});
        let off = json!({"cancelled_at": "2026-11-21T00:00:00Z", "financial_status": "refunded"});
        let bodies = [
            ("orders/paid", self.order(1, "zoe", &json!({}))),
            ("refunds/create", back(1, 101, "60.00", json!([{"subtotal": 50.0, "total_tax": 10.0}]))),
            ("orders/paid", self.order(2, "pam", &code)),
            ("refunds/create", back(2, 102, "129.00", json!([{"subtotal": 100.0, "total_tax": 20.0}]))),
            ("orders/cancelled", self.order(2, "pam", &off)),
            ("orders/paid", self.order(3, "sam", &json!({}))),
            ("orders/cancelled", self.order(3, "sam", &off)),
            ("orders/paid", self.order(4, "dan", &json!({"test": true}))),
            ("orders/updated", self.order(1, "zoe", &json!({}))),
        ];
        let named =
            |(number, (topic, body)): (usize, (&'static str, Value))| (topic, format!("{}-{number}", self.run), body);
        bodies.into_iter().enumerate().map(named).collect()
    }

    /// All of it, in order, signed.
    pub(super) fn posts(&self) -> Vec<Post> {
        signed(&self.stripe(), &self.shopify())
    }
}

/// What stands for a visitor who followed a link.
pub(super) fn reference(client: &Client, code: &str) -> String {
    let cookie = client.follow(code, &[]).cookie().unwrap();
    let browser = Client::new(&client.base, "");
    let headers = [("cookie", format!("hg={cookie}"))];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let asked = browser.send("GET", "/r/-/v1/reference?k=hg_pk_acme", &headers, None).unwrap().expect(200);
    asked.json["reference"].as_str().unwrap().to_owned()
}
