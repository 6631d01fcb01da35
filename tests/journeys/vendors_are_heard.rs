//! Vendors post their events: signed ones are taken, each once, whatever comes first; the rest is kept with its reason.

mod recorded;

use honeyguide_tests::vendor_posts::{self, Post, SHOPIFY_SECRET, STRIPE_SECRET, connect, seconds, signed};
use honeyguide_tests::{Client, World, wait_for};
use recorded::{Month, reference};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Referrers earn a tenth of purchases and a twentieth of renewals; friends a flat sum for their first purchase.
fn rules(world: &World) {
    let mut file = world.client.get("/v1/program").expect(200).json;
    file["rewards"] = json!([
        {"id": "share", "side": "referrer", "on": "purchase", "kind": "money", "percent": "10", "approval": "manual"},
        {"id": "again", "side": "referrer", "on": "renewal", "kind": "money", "percent": "5", "approval": "manual"},
        {"id": "first", "side": "friend", "on": "purchase", "kind": "credit", "first": true, "approval": "manual",
         "flat": {"amount": 500, "currency": "USD"}}]);
    world.client.send("PUT", "/v1/program", &[], Some(file.to_string().as_bytes())).unwrap().expect(200);
}

fn started() -> World {
    let world = World::start_in_memory();
    rules(&world);
    connect(&world.client);
    world
}

fn all(client: &Client, path: &str) -> Vec<Value> {
    let join = if path.contains('?') { '&' } else { '?' };
    let page = client.get(&format!("{path}{join}limit=1000")).expect(200).json;
    assert_eq!(page["next_cursor"], Value::Null, "{path} has one page");
    page["data"].as_array().unwrap().clone()
}

/// What a run left: each conversion with its rewards, and what every account holds, told without the run's own names.
fn books(world: &World, month: &Month) -> (BTreeMap<String, String>, BTreeMap<String, i64>) {
    let bare = |text: &str| text.replace(&format!("_{}", month.run), "_").replace(&format!("{}-", month.run), "");
    let conversions = all(&world.client, "/v1/conversions");
    let own = conversions
        .iter()
        .filter(|row| row["customer"]["email"].as_str().unwrap().starts_with(&format!("{}-", month.run)));
    let mut roles = BTreeMap::from([(month.participant.clone(), "ada".to_owned())]);
    let mut sales = BTreeMap::new();
    for row in own {
        let who = bare(row["customer"]["email"].as_str().unwrap());
        roles.insert(row["customer"]["id"].as_str().unwrap().to_owned(), who.clone());
        let mut rewards: Vec<String> = row["rewards"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                format!("{} {} {} {}", one["rule"], one["value"]["amount"], one["reversed"]["amount"], one["state"])
            })
            .collect();
        rewards.sort();
        // Shopify's ids are numbers of the run.
        let name = row["external_id"].as_str().unwrap();
        let name = if name.contains('_') { bare(name) } else { name[name.len() - 3..].to_owned() };
        let told = format!(
            "{who} {} {} {} {} {rewards:?}",
            row["event"], row["value"]["amount"], row["refunded"]["amount"], row["decision"]["reason"]
        );
        assert_eq!(sales.insert(name, told), None, "one conversion a sale");
    }
    let mut accounts: BTreeMap<String, i64> = BTreeMap::new();
    for line in world.client.get("/v1/export/ledger.ndjson").expect(200).text.lines() {
        let posting: Value = serde_json::from_str(line).unwrap();
        let Some((what, who)) = posting["account"].as_str().unwrap().split_once(':') else { continue };
        if let Some(role) = roles.get(who) {
            *accounts.entry(format!("{what} {role}")).or_default() += posting["value"]["amount"].as_i64().unwrap();
        }
    }
    accounts.retain(|_, amount| *amount != 0);
    (sales, accounts)
}

/// A sequence that looks like chance and is the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn shuffled(&mut self, posts: &[Post], times: usize) -> Vec<Post> {
        let mut all: Vec<Post> = (0..times).flat_map(|_| posts.iter().cloned()).collect();
        for at in (1..all.len()).rev() {
            all.swap(at, self.below(at + 1));
        }
        all
    }
}

