//! What a shard of the clicks is asked, and which counts a program is asked for.

use serde::{Deserialize, Serialize};

/// To a shard of the clicks; batches come by `store_clicks`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ClicksCommand {
    Mark {
        click: String,
        mark: String,
        at: i64,
    },
    Count {
        program: String,
        name: String,
        event: String,
        at: i64,
    },
    /// Raw clicks after one, in the order in which they were made; before it, where the newest come first. Times in
    /// milliseconds, `to` excluded.
    List {
        program: String,
        code: Option<String>,
        quality: Option<String>,
        from: i64,
        to: i64,
        after: Option<String>,
        newest: bool,
        limit: usize,
    },
    /// Adds up all there is; then says what a program's clicks between some moments add up to.
    Roll {
        program: String,
        between: Vec<(i64, i64)>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum GroupBy {
    Hour,
    Day,
    Code,
    Channel,
}

/// Which counts are asked for: whole hours, `to_hour` excluded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ClickQuery {
    pub(crate) group_by: GroupBy,
    pub(crate) code: Option<String>,
    pub(crate) from_hour: i64,
    pub(crate) to_hour: i64,
}
