//! The query of a list, and the SQL clause that it becomes.

use crate::failure::Outcome;
use crate::store::{Bound, int, text};
use honeyguide_domain::search::Order;
use serde::{Deserialize, Serialize};

/// The query of a list: a page, and what it is narrowed to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Query {
    pub(crate) limit: i64,
    pub(crate) cursor: i64,
    pub(crate) filters: std::collections::BTreeMap<String, String>,
}

/// What lies behind a cursor: a test with one value, and the order.
pub(crate) struct Behind {
    pub(crate) test: String,
    pub(crate) value: Bound,
    pub(crate) order: String,
}

impl Query {
    /// Rows behind the cursor in the list's order, by a column of numbers that grow. Later rows have larger ones, so that a
    /// page is right while new rows come.
    pub(crate) fn behind(&self, column: &str) -> Outcome<Behind> {
        let newest = self.is_newest_first()?;
        let from = if newest && self.cursor == 0 { i64::MAX } else { self.cursor };
        let (sign, down) = if newest { ("<", " DESC") } else { (">", "") };
        Ok(Behind { test: format!("{column} {sign} ?"), value: int(from), order: format!("{column}{down}") })
    }

    /// The SQL clause for one page of a list in the order of `seq`, and its values: rows behind the cursor, narrowed by the
    /// filters that were sent, one more than the limit (which says that there is another page). `indexed`: filters whose
    /// columns have an index in that order, the narrowest first: the first that was sent is looked up by it, and the others
    /// are tested row by row, so that nothing is put in order. `others`: those that have none.
    pub(crate) fn clause(&self, indexed: &[(&str, &str)], others: &[(&str, &str)]) -> Outcome<(String, Vec<Bound>)> {
        let behind = self.behind("seq")?;
        let (mut tests, mut values) = (vec![behind.test], vec![behind.value]);
        for (name, column) in indexed {
            if let Some(value) = self.filter(name) {
                let bare = if values.len() == 1 { "" } else { "+" };
                tests.push(format!("{bare}{column} = ?"));
                values.push(text(value));
            }
        }
        for (name, column) in others {
            if let Some(value) = self.filter(name) {
                tests.push(format!("{column} = ?"));
                values.push(text(value));
            }
        }
        values.push(int(self.limit + 1));
        Ok((format!("WHERE {} ORDER BY {} LIMIT ?", tests.join(" AND "), behind.order), values))
    }

    pub(crate) fn filter(&self, name: &str) -> Option<&str> {
        self.filters.get(name).map(String::as_str)
    }

    /// Whether the newest come first; the earliest do where nothing is said.
    pub(crate) fn is_newest_first(&self) -> Outcome<bool> {
        Ok(self.filter("sort").map_or(Ok(Order::default()), Order::by_time)?.is_backwards())
    }
}
