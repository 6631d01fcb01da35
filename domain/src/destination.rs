//! Where events are forwarded to, and how an event becomes an HTTP request for each kind of destination. Pure, so that
//! each kind is tested against what its receiver documents.

pub mod about;
pub mod adapter;
pub mod field;
pub mod told;

mod hashing;
pub mod redaction;
mod template;

pub mod email;
pub mod google_analytics;
pub mod http;
pub mod hubspot;
pub mod meta;
pub mod segment;
pub mod slack;
pub mod tiktok;
pub mod webhook;

#[cfg(test)]
mod sample;

pub use adapter::{ADAPTERS, Adapter, Concern, Prepared, READ_ANSWER, Reading, Request, Skip, adapter, prepare, read};

use url::{Host, Url};

/// Whether destinations on this machine's own addresses are allowed: one local process only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loopback {
    Allowed,
    Refused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadDestination {
    #[error("a destination's address begins with https://, has no user or password, and at most 2000 characters")]
    NotHttps,
    #[error("a destination can't be a private, loopback or link-local address")]
    Private,
}

/// Where a request may be sent. Names that resolve to private addresses are refused by the network that sends it.
pub fn check_address(text: &str, loopback: Loopback) -> Result<String, BadDestination> {
    let url = Url::parse(text).map_err(|_| BadDestination::NotHttps)?;
    let plain = url.username().is_empty() && url.password().is_none() && text.len() <= 2_000;
    let host = url.host().ok_or(BadDestination::NotHttps)?;
    let local = is_loopback(&host);
    let allowed = local && loopback == Loopback::Allowed;
    if !plain || !(url.scheme() == "https" || (url.scheme() == "http" && allowed)) {
        return Err(if local && url.scheme() == "http" { BadDestination::Private } else { BadDestination::NotHttps });
    }
    if !allowed && (local || is_private(&host)) {
        return Err(BadDestination::Private);
    }
    Ok(url.into())
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback() || address.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback()),
    }
}

fn is_private(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            !name.contains('.')
                || [".local", ".internal", ".localhost", ".home.arpa"].iter().any(|end| name.ends_with(end))
        }
        Host::Ipv4(address) => is_private_v4(*address),
        Host::Ipv6(address) => {
            address.to_ipv4_mapped().is_some_and(is_private_v4)
                || address.is_unspecified()
                || address.is_multicast()
                || address.is_unique_local()
                || address.is_unicast_link_local()
        }
    }
}

fn is_private_v4(address: std::net::Ipv4Addr) -> bool {
    let [a, b, ..] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_unspecified()
        || address.is_broadcast()
        || address.is_multicast()
        || a == 0
        || (a == 100 && (64..128).contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_https_addresses_are_destinations_and_loopback_where_it_is_allowed() {
        for (text, strict, local) in [
            ("https://hooks.example.com/x?y=1", true, true),
            ("http://hooks.example.com/x", false, false),
            ("https://user:pass@example.com/", false, false),
            ("ftp://example.com/", false, false),
            ("not an address", false, false),
            ("http://127.0.0.1:9000/", false, true),
            ("http://shop.localhost:8788/hook", false, true),
            ("http://[::1]:1/", false, true),
            ("https://localhost/", false, true),
            ("https://10.0.0.1/", false, false),
            ("https://192.168.1.1/", false, false),
            ("https://169.254.169.254/latest", false, false),
            ("https://[fd00::1]/", false, false),
            ("https://[::ffff:10.0.0.1]/", false, false),
            ("https://0x7f000001/", false, true),
            ("https://intranet/", false, false),
            ("https://db.internal/", false, false),
        ] {
            assert_eq!(check_address(text, Loopback::Refused).is_ok(), strict, "{text}");
            assert_eq!(check_address(text, Loopback::Allowed).is_ok(), local, "{text} with loopback");
        }
    }
}
