//! What is read of a request: all of it in one text, split once.

use super::agents::{self, Known};
use honeyguide_domain::clickquality::{self, Quality, RequestFacts};
use honeyguide_domain::visitor::DayKey;
use wasm_bindgen::prelude::*;
use worker::Env;

#[wasm_bindgen(module = "/src/glue.js")]
extern "C" {
    #[wasm_bindgen(js_name = requestFacts)]
    fn request_facts(request: &web_sys::Request, address_header: &str) -> String;
}

/// The text of all facts about a request, to be split by `Seen::of`.
pub(crate) fn facts(request: &web_sys::Request, env: &Env) -> String {
    let header = env.var("CLIENT_ADDRESS_HEADER").map(|value| value.to_string()).unwrap_or_default();
    request_facts(request, &header)
}

pub(crate) struct Seen<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    /// With its port, as in the address.
    pub(crate) host: &'a str,
    agent: Known,
    sec_fetch_mode: &'a str,
    sec_fetch_dest: &'a str,
    purpose: &'a str,
    pub(crate) gpc: bool,
    cookie: &'a str,
    pub(crate) https: bool,
    pub(crate) address: &'a str,
}

impl<'a> Seen<'a> {
    pub(crate) fn of(facts: &'a str) -> Self {
        let mut lines = facts.split('\n');
        let mut next = || lines.next().unwrap_or_default();
        let (method, url, agent) = (next(), next(), agents::known(next()));
        let (sec_fetch_mode, sec_fetch_dest) = (next(), next());
        let purpose = [next(), next(), next()].into_iter().find(|purpose| !purpose.is_empty()).unwrap_or_default();
        let (gpc, cookie, proto, address) = (next() == "1", next(), next(), next());
        let https = if proto.is_empty() { url.starts_with("https:") } else { proto == "https" };
        let host = url.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
        Self { method, url, host, agent, sec_fetch_mode, sec_fetch_dest, purpose, gpc, cookie, https, address }
    }

    /// Path and query of the address.
    pub(crate) fn path_and_query(&self) -> (&'a str, &'a str) {
        let after = self.url.find("://").map_or(0, |at| at + 3) + self.host.len();
        let path = self.url.get(after..).unwrap_or_default().split('#').next().unwrap_or_default();
        path.split_once('?').unwrap_or((path, ""))
    }

    pub(crate) const fn cookie_name(&self) -> &'static str {
        if self.https { "__Secure-hg" } else { "hg" }
    }

    /// The attribution cookie's value, or nothing.
    pub(crate) fn touches(&self) -> &'a str {
        if self.cookie.is_empty() {
            return "";
        }
        let own = |pair: &'a str| pair.trim().split_once('=').filter(|(name, _)| *name == self.cookie_name());
        self.cookie.split(';').find_map(own).map_or("", |(_, value)| value)
    }

    /// What made this request, and why it is that where it needs saying.
    pub(crate) fn quality(&self) -> (Quality, &'static str) {
        clickquality::judge(&RequestFacts {
            method: self.method,
            agent: self.agent.declared,
            sec_fetch_mode: self.sec_fetch_mode,
            sec_fetch_dest: self.sec_fetch_dest,
            purpose: self.purpose,
        })
    }

    /// A stand-in for all who come from this visitor's address, where that is known.
    pub(crate) fn neighbours(&self, key: &DayKey) -> Option<u64> {
        (!self.address.is_empty()).then(|| key.mark(self.address, agents::known("").digest))
    }

    /// A stand-in for this visitor that lasts as long as the key.
    pub(crate) fn visitor(&self, key: &DayKey) -> u64 {
        key.mark(self.address, self.agent.digest)
    }
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
