//! `/r/{code}`: what every friend waits for. The link comes from the isolate's cache, else from the directory and the
//! program's object; the verdict from `domain`; the click goes to the buffer; the answer is built in one call.
//!
//! Invariant: no object is asked when the link is cached, and whatever fails, the friend arrives.

mod links;

pub(crate) use links::{Link, forget, resolve};

use crate::buffer;
use crate::command::ClickRow;
use crate::settings::{Settings, chance, now};
use honeyguide_domain::clickquality::{self, Quality, RequestFacts};
use honeyguide_domain::code::LONGEST;
use honeyguide_domain::id::ClickId;
use honeyguide_domain::site::{Site, host_of};
use honeyguide_domain::token::{self, ProgramTag, Touch};
use wasm_bindgen::prelude::*;
use worker::{Context, Env};

#[wasm_bindgen(module = "/src/glue.js")]
extern "C" {
    #[wasm_bindgen(js_name = requestFacts)]
    fn request_facts(request: &web_sys::Request, address_header: &str) -> String;

    #[wasm_bindgen(js_name = redirectAnswer)]
    fn redirect_answer(location: &str, cookie: &str) -> web_sys::Response;
}

/// What is read of a request, split once.
pub(crate) struct Seen<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    pub(crate) host: &'a str,
    user_agent: &'a str,
    sec_fetch_mode: &'a str,
    sec_fetch_dest: &'a str,
    purpose: &'a str,
    pub(crate) gpc: bool,
    cookie: &'a str,
    pub(crate) https: bool,
    pub(crate) address: &'a str,
}

/// The text of all facts about a request, to be split by `Seen::of`.
pub(crate) fn facts(request: &web_sys::Request, settings: &Settings) -> String {
    request_facts(request, &settings.address_header)
}

impl<'a> Seen<'a> {
    pub(crate) fn of(facts: &'a str) -> Self {
        let mut lines = facts.split('\n');
        let mut next = || lines.next().unwrap_or_default();
        let (method, url, host, user_agent) = (next(), next(), next(), next());
        let (sec_fetch_mode, sec_fetch_dest) = (next(), next());
        let purpose = [next(), next(), next()].into_iter().find(|purpose| !purpose.is_empty()).unwrap_or_default();
        let (gpc, cookie, proto, address) = (next() == "1", next(), next(), next());
        let https = if proto.is_empty() { url.starts_with("https:") } else { proto == "https" };
        Self { method, url, host, user_agent, sec_fetch_mode, sec_fetch_dest, purpose, gpc, cookie, https, address }
    }

    /// Path and query of the address.
    pub(crate) fn path_and_query(&self) -> (&'a str, &'a str) {
        let path = self.url.splitn(4, '/').nth(3).map_or("", |_| self.url.get(self.origin_length()..).unwrap_or("/"));
        let path = path.split('#').next().unwrap_or_default();
        path.split_once('?').unwrap_or((path, ""))
    }

    fn origin_length(&self) -> usize {
        let after = self.url.find("://").map_or(0, |at| at + 3);
        self.url.get(after..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(self.url.len(), |at| after + at)
    }

    pub(crate) const fn cookie_name(&self) -> &'static str {
        if self.https { "__Secure-hg" } else { "hg" }
    }

    /// The attribution cookie's value, or nothing.
    pub(crate) fn touches(&self) -> &'a str {
        let own = |pair: &'a str| pair.trim().split_once('=').filter(|(name, _)| *name == self.cookie_name());
        self.cookie.split(';').find_map(own).map_or("", |(_, value)| value)
    }

    /// A stand-in for this visitor that lasts a day; neither address nor agent can be had back from it.
    pub(crate) fn visitor(&self, day_key: &str) -> String {
        let mark = format!("{}\n{}", folded_address(self.address), self.user_agent);
        short_hex(&token::derive(day_key.as_bytes(), mark.as_bytes()))
    }

    fn quality(&self) -> Quality {
        clickquality::judge(&RequestFacts {
            method: self.method,
            user_agent: self.user_agent,
            sec_fetch_mode: self.sec_fetch_mode,
            sec_fetch_dest: self.sec_fetch_dest,
            purpose: self.purpose,
        })
    }
}

/// The first address of the header; of IPv6, the network (/64).
fn folded_address(header: &str) -> String {
    let address = header.split(',').next().unwrap_or_default().trim();
    match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V6(v6)) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::")
        }
        Ok(v4) => v4.to_string(),
        Err(_) => String::new(),
    }
}

fn short_hex(bytes: &[u8; 32]) -> String {
    let first = bytes.first_chunk::<8>().copied().unwrap_or_default();
    format!("{:016x}", u64::from_be_bytes(first))
}

