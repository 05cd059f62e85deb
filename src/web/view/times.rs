//! Times and waits as text.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::clock::whole_seconds;

/// A time as pages print it: `3 March 2026, 14:05 UTC`.
pub fn moment(at: &DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}

/// The date of a time, for columns with many: `2026-03-03`.
pub fn day(at: &DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

/// A time to the second, where the order matters: `3 March 2026, 14:05:09 UTC`.
pub fn exact_moment(at: &DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M:%S UTC").to_string()
}

/// A time for the `datetime` attribute (RFC 3339, seconds).
pub fn machine_moment(at: &DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A wait as text, rounded up so that waiting this long is always enough: `40 seconds`, `2 minutes`.
pub fn wait_in_words(wait: Duration) -> String {
    match whole_seconds(wait) {
        0..=1 => "1 second".to_owned(),
        seconds @ 2..=90 => format!("{seconds} seconds"),
        seconds @ 91..=5400 => format!("{} minutes", seconds.div_ceil(60)),
        seconds => format!("{} hours", seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_never_shown_shorter_than_it_is() {
        for (millis, words) in [
            (0, "1 second"),
            (1_001, "2 seconds"),
            (90_000, "90 seconds"),
            (90_001, "2 minutes"),
            (121_000, "3 minutes"),
            (900_000, "15 minutes"),
            (5_401_000, "2 hours"),
        ] {
            assert_eq!(wait_in_words(Duration::from_millis(millis)), words);
        }
    }

    #[test]
    fn times_are_formatted_as_text() {
        let at = DateTime::from_timestamp(1_772_546_700, 0).unwrap();
        assert_eq!(moment(&at), "3 March 2026, 14:05 UTC");
        assert_eq!(exact_moment(&at), "3 March 2026, 14:05:00 UTC");
        assert_eq!(machine_moment(&at), "2026-03-03T14:05:00Z");
    }
}
