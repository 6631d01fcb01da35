//! A touch, signed: what the attribution cookie carries. No name, address or e-mail is in it.
//!
//! Version 1, before base64url: version (1 byte), key id (1), flags (1), click id (16), program tag (8), code (2 to
//! 64), then the first 16 bytes of HMAC-SHA-256 over all before. At most 144 characters of text.

use crate::code::Code;
use crate::id::ClickId;
use crate::time::Timestamp;
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

const VERSION: u8 = 1;
const HEAD: usize = 27;
const SIGNATURE: usize = 16;
const GPC: u8 = 1;
const CONSENTED: u8 = 2;

/// One click that can earn credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    pub click: ClickId,
    pub program: ProgramTag,
    pub code: Code,
    /// The visitor sent `Sec-GPC: 1`: nothing about this touch goes to an ad platform.
    pub gpc: bool,
    /// The visitor said yes where the program asks.
    pub consented: bool,
}

impl Touch {
    pub fn at(&self) -> Timestamp {
        self.click.at()
    }
}

/// A program in eight bytes, so that a touch of another program is told apart without naming it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProgramTag([u8; 8]);

impl ProgramTag {
    /// Storage was down when the touch was made: which program its code belongs to is judged at the conversion.
    pub const UNKNOWN: Self = Self([0; 8]);

    /// Whether a touch with this tag may be one of that program's.
    pub fn fits(self, program: Self) -> bool {
        self == program || self == Self::UNKNOWN
    }

    pub fn of(program: &str) -> Self {
        let digest = Sha256::digest(program.as_bytes());
        let mut tag = [0; 8];
        tag.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
        Self(tag)
    }
}

/// Why a token proves nothing. The caller learns only that it is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("this is not a touch")]
    Malformed,
    #[error("this touch is of a version or key that is not known")]
    UnknownKey,
    #[error("the signature of this touch is wrong")]
    Forged,
}

/// The keys that sign and check touches. The first signs; all check, so a new one can be put before the old.
#[derive(Clone)]
pub struct Signer {
    keys: Vec<(u8, Hmac<Sha256>)>,
}

impl Signer {
    /// Keys derived from the environment's secrets, the current one first.
    pub fn new(secrets: &[&str]) -> Self {
        let keys = secrets.iter().map(|secret| {
            let derived = derive(secret.as_bytes(), b"honeyguide touch v1");
            let id = Sha256::digest(derived).first().copied().unwrap_or(0);
            (id, keyed(&derived))
        });
        Self { keys: keys.collect() }
    }

    /// The token's text: at most 144 characters of `[A-Za-z0-9_-]`. Empty when there is no key.
    pub fn sign(&self, touch: &Touch) -> String {
        let Some((id, key)) = self.keys.first() else { return String::new() };
        let flags = u8::from(touch.gpc) * GPC + u8::from(touch.consented) * CONSENTED;
        let mut bytes = Vec::with_capacity(HEAD + touch.code.as_str().len() + SIGNATURE);
        bytes.extend_from_slice(&[VERSION, *id, flags]);
        bytes.extend_from_slice(touch.click.bytes());
        bytes.extend_from_slice(&touch.program.0);
        bytes.extend_from_slice(touch.code.as_str().as_bytes());
        let signature = key.clone().chain_update(&bytes).finalize().into_bytes();
        bytes.extend(signature.iter().take(SIGNATURE));
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// Reads a token and proves it, in a time that doesn't depend on where it is wrong.
    pub fn check(&self, text: &str) -> Result<Touch, TokenError> {
        if text.len() > 200 {
            return Err(TokenError::Malformed);
        }
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| TokenError::Malformed)?;
        let (body, signature) = bytes.split_last_chunk::<SIGNATURE>().ok_or(TokenError::Malformed)?;
        let (head, code) = body.split_first_chunk::<HEAD>().ok_or(TokenError::Malformed)?;
        let [version, key_id, flags, rest @ ..] = head;
        if *version != VERSION {
            return Err(TokenError::UnknownKey);
        }
        let (_, key) = self.keys.iter().find(|(id, _)| id == key_id).ok_or(TokenError::UnknownKey)?;
        key.clone().chain_update(body).verify_truncated_left(signature).map_err(|_| TokenError::Forged)?;
        let (click, program) = rest.split_first_chunk::<16>().ok_or(TokenError::Malformed)?;
        let code = std::str::from_utf8(code).map_err(|_| TokenError::Malformed)?;
        Ok(Touch {
            click: ClickId::from_bytes(*click),
            program: ProgramTag(<[u8; 8]>::try_from(program).map_err(|_| TokenError::Malformed)?),
            code: Code::parse(code).map_err(|_| TokenError::Malformed)?,
            gpc: flags & GPC != 0,
            consented: flags & CONSENTED != 0,
        })
    }
}

/// A key for one purpose, derived from a secret. 32 bytes.
pub fn derive(secret: &[u8], purpose: &[u8]) -> [u8; 32] {
    keyed(secret).chain_update(purpose).finalize().into_bytes().into()
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    // HMAC takes a key of any length, so this can't fail; the fallback keeps the function total.
    Hmac::<Sha256>::new_from_slice(key)
        .unwrap_or_else(|_| Hmac::<Sha256>::new(&hmac::digest::Key::<Hmac<Sha256>>::default()))
}

/// Touches that a cookie carries at most: the first and the newest ones.
pub const CARRIED: usize = 8;

/// The cookie's value with a new touch at its end: tokens joined by dots, oldest first. The first touch is kept, the
/// newest are kept, those between go; what can't be proved is dropped. At most 8 × 145 characters.
pub fn carry_on(signer: &Signer, cookie: &str, token: &str) -> String {
    let mut kept: Vec<&str> = cookie.split('.').take(4 * CARRIED).filter(|old| signer.check(old).is_ok()).collect();
    if kept.len() >= CARRIED {
        let newest = kept.split_off(kept.len() - (CARRIED - 2));
        kept.truncate(1);
        kept.extend(newest);
    }
    kept.push(token);
    kept.join(".")
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
