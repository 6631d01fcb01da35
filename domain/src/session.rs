//! Sessions: what a browser holds in place of a secret key. Which cookie it is, from whom it is taken, how long it lasts.
//!
//! A session may do what its key may, and ends with it. Its token names the program, as a key does, or says that it is the
//! deployment's, so that it can be routed; what is stored is the token's fingerprint.

use crate::auth::bearer;
use crate::fault::Refusal;
use crate::program::ProgramId;
use crate::time::{Span, Timestamp};
use data_encoding::BASE32_DNSSEC;

/// By this name a browser takes it from a secure origin alone (its own machine is one), for one host and no others.
pub const COOKIE: &str = "__Host-honeyguide_session";

/// A session that isn't used for so long has ended.
const UNUSED: Span = Span::hours(12);
/// However much it is used, it ends so long after it began.
const LONGEST: Span = Span::days(7);
/// A use is noted where the one noted before is older than this: looking at a screen writes nothing each time.
const NOTED: Span = Span::minutes(5);

/// Sessions that one key has at a time; the oldest give way.
pub const MOST_OF_A_KEY: i64 = 100;

/// A new session's token: `hg_session_{program}_{random}`.
pub fn token(program: &ProgramId, chance: [u8; 20]) -> String {
    format!("hg_session_{}_{}", program.as_str(), BASE32_DNSSEC.encode(&chance))
}

/// The program that a token says it is for. Says nothing about whether the token is real.
pub fn program_of(token: &str) -> Option<ProgramId> {
    let (program, _) = token.strip_prefix("hg_session_")?.rsplit_once('_')?;
    ProgramId::parse(program).ok()
}

/// How a token of the deployment begins. A program's begins otherwise, whatever its id.
const OF_DEPLOYMENT: &str = "hg_admin_session_";

/// A new token of a session of the admin secret: `hg_admin_session_{random}`.
pub fn deployment_token(chance: [u8; 20]) -> String {
    format!("{OF_DEPLOYMENT}{}", BASE32_DNSSEC.encode(&chance))
}

/// Whether a token says that it is of the admin secret. Says nothing about whether it is real.
pub fn is_of_deployment(token: &str) -> bool {
    token.starts_with(OF_DEPLOYMENT)
}

/// `Set-Cookie` of a sign-in. The browser keeps it for as long as a session may last; when it ends is decided here.
pub fn set_cookie(token: &str) -> String {
    format!("{COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={}", LONGEST.as_millis() / 1_000)
}

/// `Set-Cookie` of a sign-out.
pub fn clear_cookie() -> String {
    format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0")
}

/// What a browser says of itself, cut to what a list can show.
pub fn agent(text: &str) -> Option<String> {
    let agent: String = text.trim().chars().filter(|c| !c.is_control()).take(200).collect();
    (!agent.is_empty()).then_some(agent)
}

/// What a request proves itself with. Not looked up yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A secret key, or the admin secret.
    Key(String),
    /// A session's token.
    Session(String),
    Nothing,
}

/// Reads the headers `Authorization`, `Cookie` and `Sec-Fetch-Site`. Where the first is there, it alone counts. A cookie
/// goes along by itself, so it is taken only from pages of the same origin, as the browser says.
pub fn credential(
    authorization: Option<&str>,
    cookies: Option<&str>,
    fetch_site: Option<&str>,
) -> Result<Credential, Refusal> {
    if let Some(authorization) = authorization {
        return Ok(bearer(authorization).map_or(Credential::Nothing, |key| Credential::Key(key.to_owned())));
    }
    let named = |pair: &str| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == COOKIE && !value.is_empty()).then(|| value.to_owned())
    };
    let Some(token) = cookies.unwrap_or_default().split(';').find_map(named) else { return Ok(Credential::Nothing) };
    if fetch_site == Some("same-origin") {
        return Ok(Credential::Session(token));
    }
    let message = "A session is for pages of its own origin (Sec-Fetch-Site: same-origin). From elsewhere, send a key.";
    Err(Refusal::new(403, "cross_site", message))
}

/// What is said where a session isn't in force, whatever it was that ended it.
pub fn ended() -> Refusal {
    Refusal::new(401, "session_ended", "This session has ended. Sign in again with a key.")
}

/// What is said where a session is asked for with something else than a key.
pub fn needs_key() -> Refusal {
    let message = "A session is made from a secret key, or from the admin secret: Authorization: Bearer ….";
    Refusal::new(401, "key_needed", message)
}

/// When a session began, and its last use that was noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    pub created_at: Timestamp,
    pub used_at: Timestamp,
}

/// How a session stands at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Ended,
    InForce,
    /// In force, and this use of it is to be noted.
    ToBeNoted,
}

