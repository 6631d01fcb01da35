//! Which program the deployment looks into: the one that the address names, so that any view can be linked to.

use crate::session::chosen;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

/// Pages that are of no program.
const OF_NONE: [&str; 2] = ["/console/programs", "/console/sessions"];

/// Holds the address and the program that one is in together. Where the address names none, it is given that program; where
/// it names another, as going back does, or there is none yet, the page is loaded anew. Says whether they agree: before that,
/// no screen may ask anything.
pub(super) fn follow_the_address() -> Memo<bool> {
    let (location, navigate) = (use_location(), use_navigate());
    Effect::new(move |_| {
        let (path, query) = (location.pathname.get(), location.query.get());
        let browser = window().location();
        match (query.get("program").filter(|program| !program.is_empty()), chosen()) {
            _ if is_of_none(&path) => {}
            (Some(named), Some(chosen)) if named == chosen => {}
            (Some(_), _) => drop(browser.reload()),
            (None, Some(chosen)) => {
                let to = with_program(&path, &location.search.get_untracked(), &chosen);
                navigate(&to, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
            }
            (None, None) => drop(browser.replace("/console/programs")),
        }
    });
    let location = use_location();
    Memo::new(move |_| {
        let named = location.query.get().get("program").filter(|program| !program.is_empty());
        location.pathname.with(|path| is_of_none(path))
            || chosen().is_some_and(|chosen| named.is_none_or(|named| named == chosen))
    })
}

fn is_of_none(path: &str) -> bool {
    OF_NONE.contains(&path.trim_end_matches('/'))
}

/// The ids of programs have nothing in them that an address would quote.
fn with_program(path: &str, search: &str, program: &str) -> String {
    let search = search.trim_start_matches('?');
    let joint = if search.is_empty() { "" } else { "&" };
    format!("{path}?{search}{joint}program={program}")
}

#[cfg(test)]
mod tests {
    use super::with_program;

    #[test]
    fn an_address_keeps_its_query() {
        assert_eq!(with_program("/console", "", "acme"), "/console?program=acme");
        assert_eq!(with_program("/console/people", "?sort=name", "acme"), "/console/people?sort=name&program=acme");
    }
}
