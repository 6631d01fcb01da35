//! The owner's API about sessions, route by route: sign in with a key, who is signed in, sign out. A program's are kept by
//! the program, those of the admin secret by the directory.

use super::routes::{look, tell};
use super::{Asked, is_known};
use crate::command::{DirectoryCommand, ProgramCall, ProgramCommand as C, SessionCommand, ask};
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
            if is_of_deployment(asked) {
                return tell_directory(asked, SessionCommand::List { secret: secret(asked), current }).await;
            }
            look(asked, C::Sessions { current }).await
        }
        ("DELETE", ["sessions", "current"]) => sign_out(asked).await,
        ("DELETE", ["sessions", id]) if is_of_deployment(asked) => {
            tell_directory(asked, SessionCommand::Revoke { id: id.to_string() }).await
        }
        ("DELETE", ["sessions", id]) => tell(asked, Write, C::RevokeSession { id: id.to_string() }, "").await,
        _ => Err(Refusal::not_found("path").into()),
    }
}

/// Whether the sessions of the admin secret are meant: the deployment asks, and names no program.
fn is_of_deployment(asked: &Asked<'_>) -> bool {
    asked.is_admin() && crate::public::parameter(asked.query, "program").is_none()
}

fn secret(asked: &Asked<'_>) -> String {
    fingerprint(&asked.settings.admin_secret)
}

async fn tell_directory(asked: &Asked<'_>, command: SessionCommand) -> Outcome<Response> {
    ask(asked.env, "DIRECTORY", "directory", &DirectoryCommand::Session(command)).await
}

/// The token is made here and goes into the cookie; what is kept is its fingerprint.
async fn sign_in(asked: &Asked<'_>) -> Outcome<Response> {
    let Credential::Key(key) = &asked.credential else { return Err(session::needs_key().into()) };
    let agent = session::agent(&asked.user_agent);
    let (token, mut made) = if asked.is_admin() {
        let token = session::deployment_token(chance());
        let command = SessionCommand::SignIn { secret: secret(asked), token: fingerprint(&token), agent };
        (token, tell_directory(asked, command).await?)
    } else {
        let program = asked.program().await?;
        let token = session::token(&ProgramId::parse(&program)?, chance());
        let command = C::SignIn { key: fingerprint(key), token: fingerprint(&token), agent };
        (token, ask(asked.env, "PROGRAM", &program, &ProgramCall::of_deployment(command)).await?)
    };
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
        Credential::Session(token) if session::is_of_deployment(token) => {
            let ended = tell_directory(asked, SessionCommand::SignOut { token: fingerprint(token) }).await?;
            if ended.status_code() != 204 {
                return Ok(ended);
            }
        }
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
