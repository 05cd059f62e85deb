//! Comparisons that take more time or memory than a hash under our own settings: one at a time, in a queue
//! that is limited by the time that it takes.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::Semaphore;

use super::HashingError;
use crate::domain::password::HashError;

/// The longest time that the queue may take. Past it the answer is a 503.
const LONGEST: Duration = Duration::from_secs(15);

pub(super) struct Expensive {
    permit: Arc<Semaphore>,
    backlog: Arc<Mutex<Duration>>,
}

impl Default for Expensive {
    fn default() -> Self {
        Self {
            permit: Arc::new(Semaphore::new(1)),
            backlog: Arc::default(),
        }
    }
}

/// Subtracts its time from the backlog when dropped.
struct Counted {
    backlog: Arc<Mutex<Duration>>,
    expected: Duration,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut backlog = locked(&self.backlog);
        *backlog = backlog.saturating_sub(self.expected);
    }
}

fn locked(backlog: &Mutex<Duration>) -> MutexGuard<'_, Duration> {
    backlog.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Expensive {
    /// How long the running and the waiting comparisons will take.
    pub(super) fn backlog(&self) -> Duration {
        *locked(&self.backlog)
    }

    /// Whether a comparison of this time would be refused.
    pub(super) fn is_full_for(&self, expected: Duration) -> bool {
        is_full(self.backlog(), expected)
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        expected: Duration,
        work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashingError> {
        let counted = self.counted(expected)?;
        let permit = Arc::clone(&self.permit)
            .acquire_owned()
            .await
            .map_err(|_| HashingError::Interrupted)?;
        let outcome = tokio::task::spawn_blocking(move || {
            // A client that disconnects frees neither before the work is done.
            let _held = (permit, counted);
            work()
        });
        Ok(outcome.await.map_err(|_| HashingError::Interrupted)??)
    }

    fn counted(&self, expected: Duration) -> Result<Counted, HashingError> {
        let mut backlog = locked(&self.backlog);
        if is_full(*backlog, expected) {
            return Err(HashingError::Busy);
        }
        *backlog += expected;
        Ok(Counted {
            backlog: Arc::clone(&self.backlog),
            expected,
        })
    }
}

fn is_full(backlog: Duration, expected: Duration) -> bool {
    !backlog.is_zero() && backlog + expected > LONGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn comparisons_run_one_at_a_time_within_the_time_limit() {
        let expensive = Arc::new(Expensive::default());
        let running = Arc::new(Mutex::new((0, 0)));
        let tasks: Vec<_> = (0..40)
            .map(|_| {
                let (expensive, running) = (Arc::clone(&expensive), Arc::clone(&running));
                tokio::spawn(async move {
                    let work = move || {
                        running.lock().unwrap().0 += 1;
                        std::thread::sleep(Duration::from_millis(2));
                        let mut running = running.lock().unwrap();
                        running.1 = running.1.max(running.0);
                        running.0 -= 1;
                        Ok(())
                    };
                    expensive.run(Duration::from_secs(1), work).await
                })
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            done += usize::from(task.await.unwrap().is_ok());
        }
        assert!((15..40).contains(&done), "{done}");
        assert_eq!(running.lock().unwrap().1, 1);
        assert_eq!(expensive.backlog(), Duration::ZERO);
    }

    #[tokio::test]
    async fn a_single_slow_comparison_is_accepted() {
        let expensive = Expensive::default();
        let done = expensive.run(LONGEST * 2, || Ok(())).await;
        assert!(done.is_ok());
    }
}
