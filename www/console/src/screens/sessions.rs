//! Sessions: which browsers are signed in, with which key, and ending them.

use crate::api;
use crate::session::{Row, Scope, Session};
use crate::view::{Column, Confirm, Page, Table, Time, Toasts};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;

#[component]
pub(crate) fn Sessions() -> impl IntoView {
    let (session, toasts) = (Session::here(), Toasts::here());
    let (asked, open, renew) = (RwSignal::new(None::<String>), RwSignal::new(false), RwSignal::new(0_u32));
    let revoke = move |()| {
        let Some(id) = asked.get_untracked() else { return };
        spawn_local(async move {
            match api::send("DELETE", &format!("/v1/sessions/{id}"), None).await {
                Ok(_) => {
                    toasts.say(words::sessions::ended());
                    renew.update(|times| *times += 1);
                }
                Err(problem) => toasts.fail(&problem),
            }
        });
    };
    let may = session.may(Scope::Write);
    let end = move |row: &Row| {
        let id = row.id.clone();
        if row.current {
            return view! { <span class="badge">{words::sessions::this_one()}</span> }.into_any();
        }
        let ask = move |_| {
            asked.set(Some(id.clone()));
            open.set(true);
        };
        view! { <button class="quiet" on:click=ask>{words::sessions::end()}</button> }.into_any()
    };
    let mut columns = vec![
        Column::new(words::sessions::agent(), |row: &Row| row.agent.clone().unwrap_or_default()),
        Column::new(words::sessions::key(), |row: &Row| row.key_called()),
        Column::new(words::sessions::scopes(), |row: &Row| row.scopes.join(", ")),
        Column::new(words::sessions::created(), |row: &Row| row.created_at.clone())
            .shown(|row| view! { <Time at=row.created_at.clone() /> }.into_any()),
        Column::new(words::sessions::used(), |row: &Row| row.used_at.clone())
            .shown(|row| view! { <Time at=row.used_at.clone() /> }.into_any()),
    ];
    if may {
        columns.push(Column::new(words::sessions::state(), |row: &Row| row.current.to_string()).shown(end));
    }
    view! {
        <Page title=words::sessions::title()>
            <p class="lead">{words::sessions::lead()}</p>
            <Table caption=words::sessions::title() columns path="/v1/sessions" renew empty=|| words::sessions::none() />
            <Confirm open title=words::sessions::sure() act=words::sessions::end() on_confirm=Callback::new(revoke)>
                <p>{words::sessions::sure_lead()}</p>
            </Confirm>
        </Page>
    }
}
