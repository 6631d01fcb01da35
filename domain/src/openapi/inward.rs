//! What comes in beside the owner's own calls: vendors' events, their secrets, and claims.

use super::answers::{Claim, ConversionTold, Inbound, InboundTaken, Page, Source};
use super::operation::{Operation, Who, Writer};
use crate::wire::answers::ConversionAnswer;
use crate::wire::sources::{ClaimConfirmation, NewSource};
use serde_json::json;

const READ: Who = Who::Key("read");
const WRITE: Who = Who::Key("write");

pub(super) fn write(to: &Writer) {
    for (path, id, summary, header) in [
        ("/v1/in/stripe/{program}", "stripeEvent", "Where Stripe posts its events", "Stripe-Signature"),
        ("/v1/in/shopify/{program}", "shopifyEvent", "Where Shopify posts its events", "X-Shopify-Hmac-Sha256"),
    ] {
        to.add(
            Operation::new("POST", path, id, Who::Nobody, summary)
                .about(&format!(
                    "Signed over the raw body, in `{header}`. What is signed is kept, and sent again changes nothing. What isn't is \
                     limited by address and by program; what is, never."
                ))
                .takes_any("application/json", "The vendor's own event.")
                .refuses(&[400, 401, 404, 413, 415, 429, 500])
                .answers::<InboundTaken>(to, 200, "Kept."),
        );
    }
    to.add(
        Operation::new("GET", "/v1/sources", "listSources", READ, "Vendors whose events are taken")
            .answers::<Page<Source>>(to, 200, "All of them."),
    );
    to.add(
        Operation::new("PUT", "/v1/sources/{vendor}", "setSource", WRITE, "Set a vendor's secrets")
            .about("All at once: one that isn't named is no longer in force. They are never shown again.")
            .once()
            .body::<NewSource>(to, &json!({"secrets": ["whsec_0123456789abcdef"]}))
            .answers::<Source>(to, 200, "The source as it is now."),
    );
    to.add(
        Operation::new("DELETE", "/v1/sources/{vendor}", "dropSource", WRITE, "Take no events of a vendor any more")
            .once()
            .answers_nothing(204, "Nothing of it is taken from now on."),
    );
    to.add(
        Operation::new("GET", "/v1/in", "listInbound", READ, "Events that vendors sent")
            .list(&["source", "state", "type", "reason"])
            .by_time()
            .answers::<Page<Inbound>>(to, 200, "A page of them."),
    );
    to.add(Operation::new("GET", "/v1/in/{id}", "readInbound", READ, "One event of a vendor").answers::<Inbound>(
        to,
        200,
        "The event, and what became of it.",
    ));
    to.add(
        Operation::new("POST", "/v1/in/{id}/replay", "replayInbound", WRITE, "Take an event again")
            .refuses(&[409, 413, 415, 422])
            .answers::<Inbound>(to, 200, "What became of it now."),
    );
    to.add(
        Operation::new("GET", "/v1/claims", "listClaims", READ, "Conversions that only a browser reported")
            .list(&["state", "event", "external_id"])
            .by_time()
            .answers::<Page<Claim>>(to, 200, "A page of them."),
    );
    to.add(
        Operation::new("POST", "/v1/claims/{id}/confirm", "confirmClaim", WRITE, "Say that a claim is true")
            .about("Recorded as if a backend had reported it. One that was confirmed before gives its conversion.")
            .once()
            .body_or_none::<ClaimConfirmation>(
                to,
                &json!({"customer": {"external_id": "friend-7"}, "value": {"amount": 12000, "currency": "USD"}}),
            )
            .answers::<ConversionTold>(to, 200, "It was confirmed before.")
            .answers::<ConversionAnswer>(to, 201, "Recorded."),
    );
    to.add(
        Operation::new("POST", "/v1/claims/{id}/reject", "rejectClaim", WRITE, "Say that a claim isn't true")
            .once()
            .refuses(&[413, 415])
            .answers::<Claim>(to, 200, "The claim as it is now."),
    );
}
