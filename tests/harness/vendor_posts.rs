//! Vendors, as they post their events: bodies signed by Stripe's own library and as Shopify's documents show.

use crate::{Answer, Client};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

pub const STRIPE_SECRET: &str = "whsec_of_the_tests_0123456789";
pub const SHOPIFY_SECRET: &str = "shpss_of_the_tests_0123456789";

/// One delivery of an event.
#[derive(Debug, Clone)]
pub struct Post {
    pub vendor: &'static str,
    pub body: String,
    pub headers: Vec<(String, String)>,
}

/// Seconds since 1970.
pub fn seconds() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

/// Asks the vendors' own code, once for a whole list.
pub fn ask(list: &[Value]) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/vendor_posts.mjs");
    let mut child = Command::new("node").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(json!(list).to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "tests/harness/vendor_posts.mjs failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Signs Stripe's events (which have a `type`), and Shopify's as (topic, id of the event, body).
pub fn signed(stripe: &[Value], shopify: &[(&str, String, Value)]) -> Vec<Post> {
    let at = seconds();
    let of_stripe = stripe
        .iter()
        .map(|event| json!({"vendor": "stripe", "payload": event.to_string(), "secret": STRIPE_SECRET, "at": at}));
    let of_shopify = shopify
        .iter()
        .map(|(_, _, body)| json!({"vendor": "shopify", "payload": body.to_string(), "secret": SHOPIFY_SECRET}));
    let headers = ask(&of_stripe.chain(of_shopify).collect::<Vec<_>>());
    let text = |header: &Value| header.as_str().unwrap().to_owned();
    let (first, second) = headers.split_at(stripe.len());
    let stripe = stripe.iter().zip(first).map(|(event, header)| Post {
        vendor: "stripe",
        body: event.to_string(),
        headers: vec![("stripe-signature".to_owned(), text(header))],
    });
    let shopify = shopify.iter().zip(second).map(|((topic, id, body), header)| Post {
        vendor: "shopify",
        body: body.to_string(),
        headers: vec![
            ("x-shopify-hmac-sha256".to_owned(), text(header)),
            ("x-shopify-topic".to_owned(), (*topic).to_owned()),
            ("x-shopify-webhook-id".to_owned(), id.clone()),
            ("x-shopify-shop-domain".to_owned(), "example.myshopify.com".to_owned()),
        ],
    });
    stripe.chain(shopify).collect()
}

impl Post {
    /// Delivers it to the program `acme`, without a key.
    pub fn deliver(&self, client: &Client) -> Answer {
        self.try_to_deliver(client).unwrap()
    }

    /// The same, where the edge may be gone.
    pub fn try_to_deliver(&self, client: &Client) -> Result<Answer, ureq::Error> {
        let mut nobody = client.clone();
        nobody.key.clear();
        let headers: Vec<(&str, &str)> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        nobody.send("POST", &format!("/v1/in/{}/acme", self.vendor), &headers, Some(self.body.as_bytes()))
    }
}

/// Sets the secrets of both vendors.
#[track_caller]
pub fn connect(client: &Client) {
    for (vendor, secret) in [("stripe", STRIPE_SECRET), ("shopify", SHOPIFY_SECRET)] {
        let body = json!({"secrets": [secret]}).to_string();
        client.send("PUT", &format!("/v1/sources/{vendor}"), &[], Some(body.as_bytes())).unwrap().expect(200);
    }
}
