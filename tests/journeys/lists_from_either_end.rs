//! Every list is told from either end, whatever it is narrowed to, and stays right while new rows come; the deliveries of one
//! conversion are found; and what a payout or a replay would do is told without doing it.

use honeyguide_tests::{Client, Manner, Receiver, Rough, World, wait_for};
use serde_json::{Value, json};

/// The rows of a list, page by page, and how many pages there were.
fn pages(client: &Client, path: &str, limit: usize, rows: &str, mut between: impl FnMut()) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    let sign = if path.contains('?') { '&' } else { '?' };
    for _ in 0..1_000 {
        let page = client.get(&format!("{path}{sign}limit={limit}{cursor}")).expect(200).json;
        let these = page[rows].as_array().unwrap();
        assert!(these.len() <= limit, "{path}");
        all.extend(these.iter().cloned());
        let Some(next) = page["next_cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
        between();
    }
    panic!("{path} has no end");
}

/// What names a row.
fn names(rows: &[Value]) -> Vec<String> {
    let name = |row: &Value| if row["seq"].is_null() { row["id"].clone() } else { row["seq"].clone() };
    rows.iter().map(|row| name(row).to_string()).collect()
}

/// The list from its end is the list from its beginning, turned round, in pages of any size.
fn check(client: &Client, path: &str, least: usize) {
    let rows = if path.contains("/statement") { "postings" } else { "data" };
    let mut all = names(&pages(client, path, 1_000, rows, || {}));
    assert!(all.len() >= least, "{path} has {}", all.len());
    assert_eq!(names(&pages(client, path, 2, rows, || {})), all, "{path}");
    all.reverse();
    let sign = if path.contains('?') { '&' } else { '?' };
    let turned = format!("{path}{sign}sort=-created_at");
    for limit in [1, 2, 3, 1_000] {
        assert_eq!(names(&pages(client, &turned, limit, rows, || {})), all, "{turned} by {limit}");
    }
    let refused = client.get(&format!("{path}{sign}sort=name")).expect(400).json;
    assert_eq!((&refused["error"]["code"], &refused["error"]["field"]), (&json!("unknown_value"), &json!("sort")));
}

fn buys(client: &Client, order: &str, friend: &str, code: &str) -> Value {
    let mut order = Client::purchase(order, friend, 12_000, "");
    order["attribution"] = json!({"code": code});
    client.post("/v1/conversions", &order).expect(201).json
}

fn id(of: &Value) -> String {
    of["id"].as_str().unwrap().to_owned()
}

fn delivered(world: &World, filter: &str) -> Vec<Value> {
    let path = format!("/v1/deliveries?limit=1000&{filter}");
    world.client.get(&path).expect(200).json["data"].as_array().unwrap().clone()
}

