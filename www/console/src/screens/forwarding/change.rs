//! Changes a destination: what isn't touched stays, secrets too.

use super::fields::{Fields, body};
use super::kinds::kind;
use super::told::Destination;
use crate::api::{self, Load};
use crate::view::form::Values;
use crate::view::{Form, Toasts};
use crate::words;
use leptos::prelude::*;

#[component]
pub(super) fn Change(one: Destination, destination: Load<Destination>) -> impl IntoView {
    let toasts = Toasts::here();
    let kind = kind(&one.kind)?;
    let held = StoredValue::new(one.clone());
    let send = move |values: Values| async move {
        let (path, body) =
            held.with_value(|one| (format!("/v1/destinations/{}", one.id), body(kind, &values, Some(one))));
        api::send("PATCH", &path, Some(&body?)).await?;
        toasts.say(words::forwarding::changed());
        destination.again();
        Ok(())
    };
    Some(view! {
        <details class="card change">
            <summary><h2>{words::forwarding::change()}</h2></summary>
            <Form button=words::forwarding::save() send><Fields kind now=one /></Form>
        </details>
    })
}
