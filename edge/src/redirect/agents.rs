//! What is known of the agents that were seen lately, so that each is looked at once.
//!
//! Invariant: bounded. Browsers' agents repeat; those that don't are forgotten together.

use honeyguide_domain::clickquality::{self, Quality};
use honeyguide_domain::visitor::AgentDigest;
use std::cell::RefCell;
use std::collections::HashMap;

/// Agents that an isolate remembers.
const REMEMBERED: usize = 4_096;

/// What is made of one agent's text.
#[derive(Clone, Copy)]
pub(super) struct Agent {
    pub(super) digest: AgentDigest,
    /// What it says of itself.
    pub(super) quality: Quality,
}

thread_local! {
    static AGENTS: RefCell<HashMap<String, Agent>> = RefCell::default();
}

pub(super) fn known(agent: &str) -> Agent {
    AGENTS.with_borrow_mut(|agents| {
        if let Some(known) = agents.get(agent) {
            return *known;
        }
        let known = Agent { digest: AgentDigest::of(agent), quality: clickquality::of_agent(agent) };
        if agents.len() >= REMEMBERED {
            agents.clear();
        }
        agents.insert(agent.to_owned(), known);
        known
    })
}
