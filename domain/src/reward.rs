//! What one side earned by one rule, and how a reward moves: `pending → approved → fulfilled`, or `held`, `rejected`,
//! `reversed`. Each move says what the ledger books; asking twice for the same move books nothing twice.

pub mod history;
pub mod limits;
pub mod next;
pub mod retainer;
pub mod rules;

mod eligible;
mod tiers;
mod worth;

use crate::id::{EntryId, Minter, RewardId};
use crate::ledger::{Account, Entry};
use crate::money::Money;
use crate::program::Side;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Pending,
    Held,
    Approved,
    Fulfilled,
    Rejected,
    Reversed,
}

impl State {
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Held, Self::Approved, Self::Fulfilled, Self::Rejected, Self::Reversed];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Held => "held",
            Self::Approved => "approved",
            Self::Fulfilled => "fulfilled",
            Self::Rejected => "rejected",
            Self::Reversed => "reversed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A reward as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reward {
    pub id: RewardId,
    pub side: Side,
    pub beneficiary: String,
    pub state: State,
    /// What was earned at first. Zero: a thing without a money value, of which the ledger hears nothing.
    pub earned: Money,
    /// What was taken back since.
    pub reversed: Money,
}

impl Reward {
    /// What is left of it.
    pub fn value(&self) -> Money {
        self.earned.plus(&self.reversed.negated()).unwrap_or(Money::zero(self.earned.currency()))
    }

    fn pending(&self) -> Account {
        Account::Pending(self.beneficiary.clone())
    }

    fn payable(&self) -> Account {
        Account::Payable(self.beneficiary.clone())
    }
}

/// What an owner, a clock or a payout asks of a reward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Approve,
    Reject,
    Fulfil,
    Reverse,
}

impl Action {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "approve" => Some(Self::Approve),
            "reject" => Some(Self::Reject),
            "fulfil" => Some(Self::Fulfil),
            "reverse" => Some(Self::Reverse),
            _ => None,
        }
    }

    const fn leads_to(self) -> State {
        match self {
            Self::Approve => State::Approved,
            Self::Reject => State::Rejected,
            Self::Fulfil => State::Fulfilled,
            Self::Reverse => State::Reversed,
        }
    }
}

/// The reward after a move, and what the ledger books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    pub reward: Reward,
    /// Why it moved; none when the move was made before.
    pub cause: Option<&'static str>,
    /// None where nothing is to be booked.
    pub entry: Option<Entry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reward that is {} can't be {}", from.as_str(), to.as_str())]
pub struct BadMove {
    pub from: State,
    pub to: State,
}

pub fn act(reward: &Reward, action: Action, at: Timestamp, minter: &mut Minter) -> Result<Move, BadMove> {
    let to = action.leads_to();
    if reward.state == to {
        return Ok(Move { reward: reward.clone(), cause: None, entry: None });
    }
    let mut after = Reward { state: to, ..reward.clone() };
    let back = matches!(action, Action::Reject | Action::Reverse);
    if back {
        after.reversed = reward.earned;
    }
    let paid = Account::Paid(reward.beneficiary.clone());
    let (cause, from, to) = match (action, reward.state) {
        (Action::Approve, State::Pending | State::Held) => ("approved", reward.pending(), reward.payable()),
        (Action::Fulfil, State::Approved) => ("fulfilled", reward.payable(), paid),
        (Action::Reject, State::Pending | State::Held) => ("rejected", reward.pending(), Account::Expense),
        (Action::Reject, State::Approved) => ("rejected", reward.payable(), Account::Expense),
        (Action::Reverse, State::Pending | State::Held) => ("reversed", reward.pending(), Account::Expense),
        // What was paid stays paid: the beneficiary owes it, and the next reward repays it.
        (Action::Reverse, State::Approved | State::Fulfilled) => ("reversed", reward.payable(), Account::Expense),
        _ => return Err(BadMove { from: reward.state, to }),
    };
    Ok(moved(reward, after, cause, (from, to), at, minter))
}

