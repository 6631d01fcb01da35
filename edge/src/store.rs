//! One object's `SQLite`: rows, one transaction at a time, numbered migrations, and the object's alarm.
//!
//! Invariant: a transaction has no `.await` in it; a failure or a panic inside leaves nothing behind. Statements travel to
//! the runtime as one text, and those of a transaction that only write wait for its next question or its end: each
//! crossing costs as much as many a statement. They run in the order in which they were given; rows that are only added
//! are gathered by table first.

mod gathered;
mod statements;

use crate::failure::{Failure, Outcome};
use crate::metrics::{self, Cost};
use gathered::Gathered;
#[cfg(test)]
pub(crate) use gathered::TRIGGERED;
use honeyguide_domain::time::Timestamp;
use serde::de::DeserializeOwned;
use statements::Statements;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use wasm_bindgen::prelude::*;
use worker::{SqlCursor, SqlStorage, SqlStorageValue, State};

#[wasm_bindgen]
extern "C" {
    type RawStorage;

    #[wasm_bindgen(method, getter)]
    fn sql(this: &RawStorage) -> JsValue;

    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(this: &RawStorage, inside: &mut dyn FnMut() -> Result<(), JsValue>) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = setAlarm)]
    fn set_alarm(this: &RawStorage, at: f64) -> Result<js_sys::Promise, JsValue>;
}

pub(crate) struct Store {
    sql: SqlStorage,
    raw_sql: JsValue,
    raw: RawStorage,
    cost: Cost,
    /// A transaction that panics puts it in order.
    underway: AssertUnwindSafe<Underway>,
}

#[derive(Default)]
struct Underway {
    /// Rows that a transaction adds, which no statement has yet.
    gathered: RefCell<Gathered>,
    /// What a transaction has written and not run yet, before those.
    waiting: RefCell<Statements>,
    /// Transactions, one inside another.
    depth: Cell<u32>,
    /// When the alarm is to ring, as far as that is known.
    alarm: Cell<Option<Timestamp>>,
    /// Statements that write, ever.
    writes: Cell<u64>,
    /// In an attempt: how far it may go.
    attempt: Cell<Writing>,
}

/// Whether what is given to be written may be run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Writing {
    #[default]
    Runs,
    /// It waits until all is known.
    Waits,
    /// It was to be run before.
    Refused,
}

/// How something ended that nothing but the object's end can take back.
pub(crate) enum Attempt<T> {
    Done(T),
    /// It needs a transaction; nothing was written.
    Unfit,
    /// It failed before anything was written.
    Failed(Failure),
    /// It failed after something was: the object must be aborted in this turn, which undoes it.
    HalfDone(Failure),
}

/// A value to bind. Booleans are bound as 0 and 1: a bound JavaScript boolean would be stored as text.
pub(crate) type Bound = SqlStorageValue;

#[expect(clippy::needless_pass_by_value, reason = "callers hand over texts, ids and numbers alike")]
pub(crate) fn text(value: impl ToString) -> Bound {
    Bound::String(value.to_string())
}

pub(crate) fn maybe(value: Option<impl ToString>) -> Bound {
    value.map_or(Bound::Null, text)
}

pub(crate) fn int(value: i64) -> Bound {
    Bound::Integer(value)
}

pub(crate) fn maybe_int(value: Option<i64>) -> Bound {
    value.map_or(Bound::Null, int)
}

/// The panic itself is logged where it happens.
fn panicked() -> Failure {
    Failure::Logged("panic while something was written".to_owned())
}

impl Store {
    /// `object`: its kind, for the figures of what it costs.
    pub(crate) fn new(state: &State, object: &'static str) -> Self {
        metrics::report_panics();
        let storage = state.storage();
        let raw: &JsValue = storage.as_raw().as_ref();
        let raw: RawStorage = raw.clone().unchecked_into();
        Self {
            sql: storage.sql(),
            raw_sql: raw.sql(),
            raw,
            cost: metrics::cost(object),
            underway: AssertUnwindSafe(Underway::default()),
        }
    }

    /// Counts a request or an alarm of the object.
    pub(crate) fn asked(&self) {
        self.cost.requests.inc();
    }

    fn count(&self, cursor: &SqlCursor) {
        self.cost.rows_read.inc_by(u64::try_from(cursor.rows_read()).unwrap_or(0));
        self.cost.rows_written.inc_by(u64::try_from(cursor.rows_written()).unwrap_or(0));
    }

    /// Brings the tables up to date: each migration is run once, in order, in a transaction of its own.
    pub(crate) fn migrate(&self, migrations: &[&str]) -> Outcome<()> {
        self.run("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY)", vec![])?;
        let done: i64 = self.number("SELECT COALESCE(MAX(number), 0) AS n FROM migrations", vec![])?;
        for (number, migration) in (1..).zip(migrations).filter(|(number, _)| *number > done) {
            self.transaction(|| {
                self.run(migration, vec![])?;
                self.run("INSERT INTO migrations (number) VALUES (?)", vec![int(number)])
            })?;
        }
        Ok(())
    }