#[test]
fn every_list_is_told_from_either_end() {
    let world = World::start();
    let client = &world.client;
    let receiver = Receiver::start();
    let gone = Rough::start(Manner::status(410));
    for url in [&receiver.url, &gone.url] {
        client.post("/v1/destinations", &json!({"kind": "webhook", "url": url, "events": ["*"]})).expect(201);
    }
    let people: Vec<Value> = ["ada", "bob"].iter().map(|name| client.participant(name)).collect();
    let codes: Vec<&str> = people.iter().map(|one| one["code"].as_str().unwrap()).collect();
    let mut sales = Vec::new();
    for number in 0..7 {
        sales.push(buys(client, &format!("order-{number}"), &format!("friend-{number}"), codes[number % 2]));
        let plain = json!({"event": "signup", "external_id": format!("order-{number}"),
            "customer": {"external_id": format!("stranger-{}", number % 3)}});
        client.post("/v1/conversions", &plain).expect(201);
        for _ in 0..3 {
            client.follow(codes[number % 2], &[]).expect(302);
        }
        // Each asking stores what is there as a batch.
        client.get("/v1/clicks").expect(200);
    }
    for sale in &sales[..4] {
        let reward = id(&sale["rewards"][0]);
        client.post(&format!("/v1/rewards/{reward}/approve"), &json!({})).expect(200);
        client.post(&format!("/v1/conversions/{}/dispute", id(sale)), &json!({"reason": "mine"})).expect(201);
        client.post("/v1/payouts", &json!({"minimum": 0})).expect(201);
    }
    for number in 0..4 {
        let claim = json!({"k": "hg_pk_acme", "event": "purchase", "external_id": format!("claim-{number}")});
        let browser = Client::new(&client.base, "");
        browser.send("POST", "/r/-/v1/claim", &[], Some(claim.to_string().as_bytes())).unwrap().expect(202);
    }
    wait_for("what is to be sent", 30, || (delivered(&world, "state=delivered").len() > 20).then_some(()));
    wait_for("the other to be given up", 30, || (delivered(&world, "state=waiting").len() > 20).then_some(()));

    let ada = id(&people[0]);
    let customer = sales[0]["customer"]["id"].as_str().unwrap();
    let entry = client.get("/v1/ledger").expect(200).json["data"][5]["entry"].as_str().unwrap().to_owned();
    let reward = id(&sales[1]["rewards"][0]);
    for (path, least) in [
        ("/v1/conversions".to_owned(), 14),
        ("/v1/conversions?event=signup".to_owned(), 7),
        ("/v1/conversions?outcome=credited".to_owned(), 7),
        ("/v1/conversions?reason=no_touch".to_owned(), 7),
        ("/v1/conversions?event=purchase&outcome=credited&reason=code_given".to_owned(), 7),
        ("/v1/conversions?external_id=order-3".to_owned(), 2),
        ("/v1/conversions?external_id=order-3&event=signup".to_owned(), 1),
        ("/v1/conversions?external_id=nobody".to_owned(), 0),
        (format!("/v1/conversions?participant={ada}"), 4),
        (format!("/v1/conversions?participant={ada}&event=purchase&customer={customer}"), 1),
        (format!("/v1/conversions?participant={ada}&dispute=open"), 2),
        (format!("/v1/conversions?customer={customer}"), 1),
        ("/v1/conversions?dispute=open".to_owned(), 4),
        ("/v1/conversions?dispute=settled".to_owned(), 0),
        ("/v1/rewards".to_owned(), 14),
        ("/v1/rewards?state=approved".to_owned(), 4),
        ("/v1/rewards?state=pending&side=friend&kind=credit&automatic=true".to_owned(), 7),
        (format!("/v1/rewards?beneficiary={ada}&state=pending"), 1),
        (format!("/v1/rewards?conversion={}", id(&sales[0])), 2),
        ("/v1/payouts".to_owned(), 4),
        ("/v1/ledger".to_owned(), 36),
        ("/v1/ledger?account=expense".to_owned(), 14),
        ("/v1/ledger?account=expense&cause=earned".to_owned(), 14),
        ("/v1/ledger?cause=approved".to_owned(), 8),
        (format!("/v1/ledger?entry={entry}"), 2),
        (format!("/v1/ledger?reward={reward}"), 4),
        (format!("/v1/ledger?reward={reward}&cause=approved"), 2),
        (format!("/v1/participants/{ada}/statement"), 4),
        ("/v1/claims".to_owned(), 4),
        ("/v1/claims?state=open".to_owned(), 4),
        ("/v1/claims?external_id=claim-2&event=purchase".to_owned(), 1),
        ("/v1/in".to_owned(), 0),
        ("/v1/destinations".to_owned(), 2),
        ("/v1/deliveries".to_owned(), 40),
        ("/v1/deliveries?state=waiting".to_owned(), 20),
        ("/v1/deliveries?type=conversion.recorded".to_owned(), 28),
        ("/v1/deliveries?type=destination.disabled".to_owned(), 1),
        (format!("/v1/deliveries?event={}", delivered(&world, "")[7]["event"].as_str().unwrap()), 1),
        ("/v1/clicks".to_owned(), 21),
        (format!("/v1/clicks?code={}", codes[1]), 9),
    ] {
        check(client, &path, least);
    }
    // The two halves of an entry, and no other.
    let halves = client.get(&format!("/v1/ledger?entry={entry}")).expect(200).json["data"].clone();
    assert!(halves.as_array().unwrap().iter().all(|one| one["entry"] == entry.as_str()), "{halves}");
    assert_eq!(client.get("/v1/ledger?entry=nothing").expect(200).json["data"], json!([]));
    assert_eq!(client.get(&format!("/v1/ledger?entry=ent_{}", "0".repeat(26))).expect(200).json["data"], json!([]));
}

