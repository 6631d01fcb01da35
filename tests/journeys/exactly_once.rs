//! Exactly once, in any order: a thousand schedules of purchases, refunds, approvals and payouts, sent twice and at the
//! same time by many hands, leave the books as the ordered run does.

pub(crate) mod schedule;

use honeyguide_tests::{Client, World};
use schedule::{Chance, Plan, Step};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

const SCHEDULES: usize = 1_000;
/// Schedules that run at once, and the hands that each of them has.
const AT_ONCE: usize = 3;
const HANDS: usize = 3;

/// Referrers earn a tenth of every purchase; friends a flat sum for their first.
fn rules(world: &World) {
    let mut file = world.client.get("/v1/program").expect(200).json;
    file["rewards"] = json!([
        {"id": "share", "side": "referrer", "on": "purchase", "kind": "money", "percent": "10", "approval": "manual"},
        {"id": "first", "side": "friend", "on": "purchase", "kind": "credit", "first": true, "approval": "manual",
         "flat": {"amount": 500, "currency": "USD"}}]);
    world.client.send("PUT", "/v1/program", &[], Some(file.to_string().as_bytes())).unwrap().expect(200);
}

/// The participants of all schedules, in batches: code and id by name.
fn participants(world: &World, names: &[String]) -> BTreeMap<String, (String, String)> {
    let make = |names: &[String]| {
        let line = |name: &String| json!({"external_id": name, "email": format!("{name}@example.com")}).to_string();
        let body = names.iter().map(line).collect::<Vec<_>>().join("\n");
        let made = world.client.send("POST", "/v1/participants/batch", &[], Some(body.as_bytes())).unwrap().expect(200);
        let made = names.iter().zip(made.text.lines()).map(|(name, line)| {
            let line: Value = serde_json::from_str(line).unwrap();
            let text = |field: &str| line["participant"][field].as_str().unwrap().to_owned();
            (name.clone(), (text("code"), text("id")))
        });
        made.collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let batches: Vec<_> = names.chunks(500).map(|names| scope.spawn(move || make(names))).collect();
        batches.into_iter().flat_map(|batch| batch.join().unwrap()).collect()
    })
}

/// One run of a schedule: its names, and what was learnt on the way.
struct Run<'a> {
    /// In front of every name, so that no run meets another's.
    name: String,
    people: &'a BTreeMap<String, (String, String)>,
    learnt: Mutex<Learnt>,
}

#[derive(Default)]
struct Learnt {
    /// By order: the ids of its rewards.
    rewards: BTreeMap<usize, Vec<String>>,
    /// Ids of participants and customers, and the part that each has in the schedule.
    roles: BTreeMap<String, String>,
}

impl<'a> Run<'a> {
    fn new(name: String, people: &'a BTreeMap<String, (String, String)>) -> Self {
        let run = Self { name, people, learnt: Mutex::default() };
        for participant in 0..2 {
            let id = run.participant(participant).1.clone();
            run.learnt.lock().unwrap().roles.insert(id, format!("participant {participant}"));
        }
        run
    }

    fn participant(&self, number: usize) -> &(String, String) {
        &self.people[&format!("{}-p{number}", self.name)]
    }

