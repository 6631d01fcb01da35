//! Several referrers share a conversion, its decision says who and why, and a version of the program judges it.

use honeyguide_tests::{Client, World};
use serde_json::{Value, json};

fn change(world: &World, change: impl Fn(&mut Value)) -> i64 {
    let mut file = world.client.get("/v1/program").expect(200).json;
    change(&mut file);
    let put = world.client.send("PUT", "/v1/program", &[], Some(file.to_string().as_bytes())).unwrap().expect(200).json;
    put["version"].as_i64().unwrap()
}

fn code(participant: &Value) -> &str {
    participant["code"].as_str().unwrap()
}

/// The cookie of a browser that followed these links, one after the other.
fn follow(world: &World, codes: &[&str], headers: &[(&str, &str)]) -> String {
    codes.iter().fold(String::new(), |held, code| {
        let cookie = format!("hg={held}");
        let mut headers = headers.to_vec();
        headers.push(("cookie", cookie.as_str()));
        world.client.follow(code, &headers).expect(302).cookie().unwrap()
    })
}

fn convert(world: &World, body: &Value) -> Value {
    world.client.post("/v1/conversions", body).expect(201).json
}

/// Each side's amounts, as beneficiary and minor units.
fn earned<'a>(sale: &'a Value, side: &str) -> Vec<(&'a str, i64)> {
    let rewards = sale["rewards"].as_array().unwrap().iter().filter(|reward| reward["side"] == side);
    rewards
        .map(|reward| (reward["beneficiary"].as_str().unwrap(), reward["value"]["amount"].as_i64().unwrap()))
        .collect()
}

