//! Where events are forwarded to, and how an event becomes an HTTP request for each kind of destination. Pure, so that
//! each kind is tested against what its receiver documents.

pub mod webhook;
