//! The owner's API, route by route.

use super::{Asked, claim_code, clicks, doctor, inward, many, money, overview, programs, sessions};
use crate::command::{DestinationCommand, DirectoryCommand, ProgramCommand as C, ask};
use crate::failure::{Outcome, json};
use crate::owner::limited_text;
use crate::redirect;
use honeyguide_domain::auth::Scope::{Money, Read, Write};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::program::Program;
use honeyguide_domain::routes;
use honeyguide_domain::wire::participants::{NewLink, NewParticipant};
use honeyguide_domain::wire::read;
use serde_json::Value;
use worker::{Request, Response};

/// The table of contents of `/v1`. What isn't in `domain::routes` isn't answered.
pub(crate) async fn answer(asked: &Asked<'_>, mut request: Request) -> Outcome<Response> {
    if !routes::is_known(asked.method, asked.path) {
        return Err(routes::nothing_here(asked.method, asked.path).into());
    }
    let segments: Vec<&str> = asked.path.trim_start_matches('/').split('/').skip(1).collect();
    if let ("POST", ["participants" | "conversions" | "customers", "batch"]) = (asked.method, segments.as_slice()) {
        let what = segments.first().copied().unwrap_or_default();
        return many::batch(asked, what, &mut request).await;
    }
    let body = if asked.method == "GET" { String::new() } else { limited_text(&mut request).await? };
    match (asked.method, segments.as_slice()) {
        ("POST", ["programs"]) => create_program(asked, &body).await,
        ("GET", ["programs"]) => {
            asked.admin()?;
            ask(asked.env, "DIRECTORY", "directory", &DirectoryCommand::Programs).await
        }
        ("GET", ["program"]) => look(asked, C::File).await,
        ("PUT", ["program"]) => put_program(asked, body).await,
        ("GET", ["program", "versions"]) => look(asked, C::Versions).await,
        ("GET", ["program", "versions", number]) => look(asked, C::Version { number: number.to_string() }).await,
        ("POST", ["program", "lint"]) => look(asked, C::Lint { body }).await,
        ("POST", ["program", "what-if"]) => tell(asked, Read, C::WhatIf { file: body.clone() }, &body).await,
        ("GET", ["doctor"]) => doctor::answer(asked).await,
        ("GET", ["keys"]) => look(asked, C::Keys).await,
        ("POST", ["keys"]) => tell(asked, Write, C::NewKey { body: body.clone() }, &body).await,
        ("POST", ["keys", "identity"]) => tell(asked, Write, C::RotateIdentity, &body).await,
        ("DELETE", ["keys", id]) => tell(asked, Write, C::RevokeKey { id: id.to_string() }, "").await,

        (_, ["sessions", ..]) => sessions::answer(asked, &segments).await,

        ("POST", ["participants"]) => create_participant(asked, &body).await,
        ("GET", ["participants"]) => {
            let query = asked.page(&["external_id", "email", "state", "ids", "search", "sort"])?;
            look(asked, C::Participants { query }).await
        }
        ("GET", ["participants", id]) => look(asked, C::Participant { id: id.to_string() }).await,
        ("PATCH", ["participants", id]) => {
            let answer =
                tell(asked, Write, C::ChangeParticipant { id: id.to_string(), body: body.clone() }, &body).await;
            redirect::forget(&asked.program().await?);
            answer
        }
        ("GET", ["participants" | "beneficiaries", id, "statement"]) => {
            look(asked, C::Statement { id: id.to_string(), query: asked.page(&["sort"])? }).await
        }
        ("POST", ["participants", id, "links"]) => create_link(asked, id, &body).await,

        ("GET", ["clicks"]) => clicks::list(asked).await,
        ("GET", ["metrics"]) => metrics(asked),
        (_, ["stats", ..]) => stats(asked, &segments).await,
        ("GET", ["links"]) => links(asked).await,

        ("POST", ["conversions"]) => tell(asked, Write, C::Convert { body: body.clone() }, &body).await,
        ("GET", ["conversions"]) => conversions(asked).await,
        ("GET", ["conversions", id]) => conversion(asked, id).await,
        ("POST", ["conversions", id, "dispute"]) => dispute(asked, id, body).await,
        ("POST", ["conversions", id, "dispute", "settle"]) => {
            tell(asked, Money, C::SettleDispute { id: id.to_string(), body: body.clone() }, &body).await
        }
        ("POST", ["refunds"]) => tell(asked, Write, C::Refund { body: body.clone() }, &body).await,

        (_, ["sources" | "in" | "claims", ..]) => inward::answer(asked, &segments, body).await,
        (
            _,
            ["rewards" | "coupons" | "payouts" | "ledger" | "export" | "jobs", ..]
            | ["participants" | "beneficiaries", _, "write-off"],
        ) => money::answer(asked, &segments, body).await,

        ("POST", ["destinations"]) => {
            check_named(asked, &body, &["url"]).await?;
            tell(asked, Write, C::NewDestination { body: body.clone() }, &body).await
        }
        ("GET", ["destinations"]) => {
            look(asked, C::Destinations { query: asked.page(&["state", "failing", "sort"])? }).await
        }
        ("GET", ["destinations", id]) => look(asked, C::Destination { id: id.to_string() }).await,
        ("PATCH", ["destinations", id]) => {
            check_named(asked, &body, &["url"]).await?;
            tell(asked, Write, C::ChangeDestination { id: id.to_string(), body: body.clone() }, &body).await
        }
        ("DELETE", ["destinations", id]) => tell(asked, Write, C::DeleteDestination { id: id.to_string() }, "").await,
        ("POST", ["destinations", id, "test"]) => {
            tell(asked, Write, C::TestDestination { id: id.to_string() }, &body).await
        }
        ("POST", ["destinations", id, "rotate"]) => {
            tell(asked, Write, C::RotateDestination { id: id.to_string() }, &body).await
        }
        ("POST", ["destinations", id, "replay"]) => many::replay_destination(asked, id).await,
        ("GET", ["deliveries"]) => many::deliveries(asked).await,
        ("GET", ["deliveries", id]) => {
            many::delivery(asked, DestinationCommand::Delivery { id: id.to_string() }, Read).await
        }
        ("POST", ["deliveries", id, "replay"]) => {
            many::delivery(asked, DestinationCommand::Replay { id: id.to_string() }, Write).await
        }
        _ => Err(Refusal::not_found("path").into()),
    }
}

