//! Rewards as they are kept, moved by hand, and approved when their hold has ended.

use super::Turn;
use super::participants::page;
use crate::command::{Query, Reply};
use crate::failure::{Failure, Outcome};
use crate::store::{int, maybe, text};
use honeyguide_domain::event::{Event, EventKind};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::{ConversionId, EventId, RewardId};
use honeyguide_domain::judge::Earned;
use honeyguide_domain::money::{Currency, Money};
use honeyguide_domain::program::Side;
use honeyguide_domain::reward::{self, Action, Move, Reward, State};
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::{answers::RewardAnswer, programs::RewardAction, read};
use serde::Deserialize;

/// Rewards that one alarm approves; the next alarm follows at once.
const SLICE: i64 = 500;

const COLUMNS: &str =
    "SELECT seq, id, conversion, rule, side, beneficiary, kind, earned, reversed, currency, state, due_at,
    created_at, reason FROM rewards";

#[derive(Deserialize)]
pub(super) struct RewardRow {
    seq: i64,
    id: String,
    conversion: String,
    rule: String,
    side: String,
    beneficiary: String,
    kind: String,
    earned: i64,
    reversed: i64,
    currency: String,
    state: String,
    due_at: i64,
    created_at: i64,
    reason: Option<String>,
}

impl RewardRow {
    pub(super) fn reward(&self) -> Outcome<Reward> {
        let currency = Currency::parse(&self.currency)?;
        Ok(Reward {
            id: RewardId::parse(&self.id)?,
            side: if self.side == Side::Friend.as_str() { Side::Friend } else { Side::Referrer },
            beneficiary: self.beneficiary.clone(),
            state: State::parse(&self.state).ok_or_else(|| Failure::Ours(format!("state {}", self.state)))?,
            earned: Money::new(self.earned, currency)?,
            reversed: Money::new(self.reversed, currency)?,
        })
    }

    pub(super) fn answer(&self) -> Outcome<RewardAnswer> {
        let reward = self.reward()?;
        Ok(RewardAnswer {
            value: reward.value(),
            id: reward.id,
            conversion: ConversionId::parse(&self.conversion)?,
            rule: self.rule.clone(),
            side: self.side.clone(),
            beneficiary: self.beneficiary.clone(),
            kind: self.kind.clone(),
            earned: reward.earned,
            reversed: reward.reversed,
            state: self.state.clone(),
            due_at: Timestamp::from_millis(self.due_at),
            created_at: Timestamp::from_millis(self.created_at),
            reason: self.reason.clone(),
        })
    }
}

impl Turn<'_> {
    pub(super) fn keep_reward(&self, conversion: &ConversionId, earned: &Earned, automatic: bool) -> Outcome<()> {
        let reward = &earned.reward;
        self.store.run(
            "INSERT INTO rewards (id, conversion, rule, side, beneficiary, kind, earned, reversed, currency, state, automatic,
             due_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            vec![
                text(&reward.id),
                text(conversion),
                text(&earned.rule),
                text(reward.side.as_str()),
                text(&reward.beneficiary),
                text(earned.kind.as_str()),
                int(reward.earned.amount()),
                int(reward.reversed.amount()),
                text(reward.earned.currency()),
                text(reward.state.as_str()),
                int(i64::from(automatic)),
                int(earned.due_at.millis()),
                int(earned.created_at.millis()),
            ],
        )
    }

    /// Records a move: the reward, what the ledger books, and the event.
    pub(super) fn keep_move(&self, made: &Move, reason: &str) -> Outcome<()> {
        let Some(entry) = &made.entry else { return Ok(()) };
        let after = &made.reward;
        self.store.run(
            "UPDATE rewards SET state = ?, reversed = ?, reason = COALESCE(?, reason) WHERE id = ?",
            vec![
                text(after.state.as_str()),
                int(after.reversed.amount()),
                maybe((!reason.is_empty()).then_some(reason)),
                text(&after.id),
            ],
        )?;
        self.book(std::slice::from_ref(entry))?;
        let kind = match entry.cause.as_str() {
            "approved" => EventKind::RewardApproved,
            "fulfilled" => EventKind::RewardFulfilled,
            "rejected" => EventKind::RewardRejected,
            _ => EventKind::RewardReversed,
        };
        let row = self.reward_row(after.id.as_str())?;
        self.publish(&[Event::new(EventId::mint(&mut self.minter()), kind, self.now, &row.answer()?)])
    }

    pub(super) fn rewards_of(&self, conversion: &str) -> Outcome<Vec<RewardRow>> {
        self.store.rows(&format!("{COLUMNS} WHERE conversion = ? ORDER BY seq"), vec![text(conversion)])
    }

    pub(super) fn rewards_for(&self, beneficiary: &str) -> Outcome<Vec<RewardRow>> {
        self.store
            .rows(&format!("{COLUMNS} WHERE beneficiary = ? ORDER BY seq DESC LIMIT 100"), vec![text(beneficiary)])
    }

    fn reward_row(&self, id: &str) -> Outcome<RewardRow> {
        let row = self.store.row(&format!("{COLUMNS} WHERE id = ?"), vec![text(id)])?;
        row.ok_or_else(|| Failure::Refused(Refusal::not_found("reward")))
    }

    pub(super) fn rewards(&self, query: &Query) -> Outcome<Reply> {
        let (clause, values) = query.clause(
            "",
            &[
                ("state", "state"),
                ("beneficiary", "beneficiary"),
                ("side", "side"),
                ("conversion", "conversion"),
                ("kind", "kind"),
            ],
        );
        let rows: Vec<RewardRow> = self.store.rows(&format!("{COLUMNS} {clause}"), values)?;
        page(query, &rows, |row| row.seq, |row| Ok(serde_json::to_value(row.answer()?)?))
    }

    pub(super) fn reward(&self, id: &str) -> Outcome<Reply> {
        Reply::ok(&self.reward_row(id)?.answer()?)
    }

    pub(super) fn act_on_reward(&self, id: &str, action: &str, body: &str) -> Outcome<Reply> {
        let told: RewardAction = if body.trim().is_empty() { RewardAction::default() } else { read::body(body)? };
        let action = Action::parse(action).ok_or_else(|| Failure::Refused(Refusal::not_found("action")))?;
        let reward = self.reward_row(id)?.reward()?;
        let made = reward::act(&reward, action, self.now, &mut self.minter())
            .map_err(|bad| Failure::Refused(Refusal::new(409, "wrong_state", format!("{bad}.")).at("state")))?;
        self.keep_move(&made, told.reason.as_deref().unwrap_or_default())?;
        self.reward(id)
    }

    /// Approves the rewards whose hold has ended, where the rule says that time alone approves.
    pub(super) fn approve_due(&self) -> Outcome<()> {
        let query =
            format!("{COLUMNS} WHERE state = 'pending' AND automatic = 1 AND due_at <= ? ORDER BY due_at LIMIT ?");
        let due: Vec<RewardRow> = self.store.rows(&query, vec![int(self.now.millis()), int(SLICE)])?;
        for row in due {
            let reward = row.reward()?;
            if let Ok(made) = reward::act(&reward, Action::Approve, self.now, &mut self.minter()) {
                self.keep_move(&made, "hold ended")?;
            }
        }
        Ok(())
    }
}
