//! Guesses at passwords and codes: counted and committed before anything is checked
//! (NIST SP 800-63B-4, 3.2.2), first by this node's flood limits, then by the account throttle that
//! all nodes share.
//!
//! ```text
//!   flood limits ─> a browser that the address knows, with failures left ─> its own counter ─┐
//!        │                      │ else                                                       ├─> check
//!        v                      └─> the counter of the address, in time and below 100 ───────┘
//!     refused <──────────────────────────── else: paused, or blocked and mailed ─┘
//! ```
//!
//! Addresses that nobody has are counted, refused and mailed (to nobody) alike.

use std::{borrow::Cow, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};

use super::known_browser::outlives;
use crate::{
    db::{self, Connection, Transaction},
    domain::{
        accounts::user::User,
        audit::{Client, Event},
        password::Password,
        sign_in::{
            attempts::{LONGEST_PAUSE, Pause, UNLOCK_LIFETIME},
            device::{DeviceCookie, KnownDevice},
        },
    },
    flows::{
        FlowError, Result, Services,
        mail::outbox::{Cause, Recipient, browser_of},
        services::Throttled,
    },
    hashing::{Compared, MOST_KINDS, Refusal},
    mail::Message,
    throttle::account::{CounterKey, Guess, Notice},
};

/// What the log calls this module by.
const LOG: &str = "vestibule::flows::attempts";

/// How often the log says that guesses at an address are being refused.
const PAUSE_NOTED: TimeDelta = TimeDelta::hours(1);

/// What is about to be guessed, and of which canonical address.
#[derive(Debug, Clone, Copy)]
pub(in crate::flows) struct Target<'a> {
    guess: Guess,
    address: &'a str,
    /// The account of the address, where the caller has looked for it.
    user: Option<&'a User>,
}

impl<'a> Target<'a> {
    pub(in crate::flows) fn password(address: &'a str) -> Self {
        Self {
            guess: Guess::Password,
            address,
            user: None,
        }
    }

    /// A code of this user.
    pub(in crate::flows) fn code(user: &'a User) -> Self {
        Self {
            guess: Guess::Code,
            address: &user.email_canonical,
            user: Some(user),
        }
    }
}

/// An attempt that has been counted, and may be checked.
#[derive(Debug)]
pub(in crate::flows) struct Attempt {
    key: CounterKey,
    /// The counter of the browser, where that was used up and the attempt counts as a stranger's.
    of_device: Option<CounterKey>,
    at: DateTime<Utc>,
}

