//! Statements on their way to the runtime: one text for all of them, and each query's own text only once.

use super::Bound;
use crate::failure::{Failure, Outcome};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write as _;
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
    static NUMBERS: RefCell<HashMap<String, usize>> = RefCell::default();
}

/// What is to be run, as `runStatements` takes it: JSON, but for the brackets around it.
#[derive(Debug, Default)]
pub(super) struct Statements(String);

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) rows_read: u64,
    pub(super) rows_written: u64,
    /// Of the last statement, as JSON.
    pub(super) rows: String,
}

impl Statements {
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) const fn are_long(&self) -> bool {
        self.0.len() > LONG
    }

    pub(super) fn add(&mut self, query: &str, values: &[Bound]) -> Outcome<()> {
        let (number, is_new) = NUMBERS.with_borrow_mut(|numbers| match numbers.get(query) {
            Some(number) => (*number, false),
            None if numbers.len() < KNOWN => {
                let number = numbers.len();
                numbers.insert(query.to_owned(), number);
                (number, true)
            }
            None => (KNOWN, true),
        });
        self.0.push_str(if self.0.is_empty() { "[" } else { ",[" });
        let written = write!(self.0, "{number},");
        written.map_err(|_| Failure::Ours("a statement couldn't be written".to_owned()))?;
        if is_new {
            self.json(query)?;
        } else {
            self.0.push('0');
        }
        for value in values {
            self.0.push(',');
            match value {
                Bound::Null | Bound::Blob(_) => self.0.push_str("null"),
                Bound::Boolean(value) => self.json(&i32::from(*value))?,
                Bound::Integer(value) => self.json(value)?,
                Bound::Float(value) => self.json(value)?,
                Bound::String(value) => self.json(value)?,
            }
        }
        self.0.push(']');
        Ok(())
    }

    fn json(&mut self, value: &(impl serde::Serialize + ?Sized)) -> Outcome<()> {
        self.0.push_str(&serde_json::to_string(value)?);
        Ok(())
    }

    pub(super) fn run(mut self, sql: &JsValue, rows_wanted: bool) -> Outcome<Answer> {
        self.0.insert(0, '[');
        self.0.push(']');
        let answer = run_statements(sql, &self.0, rows_wanted)?;
        let mut parts = answer.splitn(3, ' ');
        let mut count = || parts.next().and_then(|count| count.parse().ok()).unwrap_or(0);
        let (rows_read, rows_written) = (count(), count());
        Ok(Answer { rows_read, rows_written, rows: parts.next().unwrap_or_default().to_owned() })
    }
}