    /// In a transaction it may run only when something is asked, or at the end: that is then what fails.
    pub(crate) fn run(&self, query: &str, values: Vec<Bound>) -> Outcome<()> {
        self.write_counts();
        if values.iter().any(|value| matches!(value, Bound::Blob(_))) {
            self.flush()?;
            self.may_write()?;
            self.count(&self.sql.exec(query, values)?);
            return Ok(());
        }
        self.line_up(None)?;
        self.underway.waiting.borrow_mut().add(query, &values)?;
        if self.underway.depth.get() == 0 || self.underway.waiting.borrow().are_long() { self.flush() } else { Ok(()) }
    }

    fn write_counts(&self) {
        self.underway.writes.set(self.underway.writes.get() + 1);
    }

    /// Makes statements of the rows that were gathered; where a question is to follow, of those that it may read.
    fn line_up(&self, asked: Option<&str>) -> Outcome<()> {
        let mut gathered = self.underway.gathered.borrow_mut();
        if !gathered.is_empty() {
            let mut waiting = self.underway.waiting.borrow_mut();
            for (query, rows) in gathered.take(asked) {
                waiting.add_rows(&query, &rows)?;
            }
        }
        Ok(())
    }

    /// How many statements were to write by now: who compares two of these learns whether something was written between.
    pub(crate) fn writes(&self) -> u64 {
        self.underway.writes.get()
    }

    /// Runs what waits.
    fn flush(&self) -> Outcome<()> {
        self.line_up(None)?;
        if !self.underway.waiting.borrow().is_empty() {
            self.settle(false)?;
        }
        Ok(())
    }

    /// Not in an attempt, until all of it is known.
    fn may_write(&self) -> Outcome<()> {
        if self.underway.attempt.get() == Writing::Runs {
            return Ok(());
        }
        self.underway.attempt.set(Writing::Refused);
        Err(Failure::Ours("an attempt was to write before its end".to_owned()))
    }

    /// Runs what waits; the rows that the last of it answers, where they are wanted, as JSON.
    fn settle(&self, rows_wanted: bool) -> Outcome<String> {
        let waiting = self.underway.waiting.take();
        if !rows_wanted || waiting.many() > 1 {
            self.may_write()?;
        }
        let answer = waiting.run(&self.raw_sql, rows_wanted)?;
        self.cost.rows_read.inc_by(answer.rows_read);
        self.cost.rows_written.inc_by(answer.rows_written);
        Ok(answer.rows)
    }

    /// Adds rows. `into`: the table with its columns, `conflict`: what is done where a row is there already. In a
    /// transaction they are gathered with others of the table.
    pub(crate) fn insert(&self, into: &'static str, rows: Vec<Vec<Bound>>, conflict: &'static str) -> Outcome<()> {
        if self.underway.depth.get() > 0 && rows.iter().all(|row| Gathered::can_carry(row)) {
            self.write_counts();
            let mut gathered = self.underway.gathered.borrow_mut();
            for row in &rows {
                gathered.add(into, conflict, row)?;
            }
            drop(gathered);
            return self.unless_long();
        }
        for row in rows {
            let places = vec!["?"; row.len()].join(", ");
            self.run(&format!("INSERT INTO {into} VALUES ({places}) {conflict}"), row)?;
        }
        Ok(())
    }

    /// Adds to sums. Each row: its key, and what is added in the columns after it. `conflict` adds them to what is there.
    pub(crate) fn add_up(
        &self,
        into: &'static str,
        rows: Vec<(Vec<Bound>, Vec<i64>)>,
        conflict: &'static str,
    ) -> Outcome<()> {
        if self.underway.depth.get() > 0 && rows.iter().all(|(key, _)| Gathered::can_carry(key)) {
            self.write_counts();
            let mut gathered = self.underway.gathered.borrow_mut();
            for (key, sums) in &rows {
                gathered.add_up(into, conflict, key, sums)?;
            }
            drop(gathered);
            return self.unless_long();
        }
        let row = |(key, sums): (Vec<Bound>, Vec<i64>)| key.into_iter().chain(sums.into_iter().map(int)).collect();
        self.insert(into, rows.into_iter().map(row).collect(), conflict)
    }

    fn unless_long(&self) -> Outcome<()> {
        if self.underway.gathered.borrow().are_long() { self.flush() } else { Ok(()) }
    }

    /// Runs a statement and says how many rows of the query's own it changed.
    pub(crate) fn changed(&self, query: &str, values: Vec<Bound>) -> Outcome<i64> {
        self.run(query, values)?;
        self.number("SELECT changes() AS n", vec![])
    }

