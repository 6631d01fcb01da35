//! The owner's API, `/v1/…`: who asks, what for, and which object answers. The match in `routes` is its table of
//! contents; this carries a request there.

mod clicks;
mod doctor;
mod exports;
mod inward;
mod many;
mod money;
mod overview;
mod posts;
mod programs;
mod routes;
mod sessions;

pub(crate) use clicks::of_code as clicks_of;
pub use posts::{conversion_call, conversion_headers, not_recorded};
pub(crate) use routes::answer;

use crate::command::{
    Caller, ClicksCommand, DirectoryCommand, Idempotency, Known, ProgramCall, ProgramCommand, Query, SessionCommand,
    ask, fetch, shard_name,
};
use crate::failure::{Failure, Outcome};
use crate::settings::Settings;
use honeyguide_domain::auth::{Scope, fingerprint, program_of_secret, same_secret};
use honeyguide_domain::code::Code;
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::money::LARGEST;
use honeyguide_domain::session::{self, Credential};
use honeyguide_domain::token::derive;
use honeyguide_domain::wire::read::{self, LARGEST_BODY};
use honeyguide_domain::words::Lang;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashSet;
use worker::{Env, Request, Response};

/// How much of a body that is too large is still read, in bytes.
const DRAINED: usize = 64 * 1024 * 1024;

/// The text of a body, at most 1 MiB of UTF-8.
pub(crate) async fn limited_text(request: &mut Request) -> Outcome<String> {
    bounded_text(request, LARGEST_BODY).await
}

pub(crate) async fn bounded_text(request: &mut Request, most: usize) -> Outcome<String> {
    use futures_util::StreamExt;
    let large = || Refusal::new(413, "too_large", format!("A body here has {most} bytes at most."));
    if request.inner().body().is_none() {
        return Ok(String::new());
    }
    read::check_format(&request.headers().get("content-type")?.unwrap_or_default())?;
    let mut bytes = Vec::new();
    let mut stream = request.stream()?;
    let mut read = 0;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        read += chunk.len();
        // What is too much is read on and dropped, so that the caller, who is still sending, gets to hear the answer.
        if read <= most {
            bytes.extend(chunk);
        } else if read > DRAINED {
            break;
        }
    }
    if read > most {
        return Err(large().into());
    }
    String::from_utf8(bytes).map_err(|_| Refusal::new(400, "malformed_json", "The body isn't UTF-8.").into())
}

/// Programs that this isolate knows of at most: who is known stays known, as no program is ever taken away.
const MOST_KNOWN: usize = 10_000;

thread_local! {
    static KNOWN: RefCell<HashSet<String>> = RefCell::default();
}

/// The directory's word on a program; nothing is asked of a program that it doesn't know.
pub(crate) async fn known_program(env: &Env, program: &str) -> Outcome<Option<Known>> {
    let known: Known =
        fetch(env, "DIRECTORY", "directory", &DirectoryCommand::Program { program: program.to_owned() }).await?;
    Ok(known.ready.then_some(known))
}

/// Whether this isolate knows a program already.
fn is_remembered(program: &str) -> bool {
    KNOWN.with_borrow(|known| known.contains(program))
}

/// Whether the directory knows a program; asked once an isolate.
async fn is_known(env: &Env, program: &str) -> Outcome<bool> {
    if is_remembered(program) {
        return Ok(true);
    }
    let is_known = known_program(env, program).await?.is_some();
    if is_known {
        KNOWN.with_borrow_mut(|known| {
            if known.len() >= MOST_KNOWN {
                known.clear();
            }
            known.insert(program.to_owned());
        });
    }
    Ok(is_known)
}

/// Takes a code for a program: the chosen one, or a generated one that a second try by the same owner finds again.
pub(crate) async fn claim_code(
    env: &Env,
    settings: &Settings,
    program: &str,
    chosen: Option<&Code>,
    owner: &str,
) -> Outcome<String> {
    let claimed = claim_codes(env, settings, program, &[(chosen.cloned(), owner.to_owned())]).await?;
    let claimed = claimed.into_iter().next().ok_or_else(|| Failure::Ours("a claim has no answer".to_owned()))?;
    Ok(claimed?)
}

