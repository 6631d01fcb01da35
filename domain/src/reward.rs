//! What one side earned by one rule, and how a reward moves: `pending → approved → fulfilled`, or `held`, `rejected`,
//! `reversed`. Each move says what the ledger books; asking twice for the same move books nothing twice.

use crate::id::{EntryId, Minter, RewardId};
use crate::ledger::{Account, Entry};
use crate::money::{Money, MoneyError};
use crate::program::{Rule, Side, Worth};
use crate::reason::Reason;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// An earlier conversion of the same customer.
#[derive(Debug, Clone)]
pub struct Earlier {
    pub event: String,
    pub value: Option<Money>,
    /// A conversion that was refunded whole frees "first".
    pub refunded_whole: bool,
}

/// What a rule reads of a conversion.
#[derive(Debug, Clone)]
pub struct Sale<'a> {
    pub event: &'a str,
    pub value: Option<Money>,
    pub earlier: &'a [Earlier],
}

/// What one rule gives for one sale to one beneficiary who has the whole of it, or why nothing.
pub fn worth(rule: &Rule, sale: &Sale<'_>) -> Result<Money, Reason> {
    let enough = |value: Option<Money>| match (rule.minimum, value) {
        (None, _) => true,
        (Some(least), Some(value)) => value.currency() == least.currency() && value.amount() >= least.amount(),
        (Some(_), None) => false,
    };
    if !enough(sale.value) {
        return Err(Reason::BelowMinimumValue);
    }
    let before = |earlier: &&Earlier| earlier.event == sale.event && !earlier.refunded_whole && enough(earlier.value);
    if rule.first && sale.earlier.iter().any(|earlier| before(&earlier)) {
        return Err(Reason::NotFirst);
    }
    let value = match rule.worth {
        Worth::Flat(flat) => Ok(flat),
        Worth::Share(percent) => sale
            .value
            .ok_or(Reason::BelowMinimumValue)
            .and_then(|value| percent.of(&value).map_err(|_: MoneyError| Reason::BelowMinimumValue)),
    }?;
    if value.amount() > 0 { Ok(value) } else { Err(Reason::BelowMinimumValue) }
}

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
    /// What was earned at first.
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

/// The reward after a move, and what the ledger books. No entry: the move was made before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    pub reward: Reward,
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
        return Ok(Move { reward: reward.clone(), entry: None });
    }
    let value = reward.value();
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
    let entry = (value.amount() != 0)
        .then(|| Entry::transfer(EntryId::mint(minter), at, cause, from, to, value).for_reward(reward.id.clone()));
    Ok(Move { reward: after, entry })
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
    Some(Move { reward: after, entry: Some(entry.for_reward(reward.id.clone())) })
}

#[cfg(test)]
#[path = "reward_tests.rs"]
mod tests;
