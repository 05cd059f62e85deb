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
//! Addresses without an account are counted, refused and (with a mail that is never sent) mailed alike.

use std::{borrow::Cow, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};

use super::known_browser::is_current;
use crate::{
    db::{self, Connection, Transaction},
    domain::{
        accounts::user::User,
        audit::{Client, Event},
        password::Password,
        sign_in::{
            attempts::{LONGEST_PAUSE, Pause, UNLOCK_LIFETIME},
            device::KnownDevice,
        },
    },
    flows::{
        FlowError, Result, Services,
        audit::record::{record_anonymous, subject_of},
        flood_limits::{Throttled, count_request, note_refusal},
        mail::{
            notify::{notice_of, notify},
            outbox::{Cause, Recipient, enqueue, unknown_user},
        },
        sign_in::unlock::unlock_link,
    },
    hashing::{Compared, MOST_KINDS, Refusal},
    mail::Message,
    throttle::account::{CounterKey, Guess, Notice},
};

/// How often the log reports that attempts at an address are being refused.
const PAUSE_NOTED: TimeDelta = TimeDelta::hours(1);

/// The secret that an attempt concerns, and its canonical address.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    guess: Guess,
    address: &'a str,
    /// The account of the address, if the caller has looked it up.
    user: Option<&'a User>,
}

impl<'a> Target<'a> {
    pub fn password(address: &'a str) -> Self {
        Self {
            guess: Guess::Password,
            address,
            user: None,
        }
    }

    /// A code of this user.
    pub fn code(user: &'a User) -> Self {
        Self {
            guess: Guess::Code,
            address: &user.email_canonical,
            user: Some(user),
        }
    }
}

/// An attempt that was counted, and may be checked.
#[derive(Debug)]
pub struct Attempt {
    key: CounterKey,
    /// The browser's own counter, if it was used up and the attempt counts as a stranger's.
    of_device: Option<CounterKey>,
    at: DateTime<Utc>,
}

/// The key under which the flood limits count a client's requests for an address: a known browser of the
/// address has its own key.
pub fn flood_key<'a>(s: &Services, address: &'a str, client: &Client) -> Cow<'a, str> {
    let key = &s.account_throttle.device_key;
    let device = client.device.known_to(key, address, s.now());
    device.map_or(Cow::Borrowed(address), |device| {
        Cow::Owned(format!("{address}\0{}", device.name))
    })
}

