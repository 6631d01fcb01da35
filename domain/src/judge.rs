//! One conversion, judged: attribution, eligibility, the reward rules of both sides, postings and events. One verdict,
//! which the shell records in one turn.

use crate::attribution::{self, Facts, Part};
use crate::event::{Event, EventKind};
use crate::fraction::fraction;
use crate::id::{ConversionId, CustomerId, EntryId, EventId, Minter};
use crate::ledger::{Account, Entry};
use crate::program::{Binding, JudgedBy, Program};
use crate::reason::Reason;
use crate::reward::State;
use crate::reward::history::{self, Candidates, Known, Questions};
use crate::reward::rules::{self, Credited, Earlier, Earned, Met, Sale, Share, Standing};
use crate::time::{Span, Timestamp};
use crate::wire::answers::{BudgetWarning, ConversionAnswer, RewardAnswer};
use crate::wire::conversions::NewConversion;
use crate::wire::decision::{Credit, Decision, Explanation, Outcome, RuleTrace, Source, TouchTrace};
use crate::words::Lang;

/// All that is read to judge a conversion.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    pub program: &'a Program,
    pub program_version: i64,
    pub conversion: &'a NewConversion,
    pub customer: CustomerId,
    pub facts: Facts,
    pub earlier: Vec<Earlier>,
    pub standing: Standing,
    /// The answers to `questions`.
    pub known: Known,
    pub recorded_at: Timestamp,
}

/// The moment whose version of the program judges: when the conversion occurred, or, where the program in force then
/// says so, when the newest touch was made that earns by it.
pub fn judged_at(program: &Program, facts: &Facts) -> Timestamp {
    let touched = || attribution::attribute(facts, &program.attribution, program.consent).touched_at;
    match program.attribution.judged_by {
        JudgedBy::Occurrence => facts.occurred_at,
        JudgedBy::Touch => touched().unwrap_or(facts.occurred_at),
    }
}

/// What must be known of the past before this conversion can be judged.
pub fn questions(program: &Program, event: &str, facts: &Facts, customer: &CustomerId, at: Timestamp) -> Questions {
    let participants = facts.links().map(|link| link.participant.to_string()).collect();
    history::questions(program, event, &Candidates { participants, customer: customer.to_string() }, at)
}

/// A conversion as it is decided, with nothing made of it yet.
#[derive(Debug, Clone)]
pub struct Judged {
    pub decision: Decision,
    pub rewards: Vec<Earned>,
    pub met: Vec<Met>,
    /// Who has the credit, in the order of the decision's credits.
    pub credited: Vec<Share>,
    pub binds: Option<Vec<Part>>,
    warnings: Vec<BudgetWarning>,
}

/// What is to be recorded, all of it or nothing.
#[derive(Debug, Clone)]
pub struct Verdict {
    pub id: ConversionId,
    pub decision: Decision,
    pub rewards: Vec<Earned>,
    /// What is counted for tiers and milestones.
    pub met: Vec<Met>,
    pub entries: Vec<Entry>,
    pub events: Vec<Event>,
    /// Who has the credit, the largest part first.
    pub credited: Vec<Share>,
    /// Whose the customer is from now on, when that changes.
    pub binds: Option<Vec<Part>>,
    pub answer: ConversionAnswer,
}

pub fn judge(case: &Case<'_>, minter: &mut Minter) -> Verdict {
    let id = ConversionId::mint(minter);
    let Judged { decision, rewards, met, mut credited, binds, warnings } = decide(case, minter);
    credited.sort_by_key(|share| std::cmp::Reverse(share.weight));
    let entries = rewards.iter().filter_map(|earned| accrue(earned, minter)).collect();
    let answer = ConversionAnswer::new(case, &id, &decision, &rewards);
    let events = events(case, &answer, &warnings, minter);
    Verdict { id, decision, rewards, met, entries, events, credited, binds, answer }
}

/// The decision and the rewards: what judging again compares.
pub fn decide(case: &Case<'_>, minter: &mut Minter) -> Judged {
    let program = case.program;
    let finding = attribution::attribute(&case.facts, &program.attribution, program.consent);
    let binds = binds(case, &finding);
    let given = match finding.credited.as_slice() {
        [] => rules::Outcome::default(),
        parts => reward(case, &shares(parts), minter),
    };
    let rewards = given.earned;
    let reason = reason(&finding, &given.traces, !rewards.is_empty());
    let window = program.attribution.window_of(&case.conversion.event);
    let decision = Decision {
        outcome: finding.outcome,
        reason,
        model: program.attribution.model.as_str().to_owned(),
        window_days: Some(window.as_millis() / Span::days(1).as_millis()),
        consent: Some(finding.consent),
        signals: signals(&finding.touches),
        credits: credits(&finding.credited),
        touches: finding.touches,
        rules: given.traces,
        program_version: case.program_version,
        explanation: Explanation::of(reason, Lang::En),
    };
    let credited = shares(&finding.credited);
    let warnings = given.warnings.iter().map(BudgetWarning::new).collect();
    Judged { decision, rewards, met: given.met, credited, binds, warnings }
}

