//! The book's head, told once a day, so that someone else holds it too: whoever has it can tell whether the book was
//! written anew.

use crate::calendar::Day;
use crate::time::{Span, Timestamp};
use serde::Serialize;

/// After a long silence only the newest days are told.
const MOST_DAYS: i64 = 31;

/// The event `ledger.head`: how the book stood when a day ended, in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Head {
    pub date: String,
    /// The last posting's number.
    pub postings: i64,
    /// The last posting's hash.
    pub head: String,
}

/// A day by its number since 1970.
pub fn day_of(at: Timestamp) -> i64 {
    at.day().millis() / Span::days(1).as_millis()
}

/// The moment at which a day is over.
pub fn end_of(day: i64) -> Timestamp {
    Timestamp::default().after(Span::days(day + 1))
}

/// The days that have ended and weren't told, the oldest first; `told` is the last that was.
pub fn due(told: i64, now: Timestamp) -> std::ops::Range<i64> {
    let today = day_of(now);
    (told + 1).max(today - MOST_DAYS)..today
}

impl Head {
    pub fn new(day: i64, postings: i64, head: String) -> Self {
        Self { date: Day::of(Timestamp::default().after(Span::days(day))).to_string(), postings, head }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_day_that_ended_is_due_once() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let day = day_of(at("2026-11-20T12:00:00Z"));
        for (told, now, days) in [
            (day - 1, "2026-11-20T23:59:59.999Z", 0),
            (day - 1, "2026-11-21T00:00:00Z", 1),
            (day, "2026-11-21T00:00:00Z", 0),
            (day - 1, "2026-11-24T12:00:00Z", 4),
            (day - 1, "2027-11-24T12:00:00Z", MOST_DAYS),
            // A clock that was set back.
            (day, "2026-11-01T12:00:00Z", 0),
        ] {
            assert_eq!(i64::try_from(due(told, at(now)).count()).unwrap(), days, "{now}");
        }
        assert_eq!(end_of(day), at("2026-11-21T00:00:00Z"));
    }

    #[test]
    fn the_event_is_pinned() {
        let head = Head::new(20_777, 4, "ab".to_owned());
        assert_eq!(serde_json::to_string(&head).unwrap(), r#"{"date":"2026-11-20","postings":4,"head":"ab"}"#);
    }
}
