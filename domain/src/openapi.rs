//! The API's own description by `OpenAPI` 3.1, made from the table of routes, from what the readers of bodies accept, and
//! from the types of the answers.
//!
//! Invariant: every route has one operation here and every operation has a route. Nothing of this is in the Worker: the
//! document is written when the edge is built, and served as a file. To add a route: a line in `routes`, an operation in
//! the topic that it belongs to; its body's schema comes from the reader, its answer's from a type in `answers`.

#![allow(clippy::indexing_slicing, reason = "only `serde_json::Value` is indexed: an absent field is made")]
#![allow(clippy::missing_panics_doc, reason = "it panics where the description is wrong, before anything is built")]
#![allow(clippy::needless_pass_by_value, reason = "schemas are written where they are handed over")]

mod answers;
mod basics;
mod operation;

mod browser;
mod conversions;
mod destinations;
mod inward;
mod money;
mod other;
mod participants;
mod programs;
mod stats;

use operation::Writer;
use serde_json::{Value, json};

/// Its name, what it is about, and who writes its operations.
type Topic = (&'static str, &'static str, fn(&Writer));

/// The topics, in the document's order.
const TOPICS: &[Topic] = &[
    (
        "Friends",
        "What a browser asks: links and the widget's small API. Limited by visitor and by address.",
        browser::write,
    ),
    ("Program", "Programs, their files and their keys.", programs::write),
    ("Participants", "Who refers, their links, and the clicks on them.", participants::write),
    ("Stats", "How programs do.", stats::write),
    ("Conversions", "What friends did, and who has the credit.", conversions::write),
    ("In", "Vendors' events, their secrets, and claims.", inward::write),
    ("Money", "Rewards, coupons, payouts and the ledger.", money::write),
    ("Destinations", "Where events go, and what became of each delivery.", destinations::write),
    ("Other", "Health, figures and this document.", other::write),
];

/// The whole document. `version` is the server's.
pub fn document(version: &str) -> Value {
    let writer = Writer::new();
    for (topic, _, write) in TOPICS {
        writer.begin(topic);
        write(&writer);
    }
    let (paths, schemas) = writer.finish();
    let tags: Vec<Value> = TOPICS.iter().map(|(name, about, _)| json!({"name": name, "description": about})).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Honeyguide",
            "version": version,
            "summary": "An open referral and partner program on your own domain.",
            "description": ABOUT,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The host that serves this document."}],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": operation::refusals(),
            "parameters": operation::shared_parameters(),
            "headers": operation::headers(),
            "securitySchemes": operation::security_schemes(),
        },
    })
}

const ABOUT: &str = "JSON in and out. Times are RFC 3339 in UTC with milliseconds. Money is a whole number of minor units \
with its currency: 2000 USD are $20, 2000 JPY are ¥2000. Ids have a prefix that says what they name, and sort by time.\n\n\
Unknown fields and unknown parameters of lists are refused by name. A field that isn't required may be null. Bodies have \
1 MiB at most, batches 32 MiB.\n\n\
Writes take an `Idempotency-Key`: the same key and body give the stored answer for 30 days.\n\n\
Browsers' paths begin with the friend's path, a setting of the deployment; here it is `/r`, the default. All else is on \
the owner's host.";

#[cfg(test)]
#[path = "openapi_tests.rs"]
mod tests;
