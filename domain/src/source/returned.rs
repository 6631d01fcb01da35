//! What was given back of a sale, added up from all that a vendor says of it.
//!
//! Invariant: the sum is the same in whatever order and however often it was said. Each thing said has a kind and an id,
//! the furthest state of each stands, and a running total that grows counts by its largest value.

use crate::money::Money;

/// One thing that a vendor said of money that was given back, or may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// The name of the sale.
    pub of: String,
    pub kind: Kind,
    /// The vendor's id of it.
    pub id: String,
    /// As charged: with tax and shipping. None for a cancellation.
    pub amount: Option<Money>,
    /// The part of it that is the goods' own price, in minor units, where the vendor says.
    pub goods: Option<i64>,
    pub state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// One refund.
    Refund,
    /// All refunds of one payment so far.
    Total,
    /// A payment that the customer's bank may take back.
    Dispute,
    /// The whole sale was called off.
    Cancellation,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Refund, Self::Total, Self::Dispute, Self::Cancellation];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refund => "refund",
            Self::Total => "total",
            Self::Dispute => "dispute",
            Self::Cancellation => "cancellation",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// How far it came. A later state stands, whenever it is heard of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nothing is given back yet.
    Open,
    Done,
    /// Nothing is given back after all.
    Void,
}

impl State {
    pub const fn rank(self) -> i64 {
        match self {
            Self::Open => 0,
            Self::Done => 1,
            Self::Void => 2,
        }
    }

    pub const fn of_rank(rank: i64) -> Self {
        match rank {
            0 => Self::Open,
            1 => Self::Done,
            _ => Self::Void,
        }
    }
}

/// What stands of one thing that was said: amounts in the sale's minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub kind: Kind,
    pub amount: i64,
    pub goods: Option<i64>,
    pub state: State,
}

/// How much of the sale's value was given back in all. `charged` is what the customer paid for it.
pub fn of_value(value: i64, charged: i64, said: &[Standing]) -> i64 {
    let done = || said.iter().filter(|one| one.state == State::Done);
    let sum = |kind: Kind| done().filter(|one| one.kind == kind).map(|one| one.amount).sum::<i64>();
    if done().any(|one| one.kind == Kind::Cancellation) {
        return value;
    }
    // A running total may still have in it what was refunded and came back.
    let void = |one: &&Standing| one.state == State::Void && one.kind == Kind::Refund;
    let came_back: i64 = said.iter().filter(void).map(|one| one.amount).sum();
    let whole = sum(Kind::Refund).max(sum(Kind::Total) - came_back) + sum(Kind::Dispute);
    if charged <= 0 || whole <= 0 {
        return 0;
    }
    if whole >= charged {
        return value;
    }
    // Where the vendor says which part is the goods', that is it; the rest is taken in proportion.
    let known: Vec<(i64, i64)> = done().filter_map(|one| Some((one.amount, one.goods?))).collect();
    let goods: i64 = known.iter().map(|(_, goods)| goods).sum();
    let rest = (whole - known.iter().map(|(amount, _)| amount).sum::<i64>()).max(0);
    let share = (i128::from(value) * i128::from(rest) * 2 + i128::from(charged)) / (i128::from(charged) * 2);
    (goods + i64::try_from(share).unwrap_or(i64::MAX)).clamp(0, value)
}

/// What is to be refunded now of a conversion, or undone where it is below zero, so that its vendor's part is what stands.
/// `refunded`: in all, by whomever; `by_vendor`: the part of it that the vendor's word brought; `back`: what stands by now.
/// What others refunded stays, and leaves the rest at most.
pub fn change(value: i64, refunded: i64, by_vendor: i64, back: i64) -> i64 {
    let by_others = refunded - by_vendor;
    back.min(value - by_others).max(0) - by_vendor
}

