//! The rules of Honeyguide: pure functions from facts to verdicts.
//!
//! Invariant: nothing here reads a clock, draws a random number or does I/O. Time and bytes come in as arguments,
//! so the same input gives the same verdict. `edge` asks, records what it is told, and lets the effects leave.
//!
//! The modules stand in the order in which a newcomer should read them.

pub mod calendar;
pub mod id;
pub mod time;

pub mod money;

pub mod code;
pub mod site;

pub mod token;

pub mod clickcount;
pub mod clickquality;
pub mod ratelimit;
pub mod visitor;

pub mod program;

pub mod person;

pub mod fraction;

pub mod attribution;
pub mod dispute;
pub mod judge;
pub mod reason;
pub mod refund;
pub mod reward;
pub mod words;

pub mod deployment;
pub mod leaderboard;
pub mod links;
pub mod overview;
pub mod search;
pub mod sharepage;
pub mod stages;

pub mod doctor;
pub mod lint;
pub mod whatif;

pub mod ledger;
pub mod payout;

pub mod job;

pub mod claim;
pub mod source;

pub mod address;
pub mod approval;
pub mod delivery;
pub mod destination;
pub mod event;
pub mod seal;

pub mod auth;
pub mod fault;
pub mod session;
pub mod wire;

#[cfg(any(test, feature = "openapi"))]
pub mod openapi;
pub mod routes;
