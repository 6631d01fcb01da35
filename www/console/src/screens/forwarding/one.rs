//! One destination: how it does, what it hears, and what can be done: test, change, switch off and on, a new secret, remove.

use super::Tabs;
use super::change::Change;
use super::fields::heard;
use super::given::Given;
use super::health::{Health, standing};
use super::replay::Replay;
use super::told::{Destination, Whole as Sent, look, pretty, state};
use crate::api::{self, Load, load, quoted};
use crate::session::{Scope, Session};
use crate::view::times::pause;
use crate::view::{Confirm, Page, Progress, Time, Toasts, Told, table};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};
use serde_json::{Value, json};
use std::time::Duration;

#[component]
pub(crate) fn One() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.with(|params| params.get("id").unwrap_or_default());
    let destination = load::<Destination>(move || format!("/v1/destinations/{}", quoted(&id())));
    // A secret that was made outlives the destination being read again.
    let secret = RwSignal::new(None::<String>);
    let renew = RwSignal::new(0_u32);
    view! {
        <Page title=words::forwarding::one()>
            <Tabs />
            <p><a href={"/console/forwarding"}>{words::forwarding::back()}</a></p>
            {move || secret.get().map(|secret| view! { <Given secret lead=words::forwarding::rotated_lead() /> })}
            {move || destination.problem().map(|problem| view! { <Told problem /> })}
            {move || match destination.value() {
                Some(one) => view! { <Whole one destination secret renew /> }.into_any(),
                None if destination.problem().is_some() => ().into_any(),
                None => view! { <table::Skeleton /> }.into_any(),
            }}
        </Page>
    }
}

#[component]
fn Whole(
    one: Destination,
    destination: Load<Destination>,
    secret: RwSignal<Option<String>>,
    renew: RwSignal<u32>,
) -> impl IntoView {
    let may = Session::here().may(Scope::Write);
    let deliveries = format!("/console/forwarding/deliveries?destination={}", quoted(&one.id));
    let events = if one.is_callback() { words::forwarding::approval_lead().to_owned() } else { heard(&one.events) };
    let settings = (!one.settings.is_empty()).then(|| pretty(&Value::Object(one.settings.clone())));
    let secrets = (!one.secrets.is_empty()).then(|| one.secrets.join(", "));
    let callback = one.is_callback();
    let ours = !callback && may;
    view! {
        <div class="facing">
            <section class="card" aria-labelledby="what">
                <h2 id="what">{one.title()}</h2>
                <p class="where"><bdi dir="ltr">{one.url.clone()}</bdi></p>
                <dl class="facts">
                    <dt>{words::forwarding::hears()}</dt><dd>{events}</dd>
                    {one.ordered.then(|| view! { <dt>{words::forwarding::order()}</dt><dd>{words::forwarding::ordered()}</dd> })}
                    {settings.map(|text| view! { <dt>{words::forwarding::settings()}</dt><dd><pre tabindex="0"><bdi dir="ltr">{text}</bdi></pre></dd> })}
                    {secrets.map(|names| view! { <dt>{words::forwarding::secrets()}</dt><dd>{names}" "<small>{words::forwarding::never_shown()}</small></dd> })}
                    <dt>{words::forwarding::made()}</dt><dd><Time at=one.created_at.clone() /></dd>
                    <dt>{words::forwarding::id()}</dt><dd><code>{one.id.clone()}</code></dd>
                </dl>
                {callback.then(|| view! { <p class="hint">{words::forwarding::callback_lead()}" "<a href={"/console/program"}>{words::program::title()}</a></p> })}
            </section>
            <section class="card" aria-labelledby="health">
                <h2 id="health">{words::forwarding::health()}</h2>
                {standing(&one)}
                <Health id=one.id.clone() since=one.failing_since.clone() renew />
                <p><a href=deliveries>{words::forwarding::its_deliveries()}</a></p>
                {may.then(|| view! { <Acts one=one.clone() destination secret renew /> })}
            </section>
        </div>
        {may.then(|| view! { <Replay id=one.id.clone() renew /> })}
        {ours.then(|| view! { <Change one=one.clone() destination /> })}
        {ours.then(|| view! { <Remove id=one.id.clone() /> })}
    }
}

