//! Settlements: exact amounts taken back and given, and a book that sums to zero.

use super::*;
use crate::ledger::Account;
use crate::money::{Currency, Money};
use crate::reward::rules::Standing;
use proptest::prelude::*;
use serde_json::Map;

fn usd(amount: i64) -> Money {
    Money::new(amount, Currency::parse("USD").unwrap()).unwrap()
}

fn at(n: i64) -> Timestamp {
    Timestamp::from_millis(1_763_640_000_000 + n)
}

fn program() -> Program {
    let file = r#"{"id":"acme","name":"Acme","kind":"partner","site":"https://shop.example","rewards":[
        {"id":"ref","side":"referrer","on":"purchase","kind":"money","percent":"10","first":true},
        {"id":"fri","side":"friend","on":"purchase","kind":"credit","flat":{"amount":500,"currency":"USD"}}]}"#;
    Program::from_json(file).unwrap()
}

struct Scene {
    program: Program,
    customer: CustomerId,
    conversion: ConversionId,
    minter: Minter,
}

impl Scene {
    fn new() -> Self {
        let mut minter = Minter::new(at(0), [5; 8]);
        let (customer, conversion) = (CustomerId::mint(&mut minter), ConversionId::mint(&mut minter));
        Self { program: program(), customer, conversion, minter }
    }

    fn give(&mut self, value: i64, refunded: i64, was_credited: bool, credit: &[(&str, u32)]) -> Given {
        let credit: Vec<Share> =
            credit.iter().map(|(who, weight)| Share { beneficiary: (*who).to_owned(), weight: *weight }).collect();
        let sale = Sale {
            event: "purchase",
            value: Some(usd(value)),
            occurred_at: at(0),
            recorded_at: at(9),
            properties: &Map::new(),
            customer: &Standing::default(),
            earlier: &[],
        };
        let case =
            Case { program: &self.program, sale, customer: &self.customer, credit: &credit, was_credited, refunded };
        give(&case, &self.conversion, Known::default(), &mut self.minter)
    }
}

fn amounts(given: &Given) -> Vec<(&str, i64)> {
    given.rewards.iter().map(|earned| (earned.reward.beneficiary.as_str(), earned.reward.earned.amount())).collect()
}

/// What each account comes to over some entries.
fn balance(entries: &[&Entry], account: &Account) -> i64 {
    let lines = entries.iter().flat_map(|entry| &entry.lines);
    lines.filter(|(own, _)| own == account).map(|(_, value)| value.amount()).sum()
}

#[test]
fn the_credit_moves_and_the_friend_keeps_what_is_theirs() {
    let mut scene = Scene::new();
    let first = scene.give(12_000, 0, false, &[("prt_a", 1)]);
    let friend = scene.customer.to_string();
    assert_eq!(amounts(&first), [("prt_a", 1_200), (friend.as_str(), 500)]);
    let held: Vec<Reward> = first.rewards.iter().map(|earned| earned.reward.clone()).collect();
    let back = take_back(&held, TakenFrom::Referrers, at(8), &mut scene.minter);
    assert_eq!((back.len(), back[0].reward.beneficiary.as_str(), back[0].reward.state), (1, "prt_a", State::Reversed));
    let given = scene.give(12_000, 0, true, &[("prt_b", 70), ("prt_c", 30)]);
    assert_eq!(amounts(&given), [("prt_b", 840), ("prt_c", 360)]);
    let all: Vec<&Entry> =
        first.entries.iter().chain(back.iter().filter_map(|made| made.entry.as_ref())).chain(&given.entries).collect();
    for (who, owed) in [("prt_a", 0), ("prt_b", 840), ("prt_c", 360), (friend.as_str(), 500)] {
        assert_eq!(balance(&all, &Account::Pending(who.to_owned())), owed, "{who}");
    }
    assert_eq!(balance(&all, &Account::Expense), -1_700);
}

#[test]
fn nobodys_credit_takes_back_both_sides_and_what_was_paid_is_owed() {
    let mut scene = Scene::new();
    let first = scene.give(12_000, 0, false, &[("prt_a", 1)]);
    let mut held: Vec<Reward> = first.rewards.iter().map(|earned| earned.reward.clone()).collect();
    held[0].state = State::Fulfilled;
    let back = take_back(&held, TakenFrom::Everyone, at(8), &mut scene.minter);
    let entries: Vec<&Entry> = back.iter().filter_map(|made| made.entry.as_ref()).collect();
    assert_eq!(balance(&entries, &Account::Payable("prt_a".to_owned())), -1_200);
    assert_eq!(balance(&entries, &Account::Pending(scene.customer.to_string())), -500);
    let taken: Vec<Reward> = back.iter().map(|made| made.reward.clone()).collect();
    assert!(take_back(&taken, TakenFrom::Everyone, at(9), &mut scene.minter).is_empty(), "once is all");
}

#[test]
fn what_was_refunded_already_is_taken_back_at_once() {
    let mut scene = Scene::new();
    let given = scene.give(12_000, 3_000, true, &[("prt_b", 1)]);
    assert_eq!(amounts(&given), [("prt_b", 1_200)]);
    let left: Vec<i64> = given.refunds.iter().map(|made| made.reward.value().amount()).collect();
    assert_eq!(left, [900]);
}

proptest! {
    #[test]
    fn a_settlement_gives_what_the_rule_gives_to_the_last_cent(
        value in 1i64..10_000_000, weights in prop::collection::vec(1u32..1_000_000, 1..6)
    ) {
        let mut scene = Scene::new();
        let names: Vec<String> = (0..weights.len()).map(|n| format!("prt_{n}")).collect();
        let credit: Vec<(&str, u32)> = names.iter().map(String::as_str).zip(weights).collect();
        let given = scene.give(value, 0, true, &credit);
        let sum: i64 = given.rewards.iter().map(|earned| earned.reward.earned.amount()).sum();
        prop_assert_eq!(sum, usd(value).times(1, 10).unwrap().amount());
        prop_assert!(given.entries.iter().all(|entry| entry.lines.iter().map(|(_, value)| value.amount()).sum::<i64>() == 0));
    }
}
