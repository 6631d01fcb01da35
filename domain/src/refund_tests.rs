//! Refunds: to the cent, and in any order.

use super::*;
use crate::id::RewardId;
use crate::money::Currency;
use crate::program::Side;
use crate::reward::State;
use proptest::prelude::*;

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

proptest! {
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
