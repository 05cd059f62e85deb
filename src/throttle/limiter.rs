//! One keyed limiter with a bound on its memory.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use governor::{
    Quota, RateLimiter, clock::Reference, middleware::NoOpMiddleware, nanos::Nanos,
    state::keyed::DashMapStateStore,
};

use super::Limit;
use crate::domain::clock::Clock;

/// Keys held one by one. An entry takes 16 bytes and its share of the table, so that a limiter
/// stays under 16 MiB.
const MAX_KEYS: usize = 200_000;
/// Past that, keys share this many counters.
const SHARED_COUNTERS: u64 = 1 << 16;
/// How often a full limiter looks for keys that may go.
const SWEEP_SECONDS: i64 = 1;

/// The injected clock in governor's terms.
#[derive(Clone)]
struct GovernorClock(Arc<dyn Clock>);

impl governor::clock::Clock for GovernorClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let nanos = self
            .0
            .now()
            .timestamp_nanos_opt()
            .and_then(|n| u64::try_from(n).ok());
        Nanos::from(nanos.unwrap_or_default())
    }
}

type Keyed = RateLimiter<u64, DashMapStateStore<u64>, GovernorClock, NoOpMiddleware<Nanos>>;

/// Counts by keys, of which only a keyed hash is kept.
pub(super) struct Limiter {
    counters: Keyed,
    clock: GovernorClock,
    hasher: RandomState,
    last_sweep: AtomicI64,
}

impl Limiter {
    pub(super) fn new(limit: Limit, clock: &Arc<dyn Clock>) -> Self {
        let clock = GovernorClock(Arc::clone(clock));
        let each = limit.per / limit.burst.get();
        let quota = Quota::with_period(each.max(Duration::from_nanos(1)))
            .unwrap_or_else(|| Quota::per_second(limit.burst))
            .allow_burst(limit.burst);
        Self {
            counters: RateLimiter::new(quota, DashMapStateStore::default(), clock.clone()),
            clock,
            hasher: RandomState::new(),
            last_sweep: AtomicI64::new(i64::MIN),
        }
    }

    pub(super) fn count(&self, key: &impl Hash) -> Result<(), Duration> {
        let key = self.hasher.hash_one(key);
        let key = if self.is_full() {
            key % SHARED_COUNTERS
        } else {
            key
        };
        self.counters.check_key(&key).map_err(|denied| {
            let now = governor::clock::Clock::now(&self.clock);
            denied.earliest_possible().duration_since(now).into()
        })
    }

    /// Whether there is no room for new keys, once those are swept out that count nothing any more.
    fn is_full(&self) -> bool {
        if self.counters.len() < MAX_KEYS {
            return false;
        }
        let now = self.clock.0.now().timestamp();
        let last = self.last_sweep.load(Ordering::Relaxed);
        let due = now >= last.saturating_add(SWEEP_SECONDS);
        if due
            && self
                .last_sweep
                .compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        {
            self.counters.retain_recent();
            self.counters.shrink_to_fit();
        }
        self.counters.len() >= MAX_KEYS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::from_millis;
    use chrono::{DateTime, Utc};
    use std::num::NonZeroU32;

    struct Still;
    impl Clock for Still {
        fn now(&self) -> DateTime<Utc> {
            from_millis(1_000_000)
        }
    }

    #[test]
    fn keys_without_end_take_memory_with_one() {
        let clock: Arc<dyn Clock> = Arc::new(Still);
        let limit = Limit {
            burst: NonZeroU32::new(5).unwrap(),
            per: Duration::from_mins(1),
        };
        let limiter = Limiter::new(limit, &clock);
        for key in 0..MAX_KEYS + 300_000 {
            let _ = limiter.count(&key);
        }
        let bound = MAX_KEYS + usize::try_from(SHARED_COUNTERS).unwrap();
        assert!(
            limiter.counters.len() <= bound,
            "{}",
            limiter.counters.len()
        );
    }
}
