//! What a referrer is told of their standing, and what others are told of them: their name where they allow it, and their
//! place among the others.

use honeyguide_tests::{Answer, Client, World};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn usd(amount: i64) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

/// A participant with a name, and the code of their link.
fn participant(world: &World, who: &str, name: &str) -> String {
    let body =
        json!({"external_id": who, "email": format!("{who}@example.com"), "name": name, "code": format!("{who}-1")});
    let made = world.client.post("/v1/participants", &body).expect(201).json;
    assert_eq!(made["show_name"], false, "nobody's name is shown before they say so");
    made["code"].as_str().unwrap().to_owned()
}

/// A new customer's purchase by a code.
#[track_caller]
fn sale(world: &World, order: &str, code: &str, amount: i64) -> Value {
    let mut order = Client::purchase(order, order, amount, "");
    order["attribution"] = json!({"code": code});
    world.client.post("/v1/conversions", &order).expect(201).json
}

fn show(world: &World, who: &str, show: bool) -> Answer {
    world.as_participant(who, None).post("/r/-/v1/me", &json!({"k": "hg_pk_acme", "show_name": show}))
}

fn me(world: &World, who: &str) -> Value {
    world.as_participant(who, None).get("/r/-/v1/me?k=hg_pk_acme").expect(200).json
}

#[test]
fn a_friend_sees_the_first_name_of_a_referrer_who_allows_it_and_of_no_other() {
    let world = World::start();
    let (ada, bob) = (participant(&world, "ada", "Ada Lovelace"), participant(&world, "bob", "Bob Babbage"));
    let visitor = Client::new(&world.client.base, "");
    let name = |code: &str| {
        let cookie = format!("hg={}", visitor.follow(code, &[]).cookie().unwrap());
        let by_cookie = visitor.send("GET", "/r/-/v1/offer?k=hg_pk_acme", &[("cookie", &cookie)], None).unwrap();
        let by_via = visitor.get(&format!("/r/-/v1/offer?k=hg_pk_acme&via={code}"));
        assert_eq!(by_cookie.expect(200).json["referrer_name"], by_via.json["referrer_name"]);
        by_via.expect(200).json["referrer_name"].clone()
    };
    assert_eq!((name(&ada), name(&bob)), (Value::Null, Value::Null));
    let told = show(&world, "ada", true).expect(200).json;
    assert_eq!((&told["show_name"], &told["code"]), (&json!(true), &json!(ada)));
    assert_eq!((name(&ada), name(&bob)), (json!("Ada"), Value::Null));
    assert_eq!((&me(&world, "ada")["show_name"], &me(&world, "bob")["show_name"]), (&json!(true), &json!(false)));
    // Without a referrer there is nobody to name.
    assert_eq!(visitor.get("/r/-/v1/offer?k=hg_pk_acme").json["referrer_name"], Value::Null);

    let body = json!({"k": "hg_pk_acme", "show_name": true});
    assert_eq!(visitor.post("/r/-/v1/me", &body).expect(401).json["error"]["code"], "invalid_identity");
    let forged = Client::new(&world.client.base, &format!("{}x", world.identity("bob", None)));
    forged.post("/r/-/v1/me", &body).expect(401);
    let stranger = world.as_participant("nobody", None);
    assert_eq!(stranger.post("/r/-/v1/me", &body).expect(404).json["error"]["code"], "not_joined");
    assert_eq!(name(&bob), Value::Null);

    show(&world, "ada", false).expect(200);
    assert_eq!(name(&ada), Value::Null);
    show(&world, "ada", true).expect(200);
    let id = me(&world, "ada")["participant"]["id"].as_str().unwrap().to_owned();
    let change = |what: Value| {
        let path = format!("/v1/participants/{id}");
        world.client.send("PATCH", &path, &[], Some(what.to_string().as_bytes())).unwrap().expect(200).json
    };
    // A backend that asks in its own settings says so too.
    assert_eq!(change(json!({"show_name": false}))["show_name"], false);
    assert_eq!(name(&ada), Value::Null);
    assert_eq!(change(json!({"show_name": true, "name": "Ada L"}))["show_name"], true);
    assert_eq!(name(&ada), "Ada");
    change(json!({"state": "paused"}));
    assert_eq!(visitor.get(&format!("/r/-/v1/offer?k=hg_pk_acme&via={ada}")).json["referrer_name"], Value::Null);
}