    /// Sends one step; what it may be refused with is part of the story.
    fn send(&self, client: &Client, step: Step) {
        let order = |number: usize| format!("{}-o{number}", self.name);
        let usd = |amount: i64| json!({"amount": amount, "currency": "USD"});
        let post = |path: &str, body: &Value, fine: &[u16]| {
            let answer = client.send("POST", path, &[], Some(body.to_string().as_bytes())).unwrap();
            assert!(fine.contains(&answer.status), "{path} {body}: {} {}", answer.status, answer.text);
            answer.json
        };
        match step {
            Step::Buy { order: number, customer, participant, amount } => {
                let body = json!({"event": "purchase", "external_id": order(number), "value": usd(amount),
                    "customer": {"external_id": format!("{}-c{customer}", self.name)},
                    "attribution": {"code": self.participant(participant).0}});
                let sale = post("/v1/conversions", &body, &[200, 201]);
                let mut learnt = self.learnt.lock().unwrap();
                let id = sale["customer"]["id"].as_str().unwrap().to_owned();
                learnt.roles.insert(id, format!("customer {customer}"));
                let rewards = sale["rewards"].as_array().unwrap().iter();
                learnt.rewards.insert(number, rewards.map(|one| one["id"].as_str().unwrap().to_owned()).collect());
            }
            Step::Refund { order: number, id, amount } => {
                let mut body =
                    json!({"event": "purchase", "external_id": order(number), "refund_id": format!("r{id}")});
                if let Some(amount) = amount {
                    body["value"] = usd(amount);
                }
                // 422: all of it was given back already.
                post("/v1/refunds", &body, &[200, 201, 422]);
            }
            Step::Approve { order: number } => {
                let rewards = self.learnt.lock().unwrap().rewards[&number].clone();
                for reward in rewards {
                    // 409: it was reversed already.
                    post(&format!("/v1/rewards/{reward}/approve"), &json!({}), &[200, 409]);
                }
            }
            Step::Payout { participant, paid } => {
                let batch = post("/v1/payouts", &json!({"beneficiaries": [self.participant(participant).1]}), &[201]);
                let how = if paid { "confirm" } else { "fail" };
                post(&format!("/v1/payouts/{}/{how}", batch["id"].as_str().unwrap()), &json!({}), &[200]);
            }
        }
    }

    /// One step after another.
    fn in_order(&self, client: &Client, steps: impl IntoIterator<Item = Step>) {
        steps.into_iter().for_each(|step| self.send(client, step));
    }

    /// By many hands, as chance has it: some steps twice, each after those that must come before it.
    fn at_once(&self, clients: &[Client], plan: &Plan, chance: Chance) {
        struct Left {
            todo: Vec<usize>,
            done: BTreeSet<usize>,
            chance: Chance,
        }
        let mut chance = chance;
        let twice: Vec<usize> = (0..plan.len()).filter(|_| chance.below(3) == 0).collect();
        let todo = (0..plan.len()).chain(twice).collect();
        let (left, changed) = (Mutex::new(Left { todo, done: BTreeSet::new(), chance }), Condvar::new());
        let next = || {
            let mut left = left.lock().unwrap();
            loop {
                if left.todo.is_empty() {
                    return None;
                }
                let ready = |at: &usize| plan[left.todo[*at]].1.iter().all(|before| left.done.contains(before));
                let ready: Vec<usize> = (0..left.todo.len()).filter(ready).collect();
                if let [_, ..] = ready.as_slice() {
                    let at = ready[left.chance.below(ready.len())];
                    return Some(left.todo.swap_remove(at));
                }
                let (again, waited) = changed.wait_timeout(left, Duration::from_mins(1)).unwrap();
                assert!(!waited.timed_out(), "a step wasn't answered");
                left = again;
            }
        };
        std::thread::scope(|scope| {
            for client in clients {
                scope.spawn(|| {
                    while let Some(at) = next() {
                        self.send(client, plan[at].0);
                        left.lock().unwrap().done.insert(at);
                        changed.notify_all();
                    }
                });
            }
        });
    }
}

/// What each account holds, by the part that its owner has in a run; `owed` is payable and paid together, since what is
/// paid out when is a fact of its own.
fn books<'a>(world: &World, runs: impl Iterator<Item = &'a Run<'a>>) -> BTreeMap<String, BTreeMap<String, i64>> {
    let mut roles = BTreeMap::new();
    for run in runs {
        for (id, role) in &run.learnt.lock().unwrap().roles {
            roles.insert(id.clone(), (run.name.clone(), role.clone()));
        }
    }
    let mut books: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    let mut entry = (Value::Null, 0);
    let export = world.client.get("/v1/export/ledger.ndjson").expect(200).text;
    for line in export.lines() {
        let posting: Value = serde_json::from_str(line).unwrap();
        let amount = posting["value"]["amount"].as_i64().unwrap();
        if entry.0 != posting["entry"] {
            assert_eq!(entry.1, 0, "entry {} sums to zero", entry.0);
            entry = (posting["entry"].clone(), 0);
        }
        entry.1 += amount;
        let account = posting["account"].as_str().unwrap();
        let Some((what, who)) = account.split_once(':') else { continue };
        let (run, role) = roles.get(who).unwrap_or_else(|| panic!("whose is {line}?"));
        let what = if what == "pending" { "pending" } else { "owed" };
        *books.entry(run.clone()).or_default().entry(format!("{what} {role}")).or_default() += amount;
    }
    for book in books.values_mut() {
        book.retain(|_, amount| *amount != 0);
    }
    books
}

