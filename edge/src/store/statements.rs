//! Statements on their way to the runtime: one text for all of them, and each query's own text only once.

use super::Bound;
use crate::failure::{Failure, Outcome};
use std::cell::RefCell;
use std::collections::HashMap;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/glue.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = runStatements)]
    fn run_statements(sql: &JsValue, text: &str, rows: &str, rows_wanted: bool) -> Result<String, JsValue>;
}

/// Queries that are known by number. Those that come later, which lists make with their filters, are told each time.
const KNOWN: usize = 1_000;
/// Bytes from which statements wait no longer.
const LONG: usize = 256 * 1024;

thread_local! {
    /// Each with whether the runtime was told of it.
    static NUMBERS: RefCell<HashMap<String, (usize, bool)>> = RefCell::default();
}

/// What is to be run, as `runStatements` takes it: JSON, but for the brackets around it.
#[derive(Debug, Default)]
pub(super) struct Statements {
    text: Vec<u8>,
    /// The rows that statements bind whole, as JSON, a line each: what is in them is written into no other JSON.
    rows: Vec<u8>,
    /// How many there are of these.
    lines: usize,
    /// How many there are of all.
    many: usize,
    /// The queries among them that the runtime isn't told of yet: these statements may be dropped before it is.
    new: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) rows_read: u64,
    pub(super) rows_written: u64,
    /// Of the last statement, as JSON.
    pub(super) rows: String,
}

impl Statements {
    pub(super) const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(super) const fn many(&self) -> usize {
        self.many
    }

    pub(super) const fn are_long(&self) -> bool {
        self.text.len() > LONG
    }

    /// A statement that binds rows, as JSON on one line.
    pub(super) fn add_rows(&mut self, query: &str, rows: &[u8]) -> Outcome<()> {
        self.begin(query, "-")?;
        self.text.extend_from_slice(format!(",{}]", self.lines).as_bytes());
        if self.lines > 0 {
            self.rows.push(b'\n');
        }
        self.rows.extend_from_slice(rows);
        self.lines += 1;
        Ok(())
    }

    pub(super) fn add(&mut self, query: &str, values: &[Bound]) -> Outcome<()> {
        self.begin(query, "")?;
        for value in values {
            self.text.push(b',');
            bound(&mut self.text, value)?;
        }
        self.text.push(b']');
        Ok(())
    }

    /// The query and its number, which has a sign where it binds rows.
    fn begin(&mut self, query: &str, sign: &str) -> Outcome<()> {
        let (number, is_told) = NUMBERS.with_borrow_mut(|numbers| match numbers.get(query) {
            Some(known) => *known,
            None if numbers.len() < KNOWN => {
                let known = (numbers.len() + 1, false);
                numbers.insert(query.to_owned(), known);
                known
            }
            None => (KNOWN + 1, false),
        });
        if !is_told {
            self.new.push(query.to_owned());
        }
        self.many += 1;
        let comma = if self.text.is_empty() { "" } else { "," };
        self.text.extend_from_slice(format!("{comma}[{sign}{number},").as_bytes());
        if is_told {
            self.text.push(b'0');
        } else {
            serde_json::to_writer(&mut self.text, query)?;
        }
        Ok(())
    }

    pub(super) fn run(mut self, sql: &JsValue, rows_wanted: bool) -> Outcome<Answer> {
        self.text.insert(0, b'[');
        self.text.push(b']');
        let text = |bytes| str::from_utf8(bytes).map_err(|error| Failure::Ours(error.to_string()));
        let answer = run_statements(sql, text(&self.text)?, text(&self.rows)?, rows_wanted)?;
        NUMBERS.with_borrow_mut(|numbers| {
            for query in &self.new {
                numbers.entry(query.clone()).and_modify(|known| known.1 = true);
            }
        });
        let mut parts = answer.splitn(3, ' ');
        let mut count = || parts.next().and_then(|count| count.parse().ok()).unwrap_or(0);
        let (rows_read, rows_written) = (count(), count());
        Ok(Answer { rows_read, rows_written, rows: parts.next().unwrap_or_default().to_owned() })
    }
}

/// A value, as JSON.
pub(super) fn bound(text: &mut Vec<u8>, value: &Bound) -> Outcome<()> {
    match value {
        Bound::Null | Bound::Blob(_) => text.extend_from_slice(b"null"),
        Bound::Boolean(value) => text.push(if *value { b'1' } else { b'0' }),
        Bound::Integer(value) => serde_json::to_writer(text, value)?,
        Bound::Float(value) => serde_json::to_writer(text, value)?,
        Bound::String(value) => serde_json::to_writer(text, value)?,
    }
    Ok(())
}
