//! Exactly once, in any order: schedules of purchases, refunds, approvals and payouts, each step once or several times.
//!
//! `PROPTEST_CASES=50000 cargo test --release -p honeyguide-domain exactly_once` takes some millions of steps.

use super::book::{House, Step};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A step with the steps, by their numbers, that must have been taken before it.
type Plan = Vec<(Step, Vec<usize>)>;

/// One purchase: who by, by whom referred, how much, which parts of it are given back, all the rest of it too, whether
/// that is before the customer's next purchase, and whether its rewards are approved.
type Order = (usize, usize, i64, Vec<i64>, bool, bool, bool);

fn order() -> impl Strategy<Value = Order> {
    let parts = prop::collection::vec(1i64..2_000, 0..3);
    (0usize..3, 0usize..2, 5_000i64..99_999, parts, any::<bool>(), any::<bool>(), any::<bool>())
}

/// The steps of some orders in the order in which they are told first. What must stay where it is: purchases among each
/// other; approvals behind their purchase; and, since a whole refund frees "first", a whole refund among the purchases
/// of its customer, its own excepted.
fn plan(orders: &[Order], payouts: &[bool]) -> Plan {
    let mut plan: Plan = Vec::new();
    let mut bought: Vec<usize> = Vec::new();
    let mut whole_refunds: Vec<(usize, usize)> = Vec::new();
    let mut late = Vec::new();
    for (order, (customer, participant, amount, parts, rest, early, approved)) in orders.iter().enumerate() {
        let mut before: Vec<usize> = bought.last().copied().into_iter().collect();
        before.extend(whole_refunds.iter().filter(|(of, _)| of == customer).map(|(_, step)| *step));
        plan.push((Step::Buy { order, customer: *customer, participant: *participant, amount: *amount }, before));
        let buy = plan.len() - 1;
        bought.push(buy);
        if *approved {
            plan.push((Step::Approve { order }, vec![buy]));
        }
        let earlier: Vec<usize> =
            orders[..order].iter().zip(&bought).filter(|(one, _)| one.0 == *customer).map(|(_, at)| *at).collect();
        for (id, amount) in parts.iter().enumerate() {
            plan.push((Step::Refund { order, id, amount: Some(*amount) }, Vec::new()));
        }
        let step = Step::Refund { order, id: 9, amount: None };
        match (*rest, *early) {
            (true, true) => {
                plan.push((step, earlier));
                whole_refunds.push((*customer, plan.len() - 1));
            }
            (true, false) => late.push((step, *customer)),
            (false, _) => {}
        }
        if let Some(paid) = payouts.get(order) {
            plan.push((Step::Batch { number: order }, Vec::new()));
            plan.push((Step::Settle { number: order, paid: *paid }, vec![plan.len() - 1]));
        }
    }
    for (step, customer) in late {
        let all = orders.iter().zip(&bought).filter(|(one, _)| one.0 == customer).map(|(_, at)| *at);
        plan.push((step, all.collect()));
    }
    plan
}

/// An order in which the plan may be taken, as `chance` has it; some steps come twice.
fn schedule(plan: &Plan, chance: &[prop::sample::Index]) -> Vec<Step> {
    let mut taken = BTreeSet::new();
    let mut schedule = Vec::new();
    let mut chance = chance.iter().cycle();
    let mut again = 0;
    while taken.len() < plan.len() {
        let ready = |at: &usize| plan[*at].1.iter().all(|before| taken.contains(before));
        // What was taken already may be taken again.
        let ready: Vec<usize> = (0..plan.len()).filter(ready).collect();
        let fresh: Vec<usize> = ready.iter().copied().filter(|at| !taken.contains(at)).collect();
        let twice = chance.next().unwrap().index(4) == 0 && again < plan.len();
        let from = if twice { &ready } else { &fresh };
        again += usize::from(twice);
        let at = from[chance.next().unwrap().index(from.len())];
        taken.insert(at);
        schedule.push(plan[at].0);
    }
    schedule
}

fn house(steps: impl IntoIterator<Item = Step>) -> House {
    let mut house = House::new();
    steps.into_iter().for_each(|step| house.take(step));
    house
}

proptest! {
    #[test]
    fn exactly_once_whatever_comes_twice_and_in_whichever_order(
        orders in prop::collection::vec(order(), 1..9), payouts in prop::collection::vec(any::<bool>(), 0..4),
        chance in prop::collection::vec(any::<prop::sample::Index>(), 100),
    ) {
        let plan = plan(&orders, &payouts);
        let ordered = house(plan.iter().map(|(step, _)| *step));
        let steps = schedule(&plan, &chance);
        let other = house(steps.iter().copied());
        prop_assert_eq!(ordered.owed(), other.owed(), "{:?}", steps);
        prop_assert!(other.verify().valid);
    }

    #[test]
    fn exactly_once_where_purchases_change_places_too_the_recorded_sequence_decides(
        orders in prop::collection::vec(order(), 1..9), payouts in prop::collection::vec(any::<bool>(), 0..4),
        chance in prop::collection::vec(any::<prop::sample::Index>(), 100),
    ) {
        let free: Plan = plan(&orders, &payouts).into_iter().map(|(step, _)| (step, Vec::new())).collect();
        let steps = schedule(&free, &chance);
        let mut seen = BTreeSet::new();
        // An approval of what isn't bought yet, or a payout that isn't made, is refused: it is no record.
        let recorded: Vec<Step> = steps.iter().copied().filter(|step| match step {
            Step::Buy { .. } | Step::Refund { .. } | Step::Batch { .. } => seen.insert(*step),
            _ => true,
        }).collect();
        let (one, other) = (house(steps), house(recorded));
        prop_assert_eq!(one.head(), other.head(), "the same postings, to the last byte");
        prop_assert_eq!(one.balances, other.balances);
    }
}
