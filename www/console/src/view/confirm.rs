//! Asks before what can't be undone: a dialog that says what will happen, and whose button names it.

use crate::words;
use leptos::html;
use leptos::prelude::*;

#[component]
pub(crate) fn Confirm(
    /// Shown while it is true.
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    /// What the button does, such as "End the session".
    #[prop(into)]
    act: Signal<String>,
    on_confirm: Callback<()>,
    /// What will happen.
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog class="confirm" node_ref=dialog aria-label=title on:close=move |_| open.set(false)>
            <h2>{title}</h2>
            <div>{children()}</div>
            <div class="buttons">
                <button class="quiet" autofocus=true on:click=move |_| open.set(false)>{words::common::cancel()}</button>
                <button class="grave" on:click=move |_| { open.set(false); on_confirm.run(()); }>{act}</button>
            </div>
        </dialog>
    }
}
