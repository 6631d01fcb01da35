//! One event on its way to one destination: what is next after each try. The clock and the jitter are arguments.
//!
//! The schedule is that of Standard Webhooks: at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and
//! 24 h, each ±20 %. 2xx is success; 410 disables the destination; everything else, redirects included, is tried again.
//! A destination where no try has succeeded for five days is disabled too. Its backlog waits until it is enabled again.

use crate::time::{Span, Timestamp};
use serde_json::Value;

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
/// Tries of one destination that may be under way together: as many connections as a Worker may have open.
pub const CONCURRENT: usize = 6;
/// A destination that failed for so long, without one success, is disabled.
pub const FAILING_FOR: Span = Span::days(5);
/// A receiver that asks for patience (429, or 503 with `Retry-After`) is left alone for so long at most; the delivery
/// that it said it to waits for as long as it asked.
const LONGEST_PAUSE: Span = Span::hours(1);

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

/// How long a `Retry-After` asks to wait: seconds, or a date in any of HTTP's three forms.
pub fn retry_after(header: &str, now: Timestamp) -> Option<Span> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<i64>() {
        return (seconds >= 0).then_some(Span::seconds(seconds));
    }
    let at = Timestamp::parse_http(header)?;
    Some(Span::millis(at.since(now).as_millis().max(0)))
}

/// Until when the whole destination is left alone, where a receiver asks for patience.
pub fn held_until(outcome: &Outcome, now: Timestamp) -> Option<Timestamp> {
    match outcome {
        Outcome::Answered { status: 429 | 503, retry_after: Some(asked) } => {
            Some(now.after((*asked).min(LONGEST_PAUSE)))
        }
        _ => None,
    }
}

/// How a destination stands after a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    Well,
    /// No try has succeeded since.
    FailingSince(Timestamp),
    /// For too long: it is disabled.
    GivenUp,
}

/// `failing_since`: the first failure after the last success. `longest`: what is too long.
pub fn health(failing_since: Option<Timestamp>, outcome: &Outcome, now: Timestamp, longest: Span) -> Health {
    match (outcome, failing_since) {
        (Outcome::Answered { status: 200..=299, .. }, _) => Health::Well,
        (_, Some(since)) if now.since(since) >= longest => Health::GivenUp,
        (_, since) => Health::FailingSince(since.unwrap_or(now)),
    }
}

/// What must stay in order where a destination asks for it: the conversion that an event is about.
pub fn lane(kind: &str, body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    let data = body.get("data")?;
    let own = if kind.starts_with("conversion.") { data.get("id") } else { None };
    data.get("conversion").or(own).and_then(Value::as_str).map(str::to_owned)
}

/// The longest beginning of a text that has at most so many bytes, whole characters only.
pub fn beginning(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
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
        let ask = |header: &str| Outcome::Answered {
            status: 503,
            retry_after: retry_after(header, Timestamp::from_millis(0)),
        };
        let after = |header: &str| match next(1, &ask(header), Timestamp::from_millis(0), 0) {
            Next::RetryAt(at) => at.millis(),
            other => panic!("{other:?}"),
        };
        assert_eq!(after("60"), 60_000);
        assert_eq!(after("0"), 4_000);
        assert_eq!(after("999999999"), 86_400_000);
        assert_eq!(after("-5"), 4_000);
        assert_eq!(after("Thu, 01 Jan 1970 00:01:00 GMT"), 60_000);
        assert_eq!(after("Wed, 31 Dec 1969 00:00:00 GMT"), 4_000);
        assert_eq!(after("Fri, 20 Nov 2026 12:00:00 GMT"), 86_400_000);
        assert_eq!(after("soon"), 4_000);
    }

    #[test]
    fn a_date_is_read_in_each_form_that_http_has() {
        let now = Timestamp::parse("1994-11-06T08:49:00Z").unwrap();
        for header in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(retry_after(header, now), Some(Span::seconds(37)), "{header}");
            assert_eq!(retry_after(header, now.after(Span::days(1))), Some(Span::default()), "{header}, past");
        }
        for header in ["", "1.5", "-1", "Sun, 06 Nov", "9999999999999999999999", "\u{e9}"] {
            assert_eq!(retry_after(header, now), None, "{header}");
        }
    }

    #[test]
    fn who_asks_for_patience_is_left_alone_for_an_hour_at_most() {
        let now = Timestamp::from_millis(0);
        let asked = |status, seconds| Outcome::Answered { status, retry_after: Some(Span::seconds(seconds)) };
        assert_eq!(held_until(&asked(429, 30), now), Some(Timestamp::from_millis(30_000)));
        assert_eq!(held_until(&asked(503, 999_999), now), Some(Timestamp::from_millis(3_600_000)));
        assert_eq!(held_until(&asked(500, 30), now), None);
        assert_eq!(held_until(&answered(429), now), None);
        assert_eq!(held_until(&Outcome::Failed, now), None);
    }

    #[test]
    fn five_days_without_a_success_are_the_end_and_one_success_begins_anew() {
        let at = |hours| Timestamp::from_millis(0).after(Span::hours(hours));
        let step = |since, outcome: &Outcome, hours| health(since, outcome, at(hours), FAILING_FOR);
        assert_eq!(step(None, &Outcome::Failed, 0), Health::FailingSince(at(0)));
        assert_eq!(step(Some(at(0)), &answered(500), 119), Health::FailingSince(at(0)));
        assert_eq!(step(Some(at(0)), &answered(302), 120), Health::GivenUp);
        assert_eq!(step(Some(at(0)), &answered(204), 120), Health::Well);
        assert_eq!(step(None, &answered(200), 120), Health::Well);
    }

    #[test]
    fn the_lane_of_an_event_is_its_conversion() {
        for (kind, body, lane_of) in [
            ("conversion.recorded", r#"{"data":{"id":"cnv_1"}}"#, Some("cnv_1")),
            ("reward.created", r#"{"data":{"id":"rwd_1","conversion":"cnv_1"}}"#, Some("cnv_1")),
            ("participant.joined", r#"{"data":{"id":"prt_1"}}"#, None),
            ("test", "not json", None),
        ] {
            assert_eq!(lane(kind, body).as_deref(), lane_of, "{kind}");
        }
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(beginning("abc", 9), "abc");
        assert_eq!(beginning("a\u{e9}b", 2), "a");
        assert_eq!(beginning("", 5), "");
    }
}
