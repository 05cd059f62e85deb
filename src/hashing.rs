//! Bounded password hashing: a permit for each concurrent hash, a bounded queue, and one buffer for each
//! permit. A hash that costs more than one under our settings, made by another system or under earlier
//! settings, is compared with a separate permit and queue (`expensive`).

mod expensive;
mod refusal;
mod timings;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Instant,
};

use crate::domain::{
    password::{Argon2Settings, Guess, HashError, Hasher, Memory, Password, Verdict},
    secrets::random::{self, Random},
};
use expensive::Expensive;
use refusal::Waiting;
pub use refusal::{MOST_KINDS, Refusal};
use thiserror::Error;
use timings::Timings;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many may wait for each permit. At 20 ms for a hash that is two and a half seconds.
const QUEUE_PER_PERMIT: usize = 128;

#[derive(Debug, Error)]
pub enum HashingError {
    /// The queue is full: the client should try again in a moment.
    #[error("too many passwords are being checked")]
    Busy,
    /// The hash could not be made or read.
    #[error("password hashing: {0}")]
    Hash(#[from] HashError),
    #[error("password hashing was interrupted")]
    Interrupted,
}

/// Runs Argon2 on blocking threads, never more than the permits allow.
pub struct Hashing {
    hasher: Hasher,
    concurrency: usize,
    permits: Arc<Semaphore>,
    buffers: Arc<Mutex<Vec<Memory>>>,
    queued: Arc<AtomicUsize>,
    queue_limit: usize,
    refused: AtomicU64,
    expensive: Expensive,
    timings: Arc<Timings>,
    waiting: Waiting,
}

/// The result of a comparison, and how long a refusal has to wait.
#[derive(Debug)]
#[must_use]
pub struct Compared {
    /// Whether the password is right.
    pub verdict: Verdict,
    /// Must be awaited if the sign-in is refused, even if the password is right.
    pub refusal: Refusal,
}

impl Compared {
    /// Whether the password is right.
    pub fn is_match(&self) -> bool {
        matches!(self.verdict, Verdict::Match { .. })
    }
}

/// The hashing threads and their queue at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Hashes that are being computed.
    pub in_use: usize,
    pub waiting: usize,
    /// Requests that found the queue full, since the start.
    pub refused: u64,
}

