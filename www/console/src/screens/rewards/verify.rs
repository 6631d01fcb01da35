//! Has the book recomputed, shows how far that came, and says plainly what was found.

use crate::api::{self, Problem};
use crate::view::amounts::whole;
use crate::view::{Progress, Told};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// How long one waits before a job is looked at again.
const AGAIN: Duration = Duration::from_millis(500);

/// What `/v1/ledger/verify` found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Found {
    valid: bool,
    postings: i64,
    head: String,
    broken: Option<Broken>,
    wrong_balance: Option<WrongBalance>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Broken {
    seq: i64,
    why: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct WrongBalance {
    account: String,
    currency: String,
    kept: i64,
    computed: i64,
}

#[component]
pub(super) fn Verify() -> impl IntoView {
    let (busy, done) = (RwSignal::new(false), RwSignal::new(0.0_f64));
    let found = RwSignal::new(None::<Result<Found, Problem>>);
    let look = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        done.set(0.0);
        found.set(None);
        spawn_local(async move {
            let result = verified(done).await;
            let _gone = busy.try_set(false);
            let _gone = found.try_set(Some(result));
        });
    };
    view! {
        <section class="card" aria-labelledby="verify">
            <h2 id="verify">{words::rewards::verify()}</h2>
            <p>{words::rewards::verify_lead()}</p>
            <div role="status" class="verdict">
                {move || match found.get() {
                    Some(Ok(found)) => verdict(&found),
                    Some(Err(problem)) => view! { <Told problem /> }.into_any(),
                    None => ().into_any(),
                }}
            </div>
            {move || busy.get().then(|| view! { <Progress what=words::rewards::verifying() done=done /> })}
            <div class="buttons">
                <button aria-disabled=move || busy.get().to_string() on:click=look>{words::rewards::verify_now()}</button>
                <a class="button quiet" href={"/v1/export/ledger.ndjson"} download={"ledger.ndjson"} rel="external">{words::rewards::export()}</a>
            </div>
            <details>
                <summary>{words::rewards::without_us()}</summary>
                <p>{words::rewards::without_us_lead()}</p>
                <pre tabindex="0"><code>"cargo ledger-check ledger.ndjson --head HASH"</code></pre>
                <p>{words::rewards::without_us_how()}</p>
            </details>
        </section>
    }
}

/// At once where the book is short, else as a job, whose progress is told.
async fn verified(done: RwSignal<f64>) -> Result<Found, Problem> {
    let mut answer: Value = api::get("/v1/ledger/verify").await?;
    while answer["valid"].is_null() {
        let of = |name: &str| answer[name].as_f64().unwrap_or_default();
        if done.try_set(of("done") / of("total").max(1.0)).is_some() {
            return Err(Problem::default());
        }
        match answer["state"].as_str() {
            Some("done") => answer = answer["result"].take(),
            Some("failed") => {
                let text = |name: &str| answer["error"][name].as_str().unwrap_or_default().to_owned();
                return Err(Problem {
                    status: 500,
                    code: text("code"),
                    message: text("message"),
                    ..Problem::default()
                });
            }
            _ => {
                crate::view::times::pause(AGAIN).await;
                let id = answer["id"].as_str().unwrap_or_default().to_owned();
                answer = api::get(&format!("/v1/jobs/{}", api::quoted(&id))).await?;
            }
        }
    }
    serde_json::from_value(answer).map_err(|_| Problem {
        code: "unreadable".to_owned(),
        message: words::common::unreadable().to_owned(),
        ..Problem::default()
    })
}

fn verdict(found: &Found) -> AnyView {
    if found.valid {
        let text = if found.postings == 0 {
            words::rewards::sound_empty().to_owned()
        } else {
            words::rewards::sound(found.postings)
        };
        let head = found.head.clone();
        return view! {
            <p class="good"><b>{words::rewards::is_sound()}</b>" "{text}</p>
            <p class="hint">{words::rewards::head()}" "<code>{head}</code></p>
        }
        .into_any();
    }
    let broken = found.broken.as_ref().map(|broken| words::rewards::broken_at(whole(broken.seq), broken.why.clone()));
    let balance = found.wrong_balance.as_ref().map(|wrong| {
        words::rewards::wrong_balance(
            wrong.account.clone(),
            whole(wrong.kept),
            whole(wrong.computed),
            wrong.currency.clone(),
        )
    });
    view! {
        <div class="problem" role="alert">
            <p><b>{words::rewards::is_broken()}</b></p>
            {broken.map(|text| view! { <p>{text}</p> })}
            {balance.map(|text| view! { <p>{text}</p> })}
            <p class="hint">{words::rewards::broken_do()}</p>
        </div>
    }
    .into_any()
}
