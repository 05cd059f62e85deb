//! Checks new passwords on a separate thread: one at a time, in a bounded queue, so that sign-in waits
//! neither for the check nor for the hash that follows.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many checks may run or wait. At two milliseconds each, the last one waits a second.
const QUEUE: usize = 512;
/// How many of them may be for passwords that are still being typed; the rest is reserved for submitted
/// forms.
const QUEUE_WHILE_TYPING: usize = 256;
/// How many accepted passwords may be hashed or wait for it.
const HASH_QUEUE: usize = 256;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum JudgingError {
    /// The queue is full: the client should try again in a moment.
    #[error("too many passwords are being judged")]
    Busy,
    #[error("judging a password was interrupted")]
    Interrupted,
}

/// The reason for the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    Sent,
    /// It is still being typed.
    Typing,
}

/// The checking thread, and the turns for hashing accepted passwords.
pub struct Judging {
    judged: Line,
    hashed: Line,
    refused: AtomicU64,
}

/// The queue at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Passwords that wait for the check, and the one that is being checked.
    pub queued: usize,
    /// Passwords that were refused because the queue was full, since the start.
    pub refused: u64,
}

impl Judging {
    /// `hashing_concurrency` is how many passwords are hashed concurrently. New passwords use at most half
    /// of that, at least one, so that the rest stays free for sign-ins.
    pub fn new(hashing_concurrency: usize) -> Self {
        Self {
            judged: Line::new(1),
            hashed: Line::new((hashing_concurrency / 2).max(1)),
            refused: AtomicU64::default(),
        }
    }

    pub fn load(&self) -> Load {
        Load {
            queued: self.judged.queued.load(Ordering::Acquire),
            refused: self.refused.load(Ordering::Relaxed),
        }
    }

    /// Runs `work` when its turn comes. A client that disconnects while waiting leaves the queue.
    pub async fn run<T: Send + 'static>(
        &self,
        occasion: Occasion,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JudgingError> {
        let most = match occasion {
            Occasion::Sent => QUEUE,
            Occasion::Typing => QUEUE_WHILE_TYPING,
        };
        let turn = self.turn(&self.judged, most).await?;
        // The permit moves into the thread: a client that disconnects does not let a second check run at
        // the same time.
        let judged = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        judged.await.map_err(|_| JudgingError::Interrupted)
    }

    /// Waits for a turn to hash an accepted password. The turn ends when it is dropped.
    pub async fn turn_to_hash(&self) -> Result<Turn, JudgingError> {
        self.turn(&self.hashed, HASH_QUEUE).await
    }

    async fn turn(&self, line: &Line, most: usize) -> Result<Turn, JudgingError> {
        let turn = line.turn(most).await;
        if matches!(turn, Err(JudgingError::Busy)) {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        turn
    }
}

/// Permits, and the requests that wait for them in order.
struct Line {
    permits: Arc<Semaphore>,
    queued: Arc<AtomicUsize>,
}

/// A permit and a place in the queue, both released when dropped.
#[derive(Debug)]
pub struct Turn {
    _permit: OwnedSemaphorePermit,
    _place: Place,
}

/// Leaves the queue when dropped, also if the client disconnects while waiting.
#[derive(Debug)]
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Line {
    fn new(permits: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(permits)),
            queued: Arc::default(),
        }
    }

    async fn turn(&self, most: usize) -> Result<Turn, JudgingError> {
        let ahead = self.queued.fetch_add(1, Ordering::AcqRel);
        let place = Place(Arc::clone(&self.queued));
        if ahead >= most {
            return Err(JudgingError::Busy);
        }
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        Ok(Turn {
            _permit: permit.map_err(|_| JudgingError::Interrupted)?,
            _place: place,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use super::*;

    /// Holds the judging thread until the sender is dropped.
    async fn occupied(judging: &Arc<Judging>) -> mpsc::Sender<()> {
        let (end, ended) = mpsc::channel::<()>();
        let (say, said) = tokio::sync::oneshot::channel();
        let judging = Arc::clone(judging);
        tokio::spawn(async move {
            let work = move || {
                let _ = say.send(());
                let _ = ended.recv();
            };
            judging.run(Occasion::Sent, work).await
        });
        said.await.unwrap();
        end
    }

    fn asked(
        judging: &Arc<Judging>,
        occasion: Occasion,
        times: usize,
    ) -> Vec<tokio::task::JoinHandle<bool>> {
        (0..times)
            .map(|_| {
                let judging = Arc::clone(judging);
                tokio::spawn(async move { judging.run(occasion, || ()).await.is_ok() })
            })
            .collect()
    }

    #[tokio::test]
    async fn typing_leaves_places_for_forms_and_a_full_queue_is_busy() {
        let judging = Arc::new(Judging::new(2));
        let end = occupied(&judging).await;
        let typing = asked(&judging, Occasion::Typing, 300);
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(judging.load().queued, QUEUE_WHILE_TYPING);
        let sent = asked(&judging, Occasion::Sent, 300);
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(judging.load().queued, QUEUE);
        drop(end);
        let mut answered = [0, 0];
        for (kind, tasks) in [typing, sent].into_iter().enumerate() {
            for task in tasks {
                answered[kind] += usize::from(task.await.unwrap());
            }
        }
        assert_eq!(
            answered,
            [QUEUE_WHILE_TYPING - 1, QUEUE - QUEUE_WHILE_TYPING]
        );
        assert_eq!(judging.load().queued, 0);
        assert_eq!(judging.load().refused, 600 - (QUEUE as u64 - 1));
    }

    #[tokio::test]
    async fn a_disconnected_client_leaves_the_queue_and_a_panic_frees_the_thread() {
        let judging = Arc::new(Judging::new(1));
        let end = occupied(&judging).await;
        for task in asked(&judging, Occasion::Sent, 5) {
            tokio::task::yield_now().await;
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        }
        assert_eq!(judging.load().queued, 1, "it still judges");
        drop(end);
        let panicked = judging.run(Occasion::Sent, || panic!("a fault")).await;
        assert_eq!(panicked, Err::<(), _>(JudgingError::Interrupted));
        assert_eq!(judging.run(Occasion::Sent, || 1).await, Ok(1));
    }

    #[tokio::test]
    async fn new_passwords_use_at_most_half_of_the_permits() {
        for (concurrency, turns) in [(1, 1), (2, 1), (3, 1), (8, 4)] {
            let judging = Judging::new(concurrency);
            let mut held = Vec::new();
            for _ in 0..turns {
                held.push(judging.turn_to_hash().await.unwrap());
            }
            let next = tokio::time::timeout(Duration::from_millis(5), judging.turn_to_hash());
            assert!(next.await.is_err(), "of {concurrency}");
            held.clear();
            assert!(judging.turn_to_hash().await.is_ok());
        }
    }
}
