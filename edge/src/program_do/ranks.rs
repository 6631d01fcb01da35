//! The leaderboard: how many conversions each participant has, counted by the database as they come and go.
//!
//! Invariant: while a leaderboard is shown, `ranks` is what counting `credits` anew would give. The tables' triggers keep it
//! (see `schema`); switching it on counts once what is there. A request reads a dozen rows, however many there are.

use super::Turn;
use crate::command::Reply;
use crate::failure::Outcome;
use crate::store::{int, text};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::leaderboard::{self, Counted};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Row {
    name: Option<String>,
    show_name: i64,
    conversions: i64,
}

impl Turn<'_> {
    /// Begins to count, or ends it, where the program file says something else than before.
    pub(super) fn keep_ranks(&self, shown: bool) -> Outcome<()> {
        let counts =
            self.store.number("SELECT (SELECT value = '1' FROM settings WHERE name = 'ranks') AS n", vec![])?;
        if (counts == 1) == shown {
            return Ok(());
        }
        let query = "INSERT INTO settings (name, value) VALUES ('ranks', ?)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.store.run(query, vec![text(i64::from(shown))])?;
        self.store.run("DELETE FROM ranks", vec![])?;
        if !shown {
            return Ok(());
        }
        self.store.run(
            "INSERT INTO ranks (participant, conversions)
             SELECT k.participant, COUNT(*) FROM credits k JOIN conversions c ON c.id = k.conversion
             WHERE c.refunded_whole = 0 GROUP BY k.participant",
            vec![],
        )
    }

    /// Those with the most conversions; of equals, who joined first.
    pub(super) fn leaderboard(&self) -> Outcome<Reply> {
        let (_, program) = self.program()?;
        if !program.screen.leaderboard {
            let message = "This program shows no leaderboard: \"leaderboard\" in its file is false.";
            return Err(Refusal::new(404, "leaderboard_off", message).into());
        }
        let query =
            "SELECT p.name, p.show_name, r.conversions FROM ranks r CROSS JOIN participants p ON p.id = r.participant
            WHERE r.conversions > 0 AND p.state = 'active' ORDER BY r.conversions DESC, r.participant LIMIT ?";
        let most = i64::try_from(leaderboard::SHOWN).unwrap_or(0);
        let rows: Vec<Row> = self.store.rows(query, vec![int(most)])?;
        let counted = |row: Row| Counted { name: row.name, shown: row.show_name == 1, conversions: row.conversions };
        let counted: Vec<Counted> = rows.into_iter().map(counted).collect();
        Reply::ok(&json!({"data": leaderboard::places(&counted), "period": "all"}))
    }
}
