//! Keys: which program a key names, what it may do, and who a participant is by the site's own signature.

use crate::fault::Refusal;
use crate::person::Email;
use crate::program::{Mode, ProgramId};
use crate::time::{Span, Timestamp};
use data_encoding::{BASE32_DNSSEC, BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// What a secret key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    Read,
    Write,
    /// Approve, pay, reverse by hand, settle a dispute. What a backend reports, refunds too, is `Write`.
    Money,
}

impl Scope {
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Money];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Money => "money",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}

/// Scopes of a new key: those that are asked for, or its maker's own. Nobody gives what they haven't: 403 `forbidden`, at
/// `scopes`.
pub fn given(held: &[Scope], asked: Option<Vec<Scope>>) -> Result<Vec<Scope>, Refusal> {
    let Some(asked) = asked else { return Ok(held.to_vec()) };
    match asked.iter().find(|scope| !held.contains(scope)) {
        None => Ok(asked),
        Some(scope) => {
            let message = format!("Your own key has no scope \"{}\", so it can't give it.", scope.as_str());
            Err(Refusal::new(403, "forbidden", message).at("scopes"))
        }
    }
}

/// A new secret key's text: `hg_sk_{program}_{random}`, or `hg_sk_test_…` for a program in test mode.
pub fn secret_key(program: &ProgramId, mode: Mode, chance: [u8; 20]) -> String {
    let test = if mode == Mode::Test { "test_" } else { "" };
    format!("hg_sk_{test}{}_{}", program.as_str(), BASE32_DNSSEC.encode(&chance))
}

pub fn publishable_key(program: &ProgramId) -> String {
    format!("hg_pk_{}", program.as_str())
}

/// The program that a secret key says it is for. Says nothing about whether the key is real.
pub fn program_of_secret(key: &str) -> Option<ProgramId> {
    let rest = key.strip_prefix("hg_sk_")?;
    let rest = rest.strip_prefix("test_").unwrap_or(rest);
    rest.rsplit_once('_').and_then(|(program, _)| ProgramId::parse(program).ok())
}

pub fn program_of_publishable(key: &str) -> Option<ProgramId> {
    ProgramId::parse(key.strip_prefix("hg_pk_")?).ok()
}