/// Codes that are drawn for one owner until one is free.
const DRAWN: usize = 8;

/// The same of many, chosen or not, each with its owner: all at once, and those again alone whose drawn code was taken.
pub(crate) async fn claim_codes(
    env: &Env,
    settings: &Settings,
    program: &str,
    wanted: &[(Option<Code>, String)],
) -> Outcome<Vec<Result<String, Refusal>>> {
    let mut claimed: Vec<Option<Result<String, Refusal>>> = vec![None; wanted.len()];
    for attempt in 0..DRAWN {
        let draw = |(chosen, owner): &(Option<Code>, String)| {
            let seed = format!("honeyguide code {program} {owner} {attempt}");
            let code =
                chosen.clone().unwrap_or_else(|| Code::generate(&derive(settings.secret.as_bytes(), seed.as_bytes())));
            (code.to_string(), owner.clone())
        };
        let without = claimed.iter_mut().zip(wanted).filter(|(claimed, _)| claimed.is_none());
        let asked: Vec<_> = without.map(|(claimed, want)| (claimed, want.0.is_some(), draw(want))).collect();
        if asked.is_empty() {
            break;
        }
        let codes: Vec<(String, String)> = asked.iter().map(|(_, _, code)| code.clone()).collect();
        let command = DirectoryCommand::Claim { program: program.to_owned(), wanted: codes };
        let ours: Vec<bool> = fetch(env, "DIRECTORY", "directory", &command).await?;
        for ((claimed, is_chosen, (code, _)), ours) in asked.into_iter().zip(ours) {
            if ours {
                *claimed = Some(Ok(code));
            } else if is_chosen {
                let message = format!("The code \"{code}\" is taken.");
                *claimed = Some(Err(Refusal::new(409, "code_taken", message).at("code")));
            }
        }
    }
    let all: Option<Vec<_>> = claimed.into_iter().collect();
    all.ok_or_else(|| Failure::Ours(format!("no free code in {DRAWN} tries")))
}

/// One authenticated request of the owner's.
pub(crate) struct Asked<'a> {
    pub(crate) env: &'a Env,
    pub(crate) settings: &'a Settings,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    credential: Credential,
    /// Whether the credential is a session of the admin secret that is in force.
    admin_session: bool,
    user_agent: String,
    accept_language: String,
    idempotency_key: Option<String>,
    #[cfg(feature = "faults")]
    fault: String,
}

impl<'a> Asked<'a> {
    pub(crate) fn new(
        env: &'a Env,
        settings: &'a Settings,
        seen: &'a crate::redirect::Seen<'a>,
        request: &Request,
    ) -> Outcome<Self> {
        let (path, query) = seen.path_and_query();
        let header = |name: &str| request.headers().get(name).ok().flatten();
        let idempotency_key = header("idempotency-key");
        idempotency_key.as_deref().map_or(Ok(()), check_idempotency_key)?;
        let [authorization, cookie, site] = ["authorization", "cookie", "sec-fetch-site"].map(header);
        let credential = session::credential(authorization.as_deref(), cookie.as_deref(), site.as_deref())?;
        Ok(Self {
            env,
            settings,
            method: seen.method,
            path,
            query,
            credential,
            admin_session: false,
            user_agent: header("user-agent").unwrap_or_default(),
            accept_language: header("accept-language").unwrap_or_default(),
            idempotency_key,
            #[cfg(feature = "faults")]
            fault: header("x-honeyguide-fault").unwrap_or_default(),
        })
    }

    /// The language of words: `?lang=`, else what `Accept-Language` likes best, else English.
    fn lang(&self) -> Outcome<String> {
        let Some(tag) = crate::public::parameter(self.query, "lang") else {
            return Ok(Lang::preferred(&self.accept_language).as_str().to_owned());
        };
        let unknown = || {
            let known: Vec<&str> = Lang::ALL.iter().map(|lang| lang.as_str()).collect();
            Refusal::new(400, "unknown_language", format!("There are words in {}.", known.join(", "))).at("lang")
        };
        Ok(Lang::parse(&tag).ok_or_else(unknown)?.as_str().to_owned())
    }

