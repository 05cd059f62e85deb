//! Where the present comes from, and the few things that are done with times.

use std::time::Duration;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// A source of the current time. Tests move theirs.
pub trait Clock: Send + Sync {
    /// The current time in UTC.
    fn now(&self) -> DateTime<Utc>;

    /// The time since some moment of the past, by a clock that no one sets (for lengths of time
    /// within one process). Where there is none, the time of day, which may fall.
    fn elapsed(&self) -> Duration {
        let since_1970 = self.now().signed_duration_since(DateTime::UNIX_EPOCH);
        since_1970.to_std().unwrap_or_default()
    }
}

/// The time cut down to whole milliseconds, the precision that tokens and rows keep.
pub fn to_millis(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::milliseconds(1)).unwrap_or(at)
}

/// The time of a count of milliseconds since 1970; out-of-range counts saturate.
pub fn from_millis(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or(if millis < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    })
}

/// The time of a count of microseconds since 1970; out-of-range counts saturate.
pub fn from_micros(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or(if micros < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    })
}
