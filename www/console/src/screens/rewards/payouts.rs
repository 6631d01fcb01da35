//! Payouts: what is owed and approved, a new batch of it, and the batches so far.

use super::Tabs;
use super::told::{Payout, Sums, state};
use crate::api::{self, Problem, load};
use crate::session::{Scope, Session};
use crate::view::amounts::{decimal, digits, minor, money, whole};
use crate::view::form::Values;
use crate::view::{Amount, Column, Confirm, Field, Form, Money, Page, Table, Time, Toasts, Told, table};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use serde::Deserialize;
use serde_json::{Value, json};

#[component]
pub(crate) fn Payouts() -> impl IntoView {
    let sums = load::<Sums>(Sums::path);
    let columns = vec![
        Column::new(words::rewards::made(), |row: &Payout| row.created_at.clone())
            .shown(|row: &Payout| {
                let (to, at) = (format!("/console/rewards/payouts/{}", row.id), row.created_at.clone());
                view! { <a href=to><Time at /></a> }.into_any()
            })
            .sorted("created_at"),
        Column::new(words::rewards::total(), |row: &Payout| {
            format!("{} {}", decimal(row.total.amount, digits(&row.total.currency)), row.total.currency)
        })
        .shown(|row: &Payout| view! { <Money of=Some(row.total.clone()) /> }.into_any())
        .number(),
        Column::new(words::rewards::people(), |row: &Payout| whole(row.beneficiaries)).number(),
        Column::new(words::rewards::state(), |row: &Payout| row.state.clone()).shown(|row: &Payout| {
            let name = format!("badge {}", row.state);
            view! { <span class=name>{state(&row.state)}</span> }.into_any()
        }),
        Column::new(words::rewards::batch(), |row: &Payout| row.id.clone())
            .shown(|row: &Payout| view! { <code>{row.id.clone()}</code> }.into_any()),
    ];
    view! {
        <Page title=words::rewards::payouts()>
            <Tabs />
            <p class="lead">{words::rewards::payouts_lead()}</p>
            <section class="card" aria-labelledby="owed">
                <h2 id="owed">{words::rewards::owed()}</h2>
                {move || sums.problem().map(|problem| view! { <Told problem /> })}
                {move || match sums.value() {
                    Some(sums) => view! { <Owed sums /> }.into_any(),
                    None if sums.problem().is_some() => ().into_any(),
                    None => view! { <table::Skeleton /> }.into_any(),
                }}
            </section>
            <section class="as-cards" aria-labelledby="batches">
                <h2 id="batches">{words::rewards::batches()}</h2>
                <Table
                    caption=words::rewards::batches() columns path="/v1/payouts?lines=false" known=&["sort"] order="-created_at"
                    empty=|| view! { <p>{words::rewards::no_batches()}</p><p>{words::rewards::no_batches_do()}</p> }
                />
            </section>
        </Page>
    }
}

#[component]
fn Owed(sums: Sums) -> impl IntoView {
    let worth = sums.worth("approved");
    if worth.is_empty() {
        return view! { <p class="hint">{words::rewards::owed_none()}</p> }.into_any();
    }
    let currencies: Vec<String> = worth.iter().map(|one| one.currency.clone()).collect();
    view! {
        <div class="sums">{worth.into_iter().map(|one| view! { <p class="sum"><Money of=Some(one) /></p> }).collect_view()}</div>
        <p class="hint">{words::rewards::owed_lead()}</p>
        {Session::here().may(Scope::Money).then(|| view! { <NewBatch currencies /> })}
    }
    .into_any()
}

