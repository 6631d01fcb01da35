//! The console's words, written by `build.rs` from `words/en/*.json`: `words::people::title()`.

#![allow(clippy::all, clippy::pedantic, reason = "made by build.rs")]

include!(concat!(env!("OUT_DIR"), "/words.rs"));
