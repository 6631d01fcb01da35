//! Long work, done in slices so that nothing else waits: its states, how large a slice may be, and when it is forgotten.

use crate::time::Span;

/// What a slice may take. Whoever comes meanwhile waits for the rest of one slice: a fifth of the 100 ms in which a
/// conversion is to be answered.
pub const SLICE: Span = Span::millis(20);
/// How long slices follow each other before whatever else is due has its turn.
pub const STRETCH: Span = Span::millis(500);
/// How long a job that ended is kept.
pub const KEPT: Span = Span::days(7);
/// A slice that fails so often in a row ends the job.
pub const MOST_TRIES: i64 = 5;

const FEWEST_UNITS: i64 = 20;
/// So many postings as one text have 1 MB; storage hands over 2 MB at once.
const MOST_UNITS: i64 = 3_000;
/// Of the first slice, of which nobody knows yet how long a unit takes.
pub const FIRST_UNITS: i64 = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Queued,
    Running,
    Done,
    Failed,
}

impl State {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// How many units the next slice may have, when `units` took so long. It grows by half at most, since a clock of whole
/// milliseconds says little of a short slice, and halves at most, since others may have been served in that time.
pub fn next_units(units: i64, took: Span) -> i64 {
    let fitting = units.saturating_mul(SLICE.as_millis()) / took.as_millis().max(1);
    fitting.clamp(units / 2, units + units / 2 + 1).clamp(FEWEST_UNITS, MOST_UNITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_grow_and_shrink_to_what_fits() {
        for (units, took, next) in [
            (100, 0, 151),
            (100, 20, 100),
            (100, 40, 50),
            (100, 1_000, 50),
            (100, 16, 125),
            (30, 500, FEWEST_UNITS),
            (MOST_UNITS, 1, MOST_UNITS),
        ] {
            assert_eq!(next_units(units, Span::millis(took)), next, "{units} in {took} ms");
        }
    }

    #[test]
    fn whatever_a_unit_takes_slices_soon_fit() {
        for micros_each in [4, 40, 400_i64] {
            let mut units = FIRST_UNITS;
            for _ in 0..20 {
                units = next_units(units, Span::millis(units * micros_each / 1_000));
            }
            let took = units * micros_each / 1_000;
            assert!((12..=24).contains(&took) || units == MOST_UNITS, "{units} units take {took} ms");
        }
    }
}