    #[expect(clippy::needless_pass_by_value, reason = "as its neighbours, which hand the values over")]
    pub(crate) fn rows<T: DeserializeOwned>(&self, query: &str, values: Vec<Bound>) -> Outcome<Vec<T>> {
        self.line_up(Some(query))?;
        self.underway.waiting.borrow_mut().add(query, &values)?;
        Ok(serde_json::from_str(&self.settle(true)?)?)
    }

    /// Rows that have bytes among their columns, which no text can carry.
    pub(crate) fn rows_of_bytes<T: DeserializeOwned>(&self, query: &str, values: Vec<Bound>) -> Outcome<Vec<T>> {
        self.flush()?;
        let cursor = self.sql.exec(query, values)?;
        let rows = cursor.to_array()?;
        self.count(&cursor);
        Ok(rows)
    }

    pub(crate) fn row<T: DeserializeOwned>(&self, query: &str, values: Vec<Bound>) -> Outcome<Option<T>> {
        Ok(self.rows(query, values)?.into_iter().next())
    }

    /// The column `n` of the one row that a query answers.
    pub(crate) fn number(&self, query: &str, values: Vec<Bound>) -> Outcome<i64> {
        #[derive(serde::Deserialize)]
        struct Row {
            n: Option<i64>,
        }
        Ok(self.row::<Row>(query, values)?.and_then(|row| row.n).unwrap_or(0))
    }

    /// Does all of `inside`, or none of it.
    pub(crate) fn transaction<T>(&self, inside: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        self.flush()?;
        self.may_write()?;
        let mut result = None;
        // Whatever a panic leaves half done is rolled back, so it is safe to look at what is here afterwards.
        let mut state = AssertUnwindSafe((Some(inside), &mut result));
        let mut once = move || {
            let (inside, result) = &mut *state;
            let Some(inside) = inside.take() else { return Err(JsValue::from_str("run twice")) };
            self.underway.depth.set(self.underway.depth.get() + 1);
            let all = || inside().and_then(|done| self.flush().map(|()| done));
            let outcome = catch_unwind(AssertUnwindSafe(all)).unwrap_or_else(|_| Err(panicked()));
            self.underway.depth.set(self.underway.depth.get() - 1);
            self.underway.gathered.take();
            self.underway.waiting.take();
            let failed = outcome.is_err();
            if failed {
                // An alarm that was set in here is rolled back with the rest.
                self.underway.alarm.set(None);
            }
            **result = Some(outcome);
            if failed { Err(JsValue::from_str("rolled back")) } else { Ok(()) }
        };
        let committed = self.raw.transaction_sync(&mut once);
        match (result, committed) {
            (Some(Err(failure)), _) => Err(failure),
            (Some(Ok(done)), Ok(())) => Ok(done),
            (_, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(Failure::Ours("the transaction was not run".to_owned())),
        }
    }

    /// Does all of `inside`, then writes what it gave to be written, then does what is `last`. A transaction keeps each page
    /// as it was before, which costs as much as writing it; this keeps none, and writes nothing until all is known.
    pub(crate) fn attempt<T>(
        &self,
        inside: impl FnOnce() -> Outcome<T>,
        last: impl FnOnce() -> Outcome<()>,
    ) -> Attempt<T> {
        self.underway.depth.set(self.underway.depth.get() + 1);
        self.underway.attempt.set(Writing::Waits);
        let known = catch_unwind(AssertUnwindSafe(inside)).unwrap_or_else(|_| Err(panicked()));
        let unfit = self.underway.attempt.replace(Writing::Runs) == Writing::Refused;
        let ended = match known {
            _ if unfit => Attempt::Unfit,
            Err(failure) => Attempt::Failed(failure),
            Ok(done) => {
                let write = || self.flush().and_then(|()| last()).and_then(|()| self.flush());
                let written = catch_unwind(AssertUnwindSafe(write)).unwrap_or_else(|_| Err(panicked()));
                written.map_or_else(Attempt::HalfDone, |()| Attempt::Done(done))
            }
        };
        self.underway.depth.set(self.underway.depth.get() - 1);
        self.underway.gathered.take();
        self.underway.waiting.take();
        ended
    }

    /// When the alarm rings next, where that is known.
    pub(crate) fn alarm(&self) -> Option<Timestamp> {
        self.underway.alarm.get()
    }

    /// Sets the object's one alarm. The write is part of the turn that it is called in, so what was recorded in that
    /// turn is never without its alarm.
    pub(crate) fn wake(&self, at: Timestamp) -> Outcome<()> {
        self.may_write()?;
        self.underway.alarm.set(Some(at));
        #[cfg(feature = "faults")]
        let at = at.before(crate::faults::ahead());
        #[expect(clippy::cast_precision_loss, reason = "milliseconds are far below 2^53")]
        let at = at.millis() as f64;
        // The write is done when this returns; the promise only says when it is confirmed, which the reply waits for.
        drop(self.raw.set_alarm(at)?);
        Ok(())
    }
}