/// Ends an approved reward that was not fulfilled in its time. Any other stays as it is.
pub fn expire(reward: &Reward, at: Timestamp, minter: &mut Minter) -> Option<Move> {
    let after = Reward { state: State::Reversed, reversed: reward.earned, ..reward.clone() };
    let accounts = (reward.payable(), Account::Expense);
    (reward.state == State::Approved).then(|| moved(reward, after, "expired", accounts, at, minter))
}

/// Keeps a reward from being approved by time: it waits for the owner's hand. Any that isn't pending stays as it is.
pub fn hold(reward: &Reward) -> Option<Move> {
    let after = Reward { state: State::Held, ..reward.clone() };
    (reward.state == State::Pending).then_some(Move { reward: after, cause: Some("held"), entry: None })
}

/// What was left of the reward goes from one account to the other.
fn moved(
    before: &Reward,
    after: Reward,
    cause: &'static str,
    (from, to): (Account, Account),
    at: Timestamp,
    minter: &mut Minter,
) -> Move {
    let value = before.value();
    let entry = (value.amount() != 0)
        .then(|| Entry::transfer(EntryId::mint(minter), at, cause, from, to, value).for_reward(before.id.clone()));
    Move { reward: after, cause: Some(cause), entry }
}

/// Takes back a part of a reward, as a refund asks: `target` is what shall have been reversed in all by now.
pub fn reverse_to(reward: &Reward, target: Money, at: Timestamp, minter: &mut Minter) -> Option<Move> {
    let from = match reward.state {
        State::Pending | State::Held => reward.pending(),
        State::Approved | State::Fulfilled => reward.payable(),
        State::Rejected | State::Reversed => return None,
    };
    let more = target.plus(&reward.reversed.negated()).ok().filter(|more| more.amount() > 0)?;
    let state = if target == reward.earned { State::Reversed } else { reward.state };
    let entry = Entry::transfer(EntryId::mint(minter), at, "refunded", from, Account::Expense, more);
    let after = Reward { state, reversed: target, ..reward.clone() };
    Some(Move { reward: after, cause: Some("refunded"), entry: Some(entry.for_reward(reward.id.clone())) })
}

/// Takes back all of a reward, as a whole refund asks: money, or a thing without a value.
pub fn reverse_whole(reward: &Reward, at: Timestamp, minter: &mut Minter) -> Option<Move> {
    if reward.earned.amount() != 0 {
        return reverse_to(reward, reward.earned, at, minter);
    }
    let standing = !matches!(reward.state, State::Rejected | State::Reversed);
    let after = Reward { state: State::Reversed, ..reward.clone() };
    standing.then_some(Move { reward: after, cause: Some("refunded"), entry: None })
}

/// Gives back what a refund took, since it came to nothing: `target` is what shall be reversed in all from now on, and
/// `from` the state that a refund took it from, where one took all of it. What was rejected, or reversed otherwise, stays.
pub fn restore_to(
    reward: &Reward,
    from: Option<State>,
    target: Money,
    at: Timestamp,
    minter: &mut Minter,
) -> Option<Move> {
    let state = match reward.state {
        State::Rejected => return None,
        State::Reversed => from?,
        standing => standing,
    };
    let to = match state {
        State::Pending | State::Held => reward.pending(),
        State::Approved | State::Fulfilled => reward.payable(),
        State::Rejected | State::Reversed => return None,
    };
    let less = reward.reversed.plus(&target.negated()).ok().filter(|less| less.amount() >= 0)?;
    if less.amount() == 0 && state == reward.state {
        return None;
    }
    let cause = "refund_undone";
    let entry = (less.amount() != 0).then(|| {
        let entry = Entry::transfer(EntryId::mint(minter), at, cause, Account::Expense, to, less);
        entry.for_reward(reward.id.clone())
    });
    Some(Move { reward: Reward { state, reversed: target, ..reward.clone() }, cause: Some(cause), entry })
}

#[cfg(test)]
#[path = "reward_tests.rs"]
mod tests;
