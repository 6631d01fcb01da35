//! Sample data: what the screens would show of a program that has run for a month. It is in this tab alone.
//!
//! Invariant: nothing of it is written or sent: postings of the ledger are never taken out again, so nothing made up may
//! get there. While it is in, what is read of people, clicks and money is answered here, and no change leaves.

use crate::api::Problem;
use crate::words;
use leptos::prelude::*;
use serde_json::{Value, json};

const MARK: &str = "honeyguide-sample";
const DAY: f64 = 86_400_000.0;

fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}

pub(crate) fn is_in() -> bool {
    storage().is_some_and(|storage| storage.get_item(MARK).is_ok_and(|mark| mark.is_some()))
}

/// Shows the console with sample data.
pub(crate) fn put_in() {
    if let Some(storage) = storage() {
        let _kept = storage.set_item(MARK, "1");
    }
    let _gone = window().location().set_href("/console");
}

/// Shows what is real again.
pub(crate) fn take_out() {
    if let Some(storage) = storage() {
        let _gone = storage.remove_item(MARK);
    }
    let _gone = window().location().set_href("/console");
}

/// What is answered in place of the API, where sample data is in; none where the API is asked all the same.
pub(crate) fn answer(method: &str, path: &str) -> Option<Result<Value, Problem>> {
    if !is_in() || path.starts_with("/v1/sessions") {
        return None;
    }
    if method != "GET" {
        let is_look = matches!(path, "/v1/program/lint");
        let message = words::common::sample_refused().to_owned();
        return (!is_look)
            .then(|| Err(Problem { status: 409, code: "sample_data".to_owned(), message, ..Problem::default() }));
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    told(path, query).map(Ok)
}

fn told(path: &str, query: &str) -> Option<Value> {
    if let Some(id) = path.strip_prefix("/v1/participants/") {
        return people().into_iter().find(|one| one["id"] == id);
    }
    if let Some(id) = path.strip_prefix("/v1/conversions/") {
        return conversions().into_iter().find(|one| one["id"] == id);
    }
    if let Some(id) = path.strip_prefix("/v1/rewards/") {
        return rewards().into_iter().find(|one| one["id"] == id);
    }
    Some(match path {
        "/v1/stats/overview" => overview(),
        "/v1/stats/clicks" => page(days()),
        "/v1/participants" => page(filtered(people(), query)),
        "/v1/conversions" => page(filtered(conversions(), query)),
        "/v1/rewards" => page(filtered(rewards(), query)),
        "/v1/links" | "/v1/clicks" | "/v1/deliveries" | "/v1/payouts" | "/v1/claims" | "/v1/in" | "/v1/ledger" => {
            page(Vec::new())
        }
        _ => return None,
    })
}

fn page(rows: Vec<Value>) -> Value {
    json!({"data": rows, "next_cursor": null})
}

/// Rows whose fields are as the query says; a search is looked for in all of a row's texts.
fn filtered(mut rows: Vec<Value>, query: &str) -> Vec<Value> {
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        let value = value.to_lowercase();
        match name {
            "sort" if value.starts_with('-') => rows.reverse(),
            "limit" | "cursor" | "sort" => {}
            "search" => rows.retain(|row| row.to_string().to_lowercase().contains(&value)),
            _ => rows.retain(|row| row.get(name).is_none_or(|field| field.as_str() == Some(&value))),
        }
    }
    rows
}

const NAMES: [&str; 8] = ["Ada", "Grace", "Linus", "Margaret", "Alan", "Katherine", "Edsger", "Barbara"];
/// Each: whose friend, so many days ago, minor units, and what became of the rewards.
const SALES: [(usize, i32, i64, &str); 10] = [
    (0, 27, 12_000, "approved"),
    (1, 24, 8_400, "approved"),
    (0, 21, 6_500, "fulfilled"),
    (2, 18, 15_900, "fulfilled"),
    (3, 15, 5_000, "pending"),
    (1, 12, 9_900, "pending"),
    (4, 9, 22_000, "held"),
    (0, 6, 7_250, "pending"),
    (5, 3, 11_000, "pending"),
    (2, 1, 6_000, "pending"),
];

fn ago(days: i32, hours: i32) -> String {
    let at = js_sys::Date::now() - f64::from(days) * DAY - f64::from(hours) * 3_600_000.0;
    js_sys::Date::new(&at.into()).to_iso_string().into()
}

fn dollars(amount: i64) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

fn person(number: usize) -> String {
    format!("prt_sample{number}")
}

fn people() -> Vec<Value> {
    let one = |(number, name): (usize, &&str)| {
        let code = name.to_lowercase();
        json!({
            "id": person(number), "external_id": format!("sample-{code}"), "email": format!("{code}@example.com"), "name": name,
            "code": code, "link": format!("https://shop.example/r/{code}"), "state": "active", "metadata": {}, "show_name": false,
            "share_page": format!("https://shop.example/r/-/share?c={code}"), "links": [], "destination": null,
            "created_at": ago(30, i32::try_from(number).unwrap_or(0)),
        })
    };
    NAMES.iter().enumerate().map(one).collect()
}

