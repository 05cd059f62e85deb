//! A clock that stands still until the test moves it.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use vestibule::domain::clock::{Clock, from_millis};

/// 3 March 2026, 14:05 UTC: pages and mails print the same times in every run.
const START_MILLIS: i64 = 1_772_546_700_000;

/// Clones show the same time.
#[derive(Clone)]
pub(crate) struct HandClock(Arc<AtomicI64>);

impl Default for HandClock {
    fn default() -> Self {
        Self(Arc::new(START_MILLIS.into()))
    }
}

impl HandClock {
    /// Moves the clock ahead.
    pub(crate) fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_milliseconds(), Ordering::Relaxed);
    }
}

impl Clock for HandClock {
    fn now(&self) -> DateTime<Utc> {
        from_millis(self.0.load(Ordering::Relaxed))
    }
}
