//! Whether a page's Content-Security-Policy lets the widget work.

use super::{Check, Facts, page};
use crate::site::Site;
use crate::wire::doctor::Health;

pub(super) fn check(facts: &Facts<'_>) -> Check {
    let what = "policy";
    let Some(text) = facts.text() else {
        return Check::unknown(what, "The page couldn't be read.", "Mend the site's address first.");
    };
    let header = facts.page.as_ref().map(|page| page.policy.as_str()).unwrap_or_default();
    if header.trim().is_empty() {
        let has_meta = text.to_ascii_lowercase().contains("http-equiv=\"content-security-policy\"");
        if has_meta {
            let found = "The page has its policy in a meta element, which isn't looked at here.";
            return Check::unknown(what, found, "It needs script-src 'self' and connect-src 'self'.");
        }
        return Check::good(what, "The page sends no Content-Security-Policy: nothing is refused.");
    }
    let site = &facts.program.site;
    let from = facts.snippet().and_then(|tag| page::resolved(&tag, site)).unwrap_or_else(|| site.clone());
    // Each policy is in force by itself; the strictest counts.
    let verdicts = header.split(',').map(|policy| judge(policy, &from, site));
    verdicts.max_by_key(|check| rank(check.state)).unwrap_or_else(|| Check::good(what, "The page sends no policy."))
}

const fn rank(state: Health) -> u8 {
    match state {
        Health::Good => 0,
        Health::Unknown => 1,
        Health::Warning => 2,
        Health::Bad => 3,
    }
}

fn judge(policy: &str, from: &Site, site: &Site) -> Check {
    let what = "policy";
    let directive = |names: &[&str]| {
        names.iter().find_map(|name| {
            policy.split(';').find_map(|part| {
                let mut words = part.split_whitespace();
                words.next().filter(|word| word.eq_ignore_ascii_case(name)).map(|_| words.collect::<Vec<&str>>())
            })
        })
    };
    let script = directive(&["script-src-elem", "script-src", "default-src"]);
    let connect = directive(&["connect-src", "default-src"]);
    for (name, sources) in [("script-src", &script), ("connect-src", &connect)] {
        let Some(sources) = sources else { continue };
        if name == "script-src"
            && sources.iter().any(|source| source.starts_with("'nonce-"))
            && !allows(sources, from, site)
        {
            let found = "The page's policy lets in scripts with its nonce alone.";
            return Check::warning(
                what,
                found,
                "Give the snippet the page's nonce, and add 'self' to script-src for what it loads.",
            );
        }
        if !allows(sources, from, site) {
            let origin = if from.origin() == site.origin() { "'self'".to_owned() } else { from.origin() };
            let found = format!("The page's {name} refuses the widget.");
            return Check::bad(what, found, format!("Add {origin} to {name}."));
        }
    }
    let wasm = script
        .is_none_or(|sources| sources.iter().any(|source| matches!(*source, "'wasm-unsafe-eval'" | "'unsafe-eval'")));
    if wasm {
        Check::good(what, "The page's policy lets the widget in.")
    } else {
        Check::good(
            what,
            "The page's policy lets the widget in. Without 'wasm-unsafe-eval' it runs as JavaScript, which is fine.",
        )
    }
}

/// Whether a list of sources lets an address of `from` in, seen from a page of `site`.
fn allows(sources: &[&str], from: &Site, site: &Site) -> bool {
    let (origin, host) = (from.origin(), from.host());
    let scheme = if from.is_https() { "https:" } else { "http:" };
    sources.iter().any(|source| {
        let source = source.to_ascii_lowercase();
        let named = source.trim_start_matches("https://").trim_start_matches("http://");
        let name = named.split(['/', ':']).next().unwrap_or_default();
        match source.as_str() {
            "*" => true,
            "'self'" => origin == site.origin(),
            source if source.starts_with('\'') => false,
            source if source.ends_with(':') => source == scheme || source == "http:",
            _ => name == host || name.strip_prefix('*').is_some_and(|end| end.starts_with('.') && host.ends_with(end)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_lets_the_widget_in_or_says_what_it_lacks() {
        let site = Site::parse("https://shop.example/").unwrap();
        let cdn = Site::parse("https://go.shop.example/r/-/widget.js").unwrap();
        for (policy, from, state) in [
            ("", &site, Health::Good),
            ("img-src 'none'", &site, Health::Good),
            ("script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'", &site, Health::Good),
            ("default-src 'self'", &site, Health::Good),
            ("default-src 'none'; script-src 'self'", &site, Health::Bad),
            ("default-src 'none'", &site, Health::Bad),
            ("script-src https://cdn.example", &site, Health::Bad),
            ("script-src 'nonce-abc' 'strict-dynamic'", &site, Health::Warning),
            ("script-src 'self' 'nonce-abc'", &site, Health::Good),
            ("script-src https:", &site, Health::Good),
            ("default-src 'self'", &cdn, Health::Bad),
            ("default-src 'self' https://*.shop.example", &cdn, Health::Good),
            ("default-src *.other.example *example", &cdn, Health::Bad),
        ] {
            assert_eq!(judge(policy, from, &site).state, state, "{policy}");
        }
    }
}