    /// Looks up a session of the admin secret; one that isn't in force is refused: 401 `session_ended`. To sign out it needn't
    /// be. What else was sent is looked up where it is used.
    pub(crate) async fn admitted(mut self) -> Outcome<Self> {
        if let Credential::Session(token) = &self.credential
            && session::is_of_deployment(token)
            && self.path != "/v1/sessions/current"
        {
            let (secret, token) = (fingerprint(&self.settings.admin_secret), fingerprint(token));
            let command = DirectoryCommand::Session(SessionCommand::Check { secret, token });
            match ask(self.env, "DIRECTORY", "directory", &command).await?.status_code() {
                200..=299 => self.admin_session = !self.settings.admin_secret.is_empty(),
                401 => return Err(session::ended().into()),
                status => return Err(Failure::Ours(format!("the directory answered {status} of a session"))),
            }
        }
        Ok(self)
    }

    /// Whether the admin secret of the deployment was sent, or a session of it.
    fn is_admin(&self) -> bool {
        let Credential::Key(key) = &self.credential else { return self.admin_session };
        !self.settings.admin_secret.is_empty() && same_secret(key, &self.settings.admin_secret)
    }

    fn admin(&self) -> Outcome<()> {
        if self.is_admin() {
            return Ok(());
        }
        Err(Refusal::new(401, "unauthorized", "Send the admin secret of this deployment: Authorization: Bearer ….")
            .into())
    }

    /// The program that the key is for; with the admin secret, the one that `?program=` names.
    async fn program(&self) -> Outcome<String> {
        let named = match &self.credential {
            _ if self.is_admin() => crate::public::parameter(self.query, "program"),
            Credential::Key(key) => program_of_secret(key).map(|program| program.as_str().to_owned()),
            Credential::Session(token) => session::program_of(token).map(|program| program.as_str().to_owned()),
            Credential::Nothing => None,
        };
        let program = named.ok_or_else(|| if self.is_admin() { needs_program() } else { self.unknown() })?;
        if crate::public::parameter(self.query, "program").is_some_and(|asked| asked != program) {
            return Err(Refusal::new(403, "forbidden", "This key is for another program.").at("program").into());
        }
        if is_known(self.env, &program).await? {
            return Ok(program);
        }
        Err(if self.is_admin() { Refusal::not_found("program") } else { self.unknown() }.into())
    }

    /// What is said to whom nobody here knows.
    fn unknown(&self) -> Refusal {
        if matches!(self.credential, Credential::Session(_)) { session::ended() } else { Refusal::unauthorized() }
    }

    fn caller(&self, scope: Scope) -> Caller {
        match &self.credential {
            _ if self.is_admin() => Caller::Deployment,
            Credential::Session(token) => Caller::Session { fingerprint: fingerprint(token), scope },
            Credential::Key(key) => Caller::Key { fingerprint: fingerprint(key), scope },
            // The fingerprint of nothing is no key's.
            Credential::Nothing => Caller::Key { fingerprint: String::new(), scope },
        }
    }

    /// Asks the program's object, once for each idempotency key.
    async fn tell(&self, program: &str, scope: Scope, command: ProgramCommand, body: &str) -> Outcome<Response> {
        self.send(program, scope, command, self.idempotency(body)).await
    }

    /// What makes a request be carried out once, where it writes and has a key.
    fn idempotency(&self, body: &str) -> Option<Idempotency> {
        let key = self.idempotency_key.as_deref().filter(|_| self.method != "GET")?;
        Some(once(key, self.method, self.path, body))
    }

    /// Asks the program's object without an idempotency key: a look, or a step of something larger.
    async fn look(&self, program: &str, scope: Scope, command: ProgramCommand) -> Outcome<Response> {
        self.send(program, scope, command, None).await
    }

    async fn send(
        &self,
        program: &str,
        scope: Scope,
        command: ProgramCommand,
        idempotency: Option<Idempotency>,
    ) -> Outcome<Response> {
        let call = ProgramCall {
            caller: self.caller(scope),
            idempotency,
            command,
            #[cfg(feature = "faults")]
            fault: self.fault.clone(),
        };
        ask(self.env, "PROGRAM", program, &call).await
    }

