//! The owner's API about sessions, route by route: sign in with a key, who is signed in, sign out.

use super::routes::{look, tell};
use super::{Asked, is_known};
use crate::command::{ProgramCall, ProgramCommand as C, ask};
use crate::failure::{Outcome, json};
use crate::settings::chance;
use honeyguide_domain::auth::{Scope::Write, fingerprint};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::program::ProgramId;
use honeyguide_domain::session::{self, Credential};
use worker::Response;

pub(super) async fn answer(asked: &Asked<'_>, segments: &[&str]) -> Outcome<Response> {
    match (asked.method, segments) {
        ("POST", ["sessions"]) => sign_in(asked).await,
        ("GET", ["sessions"]) => {
            let current = match &asked.credential {
                Credential::Session(token) => Some(fingerprint(token)),
                Credential::Key(_) | Credential::Nothing => None,
            };
            look(asked, C::Sessions { current }).await
        }
        ("DELETE", ["sessions", "current"]) => sign_out(asked).await,
        ("DELETE", ["sessions", id]) => tell(asked, Write, C::RevokeSession { id: id.to_string() }, "").await,
        _ => Err(Refusal::not_found("path").into()),
    }
}

/// The token is made here and goes into the cookie; the program keeps its fingerprint.
async fn sign_in(asked: &Asked<'_>) -> Outcome<Response> {
    let Credential::Key(key) = &asked.credential else { return Err(session::needs_key().into()) };
    if asked.is_admin() {
        return Err(session::needs_key().into());
    }
    let program = asked.program().await?;
    let token = session::token(&ProgramId::parse(&program)?, chance());
    let command =
        C::SignIn { key: fingerprint(key), token: fingerprint(&token), agent: session::agent(&asked.user_agent) };
    let mut made = ask(asked.env, "PROGRAM", &program, &ProgramCall::of_deployment(command)).await?;
    if made.status_code() != 201 {
        return Ok(made);
    }
    let answer = json(201, &made.text().await?)?;
    answer.headers().set("set-cookie", &session::set_cookie(&token))?;
    Ok(answer)
}

/// The cookie is cleared when its session has ended, and not before.
async fn sign_out(asked: &Asked<'_>) -> Outcome<Response> {
    match &asked.credential {
        Credential::Key(_) => return Err(Refusal::not_found("session").into()),
        Credential::Session(token) => {
            let named = session::program_of(token);
            // Of a program that isn't known there is no session.
            if let Some(program) = named.as_ref().map(ProgramId::as_str)
                && is_known(asked.env, program).await?
            {
                let call = ProgramCall::of_deployment(C::SignOut { token: fingerprint(token) });
                let ended = ask(asked.env, "PROGRAM", program, &call).await?;
                if ended.status_code() != 204 {
                    return Ok(ended);
                }
            }
        }
        Credential::Nothing => {}
    }
    let answer = json(204, "")?;
    answer.headers().set("set-cookie", &session::clear_cookie())?;
    Ok(answer)
}
