//! The book's head, told once for each day that ended. The day is recorded in the transaction that puts its event into
//! the outbox, so it is told exactly once, whatever is killed when.

use super::Turn;
use crate::failure::Outcome;
use crate::store::{int, text};
use honeyguide_domain::event::{Event, EventKind};
use honeyguide_domain::id::EventId;
use honeyguide_domain::ledger::head::{self, Head};
use serde::Deserialize;

impl Turn<'_> {
    /// With the first posting: its day will be the first to be told.
    pub(super) fn begin_heads(&self) -> Outcome<()> {
        self.told_until(head::day_of(self.now) - 1)
    }

    fn told_until(&self, day: i64) -> Outcome<()> {
        let query = "INSERT OR REPLACE INTO settings (name, value) VALUES ('head_day', ?)";
        self.store.run(query, vec![text(day)])
    }

    pub(super) fn publish_heads(&self) -> Outcome<()> {
        #[derive(Deserialize)]
        struct Told {
            value: String,
        }
        #[derive(Deserialize)]
        struct Last {
            seq: i64,
            hash: String,
        }
        let told: Option<Told> = self.store.row("SELECT value FROM settings WHERE name = 'head_day'", vec![])?;
        let Some(told) = told.and_then(|told| told.value.parse().ok()) else { return Ok(()) };
        let mut minter = self.minter();
        for day in head::due(told, self.now) {
            let query = "SELECT seq, hash FROM postings WHERE at < ? ORDER BY seq DESC LIMIT 1";
            if let Some(last) = self.store.row::<Last>(query, vec![int(head::end_of(day).millis())])? {
                let head = Head::new(day, last.seq, last.hash);
                self.publish(&[Event::new(EventId::mint(&mut minter), EventKind::LedgerHead, self.now, &head)])?;
            }
            self.told_until(day)?;
        }
        Ok(())
    }
}
