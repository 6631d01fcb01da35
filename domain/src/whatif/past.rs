//! A conversion as it was recorded, and what was decided of it.

use crate::id::RewardId;
use crate::money::Money;
use crate::program::Side;
use crate::reward::{Reward, State};
use crate::time::Timestamp;
use crate::wire::recorded::Recorded;
use serde_json::{Map, Value};

#[derive(Debug, Clone)]
pub struct Past {
    /// Its place in the sequence.
    pub number: i64,
    pub event: String,
    pub value: Option<Money>,
    pub occurred_at: Timestamp,
    pub recorded_at: Timestamp,
    pub properties: Map<String, Value>,
    pub recorded: Recorded,
    /// Whether the customer has later conversions that are judged again; without, nothing of them is remembered.
    pub returns: bool,
    /// Whether it is refunded later, in part or whole.
    pub refunded: bool,
    pub now: Now,
}

/// What judging gave at first, before refunds and what was done by hand.
#[derive(Debug, Clone, Default)]
pub struct Now {
    pub reason: String,
    pub credited: Vec<String>,
    pub rewards: Vec<Rewarded>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewarded {
    pub id: RewardId,
    pub side: Side,
    pub beneficiary: String,
    pub earned: Money,
}

impl Rewarded {
    pub(super) fn reward(&self) -> Reward {
        Reward {
            id: self.id.clone(),
            side: self.side,
            beneficiary: self.beneficiary.clone(),
            state: State::Pending,
            earned: self.earned,
            reversed: Money::zero(self.earned.currency()),
        }
    }
}
