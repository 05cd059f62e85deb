//! The second check: the claims against the database.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Claims, Refusal, codec::FUTURE_TOLERANCE};

/// The status of the user that a token names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserStatus {
    /// The user's `revocation_id`.
    pub revocation_id: i64,
    /// The last change of the password, to the millisecond.
    pub password_changed_at: Option<DateTime<Utc>>,
    /// Whether an admin disabled the account.
    pub disabled: bool,
    /// Until then every token is refused.
    pub sign_in_frozen_until: Option<DateTime<Utc>>,
}

/// The status of the session that a token names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionStatus {
    /// Whether it was signed out, or ended by a change.
    pub revoked: bool,
    /// The expiry of its current refresh token, never after its absolute end.
    pub expires_at: DateTime<Utc>,
}

/// The revocation list. The database answers with the row of the user; tests replace it.
pub trait RevocationChecker {
    /// Whether the token with this id must no longer be accepted.
    fn is_revoked(&self, token_id: &str) -> bool;
}

/// An empty list.
#[derive(Debug, Clone, Copy, Default)]
pub struct NothingRevoked;

impl RevocationChecker for NothingRevoked {
    fn is_revoked(&self, _token_id: &str) -> bool {
        false
    }
}

/// Judges decoded claims against the user.
///
/// A token that was issued at or before the last password change is refused, to the millisecond and
/// without leeway: a new pair is issued at least a millisecond after the change. If a fast clock made the
/// change, the pair of that millisecond is accepted although it is in the future, and no later one.
pub fn judge(
    claims: &Claims,
    user: &UserStatus,
    list: &impl RevocationChecker,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let first = user
        .password_changed_at
        .map(|at| at + TimeDelta::milliseconds(1));
    if Some(claims.issued_at) > first.max(Some(now + FUTURE_TOLERANCE)) {
        return Err(Refusal::NotYet);
    }
    if user.disabled || user.sign_in_frozen_until.is_some_and(|until| now < until) {
        return Err(Refusal::UserUnusable);
    }
    if claims.purpose.bound_to_credentials() {
        let other_rev = claims.rev.is_some_and(|rev| rev != user.revocation_id);
        let too_old = user
            .password_changed_at
            .is_some_and(|cutoff| claims.issued_at <= cutoff);
        if other_rev || too_old {
            return Err(Refusal::Superseded);
        }
    }
    if list.is_revoked(&claims.token_id) {
        return Err(Refusal::Revoked);
    }
    Ok(())
}

/// Like [`judge`], for a token that belongs to a session. `session` is `None` if no row has that id and
/// user.
pub fn judge_bound(
    claims: &Claims,
    user: &UserStatus,
    session: Option<&SessionStatus>,
    list: &impl RevocationChecker,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    judge(claims, user, list, now)?;
    match (claims.session_id, session) {
        (None, _) => Ok(()),
        (Some(_), Some(session)) if !session.revoked && now < session.expires_at => Ok(()),
        (Some(_), _) => Err(Refusal::SessionEnded),
    }
}
