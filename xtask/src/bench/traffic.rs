//! The requests of a run, written down before it: `tests/bench/traffic.lua` only sends them.
//!
//! Mixed is traffic as it is: many codes, a few of them followed far more than the rest, wrong ones, many browsers,
//! bots, and friends who come again. One code is one person's browser on one link, again and again.

use super::agents::{self, Agent, BOTS, BROWSERS};
use super::chance::{Chance, Weighted};
use std::fmt::Write as _;

/// The shop's own domain, which the friend's path is routed from.
pub(super) const HOST: &str = "shop.example";

pub(super) const CODES: usize = 10_000;
/// Requests that are drawn; they are sent in a circle.
pub(super) const REQUESTS: usize = 50_000;
/// In thousandths of all requests.
pub(super) const UNKNOWN: u64 = 10;
pub(super) const FROM_BOTS: u64 = 100;
pub(super) const WITH_COOKIE: u64 = 300;

const SEED: u64 = 302;
/// Of bots, none has a cookie.
const PEOPLE_WITH_COOKIE: u64 = WITH_COOKIE * 1_000 / (1_000 - FROM_BOTS);

/// `codes` with the most popular first; `cookies` as `name=value`.
pub(super) fn mixed(codes: &[String], cookies: &[String]) -> String {
    let mut chance = Chance::new(SEED);
    let popular = Weighted::zipf(u64::try_from(codes.len()).unwrap_or(0));
    let (browsers, bots) = (agents::weighted(BROWSERS), agents::weighted(BOTS));
    let mut text = String::with_capacity(REQUESTS * 800);
    for _ in 0..REQUESTS {
        let known = codes.get(popular.draw(&mut chance)).filter(|_| !chance.thousandths(UNKNOWN));
        let code = known.cloned().unwrap_or_else(|| unknown(&mut chance));
        let is_bot = chance.thousandths(FROM_BOTS);
        let (list, weighted) = if is_bot { (BOTS, &bots) } else { (BROWSERS, &browsers) };
        let address = address(&mut chance);
        let has_cookie = !is_bot && chance.thousandths(PEOPLE_WITH_COOKIE);
        let cookie = if has_cookie { chance.one_of(cookies) } else { None };
        if let Some(agent) = list.get(weighted.draw(&mut chance)) {
            write(&mut text, &code, agent, &address, cookie.map(String::as_str));
        }
    }
    text
}

/// One request.
pub(super) fn one(code: &str) -> String {
    let mut text = String::new();
    if let Some(agent) = BROWSERS.first() {
        write(&mut text, code, agent, "203.0.113.7", None);
    }
    text
}

fn write(text: &mut String, code: &str, agent: &Agent, address: &str, cookie: Option<&str>) {
    let _infallible = write!(text, "GET /r/{code} HTTP/1.1\r\nHost: {HOST}\r\n");
    for (name, value) in agent.headers {
        let _infallible = write!(text, "{name}: {value}\r\n");
    }
    if let Some(cookie) = cookie {
        let _infallible = write!(text, "Cookie: {cookie}\r\n");
    }
    let _infallible = write!(text, "X-Forwarded-For: {address}\r\n\r\n");
}

/// What a generated code looks like, but one that nobody was given: a generated one has 8 characters.
fn unknown(chance: &mut Chance) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    (0..9).filter_map(|_| chance.one_of(LETTERS)).map(|letter| char::from(*letter)).collect()
}

/// Of the ranges kept for documentation: some 750 of IPv4, and 4,000 networks of IPv6.
fn address(chance: &mut Chance) -> String {
    if chance.thousandths(500) {
        let network = chance.one_of(&["192.0.2", "198.51.100", "203.0.113"]).copied().unwrap_or("192.0.2");
        format!("{network}.{}", 1 + chance.below(254))
    } else {
        format!("2001:db8:{:x}:1::{:x}", chance.below(4_000), 1 + chance.below(9))
    }
}

#[cfg(test)]
mod tests {
    use super::{CODES, REQUESTS, mixed, one};
    use std::collections::BTreeSet;

    fn drawn() -> String {
        let codes: Vec<String> = (0..CODES).map(|number| format!("c{number:07}")).collect();
        let cookies: Vec<String> = (0..100).map(|number| format!("hg=touch{number}")).collect();
        mixed(&codes, &cookies)
    }

    #[test]
    fn the_mixture_is_what_it_says() {
        let text = drawn();
        let requests: Vec<&str> = text.split_terminator("\r\n\r\n").collect();
        assert_eq!(requests.len(), REQUESTS);
        let share =
            |is: &dyn Fn(&str) -> bool| requests.iter().filter(|request| is(request)).count() * 1_000 / REQUESTS;
        let code = |request: &str| request.split(['/', ' ']).nth(3).unwrap().to_owned();
        let is_known = |request: &str| code(request).len() == 8;
        assert!((9..12).contains(&share(&|request| !is_known(request))), "unknown");
        let is_bot = |request: &str| !request.contains("Sec-Fetch") && !request.contains("CPU OS 15_8");
        assert!((95..105).contains(&share(&is_bot)), "bots");
        assert!((290..310).contains(&share(&|request| request.contains("\r\nCookie: hg=touch"))), "cookies");
        assert!((95..110).contains(&share(&|request| code(request) == "c0000000")), "the most popular");
        let different: BTreeSet<&str> =
            requests.iter().filter_map(|request| request.split("X-Forwarded-For: ").nth(1)).collect();
        assert!(different.len() > 3_000, "{} addresses", different.len());
    }

    #[test]
    fn it_is_the_same_in_every_run() {
        assert_eq!(drawn(), drawn());
    }

    #[test]
    fn a_request_is_whole() {
        let text = one("abc23456");
        assert!(text.starts_with("GET /r/abc23456 HTTP/1.1\r\nHost: shop.example\r\n"), "{text}");
        assert!(text.ends_with("\r\n\r\n") && text.matches("\r\n\r\n").count() == 1, "{text}");
        assert!(!text.contains("  "), "a header that was broken over lines has its spaces: {text}");
    }
}
