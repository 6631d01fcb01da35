//! One delivery, opened to each attempt's request and answer, as they are kept: without secrets. What a receiver answered
//! is a stranger's text, and is only ever shown as text.

use super::Tabs;
use super::told::{Attempt, Whole, look, pretty, state, what_now};
use crate::api::{self, Load, load, quoted};
use crate::session::{Scope, Session};
use crate::view::{Page, Time, Toasts, Told, table};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;
use serde_json::{Value, json};
use std::time::Duration;

/// One that is on its way is looked at again after this.
const AGAIN: Duration = Duration::from_secs(2);

#[component]
pub(crate) fn Delivery() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.with(|params| params.get("id").unwrap_or_default());
    let delivery = load::<Whole>(move || format!("/v1/deliveries/{}", quoted(&id())));
    // Until it is settled, or its next try is far: one needn't load the page again to see what came of it.
    Effect::new(move |_| {
        let soon = delivery.value().is_some_and(|whole| whole.row.state == "pending");
        if soon && let Ok(timer) = set_timeout_with_handle(move || delivery.again(), AGAIN) {
            on_cleanup(move || timer.clear());
        }
    });
    view! {
        <Page title=words::forwarding::delivery()>
            <Tabs />
            <p><a href={"/console/forwarding/deliveries"}>{words::forwarding::back_to_deliveries()}</a></p>
            {move || delivery.problem().map(|problem| view! { <Told problem /> })}
            {move || match delivery.value() {
                Some(whole) => view! { <Shown whole delivery /> }.into_any(),
                None if delivery.problem().is_some() => ().into_any(),
                None => view! { <table::Skeleton /> }.into_any(),
            }}
        </Page>
    }
}

#[component]
fn Shown(whole: Whole, delivery: Load<Whole>) -> impl IntoView {
    let (toasts, row) = (Toasts::here(), whole.row.clone());
    let path = format!("/v1/deliveries/{}/replay", row.id);
    let again = move |_| {
        let path = path.clone();
        spawn_local(async move {
            match api::send("POST", &path, Some(&json!({}))).await {
                Ok(_) => toasts.say(words::forwarding::on_its_way()),
                Err(problem) => toasts.fail(&problem),
            }
            delivery.again();
        });
    };
    let destination = row.destination.clone().map(|id| {
        let to = format!("/console/forwarding/{id}");
        view! { <dt>{words::forwarding::destination()}</dt><dd><a href=to><code>{id}</code></a></dd> }
    });
    let others = format!("/console/forwarding/deliveries?event={}", quoted(&row.event));
    let count = whole.attempts.len();
    let attempts = whole.attempts.into_iter().enumerate().rev();
    view! {
        <section class="card" aria-labelledby="what">
            <h2 id="what">{row.kind.clone()}" "<span class=look(&row)>{state(&row)}</span></h2>
            <p>{what_now(&row)}</p>
            <dl class="facts">
                {destination}
                <dt>{words::forwarding::event()}</dt><dd><a href=others><code>{row.event.clone()}</code></a></dd>
                <dt>{words::forwarding::made()}</dt><dd><Time at=row.created_at.clone() /></dd>
                {row.next_at.clone().map(|at| view! { <dt>{words::forwarding::next_try()}</dt><dd><Time at /></dd> })}
                <dt>{words::forwarding::id()}</dt><dd><code>{row.id.clone()}</code></dd>
            </dl>
            {Session::here().may(Scope::Write).then(|| view! {
                <div class="buttons"><button on:click=again>{words::forwarding::send_again()}</button></div>
            })}
        </section>
        <section aria-labelledby="attempts">
            <h2 id="attempts">{words::forwarding::attempts(i64::try_from(count).unwrap_or(i64::MAX))}</h2>
            {(count == 0).then(|| view! { <p class="hint">{words::forwarding::no_attempts()}</p> })}
            {attempts.map(|(at, attempt)| view! { <Tried attempt is_last=at + 1 == count /> }).collect_view()}
        </section>
        <details class="card attempt">
            <summary><h3>{words::forwarding::event_body()}</h3></summary>
            <pre tabindex="0"><bdi dir="ltr">{pretty(&whole.body)}</bdi></pre>
        </details>
    }
}

#[component]
fn Tried(attempt: Attempt, is_last: bool) -> impl IntoView {
    let fine = attempt.error.is_none() && attempt.status.is_some_and(|status| (200..300).contains(&status));
    let class = if fine { "badge fine" } else { "badge bad" };
    let told = attempt.status.map_or_else(|| words::forwarding::no_answer().to_owned(), |status| status.to_string());
    let request = attempt.request.clone();
    view! {
        <details class="card attempt" open=is_last>
            <summary>
                <h3>{words::forwarding::attempt(attempt.number)}</h3>
                <span class=class>{told}</span>
                <small><Time at=attempt.at.clone() />" · "{words::forwarding::took(attempt.ms)}</small>
            </summary>
            {attempt.error.clone().map(|error| view! { <p class="why"><bdi>{error}</bdi></p> })}
            <div class="exchange">
                <div>
                    <h4>{words::forwarding::request()}</h4>
                    {if request.is_null() {
                        view! { <p class="hint">{words::forwarding::no_request()}</p> }.into_any()
                    } else {
                        view! { <pre tabindex="0"><bdi dir="ltr">{written(&request)}</bdi></pre> }.into_any()
                    }}
                </div>
                <div>
                    <h4>{words::forwarding::answer()}</h4>
                    {match attempt.answer.clone().filter(|answer| !answer.is_empty()) {
                        None => view! { <p class="hint">{words::forwarding::answer_empty()}</p> }.into_any(),
                        Some(answer) => view! { <pre class="answer" tabindex="0"><bdi dir="ltr">{answer}</bdi></pre> }.into_any(),
                    }}
                </div>
            </div>
        </details>
    }
}

/// A request as it left: its line, its headers, and its body where that isn't the event itself.
fn written(request: &Value) -> String {
    let text = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
    let mut lines = vec![format!("{} {}", text("method"), text("url"))];
    let header = |(name, value): (&String, &Value)| format!("{name}: {}", value.as_str().unwrap_or_default());
    lines.extend(request["headers"].as_object().into_iter().flatten().map(header));
    let body = match serde_json::from_str::<Value>(&text("body")) {
        Ok(body) => pretty(&body),
        Err(_) => text("body"),
    };
    if body.is_empty() {
        lines.extend([String::new(), words::forwarding::body_is_event().to_owned()]);
    } else {
        lines.extend([String::new(), body]);
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_written_as_it_left() {
        let request =
            json!({"method": "POST", "url": "https://x.example/", "headers": {"a": "b"}, "body": "{\"c\":1}"});
        assert_eq!(written(&request), "POST https://x.example/\na: b\n\n{\n  \"c\": 1\n}");
        let own = json!({"method": "POST", "url": "https://x.example/", "headers": {}});
        assert!(written(&own).ends_with(words::forwarding::body_is_event()));
    }
}
