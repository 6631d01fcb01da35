//! Asks why rewards are rejected: the reason is kept with each, and told in its event.

use crate::view::{Field, Form};
use crate::words;
use leptos::html;
use leptos::prelude::*;

#[component]
pub(super) fn Reason(
    /// Shown while it is true.
    open: RwSignal<bool>,
    /// How many are rejected.
    #[prop(into)]
    count: Signal<i64>,
    on_reason: Callback<String>,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => {
                let _shown = dialog.show_modal();
                crate::view::focus("field-reason");
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let title = move || words::rewards::reject_sure(count.get());
    let form = move || {
        let send = move |values: crate::view::form::Values| {
            let reason = values.text("reason").trim().to_owned();
            async move {
                open.set(false);
                on_reason.run(reason);
                Ok(())
            }
        };
        view! {
            <Form button=words::rewards::reject() send>
                <Field name="reason" label=words::rewards::reject_why() hint=words::rewards::reject_hint() required=true />
            </Form>
        }
    };
    view! {
        <dialog class="confirm" node_ref=dialog aria-label=title on:close=move |_| open.set(false)>
            <h2>{title}</h2>
            {move || open.get().then(form)}
            <button class="quiet close" on:click=move |_| open.set(false)>{words::common::cancel()}</button>
        </dialog>
    }
}