/// A test event, on and off, a new secret.
#[component]
fn Acts(
    one: Destination,
    destination: Load<Destination>,
    secret: RwSignal<Option<String>>,
    renew: RwSignal<u32>,
) -> impl IntoView {
    let toasts = Toasts::here();
    let (sure_off, sure_new) = (RwSignal::new(false), RwSignal::new(false));
    let (busy, outcome) = (RwSignal::new(false), RwSignal::new(None::<Sent>));
    let (is_on, callback) = (one.state == "enabled", one.is_callback());
    let path = format!("/v1/destinations/{}", one.id);
    let test = {
        let path = path.clone();
        move |_| {
            if busy.get_untracked() {
                return;
            }
            busy.set(true);
            outcome.set(None);
            let path = path.clone();
            spawn_local(async move {
                match tested(&path).await {
                    Ok(sent) => drop(outcome.try_set(sent)),
                    Err(problem) => toasts.fail(&problem),
                }
                let _gone = busy.try_set(false);
                renew.try_update(|times| *times += 1);
            });
        }
    };
    let switch = {
        let path = path.clone();
        move |state: &'static str| {
            let path = path.clone();
            spawn_local(async move {
                match api::send("PATCH", &path, Some(&json!({"state": state}))).await {
                    Ok(_) => toasts.say(if state == "enabled" {
                        words::forwarding::on_now()
                    } else {
                        words::forwarding::off_now()
                    }),
                    Err(problem) => toasts.fail(&problem),
                }
                destination.again();
                renew.try_update(|times| *times += 1);
            });
        }
    };
    let rotate = move |()| {
        let path = format!("{path}/rotate");
        spawn_local(async move {
            match api::send("POST", &path, Some(&json!({}))).await {
                Ok(answer) => {
                    secret.set(answer["secret"].as_str().map(str::to_owned));
                    window().scroll_to_with_x_and_y(0.0, 0.0);
                }
                Err(problem) => toasts.fail(&problem),
            }
        });
    };
    let (off, on) = (switch.clone(), switch);
    view! {
        <div class="buttons">
            <button aria-disabled=move || busy.get().to_string() on:click=test>{words::forwarding::test()}</button>
            {(!callback && is_on).then(|| view! { <button class="quiet" on:click=move |_| sure_off.set(true)>{words::forwarding::disable()}</button> })}
            {(!callback && !is_on).then(|| view! { <button class="quiet" on:click=move |_| on("enabled")>{words::forwarding::enable()}</button> })}
            {one.has_own_secret().then(|| view! { <button class="quiet" on:click=move |_| sure_new.set(true)>{words::forwarding::rotate()}</button> })}
        </div>
        <div role="status" class="outcome">
            {move || busy.get().then(|| view! { <Progress what=words::forwarding::testing() /> })}
            {move || outcome.get().map(|sent| tried(&sent))}
        </div>
        <Confirm open=sure_off title=words::forwarding::disable_sure() act=words::forwarding::disable() on_confirm=Callback::new(move |()| off("disabled"))>
            <p>{words::forwarding::disable_lead()}</p>
        </Confirm>
        <Confirm open=sure_new title=words::forwarding::rotate_sure() act=words::forwarding::rotate() on_confirm=Callback::new(rotate)>
            <p>{words::forwarding::rotate_lead()}</p>
        </Confirm>
    }
}

/// Sends a test, and waits until it was tried. None where it takes longer than a receiver may.
async fn tested(path: &str) -> Result<Option<Sent>, api::Problem> {
    let made = api::send("POST", &format!("{path}/test"), Some(&json!({}))).await?;
    let delivery = format!("/v1/deliveries/{}", made["delivery"].as_str().unwrap_or_default());
    for _ in 0..60 {
        pause(Duration::from_millis(400)).await;
        match api::get::<Sent>(&delivery).await {
            Ok(sent) if sent.row.tries > 0 || sent.row.state == "waiting" => return Ok(Some(sent)),
            // It is handed over by an alarm: until then nobody knows of it.
            Ok(_) | Err(api::Problem { status: 404, .. }) => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(None)
}

fn tried(sent: &Sent) -> AnyView {
    let to = format!("/console/forwarding/deliveries/{}", sent.row.id);
    let last = sent.attempts.last();
    let told = match last.map(|attempt| (attempt.status, attempt.error.clone(), attempt.ms)) {
        Some((_, Some(error), _)) => error,
        Some((Some(status), None, ms)) => words::forwarding::answered(status, ms),
        _ => String::new(),
    };
    let (class, text) = (look(&sent.row), state(&sent.row));
    view! { <p><span class=class>{text}</span>" "<bdi>{told}</bdi>" "<a href=to>{words::forwarding::look()}</a></p> }
        .into_any()
}

#[component]
fn Remove(id: String) -> impl IntoView {
    let (toasts, navigate, sure) = (Toasts::here(), use_navigate(), RwSignal::new(false));
    let remove = move |()| {
        let (path, navigate) = (format!("/v1/destinations/{id}"), navigate.clone());
        spawn_local(async move {
            match api::send("DELETE", &path, None).await {
                Ok(_) => {
                    toasts.say(words::forwarding::removed());
                    navigate("/console/forwarding", NavigateOptions::default());
                }
                Err(problem) => toasts.fail(&problem),
            }
        });
    };
    view! {
        <section class="card" aria-labelledby="remove">
            <h2 id="remove">{words::forwarding::remove_title()}</h2>
            <p>{words::forwarding::remove_lead()}</p>
            <button class="grave" on:click=move |_| sure.set(true)>{words::forwarding::remove()}</button>
            <Confirm open=sure title=words::forwarding::remove_sure() act=words::forwarding::remove() on_confirm=Callback::new(remove)>
                <p>{words::forwarding::remove_lead()}</p>
            </Confirm>
        </section>
    }
}
