//! Signing in with a passkey: alone, without an address, or as the second step after the password.
//!
//! ```text
//!   options ─┬─ without mfa_token ──> any passkey of this site ──> alone: its user handle names the account
//!            └─ with mfa_token ─────> one of the user's own ─────> second step (`second_factor`)
//! ```
//!
//! A passkey alone counts as two factors, because its user was verified on the device. What keeps a password from
//! signing in (a disabled account, a freeze, an unverified address) keeps a passkey from it as well.

use chrono::{DateTime, Utc};
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use uuid::Uuid;

use super::{
    hold_for_sign_in, may_sign_in,
    new_device::{Agent, notify_of_new_device},
    second_factor::{self, opened},
};
use crate::{
    db::{self, Transaction},
    domain::{
        accounts::user::User,
        audit::{Client, Event, Subject},
        secrets::secret::SecretString,
        sign_in::{attempts::Pause, device::DeviceCookie},
    },
    flows::{
        Result, Services, TokenPair, Undone,
        accounts::deletion::{Restorable, SignedInBy, is_restorable, restorable},
        admin::vouching::is_vouched_for,
        audit::record::record_anonymous,
        authenticators::{
            contradiction::contradictory_factor,
            passkeys::{
                answer::{self, Accepted, Expected, Right, Wrong},
                challenge::{self, Challenge, Opened, Purpose},
                credentials, may_come_back, webauthn,
            },
        },
        flood_limits::{Throttled, count_request},
        sessions::{
            authenticate::HeldSession,
            tokens::{Beginning, begin_session},
        },
    },
    throttle::Route,
    webauthn::{Assertion, Refusal},
};

/// What became of a request for options.
#[derive(Debug)]
pub enum Asked {
    Options(Challenge),
    /// The pending sign-in has expired, was finished, or its account changed.
    Expired,
    Throttled(Pause),
}

/// Options for a passkey that signs in; with a `login_mfa` token, as its second step. Without one, they are the same
/// for everyone.
pub async fn options(
    s: &Services,
    pending: Option<&SecretString>,
    client: &Client,
) -> Result<Asked> {
    if let Some(Throttled(wait)) = count_request(s, Route::Passkey, client, None) {
        return Ok(Asked::Throttled(wait));
    }
    let challenge = within_page(s, pending).await?;
    Ok(challenge.map_or(Asked::Expired, Asked::Options))
}

/// The same as a part of a page, which is not counted; `None` if the pending sign-in has expired, was finished, or its
/// account changed.
pub async fn within_page(
    s: &Services,
    pending: Option<&SecretString>,
) -> Result<Option<Challenge>> {
    let allowed = match pending {
        None => Vec::new(),
        Some(token) => match opened(s, token).await? {
            Some(pending) => credentials(s, &pending.user).await?,
            None => return Ok(None),
        },
    };
    let asked = webauthn(s)?.request(&allowed)?;
    Ok(Some(challenge::seal(s, asked, Purpose::SignIn, pending)?))
}

/// The `login_mfa` token of the sign-in whose second step a challenge is; `None` if it is none, or has expired.
pub fn second_step_of(s: &Services, challenge: &SecretString) -> Option<SecretString> {
    challenge::open(s, challenge, Purpose::SignIn)?.pending
}

/// The id of a passkey that no account has, if its browser may forget it: nothing can put it back to the account
/// that its user handle names.
pub async fn forgettable(s: &Services, answer: &Value) -> Result<Option<String>> {
    let Some(assertion) = Assertion::read(answer) else {
        return Ok(None);
    };
    let handle = assertion.user_handle();
    let Some(user) = handle.and_then(|handle| Uuid::from_slice(handle).ok()) else {
        return Ok(None);
    };
    let may_return = may_come_back(s, user).await?;
    Ok((!may_return).then(|| BASE64URL_NOPAD.encode(assertion.credential_id())))
}

/// The input of the form or the call.
#[derive(Debug, Clone)]
pub struct Input {
    pub challenge: SecretString,
    /// `PublicKeyCredential.toJSON()`.
    pub credential: Value,
    /// Whether the cookies are kept when the browser closes.
    pub remember_me: bool,
    /// The session in the browser, which the new one replaces.
    pub replaces: Option<HeldSession>,
    /// The browser's device cookie, if the browser is to be trusted. A passkey alone needs no trust.
    pub trust: Option<DeviceCookie>,
    pub agent: Agent,
}

#[derive(Debug)]
pub enum Outcome {
    SignedIn {
        pair: TokenPair,
        /// The new device cookie, if the browser is trusted.
        device: Option<DeviceCookie>,
    },
    /// The passkey is right; the owner has deleted the account, and may restore it.
    AccountDeleted(Restorable),
    /// No account has this passkey. The browser may forget it.
    Unknown,
    /// The answer is not right.
    Wrong(Refusal),
    /// The passkey is right, but the account may not sign in with it now.
    Rejected,
    /// The challenge or the pending sign-in has expired or was used: the sign-in must start over.
    Expired,
    Throttled(Pause),
}

