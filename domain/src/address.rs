//! Where this deployment may call, as an address is written: public hosts over https, and the hosts that a setting names
//! for local use.
//!
//! A Worker can't see what a name resolves to. So this is the second fence: the first is the runtime's network, which
//! looks at the address that it is about to connect to (`www/docs/webhooks.md`). Called where an owner writes an
//! address, and again before each sending.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

const LONGEST: usize = 2_000;

/// Names that end so are of no public network. A name without a dot is none either.
const PRIVATE_ENDS: [&str; 12] = [
    "localhost",
    "localdomain",
    "local",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "home.arpa",
    "onion",
    "in-addr.arpa",
];

/// Public names that lead to private addresses on purpose: services that answer with the address in the name, or with
/// loopback, and the metadata services of clouds.
const LEADING_INSIDE: [&str; 14] = [
    "nip.io",
    "sslip.io",
    "xip.io",
    "localtest.me",
    "lvh.me",
    "vcap.me",
    "lacolhost.com",
    "traefik.me",
    "local.gd",
    "metadata.tencentyun.com",
    "metadata.packet.net",
    "metadata.platformequinix.com",
    "metadata.azure.com",
    "api.metadata.cloud.ibm.com",
];

/// Above 1023 any port may be called but those that the Fetch standard blocks; below, only https's own.
const BLOCKED_PORTS: [u16; 17] = [
    1_719, 1_720, 1_723, 2_049, 3_659, 4_045, 4_190, 5_060, 5_061, 6_000, 6_566, 6_665, 6_666, 6_667, 6_668, 6_697,
    10_080,
];

/// IPv4 networks that are not public, as address and length: IANA's registry of special purposes, multicast, what is
/// reserved, and a cloud's metadata service that has a public number.
#[expect(clippy::ip_constant, reason = "a table of networks is read by its numbers")]
const NOT_PUBLIC: [(Ipv4Addr, u32); 17] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
    (Ipv4Addr::new(255, 255, 255, 255), 32),
];

/// IPv6 networks inside `2000::/3`, which is all that is public, that are not: IETF protocols (Teredo, ORCHID, benchmarks),
/// documentation twice, and 6to4.
const NOT_PUBLIC_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    #[error("an address that is called begins with https://, and has at most 2000 characters")]
    NotHttps,
    #[error("an address that is called has no user or password, no backslash, blank, or % in its host")]
    Spelling,
    #[error("an address that is called can't be private, loopback, link-local, or otherwise not public")]
    Private,
    #[error("an address that is called has the port 443, or one above 1023 that browsers don't block")]
    Port,
}

/// The hosts that may be called though they are not public, over http too: `localhost *.localhost 127.0.0.1 [::1]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LocalHosts(Vec<String>);

impl LocalHosts {
    /// Names and addresses, with blanks or commas between; `*.` at the front stands for all names that end so.
    pub fn parse(text: &str) -> Self {
        let hosts = text.split([' ', ',']).filter(|host| !host.is_empty());
        Self(hosts.map(str::to_ascii_lowercase).collect())
    }

    /// Whether this host is named, so that the local network carries what is sent there.
    pub fn has(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        self.0.iter().any(|named| match named.strip_prefix('*') {
            Some(end) => host.ends_with(end) && host.len() > end.len(),
            None => named == host,
        })
    }
}

/// The address as it is called, or why it isn't.
pub fn check_address(text: &str, local: &LocalHosts) -> Result<String, BadAddress> {
    let url = Url::parse(text).map_err(|_| BadAddress::NotHttps)?;
    let is_local = local.has(&url);
    if text.len() > LONGEST || !(url.scheme() == "https" || (url.scheme() == "http" && is_local)) {
        let inside = url.scheme() == "http" && url.host().is_some_and(|host| !is_public(&host));
        return Err(if inside { BadAddress::Private } else { BadAddress::NotHttps });
    }
    let after = text.get(url.scheme().len()..).and_then(|rest| rest.strip_prefix("://"));
    let authority = after.and_then(|rest| rest.split(['/', '?', '#']).next()).ok_or(BadAddress::Spelling)?;
    let odd = |byte: char| byte.is_control() || byte.is_whitespace() || matches!(byte, '\\' | '@' | '%');
    if authority.contains(odd) || text.contains(char::is_control) || text.contains('\\') {
        return Err(BadAddress::Spelling);
    }
    if is_local {
        return Ok(url.into());
    }
    let host = url.host().ok_or(BadAddress::NotHttps)?;
    if !is_public(&host) {
        return Err(BadAddress::Private);
    }
    match url.port() {
        None => Ok(url.into()),
        Some(port) if port > 1_023 && !BLOCKED_PORTS.contains(&port) => Ok(url.into()),
        Some(_) => Err(BadAddress::Port),
    }
}

fn is_public(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => is_public_name(name),
        Host::Ipv4(address) => is_public_address(IpAddr::V4(*address)),
        Host::Ipv6(address) => is_public_address(IpAddr::V6(*address)),
    }
}

fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let ends = |end: &&str| name.strip_suffix(*end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    name.contains('.') && !PRIVATE_ENDS.iter().chain(&LEADING_INSIDE).any(ends)
}

/// Whether an address is one of the public internet's. Of IPv6 only global unicast is: no mapped, translated (NAT64),
/// tunnelled (6to4, Teredo), local or multicast form of another address.
pub fn is_public_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !NOT_PUBLIC.iter().any(|(net, length)| {
            let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
            v4.to_bits() & mask == net.to_bits()
        }),
        IpAddr::V6(v6) => {
            let within = |net: Ipv6Addr, length: u32| {
                let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
                v6.to_bits() & mask == net.to_bits()
            };
            within(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3)
                && !NOT_PUBLIC_V6.iter().any(|(net, length)| within(*net, *length))
        }
    }
}

/// The networks that are refused, as `workerd` takes them: what its own word for "public" may leave out.
pub fn refused_networks() -> Vec<String> {
    let v4 = NOT_PUBLIC.iter().map(|(net, length)| format!("{net}/{length}"));
    let v6 = NOT_PUBLIC_V6.iter().map(|(net, length)| format!("{net}/{length}"));
    let translated = ["::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "fec0::/10"].map(str::to_owned);
    v4.chain(v6).chain(translated).collect()
}

/// The first address that is not public in a resolver's answer (`application/dns-json`: `{"Answer":[{"type","data"}]}`).
pub fn inside(answer: &str) -> Option<IpAddr> {
    let answer: serde_json::Value = serde_json::from_str(answer).ok()?;
    let records = answer.get("Answer")?.as_array()?;
    let address = |record: &serde_json::Value| record.get("data")?.as_str()?.parse::<IpAddr>().ok();
    records.iter().filter_map(address).find(|address| !is_public_address(*address))
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
