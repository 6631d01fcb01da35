//! Shopify's privacy topics: what is kept of a person is told, and goes; the book stays whole.

use honeyguide_tests::vendor_posts::{Post, connect, signed};
use honeyguide_tests::{Client, Receiver, Vendor, World, wait_for};
use serde_json::{Value, json};

fn order(id: i64, customer: i64, email: &str, code: &Value, test: bool) -> Value {
    json!({"id": id, "name": format!("#{id}"), "email": email, "currency": "USD", "financial_status": "paid", "test": test,
        "subtotal_price": "100.00", "total_price": "100.00", "taxes_included": false, "customer": {"id": customer, "email": email},
        "note_attributes": [{"name": "honeyguide_code", "value": code}], "discount_codes": [], "line_items": []})
}

fn request(orders: &str, customer: i64, email: &str, ids: &[i64]) -> Value {
    json!({"shop_id": 1, "shop_domain": "example.myshopify.com", "customer": {"id": customer, "email": email, "phone": "555"}, orders: ids})
}

fn post(topic: &str, id: &str, body: Value) -> Post {
    signed(&[], &[(topic, id.to_owned(), body)]).remove(0)
}

fn everything(client: &Client) -> String {
    ["/v1/conversions", "/v1/participants", "/v1/in", "/v1/claims", "/v1/rewards", "/v1/ledger"]
        .map(|path| client.get(&format!("{path}?limit=1000")).expect(200).text)
        .concat()
}

#[test]
fn someone_who_asks_is_told_and_someone_who_is_erased_is_gone_while_the_book_balances() {
    let world = World::start();
    connect(&world.client);
    let code = world.client.participant("ada")["code"].clone();
    let email = "Bob.Erased@example.com";
    // Bob buys, buys again, tries out a test order, and refers others himself; an idempotency key keeps an answer on him.
    for (number, id) in [(1, 5_001), (2, 5_002)] {
        post("orders/paid", &format!("w-{number}"), order(id, 77, email, &code, false))
            .deliver(&world.client)
            .expect(200);
    }
    post("orders/paid", "w-3", order(5_003, 77, email, &code, true)).deliver(&world.client).expect(200);
    let referrer = json!({"external_id": "bob-erased", "email": email, "name": "Bob Erased"});
    let bob = world.client.post("/v1/participants", &referrer).expect(201).json;
    let key = [("idempotency-key", "k-1")];
    let body = json!({"event": "signup", "external_id": "s-1", "customer": {"email": email}}).to_string();
    world.client.send("POST", "/v1/conversions", &key, Some(body.as_bytes())).unwrap().expect(201);
    post("orders/paid", "w-4", order(6_001, 88, "eve@example.com", &code, false)).deliver(&world.client).expect(200);

    let asked = post("customers/data_request", "w-5", request("orders_requested", 77, email, &[5_001]));
    let asked = asked.deliver(&world.client).expect(200).json;
    assert_eq!((&asked["state"], &asked["reason"]), (&json!("done"), &json!("answered")));
    let told =
        world.client.get(&format!("/v1/in/{}", asked["id"].as_str().unwrap())).expect(200).json["detail"].clone();
    assert_eq!(told["conversions"].as_array().unwrap().len(), 3, "{told}");
    assert!(told.to_string().contains("Bob.Erased") && !told.to_string().contains("eve@"), "{told}");
    assert_eq!(told["participants"].as_array().unwrap().len(), 1);

    let before = world.client.get("/v1/ledger?limit=1000").expect(200).text;
    let redact = post("customers/redact", "w-6", request("orders_to_redact", 77, email, &[5_001, 5_002]));
    for _ in 0..3 {
        assert_eq!(redact.deliver(&world.client).expect(200).json["reason"], "redacted");
    }
    let left = everything(&world.client).to_lowercase();
    for trace in ["bob.erased", "bob-erased", "bob erased", "#5001", "#5003"] {
        assert!(!left.contains(trace), "{trace} is left: {left}");
    }
    assert!(left.contains("eve@example.com"), "others stay");
    assert_eq!(world.client.get("/v1/ledger?limit=1000").expect(200).text, before, "not a posting changed");
    assert_eq!(world.client.get("/v1/ledger/verify").expect(200).json["valid"], true);
    let bob = world.client.get(&format!("/v1/participants/{}", bob["id"].as_str().unwrap())).expect(200).json;
    assert_eq!((&bob["state"], &bob["email"], &bob["name"]), (&json!("paused"), &json!(""), &Value::Null));

    // What comes late keeps nothing of him either, and he is still the one who bought before.
    post("orders/paid", "w-7", order(5_004, 77, email, &code, false)).deliver(&world.client).expect(200);
    let again = world.client.get("/v1/conversions?external_id=5004").expect(200).json["data"][0].clone();
    assert_eq!(again["rewards"], json!([]), "no second first purchase: {again}");
    assert_eq!(again["customer"]["email"], Value::Null);
    let refund = json!({"id": 9, "order_id": 5_001, "refund_line_items": [], "order_adjustments": [],
        "transactions": [{"kind": "refund", "status": "success", "amount": "100.00", "currency": "USD"}]});
    post("refunds/create", "w-8", refund).deliver(&world.client).expect(200);
    let refunded = world.client.get("/v1/conversions?external_id=5001").expect(200).json["data"][0].clone();
    assert!(refunded["rewards"].as_array().unwrap().iter().all(|reward| reward["state"] == "reversed"), "{refunded}");
    let verified = world.client.get("/v1/ledger/verify").expect(200).json;
    assert_eq!((&verified["valid"], &verified["sums"]), (&json!(true), &json!({"USD": 0})));
}

