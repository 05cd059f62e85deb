//! One keyed limiter: governor's GCRA over a table of fixed size.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use governor::{Quota, RateLimiter, clock::Reference, middleware::NoOpMiddleware, nanos::Nanos};

use super::{Limit, slots::Slots};
use crate::domain::clock::Clock;

/// The injected clock in the form that governor uses. It never goes back: if the time of day is set back,
/// this clock pauses and then continues. Otherwise a client that was refused before would stay refused for
/// the whole difference.
#[derive(Clone)]
struct GovernorClock {
    clock: Arc<dyn Clock>,
    run: Arc<Mutex<Run>>,
}

/// The last time of the clock, and how far it has run.
#[derive(Default)]
struct Run {
    last: Duration,
    total: Duration,
}

impl GovernorClock {
    /// Starts at one second: zero marks an empty slot.
    fn new(clock: &Arc<dyn Clock>) -> Self {
        let run = Run {
            last: clock.elapsed(),
            total: Duration::from_secs(1),
        };
        Self {
            clock: Arc::clone(clock),
            run: Arc::new(Mutex::new(run)),
        }
    }
}

impl governor::clock::Clock for GovernorClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let mut run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = self.clock.elapsed();
        let passed = shown.saturating_sub(run.last);
        run.total += passed;
        run.last = shown;
        Nanos::from(u64::try_from(run.total.as_nanos()).unwrap_or(u64::MAX))
    }
}

type Keyed = RateLimiter<u64, Slots, GovernorClock, NoOpMiddleware<Nanos>>;

/// Counts by keys; only a keyed hash of each is kept.
pub(super) struct Limiter {
    counters: Keyed,
    clock: GovernorClock,
    hasher: RandomState,
}

impl Limiter {
    pub(super) fn new(limit: Limit, clock: &Arc<dyn Clock>) -> Self {
        let clock = GovernorClock::new(clock);
        let each = limit.per / limit.burst.get();
        let quota = Quota::with_period(each.max(Duration::from_nanos(1)))
            .unwrap_or_else(|| Quota::per_second(limit.burst))
            .allow_burst(limit.burst);
        Self {
            counters: RateLimiter::new(quota, Slots::default(), clock.clone()),
            clock,
            hasher: RandomState::new(),
        }
    }

    pub(super) fn count(&self, key: &impl Hash) -> Result<(), Duration> {
        let key = self.hasher.hash_one(key);
        self.counters.check_key(&key).map_err(|denied| {
            let now = governor::clock::Clock::now(&self.clock);
            denied.earliest_possible().duration_since(now).into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::from_millis;
    use crate::throttle::slots::SLOTS;
    use chrono::{DateTime, Utc};
    use std::num::NonZeroU32;

    struct Still;
    impl Clock for Still {
        fn now(&self) -> DateTime<Utc> {
            from_millis(1_000_000)
        }
    }

    fn two_a_minute() -> Limiter {
        let clock: Arc<dyn Clock> = Arc::new(Still);
        let limit = Limit {
            burst: NonZeroU32::new(2).unwrap(),
            per: Duration::from_mins(1),
        };
        Limiter::new(limit, &clock)
    }

    #[test]
    fn a_flood_of_keys_unblocks_no_one() {
        let limiter = two_a_minute();
        let blocked: Vec<usize> = (0..1000).collect();
        for key in &blocked {
            while limiter.count(&("blocked", key)).is_ok() {}
        }
        for key in 0..SLOTS * 2 {
            let _ = limiter.count(&("flood", key));
        }
        let still = |key: &&usize| limiter.count(&("blocked", key)).is_err();
        assert_eq!(blocked.iter().filter(still).count(), blocked.len());
    }

    #[test]
    fn a_flood_of_keys_blocks_no_other_key() {
        let limiter = two_a_minute();
        for key in 0..SLOTS * 2 {
            while limiter.count(&("flood", key)).is_ok() {}
        }
        for key in 0..1000 {
            assert!(limiter.count(&("honest", key)).is_ok());
        }
    }
}
