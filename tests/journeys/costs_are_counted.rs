//! What clicks and conversions ask of storage is what `www/docs/scale.md` says: its table is read, and counted after.

use honeyguide_tests::{Client, Connection, Receiver, World, wait_for};
use serde_json::json;
use std::collections::BTreeMap;

/// How far a count may lie from what the page says: alarms come when they come.
const TOLERATED: f64 = 0.15;

/// Figures of `/v1/metrics` by name and labels.
fn figures(world: &World) -> BTreeMap<String, f64> {
    let admin = Client::new(&world.client.base, &world.admin_secret);
    let text = admin.get("/v1/metrics").expect(200).text;
    let line = |line: &str| {
        let (name, value) = line.split_once(' ')?;
        Some((name.to_owned(), value.parse().ok()?))
    };
    text.lines().filter(|line| !line.starts_with('#')).filter_map(line).collect()
}

/// What some work cost.
struct Cost {
    before: BTreeMap<String, f64>,
    after: BTreeMap<String, f64>,
}

impl Cost {
    fn of(world: &World, work: impl FnOnce()) -> Self {
        let before = figures(world);
        work();
        Self { before, after: figures(world) }
    }

    /// `object_requests`, `rows_read` or `rows_written` of one kind of object.
    fn count(&self, what: &str, object: &str) -> f64 {
        let name = format!("honeyguide_{what}_total{{object=\"{object}\"}}");
        self.after.get(&name).unwrap_or(&0.0) - self.before.get(&name).unwrap_or(&0.0)
    }
}

/// The number that the page's table gives for what its first column says.
fn said(what: &str) -> f64 {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let page = std::fs::read_to_string(root.join("www/docs/scale.md")).unwrap();
    let row = page.lines().find_map(|line| line.strip_prefix(&format!("| {what} | ")));
    let cell = row.unwrap_or_else(|| panic!("scale.md says nothing of \"{what}\"")).split(" |").next().unwrap();
    cell.parse().unwrap_or_else(|_| panic!("\"{what}\" is {cell}, not a number"))
}

/// What was counted and differs from what is said.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn check(&mut self, what: &str, counted: f64) {
        let said = said(what);
        println!("{what}: {counted:.2}, the page says {said}");
        if (counted - said).abs() > said * TOLERATED + 0.01 {
            self.0.push(format!("{what}: {counted:.2}, but scale.md says {said}"));
        }
    }

    /// What depends on how close things come after each other: the page says the most.
    fn check_most(&mut self, what: &str, counted: f64) {
        let most = said(what);
        println!("{what}: {counted:.2}, the page says at most {most}");
        if counted > most {
            self.0.push(format!("{what}: {counted:.2}, but scale.md says at most {most}"));
        }
    }
}

