//! What is said where something went wrong: the sentence, the fields, and the code to look up or to quote.

use crate::api::Problem;
use crate::words;
use leptos::prelude::*;

#[component]
pub(crate) fn Told(problem: Problem) -> impl IntoView {
    let faults = problem.faults.clone();
    let field = problem.field.clone().filter(|_| faults.len() < 2);
    view! {
        <div class="problem" role="alert">
            <p>{problem.message.clone()}</p>
            {(faults.len() > 1).then(|| view! {
                <ul>{faults.into_iter().map(|fault| view! { <li><code>{fault.path}</code>" "{fault.message}</li> }).collect_view()}</ul>
            })}
            <p class="hint">
                {what_to_do(&problem)}" "
                <span>{field.map(|field| view! { <code>{field}</code>" · " })}<code>{problem.code.clone()}</code></span>
            </p>
        </div>
    }
}

fn what_to_do(problem: &Problem) -> &'static str {
    match problem.status {
        0 => words::common::do_connect(),
        401 => words::common::do_sign_in(),
        403 => words::common::do_scope(),
        404 => words::common::do_gone(),
        // Of a field: another has what was typed.
        409 if problem.field.is_some() => words::common::do_correct(),
        409 => words::common::do_reload(),
        429 => words::common::do_wait(),
        400..=499 => words::common::do_correct(),
        _ => words::common::do_later(),
    }
}
