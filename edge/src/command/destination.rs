//! What a destination's object does: it takes what the program hands over, and tells the owner what became of it.

use super::Query;
use honeyguide_domain::wire::destinations::{Handover, Setting};
use serde::{Deserialize, Serialize};

/// What deliveries are about: when events of it were made, in milliseconds, and the ids that their bodies name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct About {
    pub(crate) moments: Vec<i64>,
    pub(crate) names: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum DestinationCommand {
    Hand {
        setting: Setting,
        rows: Vec<Handover>,
    },
    /// A page of them, behind one of that id.
    Deliveries {
        query: Query,
        after: Option<String>,
        about: Option<About>,
    },
    Delivery {
        id: String,
    },
    Replay {
        id: String,
    },
    /// Those that were made in a time range, in milliseconds, `to` excluded.
    ReplayRange {
        from: i64,
        to: i64,
        state: Option<String>,
        dry_run: bool,
    },
    /// The destination was deleted.
    Forget,
}
