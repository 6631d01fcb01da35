//! The console's rewards: deciding by hand with undo, payouts from total to settled, and the book. Names come from strangers
//! who mean no good.

use crate::the_console::{on_every_screen, signed_in, wait_until_still};
use honeyguide_tests::{Browser, Client, World, wait_for};
use serde_json::{Value, json};

const ENTER: &str = "\u{E007}";
const TAB: &str = "\u{E004}";
/// What strangers call themselves.
const NAMES: [&str; 4] = [
    "<img src=x onerror=\"window.ran=1\">",
    "javascript:window.ran=1",
    "\u{202e}drawkcab si siht",
    "AveveveveveveveveveveveveveveveveveveveveveveveveveveveveveveveveveveveryLongWord",
];

/// Four sales: each gives its referrer $20 that waits for a hand, and its friend a coupon of a pool that is empty.
fn lived_in(world: &World) -> Vec<String> {
    let cash = json!({"id": "cash", "side": "referrer", "on": "purchase", "kind": "money",
        "flat": {"amount": 2_000, "currency": "USD"}, "approval": "manual", "hold_days": 0});
    let welcome = json!({"id": "welcome", "side": "friend", "on": "purchase", "kind": "coupon", "coupon": {"pool": "spring"},
        "item": "15 % off"});
    world.change_program(&json!({"rewards": [cash, welcome]}));
    let one = |(number, name): (usize, &&str)| {
        let body =
            json!({"external_id": format!("p-{number}"), "email": format!("p{number}@example.com"), "name": name});
        let code = world.client.post("/v1/participants", &body).expect(201).json["code"].clone();
        let mut order = Client::purchase(&format!("order-{number}"), &format!("friend-{number}"), 9_000, "");
        order["attribution"] = json!({"code": code});
        let sale = world.client.post("/v1/conversions", &order).expect(201).json;
        let mine = |reward: &&Value| reward["side"] == "referrer";
        let reward = sale["rewards"].as_array().unwrap().iter().find(mine).unwrap().clone();
        reward["id"].as_str().unwrap().to_owned()
    };
    NAMES.iter().enumerate().map(one).collect()
}

fn open(world: &World, browser: &Browser, address: &str) {
    browser.open(&format!("{}{address}", world.client.base));
    wait_until_still(browser);
}

