//! The doctor: whether a site is set up for its program, from what three requests to it were answered.
//!
//! The edge asks for the site's first page, for the widget on the site's own path, and takes a consent back that nobody
//! gave, which answers with a cookie and writes nothing. Each check is a function over that, in a list.

mod page;
mod policy;

use crate::auth::publishable_key;
use crate::program::Program;
use crate::site::{Site, is_same_site};
use crate::time::Timestamp;
use crate::wire::doctor::{Check, Checkup, Health};
use page::Tag;

/// Clocks that differ by so little are the same, in milliseconds.
const NEAR: i64 = 30_000;
/// How far ahead a conversion may lie, in milliseconds.
const AHEAD: i64 = 300_000;

/// What a request was answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answered {
    pub status: u16,
    pub content_type: String,
    /// The `Date`, unless a cache has kept the answer.
    pub date: Option<String>,
    /// All `Content-Security-Policy` of the answer, with commas between them.
    pub policy: String,
    pub set_cookie: String,
    /// How its body begins.
    pub body: String,
}

/// An answer, or why there is none.
pub type Asked = Result<Answered, String>;

pub struct Facts<'a> {
    pub program: &'a Program,
    /// Such as `/r`.
    pub friend_path: &'a str,
    pub now: Timestamp,
    /// The site's first page, after redirects.
    pub page: Asked,
    /// `{site}{friend path}/-/widget.js`.
    pub script: Asked,
    /// `POST {site}{friend path}/-/v1/consent`, denied.
    pub consent: Asked,
}

const CHECKS: &[fn(&Facts<'_>) -> Check] = &[page, script, route, cookie, policy::check, clock];

pub fn examine(facts: &Facts<'_>) -> Checkup {
    Checkup { at: facts.now, checks: CHECKS.iter().map(|check| check(facts)).collect() }
}

impl Check {
    fn good(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, state: Health::Good, found: found.into(), fix: None }
    }

    fn new(what: &'static str, state: Health, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { what, state, found: found.into(), fix: Some(fix.into()) }
    }

    fn bad(what: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(what, Health::Bad, found, fix)
    }

    fn warning(what: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(what, Health::Warning, found, fix)
    }

    fn unknown(what: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::new(what, Health::Unknown, found, fix)
    }
}

impl Facts<'_> {
    /// The page's text, where there is one.
    fn text(&self) -> Option<&str> {
        self.page.as_ref().ok().filter(|page| page.status < 400).map(|page| page.body.as_str())
    }

    fn snippet(&self) -> Option<Tag> {
        page::snippet(self.text()?)
    }

    /// Whether the widget is at the site's own path.
    fn is_routed(&self) -> bool {
        self.script.as_ref().is_ok_and(|script| script.status == 200 && script.content_type.contains("javascript"))
    }

    fn host(&self) -> &str {
        self.program.site.host()
    }

    fn key(&self) -> String {
        publishable_key(&self.program.id)
    }
}

fn page(facts: &Facts<'_>) -> Check {
    let site = facts.program.site.as_str();
    match &facts.page {
        Ok(page) if page.status < 400 => Check::good("page", format!("{site} answers.")),
        Ok(page) => Check::bad(
            "page",
            format!("{site} answers with {}.", page.status),
            "Look whether the program's site is the right address, and whether it lets a visitor in who isn't signed in.",
        ),
        Err(why) => Check::bad(
            "page",
            format!("{site} doesn't answer. {why}"),
            "Look whether the program's site is the right address, and whether it can be reached from outside.",
        ),
    }
}

fn script(facts: &Facts<'_>) -> Check {
    let (what, key) = ("script", facts.key());
    if facts.text().is_none() {
        return Check::unknown(what, "The page couldn't be read.", "Mend the site's address first.");
    }
    match facts.snippet() {
        Some(Tag { program: Some(named), .. }) if named == key => {
            Check::good(what, format!("The page has the snippet, for {key}."))
        }
        Some(Tag { program: Some(named), .. }) => Check::bad(
            what,
            format!("The page's snippet is for \"{}\".", named.chars().take(60).collect::<String>()),
            format!("Write data-program=\"{key}\"."),
        ),
        Some(_) => Check::bad(
            what,
            "The page's snippet doesn't say for which program it is.",
            format!("Add data-program=\"{key}\" to the script."),
        ),
        None => Check::warning(
            what,
            "The first page's HTML doesn't have the snippet. It may be on other pages, or be put in by a tag manager.",
            "Paste the snippet into every page where a friend may land.",
        ),
    }
}