/// Signs in with the answer to [`options`].
pub async fn verify(s: &Services, input: Input, client: &Client) -> Result<Outcome> {
    if let Some(Throttled(wait)) = count_request(s, Route::Passkey, client, None) {
        return Ok(Outcome::Throttled(wait));
    }
    let Some(challenge) = challenge::open(s, &input.challenge, Purpose::SignIn) else {
        return Ok(Outcome::Expired);
    };
    match &challenge.pending {
        None => {
            let outcome = alone(s, &challenge, input, client).await?;
            match outcome {
                Outcome::SignedIn { .. } => s.metrics.sign_ins.add("signed_in"),
                Outcome::Expired => {}
                _ => s.metrics.sign_ins.add("rejected"),
            }
            Ok(outcome)
        }
        Some(token) => {
            let Some(pending) = opened(s, token).await? else {
                return Ok(Outcome::Expired);
            };
            let expected = Expected::User(pending.user.id);
            let checked = answer::check(s, &challenge, &input.credential, expected).await?;
            second_factor::with_passkey(s, &pending, &challenge, checked, input, client).await
        }
    }
}

async fn alone(s: &Services, challenge: &Opened, input: Input, client: &Client) -> Result<Outcome> {
    let expected = Expected::Anyone;
    let right = match answer::check(s, challenge, &input.credential, expected).await? {
        Ok(right) => right,
        Err(wrong) => return refuse(s, challenge, wrong, client).await,
    };
    let shared = s.db.shared().await?;
    let Some(record) = db::accounts::users::find(&shared, right.user_id).await? else {
        return Ok(Outcome::Unknown);
    };
    let user = &record;
    let admitted = s.db.transaction(async |tx| {
        if was_revoked_since(s, tx, user, challenge.asked_at).await? {
            return Ok(Outcome::Expired);
        }
        let usable = may_sign_in(s, user)
            && user.password_closed_at.is_none()
            && !contradictory_factor(user)
            && is_vouched_for(tx, user).await?;
        if !usable || !hold_for_sign_in(s, tx, user).await? {
            note_failure(s, tx, user.id, client).await?;
            return Ok(Outcome::Rejected);
        }
        match answer::accept(s, tx, &right, challenge, client).await? {
            Accepted::Yes => admit(s, tx, user, &right, &input, client).await,
            Accepted::ChallengeUsed => Ok(Outcome::Expired),
            Accepted::Removed => Ok(Outcome::Unknown),
            Accepted::CounterFellBack => Err(Undone::As(right.fell_back())),
        }
    });
    match admitted.await {
        Ok(outcome) => Ok(outcome),
        Err(undone) => refuse(s, challenge, undone.outcome()?, client).await,
    }
}

/// Whether every session of the user was ended after a challenge was asked for. Then its answer, which may have been
/// made before, must not begin another one. A time in the future was set by a clock that has been set back since.
async fn was_revoked_since(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    asked_at: DateTime<Utc>,
) -> Result<bool> {
    let is_between = |at: DateTime<Utc>| asked_at < at && at <= s.now();
    let moments = [user.password_changed_at, user.browsers_known_from];
    if moments.into_iter().flatten().any(is_between) {
        return Ok(true);
    }
    let by_admin = Event::UserSessionsRevoked { count: 0 };
    for event in [Event::SignedOutEverywhere, by_admin] {
        let latest = db::audit::nth_latest(tx, user.id, event.name(), 1).await?;
        if latest.is_some_and(is_between) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn admit(
    s: &Services,
    tx: &Transaction<'_>,
    user: &User,
    right: &Right,
    input: &Input,
    client: &Client,
) -> Result<Outcome, Undone<Wrong>> {
    let by = SignedInBy::Passkey {
        copied: right.backup_eligible,
        after_password: false,
    };
    if is_restorable(s, user) {
        let event = Event::SignInToDeletedAccount;
        record_anonymous(s, tx, event, Subject::User(user.id), client).await?;
        return Ok(Outcome::AccountDeleted(restorable(s, user, by)));
    }
    let beginning = Beginning {
        user,
        rev: user.revocation_id,
        methods: by.methods(),
        checked_at: None,
        remembered: input.remember_me,
        replaces: input.replaces,
        client,
    };
    let pair = begin_session(s, tx, beginning).await?;
    notify_of_new_device(s, tx, user, pair.session_id, input.agent, client).await?;
    Ok(Outcome::SignedIn { pair, device: None })
}

/// Records a wrong answer of a user's passkey, and tells its owner where its counter fell back.
async fn refuse(
    s: &Services,
    challenge: &Opened,
    wrong: Wrong,
    client: &Client,
) -> Result<Outcome> {
    let (user_id, passkey, why) = match wrong {
        Wrong::Unknown => return Ok(Outcome::Unknown),
        Wrong::Refused(why) => return Ok(Outcome::Wrong(why)),
        Wrong::Of(user_id, passkey, why) => (user_id, passkey, why),
    };
    let shared = s.db.shared().await?;
    let found = db::accounts::users::find(&shared, user_id).await?;
    s.db.transaction(async |tx| {
        if let (Refusal::CounterFellBack, Some(user)) = (why, &found)
            && !answer::note_counter(s, tx, challenge, (user, passkey), client).await?
        {
            return Ok(Outcome::Expired);
        }
        note_failure(s, tx, user_id, client).await?;
        Ok(Outcome::Wrong(why))
    })
    .await
}

async fn note_failure(
    s: &Services,
    tx: &Transaction<'_>,
    user_id: Uuid,
    client: &Client,
) -> Result<()> {
    let (event, subject) = (Event::SignInFailed, Subject::User(user_id));
    record_anonymous(s, tx, event, subject, client).await
}
