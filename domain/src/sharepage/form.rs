//! What the page's forms post, and from where they may come.

use super::Notice;
use crate::person::Email;
use crate::site::{host_of, is_same_site};

/// One form, read. Fields that aren't known are passed over: a shop's own form may have its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// The publishable key.
    pub key: Option<String>,
    pub email: Option<String>,
    /// The JWT that the site's backend signed.
    pub identity: Option<String>,
    /// What a member says of their name.
    pub show_name: Option<bool>,
    /// What a friend says to being counted.
    pub consent: Option<bool>,
    pub via: Option<String>,
}

impl Form {
    /// Reads `application/x-www-form-urlencoded`. Empty fields are none.
    pub fn read(body: &str) -> Self {
        let mut form = Self::default();
        for (name, value) in url::form_urlencoded::parse(body.as_bytes()).filter(|(_, value)| !value.trim().is_empty())
        {
            let value = value.trim();
            let either = |yes: &str, no: &str| match value {
                value if value == yes => Some(true),
                value if value == no => Some(false),
                _ => None,
            };
            match name.as_ref() {
                "k" => form.key = Some(value.to_owned()),
                "email" => form.email = Some(value.to_owned()),
                "identity" => form.identity = Some(value.to_owned()),
                "show_name" => form.show_name = either("true", "false"),
                "consent" => form.consent = either("granted", "denied"),
                "via" => form.via = Some(value.to_owned()),
                _ => {}
            }
        }
        form
    }

    /// The address that asks for a link, or what to tell.
    pub fn address(&self) -> Result<Email, Notice> {
        Email::parse(self.email.as_deref().unwrap_or_default()).map_err(|_| Notice::WrongEmail)
    }
}

/// Whether a form may have been sent by a page of the site itself, or by the visitor's own hand. Another site's page could
/// otherwise give consent for a visitor, or have mail sent. Browsers say where a form comes from: all in `Origin`, those
/// since 2023 in `Sec-Fetch-Site` too (Fetch, 3.2; Fetch Metadata, 2.4). Who says neither is no browser.
pub fn may_post(sec_fetch_site: &str, origin: &str, host: &str) -> bool {
    match (sec_fetch_site, origin) {
        ("same-origin" | "same-site" | "none", _) | ("", "") => true,
        ("", origin) => origin.split_once("://").is_some_and(|(_, from)| is_same_site(host_of(from), host_of(host))),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_and_what_it_has_beside_is_passed_over() {
        let form = Form::read("k=hg_pk_acme&email=+ada%2Bx%40example.com&show_name=maybe&csrf=1&identity=");
        assert_eq!((form.key.as_deref(), form.identity.as_deref(), form.show_name), (Some("hg_pk_acme"), None, None));
        assert_eq!(form.address().unwrap().as_str(), "ada+x@example.com");
        assert_eq!(Form::read("email=ada").address(), Err(Notice::WrongEmail));
        let named = Form::read("identity=a.b.c&show_name=false&consent=granted&via=ada");
        assert_eq!((named.show_name, named.consent), (Some(false), Some(true)));
        assert_eq!(Form::read("{\"k\":1}&%ff=%ff"), Form::default());
    }

    #[test]
    fn only_the_sites_own_pages_post() {
        let host = "shop.example:8788";
        for (site, origin, may) in [
            ("same-origin", "http://shop.example:8788", true),
            ("same-site", "https://account.shop.example", true),
            ("none", "", true),
            ("cross-site", "https://evil.example", false),
            ("cross-site", "http://shop.example:8788", false),
            ("", "http://shop.example:8788", true),
            ("", "https://www.shop.example", true),
            ("", "https://evil.example", false),
            ("", "https://shop.example.evil.example", false),
            ("", "null", false),
            ("odd", "", false),
            ("", "", true),
        ] {
            assert_eq!(may_post(site, origin, host), may, "{site} {origin}");
        }
    }
}
