//! Our own webhooks, signed by Standard Webhooks 1.0: HMAC-SHA-256 over `id.timestamp.body`, in base64, with every
//! secret that is in force, so that a receiver can change its secret without a gap.

use super::adapter::{Adapter, Asks, Concern, Prepared, Request, nothing_to_check, read_status};
use super::told::Told;
use crate::time::Timestamp;
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

pub const ADAPTER: Adapter = Adapter {
    kind: "webhook",
    home: |_| None,
    fields: &[],
    check: nothing_to_check,
    takes: &["*"],
    concern: Concern::Nothing,
    asks: Asks::Nothing,
    prepare,
    read: read_status,
};

/// The event as it is, signed for this try.
fn prepare(told: &Told<'_>) -> Prepared {
    let setting = told.destination();
    let secrets: Vec<Secret> = setting.secrets.iter().filter_map(|secret| Secret::parse(secret)).collect();
    let headers = headers(told.id, told.now, told.text, &secrets);
    let signature = |(name, _): &&(&str, String)| *name == "webhook-signature";
    Prepared::Send(Request {
        method: "POST",
        url: setting.url.clone(),
        secrets: headers.iter().filter(signature).map(|(_, value)| value.clone()).collect(),
        headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        body: told.text.to_owned(),
        keep_body: false,
    })
}

/// A webhook's secret: 32 random bytes, shown as `whsec_` and base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    pub fn new(chance: [u8; 32]) -> Self {
        Self(chance.to_vec())
    }

    pub fn parse(text: &str) -> Option<Self> {
        BASE64.decode(text.strip_prefix("whsec_")?.as_bytes()).ok().map(Self)
    }

    pub fn text(&self) -> String {
        format!("whsec_{}", BASE64.encode(&self.0))
    }
}

/// The headers of one try. `id` stays over all tries of an event, the time is the try's own.
pub fn headers(id: &str, at: Timestamp, body: &str, secrets: &[Secret]) -> Vec<(&'static str, String)> {
    let seconds = at.seconds().to_string();
    let signatures: Vec<String> = secrets.iter().filter_map(|secret| signature(secret, id, &seconds, body)).collect();
    vec![
        ("content-type", "application/json".to_owned()),
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", seconds),
        ("webhook-signature", signatures.join(" ")),
    ]
}

fn signature(secret: &Secret, id: &str, seconds: &str, body: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret.0).ok()?;
    for part in [id, ".", seconds, ".", body] {
        mac.update(part.as_bytes());
    }
    Some(format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the Standard Webhooks libraries test themselves with.
    #[test]
    fn the_signature_is_that_of_the_standards_own_example() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let at = Timestamp::from_millis(1_614_265_330_000);
        let headers = headers("msg_p5jXN8AQM9LWM0D4loKWxJek", at, r#"{"test": 2432232314}"#, &[secret]);
        assert_eq!(headers[3], ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".to_owned()));
        assert_eq!(headers[2].1, "1614265330");
    }

    #[test]
    fn a_secret_is_shown_and_read_back_and_two_secrets_sign_twice() {
        let secret = Secret::new([7; 32]);
        assert_eq!(Secret::parse(&secret.text()), Some(secret.clone()));
        let headers = headers("evt_1", Timestamp::from_millis(0), "{}", &[secret, Secret::new([8; 32])]);
        assert_eq!(headers[3].1.split(' ').count(), 2);
    }
}
