//! Issuing tokens: pairs, the token of a pending sign-in, and tokens in mails. `sessions` issues those
//! that belong to sessions.

mod sessions;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::{
    domain::{
        accounts::user::User,
        authenticators::factors::Kind,
        secrets::{random, secret::SecretString},
        token::{Claims, Extra, Purpose},
    },
    flows::{Result, Services},
};

pub use sessions::{
    Beginning, SessionEnd, begin_session, refresh_claims, reissue, successor_claims,
};

/// A session's tokens, and their user.
#[derive(Debug, Clone)]
pub struct TokenPair {
    pub session_id: Uuid,
    pub access_token: SecretString,
    pub refresh_token: SecretString,
    /// Seconds until the access token expires.
    pub expires_in: i64,
    /// Seconds until the refresh token expires.
    pub refresh_expires_in: i64,
    /// Whether the cookies are kept when the browser closes.
    pub remembered: bool,
    /// Whether the sign-in ended a recovery of a lost second factor.
    pub recovery_ended: bool,
    pub user: User,
}

/// A sign-in between the password and the second factor.
#[derive(Debug, Clone)]
pub struct PendingSignIn {
    /// A `login_mfa` token.
    pub token: SecretString,
    /// Seconds until it expires.
    pub expires_in: i64,
    /// Whether it contains a new password, which the code sets.
    pub resets: bool,
    /// What completes it, the strongest first.
    pub methods: Vec<&'static str>,
}

/// What the right code completes.
#[derive(Debug)]
pub enum Waiting {
    SignIn,
    /// A password reset, sealed, and a sign-in.
    Reset(String),
}

/// The issue time of a new token: never at or before the cutoff. Its lifetime counts from now
/// nevertheless, because the cutoff may have been set by a fast clock.
fn issue_time(s: &Services, password_changed_at: Option<DateTime<Utc>>) -> DateTime<Utc> {
    let now = s.now();
    password_changed_at.map_or(now, |cutoff| now.max(cutoff + TimeDelta::milliseconds(1)))
}

fn new_claims(s: &Services, purpose: Purpose, user: &User, rev: i64) -> Claims {
    claims_after(s, purpose, user.id, user.password_changed_at, rev)
}

fn claims_after(
    s: &Services,
    purpose: Purpose,
    user_id: Uuid,
    password_changed_at: Option<DateTime<Utc>>,
    rev: i64,
) -> Claims {
    let issued_at = issue_time(s, password_changed_at);
    Claims {
        purpose,
        user_id,
        token_id: random::token_id(s.random.as_ref()),
        issued_at,
        expires_at: whole_seconds(s.now() + s.tokens.policy().lifetime(purpose)),
        rev: Some(rev),
        session_id: None,
        extra: Extra::default(),
    }
}

/// A token for a mail, with its lifetime.
pub fn mail_token(
    s: &Services,
    purpose: Purpose,
    user: &User,
) -> Result<(SecretString, TimeDelta)> {
    let mut claims = new_claims(s, purpose, user, user.revocation_id);
    if purpose == Purpose::VerifyEmail {
        claims.extra.email = Some(user.email_canonical.clone());
    }
    Ok((
        s.tokens.encode(&claims)?,
        s.tokens.policy().lifetime(purpose),
    ))
}

/// The token in the mail that confirms a change of address, and what it says.
pub fn email_change_token(
    s: &Services,
    user: &User,
    new_canonical: &str,
) -> Result<(SecretString, Claims)> {
    let mut claims = new_claims(s, Purpose::EmailChange, user, user.revocation_id);
    claims.extra.email = Some(new_canonical.to_owned());
    Ok((s.tokens.encode(&claims)?, claims))
}

/// The token of a link that undoes the event of an undo point, for a mail to this canonical address.
pub fn undo_token(s: &Services, user: &User, event: Uuid, recipient: &str) -> Result<SecretString> {
    let mut claims = new_claims(s, Purpose::Undo, user, user.revocation_id);
    claims.extra.event = Some(event);
    claims.extra.email = Some(recipient.to_owned());
    Ok(s.tokens.encode(&claims)?)
}

/// The token of a pending sign-in.
pub fn pending_sign_in(
    s: &Services,
    user: &User,
    rev: i64,
    waiting: Waiting,
) -> Result<PendingSignIn> {
    let mut claims = new_claims(s, Purpose::LoginMfa, user, rev);
    claims.extra.reset = match waiting {
        Waiting::SignIn => None,
        Waiting::Reset(sealed) => Some(sealed),
    };
    let expires_in = seconds_between(s.now(), claims.expires_at);
    Ok(PendingSignIn {
        token: s.tokens.encode(&claims)?,
        expires_in,
        resets: claims.extra.reset.is_some(),
        methods: methods(s, user),
    })
}

/// What completes a pending sign-in of a user here, the strongest first. A site may have lost its gateway, or the host
/// name that passkeys belong to, since a factor was added: then only the others and the backup codes complete it.
fn methods(s: &Services, user: &User) -> Vec<&'static str> {
    let mut methods = user.factors.methods();
    methods.retain(|method| match *method {
        phone if phone == Kind::Phone.as_str() => s.sms.is_some(),
        passkey if passkey == Kind::Passkey.as_str() => s.webauthn.is_some(),
        _ => true,
    });
    methods
}

/// The token of a phone number that waits for its first code, and its issue time.
pub fn phone_setup_token(s: &Services, user: &User) -> Result<(SecretString, DateTime<Utc>)> {
    let claims = new_claims(s, Purpose::PhoneSetup, user, user.revocation_id);
    Ok((s.tokens.encode(&claims)?, claims.issued_at))
}

/// A refresh token with a new access token.
pub fn token_pair(
    s: &Services,
    refresh: &Claims,
    refresh_token: SecretString,
    remembered: bool,
    user: &User,
) -> Result<TokenPair> {
    let mut access = new_claims(
        s,
        Purpose::Access,
        user,
        refresh.rev.unwrap_or(user.revocation_id),
    );
    access.session_id = refresh.session_id;
    Ok(TokenPair {
        session_id: refresh.session_id.unwrap_or_default(),
        access_token: s.tokens.encode(&access)?,
        refresh_token,
        expires_in: seconds_between(s.now(), access.expires_at),
        refresh_expires_in: seconds_between(s.now(), refresh.expires_at),
        remembered,
        recovery_ended: false,
        user: user.clone(),
    })
}

/// The difference as a reader of `iat` and `exp` would compute it: both in whole seconds.
fn seconds_between(from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
    (to.timestamp() - from.timestamp()).max(0)
}

/// `exp` has whole seconds, and the row stores exactly the value of the token.
fn whole_seconds(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(at.timestamp(), 0).unwrap_or(at)
}