#[test]
fn an_order_that_waits_is_taken_before_its_buyer_is_erased_and_a_shop_that_leaves_takes_its_people_along() {
    let world = World::start();
    connect(&world.client);
    let waits =
        json!({"secrets": [honeyguide_tests::vendor_posts::SHOPIFY_SECRET], "claim_wait_minutes": 60}).to_string();
    world.client.send("PUT", "/v1/sources/shopify", &[], Some(waits.as_bytes())).unwrap().expect(200);
    let nobody = |id: i64, customer: i64, email: &str| {
        let mut order = order(id, customer, email, &Value::Null, false);
        order["note_attributes"] = json!([]);
        order
    };
    let waiting =
        post("orders/paid", "w-1", nobody(1, 7, "kim.erased@example.com")).deliver(&world.client).expect(200).json;
    assert_eq!(waiting["reason"], "claim_awaited");
    post("customers/redact", "w-2", request("orders_to_redact", 7, "kim.erased@example.com", &[]))
        .deliver(&world.client)
        .expect(200);
    let left = everything(&world.client);
    assert!(!left.contains("kim.erased") && left.contains("\"external_id\":\"1\""), "{left}");

    let code = world.client.participant("ada")["code"].clone();
    post("orders/paid", "w-3", order(2, 8, "lea.gone@example.com", &code, false)).deliver(&world.client).expect(200);
    post("orders/paid", "w-4", order(3, 9, "max.stays@example.com", &code, false)).deliver(&world.client).expect(200);
    let own = json!({"event": "signup", "external_id": "s-1", "customer": {"external_id": "u-9", "email": "max.stays@example.com"}});
    world.client.post("/v1/conversions", &own).expect(201);
    let gone = post("shop/redact", "w-5", json!({"shop_id": 1, "shop_domain": "example.myshopify.com"}));
    assert_eq!(gone.deliver(&world.client).expect(200).json["reason"], "redacted");
    let left = everything(&world.client);
    assert!(!left.contains("lea.gone"), "{left}");
    assert!(left.contains("max.stays"), "who is known from elsewhere stays known there");
    assert_eq!(world.client.get("/v1/ledger/verify").expect(200).json["valid"], true);
}

/// All that is kept of deliveries, bodies and attempts.
fn deliveries(world: &World) -> Vec<Value> {
    let rows = world.client.get("/v1/deliveries?limit=1000").expect(200).json["data"].as_array().unwrap().clone();
    let one =
        |row: &Value| world.client.get(&format!("/v1/deliveries/{}", row["id"].as_str().unwrap())).expect(200).json;
    rows.iter().map(one).collect()
}

