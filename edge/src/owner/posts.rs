//! What a posted conversion asks of its program's object, where that can be told at once: `posts.js` takes it there,
//! together with those that are posted at the same time. Everything else goes the whole way, which refuses in words.

use super::{check_idempotency_key, is_remembered, once};
use crate::command::{Caller, ProgramCall, ProgramCommand, Reply};
use crate::failure::Failure;
use crate::metrics;
use crate::redirect::Seen;
use crate::settings::Settings;
use honeyguide_domain::auth::{Scope, fingerprint, program_of_secret, same_secret};
use honeyguide_domain::session::{self, Credential};
use honeyguide_domain::wire::read::{self, LARGEST_BODY};
use wasm_bindgen::prelude::wasm_bindgen;

/// The headers that `conversion_call` is given, with blanks between.
#[wasm_bindgen]
#[must_use]
pub fn conversion_headers() -> String {
    const FAULT: &str = if cfg!(feature = "faults") { " x-honeyguide-fault" } else { "" };
    ["authorization cookie sec-fetch-site idempotency-key content-type", FAULT].concat()
}

/// The program and the call for its object, with a line feed between. `headers`: a line each, as `headersOf` makes them.
/// Nothing: the request goes the whole way.
#[wasm_bindgen]
#[must_use]
pub fn conversion_call(facts: &str, headers: &str, body: &[u8]) -> Option<String> {
    let settings = Settings::held()?;
    let seen = Seen::of(facts);
    let (path, query) = seen.path_and_query();
    let is_ours = (seen.method, path, query) == ("POST", "/v1/conversions", "") && settings.friends(path).is_none();
    if !is_ours || !settings.is_owners(seen.host) || body.len() > LARGEST_BODY {
        return None;
    }
    let mut headers = headers.split('\n').map(|line| Some(line.trim_end_matches(' ')).filter(|_| !line.is_empty()));
    let mut next = || headers.next().flatten();
    let [authorization, cookie, site, idempotency_key, format] = [next(), next(), next(), next(), next()];
    read::check_format(format.unwrap_or_default()).ok()?;
    idempotency_key.map_or(Ok(()), check_idempotency_key).ok()?;
    let Credential::Key(key) = session::credential(authorization, cookie, site).ok()? else { return None };
    if same_secret(&key, &settings.admin_secret) {
        return None;
    }
    let program = program_of_secret(&key)?;
    #[cfg(feature = "faults")]
    if crate::faults::is_slow() || crate::faults::refuse("PROGRAM").is_err() {
        return None;
    }
    let body = str::from_utf8(body).ok().filter(|_| is_remembered(program.as_str()))?;
    metrics::request("owner");
    let call = ProgramCall {
        caller: Caller::Key { fingerprint: fingerprint(&key), scope: Scope::Write },
        idempotency: idempotency_key.map(|key| once(key, seen.method, path, body)),
        command: ProgramCommand::Convert { body: body.to_owned() },
        #[cfg(feature = "faults")]
        fault: next().unwrap_or_default().to_owned(),
    };
    Some(format!("{}\n{}", program.as_str(), serde_json::to_string(&call).ok()?))
}

/// How a post ended whose call failed: logged here, once for all posts of the call.
#[wasm_bindgen]
#[must_use]
pub fn not_recorded(why: &str) -> String {
    Reply::of(Err(Failure::Ours(why.to_owned()))).line()
}
