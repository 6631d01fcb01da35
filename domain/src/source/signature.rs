//! Whether an event is the vendor's: signatures over the body's very bytes, each compared in a time that doesn't depend
//! on where it is wrong. Several secrets may be in force, so that one can be replaced while both are used.

use crate::time::{Span, Timestamp};
use data_encoding::{BASE64, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How far a signature's time may lie from ours, as Stripe's own libraries have it.
pub const TOLERANCE: Span = Span::seconds(300);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    #[error("the signature's header is missing or can't be read")]
    Malformed,
    #[error("the signature is older than five minutes, or from the future")]
    Stale,
    #[error("the signature is none that a secret in force makes of this body")]
    Wrong,
}

/// `Stripe-Signature: t=1492774577,v1=…,v1=…`: HMAC-SHA-256 in hex over `{t}.{body}`, keyed with the whole secret.
/// <https://docs.stripe.com/webhooks#verify-manually>
pub fn stripe(header: &str, body: &[u8], secrets: &[String], now: Timestamp) -> Result<(), BadSignature> {
    let values = |wanted: &str| {
        let pairs = header.split(',').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(name, _)| *name == wanted).map(|(_, value)| value).collect::<Vec<_>>()
    };
    let [at] = values("t")[..] else { return Err(BadSignature::Malformed) };
    let seconds: i64 = at.parse().map_err(|_| BadSignature::Malformed)?;
    let given: Vec<Vec<u8>> =
        values("v1").into_iter().filter_map(|text| HEXLOWER.decode(text.as_bytes()).ok()).collect();
    if given.is_empty() {
        return Err(BadSignature::Malformed);
    }
    any(secrets, &given, &[at.as_bytes(), b".", body])?;
    let age = now.since(Timestamp::from_millis(seconds.saturating_mul(1_000)));
    if age > TOLERANCE || age < Span::millis(-TOLERANCE.as_millis()) {
        return Err(BadSignature::Stale);
    }
    Ok(())
}

/// `X-Shopify-Hmac-Sha256`: HMAC-SHA-256 in base64 over the body, keyed with the app's client secret. It has no time.
/// <https://shopify.dev/docs/apps/build/webhooks/verify-deliveries>
pub fn shopify(header: &str, body: &[u8], secrets: &[String]) -> Result<(), BadSignature> {
    let given = BASE64.decode(header.as_bytes()).map_err(|_| BadSignature::Malformed)?;
    if given.is_empty() {
        return Err(BadSignature::Malformed);
    }
    any(secrets, &[given], &[body])
}

/// Whether one of the signatures is one that one of the secrets makes.
fn any(secrets: &[String], given: &[Vec<u8>], parts: &[&[u8]]) -> Result<(), BadSignature> {
    let made = |secret: &&String, signature: &Vec<u8>| {
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).is_ok_and(|mut mac| {
            for part in parts {
                mac.update(part);
            }
            mac.verify_slice(signature).is_ok()
        })
    };
    let held = secrets.iter().filter(|secret| !secret.is_empty());
    let right = held.flat_map(|secret| given.iter().map(move |signature| (secret, signature)));
    let right = right.filter(|(secret, signature)| made(secret, signature)).count();
    if right > 0 { Ok(()) } else { Err(BadSignature::Wrong) }
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