fn route(facts: &Facts<'_>) -> Check {
    let (what, path, host) = ("route", facts.friend_path, facts.host());
    if facts.is_routed() {
        let found = format!(
            "{host}{path}/ leads to the edge, on the site's own domain: in Safari, too, the cookie lasts as long as the \
             window says."
        );
        return Check::good(what, found);
    }
    let from =
        facts.snippet().and_then(|tag| page::resolved(&tag, &facts.program.site)).filter(|src| src.host() != host);
    match from {
        Some(src) if is_same_site(src.host(), host) => Check::warning(
            what,
            format!(
                "The widget comes from {}, another host of the site. Where that name points to somebody else's servers, \
                 Safari cuts its cookies to 7 days: friends who buy later earn nobody anything.",
                src.host()
            ),
            format!("Route {host}{path}/ to the edge, and take the script from there."),
        ),
        Some(src) => Check::bad(
            what,
            format!(
                "The widget comes from {}, which is another site: Safari and Firefox keep its cookies from the page, so \
                 friends aren't recognised there.",
                src.host()
            ),
            format!("Route {host}{path}/ to the edge, and take the script from there."),
        ),
        None => Check::bad(
            what,
            match &facts.script {
                Ok(script) => format!("{host}{path}/-/widget.js answers with {}, and no script.", script.status),
                Err(why) => format!("{host}{path}/-/widget.js doesn't answer. {why}"),
            },
            format!("Route {path}/ of the site to the edge: one location of nginx, or a Worker route."),
        ),
    }
}

fn cookie(facts: &Facts<'_>) -> Check {
    let (what, host) = ("cookie", facts.host());
    let first = || Check::unknown(what, "The edge isn't reached through the site.", "Route the path first.");
    let Ok(answer) = &facts.consent else { return first() };
    match answer.status {
        204 => {}
        401 => {
            return Check::bad(
                what,
                "The edge behind the site's path doesn't know this program.",
                "Route the path to this deployment's edge, not to another.",
            );
        }
        429 => return Check::unknown(what, "The edge was asked too often just now.", "Look again in a minute."),
        _ => return first(),
    }
    let domain = attribute(&answer.set_cookie, "domain");
    let meant = facts.program.site.seen_from(host).cookie_domain;
    if domain != meant.as_deref() {
        let domain = domain.map_or_else(|| "no domain".to_owned(), |domain| format!("the domain {domain}"));
        let fix = "Pass the Host on that the browser asked for, as `proxy_set_header Host $http_host` does.";
        return Check::bad(what, format!("The cookie is set for {domain}: the edge isn't told the site's host."), fix);
    }
    if facts.program.site.is_https() && !answer.set_cookie.starts_with("__Secure-") {
        let fix = "Pass on that it is https, as `proxy_set_header X-Forwarded-Proto $scheme` does.";
        return Check::bad(what, "The edge isn't told that the site is served by https.", fix);
    }
    let days = facts.program.attribution.window.as_millis() / 86_400_000;
    let for_whom = meant.unwrap_or_else(|| host.to_owned());
    let found = format!("The cookie is {for_whom}'s own, out of reach of scripts, and lasts {days} days.");
    let is_open = !facts.program.site.is_https() && !host.ends_with("localhost") && host != "127.0.0.1";
    if is_open {
        return Check::warning(what, format!("{found} It travels in the open."), "Serve the site by https.");
    }
    Check::good(what, found)
}

/// The value of a cookie's attribute.
fn attribute<'a>(cookie: &'a str, name: &str) -> Option<&'a str> {
    let pairs = cookie.split(';').skip(1).filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn clock(facts: &Facts<'_>) -> Check {
    let what = "clock";
    let date = facts.page.as_ref().ok().and_then(|page| page.date.as_deref()).and_then(Timestamp::parse_http);
    let Some(date) = date else {
        return Check::unknown(what, "The site's server doesn't say what time it has.", "Nothing has to be done.");
    };
    let ahead = date.millis() - facts.now.millis();
    let seconds = ahead.abs() / 1_000;
    let found = if ahead > 0 {
        format!("The site's server is {seconds} seconds ahead of the edge.")
    } else {
        format!("The site's server is {seconds} seconds behind the edge.")
    };
    let fix = "Let the server's clock be set by the network (NTP).";
    if ahead.abs() <= NEAR {
        Check::good(what, "The site's server and the edge have the same time.")
    } else if ahead > AHEAD {
        Check::bad(what, format!("{found} Conversions more than five minutes ahead are refused."), fix)
    } else if -ahead > AHEAD {
        Check::bad(what, format!("{found} Signatures that are more than five minutes old are refused."), fix)
    } else {
        Check::warning(what, found, fix)
    }
}

/// Where the three requests go: the page, the widget, the consent.
pub fn addresses(site: &Site, friend_path: &str) -> [String; 3] {
    let own = format!("{}{friend_path}/-", site.origin());
    [site.as_str().to_owned(), format!("{own}/widget.js"), format!("{own}/v1/consent")]
}

#[cfg(test)]
#[path = "doctor_tests.rs"]
mod tests;
