//! A thank-you page claims a conversion; a backend, a vendor or the owner confirms it, and only then does it earn.

use honeyguide_tests::vendor_posts::{connect, seconds, signed};
use honeyguide_tests::{Client, World};
use serde_json::{Value, json};

/// The visitor's cookie, and a browser that claims with it.
fn visitor(world: &World) -> String {
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    world.client.follow(&code, &[]).cookie().unwrap()
}

fn claim(world: &World, cookie: &str, order: &str, more: &Value) -> Value {
    let mut body = json!({"k": "hg_pk_acme", "event": "purchase", "external_id": order});
    for (field, value) in more.as_object().unwrap() {
        body[field] = value.clone();
    }
    let cookie = format!("hg={cookie}");
    let browser = Client::new(&world.client.base, "");
    let headers = [("cookie", cookie.as_str()), ("content-type", "text/plain")];
    browser.send("POST", "/r/-/v1/claim", &headers, Some(body.to_string().as_bytes())).unwrap().expect(202).json
}

fn order(name: &str, attribution: &Value) -> Value {
    json!({"event": "purchase", "external_id": name, "value": {"amount": 12_000, "currency": "USD"},
        "customer": {"email": format!("{name}@example.com")}, "attribution": attribution})
}

fn claims(world: &World, state: &str) -> Vec<Value> {
    world.client.get(&format!("/v1/claims?state={state}")).expect(200).json["data"].as_array().unwrap().clone()
}

#[test]
fn a_claim_earns_nothing_until_a_backend_reports_the_same_and_says_nothing_better() {
    let world = World::start();
    let cookie = visitor(&world);
    let told = claim(&world, &cookie, "order-1", &json!({"value": {"amount": 1, "currency": "USD"}}));
    assert_eq!(told["state"], "claim_unconfirmed");
    assert_eq!(claim(&world, "", "order-1", &json!({})), told, "the first stands, and who asks learns nothing");
    assert_eq!(world.client.get("/v1/rewards").json["data"], json!([]));
    assert_eq!(world.client.get("/v1/conversions").json["data"], json!([]));
    let sale = world.client.post("/v1/conversions", &order("order-1", &json!({}))).expect(201).json;
    assert_eq!(sale["decision"]["reason"], "last_touch_within_window");
    assert_eq!(sale["value"]["amount"], 12_000, "the confirmer's word counts");
    let confirmed = claims(&world, "confirmed");
    assert_eq!((confirmed.len(), &confirmed[0]["conversion"]), (1, &sale["id"]));

    let bob = world.client.participant("bob");
    claim(&world, &cookie, "order-2", &json!({}));
    let sale = world.client.post("/v1/conversions", &order("order-2", &json!({"code": bob["code"]}))).expect(201).json;
    assert_eq!(sale["decision"]["credits"][0]["participant"], bob["id"], "a browser's word stands against nothing");
    let sale = world.client.post("/v1/conversions", &order("order-3", &json!({}))).expect(201).json;
    claim(&world, &cookie, "order-3", &json!({}));
    let late = world.client.get(&format!("/v1/conversions/{}", sale["id"].as_str().unwrap())).expect(200).json;
    assert_eq!(late["decision"]["reason"], "no_touch", "what was decided stays");
}

#[test]
fn the_owner_confirms_or_rejects() {
    let world = World::start();
    let cookie = visitor(&world);
    for (name, more) in [
        (
            "order-1",
            json!({"value": {"amount": 9_000, "currency": "USD"}, "customer": {"email": "friend@example.com"}}),
        ),
        ("order-2", json!({})),
        ("order-3", json!({})),
    ] {
        claim(&world, &cookie, name, &more);
    }
    let open = claims(&world, "open");
    assert_eq!((open.len(), &open[0]["touched"]), (3, &json!(true)));
    let act = |at: usize, how: &str, body: &Value| {
        world.client.post(&format!("/v1/claims/{}/{how}", open[at]["id"].as_str().unwrap()), body)
    };
    let sale = act(0, "confirm", &json!({})).expect(201).json;
    assert_eq!((&sale["decision"]["outcome"], &sale["value"]["amount"]), (&json!("credited"), &json!(9_000)));
    assert_eq!(sale["rewards"].as_array().unwrap().len(), 2);
    assert_eq!(act(0, "confirm", &json!({})).expect(200).json["id"], sale["id"]);
    assert_eq!(act(0, "reject", &json!({})).expect(409).json["error"]["code"], "claim_confirmed");
    assert_eq!(act(1, "confirm", &json!({})).expect(422).json["error"]["field"], "value");
    let value = json!({"value": {"amount": 9_000, "currency": "USD"}});
    assert_eq!(act(1, "confirm", &value).expect(422).json["error"]["field"], "customer");
    assert_eq!(act(1, "reject", &json!({})).expect(200).json["state"], "rejected");
    assert_eq!(act(1, "confirm", &value).expect(409).json["error"]["code"], "claim_rejected");
    let sale = world.client.post("/v1/conversions", &order("order-2", &json!({}))).expect(201).json;
    assert_eq!(sale["decision"]["reason"], "no_touch", "a rejected claim says nothing");
    assert_eq!(world.client.post("/v1/claims/clm_nothing/confirm", &json!({})).status, 404);
}

#[test]
fn a_vendors_sale_takes_the_claim_that_came_before_or_comes_within_the_time_that_the_owner_set() {
    let world = World::start();
    connect(&world.client);
    let cookie = visitor(&world);
    let sale = |id: &str| {
        json!({"id": format!("evt_{id}"), "type": "checkout.session.completed", "created": seconds() + 2, "livemode": true,
            "data": {"object": {"id": format!("cs_{id}"), "mode": "payment", "payment_status": "paid", "currency": "usd",
                "amount_total": 10_000, "payment_intent": format!("pi_{id}"), "customer_details": {"email": format!("{id}@example.com")}}}})
    };
    let posts = signed(&[sale("1"), sale("2"), sale("3")], &[]);
    let reasons = || -> Vec<Value> {
        let page = world.client.get("/v1/conversions").expect(200).json;
        page["data"].as_array().unwrap().iter().map(|row| row["decision"]["reason"].clone()).collect()
    };
    // The page knows the checkout's id.
    claim(&world, &cookie, "cs_1", &json!({}));
    posts[0].deliver(&world.client).expect(200);
    assert_eq!(reasons(), ["last_touch_within_window"]);
    posts[1].deliver(&world.client).expect(200);
    assert_eq!(reasons(), ["last_touch_within_window", "no_touch"], "nobody waits unless the owner says so");
    let waits =
        json!({"secrets": [honeyguide_tests::vendor_posts::STRIPE_SECRET], "claim_wait_minutes": 10}).to_string();
    world.client.send("PUT", "/v1/sources/stripe", &[], Some(waits.as_bytes())).unwrap().expect(200);
    assert_eq!(posts[2].deliver(&world.client).expect(200).json["reason"], "claim_awaited");
    claim(&world, &cookie, "cs_3", &json!({}));
    assert_eq!(reasons(), ["last_touch_within_window", "no_touch", "last_touch_within_window"]);
    assert_eq!(claims(&world, "confirmed").len(), 2);
}
