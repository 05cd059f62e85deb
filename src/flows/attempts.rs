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

use super::{FlowError, Result, Services, outbox::browser_of, services::Throttled};
use crate::{
    db::{self, Transact, Tx},
    domain::{
        attempts::LONGEST_PAUSE,
        audit::{Client, Event},
        device::{DeviceCookie, KnownDevice},
        password::{Password, Verdict},
        user::User,
    },
    flows::outbox::Recipient,
    mail::Message,
    throttle::account::{CounterKey, Guess, Notice},
};

/// How often the log says that guesses at an address are being refused.
const PAUSE_NOTED: TimeDelta = TimeDelta::hours(1);
/// How often a user is told of wrong codes after the right password.
const CODES_TOLD: TimeDelta = TimeDelta::hours(1);

/// What is about to be guessed, and of which canonical address.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    guess: Guess,
    address: &'a str,
    /// A browser counts as known where it signed in at or after this time.
    known_from: Option<DateTime<Utc>>,
}

impl<'a> Target<'a> {
    pub(super) fn password(address: &'a str) -> Self {
        Self {
            guess: Guess::Password,
            address,
            known_from: None,
        }
    }

    /// A code of this user. Only a browser that has passed the second factor of now is known to it:
    /// whoever collected sign-ins before it was enrolled has gained no guesses at it.
    pub(super) fn code(user: &'a User) -> Self {
        Self {
            guess: Guess::Code,
            address: &user.email_canonical,
            known_from: user.totp_confirmed_at,
        }
    }
}

/// An attempt that has been counted, and may be checked.
#[derive(Debug)]
pub(super) struct Attempt(CounterKey);

impl Services {
    /// Counts an attempt, or says how long to wait.
    pub(super) async fn attempt(
        &self,
        target: Target<'_>,
        client: &Client,
    ) -> Result<Result<Attempt, Throttled>> {
        let Target { guess, address, .. } = target;
        let device = self.known_device(target, client);
        let flood_key = device.as_ref().map_or(Cow::Borrowed(address), |device| {
            Cow::Owned(format!("{address}\0{}", device.name))
        });
        if let Some(throttled) = self.count(guess.route(), client, Some(&flood_key)) {
            return Ok(Err(throttled));
        }
        let (accounts, now) = (&self.account_throttle, self.now());
        let conn = self.db.connection().await?;
        if let Some(device) = device {
            let key = accounts.device_key_of(guess, address, &device);
            let pauses = accounts.device_schedule(guess).pauses();
            if db::account_throttles::reserve(&conn, &key, pauses, now).await? {
                return Ok(Ok(Attempt(key)));
            }
        }
        let key = accounts.key_of(guess, address);
        let pauses = accounts.schedule(guess).pauses();
        if db::account_throttles::reserve(&conn, &key, pauses, now).await? {
            return Ok(Ok(Attempt(key)));
        }
        drop(conn);
        Ok(Err(self.refused(target, client).await?))
    }

    fn known_device(&self, target: Target<'_>, client: &Client) -> Option<KnownDevice> {
        let key = &self.account_throttle.device_key;
        let device = client.device.known_to(key, target.address, self.now())?;
        let lately = target.known_from.is_none_or(|from| from <= device.since);
        lately.then_some(device)
    }

    /// Forgets the failures that an attempt was counted with: it was right.
    pub(super) async fn succeeded(&self, tx: &Tx, attempt: &Attempt) -> Result<()> {
        db::account_throttles::clear(tx, &attempt.0).await?;
        Ok(())
    }

    /// Compares a password that was counted. One that nobody had the time to compare counts for
    /// nothing.
    pub(super) async fn verify_password(
        &self,
        attempt: &Attempt,
        password: Password,
        stored: Option<&str>,
    ) -> Result<Verdict> {
        match self
            .hashing
            .verify(password, stored)
            .await
            .map_err(FlowError::from)
        {
            Err(FlowError::Overloaded) => {
                let conn = self.db.connection().await?;
                db::account_throttles::give_back(&conn, &attempt.0).await?;
                Err(FlowError::Overloaded)
            }
            verdict => verdict,
        }
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
        let counters = db::account_throttles::find(&shared, &[key, paused, blocked]).await?;
        let found = |key: CounterKey| counters.iter().find(|one| one.key == key);
        let due = |key| found(key).is_none_or(|notice| notice.next_allowed_at <= now);
        // Somebody succeeded in the same moment.
        let Some(tried) = found(key) else {
            return Ok(Throttled(Duration::from_secs(1)));
        };
        if tried.next_allowed_at > now {
            if due(paused) {
                self.note_pause(target, client).await?;
            }
            let wait = (tried.next_allowed_at - now).to_std();
            return Ok(Throttled(wait.unwrap_or(LONGEST_PAUSE)));
        }
        if due(blocked) {
            self.note_block(target, client).await?;
        }
        Ok(Throttled(LONGEST_PAUSE))
    }

    async fn note_pause(&self, target: Target<'_>, client: &Client) -> Result<()> {
        let Target { guess, address, .. } = target;
        let notice = Notice::Paused(guess);
        let key = self.account_throttle.notice_key_of(notice, address);
        let mut conn = self.db.connection().await?;
        conn.transaction(async |tx| {
            if db::account_throttles::once(tx, &key, self.now(), PAUSE_NOTED).await? {
                let owner = db::users::find_by_email(tx, address).await?;
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
        let mut conn = self.db.connection().await?;
        conn.transaction(async |tx| {
            let owner = db::users::find_by_email(tx, address).await?;
            let owner = owner.map(|record| record.user);
            let nobody = self.nobody(address);
            let (message, lifetime) =
                self.blocked_message(owner.as_ref().unwrap_or(&nobody), guess, client)?;
            if !db::account_throttles::once(tx, &key, self.now(), lifetime).await? {
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
            self.enqueue(tx, to, &message).await
        })
        .await
    }

    /// Tells a user, once an hour at most, that the right password was followed by a wrong code
    /// (ASVS 5.0, 6.3.5).
    pub(super) async fn tell_of_failed_code(
        &self,
        tx: &Tx,
        user: &User,
        client: &Client,
    ) -> Result<()> {
        let notice = Notice::CodesFailed;
        let key = self
            .account_throttle
            .notice_key_of(notice, &user.email_canonical);
        let now = self.now();
        if !db::account_throttles::once(tx, &key, now, CODES_TOLD).await? {
            return Ok(());
        }
        let message = Message::SecondFactorFailed {
            at: now,
            ip: Some(client.ip),
            browser: browser_of(client),
        };
        self.enqueue(tx, Recipient::User(user), &message).await
    }

    /// The device cookie of a browser that has just signed this user in, and is known from now on.
    pub fn remembered(&self, device: &DeviceCookie, user: &User) -> DeviceCookie {
        let (key, random) = (&self.account_throttle.device_key, self.random.as_ref());
        device.knowing(key, &user.email_canonical, self.now(), random)
    }
}
