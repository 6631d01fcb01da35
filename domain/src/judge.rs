//! One conversion, judged: attribution, eligibility, the reward rules of both sides, postings and events. One verdict,
//! which the shell records in one turn.

use crate::attribution::{self, Facts, LinkFacts};
use crate::event::{Event, EventKind};
use crate::id::{ConversionId, CustomerId, EntryId, EventId, Minter, RewardId};
use crate::ledger::{Account, Entry};
use crate::money::Money;
use crate::program::{Program, RewardKind, Rule, Side};
use crate::reason::Reason;
use crate::reward::{self, Earlier, Reward, Sale, State};
use crate::time::Timestamp;
use crate::wire::answers::{ConversionAnswer, RewardAnswer};
use crate::wire::conversions::NewConversion;
use crate::wire::decision::{Credit, Decision, Explanation, Outcome, RuleTrace};

/// All that is read to judge a conversion.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    pub program: &'a Program,
    pub program_version: i64,
    pub conversion: &'a NewConversion,
    pub customer: CustomerId,
    pub facts: Facts,
    pub earlier: Vec<Earlier>,
    pub recorded_at: Timestamp,
}

/// A reward that was just earned.
#[derive(Debug, Clone)]
pub struct Earned {
    pub reward: Reward,
    pub rule: String,
    pub kind: RewardKind,
    pub due_at: Timestamp,
    pub created_at: Timestamp,
}

/// What is to be recorded, all of it or nothing.
#[derive(Debug, Clone)]
pub struct Verdict {
    pub id: ConversionId,
    pub decision: Decision,
    pub rewards: Vec<Earned>,
    pub entries: Vec<Entry>,
    pub events: Vec<Event>,
    /// Whose the customer is from now on, when that changes.
    pub binds: Option<LinkFacts>,
    pub answer: ConversionAnswer,
}

pub fn judge(case: &Case<'_>, minter: &mut Minter) -> Verdict {
    let program = case.program;
    let id = ConversionId::mint(minter);
    let finding = attribution::attribute(&case.facts, &program.attribution, program.consent);
    let mut rules = Vec::new();
    let mut rewards = Vec::new();
    if let Some(link) = &finding.credited {
        let sale = Sale { event: &case.conversion.event, value: case.conversion.value, earlier: &case.earlier };
        for rule in program.rewards.iter().filter(|rule| rule.on == case.conversion.event) {
            let worth = reward::worth(rule, &sale);
            rules.push(RuleTrace { rule: rule.id.clone(), result: worth.err().unwrap_or(Reason::Earned) });
            if let Ok(value) = worth {
                rewards.push(earn(case, rule, link, value, minter));
            }
        }
    }
    let reason = reason(&finding, &rules, !rewards.is_empty());
    let decision = Decision {
        outcome: finding.outcome,
        reason,
        model: program.attribution.model.as_str().to_owned(),
        credits: finding.credited.iter().map(credit).collect(),
        touches: finding.touches,
        rules,
        program_version: case.program_version,
        explanation: Explanation::of(reason),
    };
    let entries = rewards.iter().map(|earned| accrue(earned, minter)).collect();
    let answer = ConversionAnswer::new(case, &id, &decision, &rewards);
    let events = events(case, &answer, minter);
    let binds = finding.credited.filter(|link| {
        case.facts.customer.bound.as_ref().is_none_or(|bound| bound.link.participant != link.participant)
    });
    Verdict { id, decision, rewards, entries, events, binds, answer }
}

fn credit(link: &LinkFacts) -> Credit {
    Credit { participant: link.participant.clone(), code: link.code.to_string(), share: "1/1".to_owned() }
}

/// Credit that earned nothing says why; otherwise attribution's reason stands.
fn reason(finding: &attribution::Finding, rules: &[RuleTrace], earned: bool) -> Reason {
    if finding.outcome != Outcome::Credited || earned {
        return finding.reason;
    }
    rules.first().map_or(finding.reason, |rule| rule.result)
}

fn earn(case: &Case<'_>, rule: &Rule, link: &LinkFacts, value: Money, minter: &mut Minter) -> Earned {
    let beneficiary = match rule.side {
        Side::Referrer => link.participant.to_string(),
        Side::Friend => case.customer.to_string(),
    };
    let reward = Reward {
        id: RewardId::mint(minter),
        side: rule.side,
        beneficiary,
        state: State::Pending,
        earned: value,
        reversed: Money::zero(value.currency()),
    };
    let due_at = case.recorded_at.after(rule.hold);
    Earned { reward, rule: rule.id.clone(), kind: rule.kind, due_at, created_at: case.recorded_at }
}

fn accrue(earned: &Earned, minter: &mut Minter) -> Entry {
    let reward = &earned.reward;
    let pending = Account::Pending(reward.beneficiary.clone());
    Entry::transfer(EntryId::mint(minter), earned.created_at, "earned", Account::Expense, pending, reward.earned)
        .for_reward(reward.id.clone())
}

fn events(case: &Case<'_>, answer: &ConversionAnswer, minter: &mut Minter) -> Vec<Event> {
    let at = case.recorded_at;
    let mut events = vec![Event::new(EventId::mint(minter), EventKind::ConversionRecorded, at, answer)];
    events.extend(
        answer
            .rewards
            .iter()
            .map(|reward: &RewardAnswer| Event::new(EventId::mint(minter), EventKind::RewardCreated, at, reward)),
    );
    events
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