#[test]
fn three_referrers_share_a_conversion_and_the_decision_says_how_in_words() {
    let world = World::start();
    let people = ["ada", "bob", "cleo"].map(|name| world.client.participant(name));
    change(&world, |file| file["attribution"] = json!({"model": "position_based", "window_days": 60}));
    let touch = follow(&world, &people.each_ref().map(code), &[("sec-gpc", "1")]);
    let mut order = Client::purchase("order-1", "friend", 12_000, &format!("{touch}.forged"));
    order["customer"]["country"] = json!("DE");
    let sale = convert(&world, &order);
    let decision = &sale["decision"];
    assert_eq!((&decision["outcome"], &decision["reason"]), (&json!("credited"), &json!("split_by_position")));
    let shares: Vec<_> = decision["credits"].as_array().unwrap().iter().map(|credit| &credit["share"]).collect();
    assert_eq!(shares, ["2/5", "1/5", "2/5"]);
    let id = |at: usize| people[at]["id"].as_str().unwrap();
    assert_eq!(earned(&sale, "referrer"), [(id(0), 800), (id(1), 400), (id(2), 800)]);
    assert_eq!(earned(&sale, "friend").len(), 1);

    let path = format!("/v1/conversions/{}", sale["id"].as_str().unwrap());
    let told = world.client.get(&path).expect(200).json["decision"].clone();
    assert_eq!(
        (&told["window_days"], &told["model"], &told["program_version"]),
        (&json!(60), &json!("position_based"), &json!(2))
    );
    assert_eq!((&told["consent"], &told["signals"]), (&json!("not_required"), &json!(["gpc", "token_invalid"])));
    let touches = told["touches"].as_array().unwrap();
    assert_eq!(touches.len(), 4);
    assert_eq!(
        (&touches[0]["share"], &touches[0]["counted"], &touches[0]["gpc"]),
        (&json!("2/5"), &json!(true), &json!(true))
    );
    assert_eq!((&touches[3]["reason"], &touches[3]["counted"]), (&json!("token_invalid"), &json!(false)));
    assert!(touches[3]["explanation"]["owner"].as_str().unwrap().contains("could not be proved"));
    assert!(told["rules"][0]["explanation"]["referrer"].is_string());

    let german = world.client.get(&format!("{path}?lang=de")).expect(200).json["decision"].clone();
    assert_eq!(german["lang"], "de");
    assert_ne!(german["explanation"], told["explanation"]);
    let accepted = world.client.send("GET", &path, &[("accept-language", "nl, ja;q=0.8, en;q=0.5")], None).unwrap();
    assert_eq!(accepted.expect(200).json["decision"]["lang"], "ja");
    assert_eq!(world.client.get(&format!("{path}?lang=tlh")).expect(400).json["error"]["code"], "unknown_language");

    // Whoever shares a conversion finds it.
    for at in 0..3 {
        let listed = world.client.get(&format!("/v1/conversions?participant={}", id(at))).expect(200).json;
        assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn seventy_thirty_of_the_work_is_seventy_thirty_of_the_money_and_of_the_renewals() {
    let world = World::start();
    let (ada, bob) = (world.client.participant("ada"), world.client.participant("bob"));
    let rule =
        json!({"id": "share", "side": "referrer", "on": ["purchase", "renewal"], "kind": "money", "percent": "10"});
    change(&world, |file| file["rewards"] = json!([rule]));
    let mut order = Client::purchase("order-1", "friend", 9_999, "");
    order["attribution"] =
        json!({"contributions": [{"participant": ada["id"], "weight": 70}, {"code": bob["code"], "weight": 30}]});
    let sale = convert(&world, &order);
    assert_eq!(sale["decision"]["reason"], "split_by_contribution");
    let (ada_id, bob_id) = (ada["id"].as_str().unwrap(), bob["id"].as_str().unwrap());
    assert_eq!(earned(&sale, "referrer"), [(ada_id, 700), (bob_id, 300)]);
    let mut renewal = Client::purchase("order-2", "friend", 1_010, "");
    renewal["event"] = json!("renewal");
    let renewed = convert(&world, &renewal);
    assert_eq!(renewed["decision"]["reason"], "customer_already_bound");
    assert_eq!(earned(&renewed, "referrer"), [(ada_id, 71), (bob_id, 30)]);

    let mut unknown = Client::purchase("order-3", "other", 9_999, "");
    unknown["attribution"] = json!({"contributions": [{"code": "ada-who", "weight": 1}]});
    let error = world.client.post("/v1/conversions", &unknown).expect(422).json["error"].clone();
    assert_eq!(
        (&error["code"], &error["field"]),
        (&json!("unknown_participant"), &json!("attribution.contributions[0].code"))
    );
    unknown["attribution"] = json!({"contributions": [{"weight": 0}]});
    let error = world.client.post("/v1/conversions", &unknown).expect(400).json["error"].clone();
    assert_eq!(error["faults"][0]["path"], "attribution.contributions[0]");
    let verified = world.client.get("/v1/ledger/verify").expect(200).json;
    assert_eq!((&verified["valid"], &verified["sums"]), (&json!(true), &json!({"USD": 0})));
}

#[test]
fn a_guest_who_signs_up_later_is_one_customer_and_known_ones_are_not_new() {
    let world = World::start();
    let ada = world.client.participant("ada");
    let buy = |order: &str, customer: Value, code: &str| {
        let body = json!({"event": "purchase", "external_id": order, "value": {"amount": 9_000, "currency": "USD"},
            "customer": customer, "attribution": {"code": code}});
        let sale = convert(&world, &body);
        (
            sale["customer"]["id"].clone(),
            sale["decision"]["reason"].as_str().unwrap().to_owned(),
            sale["rewards"].as_array().unwrap().len(),
        )
    };
    let (guest, reason, rewards) = buy("1", json!({"email": "kim@example.com"}), code(&ada));
    assert_eq!((reason.as_str(), rewards), ("code_given", 2));
    let (joined, reason, rewards) =
        buy("2", json!({"external_id": "u-1", "email": "Kim+shop@example.com"}), code(&ada));
    assert_eq!((&joined, reason.as_str(), rewards), (&guest, "not_first", 0));

    // An account first, a guest's purchase next, and then the site says that they are one.
    let (account, _, rewards) = buy("3", json!({"external_id": "u-2"}), code(&ada));
    assert_eq!(rewards, 2);
    let (guest, _, _) = buy("4", json!({"email": "lee@example.com"}), "nobody");
    assert_ne!(guest, account);
    let (joined, reason, rewards) = buy("5", json!({"external_id": "u-2", "email": "lee@example.com"}), code(&ada));
    assert_eq!((&joined, reason.as_str(), rewards), (&account, "not_first", 0));
    assert_eq!(buy("6", json!({"email": "lee@example.com"}), code(&ada)).0, account);
    let listed = world.client.get(&format!("/v1/conversions?customer={}", account.as_str().unwrap())).expect(200).json;
    assert_eq!(listed["data"].as_array().unwrap().len(), 4);

    let lines = "{\"email\":\"old@example.com\"}\n";
    world.client.send("POST", "/v1/customers/batch", &[], Some(lines.as_bytes())).unwrap().expect(200);
    let (_, reason, rewards) = buy("7", json!({"external_id": "u-3", "email": "old@example.com"}), code(&ada));
    assert_eq!((reason.as_str(), rewards), ("existing_customer", 0));
    let other = json!({"external_id": "u-5", "email": "OLD@example.com"});
    assert_eq!(buy("9", other, code(&ada)).1, "existing_customer");
    let long_ago = json!({"external_id": "u-4", "created_at": "2020-01-01T00:00:00Z"});
    assert_eq!(buy("8", long_ago, code(&ada)).1, "existing_customer");
}

#[test]
fn a_conversion_is_judged_by_the_version_that_was_in_force() {
    let world = World::start();
    let ada = world.client.participant("ada");
    let mut number = 0;
    let mut buy = |at: Option<&str>, touch: &str| {
        number += 1;
        let mut order = Client::purchase(&format!("order-{number}"), &format!("friend-{number}"), 9_000, touch);
        if touch.is_empty() {
            order["attribution"] = json!({"code": ada["code"]});
        }
        if let Some(at) = at {
            order["occurred_at"] = json!(at);
        }
        let sale = convert(&world, &order);
        (sale["decision"]["program_version"].as_i64().unwrap(), earned(&sale, "referrer")[0].1)
    };
    let before = follow(&world, &[code(&ada)], &[]);
    let second = change(&world, |file| file["rewards"][0]["flat"]["amount"] = json!(5_000));
    let versions = world.client.get("/v1/program/versions").expect(200).json["data"].clone();
    let at = versions[1]["at"].as_str().unwrap();
    assert_eq!(versions.as_array().unwrap().len(), 2);
    assert_eq!(buy(None, ""), (second, 5_000));
    assert_eq!(buy(Some(at), ""), (second, 5_000));
    assert_eq!(buy(versions[0]["at"].as_str(), ""), (1, 2_000));
    assert_eq!(buy(None, &before), (second, 5_000), "by default the occurrence decides");

    let third = change(&world, |file| {
        file["attribution"]["judged_by"] = json!("touch");
        file["rewards"][0]["flat"]["amount"] = json!(7_000);
    });
    assert_eq!(buy(None, &before), (1, 2_000), "the touch was made under the first");
    assert_eq!(buy(None, ""), (third, 7_000), "a code has no moment of its own");
    let after = follow(&world, &[code(&ada)], &[]);
    assert_eq!(buy(None, &after), (third, 7_000));

    let old = world.client.get("/v1/program/versions/1").expect(200).json;
    assert_eq!((&old["version"], &old["file"]["rewards"][0]["flat"]["amount"]), (&json!(1), &json!(2_000)));
    for path in ["/v1/program/versions/9", "/v1/program/versions/x", "/v1/program/versions/0"] {
        world.client.get(path).expect(404);
    }
}

#[test]
fn consent_that_is_asked_for_is_kept_with_the_conversion_and_shown() {
    let world = World::start();
    let ada = world.client.participant("ada");
    change(&world, |file| file["consent"] = json!("required"));
    let click = world.client.follow(code(&ada), &[]).expect(302);
    assert_eq!(click.cookie(), None);
    let body = json!({"k": "hg_pk_acme", "state": "granted", "via": ada["code"]});
    let browser = Client::new(&world.client.base, "");
    let cookie = browser.post("/r/-/v1/consent", &body).expect(204).cookie().unwrap();
    let consent = |order: &str, attribution: Value| {
        let mut sale = Client::purchase(order, order, 9_000, "");
        sale["attribution"] = attribution;
        let decision = convert(&world, &sale)["decision"].clone();
        (decision["consent"].as_str().unwrap().to_owned(), decision["reason"].as_str().unwrap().to_owned())
    };
    let pair = |consent: &str, reason: &str| (consent.to_owned(), reason.to_owned());
    assert_eq!(consent("1", json!({"touch": cookie})), pair("granted", "last_touch_within_window"));
    assert_eq!(consent("2", json!({"touch": cookie, "consent": "denied"})), pair("denied", "consent_denied"));
    assert_eq!(consent("3", json!({})), pair("denied", "no_touch"));

    // A short reference carries the same touches, and the same click is one touch.
    let held = format!("hg={cookie}");
    let path = "/r/-/v1/reference?k=hg_pk_acme";
    let reference =
        browser.send("GET", path, &[("cookie", &held)], None).unwrap().expect(200).json["reference"].clone();
    change(&world, |file| file["attribution"] = json!({"model": "linear"}));
    assert_eq!(consent("4", json!({"touch": cookie, "reference": reference})), pair("granted", "split_evenly"));
}

#[test]
fn a_newer_touch_wins_a_bound_customer_where_the_program_says_so() {
    let world = World::start();
    let (ada, bob) = (world.client.participant("ada"), world.client.participant("bob"));
    change(&world, |file| file["rewards"][0]["first"] = json!(false));
    let buy = |order: &str, touch: &str| {
        let decision = convert(&world, &Client::purchase(order, "friend", 9_000, touch))["decision"].clone();
        (decision["credits"][0]["participant"].clone(), decision["reason"].as_str().unwrap().to_owned())
    };
    let first = follow(&world, &[code(&ada)], &[]);
    assert_eq!(buy("1", &first).0, ada["id"]);
    let second = follow(&world, &[code(&bob)], &[]);
    assert_eq!(buy("2", &second), (ada["id"].clone(), "customer_already_bound".to_owned()));
    change(&world, |file| file["attribution"]["binding"] = json!("last"));
    assert_eq!(buy("3", &first), (ada["id"].clone(), "customer_already_bound".to_owned()));
    // Bob's touch is newer than the binding, and so the friend is Bob's from now on.
    assert_eq!(buy("4", &second).0, bob["id"]);
    assert_eq!(buy("5", "").0, bob["id"]);
}