#[test]
fn the_page_on_cost_says_what_is_counted() {
    const LINKS: usize = 20;
    const CLICKS: usize = 2_000;
    const CONVERSIONS: usize = 100;
    const APART: usize = 8;
    let world = World::start();
    let mut wrong = Wrong::default();
    let codes: Vec<String> = (0..LINKS)
        .map(|number| world.client.participant(&format!("p{number}"))["code"].as_str().unwrap().to_owned())
        .collect();
    world.client.follow("nobody", &[]).expect(302);

    let cold = Cost::of(&world, || codes.iter().for_each(|code| drop(world.client.follow(code, &[]).expect(302))));
    let links = f64::from(u32::try_from(LINKS).unwrap());
    wrong.check(
        "requests to the directory for a link that an isolate never saw",
        cold.count("object_requests", "directory") / links,
    );
    wrong.check(
        "requests to a program for a link that an isolate never saw",
        cold.count("object_requests", "program") / links,
    );

    world.client.get("/v1/stats/clicks").expect(200);
    let mut touches = Vec::new();
    let begun = std::time::Instant::now();
    let clicks = Cost::of(&world, || {
        let mut friends = Connection::to(&world.client).unwrap();
        for number in 0..CLICKS {
            let click = friends.follow(&codes[number % LINKS], &[]).unwrap().expect(302);
            touches.push(click.cookie().unwrap());
        }
        let stored = |world: &World| figures(world).get("honeyguide_buffer_depth").copied() == Some(0.0);
        wait_for("all clicks to be stored", 10, || stored(&world).then_some(()));
    });
    let seconds = begun.elapsed().as_secs_f64();
    let batches = clicks.count("object_requests", "clicks");
    println!("{CLICKS} clicks in {seconds:.1} s were {batches} batches");
    wrong.check("rows written for a batch of clicks", clicks.count("rows_written", "clicks") / batches);
    assert!(batches <= 2.0 + seconds / 0.3, "{batches} batches in {seconds} s: one for each 300 ms at most");

    let added = Cost::of(&world, || drop(world.client.get("/v1/stats/clicks").expect(200)));
    let places = links;
    wrong.check(
        "rows written for each hour, link, channel and quality that a step adds to",
        added.count("rows_written", "program") / places,
    );

    let orders: Vec<_> = touches.iter().step_by(CLICKS / CONVERSIONS).take(CONVERSIONS).collect();
    let conversions = Cost::of(&world, || {
        for (number, touch) in orders.iter().enumerate() {
            let order = Client::purchase(&format!("order-{number}"), &format!("friend-{number}"), 12_000, touch);
            let made = world.client.post("/v1/conversions", &order).expect(201).json;
            assert_eq!(made["rewards"].as_array().unwrap().len(), 2, "{made}");
        }
    });
    let all = f64::from(u32::try_from(orders.len()).unwrap());
    let requests = conversions.count("object_requests", "program") / all;
    wrong.check_most("requests to the program for a conversion, at most", requests);
    wrong.check(
        "rows written for a conversion that earns two rewards",
        conversions.count("rows_written", "program") / all,
    );

    // Conversions that come close after each other share what an alarm reads. These have an alarm each, which is the most.
    let asked = || figures(&world)["honeyguide_object_requests_total{object=\"program\"}"];
    let apart = Cost::of(&world, || {
        for (number, touch) in touches.iter().enumerate().take(APART) {
            let before = asked();
            let order = Client::purchase(&format!("apart-{number}"), &format!("lone-{number}"), 12_000, touch);
            world.client.post("/v1/conversions", &order).expect(201);
            wait_for("its alarm", 10, || (asked() > before + 1.5).then_some(()));
        }
    });
    let read = apart.count("rows_read", "program") / f64::from(u32::try_from(APART).unwrap());
    wrong.check_most("rows read for a conversion that earns two rewards, at most", read);

    let receiver = Receiver::start();
    let made = json!({"kind": "webhook", "url": receiver.url, "events": ["*"]});
    let made = world.client.post("/v1/destinations", &made).expect(201).json;
    // Its tables are made with the first delivery.
    let test = format!("/v1/destinations/{}/test", made["id"].as_str().unwrap());
    world.client.post(&test, &json!({})).expect(202);
    let delivered = |count: usize| {
        let rows = world.client.get("/v1/deliveries?state=delivered").expect(200).json;
        (rows["data"].as_array().unwrap().len() == count).then_some(())
    };
    wait_for("the first delivery", 10, || delivered(1));
    let sent = Cost::of(&world, || {
        let order = Client::purchase("order-sent", "friend-sent", 12_000, &touches[1]);
        world.client.post("/v1/conversions", &order).expect(201);
        wait_for("three deliveries", 10, || delivered(4));
    });
    wrong.check("rows written at a destination for a delivery", sent.count("rows_written", "destination") / 3.0);
    let handed = sent.count("rows_written", "program") - conversions.count("rows_written", "program") / all;
    wrong.check_most("rows written at the program for a delivery that it hands over, at most", handed / 3.0);
    assert!(wrong.0.is_empty(), "{:#?}", wrong.0);
}
