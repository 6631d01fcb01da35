//! The Worker: authenticates, routes, loads facts, asks `domain`, records, answers. Business is decided in `domain`.
//!
//! Two doors: the friend's path on the shop's own domain (redirects and the browser's small API), and the owner's host.

#![allow(clippy::indexing_slicing, reason = "only `serde_json::Value` is indexed: an absent field reads as null")]

mod settings;

mod assets;
mod buffer;
mod inbound;
mod owner;
mod public;
mod redirect;

mod command;
mod failure;
mod metrics;
mod outgoing;
mod store;
mod waiting;

mod clicks_do;
mod destination_do;
mod directory_do;
mod program_do;

#[cfg(feature = "faults")]
mod faults;

pub use buffer::{batch_sent, flush_now, flush_soon, next_batch};
pub use clicks_do::ClicksDo;
pub use destination_do::DestinationDo;
pub use directory_do::DirectoryDo;
pub use owner::{conversion_call, conversion_headers, not_recorded};
pub use program_do::ProgramDo;
pub use redirect::{hot, refresh, warm};

use failure::{Outcome, json};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::routes;
use redirect::Seen;
use settings::{Friends, Settings};
use worker::{Context, Env, Request, event};

#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<web_sys::Response> {
    let settings = Settings::of(&env);
    let facts = redirect::facts(request.inner(), &env);
    let seen = Seen::of(&facts);
    let (path, _) = seen.path_and_query();
    match settings.friends(path) {
        Some(Friends::Browser(rest)) => {
            metrics::request("browser");
            let visit = public::Visit { env: &env, settings, seen: &seen, token: public::identity(&request) };
            answered(public::answer(&visit, rest, request).await)
        }
        Some(Friends::Link(rest)) if matches!(seen.method, "GET" | "HEAD") => {
            Ok(redirect::answer(&seen, rest, &env, &context, settings).await)
        }
        Some(Friends::Link(_)) => answered(Err(routes::nothing_here(seen.method, "/r/{code}").into())),
        None => {
            metrics::request("owner");
            answered(owners(&seen, &env, settings, request).await)
        }
    }
}

/// What is served on the owner's host alone.
async fn owners(seen: &Seen<'_>, env: &Env, settings: &Settings, request: Request) -> Outcome<worker::Response> {
    let (path, _) = seen.path_and_query();
    if path == "/healthz" && routes::is_known(seen.method, path) {
        #[cfg(feature = "faults")]
        faults::switch(&request.headers().get("x-honeyguide-fault")?.unwrap_or_default());
        let health = serde_json::json!({"status": "ok", "version": env!("CARGO_PKG_VERSION"), "friend_path": settings.friend_path});
        return Ok(json(200, &health.to_string())?);
    }
    if !settings.is_owners(seen.host) {
        return Err(Refusal::not_found("path").into());
    }
    if let (Some((vendor, program)), "POST") = (inbound::post_of(path), seen.method) {
        return inbound::answer(&inbound::Post { env, settings, seen, vendor, program }, request).await;
    }
    if path.starts_with("/v1/") {
        let asked = owner::Asked::new(env, settings, seen, &request)?.admitted().await?;
        return owner::answer(&asked, request).await;
    }
    if path == "/openapi.json" || path == "/healthz" {
        return described(env, seen.method, path).await;
    }
    let (folder, name) = match path.trim_matches('/').split_once('/') {
        Some(("console", name)) => ("console", assets::of_console(name)),
        Some(("docs", name)) => name.strip_prefix("guides/").map_or(("docs", name), |name| ("docs/guides", name)),
        Some((_, _)) => ("site", ""),
        None if path.trim_matches('/') == "console" => ("console", "index.html"),
        None if path == "/" => ("site", "index.html"),
        None => ("site", path.trim_matches('/')),
    };
    match assets::file(env, folder, name).await? {
        Some(file) if matches!(seen.method, "GET" | "HEAD") => Ok(file),
        _ => Err(Refusal::not_found("page").into()),
    }
}

/// The API's document, which is made when the edge is built.
async fn described(env: &Env, method: &str, path: &str) -> Outcome<worker::Response> {
    if !routes::is_known(method, path) {
        return Err(routes::nothing_here(method, path).into());
    }
    assets::file(env, "openapi", "openapi.json").await?.ok_or_else(|| Refusal::not_found("document").into())
}

fn answered(outcome: Outcome<worker::Response>) -> worker::Result<web_sys::Response> {
    match outcome {
        Ok(response) => Ok(response.into()),
        Err(failure) => failure.answer().map(Into::into),
    }
}
