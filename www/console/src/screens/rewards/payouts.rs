//! Payouts: what is owed and approved, a new batch of it, and the batches so far.

use super::Tabs;
use super::told::{Payout, Sums, state};
use crate::api::{self, Problem, load};
use crate::session::{Scope, Session};
use crate::view::amounts::{decimal, digits, minor, whole};
use crate::view::form::Values;
use crate::view::{Column, Field, Form, Money, Page, Table, Time, Told, table};
use crate::words;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use serde_json::json;

#[component]
pub(crate) fn Payouts() -> impl IntoView {
    let sums = load::<Sums>(Sums::path);
    let columns = vec![
        Column::new(words::rewards::made(), |row: &Payout| row.created_at.clone()).shown(|row: &Payout| {
            let (to, at) = (format!("/console/rewards/payouts/{}", row.id), row.created_at.clone());
            view! { <a href=to><Time at /></a> }.into_any()
        }),
        Column::new(words::rewards::total(), |row: &Payout| {
            format!("{} {}", decimal(row.total.amount, digits(&row.total.currency)), row.total.currency)
        })
        .shown(|row: &Payout| view! { <Money of=Some(row.total.clone()) /> }.into_any())
        .number(),
        Column::new(words::rewards::people(), |row: &Payout| whole(i64::try_from(row.lines.len()).unwrap_or(0)))
            .number(),
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
                    caption=words::rewards::batches() columns path="/v1/payouts"
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

/// Makes a batch: money doesn't move by it, and what it comes to is shown before anything is confirmed.
#[component]
fn NewBatch(currencies: Vec<String>) -> impl IntoView {
    let navigate = use_navigate();
    let send = move |values: Values| {
        let navigate = navigate.clone();
        let body = asked(&values);
        async move {
            let made = api::send("POST", "/v1/payouts", Some(&body?)).await?;
            let id = made["id"].as_str().unwrap_or_default();
            navigate(&format!("/console/rewards/payouts/{id}"), leptos_router::NavigateOptions::default());
            Ok(())
        }
    };
    view! {
        <Form button=words::rewards::make() send>
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
    }
}

/// The body that was asked for. Without a minimum, the program's own holds.
fn asked(values: &Values) -> Result<serde_json::Value, Problem> {
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