#[test]
fn pages_stay_right_while_new_rows_come() {
    let world = World::start();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    for number in 0..6 {
        buys(&world.client, &format!("order-{number}"), &format!("friend-{number}"), &code);
        world.client.follow(&code, &[]).expect(302);
    }
    let ada = id(&world.client.get("/v1/participants").expect(200).json["data"][0]);
    let mut count = 6;
    for path in [
        "/v1/conversions".to_owned(),
        format!("/v1/conversions?participant={ada}"),
        "/v1/rewards".to_owned(),
        "/v1/ledger?account=expense".to_owned(),
        "/v1/clicks".to_owned(),
    ] {
        let mut before = names(&pages(&world.client, &path, 1_000, "data", || {}));
        before.reverse();
        let sign = if path.contains('?') { '&' } else { '?' };
        let newest = pages(&world.client, &format!("{path}{sign}sort=-created_at"), 2, "data", || {
            count += 1;
            buys(&world.client, &format!("order-{count}"), &format!("friend-{count}"), &code);
            world.client.follow(&code, &[]).expect(302);
        });
        assert_eq!(names(&newest), before, "{path}: what came meanwhile is before the first page");
        let after = names(&pages(&world.client, &path, 2, "data", || {}));
        assert!(after.len() > before.len(), "{path}");
    }
}

#[test]
fn what_was_told_of_a_conversion_is_found() {
    let world = World::start();
    let client = &world.client;
    let receivers = [Receiver::start(), Receiver::start()];
    for (receiver, events) in receivers.iter().zip(["*", "reward.*"]) {
        client
            .post("/v1/destinations", &json!({"kind": "webhook", "url": receiver.url, "events": [events]}))
            .expect(201);
    }
    let code = client.participant("ada")["code"].as_str().unwrap().to_owned();
    let sales: Vec<Value> =
        (0..3).map(|number| buys(client, &format!("order-{number}"), &format!("friend-{number}"), &code)).collect();
    let sale = &sales[1];
    let [first, second] = [0, 1].map(|at| id(&sale["rewards"][at]));
    client.post(&format!("/v1/rewards/{first}/approve"), &json!({})).expect(200);
    client.post(&format!("/v1/rewards/{first}/fulfil"), &json!({})).expect(200);
    let refund = json!({"event": "purchase", "external_id": "order-1", "refund_id": "r-1"});
    client.post("/v1/refunds", &refund).expect(201);
    let kinds = |filter: &str| {
        let mut kinds: Vec<String> =
            delivered(&world, filter).iter().map(|row| row["type"].as_str().unwrap().to_owned()).collect();
        kinds.sort();
        kinds
    };
    let of_rewards = [
        "reward.approved",
        "reward.created",
        "reward.created",
        "reward.fulfilled",
        "reward.reversed",
        "reward.reversed",
    ];
    let mut expected: Vec<String> = of_rewards.iter().chain(&of_rewards).map(ToString::to_string).collect();
    expected.extend(["conversion.recorded", "conversion.refunded"].map(str::to_owned));
    expected.sort();
    let whole = format!("conversion={}", id(sale));
    wait_for("all of it", 30, || (kinds(&whole).len() >= expected.len()).then_some(()));
    assert_eq!(kinds(&whole), expected);
    check(client, &format!("/v1/deliveries?{whole}"), expected.len());
    check(client, &format!("/v1/deliveries?{whole}&type=reward.created"), 4);

    // Of one reward: what tells of it, the conversion's own event with it.
    let one = kinds(&format!("reward={second}&type=reward.reversed"));
    assert_eq!(one, ["reward.reversed", "reward.reversed"]);
    assert!(kinds(&format!("reward={first}")).contains(&"reward.fulfilled".to_owned()));
    assert!(!kinds(&format!("reward={second}")).contains(&"reward.fulfilled".to_owned()));
    for nobody in ["conversion=cnv_nobody", "reward=rwd_nobody", "conversion='"] {
        assert_eq!(delivered(&world, nobody), Vec::<Value>::new(), "{nobody}");
    }
}

