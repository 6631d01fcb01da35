//! Secrets of others that must be used as they are, sealed for storage under a key from the environment.
//!
//! Form: base64url of 24 bytes of chance, then XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) of the text. What it is
//! for is bound in, so that a sealed text opens nowhere else.

use crate::token::derive;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use data_encoding::BASE64URL_NOPAD;

const PURPOSE: &[u8] = b"honeyguide seal v1";
const NONCE: usize = 24;

/// The keys that seal and open. The first seals; all open, so a new one can be put before the old.
#[derive(Clone)]
pub struct Sealer {
    keys: Vec<XChaCha20Poly1305>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this was sealed under another key, or altered")]
pub struct BadSeal;

impl Sealer {
    /// Keys derived from the environment's secrets, the current one first.
    pub fn new(secrets: &[&str]) -> Self {
        let key = |secret: &&str| XChaCha20Poly1305::new(&Key::from(derive(secret.as_bytes(), PURPOSE)));
        Self { keys: secrets.iter().map(key).collect() }
    }

    /// `what_for` must be given again to open it; `chance` is used once.
    pub fn seal(&self, text: &str, what_for: &str, chance: [u8; NONCE]) -> Result<String, BadSeal> {
        let key = self.keys.first().ok_or(BadSeal)?;
        let payload = Payload { msg: text.as_bytes(), aad: what_for.as_bytes() };
        let sealed = key.encrypt(&XNonce::from(chance), payload).map_err(|_| BadSeal)?;
        Ok(BASE64URL_NOPAD.encode(&[chance.as_slice(), &sealed].concat()))
    }

    pub fn open(&self, sealed: &str, what_for: &str) -> Result<String, BadSeal> {
        let bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).map_err(|_| BadSeal)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or(BadSeal)?;
        let payload = || Payload { msg: sealed, aad: what_for.as_bytes() };
        let opened = self.keys.iter().find_map(|key| key.decrypt(&XNonce::from(*nonce), payload()).ok());
        opened.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(BadSeal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_purpose_with_a_key_of_then_or_now_and_unaltered_only() {
        let old = Sealer::new(&["old"]);
        let sealed = old.seal("whsec_abc", "stripe acme", [7; 24]).unwrap();
        assert!(!sealed.contains("whsec"));
        assert_eq!(Sealer::new(&["new", "old"]).open(&sealed, "stripe acme").as_deref(), Ok("whsec_abc"));
        assert_eq!(Sealer::new(&["new"]).open(&sealed, "stripe acme"), Err(BadSeal));
        assert_eq!(old.open(&sealed, "shopify acme"), Err(BadSeal));
        assert_eq!(Sealer::new(&[]).seal("x", "y", [0; 24]), Err(BadSeal));
        for at in 0..sealed.len() {
            let mut altered = sealed.clone().into_bytes();
            altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(old.open(std::str::from_utf8(&altered).unwrap(), "stripe acme"), Err(BadSeal));
        }
    }
}
