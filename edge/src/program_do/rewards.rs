//! Rewards as they are kept, moved by hand, and approved when their hold has ended.

use super::Turn;
use super::participants::page;
use crate::command::{Query, Reply};
use crate::failure::{Failure, Outcome};
use crate::store::{Store, int, maybe, maybe_int, text};
use honeyguide_domain::event::{Event, EventKind};
use honeyguide_domain::fault::Refusal;
use honeyguide_domain::id::{ConversionId, CustomerId, EventId, RewardId};
use honeyguide_domain::money::{Currency, Money};
use honeyguide_domain::program::Side;
use honeyguide_domain::reason::Reason;
use honeyguide_domain::reward::{self, Action, Move, Reward, State, rules::Earned};
use honeyguide_domain::time::Timestamp;
use honeyguide_domain::wire::answers::{RewardAnswer, valued};
use honeyguide_domain::wire::{programs::RewardAction, read};
use serde::Deserialize;

/// Rewards that one alarm approves; the next alarm follows at once.
const SLICE: i64 = 500;

const COLUMNS: &str =
    "SELECT seq, id, conversion, rule, side, beneficiary, kind, earned, reversed, currency, state, due_at,
    created_at, reason, stage, item, months, coupon, pool, expires_at, reversed_from FROM rewards";

/// Approved, not fulfilled, and in no payout that is open.
const EXPIRES: &str = "state = 'approved' AND expires_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM payout_rewards p JOIN payout_lines l ON l.payout = p.payout AND l.beneficiary = rewards.beneficiary
    WHERE p.reward = rewards.id AND l.state = 'open')";

/// A sale that the customer's bank may take back: nothing is approved by time alone meanwhile.
const UNDISPUTED: &str = "conversion NOT IN (SELECT conversion FROM sales WHERE disputed = 1)";

#[derive(Deserialize)]
pub(super) struct RewardRow {
    seq: i64,
    pub(super) id: String,
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
    stage: String,
    item: Option<String>,
    months: Option<i64>,
    coupon: Option<String>,
    pool: Option<String>,
    expires_at: Option<i64>,
    reversed_from: Option<String>,
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

    /// The state that a refund took it from, where one took all of it.
    pub(super) fn taken_from(&self) -> Option<State> {
        State::parse(self.reversed_from.as_deref()?)
    }

    pub(super) fn answer(&self) -> Outcome<RewardAnswer> {
        let reward = self.reward()?;
        Ok(RewardAnswer {
            value: valued(&reward, reward.value()),
            earned: valued(&reward, reward.earned),
            reversed: valued(&reward, reward.reversed),
            id: reward.id,
            conversion: ConversionId::parse(&self.conversion)?,
            rule: self.rule.clone(),
            side: self.side.clone(),
            beneficiary: self.beneficiary.clone(),
            kind: self.kind.clone(),
            state: self.state.clone(),
            due_at: Timestamp::from_millis(self.due_at),
            created_at: Timestamp::from_millis(self.created_at),
            reason: self.reason.clone(),
            stage: (!self.stage.is_empty()).then(|| self.stage.clone()),
            item: self.item.clone(),
            months: self.months,
            coupon: self.coupon.clone(),
            expires_at: self.expires_at.map(Timestamp::from_millis),
        })
    }
}

