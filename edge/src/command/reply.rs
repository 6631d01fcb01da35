//! What an object answers to a command.

use crate::failure::Outcome;
use serde::Serialize;
use serde_json::Value;
use worker::Response;

/// An object's reply: a status and a document.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// The document, where it was written at once; the body is null then.
    pub(crate) written: Option<String>,
    /// Fields that are shown this once, and left out of what an idempotency key gives again.
    pub(crate) secrets: &'static [&'static str],
    pub(crate) replayed: bool,
}

impl Reply {
    pub(crate) fn new(status: u16, body: Value) -> Self {
        Self { status, body, written: None, secrets: &[], replayed: false }
    }

    /// One whose document is JSON already. There is nothing secret in it.
    pub(crate) fn written(status: u16, document: String) -> Self {
        Self { written: Some(document), ..Self::new(status, Value::Null) }
    }

    pub(crate) fn document(&self) -> String {
        self.written.clone().unwrap_or_else(|| self.body.to_string())
    }

    pub(crate) fn ok(body: &impl Serialize) -> Outcome<Self> {
        Ok(Self::new(200, serde_json::to_value(body)?))
    }

    pub(crate) fn created(body: &impl Serialize) -> Outcome<Self> {
        Ok(Self::new(201, serde_json::to_value(body)?))
    }

    /// Also of what failed: what its caller is told.
    pub(crate) fn of(outcome: Outcome<Self>) -> Self {
        outcome.unwrap_or_else(|failure| {
            let refusal = failure.told();
            Self::written(refusal.status, refusal.body())
        })
    }

    /// For `posts.js`: the status, whether it was answered before, the document; with blanks between. JSON has no line feed
    /// in it.
    pub(crate) fn line(&self) -> String {
        format!("{} {} {}", self.status, u8::from(self.replayed), self.document())
    }

    pub(crate) fn none() -> Self {
        Self::new(204, Value::Null)
    }

    pub(crate) fn answer(&self) -> worker::Result<Response> {
        let response = crate::failure::json(self.status, &self.document())?;
        if self.replayed {
            response.headers().set("idempotent-replayed", "true")?;
        }
        Ok(response)
    }
}
