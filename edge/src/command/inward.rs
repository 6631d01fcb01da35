//! What a program's object is told of what comes in beside the owner's own calls: vendors' events, claims, and what the
//! owner does about them.

use super::Query;
use honeyguide_domain::source::signature::{self, BadSignature};
use honeyguide_domain::source::{Told, Vendor, shopify, stripe};
use honeyguide_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An event as a vendor sent it: the body's very text, and the headers that matter.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Posted {
    pub(crate) vendor: String,
    pub(crate) body: String,
    pub(crate) signature: String,
    /// Shopify's: what its body is, which event it is, and of which shop.
    pub(crate) topic: String,
    pub(crate) webhook: String,
    pub(crate) shop: String,
}

impl Posted {
    pub(crate) fn check(&self, vendor: Vendor, secrets: &[String], now: Timestamp) -> Result<(), BadSignature> {
        let body = self.body.as_bytes();
        match vendor {
            Vendor::Stripe => signature::stripe(&self.signature, body, secrets, now),
            Vendor::Shopify => signature::shopify(&self.signature, body, secrets),
        }
    }
}

/// What a body says, or nothing where it is no event of that vendor's. `topic` and `webhook`: Shopify's headers.
pub(crate) fn read(vendor: Vendor, topic: &str, webhook: &str, body: &str) -> Option<Told> {
    let body: Value = serde_json::from_str(body).ok()?;
    match vendor {
        Vendor::Stripe => stripe::read(&body),
        Vendor::Shopify if topic.is_empty() || webhook.is_empty() => None,
        Vendor::Shopify => Some(shopify::read(topic, webhook, &body)),
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum InwardCommand {
    Receive(Box<Posted>),
    /// The vendor's secrets as they are kept: sealed.
    Sealed {
        vendor: String,
    },
    List {
        query: Query,
    },
    One {
        id: String,
    },
    Replay {
        id: String,
    },
    SetSource {
        vendor: String,
        body: String,
    },
    Sources,
    DropSource {
        vendor: String,
    },
    Claim {
        body: String,
        touches: String,
    },
    Claims {
        query: Query,
    },
    ConfirmClaim {
        id: String,
        body: String,
    },
    RejectClaim {
        id: String,
    },
}
