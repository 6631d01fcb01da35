//! Statements on their way to the runtime: one text for all of them, and each query's own text only once.

use super::Bound;
use crate::failure::{Failure, Outcome};
use std::cell::RefCell;
use std::collections::HashMap;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/glue.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = runStatements)]
    fn run_statements(sql: &JsValue, text: &str, rows_wanted: bool) -> Result<String, JsValue>;
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

    pub(super) const fn are_long(&self) -> bool {
        self.text.len() > LONG
    }

    pub(super) fn add(&mut self, query: &str, values: &[Bound]) -> Outcome<()> {
        let (number, is_told) = NUMBERS.with_borrow_mut(|numbers| match numbers.get(query) {
            Some(known) => *known,
            None if numbers.len() < KNOWN => {
                let known = (numbers.len(), false);
                numbers.insert(query.to_owned(), known);
                known
            }
            None => (KNOWN, false),
        });
        if !is_told {
            self.new.push(query.to_owned());
        }
        self.text.extend_from_slice(if self.text.is_empty() { b"[" } else { b",[" });
        self.json(&number)?;
        self.text.push(b',');
        if is_told {
            self.text.push(b'0');
        } else {
            self.json(query)?;
        }
        for value in values {
            self.text.push(b',');
            match value {
                Bound::Null | Bound::Blob(_) => self.text.extend_from_slice(b"null"),
                Bound::Boolean(value) => self.json(&i32::from(*value))?,
                Bound::Integer(value) => self.json(value)?,
                Bound::Float(value) => self.json(value)?,
                Bound::String(value) => self.json(value)?,
            }
        }
        self.text.push(b']');
        Ok(())
    }

    fn json(&mut self, value: &(impl serde::Serialize + ?Sized)) -> Outcome<()> {
        Ok(serde_json::to_writer(&mut self.text, value)?)
    }

    pub(super) fn run(mut self, sql: &JsValue, rows_wanted: bool) -> Outcome<Answer> {
        self.text.insert(0, b'[');
        self.text.push(b']');
        let text = str::from_utf8(&self.text).map_err(|error| Failure::Ours(error.to_string()))?;
        let answer = run_statements(sql, text, rows_wanted)?;
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
