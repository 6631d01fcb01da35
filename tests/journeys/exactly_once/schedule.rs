//! Schedules: steps, and which of them must come before which.

/// Orders, customers and participants are numbers of the schedule's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Buy {
        order: usize,
        customer: usize,
        participant: usize,
        amount: i64,
    },
    /// `amount` none: the rest of it.
    Refund {
        order: usize,
        id: usize,
        amount: Option<i64>,
    },
    Approve {
        order: usize,
    },
    Payout {
        participant: usize,
        paid: bool,
    },
}

/// Each step with the numbers of those that must be answered before it is sent.
pub(super) type Plan = Vec<(Step, Vec<usize>)>;

/// Numbers that are the same on every run: what fails can be run again.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: usize) -> Self {
        Self(seed as u64)
    }

    /// `SplitMix64`, by Steele, Lea and Flood.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap()
    }

    fn amount(&mut self, least: i64, most: i64) -> i64 {
        least + i64::try_from(self.below(usize::try_from(most - least).unwrap())).unwrap()
    }
}

/// Two to four purchases of two customers, with what follows. `free`: purchases may change places; then none is given
/// back whole. Else they keep their places; and a whole refund, which frees "first", keeps its place among the purchases
/// of its customer, its own excepted. Nothing else has a place but behind what it can't be sent without.
pub(super) fn plan(chance: &mut Chance, free: bool) -> Plan {
    let mut plan: Plan = Vec::new();
    // Of each purchase: its customer and its step.
    let mut bought: Vec<(usize, usize)> = Vec::new();
    let mut whole: Vec<(usize, usize)> = Vec::new();
    let mut late = Vec::new();
    for order in 0..2 + chance.below(5) / 2 {
        let (customer, participant) = (chance.below(2), chance.below(2));
        let mine = |steps: &[(usize, usize)]| {
            steps.iter().filter(|(of, _)| *of == customer).map(|(_, step)| *step).collect::<Vec<_>>()
        };
        let earlier = mine(&bought);
        let mut before = if free { Vec::new() } else { mine(&whole) };
        before.extend(bought.last().map(|(_, step)| *step).filter(|_| !free));
        let amount = chance.amount(5_000, 99_999);
        plan.push((Step::Buy { order, customer, participant, amount }, before));
        bought.push((customer, plan.len() - 1));
        if chance.below(2) == 0 {
            plan.push((Step::Approve { order }, vec![plan.len() - 1]));
        }
        for id in 0..chance.below(3) {
            plan.push((Step::Refund { order, id, amount: Some(chance.amount(1, 2_000)) }, Vec::new()));
        }
        let chargeback = Step::Refund { order, id: 9, amount: None };
        match chance.below(6) {
            0 if !free => {
                plan.push((chargeback, earlier));
                whole.push((customer, plan.len() - 1));
            }
            1 if !free => late.push((chargeback, customer)),
            _ => {}
        }
        if chance.below(3) == 0 {
            plan.push((Step::Payout { participant, paid: chance.below(4) > 0 }, Vec::new()));
        }
    }
    for (step, customer) in late {
        plan.push((step, bought.iter().filter(|(of, _)| *of == customer).map(|(_, at)| *at).collect()));
    }
    plan
}