impl Services {
    /// Under which key the flood limits count a client's requests for an address: a browser that the
    /// address knows has a key of its own.
    pub(in crate::flows) fn flood_key<'a>(
        &self,
        address: &'a str,
        client: &Client,
    ) -> Cow<'a, str> {
        let key = &self.account_throttle.device_key;
        let device = client.device.known_to(key, address, self.now());
        device.map_or(Cow::Borrowed(address), |device| {
            Cow::Owned(format!("{address}\0{}", device.name))
        })
    }

    /// Counts an attempt, or says how long to wait.
    pub(in crate::flows) async fn attempt(
        &self,
        target: Target<'_>,
        client: &Client,
    ) -> Result<Result<Attempt, Throttled>> {
        let Target { guess, address, .. } = target;
        let key = &self.account_throttle.device_key;
        let device = client.device.known_to(key, address, self.now());
        let flood_key = self.flood_key(address, client);
        if let Some(throttled) = self.count(guess.route(), client, Some(&flood_key)) {
            return Ok(Err(throttled));
        }
        let (accounts, now) = (&self.account_throttle, self.now());
        let conn = self.db.connection().await?;
        let mut of_device = None;
        if let Some(device) = device
            && is_still_known(&conn, target, &device).await?
        {
            if let Some(throttled) = self.count_known(guess, address, client) {
                return Ok(Err(throttled));
            }
            let key = accounts.device_key_of(guess, address, &device);
            let pauses = accounts.device_schedule(guess).pauses();
            if db::sign_in::throttles::reserve(&conn, &key, pauses, now).await? {
                let at = now;
                return Ok(Ok(Attempt { key, of_device, at }));
            }
            of_device = Some(key);
        }
        let key = accounts.key_of(guess, address);
        let pauses = accounts.schedule(guess).pauses();
        if db::sign_in::throttles::reserve(&conn, &key, pauses, now).await? {
            let at = now;
            return Ok(Ok(Attempt { key, of_device, at }));
        }
        drop(conn);
        Ok(Err(self.refused(target, client).await?))
    }

    /// Counts an attempt from a browser that the address knows. All of these together have one
    /// allowance; past it each counts as a stranger: entries can be collected without end.
    fn count_known(&self, guess: Guess, address: &str, client: &Client) -> Option<Throttled> {
        let (route, together) = (guess.route(), format!("{address}\0known"));
        let within = self.throttle.count_key(route, client.ip, &together);
        if within.is_ok() {
            return None;
        }
        let as_stranger = self.throttle.count_key(route, client.ip, address).err()?;
        self.metrics.throttled.add(route.as_str());
        tracing::warn!(target: LOG, route = route.as_str(), ip = %client.ip, "throttled");
        Some(Throttled(Pause::For(as_stranger)))
    }

    /// Forgets the failures that an attempt was counted with: it was right.
    pub(in crate::flows) async fn succeeded(
        &self,
        conn: &Connection,
        attempt: &Attempt,
    ) -> Result<()> {
        db::sign_in::throttles::clear(conn, &attempt.key).await?;
        if let Some(of_device) = &attempt.of_device {
            db::sign_in::throttles::clear(conn, of_device).await?;
        }
        Ok(())
    }

    /// Compares a password that was counted. One that nobody had the time to compare counts for
    /// nothing. Where it is wrong, or right and refused for another reason, [`Services::refuse`] takes
    /// what this returns.
    pub(in crate::flows) async fn verify_password(
        &self,
        attempt: &Attempt,
        password: Password,
        stored: Option<&str>,
    ) -> Result<Compared> {
        match self
            .hashing
            .verify(password, stored)
            .await
            .map_err(FlowError::from)
        {
            Err(FlowError::Overloaded) => {
                let conn = self.db.connection().await?;
                db::sign_in::throttles::give_back(&conn, &attempt.key, attempt.at).await?;
                Err(FlowError::Overloaded)
            }
            compared => compared,
        }
    }

    /// Waits until a refusal does not say which kind of hash the account has. What is written about the
    /// refusal is written before, since a client that hangs up ends this.
    pub(in crate::flows) async fn refuse(&self, attempt: &Attempt, refusal: Refusal) -> Result<()> {
        let shared = self.db.shared().await?;
        // One more than are looked at, so that it shows where there are more.
        let in_use = db::sign_in::password_kinds::examples(&shared, MOST_KINDS + 1).await?;
        Ok(self.hashing.refuse(refusal, attempt.key, &in_use).await?)
    }

    /// How long to wait. What is noted and mailed about it is bounded, however many ask.
    async fn refused(&self, target: Target<'_>, client: &Client) -> Result<Throttled> {
        let Target { guess, address, .. } = target;
        let (accounts, now) = (&self.account_throttle, self.now());
        let key = accounts.key_of(guess, address);
        let (paused, blocked) = (
            accounts.notice_key_of(Notice::Paused(guess), address),
            accounts.notice_key_of(Notice::Blocked(guess), address),
        );
        let shared = self.db.shared().await?;
        let counters = db::sign_in::throttles::find(&shared, &[key, paused, blocked]).await?;
        let found = |key: CounterKey| counters.iter().find(|one| one.key == key);
        // One that is noted for a time past its longest period was noted by a clock that was ahead.
        let due = |key| {
            found(key).is_none_or(|notice| {
                let wait = notice.next_allowed_at - now;
                wait <= TimeDelta::zero() || wait > UNLOCK_LIFETIME
            })
        };
        // Somebody succeeded in the same moment.
        let Some(tried) = found(key) else {
            return Ok(Throttled(Pause::For(Duration::from_secs(1))));
        };
        if tried.next_allowed_at > now {
            if due(paused) {
                self.note_pause(target, client).await?;
            }
            let wait = (tried.next_allowed_at - now).to_std();
            let wait = wait.unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE);
            return Ok(Throttled(Pause::For(wait)));
        }
        if due(blocked) {
            self.note_block(target, client).await?;
        }
        Ok(Throttled(Pause::UntilUnlocked))
    }

    async fn note_pause(&self, target: Target<'_>, client: &Client) -> Result<()> {
        let Target { guess, address, .. } = target;
        let notice = Notice::Paused(guess);
        let key = self.account_throttle.notice_key_of(notice, address);
        self.db
            .transaction(async |tx| {
                if db::sign_in::throttles::once(tx, &key, self.now(), PAUSE_NOTED).await? {
                    let owner = db::accounts::users::find_by_email(tx, address).await?;
                    let subject = self.subject_of(owner.map(|owner| owner.user.id), address);
                    let guess = guess.as_str();
                    self.audit_anonymous(tx, Event::SignInPaused { guess }, subject, client)
                        .await?;
                }
                Ok(())
            })
            .await
    }

    /// Mails the owner a link that lets them in, or writes a decoy. Once while the link works.
    async fn note_block(&self, target: Target<'_>, client: &Client) -> Result<()> {
        let Target { guess, address, .. } = target;
        let notice = Notice::Blocked(guess);
        let key = self.account_throttle.notice_key_of(notice, address);
        self.db
            .transaction(async |tx| {
                let owner = db::accounts::users::find_by_email(tx, address).await?;
                let owner = owner.map(|record| record.user);
                let nobody = self.nobody(address);
                let (message, lifetime) =
                    self.blocked_message(owner.as_ref().unwrap_or(&nobody), guess, client)?;
                if !db::sign_in::throttles::once(tx, &key, self.now(), lifetime).await? {
                    return Ok(());
                }
                let subject = self.subject_of(owner.as_ref().map(|owner| owner.id), address);
                let event = Event::SignInBlocked {
                    guess: guess.as_str(),
                };
                self.audit_anonymous(tx, event, subject, client).await?;
                let living = owner.filter(|owner| owner.disabled_at.is_none());
                let to = living
                    .as_ref()
                    .map_or(Recipient::Nobody(address), Recipient::User);
                self.enqueue(tx, to, &message, Cause::Client(client)).await
            })
            .await
    }

    /// Tells a user that the right password, or else a reset link, was followed by a wrong code (ASVS
    /// 5.0, 6.3.5).
    pub(in crate::flows) async fn tell_of_failed_code(
        &self,
        tx: &Transaction<'_>,
        user: &User,
        password_known: bool,
        client: &Client,
    ) -> Result<()> {
        let message = Message::SecondFactorFailed {
            at: self.now(),
            ip: Some(client.ip),
            browser: browser_of(client),
            password_known,
        };
        let to = Recipient::User(user);
        self.enqueue(tx, to, &message, Cause::Client(client)).await
    }

    /// The device cookie of a browser that has just signed this user in, and is known from now on. One
    /// that was known under the same credentials keeps its entry, and what is counted under it.
    pub fn remembered(&self, device: &DeviceCookie, user: &User) -> DeviceCookie {
        let (key, random) = (&self.account_throttle.device_key, self.random.as_ref());
        let (address, earliest) = (&user.email_canonical, user.credentials_since());
        device.still_knowing(key, address, earliest, self.now(), random)
    }

    /// The device cookie of a browser that a mailed link has just made known to this user, with
    /// guesses of its own whatever was counted before.
    pub fn known_afresh(&self, device: &DeviceCookie, user: &User) -> DeviceCookie {
        let (key, random) = (&self.account_throttle.device_key, self.random.as_ref());
        // Nodes' clocks differ: never from before the credentials of now.
        let at = self.now().max(user.credentials_since());
        device.knowing(key, &user.email_canonical, at, random)
    }
}

/// Whether a browser signed in with the credentials of now. Whoever held the account before its owner,
/// or knew the password before this one, may have collected entries without end, each of which would be
/// worth guesses past the ceiling.
async fn is_still_known(
    conn: &Connection,
    target: Target<'_>,
    device: &KnownDevice,
) -> Result<bool> {
    let Target { guess, address, .. } = target;
    let found = match target.user {
        Some(user) => Some(Cow::Borrowed(user)),
        None => db::accounts::users::find_by_email(conn, address)
            .await?
            .map(|record| Cow::Owned(record.user)),
    };
    Ok(found.is_some_and(|user| outlives(&user, guess, device)))
}
