//! Requests that leave for hosts of others. Public addresses go by the Worker's own way out; the hosts that a setting
//! names for local use by a second one.
//!
//! What a name resolves to is not seen here. On Cloudflare the way out leads to the public internet only; a process of
//! one's own is given a network that refuses every other address at the moment of connecting, so a name that changes
//! its mind between a look and a call gains nothing. A resolver, where one is set, says in words why. Called by a
//! destination's object, and by the routes on which an owner writes an address.

use crate::failure::Outcome;
use crate::settings::{Settings, within};
use honeyguide_domain::address::{check_address, inside};
use honeyguide_domain::fault::Refusal;
use std::net::IpAddr;
use std::time::Duration;
use url::Url;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::Env;

/// A resolver that takes longer isn't waited for: it explains, and guards nothing.
const RESOLVING: Duration = Duration::from_secs(2);
/// The most of a resolver's answer that is read, in bytes.
const RESOLVED: usize = 16 * 1024;

/// A failure in words for the owner.
fn told(error: JsValue) -> String {
    let name = js_sys::Reflect::get(&error, &"name".into()).ok().and_then(|name| name.as_string());
    match name.as_deref() {
        Some("TimeoutError" | "AbortError") => "No whole answer came in time.".to_owned(),
        _ => worker::Error::from(error).to_string(),
    }
}

/// Sends a request, unless its address is one that isn't called. An error is told to the owner: no answer, and why.
pub(crate) async fn fetch(env: &Env, request: &web_sys::Request) -> Result<web_sys::Response, String> {
    let settings = Settings::of(env);
    let address = request.url();
    #[cfg(feature = "faults")]
    if crate::faults::is("addresses-unchecked") {
        let url = Url::parse(&address).map_err(|bad| bad.to_string())?;
        return by_network(env, settings, &url, request).await;
    }
    // Again, though it was checked when it was written: the rules and the settings may have changed since.
    check_address(&address, &settings.local_hosts).map_err(|bad| format!("Not sent: {bad}."))?;
    let url = Url::parse(&address).map_err(|bad| bad.to_string())?;
    match by_network(env, settings, &url, request).await {
        Ok(response) => Ok(response),
        Err(why) => Err(match leads_inside(env, settings, &url).await {
            Some(address) => not_public(&url, address),
            None if why.contains("internal error") => {
                format!(
                    "{} can't be reached: its name doesn't resolve, it refuses connections, or it isn't public.",
                    host(&url)
                )
            }
            None => why,
        }),
    }
}

/// Refuses an address whose name leads to one that isn't public, where a resolver is set that says so.
pub(crate) async fn check_name(env: &Env, settings: &Settings, address: &str, field: &str) -> Outcome<()> {
    let Ok(url) = Url::parse(address) else { return Ok(()) };
    match leads_inside(env, settings, &url).await {
        Some(found) => Err(Refusal::new(422, "invalid_destination", not_public(&url, found)).at(field).into()),
        None => Ok(()),
    }
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

fn not_public(url: &Url, address: IpAddr) -> String {
    format!("{} resolves to {address}, which isn't public: nothing is sent there.", host(url))
}

async fn by_network(
    env: &Env,
    settings: &Settings,
    url: &Url,
    request: &web_sys::Request,
) -> Result<web_sys::Response, String> {
    let sent = if settings.local_hosts.has(url) {
        let network = js_sys::Reflect::get(env.as_ref(), &"LOCAL_NETWORK".into()).map_err(told)?;
        let fetch = js_sys::Reflect::get(&network, &"fetch".into()).ok().and_then(|fetch| fetch.dyn_into().ok());
        let fetch: js_sys::Function = fetch.ok_or("Not sent: this deployment has no local network.")?;
        fetch.call1(&network, request).map_err(told)?.unchecked_into()
    } else {
        let global: web_sys::WorkerGlobalScope = js_sys::global().unchecked_into();
        global.fetch_with_request(request)
    };
    Ok(JsFuture::from(sent).await.map_err(told)?.unchecked_into())
}

/// The address, not public, that a name resolves to. Nothing where all are public, or nobody can say.
async fn leads_inside(env: &Env, settings: &Settings, url: &Url) -> Option<IpAddr> {
    let name = url.domain().filter(|_| !settings.resolver.is_empty() && !settings.local_hosts.has(url))?;
    for kind in ["A", "AAAA"] {
        let asked = within(RESOLVING, resolve(env, settings, name, kind)).await.flatten();
        if let Some(address) = asked.as_deref().and_then(inside) {
            return Some(address);
        }
    }
    None
}

/// By DNS over HTTPS, in its JSON form.
async fn resolve(env: &Env, settings: &Settings, name: &str, kind: &str) -> Option<String> {
    let mut url = Url::parse(&settings.resolver).ok()?;
    url.query_pairs_mut().append_pair("name", name).append_pair("type", kind);
    let request = web_sys::Request::new_with_str(url.as_str()).ok()?;
    request.headers().set("accept", "application/dns-json").ok()?;
    let response = by_network(env, settings, &url, &request).await.ok()?;
    beginning(&response, RESOLVED).await.ok()
}

/// The beginning of an answer's body, as text. No more of it is read than is wanted; a body that breaks off, or stalls
/// until the request is given up, is no answer.
pub(crate) async fn beginning(response: &web_sys::Response, most: usize) -> Result<String, String> {
    let mut bytes = Vec::new();
    let Some(body) = response.body() else { return Ok(String::new()) };
    let Ok(reader) = body.get_reader().dyn_into::<web_sys::ReadableStreamDefaultReader>() else {
        return Ok(String::new());
    };
    while bytes.len() < most {
        let chunk = JsFuture::from(reader.read()).await.map_err(told)?;
        let value = js_sys::Reflect::get(&chunk, &"value".into()).unwrap_or_default();
        let Ok(part) = value.dyn_into::<js_sys::Uint8Array>() else { break };
        bytes.extend(part.to_vec());
    }
    // Whatever else the receiver has to say isn't waited for.
    drop(reader.cancel());
    bytes.truncate(most);
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