fn states(world: &World, ids: &[String]) -> Vec<String> {
    let state = |id: &String| world.client.get(&format!("/v1/rewards/{id}")).expect(200).json["state"].clone();
    ids.iter().map(|id| state(id).as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn become_all(world: &World, ids: &[String], state: &str) {
    wait_for(state, 30, || states(world, ids).iter().all(|one| one == state).then_some(()));
}

/// Ends the wait of what is about to leave.
fn now(browser: &Browser) {
    browser.click(".toast button[aria-label=Close]");
}

#[test]
fn a_queue_is_decided_by_hand_with_undo_and_each_refusal_is_told() {
    let world = World::start();
    let browser = signed_in(&world, "/console/rewards");
    browser.wait_for_text(".empty", "Nobody has earned anything yet");
    on_every_screen(&browser, "rewards-empty");

    let mine = lived_in(&world);
    open(&world, &browser, "/console/rewards?state=pending&automatic=false&sort=created_at");
    browser.wait_for_text("tbody", "onerror");
    browser.wait_for_text("tbody", "Aveveve");
    browser.wait_for_text(".chips", "Held\n4");
    on_every_screen(&browser, "rewards-pending");
    browser.resize(1280, 900);

    // By the keyboard alone: all are chosen, approved, and taken back before anything left.
    browser.script("document.querySelector('.every input').focus()");
    browser.press(" ");
    browser.wait_for_text(".bulk", "4 are chosen");
    browser.press(TAB);
    browser.press(ENTER);
    browser.wait_for_text(".toasts", "4 rewards will be approved");
    browser.wait_for_text("tbody", "in a moment");
    browser.script("document.querySelector('.toast button').focus()");
    browser.press(ENTER);
    wait_for("nothing to wait any more", 20, || (!browser.text_of("tbody").contains("in a moment")).then_some(()));
    assert!(states(&world, &mine).iter().all(|state| state == "pending"), "what is undone never left");

    // What is left alone leaves by itself, wherever one went meanwhile.
    browser.click("tbody tr:nth-child(1) input");
    browser.wait_for_text(".bulk", "1 is chosen");
    browser.click(".bulk .acts button:nth-child(1)");
    browser.wait_for_text(".toasts", "1 reward will be approved");
    browser.click("nav a[href='/console/forwarding']");
    browser.wait_for_text("h1", "Forwarding");
    become_all(&world, &mine[..1], "approved");
    browser.wait_for_text(".toasts", "1 reward is approved now");

    // A reason is asked for, and kept.
    open(&world, &browser, "/console/rewards?state=pending&automatic=false&sort=created_at");
    browser.click("tbody tr:nth-child(3) input");
    browser.click(".bulk .acts button.quiet");
    browser.wait_for_text("dialog[open]", "Reject 1 reward?");
    browser.press(ENTER);
    assert!(browser.text_of("dialog[open]").contains("Why?"), "without a reason nothing is rejected");
    browser.press("bought by himself");
    browser.press(ENTER);
    browser.wait_for_text(".toasts", "1 reward will be rejected");
    now(&browser);
    become_all(&world, &mine[3..], "rejected");
    let rejected = world.client.get(&format!("/v1/rewards/{}", mine[3])).expect(200).json;
    assert_eq!(rejected["reason"], "bought by himself");

    // Held ones say why in words; those that are refused say so one by one.
    world.client.post("/v1/coupons", &json!({"pool": "spring", "codes": ["SPRING-1"]})).expect(201);
    open(&world, &browser, "/console/rewards?state=held");
    browser.wait_for_text("tbody", "The pool has no coupon left");
    browser.click(".every input");
    browser.click(".bulk .acts button:nth-child(1)");
    browser.wait_for_text(".toasts", "will be approved");
    now(&browser);
    browser.wait_for_text(".results", "3 of 4 were refused");
    assert_eq!(browser.script("return document.querySelectorAll('.results li .badge.approved').length"), 1);
    let said = browser.said();
    assert!(said.iter().all(|line| line.contains("409")), "{said:#?}");
    on_every_screen(&browser, "rewards-refused");
    browser.resize(1280, 900);
    browser.click(".results button");
    browser.wait_for_text(".chips", "Approved\n2");

    // One of them, with its place in the book and the way back.
    open(&world, &browser, &format!("/console/rewards/{}", mine[0]));
    browser.wait_for_text("main", "Put it into a payout");
    browser.wait_for_text("main table", "payable:");
    on_every_screen(&browser, "reward");
    browser.resize(1280, 900);
    browser.click(".now .buttons button:nth-child(3)");
    browser.wait_for_text("dialog[open]", "no longer owed");
    browser.click("dialog[open] .grave");
    browser.wait_for_text("main", "It was taken back");
    assert_eq!(browser.script("return window.ran === undefined"), true);
    browser.expect_quiet_console();
}

#[test]
fn a_payout_shows_its_total_before_it_is_confirmed_and_the_book_can_be_checked() {
    let world = World::start();
    let mine = lived_in(&world);
    for id in &mine[..3] {
        world.client.post(&format!("/v1/rewards/{id}/approve"), &json!({})).expect(200);
    }
    let browser = signed_in(&world, "/console/rewards/payouts");
    browser.wait_for_text("main", "$60.00");
    on_every_screen(&browser, "payouts");
    browser.resize(1280, 900);
    browser.fill("#field-minimum", "1.234");
    browser.press(ENTER);
    browser.wait_for_text("[role=alert]", "plain amount");
    assert_eq!(browser.script("return document.querySelector('#field-minimum').value"), "1.234");
    // Tried before it is made, by the keyboard alone.
    browser.fill("#field-minimum", "30.00");
    browser.press(ENTER);
    browser.wait_for_text("main", "Nobody would be in it.");
    browser.wait_for_text(".left-out", "$60.00 of 3 people: below the minimum.");
    browser.fill("#field-minimum", "20.00");
    browser.press(ENTER);
    browser.wait_for_text("dialog[open]", "Make a batch of $60.00 to 3 people?");
    browser.wait_for_text("dialog[open]", "It gathers 3 rewards.");
    browser.wait_for_text("dialog[open] .left-out", "$20.00 of 1 person: earned, and not approved yet.");
    on_every_screen(&browser, "payout-tried");
    browser.resize(1280, 900);
    assert_eq!(world.client.get("/v1/payouts").expect(200).json["data"], json!([]), "nothing was made");
    browser.press(TAB);
    browser.press(ENTER);
    browser.wait_for_text("h2.sum", "$60.00");
    browser.wait_for_text("main", "3 people");
    let batch = world.client.get("/v1/payouts").expect(200).json["data"][0].clone();
    assert_eq!((&batch["minimum"], &batch["total"]["amount"]), (&json!(2_000), &json!(6_000)));
    browser.wait_for_text("tbody", "onerror");
    on_every_screen(&browser, "payout");
    browser.resize(1280, 900);

    // All but one were paid; nothing is booked before the total was confirmed.
    browser.click("tbody tr:nth-child(1) input");
    browser.wait_for_text(".bulk", "2 lines, 40.00 USD");
    browser.click(".bulk button:nth-child(1)");
    browser.wait_for_text("dialog[open]", "40.00 USD was paid to 2 people?");
    assert_eq!(world.client.get("/v1/ledger?cause=paid").expect(200).json["data"], json!([]));
    browser.click("dialog[open] .grave");
    browser.wait_for_text("tbody", "Paid");
    // What is open still is chosen already.
    browser.wait_for_text(".bulk", "1 line, 20.00 USD");
    browser.click(".bulk button.quiet");
    browser.click("dialog[open] .grave");
    browser.wait_for_text("main", "Nothing is left to do");
    let path = format!("/v1/payouts/{}", batch["id"].as_str().unwrap());
    let settled = world.client.get(&path).expect(200).json;
    let of = |state: &str| settled["lines"].as_array().unwrap().iter().filter(|line| line["state"] == state).count();
    assert_eq!((of("confirmed"), of("failed"), &settled["state"]), (2, 1, &json!("settled")));
    let file = browser.script_that_ends(
        "const done = arguments[arguments.length - 1];
         fetch(document.querySelector('a[download]').href).then((answer) => answer.text()).then(done, String);",
    );
    assert_eq!(file, world.client.get(&format!("{path}.csv")).expect(200).text);
    assert_eq!(states(&world, &mine).iter().filter(|state| *state == "fulfilled").count(), 2);

    // The book, by its filters, and checked.
    open(&world, &browser, "/console/rewards/ledger");
    browser.wait_for_text("main table", "expense");
    browser.click(".verdict ~ .buttons button");
    browser.wait_for_text(".verdict", "The book is sound");
    let head = world.client.get("/v1/ledger/verify").expect(200).json["head"].as_str().unwrap().to_owned();
    assert!(browser.text_of(".verdict").contains(&head));
    on_every_screen(&browser, "ledger");
    browser.resize(1280, 900);
    browser.click(".narrow summary");
    browser.fill("#field-cause", "paid");
    browser.press(ENTER);
    wait_for("the address", 20, || browser.address().contains("cause=paid").then_some(()));
    wait_for("paid ones only", 20, || {
        let count = browser.script("return document.querySelectorAll('main tbody tr').length");
        (count == 4).then_some(())
    });
    open(&world, &browser, "/console/rewards/ledger?cause=nothing");
    browser.wait_for_text(".empty", "No posting is like that");
    assert_eq!(browser.script("return window.ran === undefined"), true);
    browser.expect_quiet_console();
}

#[test]
fn a_reader_sees_the_money_and_decides_nothing() {
    let mut world = World::start();
    let mine = lived_in(&world);
    let owner = world.client.clone();
    owner.post(&format!("/v1/rewards/{}/approve", mine[0]), &json!({})).expect(200);
    let batch = owner.post("/v1/payouts", &json!({})).expect(201).json["id"].as_str().unwrap().to_owned();
    let made = owner.post("/v1/keys", &json!({"label": "reader", "scopes": ["read"]})).expect(201).json;
    made["secret_key"].as_str().unwrap().clone_into(&mut world.client.key);
    let reader = signed_in(&world, "/console/rewards");
    reader.wait_for_text("tbody", "Held");
    let buttons = |address: &str| {
        open(&world, &reader, address);
        let left = reader.script(
            "return [...document.querySelectorAll('main button, main input')].map((one) => one.innerText || one.name || one.type);",
        );
        left.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(buttons("/console/rewards?state=pending"), ["Save as CSV"]);
    assert_eq!(buttons(&format!("/console/rewards/{}", mine[1])), ["Save as CSV"]);
    assert_eq!(buttons("/console/rewards/payouts"), ["Save as CSV"]);
    assert_eq!(buttons(&format!("/console/rewards/payouts/{batch}")), Vec::<String>::new());
    reader.expect_quiet_console();
    let tries = [
        format!("/v1/rewards/{}/approve", mine[1]),
        format!("/v1/rewards/{}/reject", mine[1]),
        "/v1/payouts".to_owned(),
        format!("/v1/payouts/{batch}/confirm"),
    ];
    for path in tries {
        let status = reader.script_that_ends(&format!(
            "const done = arguments[arguments.length - 1];
             fetch('{path}', {{method: 'POST', headers: {{'idempotency-key': '{path}'}}}}).then((answer) => done(answer.status), String);"
        ));
        assert_eq!(status, 403, "{path}");
    }
    assert_eq!(states(&world, &mine[1..2]), ["pending"]);
}
