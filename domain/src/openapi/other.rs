//! Health, figures and the document itself; and the shape of every refusal.

use super::answers::{Health, Refusal};
use super::operation::{Operation, Who, Writer};
use serde_json::json;

pub(super) fn write(to: &Writer) {
    to.gives::<Refusal>();
    let health = |method, id: &str| Operation::new(method, "/healthz", id, Who::Nobody, "Whether the edge answers");
    to.add(health("GET", "readHealth").answers::<Health>(to, 200, "It does."));
    to.add(health("HEAD", "peekHealth").answers_nothing(200, "It does."));
    let itself = |method, id: &str| Operation::new(method, "/openapi.json", id, Who::Nobody, "This document");
    to.add(itself("GET", "readDocument").answers_as(
        200,
        "OpenAPI 3.1.",
        "application/json",
        json!({"type": "object"}),
    ));
    to.add(itself("HEAD", "peekDocument").answers_nothing(200, "It is there."));
    to.add(
        Operation::new("GET", "/v1/metrics", "readMetrics", Who::Admin, "What this isolate has done since it began")
            .answers_as(200, "OpenMetrics 1.0.", "application/openmetrics-text", json!({"type": "string"})),
    );
}