/// A stored stand-in for a text that must not be stored: SHA-256 in hex. Keys have 160 bits of chance, so no salt.
pub fn fingerprint(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

/// Whether two secrets are equal, in a time that doesn't depend on where they differ.
pub fn same_secret(given: &str, held: &str) -> bool {
    let (given, held) = (Sha256::digest(given.as_bytes()), Sha256::digest(held.as_bytes()));
    given.iter().zip(held.iter()).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

/// The `token` of `Authorization: Bearer token`.
pub fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

/// What a site's backend says of a signed-in visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    pub subject: String,
    pub email: Email,
    pub name: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadIdentity {
    #[error("the identity isn't a JWT")]
    Malformed,
    #[error("the identity must be signed with HS256")]
    Algorithm,
    #[error("the identity's signature is wrong")]
    Forged,
    #[error("the identity has expired, or expires more than a day from now")]
    Expired,
    #[error("the identity needs sub, email and exp")]
    Claims,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

#[derive(Deserialize)]
struct Payload {
    sub: String,
    email: String,
    name: Option<String>,
    exp: i64,
    nbf: Option<i64>,
}

/// Checks a JWT (RFC 7515, HS256 and nothing else) that was signed with the program's identity secret.
pub fn identity(token: &str, secret: &str, now: Timestamp) -> Result<Claims, BadIdentity> {
    let (signed, signature) = token.rsplit_once('.').ok_or(BadIdentity::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(BadIdentity::Malformed)?;
    let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| BadIdentity::Malformed);
    let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| BadIdentity::Malformed)?;
    if header.alg != "HS256" {
        return Err(BadIdentity::Algorithm);
    }
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| BadIdentity::Forged)?;
    mac.chain_update(signed).verify_slice(&decode(signature)?).map_err(|_| BadIdentity::Forged)?;
    let payload: Payload = serde_json::from_slice(&decode(payload)?).map_err(|_| BadIdentity::Claims)?;
    let expires = Timestamp::from_millis(payload.exp.saturating_mul(1_000));
    let early = payload
        .nbf
        .is_some_and(|from| Timestamp::from_millis(from.saturating_mul(1_000)) > now.after(Span::minutes(5)));
    if expires <= now || expires.since(now) > Span::days(1).plus(Span::minutes(5)) || early {
        return Err(BadIdentity::Expired);
    }
    if payload.sub.is_empty() || payload.sub.len() > 255 {
        return Err(BadIdentity::Claims);
    }
    let email = Email::parse(&payload.email).map_err(|_| BadIdentity::Claims)?;
    let name = payload.name.map(|name| name.chars().filter(|c| !c.is_control()).take(200).collect());
    Ok(Claims { subject: payload.sub, email, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(header: &str, payload: &str, secret: &str) -> String {
        let signed =
            format!("{}.{}", BASE64URL_NOPAD.encode(header.as_bytes()), BASE64URL_NOPAD.encode(payload.as_bytes()));
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(&signed);
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()))
    }

    #[test]
    fn nobody_gives_a_key_what_their_own_cannot_do() {
        use Scope::{Money, Read, Write};
        let told = |held: &[Scope], asked: Option<Vec<Scope>>| given(held, asked).map_err(|refusal| refusal.code);
        assert_eq!(told(&Scope::ALL, None), Ok(Scope::ALL.to_vec()));
        assert_eq!(told(&[Read, Write], None), Ok(vec![Read, Write]));
        assert_eq!(told(&[Read, Write], Some(vec![Read])), Ok(vec![Read]));
        assert_eq!(told(&[Read, Write], Some(vec![Read, Money])), Err("forbidden"));
    }

    #[test]
    fn a_key_names_its_program_even_when_the_name_has_underscores() {
        for (id, mode) in [("acme", Mode::Live), ("a_b-c", Mode::Live), ("acme", Mode::Test)] {
            let program = ProgramId::parse(id).unwrap();
            let key = secret_key(&program, mode, [7; 20]);
            assert_eq!(program_of_secret(&key), Some(program.clone()));
            assert_eq!(key.starts_with("hg_sk_test_"), mode == Mode::Test);
            assert_eq!(program_of_publishable(&publishable_key(&program)), Some(program));
        }
        for key in ["", "hg_sk_", "hg_sk_acme", "hg_pk_acme", "sk_acme_x", "hg_sk_AC_x", "hg_sk__x"] {
            assert_eq!(program_of_secret(key), None, "{key}");
        }
    }

    #[test]
    fn an_identity_is_hs256_with_the_programs_secret_for_a_day_at_most() {
        let now = Timestamp::from_millis(1_000_000_000);
        let exp = |seconds: i64| {
            format!(r#"{{"sub":"u-1","email":"ada@example.com","name":"Ada","exp":{}}}"#, 1_000_000 + seconds)
        };
        let hs256 = r#"{"alg":"HS256","typ":"JWT"}"#;
        let good = sign(hs256, &exp(3_600), "s");
        assert_eq!(identity(&good, "s", now).unwrap().subject, "u-1");
        for (token, error) in [
            (good.clone(), BadIdentity::Forged),
            (sign(r#"{"alg":"none"}"#, &exp(3_600), "s"), BadIdentity::Algorithm),
            (sign(r#"{"alg":"HS512"}"#, &exp(3_600), "s"), BadIdentity::Algorithm),
            (sign(hs256, &exp(0), "s"), BadIdentity::Expired),
            (sign(hs256, &exp(90_000), "s"), BadIdentity::Expired),
            (sign(hs256, r#"{"sub":"u-1","exp":1003600}"#, "s"), BadIdentity::Claims),
            ("a.b".to_owned(), BadIdentity::Malformed),
            (String::new(), BadIdentity::Malformed),
        ] {
            let secret = if error == BadIdentity::Forged { "other" } else { "s" };
            assert_eq!(identity(&token, secret, now), Err(error), "{token}");
        }
    }

    #[test]
    fn bearers() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bearer  abc "), Some("abc"));
        for header in ["", "abc", "Basic abc", "Bearer "] {
            assert_eq!(bearer(header), None);
        }
        assert!(same_secret("a", "a") && !same_secret("a", "b") && !same_secret("", "b"));
    }
}