/// Leaves the queue when dropped, also if the client disconnects while waiting.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Hashing {
    /// At most `concurrency` concurrent hashes, at least one.
    pub fn new(settings: Argon2Settings, concurrency: usize) -> Result<Self, HashError> {
        let concurrency = concurrency.max(1);
        Ok(Self {
            hasher: Hasher::new(settings)?,
            concurrency,
            permits: Arc::new(Semaphore::new(concurrency)),
            buffers: Arc::new(Mutex::new(
                (0..concurrency).map(|_| Memory::default()).collect(),
            )),
            queued: Arc::default(),
            queue_limit: concurrency * (QUEUE_PER_PERMIT + 1),
            refused: AtomicU64::default(),
            expensive: Expensive::default(),
            timings: Arc::default(),
            waiting: Waiting::default(),
        })
    }

    /// The numbers are read one after the other, so they may differ by a request.
    pub fn load(&self) -> Load {
        let lent = self
            .concurrency
            .saturating_sub(self.permits.available_permits());
        let queued = self.queued.load(Ordering::Acquire);
        Load {
            in_use: lent,
            waiting: queued.saturating_sub(lent),
            refused: self.refused.load(Ordering::Relaxed),
        }
    }

    /// Hashes a new password into a PHC string.
    pub async fn hash(
        &self,
        password: Password,
        random: &dyn Random,
    ) -> Result<String, HashingError> {
        let salt = random::bytes::<16>(random);
        self.run(move |hasher, memory| hasher.hash(&password, salt, memory))
            .await
    }

    /// Compares a password with a stored hash; without a hash it does the same work and discards it.
    pub async fn verify(
        &self,
        password: Password,
        stored: Option<&str>,
    ) -> Result<Compared, HashingError> {
        let forms = password.forms().len();
        let guess = self.hasher.guess(password.clone(), stored);
        let guess = guess.or_else(|error| {
            // A damaged row is for the operator to fix. The user gets the answer for a wrong password, as
            // for an address without an account.
            tracing::error!(%error, "a stored password hash cannot be verified");
            self.hasher.guess(password, None)
        })?;
        if self.hasher.is_dear(&guess) {
            // It waits for an ordinary permit first, like all others, so that this time reveals nothing.
            drop(self.turn().await?);
            let refusal = Refusal::new(Instant::now(), self.expensive.backlog(), forms);
            let verdict = self.check_dear(guess).await?;
            return Ok(Compared { verdict, refusal });
        }
        let timings = Arc::clone(&self.timings);
        let (verdict, began) = self
            .run(move |hasher, memory| {
                let began = Instant::now();
                let verdict = hasher.check(&guess, memory)?;
                if guess.work().is_none() {
                    timings.note(hasher.own_work(), began.elapsed());
                }
                Ok((verdict, began))
            })
            .await?;
        let refusal = Refusal::new(began, self.expensive.backlog(), forms);
        Ok(Compared { verdict, refusal })
    }

    /// Compares with the permit for expensive hashes, in memory that is freed afterwards.
    async fn check_dear(&self, guess: Guess) -> Result<Verdict, HashingError> {
        let Some((work, forms)) = guess.work() else {
            return Err(HashError::Malformed.into());
        };
        let expected = self.timings.expected(work) * u32::try_from(forms).unwrap_or(u32::MAX);
        let (hasher, timings) = (self.hasher.clone(), Arc::clone(&self.timings));
        let check = move || {
            let began = Instant::now();
            let verdict = hasher.check(&guess, &mut Memory::default())?;
            // Once the password is found to be right, the other forms are not tried.
            if verdict == Verdict::Mismatch {
                timings.note(
                    work,
                    began.elapsed() / u32::try_from(forms).unwrap_or(u32::MAX),
                );
            }
            Ok(verdict)
        };
        match self.expensive.run(expected, check).await {
            Err(HashingError::Busy) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                Err(HashingError::Busy)
            }
            checked => checked,
        }
    }

    /// Whether a hash of another system could be verified at a sign-in.
    pub fn can_verify(&self, stored: &str) -> Result<(), HashError> {
        self.hasher.can_verify(stored)
    }

    /// Waits for a permit, if the queue has a place.
    async fn turn(&self) -> Result<(OwnedSemaphorePermit, Place), HashingError> {
        let ahead = self.queued.fetch_add(1, Ordering::AcqRel);
        let place = Place(Arc::clone(&self.queued));
        if ahead >= self.queue_limit {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Err(HashingError::Busy);
        }
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_| HashingError::Interrupted)?;
        Ok((permit, place))
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Hasher, &mut Memory) -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashingError> {
        let (permit, place) = self.turn().await?;
        let (hasher, buffers) = (self.hasher.clone(), Arc::clone(&self.buffers));
        // Permit and place move into the thread: a client that disconnects frees neither before the work
        // is done.
        let outcome = tokio::task::spawn_blocking(move || {
            let _held = (permit, place);
            let take = || buffers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut memory = take().unwrap_or_default();
            let outcome = work(&hasher, &mut memory);
            buffers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(memory);
            outcome
        });
        Ok(outcome.await.map_err(|_| HashingError::Interrupted)??)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOW: Argon2Settings = Argon2Settings {
        memory_kib: 19_456,
        iterations: 2,
        parallelism: 1,
    };

    fn password() -> Password {
        Password::parse(&"some password".into()).unwrap()
    }

    #[tokio::test]
    async fn a_disconnected_client_releases_the_permit_when_the_hash_is_done() {
        let hashing = Arc::new(Hashing::new(SLOW, 1).unwrap());
        let (sender, receiver) = std::sync::mpsc::channel();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let client = tokio::spawn({
            let hashing = Arc::clone(&hashing);
            async move {
                let work = move |_: &Hasher, _: &mut Memory| {
                    sender.send(()).unwrap();
                    ended.recv().unwrap();
                    Ok(())
                };
                hashing.run(work).await
            }
        });
        tokio::task::spawn_blocking(move || receiver.recv().unwrap())
            .await
            .unwrap();
        client.abort();
        assert!(client.await.unwrap_err().is_cancelled());
        let state = || {
            let queued = hashing.queued.load(Ordering::Acquire);
            (hashing.permits.available_permits(), queued)
        };
        assert_eq!(state(), (0, 1), "it still computes");
        end.send(()).unwrap();
        let verdict = hashing.verify(password(), None).await;
        assert_eq!(verdict.unwrap().verdict, Verdict::Mismatch);
        assert_eq!(state(), (1, 0));
    }

    #[tokio::test]
    async fn a_full_queue_is_busy_and_recovers() {
        let hashing = Arc::new(Hashing::new(SLOW, 1).unwrap());
        let tasks: Vec<_> = (0..200)
            .map(|_| {
                let hashing = Arc::clone(&hashing);
                tokio::spawn(async move { hashing.verify(password(), None).await })
            })
            .collect();
        let mut busy = 0;
        for task in tasks {
            busy += usize::from(matches!(task.await.unwrap(), Err(HashingError::Busy)));
        }
        assert_eq!(busy, 200 - (QUEUE_PER_PERMIT + 1));
        assert_eq!(hashing.queued.load(Ordering::Acquire), 0);
        assert_eq!(
            hashing.verify(password(), None).await.unwrap().verdict,
            Verdict::Mismatch
        );
        assert_eq!(hashing.buffers.lock().unwrap().len(), 1);
    }
}
