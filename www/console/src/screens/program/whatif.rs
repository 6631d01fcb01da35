//! What the past would have come to under the file as it is written: a job of the API, and who would gain and who lose.

use super::draft::Draft;
use crate::api::{self, Problem, quoted};
use crate::view::{Amount, Progress, Told, amounts};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// Between two looks at a job.
const LOOK: Duration = Duration::from_millis(400);
/// So many who gain, and so many who lose, are named.
const NAMED: usize = 10;

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Job {
    state: String,
    done: i64,
    total: i64,
    result: Option<Sums>,
    error: Option<Value>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Sums {
    conversions: i64,
    changed: i64,
    totals: Vec<Compared>,
    participants: Vec<Person>,
    participants_count: i64,
    not_recorded: Vec<Left>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Compared {
    now: Amount,
    then: Amount,
    difference: Amount,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Person {
    participant: String,
    money: Vec<Compared>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Left {
    count: i64,
    what: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Named {
    id: String,
    name: Option<String>,
    code: String,
}

impl Person {
    /// Whether somebody gains (1) or loses (-1) in some currency, and nothing else in another.
    fn way(&self) -> i64 {
        let ways = self.money.iter().map(|one| one.difference.amount.signum());
        let (up, down) = ways.fold((false, false), |(up, down), way| (up || way > 0, down || way < 0));
        i64::from(up && !down) - i64::from(down && !up)
    }
}

#[component]
pub(super) fn WhatIf() -> impl IntoView {
    let draft = Draft::here();
    let job = RwSignal::new(None::<Job>);
    let names = RwSignal::new(BTreeMap::<String, String>::new());
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<Problem>);
    // What was judged is no more what is written.
    Effect::new(move |before: Option<Value>| {
        let now = draft.value.get();
        if before.is_some_and(|before| before != now) {
            job.set(None);
        }
        now
    });
    let ask = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        wrong.set(None);
        job.set(None);
        let file = draft.value.get_untracked();
        spawn_local(async move {
            let end = follow(&file, job).await;
            let _gone = busy.try_set(false);
            match end {
                Ok(sums) => drop(names.try_set(named(&sums).await)),
                Err(problem) => {
                    draft.refused(&problem);
                    let _gone = wrong.try_set(Some(problem));
                }
            }
        });
    };
    let part = Signal::derive(move || job.with(|job| job.as_ref().map_or(0.0, |job| part_of(job.done, job.total))));
    view! {
        <section class="card whatif" aria-labelledby="whatif">
            <h2 id="whatif">{words::program::what_if()}</h2>
            <p class="hint">{words::program::what_if_lead()}</p>
            {move || wrong.get().map(|problem| view! { <Told problem /> })}
            {move || busy.get().then(|| view! { <Progress what=words::program::what_if_busy() done=part /> })}
            {move || job.get().and_then(|job| job.result).map(|sums| told(sums, names))}
            <button class="quiet" on:click=ask aria-disabled=move || busy.get().to_string()>{words::program::what_if_ask()}</button>
        </section>
    }
}

#[allow(clippy::cast_precision_loss, reason = "a bar is drawn")]
fn part_of(done: i64, total: i64) -> f64 {
    if total > 0 { done as f64 / total as f64 } else { 0.0 }
}

/// Asks, and looks until the job has ended or nobody waits for it any more.
async fn follow(file: &Value, job: RwSignal<Option<Job>>) -> Result<Sums, Problem> {
    let made = api::send("POST", "/v1/program/what-if", Some(file)).await?;
    let path = format!("/v1/jobs/{}", quoted(made["id"].as_str().unwrap_or_default()));
    loop {
        let now: Job = api::get(&path).await?;
        let (state, result, error) = (now.state.clone(), now.result.clone(), now.error.clone());
        if job.try_set(Some(now)).is_some() {
            return Err(Problem::default());
        }
        match (state.as_str(), result) {
            ("done", Some(sums)) => return Ok(sums),
            ("failed", _) => {
                let error = error.unwrap_or_default();
                let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
                return Err(Problem {
                    status: 500,
                    code: text("code"),
                    message: text("message"),
                    ..Problem::default()
                });
            }
            _ => crate::view::progress::pause(LOOK).await,
        }
    }
}

/// What those who are shown are called.
async fn named(sums: &Sums) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for way in [1, -1] {
        for one in sums.participants.iter().filter(|one| one.way() == way).take(NAMED) {
            let path = format!("/v1/participants/{}", quoted(&one.participant));
            if let Ok(named) = api::get::<Named>(&path).await {
                names.insert(named.id, named.name.unwrap_or(named.code));
            }
        }
    }
    names
}

fn told(sums: Sums, names: RwSignal<BTreeMap<String, String>>) -> AnyView {
    if sums.conversions == 0 {
        return view! { <p>{words::program::what_if_none()}</p> }.into_any();
    }
    let signed = |amount: &Amount| {
        let sign = if amount.amount > 0 { "+" } else { "" };
        format!("{sign}{}", amounts::money(amount))
    };
    let group = |way: i64, title: &'static str, none: &'static str| {
        let of: Vec<Person> = sums.participants.iter().filter(|one| one.way() == way).cloned().collect();
        let rest = of.len().saturating_sub(NAMED);
        let rows = of.into_iter().take(NAMED).map(|one| {
            let (id, key) = (one.participant.clone(), one.participant);
            let name = move || names.with(|names| names.get(&key).cloned().unwrap_or_else(|| key.clone()));
            let by = one.money.iter().map(|one| signed(&one.difference)).collect::<Vec<_>>().join(", ");
            view! { <li><A href=format!("/console/people/{id}")><bdi>{name}</bdi></A><span class="money">{by}</span></li> }
        });
        let rows = rows.collect_view();
        let is_none = rows.is_empty();
        view! {
            <div>
                <h3>{title}</h3>
                {is_none.then(|| view! { <p class="hint">{none}</p> })}
                <ul class="who">{rows}</ul>
                {(rest > 0).then(|| view! { <p class="hint">{words::program::and_more(i64::try_from(rest).unwrap_or(0))}</p> })}
            </div>
        }
    };
    let both = (
        group(1, words::program::gain(), words::program::gain_none()),
        group(-1, words::program::lose(), words::program::lose_none()),
    );
    let rows = sums.totals.iter().map(|one| {
        let (now, then, by) = (amounts::money(&one.now), amounts::money(&one.then), signed(&one.difference));
        view! { <p class="sum">{by}<small>{words::program::what_if_sum(now, then)}</small></p> }
    });
    let rows = rows.collect_view();
    let left = sums.not_recorded.iter().filter(|left| left.count > 0).map(|left| {
        view! { <li>{left.what.clone()}</li> }
    });
    let left = left.collect_view();
    let has_left = !left.is_empty();
    view! {
        <div role="status">
            <p>{words::program::what_if_changed(sums.conversions, amounts::whole(sums.changed))}</p>
            {rows}
        </div>
        <div class="pair">{both.0}{both.1}</div>
        {(sums.participants_count > 500).then(|| view! { <p class="hint">{words::program::what_if_first()}</p> })}
        {has_left.then(|| view! { <details><summary>{words::program::what_if_unknown()}</summary><ul>{left}</ul></details> })}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_gains_in_one_currency_and_loses_in_none_gains() {
        let compared = |by: i64, currency: &str| {
            let amount = |amount| Amount { amount, currency: currency.to_owned() };
            Compared { now: amount(0), then: amount(by), difference: amount(by) }
        };
        let person = |money| Person { participant: "prt_1".to_owned(), money };
        assert_eq!(person(vec![compared(5, "USD"), compared(0, "EUR")]).way(), 1);
        assert_eq!(person(vec![compared(-5, "USD")]).way(), -1);
        assert_eq!(person(vec![compared(5, "USD"), compared(-5, "EUR")]).way(), 0);
        assert_eq!(person(vec![]).way(), 0);
        assert!((part_of(1, 4) - 0.25).abs() < f64::EPSILON && part_of(0, 0) == 0.0);
    }
}
