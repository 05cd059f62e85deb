//! Formats times, durations and browser names for mails. `filters` has the same functions as filters for the
//! templates.

use chrono::{DateTime, Duration, Utc};

use crate::domain::text::one_line;

/// The maximum number of characters of a browser's name in a mail.
const LONGEST_BROWSER: usize = 80;

/// A time in UTC, to the minute: `22 November 2026 at 13:07 UTC`.
pub(super) fn date_and_time(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y at %H:%M UTC").to_string()
}

/// A duration in the largest unit that divides it: `30 minutes`, `24 hours`, `14 days`. Days are used from two days
/// on. Seconds are rounded down, so that a mail never promises more time than there is.
pub(super) fn in_words(span: Duration) -> String {
    let minutes = span.num_minutes().max(0);
    let (count, unit) = match minutes {
        m if m >= 2 * 24 * 60 && m % (24 * 60) == 0 => (m / (24 * 60), "day"),
        m if m >= 60 && m % 60 == 0 => (m / 60, "hour"),
        m => (m, "minute"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// The name of a browser, on one line and shortened. The client chooses this name freely.
pub(super) fn browser_name(text: &str) -> String {
    let line = one_line(text);
    match line.char_indices().nth(LONGEST_BROWSER) {
        Some((end, _)) => format!("{}...", line[..end].trim_end()),
        None => line,
    }
}

/// The functions above as Askama filters.
#[expect(
    unreachable_pub,
    clippy::inline_always,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "Askama's attribute makes a type with a method of each function, and wants a result"
)]
pub(super) mod filters {
    use askama::{Result, Values};
    use chrono::{DateTime, Duration, Utc};

    #[askama::filter_fn]
    pub(in super::super) fn date_and_time(at: &DateTime<Utc>, _: &dyn Values) -> Result<String> {
        Ok(super::date_and_time(*at))
    }

    #[askama::filter_fn]
    pub(in super::super) fn in_words(span: &Duration, _: &dyn Values) -> Result<String> {
        Ok(super::in_words(*span))
    }

    #[askama::filter_fn]
    pub(in super::super) fn browser_name(text: &str, _: &dyn Values) -> Result<String> {
        Ok(super::browser_name(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_use_their_largest_whole_unit() {
        let said = |minutes| in_words(Duration::minutes(minutes));
        assert_eq!(said(1), "1 minute");
        assert_eq!(said(30), "30 minutes");
        assert_eq!(said(60), "1 hour");
        assert_eq!(said(90), "90 minutes");
        assert_eq!(said(24 * 60), "24 hours");
        assert_eq!(said(14 * 24 * 60), "14 days");
        assert_eq!(said(-5), "0 minutes");
        assert_eq!(in_words(Duration::seconds(119)), "1 minute");
    }

    #[test]
    fn times_are_in_utc() {
        let at = DateTime::from_timestamp(1_770_000_000, 0).unwrap();
        assert_eq!(date_and_time(at), "2 February 2026 at 02:40 UTC");
    }

    #[test]
    fn a_browser_name_stays_on_one_line_and_short() {
        assert_eq!(browser_name("Firefox on Linux"), "Firefox on Linux");
        assert_eq!(
            browser_name(&"é".repeat(81)),
            format!("{}...", "é".repeat(80))
        );
        assert_eq!(browser_name(&"é".repeat(80)), "é".repeat(80));
    }
}
