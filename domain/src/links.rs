//! Links that earn nothing: many a person came by them lately, and nobody was credited for it.
//!
//! Which link is one is noted when clicks are added up (`busy_until`), and looked up where it is asked for.

use crate::time::Span;

/// Clicks of persons from which on it says something that nothing came of them: of friends of whom two in a hundred buy,
/// as many bring nothing but once in twenty times.
pub const TELLING_CLICKS: i64 = 150;
/// How far back is looked.
pub const LATELY: Span = Span::days(30);
const LATELY_HOURS: i64 = LATELY.as_millis() / 3_600_000;
/// How many are counted at most.
pub const MOST_COUNTED: i64 = 1_000;
/// A note that would move by less than this isn't written again.
const WORTH_WRITING: i64 = 24;

/// The first hour that is still looked at.
pub const fn lately(now: i64) -> i64 {
    now - LATELY_HOURS
}

/// Until which hour a link counts as one that earns, where it did in this one.
pub const fn earns_until(hour: i64) -> i64 {
    hour + LATELY_HOURS
}

/// Until which hour a link isn't looked at that earned of late, as its clicks say: until tomorrow.
pub const fn look_again(now: i64) -> i64 {
    now + WORTH_WRITING
}

/// The latest note that may still move by enough to be written again.
pub const fn newest_worth_writing(now: i64) -> i64 {
    now + LATELY_HOURS - WORTH_WRITING
}

/// Until which hour a link has had clicks enough lately, should no more come: `hours` are those with clicks of persons, and
/// how many, the latest first. None where it hasn't now.
pub fn busy_until(hours: &[(i64, i64)]) -> Option<i64> {
    let mut so_far = 0;
    let telling = hours.iter().find(|(_, clicks)| {
        so_far += clicks;
        so_far >= TELLING_CLICKS
    });
    telling.map(|(hour, _)| hour + LATELY_HOURS)
}

/// Whether a note that stands is to be written again. It may end a day early for that.
pub const fn is_worth_writing(noted: i64, until: i64) -> bool {
    until >= noted + WORTH_WRITING
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_busy_while_the_clicks_that_make_it_so_are_of_thirty_days() {
        assert_eq!(busy_until(&[]), None);
        assert_eq!(busy_until(&[(1_000, 100), (990, 49)]), None);
        assert_eq!(busy_until(&[(1_000, 100), (990, 50), (5, 1_000)]), Some(990 + 720));
        assert_eq!(busy_until(&[(1_000, 150)]), Some(1_720));
        assert_eq!((lately(1_000), earns_until(1_000)), (280, 1_720));
    }

    #[test]
    fn a_note_is_written_once_a_day_at_most() {
        assert_eq!((look_again(10), newest_worth_writing(10)), (34, 706));
        assert!(is_worth_writing(0, 24) && !is_worth_writing(0, 23) && !is_worth_writing(50, 0));
    }
}
