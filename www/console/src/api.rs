//! The public JSON API, asked with the session's cookie: what it answers, or what it says is wrong.
//!
//! Invariant: what a view asks ends with the view (`load`); an answer that comes later changes nothing. A session that has
//! ended is told to the app, which asks for a key again and keeps the address.

use crate::session::{Session, aimed};
use crate::words;
use gloo_net::http::{Method, RequestBuilder, Response};
use leptos::prelude::*;
use leptos::task::spawn_local;
use send_wrapper::SendWrapper;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{AbortController, AbortSignal};

/// What an answer of 4xx or 5xx says. Status 0: there was no answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub(crate) struct Problem {
    #[serde(skip)]
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) field: Option<String>,
    #[serde(default)]
    pub(crate) faults: Vec<Fault>,
}

/// One thing that is wrong in a body, and where.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub(crate) struct Fault {
    pub(crate) path: String,
    pub(crate) code: String,
    pub(crate) message: String,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Page<T> {
    pub(crate) data: Vec<T>,
    pub(crate) next_cursor: Option<String>,
}

/// What `load` has of its answer so far, and how to ask again.
#[derive(Debug)]
pub(crate) struct Load<T: Send + Sync + 'static> {
    /// None while nothing came yet.
    pub(crate) answer: RwSignal<Option<Result<T, Problem>>>,
    /// Whether an answer is awaited, the first or a newer one.
    pub(crate) busy: RwSignal<bool>,
    times: RwSignal<u32>,
}

impl<T: Send + Sync> Clone for Load<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync> Copy for Load<T> {}

impl<T: Clone + Send + Sync> Load<T> {
    /// Asks again; what is shown stays until the answer is there.
    pub(crate) fn again(self) {
        self.times.update(|times| *times += 1);
    }

    pub(crate) fn value(self) -> Option<T> {
        self.answer.get().and_then(Result::ok)
    }

    pub(crate) fn problem(self) -> Option<Problem> {
        self.answer.get().and_then(Result::err)
    }
}

/// Asks for what `path` names, and again whenever that changes. What was asked before, or for a view that was left, is
/// aborted. With an empty path, nothing is asked.
pub(crate) fn load<T: DeserializeOwned + Clone + Send + Sync + 'static>(
    path: impl Fn() -> String + Send + Sync + 'static,
) -> Load<T> {
    let load = Load { answer: RwSignal::new(None), busy: RwSignal::new(false), times: RwSignal::new(0) };
    let path = Memo::new(move |_| path());
    Effect::new(move |_| {
        let (path, _) = (path.get(), load.times.get());
        if path.is_empty() {
            return;
        }
        let Some(ended) = Ending::new() else { return };
        load.busy.set(true);
        spawn_local(async move {
            let answer = ask("GET", &path, None, Some(ended.controller.signal())).await;
            if !ended.is_over() {
                let _gone = load.busy.try_set(false);
                let _gone = load.answer.try_set(Some(answer));
            }
        });
    });
    load
}

/// Reads once. For what isn't drawn from a `Load`, such as the pages of a CSV.
pub(crate) async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Problem> {
    ask("GET", path, None, None).await
}

/// Changes something, with an `Idempotency-Key` of its own; gives the answer, or null where there is no body.
pub(crate) async fn send(method: &str, path: &str, body: Option<&Value>) -> Result<Value, Problem> {
    ask(method, path, body, None).await
}

/// Signs in: the key is sent once, and the answer's cookie takes its place.
pub(crate) async fn sign_in(key: &str) -> Result<Value, Problem> {
    let request = RequestBuilder::new("/v1/sessions").method(Method::POST);
    let request = request.header("authorization", &format!("Bearer {key}")).build().map_err(|_| silence())?;
    read(request.send().await.map_err(|_| silence())?).await
}

async fn ask<T: DeserializeOwned>(
    method: &str,
    path: &str,
    body: Option<&Value>,
    until: Option<AbortSignal>,
) -> Result<T, Problem> {
    if let Some(told) = crate::sample::answer(method, path) {
        let unreadable = |_| Problem { code: "sample_data".to_owned(), ..silence() };
        return serde_json::from_value(told?).map_err(unreadable);
    }
    let method: Method = method.parse().unwrap_or(Method::GET);
    let is_write = method == Method::POST;
    let mut request = RequestBuilder::new(&aimed(path)).method(method).abort_signal(until.as_ref());
    if is_write {
        request = request.header("idempotency-key", &random());
    }
    let request = match body {
        Some(body) => request.json(body),
        None => request.build(),
    };
    let answer = request.map_err(|_| silence())?.send().await.map_err(|_| silence())?;
    let read = read(answer).await;
    if read.as_ref().is_err_and(|problem| problem.status == 401) {
        Session::ended();
    }
    read
}

async fn read<T: DeserializeOwned>(answer: Response) -> Result<T, Problem> {
    #[derive(Deserialize)]
    struct Told {
        error: Problem,
    }
    let (status, is_fine) = (answer.status(), answer.ok());
    let text = answer.text().await.map_err(|_| silence())?;
    let unreadable = |_| Problem {
        status,
        code: status.to_string(),
        message: words::common::unreadable().to_owned(),
        ..Problem::default()
    };
    if is_fine {
        let text = if text.is_empty() { "null" } else { &text };
        return serde_json::from_str(text).map_err(unreadable);
    }
    let told: Result<Told, Problem> = serde_json::from_str(&text).map_err(unreadable);
    Err(told.map_or_else(|problem| problem, |told| Problem { status, ..told.error }))
}

/// An answer that isn't what it should be.
pub(crate) fn unreadable() -> Problem {
    Problem { code: "unreadable".to_owned(), message: words::common::unreadable().to_owned(), ..Problem::default() }
}

fn silence() -> Problem {
    Problem { code: "no_answer".to_owned(), message: words::common::no_answer().to_owned(), ..Problem::default() }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = randomUUID)]
    pub(crate) fn random() -> String;
}

/// A text as a part of an address.
pub(crate) fn quoted(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

/// Ends what is under way when its owner, an effect or a view, is gone.
struct Ending {
    controller: AbortController,
    over: Arc<AtomicBool>,
}

impl Ending {
    fn new() -> Option<Self> {
        let ending = Self { controller: AbortController::new().ok()?, over: Arc::default() };
        // A browser's objects stay on their thread, and there is one.
        let (controller, over) = (SendWrapper::new(ending.controller.clone()), Arc::clone(&ending.over));
        on_cleanup(move || {
            over.store(true, Ordering::Relaxed);
            controller.abort();
        });
        Some(ending)
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }
}
