//! The frame around the screens: who is signed in, where one can go, and what is said at the edge of the page.

mod find;
mod programs;
mod sign_in;

use crate::api::Problem;
use crate::sample;
use crate::screens::{self, PAGES};
use crate::session::{Session, Standing, chosen};
use crate::view::{Progress, Toasts, Told};
use crate::words;
use find::Find;
use leptos::prelude::*;
use leptos_router::components::{A, Router};
use leptos_router::hooks::use_location;
use programs::follow_the_address;
use sign_in::SignIn;

#[component]
pub(crate) fn App() -> impl IntoView {
    let session = Session::start();
    // What was typed into a screen outlives a refresh of the program's name, so only the kind of standing is watched.
    let kind = Memo::new(move |_| {
        session.0.with(|standing| match standing {
            Standing::Asking => (0, String::new()),
            Standing::Out { .. } => (1, String::new()),
            // Another program is another frame: nothing of the one before is left in it.
            Standing::In(signed) => (2, signed.program["id"].as_str().unwrap_or_default().to_owned()),
            Standing::Failed(_) => (3, String::new()),
        })
    });
    view! {
        <Router>
            {move || match kind.get().0 {
                0 => view! { <Progress what=words::common::loading() /> }.into_any(),
                1 => view! { <SignIn /> }.into_any(),
                2 => view! { <Frame /> }.into_any(),
                _ => view! { <Failed /> }.into_any(),
            }}
        </Router>
    }
}

#[component]
fn Failed() -> impl IntoView {
    let session = Session::here();
    let problem = move || {
        session.0.with(|standing| match standing {
            Standing::Failed(problem) => problem.clone(),
            _ => Problem::default(),
        })
    };
    view! {
        <main class="alone" id="main">
            <h1>{words::common::failed()}</h1>
            {move || view! { <Told problem=problem() /> }}
            <div class="buttons">
                <button on:click=move |_| session.ask()>{words::common::again()}</button>
                {chosen().map(|_| view! { <a class="button quiet" rel="external" href={"/console/programs"}>{words::programs::title()}</a> })}
            </div>
        </main>
    }
}

#[component]
fn Frame() -> impl IntoView {
    let session = Session::here();
    let toasts = Toasts::start();
    let menu = RwSignal::new(false);
    let path = use_location().pathname;
    Effect::new(move |_| {
        path.track();
        menu.set(false);
    });
    let of_deployment = session.is_of_deployment();
    let has_program = !of_deployment || chosen().is_some();
    let arrived = of_deployment.then(follow_the_address);
    let has_arrived = move || arrived.is_none_or(|arrived| arrived.get());
    let name = move || {
        session.0.with(|standing| match standing {
            Standing::In(signed) if has_program => signed.program_name(),
            _ => words::programs::all().to_owned(),
        })
    };
    let link = move |to: &'static str, title: &'static str| {
        let current = move || path.with(|path| is_at(path, to)).then_some("page");
        view! { <li><a href=to aria-current=current>{title}</a></li> }
    };
    let sign_out = move |_| {
        leptos::task::spawn_local(async move {
            if let Err(problem) = session.sign_out().await {
                toasts.fail(&problem);
            }
        });
    };
    view! {
        <a class="skip" href="#main" rel="external" on:click=move |click| { click.prevent_default(); crate::view::focus("main"); }>
            {words::common::skip()}
        </a>
        <header class="bar">
            <A href="/console" attr:class="brand">
                <img src={"/icon.svg"} alt="" width="28" height="28" />
                <span class={"brand-name"}>{name}</span>
            </A>
            {has_program.then(|| view! { <Find /> })}
            <button class="quiet menu" aria-expanded=move || menu.get().to_string() aria-controls="nav" on:click=move |_| menu.update(|open| *open = !*open)>
                {words::common::menu()}
            </button>
        </header>
        <nav id="nav" class="side" class:open=menu aria-label=words::common::navigation()>
            <ul>
                {of_deployment.then(|| link("/console/programs", words::programs::title()))}
                {has_program.then(|| PAGES.iter().map(|page| link(page.path, (page.title)())).collect_view())}
            </ul>
            <div class="side-end">
                <A href="/console/sessions">{words::sessions::title()}</A>
                <button class="quiet" on:click=sign_out>{words::common::sign_out()}</button>
            </div>
        </nav>
        <main id="main" tabindex="-1">
            {sample::is_in().then(|| view! {
                <div class="sample-bar" role="status">
                    <p>{words::common::sample()}</p>
                    <button class="quiet small" on:click=move |_| sample::take_out()>{words::common::sample_out()}</button>
                </div>
            })}
            {move || if has_arrived() { screens::routes().into_any() } else { view! { <Progress what=words::common::loading() /> }.into_any() }}
        </main>
        {toasts.shown()}
    }
}

/// Whether a page of the navigation is where one is: at its address, or at one below it. All are below the first.
fn is_at(path: &str, page: &str) -> bool {
    let rest = path.trim_end_matches('/').strip_prefix(page);
    rest.is_some_and(|rest| rest.is_empty() || (rest.starts_with('/') && page != "/console"))
}

#[cfg(test)]
mod tests {
    use super::is_at;

    #[test]
    fn a_page_is_current_at_its_address_and_below() {
        for (path, page, expected) in [
            ("/console", "/console", true),
            ("/console/", "/console", true),
            ("/console/people", "/console", false),
            ("/console/people/prt_1", "/console/people", true),
            ("/console/peoples", "/console/people", false),
        ] {
            assert_eq!(is_at(path, page), expected, "{path} {page}");
        }
    }
}
