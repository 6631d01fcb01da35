//! The list of conversions: narrowed, from either end, a page at a time, by indexes.
//!
//! Invariant: nothing but what belongs to one order, or has a dispute, is put in order. What only few conversions have is
//! found in an index that holds little of each (`conversions_listed`), and not among the conversions themselves.

use super::Turn;
use super::conversions::{COLUMNS, ConversionRow};
use super::participants::page;
use crate::command::{Query, Reply};
use crate::failure::Outcome;
use crate::store::{Bound, int, text};

/// The kinds of events that there are, each by one look into the index that an order is found in.
const EVENTS: &str = "WITH RECURSIVE events (event) AS (
    SELECT MIN(event) FROM conversions UNION ALL
    SELECT (SELECT MIN(n.event) FROM conversions n WHERE n.event > e.event) FROM events e WHERE e.event IS NOT NULL)";

/// Where the rows come from, and what has found them.
struct Source {
    from: &'static str,
    test: &'static str,
    found_by: &'static str,
}

impl Source {
    /// The narrowest of what was asked for.
    fn of(query: &Query) -> Self {
        let has = |name: &str| query.filter(name).is_some();
        if has("external_id") {
            let test = "c.event IN (SELECT event FROM events) AND c.external_id = ?";
            return Self { from: "conversions c", test, found_by: "external_id" };
        }
        if has("dispute") {
            // More than one dispute of a conversion may be in a state.
            let from =
                "(SELECT DISTINCT conversion, state FROM disputes) d CROSS JOIN conversions c ON c.id = d.conversion";
            return Self { from, test: "d.state = ?", found_by: "dispute" };
        }
        if has("participant") {
            // Who shares a conversion with others finds it too.
            let from = "credits k CROSS JOIN conversions c ON c.id = k.conversion";
            return Self { from, test: "k.participant = ?", found_by: "participant" };
        }
        if has("customer") {
            return Self { from: "conversions c", test: "c.customer = ?", found_by: "customer" };
        }
        Self { from: "conversions c INDEXED BY conversions_listed", test: "", found_by: "" }
    }
}

/// What is looked at row by row, where something else has found the rows. A `+` keeps a column from being looked up.
const TESTS: [(&str, &str); 5] = [
    ("event", "+c.event = ?"),
    ("outcome", "+c.outcome = ?"),
    ("reason", "+c.reason = ?"),
    ("customer", "+c.customer = ?"),
    ("participant", "EXISTS (SELECT 1 FROM credits k WHERE k.conversion = c.id AND k.participant = ?)"),
];

impl Turn<'_> {
    pub(super) fn conversions(&self, query: &Query) -> Outcome<Reply> {
        let source = Source::of(query);
        let (mut tests, mut values): (Vec<&str>, Vec<Bound>) = (Vec::new(), Vec::new());
        if let Some(value) = query.filter(source.found_by) {
            tests.push(source.test);
            values.push(text(value));
        }
        for (name, test) in TESTS.into_iter().filter(|(name, _)| *name != source.found_by) {
            if let Some(value) = query.filter(name) {
                tests.push(test);
                values.push(text(value));
            }
        }
        // A participant's are in the order of their ids, which is that of time: their index is.
        let by_id = source.found_by == "participant";
        let column = match source.found_by {
            "external_id" | "dispute" => "+c.seq",
            "participant" => "k.conversion",
            _ => "c.seq",
        };
        let mut behind = query.behind(column)?;
        if by_id {
            behind.test = behind.test.replace('?', "(SELECT id FROM conversions WHERE seq = ?)");
        }
        if !by_id || query.cursor > 0 {
            tests.push(&behind.test);
            values.push(behind.value);
        }
        values.push(int(query.limit + 1));
        let with = if source.found_by == "external_id" { EVENTS } else { "" };
        let tests = tests.join(" AND ");
        // Put in order by little, and told whole only where it is shown.
        let shown = query.behind(if by_id { "c.id" } else { "c.seq" })?.order;
        let rows: Vec<ConversionRow> = self.store.rows(
            &format!(
                "{with} {COLUMNS} FROM (SELECT c.seq AS number FROM {} WHERE {tests} ORDER BY {} LIMIT ?) AS shown
                 CROSS JOIN conversions c ON c.seq = shown.number ORDER BY {shown}",
                source.from, behind.order
            ),
            values,
        )?;
        page(query, &rows, |row| row.seq, |row| Ok(serde_json::to_value(self.answer(row)?)?))
    }
}
