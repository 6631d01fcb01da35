//! The state of a view is in its address: each filter, order and page is a parameter of the query, so that any view can be
//! linked to and come back to.

use crate::api::quoted;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use leptos_router::params::ParamsMap;

/// The query of the address, to read and to change. Reading tracks it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Address {
    query: Memo<ParamsMap>,
    path: Memo<String>,
}

impl Address {
    pub(crate) fn here() -> Self {
        Self { query: use_query_map(), path: use_location().pathname }
    }

    /// A parameter; empty where there is none.
    pub(crate) fn get(self, name: &str) -> String {
        self.query.with(|query| query.get(name).unwrap_or_default())
    }

    /// This address with some parameters changed. An empty one is left out, and so is the page of a list that was looked at,
    /// unless it is what changes.
    pub(crate) fn with(self, changes: &[(&str, &str)]) -> String {
        let query = self.query.get();
        let mut pairs: Vec<(String, String)> =
            query.into_iter().map(|(name, value)| (name.into_owned(), value)).collect();
        pairs.retain(|(name, _)| name != "cursor" && !changes.iter().any(|(changed, _)| changed == name));
        pairs.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let path = self.path.get();
        let path = if path.starts_with("/console") { path } else { "/console".to_owned() };
        joined(&path, &pairs)
    }

    /// An address of the API with the parameters of this one that it knows. Those that are fixed come first.
    pub(crate) fn of_api(self, path: &str, fixed: &[(&str, &str)], known: &[&str]) -> String {
        let mut pairs: Vec<(String, String)> =
            fixed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        pairs.extend(known.iter().map(|name| ((*name).to_owned(), self.get(name))));
        joined(path, &pairs)
    }
}

/// Goes to an address in place of the one that is shown, as a filter does while it is typed.
pub(crate) fn replace() -> impl Fn(&str) + Clone {
    let navigate = use_navigate();
    move |to| navigate(to, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() })
}

fn joined(path: &str, pairs: &[(String, String)]) -> String {
    let mut address = path.to_owned();
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        address.push(if address.contains('?') { '&' } else { '?' });
        address += name;
        address.push('=');
        address += &quoted(value);
    }
    address
}

/// The end of an id, which tells it from its neighbours.
pub(crate) fn short(id: &str) -> String {
    let from = id.char_indices().rev().nth(7).map_or(0, |(at, _)| at);
    if from == 0 { id.to_owned() } else { format!("…{}", id.get(from..).unwrap_or_default()) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_id_is_known_by_its_end() {
        assert_eq!(super::short("rwd_06da28lu000000000000000abc"), "…00000abc");
        assert_eq!(super::short("short"), "short");
    }
}
