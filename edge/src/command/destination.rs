//! What a destination's object does: it takes what the program hands over, and tells the owner what became of it.

use super::Query;
use honeyguide_domain::wire::destinations::{Handover, Setting};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum DestinationCommand {
    Hand {
        setting: Setting,
        rows: Vec<Handover>,
    },
    /// A page of them, after one of that id.
    Deliveries {
        query: Query,
        after: Option<String>,
    },
    Delivery {
        id: String,
    },
    /// One, or those that were made in a time range, in milliseconds, `to` excluded.
    Replay {
        id: Option<String>,
        from: i64,
        to: i64,
        state: Option<String>,
    },
    /// The destination was deleted.
    Forget,
}
