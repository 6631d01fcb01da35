//! What is answered of a job.

use crate::id::JobId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `GET /v1/jobs/{id}`.
#[cfg_attr(any(test, feature = "openapi"), derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobAnswer {
    pub id: JobId,
    /// What is done, such as `ledger.verify`.
    pub kind: String,
    /// `queued`, `running`, `done` or `failed`.
    pub state: String,
    /// In the job's own units: postings, conversions.
    pub done: i64,
    pub total: i64,
    /// Null until it is done.
    pub result: Option<Value>,
    /// Why it failed: `{"code", "message"}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_pinned() {
        let text = concat!(
            r#"{"id":"job_06da28lu000000000000000000","kind":"ledger.verify","state":"running","done":1,"total":2,"#,
            r#""result":null,"created_at":"2025-11-20T12:00:00.000Z","finished_at":null}"#
        );
        let answer: JobAnswer = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&answer).unwrap(), text);
    }
}
