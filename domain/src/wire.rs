//! What crosses the border: request bodies that are read strictly, and answers with a pinned shape.
//!
//! Invariant: only the types below and the commands between Worker and objects are serialized. Bodies are read with
//! every fault and its path, so a caller mends all of them at once.

pub mod read;
pub mod sketch;

pub mod answers;
pub mod clicks;
pub mod conversions;
pub mod coupons;
pub mod csv;
pub mod decision;
pub mod deployment;
pub mod destinations;
pub mod disputes;
pub mod doctor;
pub mod jobs;
pub mod overview;
pub mod participants;
pub mod persons;
pub mod programs;
pub mod recorded;
pub mod sources;
pub mod visits;
pub mod whatif;

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
