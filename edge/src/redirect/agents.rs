//! What is known of the agents that were seen lately, so that each is looked at once.
//!
//! Invariant: bounded. Browsers' agents repeat; those that don't are forgotten together.

use honeyguide_domain::visitor::AgentDigest;
use std::cell::RefCell;
use std::collections::HashMap;

/// Agents that an isolate remembers.
const REMEMBERED: usize = 4_096;

thread_local! {
    static AGENTS: RefCell<HashMap<String, AgentDigest>> = RefCell::default();
}

/// What stands for an agent.
pub(super) fn digest(agent: &str) -> AgentDigest {
    AGENTS.with_borrow_mut(|agents| {
        if let Some(known) = agents.get(agent) {
            return *known;
        }
        let digest = AgentDigest::of(agent);
        if agents.len() >= REMEMBERED {
            agents.clear();
        }
        agents.insert(agent.to_owned(), digest);
        digest
    })
}
