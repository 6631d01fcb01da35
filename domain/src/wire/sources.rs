//! Bodies about what comes in: a vendor's secrets, and an owner's word on a claim.

use super::conversions::CustomerRef;
use super::read::{Fields, Read};
use crate::fault::Place;
use crate::money::Money;
use serde_json::{Value, json};

/// Secrets of one vendor that are in force at once: the one in use, and those that come and go.
const MOST_SECRETS: usize = 5;
/// A page that thanks a buyer is shown within this many minutes, or never.
const LONGEST_CLAIM_WAIT: i64 = 60;

/// `PUT /v1/sources/{vendor}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSource {
    pub secrets: Vec<String>,
    /// How long a sale that doesn't say who brought the customer waits for a claim from the thank-you page.
    pub claim_wait_minutes: i64,
}

impl Read for NewSource {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let secrets = fields.required::<Vec<String>>("secrets");
        let wait = fields.or("claim_wait_minutes", 0_i64);
        fields.done();
        let secret = json!({"minLength": 8, "pattern": r"^[!-~]+$"});
        place.child("secrets").accepts(|| json!({"minItems": 1, "maxItems": MOST_SECRETS, "items": secret}));
        place.child("claim_wait_minutes").accepts(|| json!({"minimum": 0, "maximum": LONGEST_CLAIM_WAIT}));
        let (secrets, wait) = (secrets?, wait?);
        if secrets.is_empty() || secrets.len() > MOST_SECRETS {
            let message = format!("Here are 1 to {MOST_SECRETS} secrets: the one in use, and those that come and go.");
            place.child("secrets").refused("out_of_range", message);
        }
        for (at, secret) in secrets.iter().enumerate() {
            if secret.len() < 8 || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
                let message = "A secret is copied whole: at least 8 characters, no blanks.";
                place.child("secrets").item(at).malformed("invalid_secret", message);
            }
        }
        if !(0..=LONGEST_CLAIM_WAIT).contains(&wait) {
            let message = format!("This is 0 to {LONGEST_CLAIM_WAIT} minutes.");
            place.child("claim_wait_minutes").refused("out_of_range", message);
        }
        Some(Self { secrets, claim_wait_minutes: wait })
    }
}

/// `POST /v1/claims/{id}/confirm`: what the claim itself doesn't say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClaimConfirmation {
    pub customer: Option<CustomerRef>,
    pub value: Option<Money>,
}

impl Read for ClaimConfirmation {
    fn read(value: &Value, place: &Place<'_>) -> Option<Self> {
        let fields = Fields::of(value, place)?;
        let customer = fields.optional("customer");
        let money = fields.optional("value");
        fields.done();
        Some(Self { customer: customer?, value: money? })
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::body;
    use super::*;

    #[test]
    fn a_source_has_one_to_five_secrets_and_waits_an_hour_at_most() {
        let read = |text: &str| body::<NewSource>(text).map_err(|refusal| (refusal.status, refusal.field.unwrap()));
        let one = read(r#"{"secrets":["whsec_12345678"]}"#).unwrap();
        assert_eq!((one.secrets.len(), one.claim_wait_minutes), (1, 0));
        assert_eq!(
            read(r#"{"secrets":["whsec_12345678","whsec_new45678"],"claim_wait_minutes":60}"#).unwrap().secrets.len(),
            2
        );
        for (text, status, field) in [
            (r"{}", 400, "secrets"),
            (r#"{"secrets":[]}"#, 422, "secrets"),
            (r#"{"secrets":["a2345678","b2345678","c2345678","d2345678","e2345678","f2345678"]}"#, 422, "secrets"),
            (r#"{"secrets":["short"]}"#, 400, "secrets[0]"),
            (r#"{"secrets":["with a blank"]}"#, 400, "secrets[0]"),
            (r#"{"secrets":["whsec_12345678"],"claim_wait_minutes":61}"#, 422, "claim_wait_minutes"),
            (r#"{"secrets":["whsec_12345678"],"claim_wait":1}"#, 400, "claim_wait"),
        ] {
            assert_eq!(read(text), Err((status, field.to_owned())), "{text}");
        }
    }
}
