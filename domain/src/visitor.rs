//! Telling visitors apart for a day, without keeping who they are.
//!
//! Invariant: neither address nor agent can be had back from a mark. The key is random, lives one UTC day, and is then
//! deleted; from then on a mark means nothing. Of an IPv6 address only the network counts (/64).

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// Sixteen bytes that stand for a browser's agent: agents are long and repeat, so this is worth keeping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgentDigest([u8; 16]);

impl AgentDigest {
    pub fn of(agent: &str) -> Self {
        Self(Sha256::digest(agent.as_bytes()).first_chunk::<16>().copied().unwrap_or_default())
    }
}

/// One day's key.
#[derive(Clone)]
pub struct DayKey(Hmac<Sha256>);

impl DayKey {
    pub fn new(secret: &[u8]) -> Self {
        // HMAC takes a key of any length, so this can't fail; the fallback keeps the function total.
        let keyed = Hmac::<Sha256>::new_from_slice(secret);
        Self(keyed.unwrap_or_else(|_| Hmac::<Sha256>::new(&hmac::digest::Key::<Hmac<Sha256>>::default())))
    }

    /// The mark of a visitor: `addresses` is the header's text, whose first entry is the client's.
    pub fn mark(&self, addresses: &str, agent: AgentDigest) -> u64 {
        let mut keyed = self.0.clone();
        match addresses.split(',').next().unwrap_or_default().trim().parse() {
            Ok(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
                Some(address) => keyed.update(&address.octets()),
                None => keyed.update(address.octets().first_chunk::<8>().map_or(&[], |network| network.as_slice())),
            },
            Ok(IpAddr::V4(address)) => keyed.update(&address.octets()),
            Err(_) => {}
        }
        keyed.update(b"\n");
        keyed.update(&agent.0);
        let mark: [u8; 32] = keyed.finalize().into_bytes().into();
        mark.first_chunk::<8>().copied().map_or(0, u64::from_be_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visitors_differ_by_network_agent_and_day_and_by_nothing_else() {
        let today = DayKey::new(b"today");
        let firefox = AgentDigest::of("Firefox");
        let mark = |addresses: &str| today.mark(addresses, firefox);
        for (one, other, same) in [
            ("203.0.113.7", "203.0.113.7, 10.0.0.1", true),
            ("203.0.113.7", "::ffff:203.0.113.7", true),
            ("203.0.113.7", "203.0.113.8", false),
            ("2001:db8:1:2:aaaa::1", "2001:db8:1:2:bbbb::9", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
            ("", "nobody", true),
        ] {
            assert_eq!(mark(one) == mark(other), same, "{one} {other}");
        }
        assert_ne!(mark("203.0.113.7"), today.mark("203.0.113.7", AgentDigest::of("Chrome")));
        assert_ne!(mark("203.0.113.7"), DayKey::new(b"tomorrow").mark("203.0.113.7", firefox));
    }
}
