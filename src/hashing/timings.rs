//! How long each kind of work took recently in this process.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::domain::password::Work;

/// How many times are kept for each kind: few, so that a change of load has an effect soon.
const REMEMBERED: usize = 8;
/// How many kinds are remembered.
const KINDS: usize = 256;

#[derive(Default)]
pub(super) struct Timings(Mutex<HashMap<Work, VecDeque<Duration>>>);

impl Timings {
    fn all(&self) -> MutexGuard<'_, HashMap<Work, VecDeque<Duration>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note(&self, work: Work, took: Duration) {
        let mut all = self.all();
        if all.len() >= KINDS && !all.contains_key(&work) {
            all.clear();
        }
        let times = all.entry(work).or_default();
        if times.len() >= REMEMBERED {
            times.pop_front();
        }
        times.push_back(took);
    }

    /// The time within which three of the last four runs ended; `None` if there was none.
    pub(super) fn of(&self, work: Work) -> Option<Duration> {
        let mut times: Vec<_> = self.all().get(&work)?.iter().copied().collect();
        times.sort_unstable();
        times.get(times.len() * 3 / 4).copied()
    }

    /// The same; for work that was never done, an estimate from its parameters.
    pub(super) fn expected(&self, work: Work) -> Duration {
        self.of(work).unwrap_or_else(|| work.estimate())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recent_times_count_and_a_single_slow_one_does_not() {
        let timings = Timings::default();
        let work = Work::Bcrypt(4);
        assert_eq!(timings.of(work), None);
        for _ in 0..20 {
            timings.note(work, Duration::from_millis(90));
        }
        for took in [10, 11, 12, 13, 14, 15, 16, 500] {
            timings.note(work, Duration::from_millis(took));
        }
        assert_eq!(timings.of(work), Some(Duration::from_millis(16)));
    }
}