async fn conversions(asked: &Asked<'_>) -> Outcome<Response> {
    let filters = ["event", "external_id", "outcome", "reason", "participant", "customer", "dispute", "sort"];
    let query = asked.page(&filters)?;
    if query.filter("dispute").is_some_and(|state| !["open", "settled"].contains(&state)) {
        let message = "dispute is one of open, settled.";
        return Err(Refusal::new(400, "unknown_value", message).at("dispute").into());
    }
    look(asked, C::Conversions { query }).await
}

pub(super) async fn look(asked: &Asked<'_>, command: C) -> Outcome<Response> {
    let program = asked.program().await?;
    asked.look(&program, Read, command).await
}

pub(super) async fn tell(
    asked: &Asked<'_>,
    scope: honeyguide_domain::auth::Scope,
    command: C,
    body: &str,
) -> Outcome<Response> {
    let program = asked.program().await?;
    asked.tell(&program, scope, command, body).await
}

async fn stats(asked: &Asked<'_>, segments: &[&str]) -> Outcome<Response> {
    match (asked.method, segments) {
        ("GET", ["stats", "clicks"]) => clicks::stats(asked).await,
        ("GET", ["stats", "overview"]) => overview::answer(asked).await,
        ("GET", ["stats", "programs"]) => programs::answer(asked).await,
        _ => Err(Refusal::not_found("path").into()),
    }
}

async fn links(asked: &Asked<'_>) -> Outcome<Response> {
    look(asked, C::LinkList { query: asked.page(&["participant", "state", "unproductive"])? }).await
}

async fn conversion(asked: &Asked<'_>, id: &str) -> Outcome<Response> {
    look(asked, C::Conversion { id: id.to_owned(), lang: asked.lang()? }).await
}

async fn dispute(asked: &Asked<'_>, id: &str, body: String) -> Outcome<Response> {
    tell(asked, Write, C::Dispute { id: id.to_owned(), body: body.clone(), lang: asked.lang()? }, &body).await
}

/// Reserved first, made second, known last: a try that was cut off between can be made again.
async fn create_program(asked: &Asked<'_>, body: &str) -> Outcome<Response> {
    asked.admin()?;
    let program = Program::from_json(body)?;
    let id = program.id.as_str().to_owned();
    let reserve = DirectoryCommand::Reserve {
        program: id.clone(),
        site: program.site.as_str().to_owned(),
        host: program.site.host().to_owned(),
        mode: program.mode.as_str().to_owned(),
        kind: program.kind.as_str().to_owned(),
    };
    let reserved = ask(asked.env, "DIRECTORY", "directory", &reserve).await?;
    if reserved.status_code() >= 300 {
        // A replay by the same key is answered by the program, which keeps it.
        return if asked.idempotency_key.is_some() {
            replayed_program(asked, &id, body, reserved).await
        } else {
            Ok(reserved)
        };
    }
    let made = asked.tell(&id, Write, C::Create { file: body.to_owned() }, body).await?;
    if made.status_code() < 300 {
        ask(asked.env, "DIRECTORY", "directory", &DirectoryCommand::Activate { program: id }).await?;
    }
    Ok(made)
}

