//! The source of the current time, and conversions of times.

use std::time::Duration;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// A source of the current time. Tests use one that they control.
pub trait Clock: Send + Sync {
    /// The current time in UTC.
    fn now(&self) -> DateTime<Utc>;

    /// The time since a fixed moment in the past, by a clock that is never set, for measuring durations
    /// within one process. By default the time of day, which may go back.
    fn elapsed(&self) -> Duration {
        let since_1970 = self.now().signed_duration_since(DateTime::UNIX_EPOCH);
        since_1970.to_std().unwrap_or_default()
    }
}

/// The time cut to whole milliseconds, the precision of tokens and rows.
pub fn to_millis(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::milliseconds(1)).unwrap_or(at)
}

/// The time for a count of milliseconds since 1970; counts out of range saturate.
pub fn from_millis(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or(if millis < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    })
}

/// The time for a count of microseconds since 1970; counts out of range saturate.
pub fn from_micros(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or(if micros < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    })
}

/// A wait in whole seconds, never less than asked for.
pub fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}
