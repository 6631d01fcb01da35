//! Where events are forwarded to, and how an event becomes an HTTP request for each kind of destination. Pure, so that
//! each kind is tested against what its receiver documents.

pub mod about;
pub mod adapter;
pub mod field;
pub mod told;

pub mod erasure;
mod hashing;
pub mod redaction;
mod template;

pub mod email;
pub mod google_analytics;
pub mod http;
pub mod hubspot;
pub mod meta;
pub mod segment;
pub mod slack;
pub mod tiktok;
pub mod webhook;

#[cfg(test)]
mod sample;

pub use adapter::{ADAPTERS, Adapter, Concern, Prepared, READ_ANSWER, Reading, Request, Skip, adapter, prepare, read};