#[test]
fn what_is_next_is_told_before_and_after_a_purchase() {
    let world = World::start();
    world.change_program(&json!({"rewards": [
        {"id": "share", "side": "referrer", "on": "purchase", "kind": "credit",
         "tiers": {"by": "count", "steps": [{"up_to": 1, "percent": "10"}, {"percent": "15"}]}},
        {"id": "weekend", "side": "referrer", "on": "purchase", "kind": "gift",
         "milestones": {"by": "total", "steps": [{"at": usd(100_000), "item": "A weekend"}]}},
    ]}));
    let code = participant(&world, "ada", "Ada Lovelace");
    let first = me(&world, "ada");
    let tier = |at: i64, reached: i64| {
        json!({"rule": "share", "at": at, "reached": reached, "missing": at - reached, "unit": "conversions", "over": "ever",
            "earns": {"kind": "credit", "percent": "15", "once": false}})
    };
    assert_eq!((&first["next_tier"], &first["conversions"], &first["rewards"]), (&tier(2, 0), &json!(0), &json!([])));

    sale(&world, "order-1", &code, 20_000);
    let then = me(&world, "ada");
    assert_eq!((&then["next_tier"], &then["conversions"]), (&tier(2, 1), &json!(1)));
    let reward = &then["rewards"][0];
    assert_eq!(
        (&reward["state"], &reward["kind"], &reward["value"]),
        (&json!("pending"), &json!("credit"), &usd(2_000))
    );
    assert!(reward["due_at"].as_str().unwrap() > reward["created_at"].as_str().unwrap());

    sale(&world, "order-2", &code, 20_000);
    let weekend = |reached: i64| {
        json!({"rule": "weekend", "at": 100_000, "reached": reached, "missing": 100_000 - reached,
            "unit": {"currency": "USD"}, "over": "ever", "earns": {"kind": "gift", "item": "A weekend", "once": true}})
    };
    assert_eq!(me(&world, "ada")["next_tier"], weekend(40_000));
    // The third sale earns what was promised.
    let third = sale(&world, "order-3", &code, 59_999);
    assert_eq!(third["rewards"][0]["value"], usd(9_000));
    assert_eq!(me(&world, "ada")["next_tier"], weekend(99_999));
    assert_eq!(sale(&world, "order-4", &code, 1_000)["rewards"][1]["item"], "A weekend");
    assert_eq!(me(&world, "ada")["next_tier"], Value::Null);

    // Given back whole, a sale doesn't count.
    world
        .client
        .post("/v1/refunds", &json!({"event": "purchase", "external_id": "order-1", "refund_id": "r-1"}))
        .expect(201);
    assert_eq!(me(&world, "ada")["conversions"], 3);
}

fn board(world: &World) -> Vec<(u64, Option<String>, u64)> {
    let told = Client::new(&world.client.base, "").get("/r/-/v1/leaderboard?k=hg_pk_acme").expect(200).json;
    assert_eq!(told["period"], "all");
    let row = |row: &Value| {
        (row["rank"].as_u64().unwrap(), row["name"].as_str().map(str::to_owned), row["conversions"].as_u64().unwrap())
    };
    told["data"].as_array().unwrap().iter().map(row).collect()
}

#[test]
fn the_leaderboard_counts_what_was_kept_and_names_who_allows_it() {
    let world = World::start();
    let refused = Client::new(&world.client.base, "").get("/r/-/v1/leaderboard?k=hg_pk_acme").expect(404);
    assert_eq!(refused.json["error"]["code"], "leaderboard_off");
    let codes: BTreeMap<&str, String> =
        [("ada", "Ada Augusta Lovelace"), ("bob", "Bob Babbage"), ("cy", "Cy"), ("di", "Di Vernon")]
            .into_iter()
            .map(|(who, name)| (who, participant(&world, who, name)))
            .collect();
    for (who, sales) in [("ada", 3), ("bob", 2)] {
        for number in 0..sales {
            sale(&world, &format!("{who}-{number}"), &codes[who], 9_000);
        }
    }
    // What was before the board was switched on counts too.
    world.change_program(&json!({"leaderboard": true}));
    assert_eq!(board(&world), [(1, None, 3), (2, None, 2)]);
    show(&world, "ada", true).expect(200);
    show(&world, "cy", true).expect(200);
    for number in 0..2 {
        sale(&world, &format!("cy-{number}"), &codes["cy"], 9_000);
    }
    let named = |name: &str| Some(name.to_owned());
    assert_eq!(board(&world), [(1, named("Ada L."), 3), (2, None, 2), (2, named("Cy"), 2)]);

    let refund = |order: &str, value: Option<i64>| {
        let refund_id = format!("{order}-{value:?}");
        let body = json!({"event": "purchase", "external_id": order, "refund_id": refund_id, "value": value.map(usd)});
        world.client.post("/v1/refunds", &body).expect(201);
    };
    refund("ada-0", Some(1_000));
    refund("ada-1", None);
    refund("ada-2", None);
    assert_eq!(board(&world), [(1, None, 2), (1, named("Cy"), 2), (3, named("Ada L."), 1)]);

    // A dispute moves the credit, and with it the count.
    let conversion = sale(&world, "bob-9", &codes["bob"], 9_000)["id"].as_str().unwrap().to_owned();
    assert_eq!(board(&world)[0], (1, None, 3));
    let path = format!("/v1/conversions/{conversion}/dispute");
    world.client.post(&path, &json!({"reason": "It was Di."})).expect(201);
    let di = me(&world, "di")["participant"]["id"].clone();
    let ruling = json!({"outcome": "upheld", "reason": "It was.", "credit": [{"participant": di}]});
    world.client.post(&format!("{path}/settle"), &ruling).expect(200);
    assert_eq!(board(&world), [(1, None, 2), (1, named("Cy"), 2), (3, named("Ada L."), 1), (3, None, 1)]);

    let cy = me(&world, "cy")["participant"]["id"].as_str().unwrap().to_owned();
    let paused = json!({"state": "paused"}).to_string();
    world.client.send("PATCH", &format!("/v1/participants/{cy}"), &[], Some(paused.as_bytes())).unwrap().expect(200);
    let kept = [(1, None, 2), (2, named("Ada L."), 1), (2, None, 1)];
    assert_eq!(board(&world), kept);
    // Counting anew gives the same.
    world.change_program(&json!({"leaderboard": false}));
    sale(&world, "unseen", &codes["ada"], 9_000);
    refund("unseen", None);
    world.change_program(&json!({"leaderboard": true}));
    assert_eq!(board(&world), kept);
    assert_eq!(world.client.get("/v1/ledger/verify").expect(200).json["valid"], true);
}