#[test]
fn who_is_erased_goes_out_of_deliveries_that_left_that_wait_and_that_are_dead() {
    let mut world = World::start();
    connect(&world.client);
    let (taken, broken, mailer) =
        (Receiver::start(), Receiver::start(), Vendor::answering(500, "Bob.Erased@example.com is odd"));
    broken.answer_with(500);
    for url in [&taken.url, &broken.url] {
        world.client.post("/v1/destinations", &json!({"kind": "webhook", "url": url, "events": ["*"]})).expect(201);
    }
    let mail = json!({"kind": "email", "url": mailer.url, "settings": {"provider": "postmark", "from": "hello@shop.example"},
        "secrets": {"token": "tok_0123456789"}});
    let mail = world.client.post("/v1/destinations", &mail).expect(201).json["id"].clone();
    let code = world.client.participant("ada")["code"].clone();
    let email = "Bob.Erased@example.com";
    post("orders/paid", "w-1", order(5_001, 77, email, &code, false)).deliver(&world.client).expect(200);
    post("orders/paid", "w-2", order(6_001, 88, "eve@example.com", &code, false)).deliver(&world.client).expect(200);
    let referrer = json!({"external_id": "bob-erased", "email": email, "name": "Bob Erased"});
    world.client.post("/v1/participants", &referrer).expect(201);
    let traces = |all: &[Value]| json!(all).to_string().to_lowercase().matches("bob.erased").count();
    let before = wait_for("each destination to be tried", 40, || {
        let all = deliveries(&world);
        let tried = |row: &Value| row["tries"].as_i64() > Some(0);
        (all.len() > 12 && all.iter().all(tried)).then_some(all)
    });
    assert!(traces(&before) > 6 && json!(before).to_string().contains("Bob Erased"), "{before:?}");
    assert!(before.iter().any(|row| row["state"] == "pending"), "some are to be tried again");

    let redact = post("customers/redact", "w-6", request("orders_to_redact", 77, email, &[5_001]));
    assert_eq!(redact.deliver(&world.client).expect(200).json["reason"], "redacted");
    // It was recorded with the rest, so a kill changes nothing.
    world.kill_and_start_again();
    let left = wait_for("the deliveries to be without him", 40, || {
        let all = deliveries(&world);
        (traces(&all) == 0 && !json!(all).to_string().contains("Bob Erased")).then_some(all)
    });
    assert_eq!(left.len(), before.len(), "they are all there");
    assert!(json!(left).to_string().contains("eve@example.com"), "others stay");

    // What leaves from now on leaves without him; what was a message to him doesn't leave at all.
    let (heard, sent) = (broken.received().len(), mailer.calls().len());
    broken.answer_with(200);
    mailer.answer_with(200, r#"{"ErrorCode":0}"#);
    for row in &left {
        world.client.post(&format!("/v1/deliveries/{}/replay", row["id"].as_str().unwrap()), &json!({})).expect(202);
    }
    let done = wait_for("all to be done with", 60, || {
        let all = deliveries(&world);
        all.iter().all(|row| ["delivered", "skipped"].contains(&row["state"].as_str().unwrap())).then_some(all)
    });
    assert_eq!(traces(&done), 0);
    let said: String = broken.received()[heard..].iter().map(|one| one.body.to_lowercase()).collect();
    assert!(!said.is_empty() && !said.contains("bob.erased") && said.contains("eve@example.com"), "{said}");
    let said: String = mailer.calls()[sent..].iter().map(|one| one.body.to_lowercase()).collect();
    assert!(!said.contains("bob.erased"), "{said}");
    let skipped: Vec<&Value> =
        done.iter().filter(|row| row["destination"] == mail && row["state"] == "skipped").collect();
    let why =
        |row: &&Value| row["attempts"].as_array().unwrap().last().unwrap()["error"].to_string().contains("erased: ");
    assert!(skipped.iter().any(why), "{skipped:?}");
}
