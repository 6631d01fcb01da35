//! One reward: what it is, why it stands as it does, what to do about it, and what the book says of it.

use super::Tabs;
use super::desk::{Desk, Verb};
use super::ledger::postings;
use super::queue::Said;
use super::reason::Reason;
use super::told::{Posting, Reward, state, what_now};
use super::who::Who;
use crate::api::{self, Load, Page as Rows, load};
use crate::session::{Scope, Session};
use crate::view::{Confirm, Money, Page, Time, Toasts, Told, table};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;
use serde_json::json;

#[component]
pub(crate) fn One() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.with(|params| params.get("id").unwrap_or_default());
    let reward = load::<Reward>(move || format!("/v1/rewards/{}", api::quoted(&id())));
    let book = load::<Rows<Posting>>(move || format!("/v1/ledger?limit=100&reward={}", api::quoted(&id())));
    let desk = Desk::here();
    Effect::new(move |before: Option<u32>| {
        let now = desk.renew.get();
        if before.is_some_and(|before| before != now) {
            reward.again();
            book.again();
        }
        now
    });
    view! {
        <Page title=words::rewards::one()>
            <Tabs />
            <p><a href={"/console/rewards"}>{words::rewards::back()}</a></p>
            <Said />
            {move || reward.problem().map(|problem| view! { <Told problem /> })}
            {move || match reward.value() {
                Some(one) => view! { <Whole one reward book /> }.into_any(),
                None if reward.problem().is_some() => ().into_any(),
                None => view! { <table::Skeleton /> }.into_any(),
            }}
        </Page>
    }
}

#[component]
fn Whole(one: Reward, reward: Load<Reward>, book: Load<Rows<Posting>>) -> impl IntoView {
    let name = format!("badge {}", one.state);
    let told = format!("/console/forwarding/deliveries?reward={}", one.id);
    let (conversion, to_conversion) = (one.conversion.clone(), format!("/console/conversions/{}", one.conversion));
    let side = if one.side == "friend" { words::rewards::friend() } else { words::rewards::participant() };
    let taken = one.reversed.clone().filter(|reversed| reversed.amount != 0);
    let due = (one.state == "pending" || one.state == "held").then(|| one.due_at.clone());
    view! {
        <div class="facing">
            <section class="card" aria-labelledby="what">
                <h2 id="what" class="sum"><bdi>{one.what()}</bdi></h2>
                <p><span class=name>{state(&one.state)}</span></p>
                {one.why().map(|why| view! { <p class="why"><bdi>{why}</bdi></p> })}
                <dl class="facts">
                    <dt>{words::rewards::whose()}</dt><dd><Who id=one.beneficiary.clone() /><small>{side}</small></dd>
                    <dt>{words::rewards::conversion()}</dt><dd><a href=to_conversion><code>{conversion}</code></a></dd>
                    <dt>{words::rewards::rule()}</dt><dd><bdi>{one.rule.clone()}</bdi></dd>
                    {taken.map(|taken| view! { <dt>{words::rewards::taken_back()}</dt><dd><Money of=Some(taken) /></dd> })}
                    {one.coupon.clone().map(|coupon| view! { <dt>{words::rewards::coupon()}</dt><dd><code>{coupon}</code></dd> })}
                    <dt>{words::rewards::earned()}</dt><dd><Time at=one.created_at.clone() /></dd>
                    {due.map(|due| view! { <dt>{words::rewards::due()}</dt><dd><Time at=due /></dd> })}
                    {one.expires_at.clone().map(|at| view! { <dt>{words::rewards::expires()}</dt><dd><Time at /></dd> })}
                </dl>
            </section>
            <section class="card now" aria-labelledby="now">
                <h2 id="now">{words::rewards::now()}</h2>
                <p>{what_now(&one.state)}</p>
                {Session::here().may(Scope::Money).then(|| view! { <Acts one=one.clone() reward book /> })}
            </section>
        </div>
        <section aria-labelledby="book">
            <h2 id="book">{words::rewards::in_the_book()}</h2>
            {move || book.problem().map(|problem| view! { <Told problem /> })}
            {move || book.value().map(|page| if page.data.is_empty() {
                view! { <p class="hint">{words::rewards::book_nothing()}</p> }.into_any()
            } else {
                postings(&page.data)
            })}
            <p><a href=told>{words::rewards::its_deliveries()}</a></p>
        </section>
    }
}

#[component]
fn Acts(one: Reward, reward: Load<Reward>, book: Load<Rows<Posting>>) -> impl IntoView {
    let (desk, toasts) = (Desk::here(), Toasts::here());
    let (asking, sure) = (RwSignal::new(false), RwSignal::new(false));
    let id = one.id.clone();
    let asked = id.clone();
    let waits = Memo::new(move |_| desk.waiting.with(|waiting| waiting.contains(&asked)));
    let act = {
        let id = id.clone();
        move |verb: Verb| desk.later(toasts, vec![id.clone()], verb)
    };
    let (approve, fulfil, reject) = (act.clone(), act.clone(), act);
    let reject = Callback::new(move |reason| reject(Verb::Reject(reason)));
    let back = move |()| {
        let path = format!("/v1/rewards/{id}/reverse");
        spawn_local(async move {
            match api::send("POST", &path, Some(&json!({}))).await {
                Ok(_) => toasts.say(words::rewards::reversed_now()),
                Err(problem) => toasts.fail(&problem),
            }
            reward.again();
            book.again();
        });
    };
    let fits = |verb: &Verb| verb.fits(&one.state);
    let buttons = (
        fits(&Verb::Approve),
        fits(&Verb::Fulfil),
        fits(&Verb::Reject(String::new())),
        matches!(one.state.as_str(), "approved" | "fulfilled"),
    );
    let paid = one.state == "fulfilled";
    view! {
        {move || waits.get().then(|| view! { <p class="hint">{words::rewards::soon_lead()}</p> })}
        <div class="buttons" class:idle=waits>
            {buttons.0.then(|| view! { <button on:click=move |_| approve(Verb::Approve)>{words::rewards::approve()}</button> })}
            {buttons.1.then(|| view! { <button on:click=move |_| fulfil(Verb::Fulfil)>{words::rewards::fulfil()}</button> })}
            {buttons.2.then(|| view! { <button class="quiet" on:click=move |_| asking.set(true)>{words::rewards::reject_them()}</button> })}
            {buttons.3.then(|| view! { <button class="quiet" on:click=move |_| sure.set(true)>{words::rewards::reverse()}</button> })}
        </div>
        <Reason open=asking count=Signal::derive(|| 1) on_reason=reject />
        <Confirm open=sure title=words::rewards::reverse_sure() act=words::rewards::reverse() on_confirm=Callback::new(back)>
            <p>{if paid { words::rewards::reverse_paid() } else { words::rewards::reverse_owed() }}</p>
        </Confirm>
    }
}
