//! Forms: what was typed stays when something is wrong with it, and what is wrong is said at its field.

use super::Told;
use crate::api::Problem;
use crate::words;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast as _;

/// What a form holds when it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Values(Vec<(String, String)>);

impl Values {
    /// The value of a field; empty where there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }
}

/// What the fields of a form know of it: a context.
#[derive(Debug, Clone, Copy)]
struct Sent {
    problem: RwSignal<Option<Problem>>,
    busy: RwSignal<bool>,
}

#[component]
pub(crate) fn Form<F, A>(
    /// What its button does.
    #[prop(into)]
    button: Signal<String>,
    send: F,
    children: Children,
) -> impl IntoView
where
    F: Fn(Values) -> A + Clone + 'static,
    A: Future<Output = Result<(), Problem>> + 'static,
{
    let state = Sent { problem: RwSignal::new(None), busy: RwSignal::new(false) };
    provide_context(state);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let form = event.target().and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok());
        let (Some(form), false) = (form, state.busy.get_untracked()) else { return };
        state.busy.set(true);
        let work = send(values(&form));
        spawn_local(async move {
            let problem = work.await.err();
            let field = problem.as_ref().and_then(|problem| problem.field.clone());
            let _gone = state.busy.try_set(false);
            let _gone = state.problem.try_set(problem);
            if let Some(field) = field {
                super::focus(&id(&field));
            }
        });
    };
    view! {
        <form on:submit=submit>
            {children()}
            {move || state.problem.get().map(|problem| view! { <Told problem /> })}
            <div class="buttons">
                <button type="submit" aria-disabled=move || state.busy.get().to_string()>
                    {move || if state.busy.get() { words::common::sending().to_owned() } else { button.get() }}
                </button>
            </div>
        </form>
    }
}

/// One line to type in. Its name is that of the API's field, so that a refusal finds it.
#[component]
pub(crate) fn Field(
    name: &'static str,
    #[prop(into)] label: Signal<String>,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] value: String,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let sent = use_context::<Sent>();
    let wrong =
        move || sent.and_then(|sent| sent.problem.get()).filter(|problem| problem.field.as_deref() == Some(name));
    let (id, about) = (id(name), format!("about-{name}"));
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id name=name type=kind value=value required=required autocomplete="off" spellcheck="false"
                aria-describedby=about.clone() aria-invalid=move || wrong().is_some().to_string()
            />
            <p class="hint" id=about>{move || wrong().map_or_else(|| hint.clone(), |problem| problem.message)}</p>
        </div>
    }
}

fn id(name: &str) -> String {
    format!("field-{name}")
}

fn values(form: &web_sys::HtmlFormElement) -> Values {
    let Ok(data) = web_sys::FormData::new_with_form(form) else { return Values(Vec::new()) };
    let pairs = data.entries().into_iter().flatten().filter_map(|pair| {
        let pair: js_sys::Array = pair.dyn_into().ok()?;
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    });
    Values(pairs.collect())
}
