//! What is known of the agents that were seen lately, so that each is looked at once.
//!
//! Invariant: bounded. Browsers' agents repeat; those that don't are forgotten together.

use honeyguide_domain::clickquality::{self, Agent};
use honeyguide_domain::visitor::AgentDigest;
use std::cell::RefCell;
use std::collections::HashMap;

/// Agents that an isolate remembers.
const REMEMBERED: usize = 4_096;

thread_local! {
    static AGENTS: RefCell<HashMap<String, Known>> = RefCell::default();
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// What stands for the agent.
    pub(super) digest: AgentDigest,
    /// What it declares itself to be.
    pub(super) declared: Agent,
}

pub(super) fn known(agent: &str) -> Known {
    AGENTS.with_borrow_mut(|agents| {
        if let Some(known) = agents.get(agent) {
            return *known;
        }
        let known = Known { digest: AgentDigest::of(agent), declared: clickquality::agent(agent) };
        if agents.len() >= REMEMBERED {
            agents.clear();
        }
        agents.insert(agent.to_owned(), known);
        known
    })
}
