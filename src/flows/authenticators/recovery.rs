//! Recovering an account whose second factor is lost: a pending sign-in starts the delay, a session cancels it, and
//! the mailed link at its end removes every factor. `domain/authenticators/recovery` has the rules, `due` sends
//! the mails.

pub mod due;
pub(in crate::flows) mod factor_used;

use chrono::TimeDelta;

use super::{contradiction::contradictory_factor, factors, proof::Proven};
use crate::{
    db::{self, Transaction},
    domain::{
        accounts::{undo::Change, user::User},
        audit::{Client, Event, Subject},
        authenticators::{
            factors::Factors,
            recovery::{EndedBy, Recovery},
        },
        secrets::{link, secret::SecretString},
        session::EndReason,
        sign_in::attempts::Pause,
        token::{Claims, Purpose, judge},
    },
    flows::{
        InputFaults, Result, Services, TokenPair,
        accounts::{
            new_password::{accept_password, hash_password, own_words},
            set_password::{NewPassword, write_password},
            undo_points::before,
        },
        audit::record::{record_anonymous, record_own},
        flood_limits::{Throttled, count_request},
        mail::{
            notify::{Happened, notify, notify_of},
            outbox::Cause,
        },
        sessions::{
            authenticate::{Authenticated, HeldSession},
            still_lives,
            tokens::{Beginning, begin_session},
        },
    },
    mail::Message,
    throttle::Route,
};

/// What the holder of a pending sign-in can do.
#[derive(Debug)]
pub enum State {
    /// It can be started, and takes this long.
    Possible(TimeDelta),
    Waiting(Recovery),
    /// The password was not entered, or the account is not in a state in which it can be recovered. The answer
    /// does not say which.
    Unavailable,
    /// The pending sign-in has expired, was finished, or its account changed.
    Expired,
    /// Recoveries are turned off.
    Off,
    Throttled(Pause),
}

/// The user of a pending sign-in, and how long a recovery takes.
struct Pending {
    user: User,
    delay: TimeDelta,
}

/// The state for a pending sign-in. Changes nothing.
pub async fn inspect_pending(s: &Services, token: &SecretString) -> Result<State> {
    let Pending { user, delay } = match pending(s, token).await? {
        Ok(pending) => pending,
        Err(state) => return Ok(state),
    };
    let shared = s.db.shared().await?;
    let waiting = db::authenticators::recoveries::waiting(&shared, user.id, s.now()).await?;
    Ok(waiting.map_or(State::Possible(delay), State::Waiting))
}

/// Starts a recovery with a pending sign-in. If one waits already, nothing changes, and the answer is the same.
pub async fn start(s: &Services, token: &SecretString, client: &Client) -> Result<State> {
    if let Some(Throttled(wait)) = count_request(s, Route::SecondFactor, client, None) {
        return Ok(State::Throttled(wait));
    }
    let Pending { user, delay } = match pending(s, token).await? {
        Ok(pending) => pending,
        Err(state) => return Ok(state),
    };
    let now = s.now();
    let new = Recovery {
        user_id: user.id,
        rev: user.revocation_id,
        started_at: now,
        ends_at: now + delay,
        ip: Some(client.ip),
        user_agent: client.user_agent.clone(),
        reminded_at: None,
        link_expires_at: None,
    };
    s.db.transaction(async |tx| {
        if !db::accounts::credentials::hold(tx, user.id, user.revocation_id).await? {
            return Ok(State::Expired);
        }
        // One that ended within the last second has not been removed yet, and its owner not been told.
        due::one(s, tx, user.id).await?;
        if !db::authenticators::recoveries::start(tx, &new).await? {
            let waiting = db::authenticators::recoveries::waiting(tx, user.id, now).await?;
            return Ok(waiting.map_or(State::Expired, State::Waiting));
        }
        let (event, subject) = (Event::RecoveryStarted, Subject::User(user.id));
        record_anonymous(s, tx, event, subject, client).await?;
        notify(s, tx, &user, client, |notice| Message::RecoveryStarted {
            notice,
            ends_at: new.ends_at,
        })
        .await?;
        Ok(State::Waiting(new.clone()))
    })
    .await
}

async fn pending(s: &Services, token: &SecretString) -> Result<Result<Pending, State>> {
    let Some(delay) = s.policy.recovery_delay else {
        return Ok(Err(State::Off));
    };
    let decoded = s
        .tokens
        .decode_ahead(Purpose::LoginMfa, token.expose(), s.now());
    let Ok(claims) = decoded else {
        return Ok(Err(State::Expired));
    };
    let Some(status) = db::sessions::token_status::find(&s.db, &claims).await? else {
        return Ok(Err(State::Expired));
    };
    let mut user_status = status.user_status();
    // As for its code: the answer does not say that an account is deleted.
    user_status.disabled = false;
    if judge(&claims, &user_status, &status, s.now()).is_err() {
        return Ok(Err(State::Expired));
    }
    let user = status.user.user;
    Ok(if is_recoverable(s, &claims, &user) {
        Ok(Pending { user, delay })
    } else {
        Err(State::Unavailable)
    })
}