/// Counts an attempt, or returns how long to wait.
pub async fn count_attempt(
    s: &Services,
    target: Target<'_>,
    client: &Client,
) -> Result<Result<Attempt, Throttled>> {
    let Target { guess, address, .. } = target;
    let key = &s.account_throttle.device_key;
    let device = client.device.known_to(key, address, s.now());
    let flood_key = flood_key(s, address, client);
    if let Some(throttled) = count_request(s, guess.route(), client, Some(&flood_key)) {
        return Ok(Err(throttled));
    }
    let (accounts, now) = (&s.account_throttle, s.now());
    let conn = s.db.connection().await?;
    let mut of_device = None;
    if let Some(device) = device
        && is_still_known(&conn, target, &device).await?
    {
        if let Some(throttled) = count_known(s, guess, address, client) {
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
    Ok(Err(refusal(s, target, client).await?))
}

/// Counts an attempt to prove something at the link of a security mail of this user to an address, or returns how long
/// to wait. These have counters of their own: only people who read that mailbox can use them up.
pub async fn count_at_link(
    s: &Services,
    guess: Guess,
    (user, recipient): (&User, &str),
    client: &Client,
) -> Result<Result<Attempt, Throttled>> {
    let of_link = format!("link\0{}\0{recipient}", user.id);
    if let Some(throttled) = count_request(s, guess.route(), client, Some(&of_link)) {
        return Ok(Err(throttled));
    }
    let (accounts, at) = (&s.account_throttle, s.now());
    let key = accounts.link_key_of(guess, user.id, recipient);
    let pauses = accounts.schedule(guess).pauses();
    let conn = s.db.connection().await?;
    if db::sign_in::throttles::reserve(&conn, &key, pauses, at).await? {
        let of_device = None;
        return Ok(Ok(Attempt { key, of_device, at }));
    }
    let counters = db::sign_in::throttles::find(&conn, &[key]).await?;
    let next = counters.first().map(|counter| counter.next_allowed_at);
    let wait = next.and_then(|next| (next - at).to_std().ok());
    Ok(Err(Throttled(match wait {
        Some(wait) => Pause::For(wait.min(LONGEST_PAUSE)),
        None => Pause::UntilUnlocked,
    })))
}

/// Counts a wrong password at a link among those at the sign-in as well.
pub async fn count_failure_at_link(s: &Services, user: &User) -> Result<()> {
    let accounts = &s.account_throttle;
    let key = accounts.key_of(Guess::Password, &user.email_canonical);
    let pauses = accounts.schedule(Guess::Password).pauses();
    let conn = s.db.connection().await?;
    // Whether the sign-in is paused does not matter here.
    db::sign_in::throttles::reserve(&conn, &key, pauses, s.now()).await?;
    Ok(())
}

/// Counts an attempt of a known browser of the address. All known browsers share one allowance, and beyond
/// it each counts as a stranger, because entries could be collected without end.
fn count_known(s: &Services, guess: Guess, address: &str, client: &Client) -> Option<Throttled> {
    let (route, together) = (guess.route(), format!("{address}\0known"));
    let within = s.throttle.count_key(route, client.ip, &together);
    if within.is_ok() {
        return None;
    }
    let as_stranger = s.throttle.count_key(route, client.ip, address).err()?;
    Some(note_refusal(s, route, as_stranger))
}

/// Clears the failures that an attempt was counted with, because it succeeded.
pub async fn forget_failures(conn: &Connection, attempt: &Attempt) -> Result<()> {
    db::sign_in::throttles::clear(conn, &attempt.key).await?;
    if let Some(of_device) = &attempt.of_device {
        db::sign_in::throttles::clear(conn, of_device).await?;
    }
    Ok(())
}

/// Compares a password whose attempt was counted. If there is no time to compare it, the attempt is
/// uncounted. If it is wrong, or right and refused for another reason, the caller passes the result to
/// [`delay_refusal`].
pub async fn verify_password(
    s: &Services,
    attempt: &Attempt,
    password: Password,
    stored: Option<&str>,
) -> Result<Compared> {
    match s
        .hashing
        .verify(password, stored)
        .await
        .map_err(FlowError::from)
    {
        Err(FlowError::Overloaded) => {
            let conn = s.db.connection().await?;
            db::sign_in::throttles::give_back(&conn, &attempt.key, attempt.at).await?;
            Err(FlowError::Overloaded)
        }
        compared => compared,
    }
}

/// Waits until a refusal does not reveal which kind of hash the account has. Everything about the refusal
/// must be written before, because this ends if the client disconnects.
pub async fn delay_refusal(s: &Services, attempt: &Attempt, refusal: Refusal) -> Result<()> {
    let shared = s.db.shared().await?;
    // One more than are examined, so that it is known whether there are more.
    let in_use = db::sign_in::password_kinds::examples(&shared, MOST_KINDS + 1).await?;
    Ok(s.hashing.refuse(refusal, attempt.key, &in_use).await?)
}

/// How long to wait. Log lines and mails about it are limited, however many attempts there are.
async fn refusal(s: &Services, target: Target<'_>, client: &Client) -> Result<Throttled> {
    let Target { guess, address, .. } = target;
    let (accounts, now) = (&s.account_throttle, s.now());
    let key = accounts.key_of(guess, address);
    let (paused, blocked) = (
        accounts.notice_key_of(Notice::Paused(guess), address),
        accounts.notice_key_of(Notice::Blocked(guess), address),
    );
    let shared = s.db.shared().await?;
    let counters = db::sign_in::throttles::find(&shared, &[key, paused, blocked]).await?;
    let found = |key: CounterKey| counters.iter().find(|one| one.key == key);
    // A time further ahead than its longest period was set by a fast clock.
    let due = |key| {
        found(key).is_none_or(|notice| {
            let wait = notice.next_allowed_at - now;
            wait <= TimeDelta::zero() || wait > UNLOCK_LIFETIME
        })
    };
    // Another attempt succeeded at the same moment.
    let Some(tried) = found(key) else {
        return Ok(Throttled(Pause::For(Duration::from_secs(1))));
    };
    if tried.next_allowed_at > now {
        if due(paused) {
            note_pause(s, target, client).await?;
        }
        let wait = (tried.next_allowed_at - now).to_std();
        let wait = wait.unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE);
        return Ok(Throttled(Pause::For(wait)));
    }
    if due(blocked) {
        note_block(s, target, client).await?;
    }
    Ok(Throttled(Pause::UntilUnlocked))
}

async fn note_pause(s: &Services, target: Target<'_>, client: &Client) -> Result<()> {
    let Target { guess, address, .. } = target;
    let notice = Notice::Paused(guess);
    let key = s.account_throttle.notice_key_of(notice, address);
    s.db.transaction(async |tx| {
        if db::sign_in::throttles::once(tx, &key, s.now(), PAUSE_NOTED).await? {
            let owner = db::accounts::users::find_by_email(tx, address).await?;
            let subject = subject_of(s, owner.map(|owner| owner.user.id), address);
            let guess = guess.as_str();
            record_anonymous(s, tx, Event::SignInPaused { guess }, subject, client).await?;
        }
        Ok(())
    })
    .await
}

/// Mails the owner a link that lets them in, or writes a decoy. Once while the link works.
async fn note_block(s: &Services, target: Target<'_>, client: &Client) -> Result<()> {
    let Target { guess, address, .. } = target;
    let notice = Notice::Blocked(guess);
    let key = s.account_throttle.notice_key_of(notice, address);
    s.db.transaction(async |tx| {
        let owner = db::accounts::users::find_by_email(tx, address).await?;
        let owner = owner.map(|record| record.user);
        let decoy = unknown_user(s, address);
        let (link, lifetime) = unlock_link(s, owner.as_ref().unwrap_or(&decoy))?;
        if !db::sign_in::throttles::once(tx, &key, s.now(), lifetime).await? {
            return Ok(());
        }
        let subject = subject_of(s, owner.as_ref().map(|owner| owner.id), address);
        let event = Event::SignInBlocked {
            guess: guess.as_str(),
        };
        record_anonymous(s, tx, event, subject, client).await?;
        let message = |notice| Message::SignInBlocked {
            notice,
            password_known: guess == Guess::Code,
            link: link.clone(),
            expires_in: lifetime,
        };
        if let Some(owner) = owner.filter(|owner| owner.disabled_at.is_none()) {
            return notify(s, tx, &owner, client, message).await;
        }
        let cause = Cause::Client(client);
        let message = message(notice_of(s, cause, None));
        enqueue(s, tx, Recipient::Decoy(address), &message, cause).await
    })
    .await
}

/// Tells a user that the right password, or else a reset link, was followed by a wrong code (ASVS
/// 5.0, 6.3.5).
pub async fn mail_failed_code(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    password_known: bool,
    client: &Client,
) -> Result<()> {
    notify(s, tx, user, client, |notice| Message::SecondFactorFailed {
        notice,
        password_known,
    })
    .await
}

/// Whether a browser signed in with the current credentials. An attacker who held the account before its
/// owner, or knew the previous password, may have collected any number of entries, each of which would
/// allow guesses beyond the ceiling.
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
    Ok(found.is_some_and(|user| is_current(&user, guess, device)))
}