#[test]
fn a_payout_that_is_tried_writes_nothing_and_is_what_is_made_then() {
    let world = World::start();
    let client = &world.client;
    let rewards = json!([{"id": "tenth", "side": "referrer", "on": "purchase", "kind": "money", "percent": "10",
        "hold_days": 0, "approval": "manual"}]);
    world.change_program(&json!({"rewards": rewards, "payout_minimum": {"amount": 1_000, "currency": "USD"}}));
    let mut made = Vec::new();
    // Four are owed 1200 for each sale, but one of them too little, and one is not approved.
    for (name, amounts) in [("a", vec![12_000, 12_000]), ("b", vec![12_000]), ("c", vec![9_000]), ("d", vec![12_000])] {
        let code = client.participant(name)["code"].as_str().unwrap().to_owned();
        for (number, amount) in amounts.into_iter().enumerate() {
            let mut order = Client::purchase(&format!("{name}-{number}"), &format!("f-{name}-{number}"), amount, "");
            order["attribution"] = json!({"code": code});
            made.push(client.post("/v1/conversions", &order).expect(201).json["rewards"][0].clone());
        }
    }
    for reward in &made[..4] {
        client.post(&format!("/v1/rewards/{}/approve", id(reward)), &json!({})).expect(200);
    }
    let b = made[2]["beneficiary"].as_str().unwrap();
    client.post("/v1/payouts", &json!({"beneficiaries": [b]})).expect(201);

    let everything =
        || ["/v1/payouts", "/v1/rewards", "/v1/ledger", "/v1/deliveries"].map(|path| client.get(path).expect(200).text);
    let before = everything();
    let usd = |amount: i64| json!({"amount": amount, "currency": "USD"});
    let try_it = |body: &Value| client.post("/v1/payouts?dry_run=true", body).expect(200).json;
    let plan = try_it(&json!({}));
    assert_eq!((&plan["total"], &plan["beneficiaries"], &plan["rewards"]), (&usd(2_400), &json!(1), &json!(2)));
    assert_eq!(
        plan["skipped"],
        json!([
            {"reason": "below_minimum", "beneficiaries": 1, "total": usd(900)},
            {"reason": "in_open_payout", "beneficiaries": 1, "total": usd(1_200)},
            {"reason": "not_approved", "beneficiaries": 1, "total": usd(1_200)},
        ])
    );
    assert_eq!(try_it(&json!({"minimum": 0}))["total"], usd(3_300));
    let other = try_it(&json!({"currency": "EUR"}));
    assert_eq!(other["total"], json!({"amount": 0, "currency": "EUR"}));
    assert_eq!(other["skipped"], json!([{"reason": "other_currency", "beneficiaries": 3, "total": usd(4_500)}]));
    assert_eq!(try_it(&json!({"beneficiaries": [b]}))["skipped"][0]["reason"], "in_open_payout");
    assert_eq!(everything(), before, "nothing was written");

    // An idempotency key is not used up by it.
    let headers = [("idempotency-key", "batch-1"), ("content-type", "application/json")];
    let send = |path: &str| client.send("POST", path, &headers, Some(b"{}")).unwrap();
    send("/v1/payouts?dry_run=true").expect(200);
    let batch = send("/v1/payouts?dry_run=false").expect(201).json;
    assert_eq!((&batch["total"], &batch["minimum"]), (&plan["total"], &plan["minimum"]));
    assert_eq!(batch["lines"].as_array().unwrap().len(), 1);
    let confirmed = format!("/v1/payouts/{}/confirm", id(&batch));
    client.post(&confirmed, &json!({})).expect(200);
    let paid = client.get("/v1/rewards?state=fulfilled").expect(200).json["data"].as_array().unwrap().len();
    assert_eq!(json!(paid), plan["rewards"]);

    // What may have been meant to write nothing is refused.
    for query in ["dry_run", "dry_run=", "dry_run=yes", "dry_run=true&dry_run=false"] {
        let refused = client.post(&format!("/v1/payouts?{query}"), &json!({})).expect(400).json;
        assert_eq!(refused["error"]["field"], "dry_run", "{query}");
    }
    let refused = client.post("/v1/payouts?dry-run=true", &json!({})).expect(400).json;
    assert_eq!(refused["error"]["code"], "unknown_parameter");
    assert_eq!(client.get("/v1/payouts").expect(200).json["data"].as_array().unwrap().len(), 2);
    let writer = client.post("/v1/keys", &json!({"scopes": ["read", "write"]})).expect(201).json;
    let writer = Client::new(&client.base, writer["secret_key"].as_str().unwrap());
    writer.post("/v1/payouts?dry_run=true", &json!({})).expect(403);
}