impl Turn<'_> {
    /// `settlement` is the dispute that gave the rewards; empty for what was earned at first.
    /// `customer`: the conversion's, where that is known to be an account or a guest who has none.
    pub(super) fn keep_rewards(
        &self,
        conversion: &ConversionId,
        earned: &[Earned],
        settlement: &str,
        customer: Option<&CustomerId>,
    ) -> Outcome<()> {
        let row = |earned: &Earned| {
            let reward = &earned.reward;
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
                int(i64::from(earned.automatic)),
                int(earned.due_at.millis()),
                int(earned.created_at.millis()),
                maybe(earned.reason.map(Reason::as_str)),
                text(&earned.stage),
                maybe(earned.item.as_ref()),
                maybe_int(earned.months),
                maybe(earned.coupon.as_ref()),
                maybe(earned.pool.as_ref()),
                maybe_int(earned.expires_at.map(Timestamp::millis)),
                text(settlement),
                text(self.now.millis()),
            ]
        };
        let columns =
            "rewards (id, conversion, rule, side, beneficiary, kind, earned, reversed, currency, state, automatic,
             due_at, created_at, reason, stage, item, months, coupon, pool, expires_at, settlement, moved)";
        self.store.insert(columns, earned.iter().map(row).collect(), "")?;
        for earned in earned {
            if let (Some(code), Some(_)) = (&earned.coupon, &earned.pool) {
                self.use_coupon(code, earned.reward.id.as_str())?;
            }
            self.keep_retainer(conversion, earned, settlement)?;
        }
        self.spend_new(earned, customer)
    }

    /// Records a move: the reward, what the ledger books, and the event.
    pub(super) fn keep_move(&self, made: &Move, reason: &str) -> Outcome<()> {
        let Some(cause) = made.cause else { return Ok(()) };
        let after = &made.reward;
        let held = self.reward_row(after.id.as_str())?;
        self.spend(&held.rule, &held.reward()?, after, Timestamp::from_millis(held.created_at))?;
        self.store.run(
            "UPDATE rewards SET state = ?, reversed = ?, reason = COALESCE(?, reason), reversed_from = ?,
             moved = moved || ',' || ? WHERE id = ?",
            vec![
                text(after.state.as_str()),
                int(after.reversed.amount()),
                maybe((!reason.is_empty()).then_some(reason)),
                maybe((cause == "refunded" && after.state == State::Reversed).then_some(&held.state)),
                text(self.now.millis()),
                text(&after.id),
            ],
        )?;
        if cause == "fulfilled" {
            self.note_fulfilment(&held.conversion, &held.stage, Timestamp::from_millis(held.created_at))?;
        }
        self.book(made.entry.as_slice())?;
        let kind = match cause {
            "approved" => EventKind::RewardApproved,
            "held" => EventKind::RewardHeld,
            "fulfilled" => EventKind::RewardFulfilled,
            "rejected" => EventKind::RewardRejected,
            "refund_undone" => EventKind::RewardRestored,
            _ => EventKind::RewardReversed,
        };
        let row = self.reward_row(after.id.as_str())?;
        self.publish(&[Event::new(EventId::mint(&mut self.minter()), kind, self.now, &row.answer()?)])
    }

    /// The rewards that a line of a payout pays for.
    pub(super) fn rewards_in(&self, payout: &str, beneficiary: &str) -> Outcome<Vec<RewardRow>> {
        let query =
            format!("{COLUMNS} WHERE beneficiary = ? AND id IN (SELECT reward FROM payout_rewards WHERE payout = ?)");
        self.store.rows(&query, vec![text(beneficiary), text(payout)])
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
        let automatic = match query.filter("automatic") {
            None => "",
            Some("true") => " AND automatic = 1",
            Some("false") => " AND automatic = 0",
            Some(_) => {
                let message = "automatic is one of true, false.";
                return Err(Refusal::new(400, "unknown_value", message).at("automatic").into());
            }
        };
        let (clause, values) = query.clause(
            &[("conversion", "conversion"), ("beneficiary", "beneficiary"), ("state", "state")],
            &[("side", "side"), ("kind", "kind")],
        )?;
        // Those that a hand approves are few among those that time does: they have an index of their own.
        let narrowed = query.filter("conversion").or(query.filter("beneficiary")).is_some();
        let by_hand = automatic.ends_with('0') && query.filter("state").is_some() && !narrowed;
        let index = if by_hand { "INDEXED BY rewards_by_hand" } else { "" };
        let clause = clause.replacen(" ORDER BY", &format!("{automatic} ORDER BY"), 1);
        let rows: Vec<RewardRow> = self.store.rows(&format!("{COLUMNS} {index} {clause}"), values)?;
        page(query, &rows, |row| row.seq, |row| Ok(serde_json::to_value(row.answer()?)?))
    }

    pub(super) fn reward(&self, id: &str) -> Outcome<Reply> {
        Reply::ok(&self.reward_row(id)?.answer()?)
    }

    pub(super) fn act_on_reward(&self, id: &str, action: &str, body: &str) -> Outcome<Reply> {
        let told: RewardAction = if body.trim().is_empty() { RewardAction::default() } else { read::body(body)? };
        let action = Action::parse(action).ok_or_else(|| Failure::Refused(Refusal::not_found("action")))?;
        let row = self.reward_row(id)?;
        let reward = row.reward()?;
        if action == Action::Fulfil && reward.state == State::Approved && self.is_being_paid(id)? {
            let message = "This reward is in a payout that is open. Confirm or fail its line there.";
            return Err(Refusal::new(409, "in_payout", message).at("state").into());
        }
        let made = reward::act(&reward, action, self.now, &mut self.minter())
            .map_err(|bad| Failure::Refused(Refusal::new(409, "wrong_state", format!("{bad}.")).at("state")))?;
        if let (Action::Approve, Some(pool), None) = (action, &row.pool, &row.coupon) {
            self.fetch_coupon(pool, id)?;
        }
        self.keep_move(&made, told.reason.as_deref().unwrap_or_default())?;
        self.reward(id)
    }

    pub(super) fn reward_of(&self, id: &str) -> Outcome<Reward> {
        self.reward_row(id)?.reward()
    }

    /// Approves the rewards whose hold has ended, where the rule says that time alone approves; where the program asks
    /// before, asks.
    pub(super) fn approve_due(&self) -> Outcome<()> {
        let query = format!(
            "{COLUMNS} INDEXED BY rewards_by_due WHERE state = 'pending' AND automatic = 1 AND due_at <= ? AND {UNDISPUTED}
             ORDER BY due_at LIMIT ?"
        );
        let due: Vec<RewardRow> = self.store.rows(&query, vec![int(self.now.millis()), int(SLICE)])?;
        if due.is_empty() {
            return Ok(());
        }
        let (_, program) = self.program()?;
        for row in due {
            if let Some(callback) = &program.callback {
                self.ask_about(&row.id, callback)?;
                continue;
            }
            let reward = row.reward()?;
            if let Ok(made) = reward::act(&reward, Action::Approve, self.now, &mut self.minter()) {
                self.keep_move(&made, "hold ended")?;
            }
        }
        Ok(())
    }

    /// Ends the approved rewards whose time is over.
    pub(super) fn expire_due(&self) -> Outcome<()> {
        let query = format!(
            "{COLUMNS} INDEXED BY rewards_by_expiry WHERE {EXPIRES} AND expires_at <= ? ORDER BY expires_at LIMIT ?"
        );
        let due: Vec<RewardRow> = self.store.rows(&query, vec![int(self.now.millis()), int(SLICE)])?;
        for row in due {
            if let Some(made) = reward::expire(&row.reward()?, self.now, &mut self.minter()) {
                self.keep_move(&made, "expired")?;
            }
        }
        Ok(())
    }
}

/// When the next reward is due to be approved, to be settled without an answer, to expire, or to be given as a retainer's
/// month, the next event of a vendor's has waited long enough, or the next head of the book is to go out; zero when none is.
pub(super) fn next_due(store: &Store) -> Outcome<i64> {
    // As rows and not as a union: those may have five parts at most.
    let query = format!(
        "SELECT MIN(column1) AS n FROM (VALUES
            ((SELECT MIN(due_at) FROM rewards INDEXED BY rewards_by_due WHERE state = 'pending' AND automatic = 1 AND {UNDISPUTED})),
            ((SELECT MIN(wait_until) FROM inbound WHERE state = 'waiting')),
            ((SELECT MIN(expires_at) FROM rewards INDEXED BY rewards_by_expiry WHERE {EXPIRES})),
            ((SELECT MIN(deadline_at) FROM approvals WHERE settled_at IS NULL)),
            ((SELECT MIN(next_at) FROM retainers)),
            ((SELECT (value + 2) * 86400000 FROM settings WHERE name = 'head_day')))"
    );
    store.number(&query, vec![])
}