async fn replayed_program(asked: &Asked<'_>, id: &str, body: &str, conflict: Response) -> Outcome<Response> {
    let again = asked.tell(id, Write, C::Replayed, body).await?;
    Ok(if again.status_code() == 404 { conflict } else { again })
}

/// Refuses an address in a body whose name leads to a private one, where a resolver is set that says so. Whether the body
/// is whole is for its reader to say.
async fn check_named(asked: &Asked<'_>, body: &str, path: &[&str]) -> Outcome<()> {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let url = path.iter().fold(&body, |value, name| &value[*name]).as_str();
    let Some(url) = url.filter(|_| !asked.settings.resolver.is_empty()) else { return Ok(()) };
    // Nobody without a key has names looked up here.
    if asked.look(&asked.program().await?, Write, C::Permitted).await?.status_code() != 204 {
        return Ok(());
    }
    crate::outgoing::check_name(asked.env, asked.settings, url, &path.join(".")).await
}

async fn put_program(asked: &Asked<'_>, body: String) -> Outcome<Response> {
    check_named(asked, &body, &["approval", "callback", "url"]).await?;
    let program = asked.program().await?;
    let put = asked.tell(&program, Write, C::PutFile { body: body.clone() }, &body).await?;
    if put.status_code() == 200 {
        let file = Program::from_json(&body)?;
        let (site, host) = (file.site.as_str().to_owned(), file.site.host().to_owned());
        ask(asked.env, "DIRECTORY", "directory", &DirectoryCommand::Moved { program: program.clone(), site, host })
            .await?;
        redirect::forget(&program);
    }
    Ok(put)
}

/// Found, or a code is taken in the directory and then the participant made with it.
/// Whom the first code of a participant is claimed for.
pub(super) fn code_owner(new: &NewParticipant) -> String {
    format!("participant {}", new.external_id)
}

async fn create_participant(asked: &Asked<'_>, body: &str) -> Outcome<Response> {
    let program = asked.program().await?;
    let mut found = asked.look(&program, Write, C::FindParticipant { body: body.to_owned() }).await?;
    let known = found.status_code() == 200;
    if !known && found.status_code() != 204 {
        return Ok(found);
    }
    let code = if known {
        let row: Value = serde_json::from_str(&found.text().await?)?;
        row["code"].as_str().unwrap_or_default().to_owned()
    } else {
        let new: NewParticipant = read::body(body)?;
        claim_code(asked.env, asked.settings, &program, new.code.as_ref(), &code_owner(&new)).await?
    };
    let made = asked.tell(&program, Write, C::CreateParticipant { body: body.to_owned(), code }, body).await;
    redirect::forget(&program);
    made
}

async fn create_link(asked: &Asked<'_>, id: &str, body: &str) -> Outcome<Response> {
    let program = asked.program().await?;
    let dry = C::CreateLink { id: id.to_owned(), body: body.to_owned(), code: String::new() };
    let checked = asked.look(&program, Write, dry).await?;
    if checked.status_code() != 204 {
        return Ok(checked);
    }
    let new: NewLink =
        if body.trim().is_empty() { NewLink { code: None, destination: None } } else { read::body(body)? };
    let unique = asked.idempotency_key.clone().unwrap_or_else(|| format!("{:?}", crate::settings::chance::<16>()));
    let owner = format!("link {id} {unique}");
    let code = claim_code(asked.env, asked.settings, &program, new.code.as_ref(), &owner).await?;
    let made =
        asked.tell(&program, Write, C::CreateLink { id: id.to_owned(), body: body.to_owned(), code }, body).await;
    redirect::forget(&program);
    made
}

/// What this isolate has done since it began, in the text format of `OpenMetrics`.
fn metrics(asked: &Asked<'_>) -> Outcome<Response> {
    asked.admin()?;
    let response = Response::ok(crate::metrics::text())?;
    response.headers().set("content-type", "application/openmetrics-text; version=1.0.0; charset=utf-8")?;
    response.headers().set("cache-control", "private, no-store")?;
    Ok(response)
}

/// An answer of plain JSON.
pub(super) fn shown(body: &Value) -> Outcome<Response> {
    Ok(json(200, &body.to_string())?)
}
