//! A clock that only the test moves.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use vestibule::internals::domain::clock::{Clock, from_millis};

/// 3 March 2026, 14:05 UTC: pages and mails print the same times in every run.
const START_MILLIS: i64 = 1_772_546_700_000;

/// All clones show the same time.
#[derive(Clone)]
pub(crate) struct HandClock {
    now: Arc<AtomicI64>,
    elapsed: Arc<AtomicI64>,
}

impl Default for HandClock {
    fn default() -> Self {
        Self {
            now: Arc::new(START_MILLIS.into()),
            elapsed: Arc::default(),
        }
    }
}

impl HandClock {
    /// Moves the clock ahead.
    pub(crate) fn advance(&self, by: TimeDelta) {
        self.set(by);
        self.elapsed
            .fetch_add(by.num_milliseconds(), Ordering::Relaxed);
    }

    /// Moves the time of day ahead or back, but not the elapsed time.
    pub(crate) fn set(&self, by: TimeDelta) {
        self.now.fetch_add(by.num_milliseconds(), Ordering::Relaxed);
    }
}

impl Clock for HandClock {
    fn now(&self) -> DateTime<Utc> {
        from_millis(self.now.load(Ordering::Relaxed))
    }

    fn elapsed(&self) -> Duration {
        let millis = self.elapsed.load(Ordering::Relaxed);
        Duration::from_millis(millis.try_into().unwrap_or_default())
    }
}