#[test]
fn a_month_shuffled_and_delivered_three_times_leaves_the_books_of_the_month_in_order() {
    let mut world = started();
    let in_order = Month::new(&world, "ordered");
    for post in in_order.posts() {
        post.deliver(&world.client).expect(200);
    }
    let (sales, accounts) = books(&world, &in_order);
    println!("{sales:#?}\n{accounts:#?}");
    // A checkout and its invoice are one purchase, and each of Eve's renewals is one.
    let eve: Vec<&String> = sales.values().filter(|sale| sale.starts_with("eve")).collect();
    assert_eq!(eve.len(), 3, "{eve:?}");
    assert!(sales["in_eve1"].contains("\"purchase\" 10000 0"), "{}", sales["in_eve1"]);
    assert!(sales["in_eve2"].contains("\"renewal\" 10000 10000"), "{}", sales["in_eve2"]);
    assert!(sales["in_kim1"].contains("\"trial\" 0") && sales["in_kim2"].contains("\"purchase\" 10000"), "{sales:#?}");
    assert!(sales["pi_bob"].contains("\"purchase\" 10000 4167"), "5000 of 12000, of 10000: {}", sales["pi_bob"]);
    assert!(sales["in_amy1"].contains("10000 10000") && sales["pi_ned"].contains("10000 0"), "{sales:#?}");
    assert!(sales["pi_joe"].contains("coupon_given") && sales["002"].contains("coupon_given"), "{sales:#?}");
    // What came to nothing is undone: in order, by entries after those that took it back.
    assert!(sales["pi_una"].contains("\"purchase\" 10000 0"), "{}", sales["pi_una"]);
    assert!(sales["pi_ivo"].contains("\"purchase\" 10000 2000"), "{}", sales["pi_ivo"]);
    assert!(!sales["pi_una"].contains("reversed"), "{}", sales["pi_una"]);
    let undone = world.client.get("/v1/ledger?cause=refund_undone").expect(200).json;
    assert_eq!(undone["data"].as_array().unwrap().len(), 8, "two rewards of una and of ivo, two lines each: {undone}");
    assert_eq!(sales.len(), 16, "{sales:#?}");
    for run in 0..6 {
        let month = Month::new(&world, &format!("mixed{run}"));
        let posts = Chance(run * 7 + 1).shuffled(&month.posts(), 3);
        let half = posts.len() / 2;
        std::thread::scope(|scope| {
            for hand in 0..3 {
                let (posts, client) = (&posts, world.client.on_one_connection());
                scope.spawn(move || {
                    for post in posts.iter().take(half).skip(hand).step_by(3) {
                        post.deliver(&client).expect(200);
                    }
                });
            }
        });
        if run == 0 {
            world.kill_and_start_again();
        }
        for post in &posts[half..] {
            post.deliver(&world.client).expect(200);
        }
        let mixed = books(&world, &month);
        assert_eq!((&mixed.0, &mixed.1), (&sales, &accounts), "run {run}");
    }
    assert_eq!(all(&world.client, "/v1/in?state=failed"), Vec::<Value>::new());
    assert_eq!(all(&world.client, "/v1/in?state=waiting"), Vec::<Value>::new());
    let apart = all(&world.client, "/v1/in?reason=test_mode");
    assert_eq!(apart.len(), 14, "a checkout and an order of each run were tests");
    let verified = world.client.get("/v1/ledger/verify").expect(200).json;
    assert_eq!((&verified["valid"], &verified["sums"]), (&json!(true), &json!({"USD": 0})));
}

