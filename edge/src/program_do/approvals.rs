//! The decision callback: rewards that were due to be approved, asked about, and settled once each.
//!
//! The callback is a destination of its own kind, so a question is signed, sent again, kept and shown as every delivery
//! is. Its object brings the answer back; the deadline is kept here.

use super::Turn;
use crate::command::Reply;
use crate::failure::Outcome;
use crate::store::{int, text};
use honeyguide_domain::approval::{self, Answer, Callback, Otherwise, Settled};
use honeyguide_domain::event::{Event, EventKind};
use honeyguide_domain::id::{DeliveryId, DestinationId, EventId};
use honeyguide_domain::program::Program;
use honeyguide_domain::reward::{self, Action, State};
use serde::Deserialize;
use serde_json::json;

/// The kind of the destination that is the callback.
pub(super) const KIND: &str = "approval";

/// Questions that one alarm settles by their deadline; the next alarm follows at once.
const SLICE: i64 = 200;

#[derive(Deserialize)]
struct Row {
    reward: String,
    otherwise: String,
}

impl Turn<'_> {
    /// Has the callback's destination be what the program file says. A new one's secret is given, to be shown this once.
    pub(super) fn keep_callback(&self, program: &Program) -> Outcome<Option<String>> {
        let held = self.callback_destination()?;
        match (&program.callback, held) {
            (None, None) => Ok(None),
            (None, Some(id)) => {
                self.store.run("UPDATE destinations SET state = 'disabled' WHERE id = ?", vec![text(&id)])?;
                self.nudge(&id)?;
                Ok(None)
            }
            (Some(callback), Some(id)) => {
                self.store.run(
                    "UPDATE destinations SET url = ?, state = 'enabled', why = NULL WHERE id = ?",
                    vec![text(self.checked_callback(callback)?), text(&id)],
                )?;
                self.nudge(&id)?;
                Ok(None)
            }
            (Some(callback), None) => {
                let secret = self.new_secret();
                self.store.run(
                    "INSERT INTO destinations (id, kind, url, events, secret, state, created_at)
                     VALUES (?, ?, ?, '', ?, 'enabled', ?)",
                    vec![
                        text(DestinationId::mint(&mut self.minter())),
                        text(KIND),
                        text(self.checked_callback(callback)?),
                        text(&secret),
                        int(self.now.millis()),
                    ],
                )?;
                Ok(self.settings.sealer.open(&secret))
            }
        }
    }

    fn checked_callback(&self, callback: &Callback) -> Outcome<String> {
        self.checked_at(&callback.url, "approval.callback.url")
    }

    fn callback_destination(&self) -> Outcome<Option<String>> {
        #[derive(Deserialize)]
        struct Row {
            id: String,
        }
        let row: Option<Row> =
            self.store.row("SELECT id FROM destinations WHERE kind = ? LIMIT 1", vec![text(KIND)])?;
        Ok(row.map(|row| row.id))
    }

    /// Asks about a reward that is due, once. It stays pending, and time alone doesn't approve it any more.
    pub(super) fn ask_about(&self, id: &str, callback: &Callback) -> Outcome<()> {
        let Some(destination) = self.callback_destination()? else { return Ok(()) };
        let mut minter = self.minter();
        let (event, delivery) = (EventId::mint(&mut minter), DeliveryId::mint(&mut minter));
        let deadline = callback.deadline_of(self.now);
        self.store.run("UPDATE rewards SET automatic = 0 WHERE id = ?", vec![text(id)])?;
        self.store.run(
            "INSERT INTO approvals (reward, delivery, asked_at, deadline_at, otherwise) VALUES (?, ?, ?, ?, ?)",
            vec![
                text(id),
                text(&delivery),
                int(self.now.millis()),
                int(deadline.millis()),
                text(serde_json::to_string(&callback.otherwise)?),
            ],
        )?;
        let mut data = self.reward(id)?.body;
        data["deadline_at"] = json!(deadline);
        let asked = Event::new(event, EventKind::RewardApprovalAsked, self.now, &data);
        self.post(&destination, &asked, &asked.body(), &delivery)
    }

    /// The callback answered. The first answer holds; one that comes after the deadline, or twice, changes nothing.
    pub(super) fn decided(&self, delivery: &str, answer: &Answer) -> Outcome<Reply> {
        let query = "SELECT reward, otherwise FROM approvals WHERE delivery = ? AND settled_at IS NULL";
        if let Some(row) = self.store.row::<Row>(query, vec![text(delivery)])? {
            self.settle_approval(&row, Some(answer))?;
        }
        Ok(Reply::none())
    }

    /// Settles by their defaults the questions whose deadline has passed.
    pub(super) fn settle_overdue(&self) -> Outcome<()> {
        let query = "SELECT reward, otherwise FROM approvals WHERE settled_at IS NULL AND deadline_at <= ?
            ORDER BY deadline_at LIMIT ?";
        let due: Vec<Row> = self.store.rows(query, vec![int(self.now.millis()), int(SLICE)])?;
        due.iter().try_for_each(|row| self.settle_approval(row, None))
    }

    fn settle_approval(&self, row: &Row, answer: Option<&Answer>) -> Outcome<()> {
        let otherwise: Otherwise = serde_json::from_str(&row.otherwise)?;
        let (settled, reason) = approval::settle(answer, otherwise);
        self.store.run(
            "UPDATE approvals SET settled_at = ?, settled = ? WHERE reward = ?",
            vec![int(self.now.millis()), text(serde_json::to_string(&settled)?), text(&row.reward)],
        )?;
        // Refunded or moved by hand meanwhile: what was asked no longer matters.
        let reward = self.reward_of(&row.reward)?;
        if reward.state != State::Pending {
            return Ok(());
        }
        let made = match settled {
            Settled::Approved => reward::act(&reward, Action::Approve, self.now, &mut self.minter()).ok(),
            Settled::Rejected => reward::act(&reward, Action::Reject, self.now, &mut self.minter()).ok(),
            Settled::Held => reward::hold(&reward),
        };
        made.map_or(Ok(()), |made| self.keep_move(&made, &reason))
    }
}