/// Answers `/r/{code}[/{channel}]`; `rest` is what follows the friend's path and its slash.
pub(crate) async fn answer(
    seen: &Seen<'_>,
    rest: &str,
    env: &Env,
    context: &Context,
    settings: &Settings,
) -> web_sys::Response {
    let (code, channel) = rest.split_once('/').unwrap_or((rest, ""));
    let decoded = percent_decoded(code);
    if decoded.chars().count() > LONGEST {
        return plain(404, "There is no such link.");
    }
    let written = decoded.trim().to_lowercase();
    let link = resolve(env, &written, host_of(seen.host)).await;
    let quality = seen.quality();
    let objection = link.objection.clone();
    let click = ClickId::new(now(), buffer::shard(settings.shards), chance());
    let counts = objection.is_none() && quality == Quality::Person;
    let (location, cookie) = match destination(&link, seen) {
        None => ("/".to_owned(), String::new()),
        Some(destination) if !counts => (destination.as_str().to_owned(), String::new()),
        Some(destination) => {
            let reach = destination.seen_from(host_of(seen.host));
            let asks = link.consent_required;
            let cookie = if asks { String::new() } else { cookie(seen, &link, &written, click, &reach, settings) };
            let to = if asks || !reach.same_site { destination.with_via(&written) } else { destination };
            (to.as_str().to_owned(), cookie)
        }
    };

    let row = ClickRow {
        id: click.to_string(),
        program: link.program.clone(),
        code: written.chars().take(LONGEST).collect(),
        channel: channel_name(channel),
        quality: quality.as_str().to_owned(),
        reason: objection,
        at: click.at().millis(),
        visitor: seen.visitor(&link.day_key),
    };
    let full = buffer::push(row);
    if link.before_redirect || full {
        // The promise is kept or the friend still arrives: a click that can't be stored stays in the buffer.
        buffer::flush(env).await;
    } else {
        context.wait_until(buffer::flush_soon(env.clone()));
    }
    match quality {
        Quality::Prefetch => plain(503, ""),
        Quality::Unfurler => preview(&link, &location),
        _ => redirect_answer(&location, &cookie),
    }
}

/// Where the link leads; nowhere, where nothing is known of the host: its root then.
fn destination(link: &Link, seen: &Seen<'_>) -> Option<Site> {
    let (_, query) = seen.path_and_query();
    let to =
        query.split('&').find_map(|pair| pair.strip_prefix("to=")).map(|to| percent_decoded(&to.replace('+', " ")));
    match to {
        Some(to) if link.objection.is_none() => link.destination.as_ref().map(|site| site.with_path(&to)),
        _ => link.destination.clone(),
    }
}

fn cookie(
    seen: &Seen<'_>,
    link: &Link,
    code: &str,
    click: ClickId,
    reach: &honeyguide_domain::site::Reach,
    settings: &Settings,
) -> String {
    let (Some(program), Ok(code)) = (&link.program, honeyguide_domain::code::Code::parse(code)) else {
        return String::new();
    };
    let touch = Touch { click, program: ProgramTag::of(program), code, gpc: seen.gpc, consented: false };
    let value = token::carry_on(&settings.signer, seen.touches(), &settings.signer.sign(&touch));
    set_cookie(seen, &value, reach.cookie_domain.as_deref().filter(|_| reach.same_site), link.window_seconds)
}

/// The `Set-Cookie` of touches. It is HTTP-only and set by the server, so that no browser caps it to seven days.
pub(crate) fn set_cookie(seen: &Seen<'_>, value: &str, domain: Option<&str>, max_age: i64) -> String {
    let name = seen.cookie_name();
    let domain = domain.map(|domain| format!("; Domain={domain}")).unwrap_or_default();
    let secure = if seen.https { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}{domain}")
}

fn channel_name(channel: &str) -> Option<String> {
    let name: String = channel.split('/').next().unwrap_or_default().to_ascii_lowercase();
    let fits = !name.is_empty()
        && name.len() <= 32
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    fits.then_some(name)
}

pub(crate) fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = if *byte == b'%' {
            text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok())
        } else {
            None
        };
        out.push(hex.unwrap_or(*byte));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// An answer that no cache keeps, with a few words at most.
pub(crate) fn plain(status: u16, words: &str) -> web_sys::Response {
    page(status, "text/plain; charset=utf-8", words)
}

fn page(status: u16, kind: &str, body: &str) -> web_sys::Response {
    let init = web_sys::ResponseInit::new();
    init.set_status(status);
    let response = web_sys::Response::new_with_opt_str_and_init(Some(body), &init);
    let Ok(response) = response else { return redirect_answer("/", "") };
    for (name, value) in [("content-type", kind), ("cache-control", "no-store"), ("x-robots-tag", "noindex")] {
        response.headers().set(name, value).ok();
    }
    response
}

/// What a chat or a feed shows of a link: Open Graph tags, and a way on for a person.
fn preview(link: &Link, location: &str) -> web_sys::Response {
    let title = link.headline.as_deref().unwrap_or(&link.name);
    let about = link.friend_offer.as_deref().unwrap_or("Recommended by a friend.");
    let [title, about, name, location] = [title, about, &link.name, location].map(escaped);
    let body = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta property=\"og:type\" content=\"website\"><meta property=\"og:title\" content=\"{title}\">\
         <meta property=\"og:description\" content=\"{about}\"><meta property=\"og:site_name\" content=\"{name}\">\
         <meta property=\"og:url\" content=\"{location}\"><meta name=\"robots\" content=\"noindex\"></head>\
         <body><p><a href=\"{location}\">{title}</a></p></body></html>"
    );
    page(200, "text/html; charset=utf-8", &body)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
