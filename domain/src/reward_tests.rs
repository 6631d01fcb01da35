//! How a reward moves.

use super::*;
use crate::money::Currency;
use proptest::prelude::*;

fn money(amount: i64, currency: &str) -> Money {
    Money::new(amount, Currency::parse(currency).unwrap()).unwrap()
}

fn minter() -> Minter {
    Minter::new(Timestamp::default(), [1; 8])
}

fn reward(state: State) -> Reward {
    let (id, earned) = (RewardId::mint(&mut minter()), money(2_000, "USD"));
    Reward { id, side: Side::Friend, beneficiary: "cus_1".to_owned(), state, earned, reversed: money(0, "USD") }
}

#[test]
fn each_move_books_once_and_the_wrong_ones_are_refused() {
    use Action as A;
    use State as S;
    for (from, action, books) in [
        (S::Pending, A::Approve, Some(("pending:cus_1", "payable:cus_1"))),
        (S::Held, A::Approve, Some(("pending:cus_1", "payable:cus_1"))),
        (S::Approved, A::Fulfil, Some(("payable:cus_1", "paid:cus_1"))),
        (S::Pending, A::Reject, Some(("pending:cus_1", "expense"))),
        (S::Approved, A::Reverse, Some(("payable:cus_1", "expense"))),
        (S::Fulfilled, A::Reverse, Some(("payable:cus_1", "expense"))),
        (S::Pending, A::Fulfil, None),
        (S::Rejected, A::Approve, None),
        (S::Reversed, A::Fulfil, None),
        (S::Fulfilled, A::Reject, None),
    ] {
        let made = act(&reward(from), action, Timestamp::default(), &mut minter());
        match books {
            Some((source, target)) => {
                let made = made.unwrap();
                let lines = made.entry.unwrap().lines;
                assert_eq!((lines[0].0.name(), lines[1].0.name()), (source.to_owned(), target.to_owned()));
                assert_eq!((lines[0].1.amount(), lines[1].1.amount()), (-2_000, 2_000));
                let again = act(&made.reward, action, Timestamp::default(), &mut minter()).unwrap();
                assert_eq!(again.entry, None, "asked twice");
            }
            None => assert!(made.is_err(), "{from:?} {action:?}"),
        }
    }
}

#[test]
fn a_thing_without_a_money_value_moves_and_books_nothing() {
    let thing = Reward { earned: money(0, "USD"), ..reward(State::Pending) };
    let approved = act(&thing, Action::Approve, Timestamp::default(), &mut minter()).unwrap();
    assert_eq!((approved.reward.state, approved.cause, approved.entry), (State::Approved, Some("approved"), None));
    let again = act(&approved.reward, Action::Approve, Timestamp::default(), &mut minter()).unwrap();
    assert_eq!(again.cause, None, "asked twice");
    let back = reverse_whole(&approved.reward, Timestamp::default(), &mut minter()).unwrap();
    assert_eq!((back.reward.state, back.entry), (State::Reversed, None));
    assert_eq!(reverse_whole(&back.reward, Timestamp::default(), &mut minter()), None);
}

#[test]
fn only_what_is_approved_and_not_fulfilled_expires() {
    for state in State::ALL {
        let gone = expire(&reward(state), Timestamp::default(), &mut minter());
        assert_eq!(gone.is_some(), state == State::Approved, "{state:?}");
        if let Some(gone) = gone {
            let lines = gone.entry.unwrap().lines;
            assert_eq!((gone.reward.state, gone.reward.value().amount()), (State::Reversed, 0));
            assert_eq!((lines[0].0.name(), lines[1].0.name()), ("payable:cus_1".to_owned(), "expense".to_owned()));
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_asked_in_whatever_order_a_reward_never_gives_more_than_it_earned(actions in prop::collection::vec(0..5, 1..30)) {
        let mut now = reward(State::Pending);
        let mut balance: std::collections::BTreeMap<String, i64> = std::collections::BTreeMap::new();
        let mut minter = minter();
        for action in actions {
            let made = match action {
                0 => act(&now, Action::Approve, Timestamp::default(), &mut minter).ok(),
                1 => act(&now, Action::Fulfil, Timestamp::default(), &mut minter).ok(),
                2 => act(&now, Action::Reverse, Timestamp::default(), &mut minter).ok(),
                3 => act(&now, Action::Reject, Timestamp::default(), &mut minter).ok(),
                _ => reverse_to(&now, money(now.reversed.amount().max(700), "USD"), Timestamp::default(), &mut minter),
            };
            if let Some(made) = made {
                for (account, value) in made.entry.iter().flat_map(|entry| &entry.lines) {
                    *balance.entry(account.name()).or_default() += value.amount();
                }
                now = made.reward;
            }
            prop_assert_eq!(balance.values().sum::<i64>(), 0);
            prop_assert!((0..=2_000).contains(&now.value().amount()));
            prop_assert!(balance.get("paid:cus_1").copied().unwrap_or(0) <= 2_000);
        }
    }
}