/// Whose the customer becomes. A binding that holds stays: work may be named for one conversion only.
fn binds(case: &Case<'_>, finding: &attribution::Finding) -> Option<Vec<Part>> {
    let bound = case.facts.customer.bound.as_ref().map_or(&[][..], |bound| &bound.parts);
    let held = bound.iter().any(|part| !part.link.participant_paused);
    let stays = (held && case.program.attribution.binding == Binding::First)
        || finding.touches.iter().any(|touch| touch.counted && touch.source == Source::Binding);
    let changes = !finding.credited.is_empty() && shares(&finding.credited) != shares(bound);
    (changes && !stays).then(|| finding.credited.clone())
}

/// What each participant weighs.
pub fn shares(parts: &[Part]) -> Vec<Share> {
    let share = |part: &Part| Share { beneficiary: part.link.participant.to_string(), weight: part.weight };
    parts.iter().map(share).collect()
}

/// The parts as exact fractions that sum to one.
pub fn credits(parts: &[Part]) -> Vec<Credit> {
    let whole = parts.iter().map(|part| u64::from(part.weight)).sum();
    let credit = |part: &Part| Credit {
        participant: part.link.participant.clone(),
        code: part.link.code.to_string(),
        share: fraction(u64::from(part.weight), whole),
    };
    parts.iter().map(credit).collect()
}

fn signals(touches: &[TouchTrace]) -> Vec<Reason> {
    let noticed = [
        (Reason::Gpc, touches.iter().any(|touch| touch.gpc)),
        (Reason::TokenInvalid, touches.iter().any(|touch| touch.reason == Reason::TokenInvalid)),
    ];
    noticed.into_iter().filter(|(_, there)| *there).map(|(signal, _)| signal).collect()
}

/// Credit that earned nothing says why; otherwise attribution's reason stands.
fn reason(finding: &attribution::Finding, rules: &[RuleTrace], earned: bool) -> Reason {
    if finding.outcome != Outcome::Credited || earned {
        return finding.reason;
    }
    rules.first().map_or(finding.reason, |rule| rule.result)
}

fn reward(case: &Case<'_>, referrers: &[Share], minter: &mut Minter) -> rules::Outcome {
    let sale = Sale {
        event: &case.conversion.event,
        value: case.conversion.value,
        occurred_at: case.facts.occurred_at,
        recorded_at: case.recorded_at,
        properties: &case.conversion.properties,
        customer: &case.standing,
        earlier: &case.earlier,
    };
    let credited = Credited { program: case.program, sale, referrers, customer: case.customer.as_str() };
    rules::apply(&credited, case.known.clone(), minter)
}

/// What the ledger books for a reward that was just earned; nothing for a thing without a money value.
pub fn accrue(earned: &Earned, minter: &mut Minter) -> Option<Entry> {
    let reward = &earned.reward;
    let pending = Account::Pending(reward.beneficiary.clone());
    (reward.earned.amount() != 0).then(|| {
        let at = earned.created_at;
        Entry::transfer(EntryId::mint(minter), at, "earned", Account::Expense, pending, reward.earned)
            .for_reward(reward.id.clone())
    })
}

fn events(case: &Case<'_>, answer: &ConversionAnswer, warnings: &[BudgetWarning], minter: &mut Minter) -> Vec<Event> {
    let at = case.recorded_at;
    let mut events = vec![Event::new(EventId::mint(minter), EventKind::ConversionRecorded, at, answer)];
    events.extend(answer.rewards.iter().map(|reward| told(reward, at, minter)));
    let warning = |warning| Event::new(EventId::mint(minter), EventKind::BudgetWarning, at, warning);
    events.extend(warnings.iter().map(warning));
    events
}

/// What is told of a reward that was just earned.
pub fn told(reward: &RewardAnswer, at: Timestamp, minter: &mut Minter) -> Event {
    let held = reward.state == State::Held.as_str();
    let kind = if held { EventKind::RewardHeld } else { EventKind::RewardCreated };
    Event::new(EventId::mint(minter), kind, at, reward)
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
