//! The program's file: written by form and as a text beside each other, looked at by the linter as one types, compared with
//! the version in force, tried on what has happened, published; and its earlier versions.
//! `?view=changes` and `?view=versions` are its other views, `&version=3` one version.

mod changes;
mod draft;
mod fields;
mod file;
mod form;
mod json;
mod versions;
mod whatif;

use crate::api::load;
use crate::session::{Scope, Session};
use crate::view::{Address, Page, Told, amounts, table};
use crate::words;
use changes::Changes;
use draft::Draft;
use file::FileText;
use form::FileForm;
use leptos::prelude::*;
use leptos_router::components::A;
use serde_json::Value;
use versions::Versions;

#[component]
pub(crate) fn Program() -> impl IntoView {
    let here = Address::here();
    let draft = Draft::start();
    let in_force = load::<Value>(|| "/v1/program".to_owned());
    Effect::new(move |_| {
        if let Some(file) = in_force.value() {
            draft.begin(file);
        }
    });
    let is_there = Memo::new(move |_| draft.base.with(|base| !base.is_null()));
    let view_of = Memo::new(move |_| here.get("view"));
    let count = Memo::new(move |_| draft.differences().len());
    let may = Session::here().may(Scope::Write);
    let tab = move |name: &'static str, text: &'static str| {
        let current = move || (view_of.get() == name).then_some("page");
        view! { <a href=move || here.with(&[("view", name), ("version", "")]) aria-current=current>{text}</a> }
    };
    let changes = move || {
        let count = count.get();
        let text =
            if count == 0 { String::new() } else { format!(" {}", amounts::whole(i64::try_from(count).unwrap_or(0))) };
        view! { <span class="count-badge" class:none=count == 0>{text}</span> }
    };
    let beside = move || {
        let version = move || draft.base.with(|base| base["version"].as_i64().unwrap_or(0));
        view! {
            <span class="badge">{move || words::program::in_force(version())}</span>
            {move || (count.get() > 0).then(|| view! {
                <button class="quiet" on:click=move |_| draft.drop_all()>{words::program::drop_all()}</button>
                <A href=here.with(&[("view", "changes")]) attr:class="button">
                    {if may { words::program::review() } else { words::program::look_at_changes() }}
                </A>
            })}
        }
    };
    view! {
        <Page title=words::program::title() beside>
            {(!may).then(|| view! { <p class="lead">{words::program::reader()}</p> })}
            {move || in_force.problem().map(|problem| view! { <Told problem /> <button on:click=move |_| in_force.again()>{words::common::again()}</button> })}
            {move || if is_there.get() {
                view! {
                    <nav class="tabs" aria-label=words::program::title()>
                        {tab("", words::program::tab_edit())}
                        <span class="tab">{tab("changes", words::program::tab_changes())}{changes}</span>
                        {tab("versions", words::program::tab_versions())}
                    </nav>
                    {move || match view_of.get().as_str() {
                        "changes" => view! { <Changes may /> }.into_any(),
                        "versions" => view! { <Versions may /> }.into_any(),
                        _ => view! { <div class="two"><FileForm /><FileText /></div> }.into_any(),
                    }}
                }.into_any()
            } else if in_force.problem().is_some() {
                ().into_any()
            } else {
                view! { <table::Skeleton /> }.into_any()
            }}
        </Page>
    }
}
