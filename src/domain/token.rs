//! Signed tokens (RFC 7519): what they say, how they are written and read, and when they are dead.
//!
//! A token passes two gates. [`TokenCodec::decode`] judges the text alone: signature, purpose,
//! issuer, audience and times. [`judge`] then compares the claims with what the database knows of
//! the user and the session.
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

/// What a token is for. Each purpose signs with a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Authenticates requests.
    Access,
    /// Buys the next pair.
    Refresh,
    /// Stands between the password and the second factor.
    LoginMfa,
    /// Proves that a mailbox was read.
    VerifyEmail,
    /// Sets a new password.
    PasswordReset,
    /// Moves the account to another address.
    EmailChange,
    /// Takes one security event back.
    Undo,
    /// Lets guesses at an address count from nothing again.
    Unlock,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 8] = [
        Self::Access,
        Self::Refresh,
        Self::LoginMfa,
        Self::VerifyEmail,
        Self::PasswordReset,
        Self::EmailChange,
        Self::Undo,
        Self::Unlock,
    ];

    /// The word in the `purpose` claim and in the key's derivation.
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
        }
    }

    /// The purpose of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.as_str() == word)
    }

    /// Lifetime of the purposes that have a fixed one.
    pub(crate) fn fixed_lifetime(self) -> TimeDelta {
        match self {
            Self::Access | Self::PasswordReset => TimeDelta::minutes(30),
            Self::Refresh => TimeDelta::days(7),
            Self::LoginMfa => TimeDelta::minutes(5),
            Self::VerifyEmail | Self::EmailChange => TimeDelta::hours(24),
            Self::Undo => TimeDelta::days(14),
            Self::Unlock => UNLOCK_LIFETIME,
        }
    }

    /// Whether a change of password or a rise of `rev` ends tokens of this purpose.
    pub(crate) fn bound_to_credentials(self) -> bool {
        !matches!(self, Self::VerifyEmail | Self::Undo)
    }
}

/// Why a token is refused. Clients learn only that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Not a token of ours: form, signature, algorithm or key.
    #[error("the token is not signed by this service for this purpose")]
    Forged,
    /// A claim is missing or of the wrong type.
    #[error("a claim is missing or malformed")]
    Malformed,
    /// `iss`, `aud` or `purpose` name something else.
    #[error("the token was issued for something else")]
    Misdirected,
    /// Past `exp`.
    #[error("the token has expired")]
    Expired,
    /// `nbf` or `iat` lies in the future.
    #[error("the token is not valid yet")]
    NotYet,
    /// `rev` differs, or it is not younger than the last change of password.
    #[error("the credentials changed after the token was issued")]
    Superseded,
    /// On the revocation list: used or signed out.
    #[error("the token was used or revoked")]
    Revoked,
    /// The session has ended.
    #[error("the session has ended")]
    SessionEnded,
    /// The user is disabled or gone.
    #[error("the user may not sign in")]
    UserUnusable,
}

impl Refusal {
    /// The stable word for programs, `snake_case`.
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