fn decision(who: usize) -> Value {
    let code = NAMES.get(who).copied().unwrap_or_default().to_lowercase();
    json!({
        "outcome": "credited", "reason": "last_touch_within_window", "model": "last_touch", "program_version": 1, "touches": [],
        "rules": [], "signals": [], "lang": "en", "explanation": {"owner": "Sample data.", "referrer": "Sample data."},
        "credits": [{"participant": person(who), "code": code, "share": "1/1"}],
    })
}

fn rewards_of(number: usize) -> Vec<Value> {
    let Some((who, days, _, state)) = SALES.get(number) else { return Vec::new() };
    let one = |(side, beneficiary): (&str, String)| {
        json!({
            "id": format!("rwd_sample{number}{side}"), "side": side, "beneficiary": beneficiary, "kind": "credit", "state": state,
            "value": dollars(2_000), "earned": dollars(2_000), "reversed": dollars(0), "conversion": format!("cnv_sample{number}"),
            "rule": side, "reason": null, "due_at": ago(days - 30, 0), "created_at": ago(*days, 2), "automatic": true,
        })
    };
    [("referrer", person(*who)), ("friend", format!("cus_sample{number}"))].into_iter().map(one).collect()
}

fn rewards() -> Vec<Value> {
    (0..SALES.len()).flat_map(rewards_of).collect()
}

fn conversions() -> Vec<Value> {
    let one = |(number, (who, days, amount, _)): (usize, &(usize, i32, i64, &str))| {
        json!({
            "id": format!("cnv_sample{number}"), "event": "purchase", "external_id": format!("sample-{}", 1_001 + number),
            "value": dollars(*amount), "refunded": dollars(0), "occurred_at": ago(*days, 2), "recorded_at": ago(*days, 2),
            "customer": {"id": format!("cus_sample{number}"), "external_id": format!("sample-friend-{number}"), "email": null},
            "properties": {}, "decision": decision(*who), "rewards": rewards_of(number), "dispute": null,
            "outcome": "credited", "reason": "last_touch_within_window",
        })
    };
    SALES.iter().enumerate().map(one).collect()
}

/// Clicks of the last thirty days.
fn days() -> Vec<Value> {
    let one = |back: i32| {
        let person = 9 + (back * 7) % 11 + (30 - back) / 3;
        let (human, engaged) = (person * 4 / 5, person / 2);
        json!({
            "key": ago(back, 0).get(..10).unwrap_or_default(), "raw": person + 6, "person": person, "unique": person * 9 / 10,
            "human": human, "engaged": engaged, "qualified": person / 9, "bot": 3, "unfurler": 2, "prefetch": 1, "head": 0,
            "embedded": 0,
        })
    };
    (0..30).rev().map(one).collect()
}

/// What the funnel says, and how long each stage took.
fn stages(funnel: &Value) -> Value {
    let time = |from: &str, median: i64, p90: i64, count: &Value| json!({"from": from, "median_seconds": median, "p90_seconds": p90, "count": count});
    let [person, engaged, credited, fulfilled] =
        ["person", "engaged", "credited", "fulfilled"].map(|name| &funnel[name]);
    let (shared, joined) = (json!(6), NAMES.len());
    json!([
        {"stage": "awareness", "count": person, "of": null, "time": null},
        {"stage": "interest", "count": engaged, "of": person, "time": time("click", 34, 180, engaged)},
        {"stage": "share", "count": shared, "of": joined, "time": time("joined", 5_400, 172_800, &shared)},
        {"stage": "conversion", "count": credited, "of": engaged, "time": time("click", 180_000, 691_200, credited)},
        {"stage": "fulfilled", "count": fulfilled, "of": SALES.len() * 2, "time": time("conversion", 2_592_000, 3_024_000, fulfilled)},
    ])
}

fn overview() -> Value {
    let days = days();
    let sum = |name: &str| days.iter().filter_map(|day| day[name].as_i64()).sum::<i64>();
    let sales: i64 = SALES.iter().map(|(_, _, amount, _)| amount).sum();
    let in_state =
        |states: &[&str]| i64::try_from(SALES.iter().filter(|(.., state)| states.contains(state)).count()).unwrap_or(0);
    let owed = in_state(&["pending", "held", "approved"]) * 2 * 2_000;
    let paid = in_state(&["fulfilled"]) * 2 * 2_000;
    let funnel = json!({"person": sum("person"), "human": sum("human"), "engaged": sum("engaged"), "conversions": SALES.len(),
        "credited": SALES.len(), "fulfilled": in_state(&["fulfilled"]) * 2});
    let before = json!({"person": 212, "human": 160, "engaged": 98, "conversions": 6, "credited": 6, "fulfilled": 2});
    let stretch = |funnel: Value, from: i32, to: i32, amount: i64, count: usize| {
        json!({"from": ago(from, 0), "to": ago(to, 0), "stages": stages(&funnel), "funnel": funnel, "rewards": [],
            "conversions": [{"outcome": "credited", "count": count, "value": dollars(amount), "refunded": dollars(0)}]})
    };
    json!({
        "period": stretch(funnel, 30, 0, sales, SALES.len()), "before": stretch(before, 60, 30, 51_200, 6),
        "owed": [dollars(owed)], "paid": [dollars(paid)],
        "attention": [{"what": "held_rewards", "count": in_state(&["held"]) * 2, "path": "/v1/rewards?state=held"}],
    })
}