impl Life {
    /// When it ends if nobody uses it from now on.
    pub fn expires_at(self) -> Timestamp {
        self.used_at.after(UNUSED).min(self.created_at.after(LONGEST))
    }

    pub fn at(self, now: Timestamp) -> Standing {
        match () {
            () if now >= self.expires_at() => Standing::Ended,
            () if now.since(self.used_at) >= NOTED => Standing::ToBeNoted,
            () => Standing::InForce,
        }
    }

    /// Sessions that began before the first moment, or were used before the second and not since, have ended.
    pub fn ended_before(now: Timestamp) -> (Timestamp, Timestamp) {
        (now.before(LONGEST), now.before(UNUSED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_program_even_when_the_name_has_underscores() {
        for id in ["acme", "a_b-c"] {
            let program = ProgramId::parse(id).unwrap();
            assert_eq!(program_of(&token(&program, [7; 20])), Some(program));
        }
        for token in ["", "hg_session_", "hg_session_acme", "hg_sk_acme_x", "hg_session_AC_x", "hg_session__x"] {
            assert_eq!(program_of(token), None, "{token}");
        }
    }

    #[test]
    fn a_token_of_the_deployment_is_no_programs() {
        let token = deployment_token([7; 20]);
        assert!(is_of_deployment(&token) && program_of(&token).is_none(), "{token}");
        for id in ["admin", "admin_session"] {
            let token = super::token(&ProgramId::parse(id).unwrap(), [7; 20]);
            assert!(!is_of_deployment(&token) && program_of(&token).is_some(), "{token}");
        }
    }

    #[test]
    fn a_cookie_counts_on_pages_of_its_own_origin_and_a_key_counts_before_it() {
        let cookies = format!("hg=x; {COOKIE}=t; other=1");
        let key = Ok(Credential::Key("k".to_owned()));
        for (authorization, cookies, site, expected) in [
            (None, Some(cookies.as_str()), Some("same-origin"), Ok(Credential::Session("t".to_owned()))),
            (None, Some(&cookies), Some("same-site"), Err("cross_site")),
            (None, Some(&cookies), Some("cross-site"), Err("cross_site")),
            (None, Some(&cookies), Some("none"), Err("cross_site")),
            (None, Some(&cookies), Some("Same-Origin"), Err("cross_site")),
            (None, Some(&cookies), None, Err("cross_site")),
            (Some("Bearer k"), Some(&cookies), Some("cross-site"), key.clone()),
            (Some("Bearer k"), None, None, key),
            (Some("Basic k"), Some(&cookies), Some("same-origin"), Ok(Credential::Nothing)),
            (None, Some("__Host-honeyguide_session="), None, Ok(Credential::Nothing)),
            (None, Some("honeyguide_session=t"), Some("same-origin"), Ok(Credential::Nothing)),
            (None, None, Some("cross-site"), Ok(Credential::Nothing)),
        ] {
            let told = credential(authorization, cookies, site).map_err(|refusal| refusal.code);
            assert_eq!(told, expected, "{authorization:?} {cookies:?} {site:?}");
        }
    }

    #[test]
    fn a_session_lasts_twelve_hours_from_its_last_use_and_a_week_at_most() {
        let begun = Timestamp::from_millis(1_000_000_000_000);
        let (hour, minute) = (Span::hours(1), Span::minutes(1));
        let used = |after: Span| Life { created_at: begun, used_at: begun.after(after) };
        let at = |life: Life, after: Span| life.at(begun.after(after));
        assert_eq!(at(used(Span::default()), minute), Standing::InForce);
        assert_eq!(at(used(Span::default()), Span::minutes(5)), Standing::ToBeNoted);
        assert_eq!(at(used(Span::default()), Span::hours(12)), Standing::Ended);
        assert_eq!(at(used(hour), Span::hours(12)), Standing::ToBeNoted);
        assert_eq!(at(used(Span::hours(167)), Span::days(7)), Standing::Ended);
        assert_eq!(used(Span::hours(167)).expires_at(), begun.after(Span::days(7)));
        // A clock that went back ends nothing.
        assert_eq!(at(used(hour), Span::default()), Standing::InForce);
    }

    #[test]
    fn the_cookie_is_one_that_scripts_and_other_sites_cannot_reach() {
        let set = set_cookie("hg_session_acme_x");
        assert_eq!(
            set,
            "__Host-honeyguide_session=hg_session_acme_x; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=604800"
        );
        assert!(clear_cookie().ends_with("; Max-Age=0") && clear_cookie().starts_with("__Host-honeyguide_session=;"));
        assert_eq!(agent(" Fire\nfox ").as_deref(), Some("Firefox"));
        assert_eq!(agent(" "), None);
    }
}