/// Makes a batch, after it said what that would have. Money doesn't move by it.
#[component]
fn NewBatch(currencies: Vec<String>) -> impl IntoView {
    let (toasts, navigate) = (Toasts::here(), use_navigate());
    let (sure, plan, body) = (RwSignal::new(false), RwSignal::new(None::<Plan>), RwSignal::new(Value::Null));
    let count = move |values: Values| {
        let asked = asked(&values);
        async move {
            let asked = asked?;
            plan.set(None);
            let told = api::send("POST", "/v1/payouts?dry_run=true", Some(&asked)).await?;
            let told: Plan = serde_json::from_value(told).map_err(|_| api::unreadable())?;
            let is_any = told.beneficiaries > 0;
            body.set(asked);
            plan.set(Some(told));
            sure.set(is_any);
            Ok(())
        }
    };
    let make = move |()| {
        let (navigate, body) = (navigate.clone(), body.get_untracked());
        spawn_local(async move {
            match api::send("POST", "/v1/payouts", Some(&body)).await {
                Ok(made) => {
                    let id = made["id"].as_str().unwrap_or_default();
                    navigate(&format!("/console/rewards/payouts/{id}"), leptos_router::NavigateOptions::default());
                }
                Err(problem) => toasts.fail(&problem),
            }
        });
    };
    let title = move || {
        plan.get().map_or_else(String::new, |plan| words::rewards::make_sure(plan.beneficiaries, money(&plan.total)))
    };
    view! {
        <Form button=words::rewards::make() send=count>
            <div class="fields">
                <div class="field">
                    <label for="field-currency">{words::rewards::currency()}</label>
                    <select id="field-currency" name="currency">
                        {currencies.into_iter().map(|code| view! { <option value=code.clone()>{code.clone()}</option> }).collect_view()}
                    </select>
                </div>
                <Field name="minimum" label=words::rewards::minimum() hint=words::rewards::minimum_hint() />
            </div>
            <p class="hint">{words::rewards::make_lead()}</p>
        </Form>
        <div role="status">
            {move || plan.get().filter(|plan| plan.beneficiaries == 0).map(|plan| view! {
                <p><b>{words::rewards::make_none()}</b></p>
                {left_out(plan)}
            })}
        </div>
        <Confirm open=sure title=Signal::derive(title) act=words::rewards::make() on_confirm=Callback::new(make)>
            {move || plan.get().map(|plan| view! {
                <p>{words::rewards::make_rewards(plan.rewards)}</p>
                {left_out(plan)}
                <p class="hint">{words::rewards::make_moves_nothing()}</p>
            })}
        </Confirm>
    }
}

/// What a batch would have.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Plan {
    total: Amount,
    beneficiaries: i64,
    rewards: i64,
    skipped: Vec<Skipped>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Skipped {
    reason: String,
    beneficiaries: i64,
    total: Amount,
}

/// What it leaves out, and why.
fn left_out(plan: Plan) -> Option<impl IntoView> {
    let line = |one: Skipped| {
        let why = match one.reason.as_str() {
            "below_minimum" => words::rewards::skip_below_minimum(),
            "in_open_payout" => words::rewards::skip_in_open_payout(),
            "owes_back" => words::rewards::skip_owes_back(),
            "other_currency" => words::rewards::skip_other_currency(),
            "not_approved" => words::rewards::skip_not_approved(),
            other => other,
        };
        let text = words::rewards::skipped(one.beneficiaries, money(&one.total), why.to_owned());
        view! { <li>{text}</li> }
    };
    (!plan.skipped.is_empty()).then(|| {
        view! {
            <p>{words::rewards::left_out()}</p>
            <ul class="left-out">{plan.skipped.into_iter().map(line).collect_view()}</ul>
        }
    })
}

/// The body that was asked for. Without a minimum, the program's own holds.
fn asked(values: &Values) -> Result<Value, Problem> {
    let (currency, minimum) = (values.text("currency"), values.text("minimum").trim());
    if minimum.is_empty() {
        return Ok(json!({"currency": currency}));
    }
    let minor = minor(minimum, digits(currency)).ok_or_else(|| Problem {
        status: 400,
        code: "invalid_amount".to_owned(),
        message: words::rewards::minimum_wrong().to_owned(),
        field: Some("minimum".to_owned()),
        ..Problem::default()
    })?;
    Ok(json!({"currency": currency, "minimum": minor}))
}