/// The orders of each run, in the sequence that the edge recorded.
fn recorded(world: &World) -> BTreeMap<String, Vec<usize>> {
    let mut orders: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut cursor = "0".to_owned();
    loop {
        let page = world.client.get(&format!("/v1/conversions?limit=1000&cursor={cursor}")).expect(200).json;
        for row in page["data"].as_array().unwrap() {
            let (run, order) = row["external_id"].as_str().unwrap().rsplit_once("-o").unwrap();
            orders.entry(run.to_owned()).or_default().push(order.parse().unwrap());
        }
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return orders,
        }
    }
}

/// Does this for every schedule, so many of them at once.
fn each(world: &World, what: impl Fn(&[Client], usize) + Sync) {
    std::thread::scope(|scope| {
        for team in 0..AT_ONCE {
            let what = &what;
            scope.spawn(move || {
                let clients: Vec<Client> = (0..HANDS).map(|_| world.client.on_one_connection()).collect();
                (team..SCHEDULES).step_by(AT_ONCE).for_each(|number| what(&clients, number));
            });
        }
    });
}

#[test]
fn a_thousand_schedules_sent_twice_and_at_once_leave_the_books_of_the_ordered_run() {
    let world = World::start_in_memory();
    rules(&world);
    let names = |kind: &str| (0..SCHEDULES).map(|number| format!("{kind}{number}")).collect::<Vec<_>>();
    let (mixed, ordered) = (names("m"), names("o"));
    let both = mixed.iter().chain(&ordered);
    let people: Vec<String> = both.flat_map(|name| (0..2).map(move |number| format!("{name}-p{number}"))).collect();
    let people = participants(&world, &people);
    let runs = |names: Vec<String>| names.into_iter().map(|name| Run::new(name, &people)).collect::<Vec<_>>();
    let (mixed, ordered) = (runs(mixed), runs(ordered));
    // In every fourth, purchases change places too.
    let free = |number: usize| number % 4 == 3;
    let plans: Vec<Plan> =
        (0..SCHEDULES).map(|number| schedule::plan(&mut Chance::new(number), free(number))).collect();

    let begun = Instant::now();
    each(&world, |clients, number| mixed[number].at_once(clients, &plans[number], Chance::new(SCHEDULES + number)));
    println!("{SCHEDULES} schedules at once: {:.1} s", begun.elapsed().as_secs_f64());
    let sequence = recorded(&world);
    each(&world, |clients, number| {
        let steps = plans[number].iter().map(|(step, _)| *step);
        let buys = sequence[&mixed[number].name].iter().map(|order| {
            let buy = |step: &Step| matches!(step, Step::Buy { order: one, .. } if one == order);
            steps.clone().find(buy).unwrap()
        });
        if free(number) {
            let rest = steps.clone().filter(|step| !matches!(step, Step::Buy { .. }));
            ordered[number].in_order(&clients[0], buys.chain(rest));
        } else {
            ordered[number].in_order(&clients[0], steps.clone());
        }
    });
    println!("and the ordered runs: {:.1} s in all", begun.elapsed().as_secs_f64());

    let books = books(&world, mixed.iter().chain(&ordered));
    for (number, plan) in plans.iter().enumerate() {
        let (one, other) = (books.get(&mixed[number].name), books.get(&ordered[number].name));
        assert_eq!(one, other, "schedule {number}: {plan:?}, recorded {:?}", sequence[&mixed[number].name]);
    }
    let some = books.values().filter(|book| book.len() > 1).count();
    assert!(some > SCHEDULES, "only {some} schedules left anything in the books");
    let verified = world.client.get("/v1/ledger/verify");
    let verified = match verified.status {
        202 => honeyguide_tests::wait_for("the verification", 60, || {
            let job = world.client.get(&format!("/v1/jobs/{}", verified.json["id"].as_str().unwrap())).json;
            (job["state"] == "done").then(|| job["result"].clone())
        }),
        _ => verified.json,
    };
    println!("{verified}");
    assert_eq!((&verified["valid"], &verified["sums"]), (&json!(true), &json!({"USD": 0})));
}
