//! What the rules ask of the past, as the other program made it: what is spent and reached, by whose it is.

use crate::program::{Gives, Program, Rule};
use crate::reward::Reward;
use crate::reward::history::{Known, Question, Questions, Tally, met_in, spent_in};
use crate::reward::rules::Met;
use crate::time::Timestamp;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default)]
pub(super) struct Remembered {
    /// By whose they are, so that a guest's are found when they join an account; everyone's are the empty name's.
    tallies: BTreeMap<String, BTreeMap<Question, Tally>>,
    /// By beneficiary and rule: the milestones that stand.
    stages: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    /// The accounts of guests who were joined.
    joined: BTreeMap<String, String>,
    /// Participants' metadata.
    pub(super) metadata: BTreeMap<String, Map<String, Value>>,
}

/// A reward that the other program gives.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) reward: Reward,
    pub(super) rule: String,
    pub(super) stage: String,
    pub(super) at: Timestamp,
}

impl Remembered {
    /// From now on what was the guest's is the account's.
    pub(super) fn join(&mut self, guest: &str, account: &str) {
        let to = || account.to_owned();
        for (question, tally) in self.tallies.remove(guest).unwrap_or_default() {
            let question = match question {
                Question::Spent { rule, currency, since, .. } => {
                    Question::Spent { rule, who: Some(to()), currency, since }
                }
                Question::Met { rule, currency, since, .. } => Question::Met { rule, who: to(), currency, since },
            };
            self.add(question, tally);
        }
        for (rule, had) in self.stages.remove(guest).unwrap_or_default() {
            self.stages.entry(to()).or_default().entry(rule).or_default().extend(had);
        }
        self.joined.insert(guest.to_owned(), to());
    }

    /// A guest's account, or themselves.
    pub(super) fn account(&self, who: &str) -> String {
        self.joined.get(who).map_or(who, String::as_str).to_owned()
    }

    pub(super) fn give(&mut self, program: &Program, given: &Given) {
        let tally = Tally { times: 1, amount: given.reward.earned.amount() };
        self.spend(program, given, tally);
        if rule(program, &given.rule).is_some_and(|rule| matches!(rule.gives, Gives::Milestones(_))) {
            let theirs = self.stages.entry(given.reward.beneficiary.clone()).or_default();
            theirs.entry(given.rule.clone()).or_default().insert(given.stage.clone());
        }
    }

    /// A reward that is less now, by that tally, or more again; one that is gone frees its milestone.
    pub(super) fn take_back(&mut self, program: &Program, given: &Given, less: Tally) {
        let account = self.account(&given.reward.beneficiary);
        if less.times < 0
            && let Some(had) = self.stages.get_mut(&account).and_then(|theirs| theirs.get_mut(&given.rule))
        {
            had.remove(&given.stage);
        }
        if less.times > 0 {
            let theirs = self.stages.entry(account).or_default();
            theirs.entry(given.rule.clone()).or_default().insert(given.stage.clone());
        }
        self.spend(program, given, less);
    }

    fn spend(&mut self, program: &Program, given: &Given, tally: Tally) {
        let who = self.account(&given.reward.beneficiary);
        let Some(rule) = rule(program, &given.rule) else { return };
        for question in spent_in(program, rule, &who, given.reward.earned, given.at) {
            self.add(question, tally);
        }
    }

    /// A conversion that met a rule for someone; −1 times where it counts no more.
    pub(super) fn count(&mut self, program: &Program, met: &Met, at: Timestamp, times: i64) {
        let who = self.account(&met.who);
        let Some(rule) = rule(program, &met.rule) else { return };
        if let Some(question) = met_in(rule, &who, met.value, at) {
            let amount = met.value.map_or(0, |value| value.amount()) * times;
            self.add(question, Tally { times, amount });
        }
    }

    fn add(&mut self, question: Question, more: Tally) {
        let theirs = self.tallies.entry(whose(&question).to_owned()).or_default();
        let tally = theirs.entry(question).or_default();
        tally.times += more.times;
        tally.amount = tally.amount.saturating_add(more.amount);
    }

    /// The answers. A question that nothing is known of has one too: what a conversion earns is added to it.
    pub(super) fn known(&self, asked: Questions) -> Known {
        let tally = |question: Question| {
            let theirs = self.tallies.get(whose(&question));
            let tally = theirs.and_then(|theirs| theirs.get(&question)).copied().unwrap_or_default();
            (question, tally)
        };
        let stage = |(rule, who): (String, String)| {
            let had = self.stages.get(&who)?.get(&rule)?.clone();
            Some(((rule, who), had))
        };
        let described = |who: String| Some((self.metadata.get(&who)?.clone(), who));
        Known {
            tallies: asked.tallies.into_iter().map(tally).collect(),
            stages: asked.stages.into_iter().filter_map(stage).collect(),
            metadata: asked.metadata.into_iter().filter_map(described).map(|(data, who)| (who, data)).collect(),
            ..Known::default()
        }
    }
}

fn rule<'a>(program: &'a Program, id: &str) -> Option<&'a Rule> {
    program.rewards.iter().find(|rule| rule.id == id)
}

/// Whose sum it is; empty where it is everyone's.
fn whose(question: &Question) -> &str {
    match question {
        Question::Spent { who, .. } => who.as_deref().unwrap_or_default(),
        Question::Met { who, .. } => who,
    }
}
