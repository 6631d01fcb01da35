//! Links as the redirect needs them: kept by the isolate for a few seconds, then by the data centre, unknown ones too.
//!
//! Invariant: bounded, and a changed link is followed within `FRESH`. However many wait for one link, one asks. When
//! storage can't be asked, what was known is used however old; where nothing was known, the visitor goes to the host's
//! root with a touch for the code as it stands, which is judged at the conversion.

mod asking;
mod data_centre;
mod day;
mod recent;
mod storage;

pub(crate) use asking::{check, resolve};
pub(crate) use day::{visitor, visitor_whoever};

use super::Seen;
use crate::metrics::Source;
use crate::settings::Settings;
use asking::DIRECTORY;
use honeyguide_domain::code::Code;
use honeyguide_domain::site::{Site, host_of};
use honeyguide_domain::time::{Span, Timestamp};
use honeyguide_domain::token::ProgramTag;
use recent::Recent;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// How long a link is followed as it was.
pub(super) const FRESH: Span = Span::seconds(10);
/// Before it is as old as that, a version is checked by one of the requests that come.
const CHECKED_AHEAD: Span = Span::seconds(4);
/// Links that an isolate remembers; and codes that lead nowhere, so that a flood of those forgets no link.
const REMEMBERED: usize = 20_000;
const REMEMBERED_UNKNOWN: usize = 10_000;

/// One code, as seen from one host.
#[derive(Debug)]
pub(crate) struct Link {
    /// The program's id; `@` and the host, where it couldn't be asked; empty, where there is none.
    pub(crate) program: String,
    pub(crate) tag: ProgramTag,
    /// The code as a touch carries it, where there is a program to judge it.
    pub(crate) code: Option<Code>,
    pub(crate) name: String,
    /// None: nothing is known of the host, and the visitor goes to its root.
    pub(crate) destination: Option<Site>,
    /// Whether host and destination share a site, and the `Domain` of a cookie that both read.
    same_site: bool,
    pub(crate) cookie_domain: Option<String>,
    /// Why it leads only to the site, if so.
    pub(crate) objection: Option<String>,
    pub(crate) consent_required: bool,
    pub(crate) window_seconds: i64,
    pub(crate) before_redirect: bool,
    /// What keeps it, as that was when this was told: see `kept_by`.
    version: i64,
    pub(crate) headline: Option<String>,
    pub(crate) friend_offer: Option<String>,
}

/// What is known of a link, wherever it is kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Told {
    pub(super) program: String,
    pub(super) name: String,
    pub(super) destination: String,
    pub(super) objection: Option<String>,
    pub(super) consent_required: bool,
    pub(super) window_seconds: i64,
    pub(super) before_redirect: bool,
    #[serde(default)]
    pub(super) version: i64,
    pub(super) headline: Option<String>,
    pub(super) friend_offer: Option<String>,
}

impl Link {
    pub(super) fn new(told: Told, code: &str, host: &str) -> Self {
        let destination = Site::parse(&told.destination).ok();
        let reach = destination.as_ref().map(|site| site.seen_from(host_of(host)));
        let same_site = reach.as_ref().is_some_and(|reach| reach.same_site);
        Self {
            tag: ProgramTag::of(&told.program),
            code: Code::parse(code).ok().filter(|_| !told.program.is_empty()),
            program: told.program,
            name: told.name,
            destination,
            same_site,
            cookie_domain: reach.and_then(|reach| reach.cookie_domain).filter(|_| same_site),
            objection: told.objection,
            consent_required: told.consent_required,
            window_seconds: told.window_seconds,
            before_redirect: told.before_redirect,
            version: told.version,
            headline: told.headline,
            friend_offer: told.friend_offer,
        }
    }

    /// A link that nothing could be asked about: the friend arrives, and the code is judged when it matters.
    pub(super) fn unreached(code: &str, host: &str, settings: &Settings) -> Self {
        let name = host_of(host);
        let root = settings.fallback_site.clone();
        let reach =
            root.as_ref().or(Site::parse(&format!("http://{name}/")).ok().as_ref()).map(|site| site.seen_from(name));
        Self {
            program: format!("@{name}"),
            tag: ProgramTag::UNKNOWN,
            code: Code::parse(code).ok(),
            name: String::new(),
            destination: root,
            same_site: reach.as_ref().is_none_or(|reach| reach.same_site),
            cookie_domain: reach.and_then(|reach| reach.cookie_domain),
            objection: None,
            consent_required: false,
            window_seconds: UNREACHED_WINDOW_SECONDS,
            before_redirect: false,
            version: 0,
            headline: None,
            friend_offer: None,
        }
    }

    /// Whose version says whether it is unchanged: its program's, or the directory's for a code that is nobody's.
    /// Nothing, where neither could be asked.
    pub(super) fn kept_by(&self) -> Option<&str> {
        match self.objection.as_deref() {
            Some(UNKNOWN) => Some(DIRECTORY),
            _ if self.program.is_empty() || self.program.starts_with('@') => None,
            _ => Some(&self.program),
        }
    }

