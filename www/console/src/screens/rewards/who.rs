//! Whose a reward is: a participant's name, with the way to their page; a friend by their id. Each name is asked for once,
//! and all of a page at once.

use super::desk::Desk;
use crate::api::{self, Page};
use crate::words;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use std::cell::RefCell;

/// Names that are asked for at once: as many as the API gives.
const MOST: usize = 100;

thread_local! {
    /// Whose names are to be asked for.
    static WANTED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

#[derive(Deserialize)]
struct Participant {
    id: String,
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
    names.update_untracked(|names| drop(names.insert(id.to_owned(), String::new())));
    let is_first = WANTED.with_borrow_mut(|wanted| {
        wanted.push(id.to_owned());
        wanted.len() == 1
    });
    if is_first {
        // By then all that is drawn now has said whom it wants.
        spawn_local(async move {
            for some in WANTED.take().chunks(MOST) {
                let path = format!("/v1/participants?limit={MOST}&ids={}", some.join(","));
                let Ok(found) = api::get::<Page<Participant>>(&path).await else { continue };
                let called = |one: Participant| (one.id, one.name.or(one.email).unwrap_or(one.code));
                let _gone = names.try_update(|names| names.extend(found.data.into_iter().map(called)));
            }
        });
    }
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
