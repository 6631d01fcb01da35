//! What a rule gives, and how a reward moves.

use super::*;
use crate::money::{Currency, Percent};
use crate::program::{Approval, RewardKind};
use crate::time::Span;
use proptest::prelude::*;

fn money(amount: i64, currency: &str) -> Money {
    Money::new(amount, Currency::parse(currency).unwrap()).unwrap()
}

fn rule(worth: Worth) -> Rule {
    Rule {
        id: "r".to_owned(),
        side: Side::Referrer,
        on: "purchase".to_owned(),
        kind: RewardKind::Credit,
        worth,
        minimum: Some(money(5_000, "USD")),
        first: true,
        hold: Span::days(30),
        approval: Approval::Automatic,
    }
}

fn earlier(amount: i64, refunded_whole: bool) -> Earlier {
    Earlier { event: "purchase".to_owned(), value: Some(money(amount, "USD")), refunded_whole }
}

fn check(worth_of: Worth, value: Money, earlier: &[Earlier], expect: Result<Money, Reason>) {
    let sale = Sale { event: "purchase", value: Some(value), earlier };
    assert_eq!(worth(&rule(worth_of), &sale), expect, "{value}");
}

#[test]
fn a_rule_gives_from_its_minimum_on_for_the_first_sale() {
    let flat = Worth::Flat(money(2_000, "USD"));
    check(flat, money(5_000, "USD"), &[], Ok(money(2_000, "USD")));
    check(flat, money(4_999, "USD"), &[], Err(Reason::BelowMinimumValue));
    check(flat, money(5_000, "EUR"), &[], Err(Reason::BelowMinimumValue));
    check(flat, money(9_000, "USD"), &[earlier(5_000, false)], Err(Reason::NotFirst));
    check(flat, money(9_000, "USD"), &[earlier(4_999, false)], Ok(money(2_000, "USD")));
    check(flat, money(9_000, "USD"), &[earlier(5_000, true)], Ok(money(2_000, "USD")));
    let tenth = Worth::Share(Percent::parse("12.5").unwrap());
    check(tenth, money(12_000, "USD"), &[], Ok(money(1_500, "USD")));
    let mut unbounded = rule(tenth);
    unbounded.minimum = None;
    let sale = Sale { event: "purchase", value: Some(money(999, "JPY")), earlier: &[] };
    assert_eq!(worth(&unbounded, &sale), Ok(money(125, "JPY")));
    assert_eq!(worth(&unbounded, &Sale { value: None, ..sale }), Err(Reason::BelowMinimumValue));
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