    /// Where a visitor goes: the destination, or a path of its own site that they chose; with the code, where a cookie
    /// can't carry it. A click that counts for nothing carries nothing.
    pub(super) fn location(&self, seen: &Seen<'_>, code: &str, counts: bool, touches: bool) -> Cow<'_, str> {
        let Some(destination) = &self.destination else { return Cow::Borrowed("/") };
        let (_, query) = seen.path_and_query();
        let mine = if self.objection.is_some() { "" } else { query };
        let to = mine.split('&').find_map(|pair| pair.strip_prefix("to="));
        let chosen = to.map(|to| destination.with_path(&super::percent_decoded(&to.replace('+', " "))));
        if counts && (!touches || !self.same_site) && !self.program.starts_with('@') {
            return Cow::Owned(chosen.as_ref().unwrap_or(destination).with_via(code).as_str().to_owned());
        }
        chosen.map_or(Cow::Borrowed(destination.as_str()), |site| Cow::Owned(site.as_str().to_owned()))
    }
}

/// A touch that was minted while nothing could be asked lasts as long as most programs' windows. The conversion judges
/// it by its own program's window.
const UNREACHED_WINDOW_SECONDS: i64 = 90 * 86_400;

/// The version of a program's links, or the directory's.
struct Checked {
    version: i64,
    /// Until when it needn't be asked again.
    until: Timestamp,
    /// Someone has it asked already.
    asked: bool,
}

struct Held {
    /// Where it came from.
    source: Source,
    until: Timestamp,
    link: Rc<Link>,
}

struct Cache {
    links: Recent<Held>,
    unknown: Recent<Held>,
    versions: HashMap<String, Checked>,
    key: String,
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            links: Recent::new(REMEMBERED),
            unknown: Recent::new(REMEMBERED_UNKNOWN),
            versions: HashMap::new(),
            key: String::new(),
        }
    }
}

thread_local! {
    static CACHE: RefCell<Cache> = RefCell::default();
}

fn set_key(key: &mut String, code: &str, host: &str) {
    key.clear();
    key.push_str(host_of(host));
    key.push('\n');
    key.push_str(code);
}

/// What this isolate knows of a link, and whether that is fresh.
fn known(code: &str, host: &str, now: Timestamp) -> Option<(Rc<Link>, bool)> {
    CACHE.with_borrow_mut(|cache| {
        set_key(&mut cache.key, code, host);
        let held = cache.links.get(&cache.key).or_else(|| cache.unknown.get(&cache.key))?;
        let unchanged = |checked: &Checked| checked.version == held.link.version && checked.until > now;
        let version = held.link.kept_by().and_then(|keeper| cache.versions.get(keeper));
        let fresh = held.until > now || version.is_some_and(unchanged);
        Some((Rc::clone(&held.link), fresh))
    })
}

/// A link that this isolate knows and may still follow as it was.
pub(super) fn held(code: &str, host: &str, now: Timestamp) -> Option<Rc<Link>> {
    known(code, host, now).filter(|(_, fresh)| *fresh).map(|(link, _)| link)
}

/// Whether this request is the one to have its link's version checked, before that is too old.
pub(super) fn is_due(link: &Link, now: Timestamp) -> bool {
    let Some(keeper) = link.kept_by() else { return false };
    CACHE.with_borrow_mut(|cache| match cache.versions.get_mut(keeper) {
        Some(checked) if !checked.asked && checked.until.before(CHECKED_AHEAD) <= now => {
            checked.asked = true;
            true
        }
        _ => false,
    })
}

/// Where a link that is held came from.
fn source_of(code: &str, host: &str) -> Source {
    CACHE.with_borrow_mut(|cache| {
        set_key(&mut cache.key, code, host);
        let held = cache.links.get(&cache.key).or_else(|| cache.unknown.get(&cache.key));
        held.map_or(Source::Asked, |held| held.source)
    })
}

fn hold(code: &str, host: &str, link: &Rc<Link>, until: Timestamp, source: Source) {
    CACHE.with_borrow_mut(|cache| {
        set_key(&mut cache.key, code, host);
        let key = cache.key.clone();
        let known = link.objection.as_deref() != Some(UNKNOWN);
        cache.unknown.remove(&key);
        let links = if known { &mut cache.links } else { &mut cache.unknown };
        links.insert(key, Held { source, until, link: Rc::clone(link) });
        if let Some(keeper) = link.kept_by() {
            let checked = Checked { version: link.version, until, asked: false };
            cache.versions.insert(keeper.to_owned(), checked);
        }
    });
}

/// Keeps a version: links that were told with it are as good as new.
pub(super) fn hold_version(keeper: &str, version: i64, until: Timestamp) {
    let checked = Checked { version, until, asked: false };
    CACHE.with_borrow_mut(|cache| cache.versions.insert(keeper.to_owned(), checked));
}

/// Why a code leads nowhere, when it is nobody's.
const UNKNOWN: &str = "unknown_code";

/// Forgets what this isolate knew of a program, after it was changed here; and all codes that led nowhere.
pub(crate) fn forget(program: &str) {
    CACHE.with_borrow_mut(|cache| {
        cache.links.retain(|held| held.link.program != program);
        cache.versions.remove(program);
        cache.unknown.clear();
    });
}

/// How many links are held, those that lead nowhere included.
pub(crate) fn count() -> usize {
    CACHE.with_borrow(|cache| cache.links.len() + cache.unknown.len())
}