#[test]
fn a_replay_that_is_tried_sends_nothing_and_is_what_is_sent_then() {
    let world = World::start();
    let client = &world.client;
    let receiver = Receiver::start();
    let made = json!({"kind": "webhook", "url": receiver.url, "events": ["participant.joined"]});
    let destination = id(&client.post("/v1/destinations", &made).expect(201).json);
    for name in ["ada", "bob", "cleo"] {
        client.participant(name);
    }
    wait_for("three deliveries", 30, || (delivered(&world, "state=delivered").len() == 3).then_some(()));
    let rows = delivered(&world, "");
    let path = |query: &str| format!("/v1/destinations/{destination}/replay?{query}");
    let try_it = |query: &str| client.post(&path(query), &json!({})).expect(200).json;
    let from = rows[1]["created_at"].as_str().unwrap();
    assert_eq!(try_it("dry_run=true"), json!({"deliveries": 3, "next_from": null}));
    let some = format!("state=delivered&from={from}");
    let plan = try_it(&format!("dry_run=true&{some}"));
    assert!(plan["deliveries"].as_i64().unwrap() >= 2, "{plan}");
    assert_eq!(try_it("dry_run=true&state=dead")["deliveries"], 0);
    assert_eq!(delivered(&world, ""), rows, "nothing was written");
    let sent = client.post(&path(&some), &json!({})).expect(202).json;
    assert_eq!(sent["replayed"], plan["deliveries"]);
    let all = 3 + usize::try_from(plan["deliveries"].as_i64().unwrap()).unwrap();
    wait_for("them to arrive again", 30, || (receiver.received().len() >= all).then_some(()));
    assert_eq!(client.post(&path("dry_run="), &json!({})).expect(400).json["error"]["field"], "dry_run");
}

#[test]
fn whoever_reports_sales_reports_refunds() {
    let world = World::start();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let backend = world.client.post("/v1/keys", &json!({"scopes": ["write"]})).expect(201).json;
    let backend = Client::new(&world.client.base, backend["secret_key"].as_str().unwrap());
    buys(&backend, "order-1", "friend-1", &code);
    let refund = json!({"event": "purchase", "external_id": "order-1", "refund_id": "r-1"});
    assert_eq!(backend.post("/v1/refunds", &refund).expect(201).json["state"], "applied");
    let reader = world.client.post("/v1/keys", &json!({"scopes": ["read", "money"]})).expect(201).json;
    let reader = Client::new(&world.client.base, reader["secret_key"].as_str().unwrap());
    reader.post("/v1/refunds", &refund).expect(403);
}
