//! Searching the audit log: the name of an event, times in the formats that people type, and the cursor of
//! a page.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use thiserror::Error;

use super::event::kind_of;

/// Why a search value is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SearchError {
    /// It is neither a date nor a time.
    #[error("Write it as 2026-03-01 or 2026-03-01T12:00, in UTC.")]
    BadTime,
    /// There is no event with that name.
    #[error("Choose one of the events.")]
    UnknownEvent,
    /// It is not the number of an event.
    #[error("This page of the log can no longer be found. Start from the newest one.")]
    BadCursor,
}

/// Parses a time: a date, which means its midnight, or a date with a time. Without an offset it is UTC.
pub fn time(text: &str) -> Result<DateTime<Utc>, SearchError> {
    let text = text.trim();
    let rfc3339 = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc());
    // The format of `<input type="datetime-local">`, with seconds unless they are zero.
    let local = |format| NaiveDateTime::parse_from_str(text, format).map(|time| time.and_utc());
    let read = rfc3339
        .or_else(|_| local("%Y-%m-%dT%H:%M:%S%.f"))
        .or_else(|_| local("%Y-%m-%dT%H:%M"))
        .or_else(|_| text.parse::<NaiveDate>().map(midnight));
    // The range of times that Postgres can compare.
    read.ok()
        .filter(|time| (1970..=9999).contains(&time.year()))
        .ok_or(SearchError::BadTime)
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}

/// Parses the name of an event; blank is `None`.
pub fn event(name: &str) -> Result<Option<String>, SearchError> {
    let name = name.trim();
    if name.is_empty() {
        return Ok(None);
    }
    let kind = kind_of(name).ok_or(SearchError::UnknownEvent)?;
    Ok(Some(kind.name.to_owned()))
}

/// Parses the number of the event before a page; blank is the newest page.
pub fn cursor(text: &str) -> Result<Option<i64>, SearchError> {
    if text.is_empty() {
        return Ok(None);
    }
    let is_number = text.bytes().all(|b| b.is_ascii_digit());
    let seq = text.parse().ok().filter(|_| is_number);
    seq.map(Some).ok_or(SearchError::BadCursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_date_or_a_date_with_time() {
        let read = |text: &str| time(text).map(|time| time.to_rfc3339());
        for (text, means) in [
            ("2026-03-01", "2026-03-01T00:00:00+00:00"),
            ("2026-03-01T12:00", "2026-03-01T12:00:00+00:00"),
            ("2026-03-01T12:00:30", "2026-03-01T12:00:30+00:00"),
            (" 2026-03-01T12:00:30.25 ", "2026-03-01T12:00:30.250+00:00"),
            ("2026-03-01T12:00:00+02:00", "2026-03-01T10:00:00+00:00"),
        ] {
            assert_eq!(read(text).unwrap(), means);
        }
        for bad in [
            "",
            "yesterday",
            "2026-02-30",
            "2026-03-01T25:00",
            "+262142-12-31",
            "0001-01-01",
            "1970-01-01T00:00:00+14:00",
        ] {
            assert_eq!(time(bad), Err(SearchError::BadTime), "{bad}");
        }
    }

    #[test]
    fn a_cursor_is_a_number() {
        assert_eq!(cursor(""), Ok(None));
        assert_eq!(cursor("42"), Ok(Some(42)));
        for bad in ["x", "-1", "+1", " 1", "1.0", "99999999999999999999"] {
            assert_eq!(cursor(bad), Err(SearchError::BadCursor), "{bad}");
        }
    }

    #[test]
    fn an_event_is_one_of_the_table() {
        assert_eq!(event("signed_in"), Ok(Some("signed_in".to_owned())));
        assert_eq!(event(" "), Ok(None));
        assert_eq!(event("Signed_in"), Err(SearchError::UnknownEvent));
    }
}
