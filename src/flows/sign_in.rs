//! Signing in with address and password.

pub(super) mod attempts;
pub mod breach_checks;
pub mod breach_queue;
pub mod known_browser;
pub(super) mod mailed_link;
pub mod new_device;
pub mod passkey;
mod pending_reset;
pub mod recover;
pub mod second_factor;
pub mod trusted_devices;
pub mod unlock;

use super::{
    EmailVerification, PendingSignIn, Result, Services, TokenPair,
    authenticators::contradiction::contradictory_factor,
    flood_limits::Throttled,
    mail::outbox::Cause,
    sessions::{
        authenticate::HeldSession,
        tokens::{Beginning, Waiting},
    },
};
use crate::{
    db::{self, Transaction, accounts::users::UserRecord},
    domain::{
        accounts::{email::EmailAddress, user::User},
        audit::{Client, Event, Subject},
        password::{Password, Verdict},
        secrets::secret::SecretString,
        sign_in::{attempts::Pause, device::DeviceCookie},
    },
    flows::{
        accounts::deletion::{Restorable, SignedInBy, is_restorable, restorable},
        admin::vouching::is_vouched_for,
        audit::record::{record_anonymous, record_own, subject_of},
        flood_limits::count_request,
        mail::requested::enqueue_verification,
        sessions::tokens::{begin_session, pending_sign_in},
        sign_in::{
            attempts::{count_attempt, delay_refusal, forget_failures, verify_password},
            breach_checks::{breach_check_due, queue_breach_check},
            new_device::{Agent, notify_of_new_device},
            trusted_devices::is_trusted,
        },
    },
    hashing::{Compared, HashingError},
    throttle::Route,
};
use attempts::{Attempt, Target};

/// The input of the form or the call.
#[derive(Debug, Clone)]
pub struct Input {
    pub email: String,
    pub password: SecretString,
    /// Whether the cookies are kept when the browser closes.
    pub remember_me: bool,
    /// The session in the browser, which the new one replaces.
    pub replaces: Option<HeldSession>,
    /// The browser's device cookie; empty for programs, which are never trusted.
    pub device: DeviceCookie,
    pub agent: Agent,
}

#[derive(Debug)]
pub enum Outcome {
    SignedIn(TokenPair),
    /// The password is right, and a code is required.
    SecondFactorRequired(PendingSignIn),
    /// The credentials are right; the owner has deleted the account, and may restore it.
    AccountDeleted(Restorable),
    /// Address and password do not match, or the account may not sign in. The two cases have the same
    /// answer.
    Rejected,
    Throttled(Pause),
}

/// Signs a user in with address and password.
///
/// Does the same work whether or not the address is known. The attempt counts before anything is
/// verified (NIST SP 800-63B-4, 3.2.2).
pub async fn with_password(s: &Services, input: Input, client: &Client) -> Result<Outcome> {
    let Ok(email) = EmailAddress::parse(&input.email) else {
        return Ok(match count_request(s, Route::Login, client, None) {
            Some(Throttled(wait)) => Outcome::Throttled(wait),
            None => Outcome::Rejected,
        });
    };
    let attempt = match count_attempt(s, Target::password(email.canonical()), client).await? {
        Ok(attempt) => attempt,
        Err(Throttled(wait)) => return Ok(Outcome::Throttled(wait)),
    };
    let Some(password) = Password::parse(&input.password) else {
        return Ok(Outcome::Rejected);
    };
    let shared = s.db.shared().await?;
    let record = db::accounts::users::find_by_email(&shared, email.canonical()).await?;
    let stored = record.as_ref().map(|r| r.password_hash.as_str());
    let Compared { verdict, refusal } =
        verify_password(s, &attempt, password.clone(), stored).await?;
    let outcome = match (record, verdict) {
        (Some(record), Verdict::Match { rehash }) => {
            let due = breach_check_due(s, &record, &password);
            let fresh_hash = if rehash && may_sign_in(s, &record.user) {
                fresh_hash(s, password).await?
            } else {
                None
            };
            let keeping = Keeping {
                remembered: input.remember_me,
                replaces: input.replaces,
                device: &input.device,
                agent: input.agent,
                attempt: &attempt,
            };
            let outcome = admit(s, &record, fresh_hash, keeping, client).await?;
            if !matches!(outcome, Outcome::Rejected) {
                queue_breach_check(s, due, &record.user, client);
            }
            outcome
        }
        (record, _) => reject(s, record.as_ref(), &email, client).await?,
    };
    // Also if the password was right: the time of a refusal must not reveal that.
    if matches!(outcome, Outcome::Rejected) {
        delay_refusal(s, &attempt, refusal).await?;
    }
    Ok(outcome)
}

fn may_sign_in(s: &Services, user: &User) -> bool {
    (user.disabled_at.is_none() || is_restorable(s, user))
        && !is_unverified(s, user)
        && !user.sign_in_frozen(s.now())
}