/// Whether the customer's bank may still take the money back: nothing is paid on such a sale meanwhile.
pub fn is_disputed(said: &[Standing]) -> bool {
    said.iter().any(|one| one.kind == Kind::Dispute && one.state == State::Open)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn one(kind: Kind, amount: i64, goods: Option<i64>, state: State) -> Standing {
        Standing { kind, amount, goods, state }
    }

    #[test]
    fn what_was_given_back_is_measured_against_what_was_charged() {
        let refund = |amount| one(Kind::Refund, amount, None, State::Done);
        for (said, back) in [
            (vec![], 0),
            (vec![refund(3_000)], 2_500),
            (vec![refund(3_000), refund(3_000)], 5_000),
            (vec![refund(3_000), one(Kind::Total, 3_000, None, State::Done)], 2_500),
            (vec![refund(12_000)], 10_000),
            (vec![refund(3_000), one(Kind::Total, 12_000, None, State::Done)], 10_000),
            (vec![one(Kind::Refund, 3_000, None, State::Open)], 0),
            (vec![one(Kind::Refund, 3_000, None, State::Void)], 0),
            (vec![one(Kind::Dispute, 12_000, None, State::Open)], 0),
            (vec![one(Kind::Dispute, 12_000, None, State::Done)], 10_000),
            (vec![one(Kind::Refund, 3_600, Some(3_000), State::Done)], 3_000),
            (vec![one(Kind::Refund, 2_000, Some(0), State::Done)], 0),
            (vec![one(Kind::Cancellation, 0, None, State::Done)], 10_000),
        ] {
            assert_eq!(of_value(10_000, 12_000, &said), back, "{said:?}");
        }
        assert_eq!(of_value(0, 0, &[refund(5)]), 0);
        assert!(is_disputed(&[one(Kind::Dispute, 1, None, State::Open)]));
        assert!(!is_disputed(&[one(Kind::Dispute, 1, None, State::Void)]));
    }

    #[test]
    fn what_others_refunded_stays_whatever_becomes_of_the_vendors_part() {
        for (refunded, by_vendor, back, more) in [
            (0, 0, 0, 0),
            (0, 0, 4_000, 4_000),
            (4_000, 4_000, 4_000, 0),
            (4_000, 4_000, 0, -4_000),
            (10_000, 10_000, 3_000, -7_000),
            // The owner refunded 6000.
            (6_000, 0, 10_000, 4_000),
            (10_000, 4_000, 10_000, 0),
            (10_000, 4_000, 3_000, -1_000),
            (10_000, 0, 5_000, 0),
            (10_000, 0, 0, 0),
        ] {
            assert_eq!(change(10_000, refunded, by_vendor, back), more, "{refunded} {by_vendor} {back}");
        }
    }

    proptest! {
        #[test]
        fn shuffled_and_thrice_is_in_order_and_once_whatever_fails_later(
            refunds in prop::collection::vec((1_i64..4_000, 0_i64..3, any::<bool>()), 1..5), seed in any::<u64>(),
        ) {
            // Each refund is told of by its states up to the last, and by the running total where one is sent.
            let (mut told, mut sum) = (Vec::new(), 0);
            for (at, (amount, last, total)) in refunds.iter().enumerate() {
                told.extend((0..=*last).map(|rank| (Kind::Refund, at, *amount, State::of_rank(rank))));
                sum += if *last > 0 { *amount } else { 0 };
                // A payment's total has in it what was refunded, also what came back later.
                told.extend((*total && sum > 0).then_some((Kind::Total, 0, sum, State::Done)));
            }
            let heard = |order: &[(Kind, usize, i64, State)]| {
                let (mut standing, mut refunded) = (std::collections::BTreeMap::new(), 0);
                for (kind, id, amount, state) in order {
                    let one = standing.entry((*kind, *id)).or_insert(Standing { kind: *kind, amount: 0, goods: None, state: State::Open });
                    (one.amount, one.state) = (one.amount.max(*amount), one.state.max(*state));
                    let said: Vec<Standing> = standing.values().copied().collect();
                    refunded += change(10_000, refunded, refunded, of_value(10_000, 12_000, &said));
                }
                refunded
            };
            let mut mixed: Vec<_> = (0..3).flat_map(|_| told.clone()).collect();
            let mut chance = seed;
            for at in (1..mixed.len()).rev() {
                chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                mixed.swap(at, usize::try_from(chance >> 33).unwrap() % (at + 1));
            }
            prop_assert_eq!(heard(&mixed), heard(&told));
        }

        #[test]
        fn more_is_never_less_and_never_more_than_the_value(
            value in 0_i64..1_000_000, charged in 0_i64..1_000_000, amounts in prop::collection::vec(1_i64..500_000, 0..6),
        ) {
            let all: Vec<_> = amounts.iter().map(|amount| one(Kind::Refund, *amount, None, State::Done)).collect();
            let mut last = 0;
            for upto in 0..=all.len() {
                let back = of_value(value, charged, &all[..upto]);
                prop_assert!(back >= last && back <= value);
                last = back;
            }
            let turned: Vec<_> = all.iter().rev().copied().collect();
            prop_assert_eq!(of_value(value, charged, &turned), last);
        }
    }
}
