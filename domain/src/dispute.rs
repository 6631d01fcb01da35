//! A dispute that is settled: the credit goes to others, by entries that correct the book. What was decided and booked
//! stays as it was.
//!
//! Two steps, both pure: what is taken back, then what is given; between them the shell reads what is left of limits.

use crate::event::{Event, EventKind};
use crate::id::{ConversionId, CustomerId, EventId, Minter, ParticipantId};
use crate::judge::{accrue, told};
use crate::ledger::Entry;
use crate::program::{Program, Side};
use crate::reward::history::{self, Candidates, Known, Questions};
use crate::reward::rules::{self, Credited, Earned, Met, Sale, Share};
use crate::reward::{self, Action, Move, Reward, State};
use crate::time::Timestamp;
use crate::wire::answers::{BudgetWarning, RewardAnswer};
use crate::wire::decision::RuleTrace;

/// Whose rewards a settlement takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenFrom {
    /// Others have the credit now; the friend came by a referral all the same.
    Referrers,
    /// Nobody has it: there was no referral.
    Everyone,
}

impl TakenFrom {
    /// What the ids of those concerned begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Referrers => ParticipantId::PREFIX,
            Self::Everyone => "",
        }
    }
}

/// Takes back what stands of the rewards; what was rejected or reversed before stays.
pub fn take_back(rewards: &[Reward], from: TakenFrom, at: Timestamp, minter: &mut Minter) -> Vec<Move> {
    let concerned = |reward: &&Reward| from == TakenFrom::Everyone || reward.side == Side::Referrer;
    let standing = |reward: &&Reward| !matches!(reward.state, State::Rejected | State::Reversed);
    let rewards = rewards.iter().filter(concerned).filter(standing);
    rewards.filter_map(|reward| reward::act(reward, Action::Reverse, at, minter).ok()).collect()
}

/// A conversion whose credit goes to others.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// The version that judged it.
    pub program: &'a Program,
    /// With the history that it had when it was recorded.
    pub sale: Sale<'a>,
    pub customer: &'a CustomerId,
    pub credit: &'a [Share],
    /// Whether someone had the credit before: then the friend has what is theirs.
    pub was_credited: bool,
    /// Minor units of the sale's value.
    pub refunded: i64,
}

/// What is to be recorded.
#[derive(Debug, Clone, Default)]
pub struct Given {
    pub rewards: Vec<Earned>,
    pub rules: Vec<RuleTrace>,
    pub met: Vec<Met>,
    pub entries: Vec<Entry>,
    /// The part that was refunded already, taken back at once.
    pub refunds: Vec<Move>,
    pub events: Vec<Event>,
}

/// The rules that are asked anew.
fn asked(case: &Case<'_>) -> Program {
    let mut program = case.program.clone();
    program.rewards.retain(|rule| !case.was_credited || rule.side == Side::Referrer);
    program
}

/// What must be known of the past, after what was taken back, before the rewards are given.
pub fn questions(case: &Case<'_>) -> Questions {
    let participants = case.credit.iter().map(|share| share.beneficiary.clone()).collect();
    let candidates = Candidates { participants, customer: case.customer.to_string() };
    history::questions(&asked(case), case.sale.event, &candidates, case.sale.recorded_at)
}

/// The rewards of those who have the credit now, as if they had had it from the first.
pub fn give(case: &Case<'_>, conversion: &ConversionId, known: Known, minter: &mut Minter) -> Given {
    let (program, at) = (asked(case), case.sale.recorded_at);
    let credited = Credited {
        program: &program,
        sale: case.sale.clone(),
        referrers: case.credit,
        customer: case.customer.as_str(),
    };
    let outcome = rules::apply(&credited, known, minter);
    let entries = outcome.earned.iter().filter_map(|earned| accrue(earned, minter)).collect();
    let value = case.sale.value.map_or(0, |value| value.amount());
    let refund = |earned: &Earned| {
        let target = earned.reward.earned.times(case.refunded, value).ok()?;
        reward::reverse_to(&earned.reward, target, at, minter)
    };
    let refunds = outcome.earned.iter().filter_map(refund).collect();
    let mut events: Vec<Event> =
        outcome.earned.iter().map(|earned| told(&RewardAnswer::new(conversion, earned), at, minter)).collect();
    events.extend(
        outcome.warnings.iter().map(|warning| {
            Event::new(EventId::mint(minter), EventKind::BudgetWarning, at, &BudgetWarning::new(warning))
        }),
    );
    Given { rewards: outcome.earned, rules: outcome.traces, met: outcome.met, entries, refunds, events }
}

#[cfg(test)]
#[path = "dispute_tests.rs"]
mod tests;
