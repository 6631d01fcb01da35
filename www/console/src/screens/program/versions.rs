//! The program's versions: when each came into force, what it has that the one in force hasn't, and going back to one,
//! which publishes its file again as a new version.

use super::changes::listed;
use super::draft::{self, Draft};
use super::json;
use crate::api::{load, quoted};
use crate::view::{Address, Column, Confirm, Table, Time, Toasts, Told, amounts, table};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Version {
    #[serde(rename = "version")]
    number: i64,
    at: String,
    file: Value,
}

#[component]
pub(super) fn Versions(may: bool) -> impl IntoView {
    let (draft, here) = (Draft::here(), Address::here());
    let in_force = Memo::new(move |_| draft.base.with(|base| base["version"].as_i64().unwrap_or(0)));
    let renew = Signal::derive(move || u32::try_from(in_force.get()).unwrap_or(0));
    let chosen = Memo::new(move |_| here.get("version"));
    let columns = vec![
        Column::new(words::program::version(), |row: &Version| row.number.to_string()).shown(move |row| {
            let (version, number) = (row.number, row.number.to_string());
            let badge = move || {
                (in_force.get() == version).then(|| view! { " "<span class="badge">{words::program::now()}</span> })
            };
            view! { <A href=here.with(&[("version", &number)])>{words::program::version_number(version)}</A>{badge} }
                .into_any()
        }),
        Column::new(words::program::since(), |row: &Version| row.at.clone())
            .shown(|row| view! { <Time at=row.at.clone() /> }.into_any()),
        Column::new(words::program::headline(), |row: &Version| {
            row.file["offer"]["headline"].as_str().unwrap_or_default().to_owned()
        })
        .shown(|row| {
            view! { <bdi>{row.file["offer"]["headline"].as_str().unwrap_or_default().to_owned()}</bdi> }.into_any()
        }),
        Column::new(words::program::differences(), |row: &Version| row.number.to_string()).shown(move |row| {
            let file = row.file.clone();
            let count = move || draft.base.with(|base| json::differences(base, &file).len());
            view! { {move || amounts::whole(i64::try_from(count()).unwrap_or(0))} }.into_any()
        }),
    ];
    view! {
        {move || {
            let number = chosen.get();
            (!number.is_empty()).then(|| view! { <One number may /> })
        }}
        <Table caption=words::program::tab_versions() columns path="/v1/program/versions" renew empty=|| words::program::no_change() />
    }
}

/// One version: its difference to the one in force, its file, and going back to it.
#[component]
fn One(number: String, may: bool) -> impl IntoView {
    let (draft, toasts, here) = (Draft::here(), Toasts::here(), Address::here());
    let path = format!("/v1/program/versions/{}", quoted(&number));
    let version = load::<Version>(move || path.clone());
    let (open, wrong) = (RwSignal::new(false), RwSignal::new(None));
    let back = move |()| {
        let Some(mut file) = version.value().map(|version| version.file) else { return };
        // On top of the version that is in force, so that nobody else's change is lost.
        json::put(&mut file, "version", draft.base.with_untracked(|base| Some(base["version"].clone())));
        wrong.set(None);
        spawn_local(async move {
            match draft::publish(&file).await {
                Ok(mut file) => {
                    json::put(&mut file, "callback_secret", None);
                    let made = file["version"].as_i64().unwrap_or(0);
                    draft.published(file);
                    toasts.say(&words::program::published(made));
                }
                Err(problem) => drop(wrong.try_set(Some(problem))),
            }
        });
    };
    view! {
        {move || version.problem().map(|problem| view! { <Told problem /> })}
        {move || wrong.get().map(|problem| view! { <Told problem /> })}
        {move || match version.value() {
            None if version.problem().is_some() => ().into_any(),
            None => view! { <table::Skeleton /> }.into_any(),
            Some(one) => {
                let found = draft.base.with(|base| json::differences(base, &one.file));
                let is_same = found.is_empty();
                let text = json::written(&one.file);
                view! {
                    <section class="card one-version" aria-labelledby="one-version">
                        <div class="rule-head">
                            <h2 id="one-version">{words::program::version_number(one.number)}</h2>
                            <A href=here.with(&[("version", "")])>{words::common::close()}</A>
                        </div>
                        {if is_same {
                            view! { <p class="hint">{words::program::same_as_now()}</p> }.into_any()
                        } else {
                            view! { <p class="hint">{words::program::would_change()}</p> {listed(found)} }.into_any()
                        }}
                        <details><summary>{words::program::its_file()}</summary><pre class="code" tabindex="0">{text}</pre></details>
                        {(may && !is_same).then(|| view! {
                            <div class="buttons"><button on:click=move |_| open.set(true)>{words::program::go_back()}</button></div>
                        })}
                    </section>
                }.into_any()
            }
        }}
        <Confirm open title=words::program::go_back_sure() act=words::program::go_back() on_confirm=Callback::new(back)>
            <p>{words::program::go_back_lead()}</p>
        </Confirm>
    }
}
