//! Signed tokens (RFC 7519): their claims, how they are encoded and decoded, and when they are no longer
//! valid.
//!
//! A token passes two checks. [`TokenCodec::decode`] checks the text alone: signature, purpose, issuer,
//! audience and times. [`judge`] then compares the claims with the user and the session in the database.
//!
//! ```text
//!   text --decode--> claims --judge(status)--> accepted
//!          |                   |
//!          v                   v
//!       Refusal             Refusal
//! ```

mod claims;
mod codec;
mod inspect;
mod status;
#[cfg(test)]
mod tests;

pub use claims::{Claims, Extra};
pub use codec::{TokenCodec, TokenPolicy};
pub use inspect::{Inspection, SigningKey};
pub use status::{
    NothingRevoked, RevocationChecker, SessionStatus, UserStatus, judge, judge_bound,
};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::sign_in::attempts::UNLOCK_LIFETIME;

/// The purpose of a token. Each purpose has its own signing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Authenticates requests.
    Access,
    /// Is exchanged for the next pair.
    Refresh,
    /// Identifies a sign-in between the password and the second factor.
    LoginMfa,
    /// Proves that a mailbox was read.
    VerifyEmail,
    /// Sets a new password.
    PasswordReset,
    /// Changes the address of the account.
    EmailChange,
    /// Undoes one security event.
    Undo,
    /// Clears the failed attempts of an address.
    Unlock,
    /// Identifies a phone number that waits for its first code.
    PhoneSetup,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 9] = [
        Self::Access,
        Self::Refresh,
        Self::LoginMfa,
        Self::VerifyEmail,
        Self::PasswordReset,
        Self::EmailChange,
        Self::Undo,
        Self::Unlock,
        Self::PhoneSetup,
    ];

    /// The name in the `purpose` claim and in the derivation of the key.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
            Self::LoginMfa => "login_mfa",
            Self::VerifyEmail => "verify_email",
            Self::PasswordReset => "password_reset",
            Self::EmailChange => "email_change",
            Self::Undo => "undo",
            Self::Unlock => "unlock",
            Self::PhoneSetup => "phone_setup",
        }
    }

    /// The purpose with this name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.as_str() == word)
    }

    /// The lifetime of purposes with a fixed one.
    pub(crate) fn fixed_lifetime(self) -> TimeDelta {
        match self {
            Self::Access | Self::PasswordReset => TimeDelta::minutes(30),
            Self::Refresh => TimeDelta::days(7),
            Self::LoginMfa => TimeDelta::minutes(5),
            Self::VerifyEmail | Self::EmailChange => TimeDelta::hours(24),
            Self::Undo => TimeDelta::days(14),
            Self::Unlock => UNLOCK_LIFETIME,
            Self::PhoneSetup => TimeDelta::minutes(10),
        }
    }

    /// Whether a password change or a rise of `rev` invalidates tokens of this purpose.
    pub(crate) fn bound_to_credentials(self) -> bool {
        !matches!(self, Self::VerifyEmail | Self::Undo)
    }
}

/// Why a token is refused. Clients do not learn the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It is not one of our tokens: form, signature, algorithm or key.
    #[error("the token is not signed by this service for this purpose")]
    Forged,
    /// A claim is missing or of the wrong type.
    #[error("a claim is missing or malformed")]
    Malformed,
    /// `iss`, `aud` or `purpose` has another value.
    #[error("the token was issued for something else")]
    Misdirected,
    /// `exp` is in the past.
    #[error("the token has expired")]
    Expired,
    /// `nbf` or `iat` is in the future.
    #[error("the token is not valid yet")]
    NotYet,
    /// `rev` differs, or it was issued at or before the last password change.
    #[error("the credentials changed after the token was issued")]
    Superseded,
    /// It is on the revocation list: used or signed out.
    #[error("the token was used or revoked")]
    Revoked,
    /// The session has ended.
    #[error("the session has ended")]
    SessionEnded,
    /// The user is disabled or does not exist.
    #[error("the user may not sign in")]
    UserUnusable,
}

impl Refusal {
    /// The stable name for programs, in `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Forged => "forged",
            Self::Malformed => "malformed",
            Self::Misdirected => "misdirected",
            Self::Expired => "expired",
            Self::NotYet => "not_yet",
            Self::Superseded => "superseded",
            Self::Revoked => "revoked",
            Self::SessionEnded => "session_ended",
            Self::UserUnusable => "user_unusable",
        }
    }
}
