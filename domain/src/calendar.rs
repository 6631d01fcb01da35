//! Days, months and years of the calendar, in UTC. A month after the 31st of January is the 28th or 29th of February.

use crate::time::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _};
use std::fmt;

/// A day of the calendar, written `2026-12-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a day is written like 2026-12-31")]
pub struct BadDay;

impl Day {
    pub fn parse(text: &str) -> Result<Self, BadDay> {
        let digits = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if digits { text.parse().map(Self).map_err(|_| BadDay) } else { Err(BadDay) }
    }

    pub fn of(at: Timestamp) -> Self {
        let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Self(TimeZone::UTC.to_datetime(at).date())
    }

    /// The same day of a later month, or that month's last day where it has no such day.
    #[must_use]
    pub fn after_months(self, months: i64) -> Self {
        let span = Span::new().try_months(months.clamp(-100_000, 100_000)).unwrap_or_default();
        Self(self.0.saturating_add(span))
    }

    /// Its first moment.
    pub fn start(self) -> Timestamp {
        let at = TimeZone::UTC.to_timestamp(self.0.to_datetime(jiff::civil::Time::midnight()));
        // The calendar ends a day after time does.
        Timestamp::from_millis(at.unwrap_or(jiff::Timestamp::MAX).as_millisecond())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A stretch of the calendar that is counted on its own: all time, or each day, week (from Monday), month or year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Over {
    Ever,
    Day,
    Week,
    Month,
    Year,
}

impl Over {
    /// The first day of the stretch that a moment lies in; none where it is all time.
    pub fn first_day(self, at: Timestamp) -> Option<Day> {
        let day = Day::of(at);
        let first = match self {
            Self::Ever => return None,
            Self::Day => day.0,
            Self::Week => day.0.saturating_sub(i64::from(day.0.weekday().to_monday_zero_offset()).days()),
            Self::Month => day.0.first_of_month(),
            Self::Year => day.0.first_of_year(),
        };
        Some(Day(first))
    }
}

/// The moment a number of calendar months later, at the same time of day.
pub fn after_months(at: Timestamp, months: i64) -> Timestamp {
    Day::of(at).after_months(months).start().after(at.since(at.day()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn months_end_where_the_month_ends() {
        for (day, months, later) in [
            ("2026-01-31", 1, "2026-02-28"),
            ("2024-01-31", 1, "2024-02-29"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2024-02-29", 48, "2028-02-29"),
            ("2026-01-31", 2, "2026-03-31"),
            ("2026-10-31", 4, "2027-02-28"),
            ("2026-12-31", 0, "2026-12-31"),
        ] {
            assert_eq!(Day::parse(day).unwrap().after_months(months).to_string(), later, "{day} + {months}");
        }
        assert_eq!(after_months(at("2026-01-31T12:30:00.001Z"), 1).to_string(), "2026-02-28T12:30:00.001Z");
        assert!(Day::parse("2026-01-31").unwrap().after_months(i64::MAX).start() > at("2026-01-31T00:00:00Z"));
    }

    #[test]
    fn a_stretch_of_the_calendar_begins_with_its_first_day() {
        for (over, first) in [
            (Over::Ever, None),
            (Over::Day, Some("2026-11-22")),
            (Over::Week, Some("2026-11-16")),
            (Over::Month, Some("2026-11-01")),
            (Over::Year, Some("2026-01-01")),
        ] {
            let found = over.first_day(at("2026-11-22T23:59:59.999Z")).map(|day| day.to_string());
            assert_eq!(found.as_deref(), first, "{over:?}");
        }
    }

    #[test]
    fn a_day_is_written_in_one_way() {
        assert_eq!(Day::parse("2024-02-29").unwrap().start(), at("2024-02-29T00:00:00Z"));
        for text in ["", "2025-02-29", "2026-1-1", "20260101", "2026-12-31T00:00:00Z", "tomorrow"] {
            assert_eq!(Day::parse(text), Err(BadDay), "{text}");
        }
    }
}