    /// The page of a list whose cursors are ids: beside the rest, where it goes on.
    fn page_by_id(&self, filters: &[&str]) -> Outcome<(Query, Option<String>)> {
        let cursor = crate::public::parameter(self.query, "cursor");
        let empty = self.query.split('&').any(|pair| pair == "cursor" || pair == "cursor=");
        if cursor.is_none() && empty {
            let message = "This cursor isn't one that was given.";
            return Err(Refusal::new(400, "invalid_parameter", message).at("cursor").into());
        }
        let rest: Vec<&str> = self.query.split('&').filter(|pair| !pair.starts_with("cursor=")).collect();
        Ok((page_of(&rest.join("&"), filters)?, cursor))
    }

    /// Whether `?dry_run=true` says that nothing is to be written. What says neither yes nor no is refused: it might have
    /// been meant.
    fn is_dry_run(&self) -> Outcome<bool> {
        let asked = self.query.split('&').filter_map(|pair| match pair.split_once('=').unwrap_or((pair, "")) {
            ("dry_run", value) => Some(value),
            _ => None,
        });
        match asked.collect::<Vec<_>>().as_slice() {
            [] | ["false"] => Ok(false),
            ["true"] => Ok(true),
            _ => Err(Refusal::new(400, "unknown_value", "dry_run is one of true, false.").at("dry_run").into()),
        }
    }

    /// Refuses by name what isn't one of these parameters, where there is no list.
    fn only(&self, names: &[&str]) -> Outcome<()> {
        let given = self.query.split('&').filter_map(|pair| pair.split('=').next()).filter(|name| !name.is_empty());
        match given.into_iter().find(|name| *name != "program" && !names.contains(name)) {
            None => Ok(()),
            Some(name) => {
                let message = format!("There is no parameter \"{name}\" here; there are {}.", names.join(", "));
                Err(Refusal::new(400, "unknown_parameter", message).at(name).into())
            }
        }
    }

    /// The page and filters of a list; a parameter that nobody knows is refused by name.
    fn page(&self, filters: &[&str]) -> Outcome<Query> {
        page_of(self.query, filters)
    }
}

fn check_idempotency_key(key: &str) -> Result<(), Refusal> {
    if (1..=255).contains(&key.len()) && key.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Ok(());
    }
    let message = "An Idempotency-Key has 1 to 255 printable ASCII characters.";
    Err(Refusal::new(400, "invalid_idempotency_key", message))
}

/// A request that is to be carried out once.
fn once(key: &str, method: &str, path: &str, body: &str) -> Idempotency {
    Idempotency { key: key.to_owned(), request: fingerprint(&format!("{method} {path} {body}")) }
}

fn page_of(asked: &str, filters: &[&str]) -> Outcome<Query> {
    let mut query = Query { limit: 100, ..Query::default() };
    for pair in asked.split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split('=').next().unwrap_or_default();
        let value = crate::public::parameter(asked, name).unwrap_or_default();
        let bad = |message: &str| Refusal::new(400, "invalid_parameter", message).at(name);
        match name {
            "limit" => {
                let limit = value.parse().ok().filter(|limit| (1..=1_000).contains(limit));
                query.limit = limit.ok_or_else(|| bad("limit lies between 1 and 1000."))?;
            }
            "cursor" => {
                let cursor = value.parse().ok().filter(|cursor| (0..=LARGEST).contains(cursor));
                query.cursor = cursor.ok_or_else(|| bad("This cursor isn't one that was given."))?;
            }
            "program" => {}
            name if filters.contains(&name) => {
                if !value.is_empty() {
                    query.filters.insert(name.to_owned(), value);
                }
            }
            _ => {
                let message =
                    format!("There is no parameter \"{name}\" here; there are limit, cursor, {}.", filters.join(", "));
                return Err(Refusal::new(400, "unknown_parameter", message).at(name).into());
            }
        }
    }
    Ok(query)
}

/// What is said to the deployment where it doesn't say which program is meant.
fn needs_program() -> Refusal {
    Refusal::new(400, "program_needed", "Say which program is meant: ?program=….").at("program")
}

/// Used by the routes: counts a deployment's clicks command for one program.
async fn ask_clicks(env: &Env, shard: u16, command: &ClicksCommand) -> Outcome<Value> {
    fetch(env, "CLICKS", &shard_name(shard), command).await
}
