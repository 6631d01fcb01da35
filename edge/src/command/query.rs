//! The query of a list, as the Worker read it and an object answers it.

use crate::store::{Bound, int, text};
use serde::{Deserialize, Serialize};

/// The query of a list: a page, and what it is narrowed to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Query {
    pub(crate) limit: i64,
    pub(crate) cursor: i64,
    pub(crate) filters: std::collections::BTreeMap<String, String>,
}

impl Query {
    /// The SQL clause for one page of a list, and its values: rows after the cursor, narrowed by the filters that were
    /// sent, one more than the limit (which says that there is another page). `prefix` is the table's alias and a dot.
    pub(crate) fn clause(&self, prefix: &str, columns: &[(&str, &str)]) -> (String, Vec<Bound>) {
        let mut tests = vec![format!("{prefix}seq > ?")];
        let mut values = vec![int(self.cursor)];
        for (name, column) in columns {
            if let Some(value) = self.filter(name) {
                tests.push(format!("{prefix}{column} = ?"));
                values.push(text(value));
            }
        }
        values.push(int(self.limit + 1));
        (format!("WHERE {} ORDER BY {prefix}seq LIMIT ?", tests.join(" AND ")), values)
    }

    pub(crate) fn filter(&self, name: &str) -> Option<&str> {
        self.filters.get(name).map(String::as_str)
    }
}
