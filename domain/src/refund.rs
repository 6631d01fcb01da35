//! What a refund takes back: reversed so far = round(earned × refunded ÷ value), less what was reversed before.
//! Minimums aren't judged again; the order of a conversion and its refunds never matters.
//!
//! A refund that comes to nothing later is undone by the same sum, turned round: what was booked stays, and new entries give
//! back what it took.

use crate::id::Minter;
use crate::money::Money;
use crate::reward::{self, Move, Reward, State};
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefundError {
    #[error("the refund is in another currency than the sale")]
    CurrencyDiffers,
    #[error("refunds can't be more than the sale's value")]
    ExceedsValue,
    #[error("a conversion without a value can't be refunded in part")]
    NoValue,
    #[error("no more can be undone than was refunded")]
    NotRefunded,
}

/// The sale as it stands, and the rewards that came of it.
#[derive(Debug, Clone)]
pub struct Facts {
    pub value: Option<Money>,
    pub refunded: i64,
    pub rewards: Vec<Reward>,
}

#[derive(Debug, Clone)]
pub struct Verdict {
    /// This refund's amount, below zero where one is undone; none where the sale had no value.
    pub amount: Option<Money>,
    /// Refunded in all, this included, in the sale's minor units.
    pub refunded: i64,
    pub whole: bool,
    pub moves: Vec<Move>,
}

/// `asked`: the refund's value, or the rest of the sale's when it has none.
pub fn judge(facts: &Facts, asked: Option<Money>, at: Timestamp, minter: &mut Minter) -> Result<Verdict, RefundError> {
    let Some(value) = facts.value else {
        if asked.is_some() {
            return Err(RefundError::NoValue);
        }
        let moves = facts.rewards.iter().filter_map(|reward| reward::reverse_whole(reward, at, minter)).collect();
        return Ok(Verdict { amount: None, refunded: 0, whole: true, moves });
    };
    let rest = value.amount() - facts.refunded;
    let amount = match asked {
        None => rest,
        Some(asked) if asked.currency() != value.currency() => return Err(RefundError::CurrencyDiffers),
        Some(asked) if asked.amount() > rest => return Err(RefundError::ExceedsValue),
        Some(asked) => asked.amount(),
    };
    let refunded = facts.refunded + amount;
    let whole = refunded == value.amount();
    let reverse = |reward: &Reward| {
        if whole {
            return reward::reverse_whole(reward, at, minter);
        }
        let target = reward.earned.times(refunded, value.amount()).ok()?;
        reward::reverse_to(reward, target, at, minter)
    };
    let moves = facts.rewards.iter().filter_map(reverse).collect();
    let amount = Money::new(amount, value.currency()).map_err(|_| RefundError::ExceedsValue)?;
    Ok(Verdict { amount: Some(amount), refunded, whole, moves })
}

/// Undoes so much of what was refunded. `from`: the state that a refund took a reward from, where one took all of it.
pub fn undo(
    facts: &Facts,
    undone: Money,
    from: impl Fn(&Reward) -> Option<State>,
    at: Timestamp,
    minter: &mut Minter,
) -> Result<Verdict, RefundError> {
    let value = facts.value.ok_or(RefundError::NoValue)?;
    if undone.currency() != value.currency() {
        return Err(RefundError::CurrencyDiffers);
    }
    let refunded = facts.refunded - undone.amount();
    if undone.amount() <= 0 || refunded < 0 {
        return Err(RefundError::NotRefunded);
    }
    let restore = |reward: &Reward| {
        let target = reward.earned.times(refunded, value.amount()).ok()?;
        reward::restore_to(reward, from(reward), target, at, minter)
    };
    let moves = facts.rewards.iter().filter_map(restore).collect();
    Ok(Verdict { amount: Some(undone.negated()), refunded, whole: false, moves })
}

#[cfg(test)]
#[path = "refund_tests.rs"]
mod tests;
