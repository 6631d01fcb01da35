//! Who is signed in, and what they may.
//!
//! Invariant: the key is in no storage, and the cookie in no script's reach. Kept is a mark that there was a sign-in, so that
//! a visitor who never had one isn't asked for.

use crate::api::{self, Page, Problem};
use crate::words;
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
    /// None where it is a session of the admin secret, which may look into all programs.
    program: Option<String>,
    label: Option<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) agent: Option<String>,
    pub(crate) created_at: String,
    pub(crate) used_at: String,
    pub(crate) current: bool,
}

impl Row {
    /// What its key is called.
    pub(crate) fn key_called(&self) -> String {
        match &self.program {
            Some(_) => self.label.clone().unwrap_or_default(),
            None => words::sessions::admin().to_owned(),
        }
    }
}

/// What `/healthz` says of the deployment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Health {
    friend_path: String,
}

/// The session in force, and its program.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Signed {
    pub(crate) scopes: Vec<String>,
    /// The program's file, as it is in force. Null where the deployment has chosen none yet.
    pub(crate) program: Value,
    /// Whether it is the deployment's: all programs are open to it, one at a time.
    pub(crate) of_deployment: bool,
    /// The prefix of friends' links on the program's own site.
    pub(crate) friend_path: String,
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
    /// The program that the deployment has chosen; none where the session says by itself which program is meant.
    static CHOSEN: std::cell::RefCell<Option<String>> = const { std::cell::RefCell::new(None) };
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

    /// Asks who is signed in, and for which program. The deployment's is the one that the address names.
    pub(crate) fn ask(self) {
        leptos::task::spawn_local(async move {
            let known = async {
                let rows: Page<Row> = api::get("/v1/sessions").await?;
                let current = rows.data.into_iter().find(|row| row.current);
                let of_deployment = current.as_ref().is_some_and(|row| row.program.is_none());
                let scopes = current.map(|row| row.scopes).unwrap_or_default();
                let named = if of_deployment { named_by_the_address().or_else(chosen) } else { None };
                CHOSEN.set(named.clone());
                let program =
                    if of_deployment && named.is_none() { Value::Null } else { api::get("/v1/program").await? };
                let health: Health = api::get("/healthz").await?;
                Ok(Signed { scopes, program, of_deployment, friend_path: health.friend_path })
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

    /// Whether all programs are open to it.
    pub(crate) fn is_of_deployment(self) -> bool {
        self.0.with(|standing| matches!(standing, Standing::In(signed) if signed.of_deployment))
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

    /// The prefix of friends' links, as the deployment has it.
    pub(crate) fn friend_path(self) -> String {
        self.0.with(|standing| match standing {
            Standing::In(signed) => signed.friend_path.clone(),
            _ => String::new(),
        })
    }

    pub(crate) async fn sign_out(self) -> Result<(), Problem> {
        api::send("DELETE", "/v1/sessions/current", None).await?;
        mark(false);
        CHOSEN.set(None);
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

/// The program that the deployment has chosen.
pub(crate) fn chosen() -> Option<String> {
    CHOSEN.with_borrow(Clone::clone)
}

/// An address of the API, for the program that is chosen. What is the deployment's own stays as it is.
pub(crate) fn aimed(path: &str) -> String {
    let is_own = ["/v1/sessions", "/v1/programs", "/v1/stats/programs"].iter().any(|own| path.starts_with(own));
    match chosen() {
        Some(program) if !is_own => {
            let joint = if path.contains('?') { '&' } else { '?' };
            format!("{path}{joint}program={}", api::quoted(&program))
        }
        _ => path.to_owned(),
    }
}

fn named_by_the_address() -> Option<String> {
    let query = window().location().search().ok()?;
    let named = query.trim_start_matches('?').split('&').find_map(|pair| pair.strip_prefix("program="));
    named.filter(|program| !program.is_empty()).map(str::to_owned)
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
