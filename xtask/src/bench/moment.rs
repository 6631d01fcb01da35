//! A moment, as the API writes it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Since 1970. The edge runs on the same machine, so its clock is ours.
pub(super) fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// RFC 3339 in UTC, with milliseconds: `2026-11-20T12:00:00.000Z`.
pub(super) fn rfc_3339(since_1970: Duration) -> String {
    let seconds = since_1970.as_secs();
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", since_1970.subsec_millis())
}

/// Year, month and day. Years are counted from the first of March, so that the leap day is the last of its year; 400
/// of them always have the same number of days.
fn date(days_since_1970: u64) -> (u64, u64, u64) {
    let days = days_since_1970 + 719_468;
    let (age, day_of_age) = (days / 146_097, days % 146_097);
    let year_of_age = (day_of_age - day_of_age / 1_460 + day_of_age / 36_524 - day_of_age / 146_096) / 365;
    let day_of_year = day_of_age - (365 * year_of_age + year_of_age / 4 - year_of_age / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (age * 400 + year_of_age + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::rfc_3339;
    use std::time::Duration;

    #[test]
    fn moments_are_written() {
        for (millis, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_735_689_599_001, "2024-12-31T23:59:59.001Z"),
            (1_795_176_000_000, "2026-11-20T12:00:00.000Z"),
        ] {
            assert_eq!(rfc_3339(Duration::from_millis(millis)), expected);
        }
    }
}
