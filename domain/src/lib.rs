//! The rules of Honeyguide.
