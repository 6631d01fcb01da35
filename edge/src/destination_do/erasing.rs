//! Someone who was erased goes out of deliveries: at once out of what is still to leave, and in slices out of all the rest.
//!
//! Invariant: who is to be erased is stored in the turn that hears of it, and forgotten when the last delivery was looked at,
//! so a kill costs nothing. What is done again changes nothing.

use super::DestinationDo;
use crate::failure::Outcome;
use crate::store::{Bound, int, text};
use honeyguide_domain::destination::erasure::{attempts_without, body_without};
use honeyguide_domain::wire::destinations::ErasedPerson;
use serde::Deserialize;
use std::sync::atomic::Ordering;

/// Deliveries that one slice looks at, and slices of one alarm.
const SLICE: i64 = 1_000;
const SLICES: usize = 20;

#[derive(Deserialize)]
struct Row {
    id: String,
    body: String,
    attempts: String,
}

#[derive(Deserialize)]
struct Erasure {
    seq: i64,
    person: String,
    after: String,
}

impl DestinationDo {
    /// Takes note of someone who is erased, and takes them out of what is still to leave.
    pub(super) fn note_erased(&self, person: &str) -> Outcome<()> {
        let values = vec![text(person)];
        self.store.run("INSERT OR IGNORE INTO erasures (person, after) VALUES (?, '')", values)?;
        self.erase_from(&serde_json::from_str(person)?, "SELECT * FROM deliveries WHERE state <> 'delivered'", vec![])?;
        // What an alarm holds in memory already is read anew.
        self.erasures.fetch_add(1, Ordering::Relaxed);
        self.erase_slice().map(drop)
    }

    /// Some slices; the alarm follows while there are more.
    pub(super) fn erase_some(&self) -> Outcome<()> {
        for _ in 0..SLICES {
            if !self.store.transaction(|| self.erase_slice())? {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn is_erasing(&self) -> Outcome<bool> {
        Ok(self.store.number("SELECT EXISTS (SELECT 1 FROM erasures) AS n", vec![])? == 1)
    }

    /// The next deliveries of the longest waiting erasure; whether there was one.
    fn erase_slice(&self) -> Outcome<bool> {
        #[derive(Deserialize)]
        struct Last {
            id: Option<String>,
        }
        let next = "SELECT seq, person, after FROM erasures ORDER BY seq LIMIT 1";
        let Some(erasure) = self.store.row::<Erasure>(next, vec![])? else { return Ok(false) };
        let last = "SELECT MAX(id) AS id FROM (SELECT id FROM deliveries WHERE id > ? ORDER BY id LIMIT ?)";
        let last: Option<Last> = self.store.row(last, vec![text(&erasure.after), int(SLICE)])?;
        let Some(last) = last.and_then(|last| last.id) else {
            self.store.run("DELETE FROM erasures WHERE seq = ?", vec![int(erasure.seq)])?;
            return Ok(true);
        };
        let slice = "SELECT * FROM deliveries WHERE id > ? AND id <= ?";
        self.erase_from(&serde_json::from_str(&erasure.person)?, slice, vec![text(&erasure.after), text(&last)])?;
        self.store.run("UPDATE erasures SET after = ? WHERE seq = ?", vec![text(&last), int(erasure.seq)])?;
        Ok(true)
    }

    /// Writes those of some deliveries that are of this person without them.
    fn erase_from(&self, person: &ErasedPerson, these: &str, values: Vec<Bound>) -> Outcome<()> {
        let traces = person.traces();
        let found = vec!["instr(lower(body), ?) > 0 OR instr(lower(attempts), ?) > 0"; traces.len()].join(" OR ");
        if found.is_empty() {
            return Ok(());
        }
        let traces = traces.iter().flat_map(|trace| [text(trace), text(trace)]);
        let query = format!("SELECT id, body, attempts FROM ({these}) WHERE {found}");
        let rows: Vec<Row> = self.store.rows(&query, values.into_iter().chain(traces).collect())?;
        for row in rows {
            self.store.run(
                "UPDATE deliveries SET body = ?, attempts = ?, erased = erased + 1 WHERE id = ?",
                vec![
                    text(body_without(person, &row.body)),
                    text(attempts_without(person, &row.attempts)),
                    text(&row.id),
                ],
            )?;
        }
        Ok(())
    }
}
