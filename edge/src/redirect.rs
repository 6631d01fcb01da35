//! `/r/{code}`: what every friend waits for. The link comes from the isolate's cache, else from the data centre's, else
//! from the directory and the program's object; the verdict from `domain`; the click goes to the buffer.
//!
//! Invariant: no object is asked when the link is cached, and whatever fails, the friend arrives.

mod agents;
mod links;
mod pages;
mod seen;

use links::Link;
pub(crate) use links::{count as links_held, forget, resolve};
pub(crate) use pages::plain;
pub(crate) use seen::{Seen, facts, percent_decoded};

use crate::buffer::{self, Asks};
use crate::metrics::{self, Source};
use crate::settings::{Friends, Settings, chance_for_click, now};
use honeyguide_domain::clickquality::Quality;
use honeyguide_domain::code::{Code, LONGEST};
use honeyguide_domain::id::ClickId;
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::token::{self, Touch};
use honeyguide_domain::wire::clicks::Click;
use js_sys::Promise;
use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;
use worker::{Context, Env};

/// What an answer asks of its request, as bits of the first character's number.
const FLUSH_SOON: u8 = 1;
/// To be in storage before it leaves.
const STORE_FIRST: u8 = 2;
/// To have its link's version checked.
const REFRESH: u8 = 4;

/// Answers a link that this isolate knows, at once. First a digit: what the answer asks of its request, the sum of
/// `FLUSH_SOON`, `STORE_FIRST` and `REFRESH`. Then `r`, the address, a line feed and the cookie; or `p` and the page
/// that unfurlers read. An empty text: the link must be asked for, by `warm`. Nothing: this isn't a link, or its answer
/// is neither. `warmed`: it was asked for already, and counted.
#[wasm_bindgen]
pub fn hot(facts: &str, warmed: bool) -> Option<String> {
    let settings = Settings::held()?;
    let seen = Seen::of(facts);
    let Friends::Link(rest) = settings.friends(seen.path_and_query().0)? else { return None };
    let asked = Asked::of(&seen, rest)?;
    let now = now();
    let (quality, reason) = seen.quality();
    if quality == Quality::Prefetch {
        return None;
    }
    let known = links::held(&asked.code, seen.host, now).zip(links::visitor(&seen, now));
    let Some((link, visitor)) = known else { return Some(String::new()) };
    if !warmed {
        metrics::link(Source::Isolate);
    }
    let arrival = arrive(&seen, &asked, &link, quality, reason, visitor, now, settings);
    let asks = match arrival.asks {
        Asks::FlushNow => STORE_FIRST,
        _ if link.before_redirect => STORE_FIRST,
        Asks::FlushSoon => FLUSH_SOON,
        Asks::Nothing => 0,
    } + if links::is_due(&link, now) { REFRESH } else { 0 };
    let mut answer = String::with_capacity(arrival.location.len() + arrival.cookie.len() + 3);
    answer.push(char::from(b'0' + asks));
    if quality == Quality::Unfurler {
        answer.push('p');
        answer.push_str(&pages::preview(&link, &arrival.location));
    } else {
        answer.push('r');
        answer.push_str(&arrival.location);
        answer.push('\n');
        answer.push_str(&arrival.cookie);
    }
    Some(answer)
}

/// Has the link of a request asked for, so that `hot` can answer it. What can't be asked is left to the whole way.
#[wasm_bindgen]
pub fn warm(env: Env, facts: String) -> Promise {
    of_link(facts, async move |settings, seen, asked| {
        let (_, source) = resolve(&env, settings, &asked.code, seen.host).await;
        // One that couldn't be had is left to the whole way, which counts it.
        if source != Source::Unreached {
            metrics::link(source);
        }
        links::visitor_whoever(&env, settings, &seen, now()).await;
    })
}

/// Has the version of a request's link checked, while it is still followed as it was.
#[wasm_bindgen]
pub fn refresh(env: Env, facts: String) -> Promise {
    of_link(facts, async move |settings, seen, asked| {
        let link = links::held(&asked.code, seen.host, now());
        if let Some(keeper) = link.as_ref().and_then(|link| link.kept_by()) {
            links::check(&env, settings, keeper).await;
        }
    })
}

