//! Sends again what was made in a stretch of time, after it was said how many that would be.

use super::told::state_word;
use crate::api::{self, Problem, quoted};
use crate::view::amounts::whole;
use crate::view::form::Values;
use crate::view::times::moment;
use crate::view::{Confirm, Form, Progress, Toasts};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;

/// How often it is counted as many as go at once; of more it is said that there are more.
const TIMES: usize = 5;
/// What can be asked for; the first is the usual.
const STATES: [&str; 4] = ["dead", "waiting", "delivered", "skipped"];

/// What was asked for and counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Asked {
    /// The query of the replay.
    query: String,
    count: i64,
    more: bool,
}

#[component]
pub(super) fn Replay(id: String, renew: RwSignal<u32>) -> impl IntoView {
    let toasts = Toasts::here();
    let (sure, asked, busy) = (RwSignal::new(false), RwSignal::new(Asked::default()), RwSignal::new(false));
    let here = id.clone();
    let count = move |values: Values| {
        let id = here.clone();
        async move {
            let time = |name: &str| match values.text(name) {
                "" => Ok(String::new()),
                text => moment(text).ok_or_else(|| wrong(name)),
            };
            let (from, to, state) = (time("from")?, time("to")?, values.text("state"));
            let pairs = [("from", &from), ("to", &to), ("state", &state.to_owned())];
            let pairs = pairs.iter().filter(|(_, value)| !value.is_empty());
            let query = pairs.map(|(name, value)| format!("{name}={}", quoted(value))).collect::<Vec<_>>().join("&");
            let (count, more) = counted(&id, &query).await?;
            asked.set(Asked { query, count, more });
            if count == 0 {
                toasts.say(words::forwarding::replay_none());
            } else {
                sure.set(true);
            }
            Ok(())
        }
    };
    let send = move |()| {
        let (id, query) = (id.clone(), asked.get_untracked().query);
        busy.set(true);
        spawn_local(async move {
            match replayed(&id, &query).await {
                Ok(count) => toasts.say(&words::forwarding::replayed(count)),
                Err(problem) => toasts.fail(&problem),
            }
            let _gone = busy.try_set(false);
            renew.try_update(|times| *times += 1);
        });
    };
    let title = move || {
        let Asked { count, more, .. } = asked.get();
        if more { words::forwarding::replay_sure_more(whole(count)) } else { words::forwarding::replay_sure(count) }
    };
    view! {
        <details class="card change">
            <summary><h2>{words::forwarding::replay()}</h2></summary>
            <p>{words::forwarding::replay_lead()}</p>
            <Form button=words::forwarding::replay_count() send=count>
                <div class="fields">
                    <div class="field">
                        <label for="field-state">{words::forwarding::state()}</label>
                        <select id="field-state" name="state">
                            {STATES.map(|state| view! { <option value=state>{state_word(state)}</option> })}
                            <option value="">{words::forwarding::any_state()}</option>
                        </select>
                    </div>
                    <div class="field"><label for="field-from">{words::forwarding::from()}</label><input id="field-from" name="from" type="datetime-local" /></div>
                    <div class="field"><label for="field-to">{words::forwarding::to()}</label><input id="field-to" name="to" type="datetime-local" /></div>
                </div>
                <p class="hint">{words::forwarding::replay_hint()}</p>
            </Form>
            {move || busy.get().then(|| view! { <Progress what=words::forwarding::replaying() /> })}
            <Confirm open=sure title=Signal::derive(title) act=words::forwarding::replay_now() on_confirm=Callback::new(send)>
                <p>{words::forwarding::replay_sure_lead()}</p>
            </Confirm>
        </details>
    }
}

fn wrong(field: &str) -> Problem {
    Problem {
        status: 400,
        code: "invalid_time".to_owned(),
        message: words::forwarding::time_wrong().to_owned(),
        field: Some(field.to_owned()),
        ..Problem::default()
    }
}

/// How many would be sent again, and whether there are more than were counted.
async fn counted(id: &str, query: &str) -> Result<(i64, bool), Problem> {
    let (mut count, mut query) = (0, query.to_owned());
    for _ in 0..TIMES {
        let path = format!("/v1/destinations/{}/replay?dry_run=true&{query}", quoted(id));
        let answer = api::send("POST", &path, Some(&json!({}))).await?;
        count += answer["deliveries"].as_i64().unwrap_or(0);
        let Some(next) = answer["next_from"].as_str() else { return Ok((count, false)) };
        query = from(&query, next);
    }
    Ok((count, true))
}

/// The same query, from a later moment.
fn from(query: &str, at: &str) -> String {
    let rest = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("from="));
    rest.chain([format!("from={}", quoted(at)).as_str()]).collect::<Vec<_>>().join("&")
}

/// As many calls as it takes; gives how many are on their way.
async fn replayed(id: &str, query: &str) -> Result<i64, Problem> {
    let (mut count, mut query) = (0, query.to_owned());
    loop {
        let path = format!("/v1/destinations/{}/replay?{query}", quoted(id));
        let answer = api::send("POST", &path, Some(&json!({}))).await?;
        count += answer["replayed"].as_i64().unwrap_or(0);
        let Some(next) = answer["next_from"].as_str() else { return Ok(count) };
        query = from(&query, next);
    }
}