#[test]
fn only_what_a_vendor_signed_with_a_secret_in_force_is_taken() {
    let world = started();
    let event = |id: &str| {
        json!({"id": id, "object": "event", "type": "payout.paid", "created": seconds(), "livemode": true,
        "data": {"object": {"name": "Zoë"}}})
    };
    let stripe = |body: &str, header: &str, at: Option<&str>| {
        let headers = [("stripe-signature", header)];
        let headers: &[(&str, &str)] = if header.is_empty() { &[] } else { &headers };
        let nobody = Client::new(&world.client.base, "");
        nobody.send("POST", at.unwrap_or("/v1/in/stripe/acme"), headers, Some(body.as_bytes())).unwrap()
    };
    let body = event("evt_1").to_string();
    let now = seconds();
    let asked = |secret: &str, at: i64| json!({"vendor": "stripe", "payload": body, "secret": secret, "at": at});
    let made = vendor_posts::ask(&[
        asked(STRIPE_SECRET, now),
        asked(STRIPE_SECRET, now - 400),
        asked(STRIPE_SECRET, now + 400),
        asked("whsec_other", now),
        asked(STRIPE_SECRET, now - 200),
    ]);
    let header = |at: usize| made[at].as_str().unwrap();
    let first = stripe(&body, header(0), None).expect(200).json;
    assert_eq!((&first["state"], &first["reason"]), (&json!("skipped"), &json!("not_used")));
    assert_eq!(stripe(&body, header(4), None).expect(200).json["id"], first["id"], "delivered again, it is the same");
    for (name, signature) in
        [("old", header(1)), ("future", header(2)), ("wrong secret", header(3)), ("none", ""), ("torn", "t=1,v1=00")]
    {
        let refused = stripe(&body, signature, None);
        assert_eq!((refused.status, &refused.json["error"]["code"]), (401, &json!("invalid_signature")), "{name}");
    }
    // What Stripe's own library refuses of an altered event, the edge refuses too.
    let altered: Vec<(String, String)> = (0..body.len())
        .step_by(5)
        .filter(|at| body.is_char_boundary(*at) && body.is_char_boundary(at + 1))
        .map(|at| (format!("{}~{}", &body[..at], &body[at + 1..]), header(0).to_owned()))
        .chain(
            (0..header(0).len())
                .step_by(3)
                .map(|at| (body.clone(), format!("{}x{}", &header(0)[..at], &header(0)[at + 1..]))),
        )
        .chain([(format!("{body} "), header(0).to_owned())])
        .collect();
    let theirs = vendor_posts::ask(&altered.iter().map(|(payload, header)| {
        json!({"vendor": "stripe", "payload": payload, "header": header, "secret": STRIPE_SECRET, "at": now})
    }).collect::<Vec<_>>());
    for ((payload, header), accepted) in altered.iter().zip(theirs) {
        assert_eq!((accepted, stripe(payload, header, None).status), (json!(false), 401), "{payload} {header}");
    }
    assert_eq!(stripe(&body, header(0), Some("/v1/in/stripe/nobody")).status, 404);
    assert_eq!(stripe(&body, header(0), Some("/v1/in/paypal/acme")).status, 404);

    // While a secret is replaced, both are in force; the owner never sees them again.
    let put = |secrets: &Value| {
        let body = json!({"secrets": secrets}).to_string();
        world.client.send("PUT", "/v1/sources/stripe", &[], Some(body.as_bytes())).unwrap()
    };
    put(&json!(["whsec_the_new_one_012345", STRIPE_SECRET])).expect(200);
    let fresh = vendor_posts::ask(&[asked("whsec_the_new_one_012345", now), asked(STRIPE_SECRET, now)]);
    for header in &fresh {
        stripe(&body, header.as_str().unwrap(), None).expect(200);
    }
    put(&json!(["whsec_the_new_one_012345"])).expect(200);
    assert_eq!(stripe(&body, fresh[1].as_str().unwrap(), None).status, 401);
    let shown = world.client.get("/v1/sources").expect(200);
    assert!(!shown.text.contains("whsec") && !shown.text.contains("shpss"), "{}", shown.text);
    assert_eq!((&shown.json["data"][1]["source"], &shown.json["data"][1]["secrets"]), (&json!("stripe"), &json!(1)));
    assert_eq!(put(&json!([])).status, 422);

    // Shopify's.
    let order = json!({"id": 5, "name": "Zoë ☕"});
    let post = &signed(&[], &[("orders/updated", "w-1".to_owned(), order)])[0];
    post.deliver(&world.client).expect(200);
    for (name, change) in [("body", 0), ("signature", 1), ("none", 2)] {
        let mut bad = post.clone();
        match change {
            0 => bad.body.push(' '),
            1 => bad.headers[0].1.insert(0, 'A'),
            _ => drop(bad.headers.remove(0)),
        }
        assert_eq!(bad.deliver(&world.client).status, 401, "{name}");
    }
    world.client.send("DELETE", "/v1/sources/shopify", &[], None).unwrap().expect(204);
    assert_eq!(post.deliver(&world.client).status, 401);
    assert_ne!(SHOPIFY_SECRET, STRIPE_SECRET);
    let read_only = world.client.post("/v1/keys", &json!({"scopes": ["read"]})).expect(201).json;
    let reader = Client::new(&world.client.base, read_only["secret_key"].as_str().unwrap());
    assert_eq!(
        reader.send("PUT", "/v1/sources/stripe", &[], Some(b"{\"secrets\":[\"whsec_12345678\"]}")).unwrap().status,
        403
    );
}

