//! One event on its way to one destination: what is next after each try. The clock and the jitter are arguments.
//!
//! The schedule is that of Standard Webhooks: at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and
//! 24 h, each ±20 %. 2xx is success; 410 disables the destination; everything else, redirects included, is tried again.

use crate::time::{Span, Timestamp};

/// Waits before the second and every later try.
const WAITS: [Span; 9] = [
    Span::seconds(5),
    Span::minutes(5),
    Span::minutes(30),
    Span::hours(2),
    Span::hours(5),
    Span::hours(10),
    Span::hours(14),
    Span::hours(20),
    Span::hours(24),
];

/// A receiver that takes longer has failed.
pub const TIMEOUT: Span = Span::seconds(20);
/// The longest wait that a receiver may ask for with `Retry-After`.
const LONGEST_ASKED: Span = Span::hours(24);
/// How much of an answer is kept, in bytes.
pub const KEPT_ANSWER: usize = 2_048;
/// Tries of one destination that may be under way together.
pub const CONCURRENT: usize = 8;

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Answered {
        status: u16,
        retry_after: Option<Span>,
    },
    /// No answer: refused, timed out, or cut off.
    Failed,
}

/// What is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Done,
    RetryAt(Timestamp),
    /// The receiver is gone for good (410): nothing more is sent there.
    Disable,
    /// The last try failed: kept, visible, and replayed by hand.
    DeadLetter,
}

/// `tried`: how many tries there were, this one included. `jitter`: one random byte.
pub fn next(tried: u32, outcome: &Outcome, now: Timestamp, jitter: u8) -> Next {
    let asked = match outcome {
        Outcome::Answered { status: 200..=299, .. } => return Next::Done,
        Outcome::Answered { status: 410, .. } => return Next::Disable,
        Outcome::Answered { retry_after, .. } => *retry_after,
        Outcome::Failed => None,
    };
    let Some(wait) = tried.checked_sub(1).and_then(|before| WAITS.get(usize::try_from(before).ok()?)) else {
        return Next::DeadLetter;
    };
    let wait = spread(*wait, jitter).max(asked.unwrap_or_default().min(LONGEST_ASKED));
    Next::RetryAt(now.after(wait))
}

/// 80 % to 120 % of a wait: byte 0 is the least, 255 the most.
fn spread(wait: Span, jitter: u8) -> Span {
    let parts = 800 + i64::from(jitter) * 400 / 255;
    Span::millis(wait.as_millis() / 1_000 * parts)
}

/// `Retry-After` in seconds; the date form is not read.
pub fn retry_after(header: &str) -> Option<Span> {
    header.trim().parse().ok().filter(|seconds: &i64| *seconds >= 0).map(Span::seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16) -> Outcome {
        Outcome::Answered { status, retry_after: None }
    }

    fn wait(tried: u32, jitter: u8) -> i64 {
        match next(tried, &answered(500), Timestamp::from_millis(0), jitter) {
            Next::RetryAt(at) => at.millis(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_schedule_is_the_standards_within_a_fifth() {
        let seconds = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
        for (tried, seconds) in (1..).zip(seconds) {
            assert_eq!((wait(tried, 0), wait(tried, 255)), (seconds * 800, seconds * 1_200));
        }
        assert_eq!(next(10, &answered(500), Timestamp::from_millis(0), 0), Next::DeadLetter);
        assert_eq!(next(0, &Outcome::Failed, Timestamp::from_millis(0), 0), Next::DeadLetter);
    }

    #[test]
    fn only_2xx_is_success_and_410_is_the_end() {
        let now = Timestamp::from_millis(0);
        for status in [200, 202, 204, 299] {
            assert_eq!(next(1, &answered(status), now, 0), Next::Done);
        }
        assert_eq!(next(1, &answered(410), now, 0), Next::Disable);
        for status in [301, 302, 400, 404, 429, 500, 503] {
            assert!(matches!(next(1, &answered(status), now, 0), Next::RetryAt(_)), "{status}");
        }
        assert!(matches!(next(1, &Outcome::Failed, now, 0), Next::RetryAt(_)));
    }

    #[test]
    fn a_receiver_may_ask_for_a_longer_wait_up_to_a_day() {
        let ask = |header: &str| Outcome::Answered { status: 503, retry_after: retry_after(header) };
        let after = |header: &str| match next(1, &ask(header), Timestamp::from_millis(0), 0) {
            Next::RetryAt(at) => at.millis(),
            other => panic!("{other:?}"),
        };
        assert_eq!(after("60"), 60_000);
        assert_eq!(after("0"), 4_000);
        assert_eq!(after("999999999"), 86_400_000);
        assert_eq!(after("-5"), 4_000);
        assert_eq!(after("Fri, 20 Nov 2026 12:00:00 GMT"), 4_000);
    }
}
