//! When a sign-in is refused. Hashes of other systems and of earlier settings take longer to compare than our own. A
//! refusal that came as soon as its comparison ended would reveal the kind of the account's hash, and so that the
//! account exists. Every refusal therefore waits for as long as the slowest kind in use takes, and for the expensive
//! comparisons that came before. It waits without a permit, a database connection or a buffer.
//!
//! Concurrent guesses at one address are refused one after the other, as comparisons with an expensive hash are.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use super::{Hashing, HashingError};
use crate::domain::password::{MAX_TIME, Password, WorkInUse};

/// How many kinds of stored hashes are examined. If there are more, the slowest kind that is allowed is
/// assumed to be among them.
pub const MOST_KINDS: usize = 64;
/// How many refusals may wait at once. Past it the answer is a 503.
const MOST_WAITING: usize = 1024;
/// How many of the slowest kinds are measured if their time is unknown.
const TRIED_OUT: usize = 4;

/// What a refusal must wait for.
#[derive(Debug)]
#[must_use]
pub struct Refusal {
    /// When its own work began.
    began: Instant,
    /// How long the expensive comparisons before it would take.
    backlog: Duration,
    /// How many forms of the password are compared.
    forms: usize,
}

impl Refusal {
    pub(super) fn new(began: Instant, backlog: Duration, forms: usize) -> Self {
        Self {
            began,
            backlog,
            forms,
        }
    }
}

/// The waiting refusals: the last one for each address.
#[derive(Default)]
pub(super) struct Waiting {
    count: AtomicUsize,
    last: Mutex<HashMap<[u8; 32], Instant>>,
    trying_out: tokio::sync::Mutex<()>,
}

/// A waiting refusal. It is dropped when it ends or its client disconnects.
struct Place<'a> {
    waiting: &'a Waiting,
    address: [u8; 32],
    until: Instant,
}

impl Waiting {
    fn last(&self) -> MutexGuard<'_, HashMap<[u8; 32], Instant>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `until`, and at least `apart` after the previous refusal of the same address.
    fn place(
        &self,
        address: [u8; 32],
        until: Instant,
        apart: Duration,
    ) -> Result<Place<'_>, HashingError> {
        if self.count.fetch_add(1, Ordering::AcqRel) >= MOST_WAITING {
            self.count.fetch_sub(1, Ordering::AcqRel);
            return Err(HashingError::Busy);
        }
        let mut last = self.last();
        let behind = last.get(&address).map(|before| *before + apart);
        let until = behind.map_or(until, |behind| behind.max(until));
        last.insert(address, until);
        Ok(Place {
            waiting: self,
            address,
            until,
        })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.waiting.count.fetch_sub(1, Ordering::AcqRel);
        let mut last = self.waiting.last();
        if last.get(&self.address) == Some(&self.until) {
            last.remove(&self.address);
        }
    }
}

impl Hashing {
    /// Waits until the time of the refusal reveals nothing. `address` identifies the address that was tried, `in_use` has
    /// a stored hash of each kind in use, one more than [`MOST_KINDS`] at most.
    pub async fn refuse(
        &self,
        refusal: Refusal,
        address: [u8; 32],
        in_use: &[String],
    ) -> Result<(), HashingError> {
        let kinds: Vec<_> = in_use
            .iter()
            .filter_map(|stored| Some((stored.as_str(), self.hasher.work_of(stored)?)))
            .collect();
        if kinds.is_empty() {
            return Ok(());
        }
        self.try_out(&kinds, refusal.forms).await?;
        let times = kinds
            .iter()
            .map(|(_, kind)| self.beyond_own(kind, refusal.forms));
        let mut slowest = times.max().unwrap_or_default();
        if in_use.len() > MOST_KINDS {
            slowest = slowest.max(MAX_TIME);
        }
        if !slowest.is_zero() && self.expensive.is_full_for(slowest) {
            return Err(HashingError::Busy);
        }
        let own = self.timings.expected(self.hasher.own_work());
        // A tenth more: times vary, and most comparisons of the slowest kind should end before.
        let floor = (own + slowest) * 11 / 10;
        let until = refusal.began + refusal.backlog + floor;
        let place = self.waiting.place(address, until, slowest)?;
        tokio::time::sleep_until(place.until.into()).await;
        Ok(())
    }

    /// How long comparisons of a kind take on the permit for expensive hashes; zero if they do not need
    /// it.
    fn beyond_own(&self, kind: &WorkInUse, forms: usize) -> Duration {
        let forms = forms.min(kind.most_forms);
        if !self.hasher.is_dear_work(kind.work, forms) {
            return Duration::ZERO;
        }
        self.timings.expected(kind.work) * u32::try_from(forms).unwrap_or(u32::MAX)
    }

    /// Computes a hash of each kind that may be the slowest, once in a process, because the time depends
    /// on the machine.
    async fn try_out(&self, kinds: &[(&str, WorkInUse)], forms: usize) -> Result<(), HashingError> {
        let mut expensive: Vec<_> = kinds
            .iter()
            .map(|(stored, kind)| (self.beyond_own(kind, forms), *stored, kind.work))
            .filter(|(time, ..)| !time.is_zero())
            .collect();
        expensive.sort_unstable_by_key(|(time, ..)| std::cmp::Reverse(*time));
        expensive.truncate(TRIED_OUT);
        if expensive
            .iter()
            .all(|(.., work)| self.timings.of(*work).is_some())
        {
            return Ok(());
        }
        let _one = self.waiting.trying_out.lock().await;
        for (_, stored, work) in expensive {
            if self.timings.of(work).is_none() {
                let password = Password::parse(&"a password to measure with".into());
                let password = password.ok_or(HashingError::Interrupted)?;
                let guess = self.hasher.guess(password, Some(stored))?;
                self.check_dear(guess).await?;
            }
        }
        Ok(())
    }
}
