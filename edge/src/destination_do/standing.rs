//! How a destination stands, which its program hears: since when nothing has arrived there, if nothing has.
//!
//! Invariant: each change has a number, and a program takes none that is older than what it knows. So one that is told again,
//! or late, changes nothing; what couldn't be told is told by the next alarm, and holds nothing up.

use super::DestinationDo;
use crate::command::ProgramCommand;
use crate::failure::Outcome;
use crate::store::{int, maybe_int};
use honeyguide_domain::time::Timestamp;
use serde::Deserialize;

#[derive(Deserialize)]
struct Change {
    failing_since: Option<i64>,
    change: i64,
}

impl DestinationDo {
    /// Notes since when nothing arrives, or that something did.
    pub(super) fn note_failing(&self, since: Option<Timestamp>) -> Outcome<()> {
        let query = "UPDATE setting SET failing_since = ?, change = change + 1";
        self.store.run(query, vec![maybe_int(since.map(Timestamp::millis))])
    }

    /// Tells the program of the last change, where it hasn't heard of it.
    pub(super) async fn report_standing(&self) -> Outcome<()> {
        let query = "SELECT failing_since, change FROM setting WHERE one = 1 AND told < change";
        let Some(Change { failing_since, change }) = self.store.row(query, vec![])? else { return Ok(()) };
        let Some(standing) = self.standing()? else { return Ok(()) };
        let command = ProgramCommand::DestinationStands { id: standing.setting.id.clone(), failing_since, change };
        self.tell(&standing.setting, command).await?;
        self.store.run("UPDATE setting SET told = MAX(told, ?)", vec![int(change)])
    }
}
