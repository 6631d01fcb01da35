//! How a model shares credit among touches: whole weights, so that parts are exact fractions that sum to one.

use crate::program::{Model, Positions};
use crate::reason::Reason;
use crate::time::{Span, Timestamp};

/// What the newest touch weighs under time decay; one that is a half-life older weighs half of it.
const NEWEST: u32 = 1 << 20;

/// The weight of each touch; zero for one that gets nothing. `times` rise.
pub(super) fn weights(model: Model, times: &[Timestamp]) -> Vec<u32> {
    let last = times.len().saturating_sub(1);
    let only = |chosen: usize| (0..times.len()).map(|at| u32::from(at == chosen)).collect();
    match model {
        Model::FirstTouch => only(0),
        Model::LastTouch => only(last),
        Model::Linear => vec![1; times.len()],
        Model::Position(positions) => by_position(positions, times.len()),
        Model::TimeDecay { half_life } => {
            let newest = times.last().copied().unwrap_or_default();
            times.iter().map(|at| decayed(newest.since(*at), half_life)).collect()
        }
    }
}

/// With two touches, first and last keep their proportion; a weight that nobody would have is shared by all alike.
fn by_position(Positions { first, middle, last }: Positions, count: usize) -> Vec<u32> {
    let between = u32::try_from(count.saturating_sub(2)).unwrap_or(0);
    let parts = match between {
        0 => [first, 0, last],
        _ => [first.saturating_mul(between), middle, last.saturating_mul(between)],
    };
    let weights: Vec<u32> = (0..count)
        .map(|at| match at {
            0 => parts[0],
            _ if at + 1 == count => parts[2],
            _ => parts[1],
        })
        .collect();
    if weights.iter().all(|weight| *weight == 0) { vec![1; count] } else { weights }
}

/// `NEWEST` × 2^(−`age` ÷ `half_life`), rounded, at least 1. Whole numbers only: the same on every machine.
fn decayed(age: Span, half_life: Span) -> u32 {
    const ONE: u128 = 1 << 60;
    let age = u128::try_from(age.as_millis()).unwrap_or(0);
    let half_life = u128::try_from(half_life.as_millis()).unwrap_or(0).max(1);
    let (halvings, rest) = (age / half_life, age % half_life);
    // The part of a half-life that is left, as binary digits; the nth digit stands for a factor of 2^(−2^(−n)).
    let digits = (rest << 32) / half_life;
    let (mut factor, mut value) = (ONE / 2, ONE);
    for digit in (0..32).rev() {
        factor = (factor * ONE).isqrt();
        if digits >> digit & 1 == 1 {
            value = value * factor / ONE;
        }
    }
    let shift = 40 + u32::try_from(halvings.min(60)).unwrap_or(60);
    let rounded = (value + (1 << (shift - 1))) >> shift;
    u32::try_from(rounded).unwrap_or(NEWEST).max(1)
}

/// Why a touch earned under a model.
pub(super) const fn reason(model: Model) -> Reason {
    match model {
        Model::FirstTouch => Reason::FirstTouchWithinWindow,
        Model::LastTouch => Reason::LastTouchWithinWindow,
        Model::Linear => Reason::SplitEvenly,
        Model::Position(_) => Reason::SplitByPosition,
        Model::TimeDecay { .. } => Reason::SplitByTime,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_halves_with_each_half_life_and_is_exact_there() {
        let week = Span::days(7);
        for (days, weight) in [(0, 1_048_576), (7, 524_288), (14, 262_144), (140, 1), (400, 1)] {
            assert_eq!(decayed(Span::days(days), week), weight, "{days}");
        }
        for hours in 0..2_000 {
            let expected = f64::from(NEWEST) * (-f64::from(hours) / 168.0).exp2();
            let found = f64::from(decayed(Span::hours(i64::from(hours)), week));
            assert!((found - expected.max(1.0)).abs() <= 0.5001, "{hours}: {found} for {expected}");
        }
    }

    #[test]
    fn positions_keep_their_proportions_however_many_touches_there_are() {
        let usual = Positions::USUAL;
        for (count, weights) in
            [(0, vec![]), (1, vec![40]), (2, vec![40, 40]), (3, vec![40, 20, 40]), (4, vec![80, 20, 20, 80])]
        {
            assert_eq!(by_position(usual, count), weights);
        }
        let uneven = Positions { first: 50, middle: 20, last: 30 };
        assert_eq!(by_position(uneven, 2), [50, 30]);
        let between = Positions { first: 0, middle: 100, last: 0 };
        assert_eq!(by_position(between, 2), [1, 1]);
        assert_eq!(by_position(between, 4), [0, 100, 100, 0]);
    }
}
