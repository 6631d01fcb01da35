//! Who is signed in, and what they may.
//!
//! Invariant: the key is in no storage, and the cookie in no script's reach. Kept is a mark that there was a sign-in, so that
//! a visitor who never had one isn't asked for.

use crate::api::{self, Page, Problem};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::Value;

const MARK: &str = "honeyguide-console";

/// What a key, and so its session, may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Write,
    Money,
}

/// One row of `/v1/sessions`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) label: Option<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) agent: Option<String>,
    pub(crate) created_at: String,
    pub(crate) used_at: String,
    pub(crate) current: bool,
}

/// The session in force, and its program.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Signed {
    pub(crate) scopes: Vec<String>,
    /// The program's file, as it is in force.
    pub(crate) program: Value,
}

impl Signed {
    pub(crate) fn program_name(&self) -> String {
        self.program["name"].as_str().or(self.program["id"].as_str()).unwrap_or_default().to_owned()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Standing {
    /// Nobody knows yet.
    Asking,
    Out {
        /// Whether it was in force a moment ago.
        ended: bool,
    },
    In(Signed),
    Failed(Problem),
}

/// The app's one session: a context.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Session(pub(crate) RwSignal<Standing>);

thread_local! {
    static THE_ONE: std::cell::Cell<Option<Session>> = const { std::cell::Cell::new(None) };
}

impl Session {
    /// Makes it and asks who is signed in.
    pub(crate) fn start() -> Self {
        let session = Self(RwSignal::new(Standing::Asking));
        THE_ONE.set(Some(session));
        provide_context(session);
        if marked() {
            session.ask();
        } else {
            session.0.set(Standing::Out { ended: false });
        }
        session
    }

    pub(crate) fn here() -> Self {
        expect_context()
    }

    /// Asks who is signed in, and for which program.
    pub(crate) fn ask(self) {
        leptos::task::spawn_local(async move {
            let known = async {
                let rows: Page<Row> = api::get("/v1/sessions").await?;
                let current = rows.data.into_iter().find(|row| row.current);
                let scopes = current.map(|row| row.scopes).unwrap_or_default();
                Ok(Signed { scopes, program: api::get("/v1/program").await? })
            };
            match known.await {
                Ok(signed) => {
                    mark(true);
                    self.0.set(Standing::In(signed));
                }
                Err(Problem { status: 401, .. }) => {}
                Err(problem) => self.0.set(Standing::Failed(problem)),
            }
        });
    }

    /// Whether the session may do it; nothing is shown that it may not.
    pub(crate) fn may(self, scope: Scope) -> bool {
        let name = match scope {
            Scope::Write => "write",
            Scope::Money => "money",
        };
        self.0.with(|standing| matches!(standing, Standing::In(signed) if signed.scopes.iter().any(|one| one == name)))
    }

    /// The program's file; null while nobody is signed in.
    pub(crate) fn program(self) -> Value {
        self.0.with(|standing| match standing {
            Standing::In(signed) => signed.program.clone(),
            _ => Value::Null,
        })
    }

    pub(crate) async fn sign_out(self) -> Result<(), Problem> {
        api::send("DELETE", "/v1/sessions/current", None).await?;
        mark(false);
        self.0.set(Standing::Out { ended: false });
        Ok(())
    }

    /// The program's file has changed.
    pub(crate) fn refresh() {
        if let Some(session) = THE_ONE.get() {
            session.ask();
        }
    }

    /// An answer said that the session has ended.
    pub(crate) fn ended() {
        mark(false);
        if let Some(session) = THE_ONE.get() {
            session.0.set(Standing::Out { ended: true });
        }
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn marked() -> bool {
    storage().is_some_and(|storage| storage.get_item(MARK).is_ok_and(|mark| mark.is_some()))
}

/// A browser that keeps nothing asks for the key on each visit; nothing else depends on it.
fn mark(is_in: bool) {
    let Some(storage) = storage() else { return };
    let _kept = if is_in { storage.set_item(MARK, "1") } else { storage.remove_item(MARK) };
}
