//! Secrets at rest: what others gave us to keep, or what we share with them, is stored under a key that is derived from
//! the environment's secret (XChaCha20-Poly1305). A copy of the storage alone gives none of them away.
//!
//! Format: `sealed1.` and base64url of nonce (24 bytes), ciphertext, and tag (16).

use crate::token::derive;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use data_encoding::BASE64URL_NOPAD;

const MARK: &str = "sealed1.";
const NONCE: usize = 24;
const PURPOSE: &[u8] = b"honeyguide secrets at rest 1";

/// Holds the key in force, and those before it.
#[derive(Clone)]
pub struct Sealer(Vec<XChaCha20Poly1305>);

impl Sealer {
    /// `secrets`: of the environment, the one in force first.
    pub fn new(secrets: &[&str]) -> Self {
        let key = |secret: &&str| XChaCha20Poly1305::new(&Key::from(derive(secret.as_bytes(), PURPOSE)));
        Self(secrets.iter().map(key).collect())
    }

    /// `nonce`: 24 fresh random bytes; the same twice would give secrets away.
    pub fn seal(&self, plain: &str, nonce: [u8; NONCE]) -> String {
        // Encryption fails for texts of 256 GB, and where there is no key: then nothing is kept.
        let sealed = self.0.first().and_then(|key| key.encrypt(&XNonce::from(nonce), plain.as_bytes()).ok());
        let bytes = [nonce.as_slice(), sealed.unwrap_or_default().as_slice()].concat();
        format!("{MARK}{}", BASE64URL_NOPAD.encode(&bytes))
    }

    /// What was sealed under any of the keys. What was stored before there was sealing is given as it is.
    pub fn open(&self, text: &str) -> Option<String> {
        let Some(sealed) = text.strip_prefix(MARK) else { return Some(text.to_owned()) };
        let bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
        let plain = self.0.iter().find_map(|key| key.decrypt(&XNonce::from(*nonce), sealed).ok())?;
        String::from_utf8(plain).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_opened_by_its_key_and_by_no_other() {
        let sealer = Sealer::new(&["new", "old"]);
        let kept = sealer.seal("whsec_abc", [7; 24]);
        assert!(kept.starts_with("sealed1.") && !kept.contains("whsec_abc"));
        assert_eq!(sealer.open(&kept).as_deref(), Some("whsec_abc"));
        assert_eq!(Sealer::new(&["newer", "new"]).open(&kept).as_deref(), Some("whsec_abc"));
        assert_eq!(Sealer::new(&["old"]).open(&kept), None);
        assert_ne!(sealer.seal("whsec_abc", [8; 24]), kept);
    }

    #[test]
    fn what_was_altered_is_not_opened_and_what_was_never_sealed_is_as_it_is() {
        let sealer = Sealer::new(&["key"]);
        let kept = sealer.seal("secret", [1; 24]);
        for at in 8..kept.len() {
            let mut bytes = kept.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(sealer.open(&String::from_utf8(bytes).unwrap()), None, "at {at}");
        }
        assert_eq!(sealer.open("sealed1."), None);
        assert_eq!(sealer.open("whsec_before").as_deref(), Some("whsec_before"));
        assert_eq!(Sealer::new(&[]).open(&Sealer::new(&[]).seal("x", [0; 24])), None);
    }

    #[test]
    fn the_stored_form_is_pinned() {
        let sealed = "sealed1.BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";
        assert!(Sealer::new(&["pinned"]).seal("whsec_abc", [7; 24]).starts_with(sealed));
    }
}
