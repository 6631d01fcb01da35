//! Links as the redirect needs them, kept by the isolate for a few seconds, unknown ones too.
//!
//! Invariant: bounded, and a changed link is followed within `FRESH`. When storage can't be asked, what was known is
//! used however old; where nothing was known, the visitor goes to the host's root.

use crate::command::{Caller, DirectoryCommand, ProgramCall, ProgramCommand, Resolved, fetch};
use crate::failure::Outcome;
use crate::settings::now;
use honeyguide_domain::site::Site;
use honeyguide_domain::time::{Span, Timestamp};
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::BTreeMap;
use worker::Env;

/// How long a link is followed as it was.
const FRESH: Span = Span::seconds(10);
/// Links that an isolate remembers.
const REMEMBERED: usize = 20_000;

#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) program: Option<String>,
    pub(crate) name: String,
    /// None: nothing is known of the host, and the visitor goes to its root.
    pub(crate) destination: Option<Site>,
    /// Why it leads only to the site, if so.
    pub(crate) objection: Option<String>,
    pub(crate) consent_required: bool,
    pub(crate) window_seconds: i64,
    pub(crate) before_redirect: bool,
    pub(crate) headline: Option<String>,
    pub(crate) friend_offer: Option<String>,
    pub(crate) day_key: String,
}

#[derive(Deserialize)]
struct Told {
    program: String,
    name: String,
    destination: String,
    objection: Option<String>,
    consent_required: bool,
    window_seconds: i64,
    before_redirect: bool,
    headline: Option<String>,
    friend_offer: Option<String>,
}

#[derive(Default)]
struct Cache {
    links: BTreeMap<(String, String), (Timestamp, Link)>,
}

thread_local! {
    static CACHE: RefCell<Cache> = RefCell::default();
}

/// The link of a code, as seen from a host.
pub(crate) async fn resolve(env: &Env, code: &str, host: &str) -> Link {
    let key = (code.to_owned(), host.to_owned());
    let held = CACHE.with_borrow(|cache| cache.links.get(&key).cloned());
    match &held {
        Some((until, link)) if *until > now() => return link.clone(),
        _ => {}
    }
    match ask(env, code, host).await {
        Ok(link) => {
            CACHE.with_borrow_mut(|cache| {
                if cache.links.len() >= REMEMBERED {
                    cache.links.clear();
                }
                cache.links.insert(key, (now().after(FRESH), link.clone()));
            });
            link
        }
        Err(failure) => {
            worker::console_error!(
                "{}",
                serde_json::json!({"level": "error", "what": "link not resolved", "why": format!("{failure:?}")})
            );
            held.map_or_else(|| nowhere("unreachable", String::new()), |(_, link)| link)
        }
    }
}

/// Forgets what this isolate knew of a program, after it was changed here.
pub(crate) fn forget(program: &str) {
    CACHE.with_borrow_mut(|cache| {
        cache.links.retain(|_, (_, link)| link.program.as_deref().is_some_and(|held| held != program));
    });
}

async fn ask(env: &Env, code: &str, host: &str) -> Outcome<Link> {
    let command = DirectoryCommand::Resolve { code: code.to_owned(), host: host.to_owned() };
    let resolved: Resolved = fetch(env, "DIRECTORY", "directory", &command).await?;
    let site = resolved.site.clone();
    let (program, of_host) = (resolved.program.clone(), resolved.host_program.clone());
    let day_key = resolved.day_key;
    let Some(program) = program else {
        let mut link = nowhere("unknown_code", day_key);
        link.program = of_host;
        link.destination = site.and_then(|site| Site::parse(&site).ok());
        return Ok(link);
    };
    let call = ProgramCall {
        caller: Caller::Deployment,
        idempotency: None,
        command: ProgramCommand::Link { code: code.to_owned() },
        #[cfg(feature = "faults")]
        fault: String::new(),
    };
    let told: Told = fetch(env, "PROGRAM", &program, &call).await?;
    Ok(Link {
        program: Some(told.program),
        name: told.name,
        destination: Site::parse(&told.destination).ok(),
        objection: told.objection,
        consent_required: told.consent_required,
        window_seconds: told.window_seconds,
        before_redirect: told.before_redirect,
        headline: told.headline,
        friend_offer: told.friend_offer,
        day_key,
    })
}

fn nowhere(why: &str, day_key: String) -> Link {
    Link {
        program: None,
        name: String::new(),
        destination: None,
        objection: Some(why.to_owned()),
        consent_required: false,
        window_seconds: 0,
        before_redirect: false,
        headline: None,
        friend_offer: None,
        day_key,
    }
}
