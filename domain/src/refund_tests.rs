//! Refunds: to the cent, and in any order.

use super::*;
use crate::id::RewardId;
use crate::money::Currency;
use crate::program::Side;
use crate::reward::State;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn usd(amount: i64) -> Money {
    Money::new(amount, Currency::parse("USD").unwrap()).unwrap()
}

fn minter() -> Minter {
    Minter::new(Timestamp::default(), [2; 8])
}

fn facts(value: i64, earned: i64) -> Facts {
    let id = RewardId::mint(&mut minter());
    let reward = Reward {
        id,
        side: Side::Referrer,
        beneficiary: "prt_1".to_owned(),
        state: State::Pending,
        earned: usd(earned),
        reversed: usd(0),
    };
    Facts { value: Some(usd(value)), refunded: 0, rewards: vec![reward] }
}

/// Applies refunds one after another; gives what was reversed in all.
fn apply(mut facts: Facts, refunds: &[Option<i64>]) -> (i64, State) {
    for refund in refunds {
        let Ok(verdict) = judge(&facts, refund.map(usd), Timestamp::default(), &mut minter()) else { continue };
        facts.refunded = verdict.refunded;
        for made in verdict.moves {
            facts.rewards = vec![made.reward];
        }
    }
    (facts.rewards[0].reversed.amount(), facts.rewards[0].state)
}

#[test]
fn what_is_reversed_is_in_proportion_less_what_was_reversed_before() {
    assert_eq!(apply(facts(12_000, 2_000), &[Some(6_000)]), (1_000, State::Pending));
    assert_eq!(apply(facts(12_000, 2_000), &[Some(1)]), (0, State::Pending));
    assert_eq!(apply(facts(9_999, 1_000), &[Some(3_333), Some(3_333), Some(3_333)]), (1_000, State::Reversed));
    assert_eq!(apply(facts(12_000, 2_000), &[Some(5), None]), (2_000, State::Reversed));
    assert_eq!(apply(facts(12_000, 2_000), &[None, None]), (2_000, State::Reversed));
}

#[test]
fn too_much_or_another_currency_is_refused() {
    let eur = Money::new(5, Currency::parse("EUR").unwrap()).unwrap();
    let ask = |asked| judge(&facts(100, 10), Some(asked), Timestamp::default(), &mut minter()).err();
    assert_eq!(ask(usd(101)), Some(RefundError::ExceedsValue));
    assert_eq!(ask(eur), Some(RefundError::CurrencyDiffers));
    let lead = Facts { value: None, refunded: 0, rewards: Vec::new() };
    assert_eq!(judge(&lead, Some(usd(1)), Timestamp::default(), &mut minter()).err(), Some(RefundError::NoValue));
    assert!(judge(&lead, None, Timestamp::default(), &mut minter()).unwrap().whole);
}

/// Brings what is refunded in all to each of these sums, one after another. Gives the reward, and what its accounts hold.
fn brought_to(state: State, value: i64, earned: i64, sums: &[i64]) -> (Reward, BTreeMap<String, i64>) {
    let mut facts = facts(value, earned);
    facts.rewards[0].state = state;
    let (mut from, mut accounts) = (None, BTreeMap::new());
    for sum in sums {
        let more = sum - facts.refunded;
        let verdict = match more {
            0 => continue,
            1.. => judge(&facts, Some(usd(more)), Timestamp::default(), &mut minter()),
            _ => undo(&facts, usd(-more), |_| from, Timestamp::default(), &mut minter()),
        };
        let verdict = verdict.unwrap();
        facts.refunded = verdict.refunded;
        for made in verdict.moves {
            let before = facts.rewards[0].state;
            from = (made.reward.state == State::Reversed && made.cause == Some("refunded")).then_some(before);
            for (account, amount) in made.entry.into_iter().flat_map(|entry| entry.lines) {
                *accounts.entry(account.name()).or_default() += amount.amount();
            }
            facts.rewards = vec![made.reward];
        }
    }
    accounts.retain(|_, amount| *amount != 0);
    (facts.rewards.remove(0), accounts)
}

#[test]
fn a_refund_that_came_to_nothing_gives_back_what_it_took_and_no_more() {
    for (state, account) in [
        (State::Pending, "pending:prt_1"),
        (State::Held, "pending:prt_1"),
        (State::Approved, "payable:prt_1"),
        (State::Fulfilled, "payable:prt_1"),
    ] {
        let (reward, accounts) = brought_to(state, 12_000, 2_000, &[12_000, 0]);
        assert_eq!((reward.state, reward.reversed.amount(), accounts.len()), (state, 0, 0));
        let (reward, accounts) = brought_to(state, 12_000, 2_000, &[12_000, 3_000]);
        assert_eq!((reward.state, reward.reversed.amount(), accounts[account]), (state, 500, -500));
        // A thing without a money value stands again, and nothing is booked.
        let (thing, accounts) = brought_to(state, 12_000, 0, &[12_000, 0]);
        assert_eq!((thing.state, accounts.len()), (state, 0));
    }
    let mut by_hand = facts(12_000, 2_000);
    by_hand.refunded = 12_000;
    for state in [State::Reversed, State::Rejected] {
        by_hand.rewards[0] = Reward { state, reversed: usd(2_000), ..by_hand.rewards[0].clone() };
        let verdict = undo(&by_hand, usd(12_000), |_| None, Timestamp::default(), &mut minter()).unwrap();
        assert!(verdict.moves.is_empty(), "what another hand took back stays");
    }
    let too_much = undo(&facts(100, 10), usd(1), |_| None, Timestamp::default(), &mut minter());
    assert_eq!(too_much.err(), Some(RefundError::NotRefunded));
}

proptest! {
    #[test]
    fn whatever_was_refunded_and_undone_the_last_sum_alone_says_what_stands(
        value in 1i64..1_000_000, earned in 0i64..1_000_000, parts in prop::collection::vec(0u32..=1_000, 1..8),
        state in prop::sample::select(vec![State::Pending, State::Held, State::Approved, State::Fulfilled]),
    ) {
        let sums: Vec<i64> = parts.iter().map(|part| value * i64::from(*part) / 1_000).collect();
        let last = &sums[sums.len() - 1..];
        prop_assert_eq!(brought_to(state, value, earned, &sums), brought_to(state, value, earned, last));
    }

    #[test]
    fn the_order_of_refunds_does_not_matter(value in 10i64..1_000_000, earned in 1i64..1_000_000, parts in prop::collection::vec(1i64..1_000, 1..6)) {
        prop_assume!(parts.iter().sum::<i64>() <= value);
        let forward: Vec<_> = parts.iter().map(|part| Some(*part)).collect();
        let backward: Vec<_> = forward.iter().rev().copied().collect();
        prop_assert_eq!(apply(facts(value, earned), &forward), apply(facts(value, earned), &backward));
        let all = usd(earned).times(parts.iter().sum(), value).unwrap().amount();
        prop_assert_eq!(apply(facts(value, earned), &forward).0, all);
    }
}
