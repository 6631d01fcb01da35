//! Whose a reward is: a participant's name, with the way to their page; a friend by their id. Each name is asked for once.

use super::desk::Desk;
use crate::api;
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

#[derive(Deserialize)]
struct Participant {
    name: Option<String>,
    email: Option<String>,
    code: String,
}

/// The name of a participant; asked for where it isn't known yet.
pub(super) fn name_of(id: &str) -> Option<String> {
    let names = Desk::here().names;
    if !id.starts_with("prt_") {
        return None;
    }
    if let Some(name) = names.with(|names| names.get(id).cloned()) {
        return Some(name).filter(|name| !name.is_empty());
    }
    let id = id.to_owned();
    names.update_untracked(|names| drop(names.insert(id.clone(), String::new())));
    spawn_local(async move {
        if let Ok(found) = api::get::<Participant>(&format!("/v1/participants/{id}")).await {
            let name = found.name.or(found.email).unwrap_or(found.code);
            names.update(|names| drop(names.insert(id, name)));
        }
    });
    None
}

#[component]
pub(super) fn Who(#[prop(into)] id: String) -> impl IntoView {
    if !id.starts_with("prt_") {
        return view! { <span class="who"><b>{words::rewards::friend()}</b><code>{id}</code></span> }.into_any();
    }
    let (to, asked, shown) = (format!("/console/people/{id}"), id.clone(), id);
    view! {
        <span class="who">
            <a href=to><bdi>{move || name_of(&asked).unwrap_or_else(|| words::rewards::participant().to_owned())}</bdi></a>
            <code>{shown}</code>
        </span>
    }
    .into_any()
}
