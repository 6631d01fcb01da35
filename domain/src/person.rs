//! Who someone is, as far as rules need it: e-mail addresses, and when two of them are one person's.

use std::fmt;

/// An e-mail address as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an e-mail address looks like name@example.com")]
pub struct BadEmail;

impl Email {
    pub fn parse(text: &str) -> Result<Self, BadEmail> {
        let text = text.trim();
        let (name, domain) = text.rsplit_once('@').ok_or(BadEmail)?;
        let plain = text.len() <= 254 && !text.chars().any(|c| c.is_whitespace() || c.is_control());
        let named = !name.is_empty() && name.len() <= 64 && !domain.is_empty() && !domain.contains("..");
        let hosted = !domain.starts_with(['.', '-'])
            && !domain.ends_with(['.', '-'])
            && !domain.contains(['<', '>', '(', ')', ',', ';']);
        if plain && named && hosted { Ok(Self(text.to_owned())) } else { Err(BadEmail) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address by which two spellings are one person: case folded, what follows `+` cut off, dots dropped where
    /// the provider ignores them (gmail.com, which googlemail.com is too).
    pub fn folded(&self) -> String {
        let lower = self.0.to_lowercase();
        let (name, domain) = lower.rsplit_once('@').unwrap_or((&lower, ""));
        let name = name.split('+').next().filter(|name| !name.is_empty()).unwrap_or(name);
        match domain {
            "gmail.com" | "googlemail.com" => format!("{}@gmail.com", name.replace('.', "")),
            _ => format!("{name}@{domain}"),
        }
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The marks by which one person is told from another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    pub external_id: Option<String>,
    /// Folded.
    pub email: Option<String>,
}

impl Identity {
    /// Whether these are one person: an equal id of the site's, or an equal folded address.
    pub fn is_same_person(&self, other: &Self) -> bool {
        let same = |one: &Option<String>, two: &Option<String>| one.is_some() && one == two;
        same(&self.external_id, &other.external_id) || same(&self.email, &other.email)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_one_address_fold_to_one() {
        for (given, folded) in [
            ("Ada@Example.com", "ada@example.com"),
            ("ada+shop@example.com", "ada@example.com"),
            ("a.d.a+x@googlemail.com", "ada@gmail.com"),
            ("a.d.a@example.com", "a.d.a@example.com"),
            ("+x@example.com", "+x@example.com"),
        ] {
            assert_eq!(Email::parse(given).unwrap().folded(), folded);
        }
        for text in ["", "ada", "@x.com", "ada@", "a b@x.com", "ada@.x", "ada@x.", "ada@x..y", "<ada@x.com>"] {
            assert_eq!(Email::parse(text), Err(BadEmail), "{text}");
        }
    }
}
