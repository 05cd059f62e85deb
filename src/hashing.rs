//! Bounded password hashing: a permit for each concurrent hash, a bounded queue, and one buffer for each
//! permit. A hash that costs more than one under our settings, made by another system or under earlier
//! settings, is compared with a separate permit and queue (`expensive`).

mod expensive;
mod refusal;
mod timings;
mod turns;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
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
use turns::Turns;

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
    turns: Turns,
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

impl Hashing {
    /// At most `concurrency` concurrent hashes, at least one.
    pub fn new(settings: Argon2Settings, concurrency: usize) -> Result<Self, HashError> {
        let concurrency = concurrency.max(1);
        Ok(Self {
            hasher: Hasher::new(settings)?,
            turns: Turns::new(concurrency, concurrency * QUEUE_PER_PERMIT),
            refused: AtomicU64::default(),
            expensive: Expensive::default(),
            timings: Arc::default(),
            waiting: Waiting::default(),
        })
    }

    /// How busy the threads are.
    pub fn load(&self) -> Load {
        let (in_use, waiting) = self.turns.load();
        Load {
            in_use,
            waiting,
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
            self.run(|_, _| Ok(())).await?;
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

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Hasher, &mut Memory) -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashingError> {
        let hasher = self.hasher.clone();
        let outcome = self.turns.run(move |memory| work(&hasher, memory)).await;
        if matches!(outcome, Err(HashingError::Busy)) {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinHandle;

    use super::*;

    const SLOW: Argon2Settings = Argon2Settings {
        memory_kib: 19_456,
        iterations: 2,
        parallelism: 1,
    };

    fn password() -> Password {
        Password::parse(&"some password".into()).unwrap()
    }

    /// Waits until so many run and wait. An answer arrives shortly before its thread has ended.
    async fn until(hashing: &Hashing, load: (usize, usize)) {
        while hashing.turns.load() != load {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_disconnected_client_frees_its_thread_when_the_hash_is_done() {
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
        assert_eq!(hashing.turns.load(), (1, 0), "it still computes");
        end.send(()).unwrap();
        let verdict = hashing.verify(password(), None).await;
        assert_eq!(verdict.unwrap().verdict, Verdict::Mismatch);
        until(&hashing, (0, 0)).await;
    }

    /// Occupies the only thread until the sender is used, and adds work for as many clients as may wait.
    async fn full(hashing: &Arc<Hashing>) -> (std::sync::mpsc::Sender<()>, Vec<JoinHandle<bool>>) {
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let spawn = |hashing: Arc<Hashing>, work: Box<dyn FnOnce() + Send>| {
            tokio::spawn(async move {
                let work = move |_: &Hasher, _: &mut Memory| {
                    work();
                    Ok(())
                };
                hashing.run(work).await.is_ok()
            })
        };
        let first = spawn(Arc::clone(hashing), Box::new(move || ended.recv().unwrap()));
        let others = (0..QUEUE_PER_PERMIT).map(|_| spawn(Arc::clone(hashing), Box::new(|| ())));
        let all = std::iter::once(first).chain(others).collect();
        until(hashing, (1, QUEUE_PER_PERMIT)).await;
        (end, all)
    }

    #[tokio::test]
    async fn clients_that_left_keep_no_place_in_the_queue() {
        let hashing = Arc::new(Hashing::new(SLOW, 1).unwrap());
        let (end, clients) = full(&hashing).await;
        for client in &clients[1..] {
            client.abort();
        }
        until(&hashing, (1, 0)).await;
        let waits = tokio::spawn({
            let hashing = Arc::clone(&hashing);
            async move { hashing.verify(password(), None).await.unwrap().verdict }
        });
        until(&hashing, (1, 1)).await;
        end.send(()).unwrap();
        assert_eq!(waits.await.unwrap(), Verdict::Mismatch);
        until(&hashing, (0, 0)).await;
    }

    #[tokio::test]
    async fn a_full_queue_is_busy_and_recovers() {
        let hashing = Arc::new(Hashing::new(SLOW, 1).unwrap());
        let (end, clients) = full(&hashing).await;
        for refused in 1..=3 {
            let busy = hashing.verify(password(), None).await;
            assert!(matches!(busy, Err(HashingError::Busy)), "{busy:?}");
            assert_eq!(hashing.load().refused, refused);
        }
        end.send(()).unwrap();
        for client in clients {
            assert!(client.await.unwrap(), "each waiting client gets an answer");
        }
        until(&hashing, (0, 0)).await;
        let verdict = hashing.verify(password(), None).await;
        assert_eq!(verdict.unwrap().verdict, Verdict::Mismatch);
    }

    #[tokio::test]
    async fn a_panic_takes_no_thread_away() {
        let hashing = Arc::new(Hashing::new(SLOW, 1).unwrap());
        let outcome = hashing.run::<()>(|_, _| panic!("as a fault would")).await;
        assert!(matches!(outcome, Err(HashingError::Interrupted)));
        let verdict = hashing.verify(password(), None).await;
        assert_eq!(verdict.unwrap().verdict, Verdict::Mismatch);
        until(&hashing, (0, 0)).await;
    }
}
