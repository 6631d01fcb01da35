//! One conversion: why somebody has the credit or nobody, what it was worth, what was earned, and what can be put right.

use super::deliveries::Deliveries;
use super::dispute::Disputes;
use super::refund::{self, Refund};
use super::rewards;
use super::shares;
use super::told::{Conversion as Whole, plain};
use super::touches::Verdict;
use crate::api::{Load, load, quoted};
use crate::session::{Scope, Session};
use crate::view::{Money, Page, Time, Told, table};
use crate::words;
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;

#[component]
pub(crate) fn Conversion() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let conversion = load::<Whole>(move || format!("/v1/conversions/{}?lang=en", quoted(&id.get())));
    let title = Signal::derive(move || {
        let named = |told: Whole| format!("{} {}", plain(&told.event), told.external_id);
        conversion.value().map_or_else(|| words::conversions::one().to_owned(), named)
    });
    view! {
        <p class="back"><A href="/console/conversions">{words::common::back()}</A></p>
        <Page title>
            {move || conversion.problem().map(|problem| view! { <Told problem /> })}
            {move || match conversion.value() {
                Some(told) => view! { <All told conversion /> }.into_any(),
                None if conversion.problem().is_some() => ().into_any(),
                None => view! { <table::Skeleton /> }.into_any(),
            }}
        </Page>
    }
}

#[component]
fn All(told: Whole, conversion: Load<Whole>) -> impl IntoView {
    let rewards = told.rewards.clone();
    let none = rewards.is_empty();
    let rules = told.decision.rules.clone();
    let disputes = told.clone();
    let known = told.earners();
    view! {
        <div class="conversion">
            <div class="column">
            <Verdict told=told.clone() />
            <section class="card rewards" aria-labelledby="rewards">
                <h2 id="rewards">{words::conversions::rewards()}</h2>
                {if none {
                    view! { <p class="hint">{words::conversions::no_rewards()}</p> }.into_any()
                } else {
                    view! { <rewards::Short rewards known /> }.into_any()
                }}
                {(!rules.is_empty()).then(|| view! {
                    <h3>{words::conversions::rules()}</h3>
                    <dl class="facts">{rules.into_iter().map(|rule| {
                        let why = rule.explanation.map_or_else(|| plain(&rule.result), |told| told.owner);
                        view! { <dt><bdi>{rule.name}</bdi></dt><dd>{why}</dd> }
                    }).collect_view()}</dl>
                })}
            </section>
            <Disputes told=disputes conversion />
            </div>
            <div class="column"><Worth told=told.clone() conversion /></div>
        </div>
        <Deliveries id=told.id />
    }
}

/// What it was worth and to whom, and the way to give it back.
#[component]
fn Worth(told: Whole, conversion: Load<Whole>) -> impl IntoView {
    let session = Session::here();
    // Like the sale itself, it is a report: whoever may write may tell of it.
    let may = session.may(Scope::Write) && refund::is_possible(&told);
    let is_back = told.refunded.clone().filter(|back| back.amount > 0);
    let has_properties = !told.properties.is_empty();
    let properties = told.properties.iter().map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        view! { <dt><bdi>{name.clone()}</bdi></dt><dd><bdi>{value}</bdi></dd> }
    });
    let properties = properties.collect_view();
    let (customer, value) = (told.customer.called().to_owned(), told.value.clone());
    let (occurred, recorded, credits) = (told.occurred_at.clone(), told.recorded_at.clone(), shares(&told.credits));
    let of_customer = format!("/console/conversions?customer={}", quoted(&told.customer.id));
    view! {
        <section class="card worth" aria-labelledby="worth">
            <h2 id="worth">{words::conversions::facts()}</h2>
            {value.map(|value| view! { <p class="sum"><Money of=Some(value) /></p> })}
            <dl class="facts">
                {is_back.map(|back| view! { <dt>{words::conversions::refunded()}</dt><dd><Money of=Some(back) /></dd> })}
                <dt>{words::conversions::credit_now()}</dt><dd>{credits}</dd>
                <dt>{words::conversions::customer()}</dt><dd><A href=of_customer><bdi>{customer}</bdi></A></dd>
                <dt>{words::conversions::occurred()}</dt><dd><Time at=occurred /></dd>
                <dt>{words::conversions::recorded()}</dt><dd><Time at=recorded /></dd>
            </dl>
            {has_properties.then(|| view! {
                <details>
                    <summary>{words::conversions::properties()}</summary>
                    <dl class="facts">{properties}</dl>
                </details>
            })}
            {may.then(|| view! { <Refund told conversion /> })}
        </section>
    }
}
