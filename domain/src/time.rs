//! Time as Unix milliseconds, read and written as RFC 3339 in UTC. Nothing here asks what time it is.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// A length of time in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(i64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time is written like 2026-11-20T12:00:00.000Z")]
pub struct BadTime;

impl Span {
    pub const fn millis(n: i64) -> Self {
        Self(n)
    }
    pub const fn seconds(n: i64) -> Self {
        Self(n.saturating_mul(1_000))
    }
    pub const fn minutes(n: i64) -> Self {
        Self::seconds(n.saturating_mul(60))
    }
    pub const fn hours(n: i64) -> Self {
        Self::minutes(n.saturating_mul(60))
    }
    pub const fn days(n: i64) -> Self {
        Self::hours(n.saturating_mul(24))
    }
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
    pub const fn as_millis(self) -> i64 {
        self.0
    }
}

impl Timestamp {
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }
    pub const fn millis(self) -> i64 {
        self.0
    }
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000)
    }
    #[must_use]
    pub const fn after(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
    #[must_use]
    pub const fn before(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
    /// How long after `earlier` this is; negative when it is before.
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
    /// The first moment of the UTC day that this lies in.
    #[must_use]
    pub const fn day(self) -> Self {
        Self(self.0.div_euclid(86_400_000) * 86_400_000)
    }

    /// RFC 3339 with any offset and up to nanoseconds; what lies below a millisecond is cut off.
    pub fn parse(text: &str) -> Result<Self, BadTime> {
        let at: jiff::Timestamp = text.parse().map_err(|_| BadTime)?;
        Ok(Self(at.as_millisecond()))
    }

    /// HTTP's dates in any of their three forms (RFC 9110, 5.6.7), such as `Fri, 20 Nov 2026 12:00:00 GMT`.
    pub fn parse_http(text: &str) -> Option<Self> {
        use jiff::{civil::DateTime, fmt::rfc2822, tz::TimeZone};
        let at = |form| DateTime::strptime(form, text).ok()?.to_zoned(TimeZone::UTC).ok();
        let at = rfc2822::parse(text)
            .ok()
            .or_else(|| at("%A, %d-%b-%y %H:%M:%S GMT"))
            .or_else(|| at("%a %b %e %H:%M:%S %Y"))?;
        Some(Self(at.timestamp().as_millisecond()))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with milliseconds, such as `2026-11-20T12:00:00.000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        write!(f, "{at:.3}")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_any_offset_and_written_in_utc_with_milliseconds() {
        for (text, written) in [
            ("2026-11-20T12:00:00Z", "2026-11-20T12:00:00.000Z"),
            ("2026-11-20T13:00:00.5+01:00", "2026-11-20T12:00:00.500Z"),
            ("2024-02-29T23:59:59.999999Z", "2024-02-29T23:59:59.999Z"),
        ] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), written);
        }
        for text in ["", "2026-11-20", "2026-11-20T12:00:00", "2025-02-29T00:00:00Z", "yesterday", "1763600000"] {
            assert_eq!(Timestamp::parse(text), Err(BadTime), "{text}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_utc_also_before_1970() {
        assert_eq!(Timestamp::parse("2026-11-20T23:59:59.999Z").unwrap().day().to_string(), "2026-11-20T00:00:00.000Z");
        assert_eq!(Timestamp::from_millis(-1).day().to_string(), "1969-12-31T00:00:00.000Z");
    }
}
