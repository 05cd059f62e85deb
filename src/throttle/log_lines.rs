//! Lines of the log that strangers cause: one a minute of each kind, so that a flood of requests is no flood of lines.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use crate::domain::clock::Clock;

const EACH: Duration = Duration::from_mins(1);

/// One kind of line.
#[derive(Debug, Default)]
pub struct LogLine {
    /// When the next one may be written, in milliseconds of the clock.
    next: AtomicU64,
}

impl LogLine {
    /// Whether the line may be written now; then it counts as written.
    pub fn is_due(&self, clock: &dyn Clock) -> bool {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let now = clock.elapsed();
        let later = |next| (next <= millis(now)).then(|| millis(now + EACH));
        self.next.fetch_update(Relaxed, Relaxed, later).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicI64;

    use chrono::{DateTime, Utc};

    use super::*;
    use crate::domain::clock::from_millis;

    struct Hand(AtomicI64);
    impl Clock for Hand {
        fn now(&self) -> DateTime<Utc> {
            from_millis(self.0.load(Relaxed))
        }
    }

    #[test]
    fn a_line_is_written_once_a_minute() {
        let (clock, line) = (Hand(AtomicI64::new(5)), LogLine::default());
        assert!(line.is_due(&clock) && !line.is_due(&clock));
        clock.0.fetch_add(59_999, Relaxed);
        assert!(!line.is_due(&clock));
        clock.0.fetch_add(1, Relaxed);
        assert!(line.is_due(&clock) && !line.is_due(&clock));
    }
}