/// An order of that customer's, by a reference.
fn checkout(id: &str, reference: &Value, change: &Value) -> Value {
    let mut session = json!({"id": format!("cs_{id}"), "mode": "payment", "payment_status": "paid", "currency": "usd",
        "amount_total": 10_000, "client_reference_id": reference, "payment_intent": format!("pi_{id}"), "customer": "cus_1",
        "customer_details": {"email": format!("{id}@example.com")}});
    for (field, value) in change.as_object().unwrap() {
        session[field] = value.clone();
    }
    json!({"id": format!("evt_{id}"), "type": "checkout.session.completed", "created": seconds() + 1, "livemode": true,
        "data": {"object": session}})
}

#[test]
fn what_cannot_be_taken_is_kept_with_its_reason_and_can_be_replayed() {
    let world = World::start_with_faults();
    rules(&world);
    connect(&world.client);
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let reference = json!(reference(&world.client, &code));
    // Ours: the vendor is to send it again, and then it is taken.
    world.switch("inbound-fails");
    let sale = &signed(&[checkout("1", &reference, &json!({}))], &[])[0];
    assert_eq!(sale.deliver(&world.client).status, 500);
    let kept = all(&world.client, "/v1/in?state=failed");
    assert_eq!((&kept[0]["reason"], &kept[0]["replayable"]), (&json!("internal"), &json!(true)));
    world.switch("storage-up");
    assert_eq!(sale.deliver(&world.client).expect(200).json["state"], "done");
    let done = world.client.get(&format!("/v1/in/{}", kept[0]["id"].as_str().unwrap())).expect(200).json;
    assert_eq!((&done["state"], &done["replayable"]), (&json!("done"), &json!(false)));
    assert_eq!(
        world.client.get(&format!("/v1/conversions/{}", done["conversion"].as_str().unwrap())).expect(200).json["decision"]
            ["outcome"],
        "credited"
    );

    // The event's: sending it again changes nothing, so the vendor isn't asked to.
    let odd = &signed(&[checkout("2", &reference, &json!({"currency": "zzz"}))], &[])[0];
    assert_eq!(odd.deliver(&world.client).expect(200).json["reason"], "unreadable");
    let kept = all(&world.client, "/v1/in?state=failed&source=stripe&type=checkout.session.completed");
    assert_eq!(kept[0]["detail"]["message"], "checkout.session.completed has no \"currency\" that can be read.");
    let replay = |row: &Value| world.client.post(&format!("/v1/in/{}/replay", row["id"].as_str().unwrap()), &json!({}));
    assert_eq!(replay(&kept[0]).expect(200).json["state"], "failed");
    assert_eq!(replay(&done).expect(200).json["state"], "done");

    // An invoice waits for a checkout that may come; the owner, or time, decides that none does.
    let invoice = |id: &str| {
        json!({"id": format!("evt_in_{id}"), "type": "invoice.paid", "created": seconds() + 1, "livemode": true,
        "data": {"object": {"id": format!("in_{id}"), "billing_reason": "subscription_create", "total": 10_000, "currency": "usd",
            "customer": "cus_9", "customer_email": format!("{id}@example.com"),
            "parent": {"subscription_details": {"subscription": format!("sub_{id}")}}}}})
    };
    let refund = json!({"id": "evt_re", "type": "charge.refunded", "created": seconds(), "livemode": true,
        "data": {"object": {"id": "ch_9", "payment_intent": "pi_9", "amount_refunded": 10_000, "currency": "usd"}}});
    for post in signed(&[invoice("a"), invoice("b"), refund], &[]) {
        assert_eq!(post.deliver(&world.client).expect(200).json["state"], "waiting");
    }
    let waiting = all(&world.client, "/v1/in?state=waiting");
    let reasons: Vec<&str> = waiting.iter().map(|row| row["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["checkout_awaited", "checkout_awaited", "sale_unknown"]);
    assert_eq!(replay(&waiting[0]).expect(200).json["state"], "done");
    assert_eq!(replay(&waiting[2]).expect(200).json["state"], "waiting", "no sale is made up");
    world.switch(&format!("clock {}", 3 * 86_400_000 + 60_000));
    // Anything sets the alarm to what is due by this clock.
    world.client.participant("bob");
    wait_for("the invoice to be taken", 40, || {
        let left = all(&world.client, "/v1/in?state=waiting");
        (left.len() == 1).then_some(())
    });
    assert_eq!(all(&world.client, "/v1/conversions?event=purchase").len(), 3);
    assert_eq!(world.client.post("/v1/in/inb_nothing/replay", &json!({})).status, 404);
}

#[test]
fn a_sale_that_a_backend_reported_too_earns_once() {
    let world = started();
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let reference = json!(reference(&world.client, &code));
    let posts = signed(&[checkout("1", &reference, &json!({})), checkout("2", &reference, &json!({}))], &[]);
    let order = |name: &str, who: &str| {
        json!({"event": "purchase", "external_id": name, "value": {"amount": 10_000, "currency": "USD"},
        "customer": {"email": who}, "attribution": {"reference": reference}})
    };
    world.client.post("/v1/conversions", &order("cs_1", "1@example.com")).expect(201);
    posts[0].deliver(&world.client).expect(200);
    posts[1].deliver(&world.client).expect(200);
    for name in ["pi_2", "cs_2"] {
        world.client.post("/v1/conversions", &order(name, "2@example.com")).expect(200);
    }
    assert_eq!(all(&world.client, "/v1/conversions").len(), 2);
    let shared = all(&world.client, "/v1/rewards").iter().filter(|reward| reward["rule"] == "share").count();
    assert_eq!(shared, 2);
}

#[test]
fn a_refund_that_fails_later_gives_back_what_it_took_from_a_reward_that_was_paid_and_says_so() {
    let world = World::start();
    rules(&world);
    connect(&world.client);
    let receiver = honeyguide_tests::Receiver::start();
    world
        .client
        .post("/v1/destinations", &json!({"kind": "webhook", "url": receiver.url, "events": ["*"]}))
        .expect(201);
    let ada = world.client.participant("ada");
    let reference = json!(reference(&world.client, ada["code"].as_str().unwrap()));
    let refund = |id: i64, status: &str| {
        json!({"id": format!("evt_re{id}"), "type": "refund.updated", "created": seconds(), "livemode": true,
        "data": {"object": {"id": "re_1", "payment_intent": "pi_1", "amount": 10_000, "currency": "usd", "status": status}}})
    };
    let posts = signed(
        &[checkout("1", &reference, &json!({})), refund(1, "succeeded"), refund(2, "failed"), refund(3, "failed")],
        &[],
    );
    posts[0].deliver(&world.client).expect(200);
    let share = || all(&world.client, "/v1/rewards?side=referrer").remove(0);
    let act = |action: &str| {
        world.client.post(&format!("/v1/rewards/{}/{action}", share()["id"].as_str().unwrap()), &json!({})).expect(200)
    };
    act("approve");
    act("fulfil");
    let owed = || {
        let statement = world.client.get(&format!("/v1/participants/{}/statement", ada["id"].as_str().unwrap()));
        let statement = statement.expect(200).json;
        ["pending", "payable", "paid"].map(|account| statement["balances"]["USD"][account].as_i64().unwrap_or(0))
    };
    let before = owed();
    assert_eq!((before, share()["state"].clone()), ([0, 0, 1_000], json!("fulfilled")));
    posts[1].deliver(&world.client).expect(200);
    assert_eq!((owed(), share()["state"].clone()), ([0, -1_000, 1_000], json!("reversed")));
    let postings = all(&world.client, "/v1/ledger");
    for post in [&posts[2], &posts[3], &posts[1], &posts[2]] {
        assert_eq!(post.deliver(&world.client).expect(200).json["state"], "done");
    }
    assert_eq!((owed(), share()["state"].clone()), (before, json!("fulfilled")));
    let after = all(&world.client, "/v1/ledger");
    assert_eq!(after[..postings.len()], postings[..], "nothing that was booked changed");
    assert_eq!(after.len(), postings.len() + 4, "one entry for each reward, once");
    assert_eq!(world.client.get("/v1/ledger/verify").expect(200).json["valid"], true);
    let told = wait_for("the events", 30, || {
        let kinds: Vec<String> =
            receiver.received().iter().map(|one| one.json()["type"].as_str().unwrap().to_owned()).collect();
        kinds.iter().any(|kind| kind == "conversion.refund_undone").then_some(kinds)
    });
    let times = |kind: &str| told.iter().filter(|one| *one == kind).count();
    assert_eq!((times("conversion.refund_undone"), times("conversion.refunded")), (1, 1), "{told:?}");
    let again = signed(
        &[{
            let mut second = refund(4, "succeeded");
            second["data"]["object"]["id"] = json!("re_2");
            second
        }],
        &[],
    );
    again[0].deliver(&world.client).expect(200);
    assert_eq!(owed(), [0, -1_000, 1_000], "another refund of the same sum takes it back again");
}

#[test]
fn nothing_is_approved_while_a_bank_may_take_the_money_back() {
    let world = World::start_with_faults();
    connect(&world.client);
    let code = world.client.participant("ada")["code"].as_str().unwrap().to_owned();
    let reference = json!(reference(&world.client, &code));
    let dispute = |id: i64, status: &str| {
        json!({"id": format!("evt_d{id}"), "type": "charge.dispute.updated", "created": seconds(),
        "livemode": true, "data": {"object": {"id": "du_1", "payment_intent": "pi_1", "amount": 10_000, "currency": "usd", "status": status}}})
    };
    let posts = signed(&[dispute(1, "needs_response"), checkout("1", &reference, &json!({})), dispute(2, "won")], &[]);
    posts[0].deliver(&world.client).expect(200);
    posts[1].deliver(&world.client).expect(200);
    let states =
        || -> Vec<Value> { all(&world.client, "/v1/rewards").iter().map(|one| one["state"].clone()).collect() };
    assert_eq!(states(), ["pending", "pending"]);
    world.switch(&format!("clock {}", 31_i64 * 86_400_000));
    world.client.participant("bob");
    // Another reward that is due shows that the alarm rang.
    assert_eq!(states(), ["pending", "pending"]);
    world.switch("clock 0");
    posts[2].deliver(&world.client).expect(200);
    world.switch(&format!("clock {}", 31_i64 * 86_400_000));
    world.client.participant("eve");
    wait_for("the rewards to be approved", 40, || (states() == ["approved", "approved"]).then_some(()));
}