/// Rows that the program has read so far.
fn rows_read(world: &World) -> f64 {
    let text = world.admin().get("/v1/metrics").expect(200).text;
    let line = text.lines().find(|line| line.starts_with("honeyguide_rows_read_total{object=\"program\"}")).unwrap();
    line.rsplit_once(' ').unwrap().1.parse().unwrap()
}

#[test]
fn the_leaderboard_reads_a_dozen_rows_however_much_was_sold() {
    let world = World::start();
    world.change_program(&json!({"leaderboard": true}));
    let ask = || {
        let before = rows_read(&world);
        let shown = board(&world).len();
        (shown, rows_read(&world) - before)
    };
    let mut costs = Vec::new();
    for round in 0..3 {
        for number in 0..20 {
            let who = format!("p{round}x{number}");
            let code = participant(&world, &who, &who);
            for order in 0..=(number % 4) {
                sale(&world, &format!("{who}-{order}"), &code, 9_000);
            }
        }
        let (shown, rows) = ask();
        assert_eq!(shown, 10);
        costs.push(rows);
    }
    println!("rows read for a leaderboard: {costs:?}");
    assert!(costs.iter().all(|rows| *rows <= 40.0 && (rows - costs[0]).abs() < 1.0), "{costs:?}");
}

#[test]
fn an_owners_words_and_languages_come_with_the_offer() {
    let world = World::start();
    let own = json!({"de": {"page.your_link": "Dein Link", "page.no_such": "x"}, "ja": {"page.from": "{nmae}"}});
    world.change_program(&json!({
        "words": own, "testimonials": [{"name": "Grace", "words": "Good tea."}],
        "offer": {"headline": "Give $20, get $20", "friend": "$20", "disclosure": "I may earn.",
            "translations": {"de": {"headline": "Schenke 20 $", "disclosure": "Ich verdiene vielleicht."}}},
    }));
    let visitor = Client::new(&world.client.base, "");
    let offer = |more: &str| visitor.get(&format!("/r/-/v1/offer?k=hg_pk_acme{more}")).expect(200).json;
    let german = offer("&lang=de-AT");
    assert_eq!((&german["lang"], &german["program"]["locale"]), (&json!("de"), &json!("en")));
    assert_eq!(german["words"], json!({"page.your_link": "Dein Link", "page.no_such": "x"}));
    assert_eq!((&german["offer"]["headline"], &german["offer"]["friend"]), (&json!("Schenke 20 $"), &json!("$20")));
    assert_eq!(
        (&german["disclosure"], &german["offer"]["disclosure"]),
        (&json!("Ich verdiene vielleicht."), &german["disclosure"])
    );
    assert_eq!(german["testimonials"], json!([{"name": "Grace", "words": "Good tea."}]));
    for (asked, lang, disclosure) in
        [("", "en", "I may earn."), ("&lang=nl", "en", "I may earn."), ("&lang=", "en", "I may earn.")]
    {
        let told = offer(asked);
        assert_eq!(
            (&told["lang"], &told["disclosure"], &told["words"]),
            (&json!(lang), &json!(disclosure), &json!({}))
        );
    }
    // What its owner didn't translate is still said so that the reader understands it.
    let french = offer("&lang=fr");
    assert_eq!(french["offer"]["headline"], "Give $20, get $20");
    assert!(french["disclosure"].as_str().unwrap().contains("récompense"), "{french}");

    let found = world.client.send("POST", "/v1/program/lint", &[], None).unwrap().expect(200).json;
    let codes: Vec<(&str, &str)> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (finding["code"].as_str().unwrap(), finding["path"].as_str().unwrap()))
        .collect();
    assert!(codes.contains(&("unknown_word", "words.de.page.no_such")), "{codes:?}");
    assert!(codes.contains(&("unknown_place", "words.ja.page.from")), "{codes:?}");
    let mut file = world.client.get("/v1/program").json;
    file["words"] = json!({"xx": {}});
    let refused = world.client.send("PUT", "/v1/program", &[], Some(file.to_string().as_bytes())).unwrap().expect(400);
    assert_eq!(
        (&refused.json["error"]["code"], &refused.json["error"]["field"]),
        (&json!("unknown_field"), &json!("words.xx"))
    );
}