/// Does something about the link that a request asks for.
fn of_link(facts: String, work: impl AsyncFnOnce(&'static Settings, Seen<'_>, Asked<'_>) + 'static) -> Promise {
    future_to_promise(AssertUnwindSafe(async move {
        let seen = Seen::of(&facts);
        if let Some(settings) = Settings::held()
            && let Some(Friends::Link(rest)) = settings.friends(seen.path_and_query().0)
            && let Some(asked) = Asked::of(&seen, rest)
        {
            work(settings, seen, asked).await;
        }
        Ok(JsValue::UNDEFINED)
    }))
}

/// The whole way: `rest` is what follows the friend's path and its slash.
pub(crate) async fn answer(
    seen: &Seen<'_>,
    rest: &str,
    env: &Env,
    context: &Context,
    settings: &Settings,
) -> web_sys::Response {
    let Some(asked) = Asked::of(seen, rest) else { return plain(404, "There is no such link.") };
    let (link, source) = resolve(env, settings, &asked.code, seen.host).await;
    metrics::link(source);
    let now = now();
    let visitor = links::visitor_whoever(env, settings, seen, now).await;
    let (quality, reason) = seen.quality();
    let arrival = arrive(seen, &asked, &link, quality, reason, visitor, now, settings);
    match arrival.asks {
        // The promise is kept or the friend still arrives: a click that can't be stored stays in the buffer.
        Asks::FlushNow => drop(buffer::flush(env).await),
        _ if link.before_redirect => drop(buffer::flush(env).await),
        Asks::FlushSoon => context.wait_until(buffer::collect_and_flush(env.clone())),
        Asks::Nothing => {}
    }
    match quality {
        Quality::Prefetch => plain(503, ""),
        Quality::Unfurler => pages::html(&pages::preview(&link, &arrival.location)),
        _ => pages::redirect(&arrival.location, &arrival.cookie),
    }
}

/// The link that an address names.
struct Asked<'a> {
    /// In lower case, decoded. Any bytes may be in it.
    code: Cow<'a, str>,
    channel: Cow<'a, str>,
}

impl<'a> Asked<'a> {
    /// Nothing, where the code is longer than any.
    fn of(seen: &Seen<'a>, rest: &'a str) -> Option<Self> {
        if !matches!(seen.method, "GET" | "HEAD") {
            return None;
        }
        let (code, channel) = rest.split_once('/').unwrap_or((rest, ""));
        let normal =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
        let code = if code.len() <= LONGEST && code.bytes().all(normal) {
            Cow::Borrowed(code)
        } else {
            let decoded = percent_decoded(code);
            if decoded.chars().count() > LONGEST {
                return None;
            }
            Cow::Owned(decoded.trim().to_lowercase())
        };
        Some(Self { code, channel: channel_name(channel) })
    }
}

/// The channel's name, or nothing where it isn't one.
fn channel_name(channel: &str) -> Cow<'_, str> {
    let name = channel.split('/').next().unwrap_or_default();
    let fits = name.len() <= 32 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    match fits {
        true if name.bytes().any(|byte| byte.is_ascii_uppercase()) => Cow::Owned(name.to_ascii_lowercase()),
        true => Cow::Borrowed(name),
        false => Cow::Borrowed(""),
    }
}

/// Where a visitor goes, what they carry, and what their click asks of its request.
struct Arrival<'a> {
    location: Cow<'a, str>,
    /// The `Set-Cookie`, or nothing.
    cookie: String,
    asks: Asks,
}

/// Counts the click and says where it leads.
#[expect(clippy::too_many_arguments, reason = "the hot path: facts are passed, not gathered into one more value")]
fn arrive<'a>(
    seen: &Seen<'_>,
    asked: &Asked<'_>,
    link: &'a Link,
    quality: Quality,
    reason: &str,
    visitor: u64,
    now: Timestamp,
    settings: &Settings,
) -> Arrival<'a> {
    let id = ClickId::new(now, buffer::shard(settings), chance_for_click());
    let counts = link.objection.is_none() && quality == Quality::Person;
    let touches = counts && !link.consent_required && link.code.is_some();
    let cookie = match &link.code {
        Some(code) if touches => touched(seen, link, code, id, settings),
        _ => String::new(),
    };
    let location = link.location(seen, &asked.code, counts, touches);
    let reason = link.objection.as_deref().unwrap_or(reason);
    let click =
        Click { id, program: &link.program, code: &asked.code, channel: &asked.channel, quality, reason, visitor };
    metrics::click(quality);
    Arrival { location, cookie, asks: buffer::push(&click, now) }
}

/// The cookie with this touch at its end.
fn touched(seen: &Seen<'_>, link: &Link, code: &Code, click: ClickId, settings: &Settings) -> String {
    let touch = Touch { click, program: link.tag, code: code.clone(), gpc: seen.gpc, consented: false };
    let token = settings.signer.sign(&touch);
    let held = seen.touches();
    let value = if held.is_empty() { token } else { token::carry_on(&settings.signer, held, &token) };
    set_cookie(seen, &value, link.cookie_domain.as_deref(), link.window_seconds)
}

/// The `Set-Cookie` of touches. It is HTTP-only and set by the server, so that no browser caps it to seven days.
pub(crate) fn set_cookie(seen: &Seen<'_>, value: &str, domain: Option<&str>, max_age: i64) -> String {
    let mut cookie = String::with_capacity(value.len() + 120);
    cookie.push_str(seen.cookie_name());
    cookie.push('=');
    cookie.push_str(value);
    cookie.push_str("; Path=/; Max-Age=");
    cookie.push_str(&max_age.to_string());
    cookie.push_str("; HttpOnly; SameSite=Lax");
    if seen.https {
        cookie.push_str("; Secure");
    }
    if let Some(domain) = domain {
        cookie.push_str("; Domain=");
        cookie.push_str(domain);
    }
    cookie
}
