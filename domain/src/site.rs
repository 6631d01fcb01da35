//! Addresses: the program's site, a link's destination, and how far a cookie may reach.

use url::{Host, Url};

/// An http or https address with a host, and neither user nor password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site(Url);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an address begins with https:// (or http://) and names a host, without user or password")]
pub struct BadSite;

impl Site {
    pub fn parse(text: &str) -> Result<Self, BadSite> {
        let url = Url::parse(text).map_err(|_| BadSite)?;
        let plain = url.username().is_empty() && url.password().is_none();
        if matches!(url.scheme(), "http" | "https") && url.has_host() && plain && text.len() <= 2_000 {
            Ok(Self(url))
        } else {
            Err(BadSite)
        }
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// `https://shop.example` or `http://shop.localhost:8788`.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The host without its port.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether a link of this site may lead there: the same registrable domain, or the same host.
    pub fn is_same_site(&self, other: &Self) -> bool {
        is_same_site(self.host(), other.host())
    }

    /// The path of the destination's own site that a visitor asked for with `?to=`; anything else in it is ignored.
    #[must_use]
    pub fn with_path(&self, to: &str) -> Self {
        let own = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\t', '\n', '\r']);
        match self.0.join(to) {
            Ok(url) if own && url.origin() == self.0.origin() => Self(url),
            _ => self.clone(),
        }
    }

    /// The address with `via={code}` and nothing else added.
    #[must_use]
    pub fn with_via(&self, code: &str) -> Self {
        let mut url = self.0.clone();
        url.query_pairs_mut().append_pair("via", code);
        Self(url)
    }

    /// How a redirect to this address reaches a visitor who asked on `host` (without port).
    pub fn seen_from(&self, host: &str) -> Reach {
        let shared = is_same_site(host, self.host());
        Reach { same_site: shared, cookie_domain: if shared { registrable(host) } else { None } }
    }
}

/// Whether the visitor stays on one site, and the `Domain` of a cookie that both hosts share. No domain: the cookie
/// is the host's own, as for an IP address or a host without a registrable domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    pub same_site: bool,
    pub cookie_domain: Option<String>,
}

/// Whether two hosts, without ports, are one site's: the same registrable domain, or the same host.
pub fn is_same_site(one: &str, other: &str) -> bool {
    if one.eq_ignore_ascii_case(other) {
        return true;
    }
    registrable(one).is_some_and(|domain| Some(domain) == registrable(other))
}

/// The registrable domain by the Public Suffix List: `shop.example.co.uk` → `example.co.uk`.
pub fn registrable(host: &str) -> Option<String> {
    match Host::parse(host) {
        Ok(Host::Domain(name)) => psl::domain_str(name.trim_end_matches('.')).map(str::to_owned),
        _ => None,
    }
}

/// The host of a `Host` header, without its port.
pub fn host_of(header: &str) -> &str {
    match header.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => header,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(text: &str) -> Site {
        Site::parse(text).unwrap()
    }

    #[test]
    fn a_cookie_reaches_as_far_as_the_registrable_domain_that_both_share() {
        for (host, to, same, domain) in [
            ("www.shop.co.uk", "https://shop.co.uk/", true, Some("shop.co.uk")),
            ("go.shop.com", "https://www.shop.com/x", true, Some("shop.com")),
            ("shop.localhost", "http://shop.localhost:8788/", true, Some("shop.localhost")),
            ("a.github.io", "https://b.github.io/", false, None),
            ("127.0.0.1", "http://127.0.0.1:8788/", true, None),
            ("localhost", "http://localhost:1/", true, None),
            ("127.0.0.1", "http://shop.localhost:8788/", false, None),
            ("shop.com", "https://shop.org/", false, None),
        ] {
            let reach = Reach { same_site: same, cookie_domain: domain.map(str::to_owned) };
            assert_eq!(site(to).seen_from(host), reach, "{host} -> {to}");
        }
    }

    #[test]
    fn to_chooses_a_path_of_the_same_site_and_nothing_else() {
        let shop = site("https://shop.com/start?a=1");
        for (to, gives) in [
            ("/red?x=1#y", "https://shop.com/red?x=1#y"),
            ("//evil.com", "https://shop.com/start?a=1"),
            ("/\\evil.com", "https://shop.com/start?a=1"),
            ("/\t/evil.com", "https://shop.com/start?a=1"),
            ("https://evil.com/", "https://shop.com/start?a=1"),
            ("javascript:alert(1)", "https://shop.com/start?a=1"),
            ("", "https://shop.com/start?a=1"),
            ("/..//evil.com", "https://shop.com//evil.com"),
        ] {
            assert_eq!(shop.with_path(to).as_str(), gives, "{to:?}");
        }
    }

    #[test]
    fn via_is_added_and_nothing_else() {
        assert_eq!(site("https://shop.com/p?a=1#top").with_via("ada").as_str(), "https://shop.com/p?a=1&via=ada#top");
    }

    #[test]
    fn only_web_addresses_without_credentials_are_sites() {
        for text in ["", "shop.com", "ftp://shop.com", "javascript:alert(1)", "https://u:p@shop.com", "https://", "/x"]
        {
            assert_eq!(Site::parse(text), Err(BadSite), "{text}");
        }
        assert_eq!(site("HTTPS://Shop.COM:443/").origin(), "https://shop.com");
    }

    #[test]
    fn a_host_header_loses_its_port() {
        for (header, host) in
            [("shop.com:8080", "shop.com"), ("shop.com", "shop.com"), ("[::1]:80", "[::1]"), ("[::1]", "[::1]")]
        {
            assert_eq!(host_of(header), host);
        }
    }
}