fn is_unverified(s: &Services, user: &User) -> bool {
    s.policy.email_verification == EmailVerification::Required && !user.email_verified()
}

/// Locks the user, as far as the credentials are those that were checked: one who may sign in, or may restore
/// the account.
pub(in crate::flows) async fn hold_for_sign_in(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
) -> Result<bool> {
    let (id, rev) = (user.id, user.revocation_id);
    Ok(if is_restorable(s, user) {
        let earliest = s.now() - s.policy.deletion_grace;
        db::accounts::deletion::hold(tx, id, rev, earliest).await?
    } else {
        db::accounts::credentials::hold(tx, id, rev).await?
    })
}

/// A hash under the current settings; `None` if there is no time for it, and the next sign-in makes it.
async fn fresh_hash(s: &Services, password: Password) -> Result<Option<String>> {
    match s.hashing.hash(password, s.random.as_ref()).await {
        Ok(fresh) => Ok(Some(fresh)),
        Err(HashingError::Busy) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// How the browser keeps the session, its device cookie, and how the attempt was counted.
#[derive(Debug, Clone, Copy)]
struct Keeping<'a> {
    remembered: bool,
    replaces: Option<HeldSession>,
    device: &'a DeviceCookie,
    agent: Agent,
    attempt: &'a Attempt,
}

async fn admit(
    s: &Services,
    record: &UserRecord,
    fresh_hash: Option<String>,
    keeping: Keeping<'_>,
    client: &Client,
) -> Result<Outcome> {
    let user = &record.user;
    s.db.transaction(async |tx| {
        if !may_sign_in(s, user) || !is_vouched_for(tx, user).await? {
            note_failure(s, tx, Subject::User(user.id), client).await?;
            // The mailbox gives access, although the password does not.
            if user.disabled_at.is_none() && !user.sign_in_frozen(s.now()) {
                enqueue_verification(s, tx, user, Cause::Client(client)).await?;
            }
            return Ok(Outcome::Rejected);
        }
        if contradictory_factor(user) {
            note_failure(s, tx, Subject::User(user.id), client).await?;
            return Ok(Outcome::Rejected);
        }
        // The password was right under this `rev`. If it changed while the hash was computed, the sign-in
        // is refused.
        if !hold_for_sign_in(s, tx, user).await? {
            note_failure(s, tx, Subject::User(user.id), client).await?;
            return Ok(Outcome::Rejected);
        }
        if let Some(fresh) = &fresh_hash
            && db::accounts::credentials::rehash(tx, user.id, &record.password_hash, fresh).await?
        {
            record_own(s, tx, Event::PasswordRehashed, user.id, None, client).await?;
        }
        proceed(s, tx, user, keeping, client).await
    })
    .await
}

async fn proceed(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    keeping: Keeping<'_>,
    client: &Client,
) -> Result<Outcome> {
    forget_failures(tx, keeping.attempt).await?;
    let rev = user.revocation_id;
    let trusted =
        user.two_factor_enabled() && is_trusted(s, tx, user, keeping.device, client).await?;
    if user.two_factor_enabled() && !trusted {
        let subject = Subject::User(user.id);
        record_anonymous(s, tx, Event::SecondFactorRequired, subject, client).await?;
        let pending = pending_sign_in(s, user, rev, Waiting::SignIn)?;
        return Ok(Outcome::SecondFactorRequired(pending));
    }
    if is_restorable(s, user) {
        let event = Event::SignInToDeletedAccount;
        record_anonymous(s, tx, event, Subject::User(user.id), client).await?;
        let restorable = restorable(s, user, SignedInBy::Password);
        return Ok(Outcome::AccountDeleted(restorable));
    }
    let beginning = Beginning {
        user,
        rev,
        methods: if trusted {
            &["pwd", "device"]
        } else {
            &["pwd"]
        },
        checked_at: None,
        remembered: keeping.remembered,
        replaces: keeping.replaces,
        client,
    };
    let pair = begin_session(s, tx, beginning).await?;
    notify_of_new_device(s, tx, user, pair.session_id, keeping.agent, client).await?;
    Ok(Outcome::SignedIn(pair))
}

async fn reject(
    s: &Services,
    record: Option<&UserRecord>,
    email: &EmailAddress,
    client: &Client,
) -> Result<Outcome> {
    let subject = subject_of(s, record.map(|r| r.user.id), email.canonical());
    s.db.transaction(async |tx| note_failure(s, tx, subject, client).await)
        .await?;
    Ok(Outcome::Rejected)
}

async fn note_failure(
    s: &Services,
    tx: &Transaction<'_>,
    subject: Subject,
    client: &Client,
) -> Result<()> {
    record_anonymous(s, tx, Event::SignInFailed, subject, client).await
}
