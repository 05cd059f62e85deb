//! When a sign-in is refused. While hashes of other systems or of earlier settings remain, a refusal that
//! came as soon as its own work was done would say which kind of hash the account has, and so that it has
//! one. All of them therefore wait for the time of the dearest kind in use, and for the dear guesses
//! that were there first. They wait without a permit, a connection to the database or a buffer.
//!
//! Guesses at one address that come at once are refused one after the other, as those at a dear hash are.

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

/// How many kinds of stored hashes are looked at. Where there are more, the dearest that could be is taken
/// to be among them.
pub const MOST_KINDS: usize = 64;
/// How many refusals wait at once. Past it the answer is a 503.
const MOST_WAITING: usize = 1024;
/// How many of the dearest kinds are tried out before their time is known.
const TRIED_OUT: usize = 4;

/// From when on a refusal waits, and behind what.
#[derive(Debug)]
#[must_use]
pub struct Refusal {
    /// When its own work began.
    began: Instant,
    /// How long the dear guesses would take that were there before it.
    backlog: Duration,
    /// In how many forms the password could be tried.
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

/// The refusals that wait, by address the last of each.
#[derive(Default)]
pub(super) struct Waiting {
    count: AtomicUsize,
    last: Mutex<HashMap<[u8; 32], Instant>>,
    trying_out: tokio::sync::Mutex<()>,
}

/// One that waits; when dropped it has stopped, also because the client hung up.
struct Place<'a> {
    waiting: &'a Waiting,
    address: [u8; 32],
    until: Instant,
}

impl Waiting {
    fn last(&self) -> MutexGuard<'_, HashMap<[u8; 32], Instant>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place until `until`, and `apart` behind the one before of the same address.
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
    /// Waits until a refusal tells nothing. `address` stands for the address that was tried, `in_use` has
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
        let mut dearest = times.max().unwrap_or_default();
        if in_use.len() > MOST_KINDS {
            dearest = dearest.max(MAX_TIME);
        }
        if !dearest.is_zero() && self.dear.is_full_for(dearest) {
            return Err(HashingError::Busy);
        }
        let own = self.pace.expected(self.hasher.own_work());
        // A tenth more: times vary, and most guesses at the dearest kind itself should have to wait.
        let floor = (own + dearest) * 11 / 10;
        let until = refusal.began + refusal.backlog + floor;
        let place = self.waiting.place(address, until, dearest)?;
        tokio::time::sleep_until(place.until.into()).await;
        Ok(())
    }

    /// How long guesses at a kind take beyond the permits of all.
    fn beyond_own(&self, kind: &WorkInUse, forms: usize) -> Duration {
        let forms = forms.min(kind.most_forms);
        if !self.hasher.is_dear_work(kind.work, forms) {
            return Duration::ZERO;
        }
        self.pace.expected(kind.work) * u32::try_from(forms).unwrap_or(u32::MAX)
    }

    /// Computes, once in a process, a hash of each kind that may be the dearest: how long it takes depends
    /// on the machine.
    async fn try_out(&self, kinds: &[(&str, WorkInUse)], forms: usize) -> Result<(), HashingError> {
        let mut dear: Vec<_> = kinds
            .iter()
            .map(|(stored, kind)| (self.beyond_own(kind, forms), *stored, kind.work))
            .filter(|(time, ..)| !time.is_zero())
            .collect();
        dear.sort_unstable_by_key(|(time, ..)| std::cmp::Reverse(*time));
        dear.truncate(TRIED_OUT);
        if dear.iter().all(|(.., work)| self.pace.of(*work).is_some()) {
            return Ok(());
        }
        let _one = self.waiting.trying_out.lock().await;
        for (_, stored, work) in dear {
            if self.pace.of(work).is_none() {
                let password = Password::parse(&"a password to measure with".into());
                let password = password.ok_or(HashingError::Interrupted)?;
                let guess = self.hasher.guess(password, Some(stored))?;
                self.check_dear(guess).await?;
            }
        }
        Ok(())
    }
}
