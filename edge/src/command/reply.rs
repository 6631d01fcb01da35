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
    /// Fields that are shown this once, and left out of what an idempotency key gives again.
    pub(crate) secrets: &'static [&'static str],
    pub(crate) replayed: bool,
}

impl Reply {
    pub(crate) fn new(status: u16, body: Value) -> Self {
        Self { status, body, secrets: &[], replayed: false }
    }

    pub(crate) fn ok(body: &impl Serialize) -> Outcome<Self> {
        Ok(Self::new(200, serde_json::to_value(body)?))
    }

    pub(crate) fn created(body: &impl Serialize) -> Outcome<Self> {
        Ok(Self::new(201, serde_json::to_value(body)?))
    }

    pub(crate) fn none() -> Self {
        Self::new(204, Value::Null)
    }

    pub(crate) fn answer(&self) -> worker::Result<Response> {
        let response = crate::failure::json(self.status, &self.body.to_string())?;
        if self.replayed {
            response.headers().set("idempotent-replayed", "true")?;
        }
        Ok(response)
    }
}