/// Whether a pending sign-in may recover the account. One that began with a reset link proves the mailbox only, and
/// the mailbox is the other half.
fn is_recoverable(s: &Services, claims: &Claims, user: &User) -> bool {
    claims.extra.reset.is_none()
        && user.disabled_at.is_none()
        && user.mailbox_proven()
        && user.two_factor_enabled()
        && user.frozen(s.now()).is_none()
        && !contradictory_factor(user)
}

/// The recovery of a signed-in user that waits.
pub async fn waiting(s: &Services, who: &Authenticated) -> Result<Option<Recovery>> {
    let user = who.user();
    if s.policy.recovery_delay.is_none() || !user.two_factor_enabled() {
        return Ok(None);
    }
    let shared = s.db.shared().await?;
    Ok(db::authenticators::recoveries::waiting(&shared, user.id, s.now()).await?)
}

/// What became of cancelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    Done,
    /// None waits.
    NothingToDo,
    /// The session ended, or the account changed, at the same moment.
    Overtaken,
}

/// Cancels the recovery of the caller's account.
pub async fn cancel(s: &Services, proven: &Proven, client: &Client) -> Result<Cancelled> {
    let who = proven.who();
    let user = who.user();
    s.db.transaction(async |tx| {
        if !still_lives(tx, who).await? {
            return Ok(Cancelled::Overtaken);
        }
        if !db::authenticators::recoveries::cancel(tx, user.id, s.now()).await? {
            return Ok(Cancelled::NothingToDo);
        }
        let by = EndedBy::Owner;
        let event = Event::RecoveryEnded { by: by.as_str() };
        record_own(s, tx, event, user.id, who.session_id, client).await?;
        notify(s, tx, user, client, |notice| Message::RecoveryEnded {
            notice,
            by,
        })
        .await?;
        Ok(Cancelled::Done)
    })
    .await
}

/// The user whose second factor a mailed link would remove; `None` if it is dead. Changes nothing.
pub async fn inspect(s: &Services, token: &SecretString) -> Result<Option<User>> {
    if s.policy.recovery_delay.is_none() {
        return Ok(None);
    }
    let shared = s.db.shared().await?;
    let hash = link::hash(token);
    let found = db::authenticators::recoveries::of_link(&shared, &hash, s.now()).await?;
    let Some(recovery) = found else {
        return Ok(None);
    };
    let managed = db::admin::managed::find(&shared, recovery.user_id).await?;
    let user = managed.map(|managed| managed.user);
    // Read in a second statement: a change in between ends the recovery.
    Ok(user.filter(|user| {
        user.revocation_id == recovery.rev
            && user.frozen(s.now()).is_none()
            && !contradictory_factor(user)
    }))
}

/// What became of using the mailed link.
#[derive(Debug)]
pub enum Outcome {
    /// The factors are removed, the password is set, and a session began.
    SignedIn(TokenPair),
    /// The link was used, has expired, or the recovery has ended.
    LinkDead,
    /// The new password is refused. The link is not used up.
    Invalid(InputFaults),
    Throttled(Pause),
}

/// Removes every second factor and sets a new password, with the token of the mailed link.
///
/// Ends every session, as a reset does, and signs in as one does: whoever set the password could sign in with it
/// anyway. The new session replaces the one in the browser.
pub async fn complete(
    s: &Services,
    token: &SecretString,
    new_password: &SecretString,
    replaces: Option<HeldSession>,
    client: &Client,
) -> Result<Outcome> {
    if let Some(Throttled(wait)) = count_request(s, Route::Reset, client, None) {
        return Ok(Outcome::Throttled(wait));
    }
    let Some(user) = inspect(s, token).await? else {
        return Ok(Outcome::LinkDead);
    };
    let password = match accept_password(s, new_password, own_words(&user)).await? {
        Ok(password) => password,
        Err(why) => return Ok(Outcome::Invalid(InputFaults::one("new_password", &why))),
    };
    let hash = hash_password(s, password).await?;
    s.db.transaction(async |tx| {
        let held = db::accounts::credentials::hold(tx, user.id, user.revocation_id).await?;
        let link_hash = link::hash(token);
        if !held || !db::authenticators::recoveries::take(tx, user.id, &link_hash, s.now()).await? {
            return Ok(Outcome::LinkDead);
        }
        let earlier = before(s, tx, &user).await?;
        let change = NewPassword {
            user: &remove_factors(tx, &user).await?,
            hash: &hash,
            reason: EndReason::PasswordReset,
            client,
        };
        let Some(after) = write_password(s, tx, change, Event::AccountRecovered).await? else {
            return Ok(Outcome::LinkDead);
        };
        let event = Happened {
            before: &earlier,
            change: Change::FactorLost,
            cause: Cause::Client(client),
        };
        notify_of(s, tx, event, &[&after], |notice, _| {
            Message::AccountRecovered { notice }
        })
        .await?;
        let beginning = Beginning::by_password(&after, replaces, client);
        Ok(Outcome::SignedIn(begin_session(s, tx, beginning).await?))
    })
    .await
}

/// Removes every second factor of a locked user. Returns the user without them.
async fn remove_factors(tx: &Transaction<'_>, user: &User) -> Result<User> {
    factors::remove_all(tx, user).await?;
    Ok(User {
        factors: Factors::default(),
        two_factor_noted: false,
        ..user.clone()
    })
}
