//! What a user is to the rest of the service.

use std::{fmt, str::FromStr};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use uuid::Uuid;

/// How long a deleted account can be restored before it is erased.
pub const DELETION_GRACE: TimeDelta = TimeDelta::days(30);

/// What a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    User,
    Admin,
}

impl Role {
    /// The word in the database, the API and the pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown role")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(word: &str) -> Result<Self, UnknownRole> {
        match word {
            "user" => Ok(Self::User),
            "admin" => Ok(Self::Admin),
            _ => Err(UnknownRole),
        }
    }
}

/// A user without anything secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Id, the `sub` of tokens.
    pub id: Uuid,
    /// The address that mail goes to.
    pub email: String,
    /// The address in lower case.
    pub email_canonical: String,
    /// What the user wants to be called.
    pub display_name: Option<String>,
    pub role: Role,
    /// When the address was proven to be theirs, or a file said so.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// Whether a file said so, and it was not proven here.
    pub verified_by_file: bool,
    /// The `rev` of tokens that live.
    pub revocation_id: i64,
    /// The last change of the password.
    pub password_changed_at: Option<DateTime<Utc>>,
    /// Set by an admin: nothing but a new password is possible.
    pub password_must_change: bool,
    /// Set by an admin: no sign-in.
    pub disabled_at: Option<DateTime<Utc>>,
    /// When TOTP was confirmed, where it is.
    pub totp_confirmed_at: Option<DateTime<Utc>>,
    /// Whether the account is noted to have a second factor, beside the authenticator itself.
    pub two_factor_noted: bool,
    /// When the account was made; of an imported one, as its file says.
    pub created_at: DateTime<Utc>,
    /// The file that brought the account.
    pub import_id: Option<Uuid>,
    /// What device cookies kept before this time counts for nothing.
    pub browsers_known_from: Option<DateTime<Utc>>,
}

impl User {
    /// What to call the user on pages: the name, else the address.
    pub fn name(&self) -> &str {
        self.display_name.as_deref().unwrap_or(&self.email)
    }

    /// Whether the address is verified, by its owner or by the word of a file. This lets an account
    /// sign in, and nothing else: what needs the owner asks for [`Self::mailbox_proven`].
    pub fn email_verified(&self) -> bool {
        self.email_verified_at.is_some()
    }

    /// Whether the owner of the mailbox has proven it here: by a link, an invitation or a reset, or
    /// an operator vouched for it.
    pub fn mailbox_proven(&self) -> bool {
        self.email_verified() && !self.verified_by_file
    }

    /// Since when password and second factor are what they are, and browsers can be known.
    pub fn credentials_since(&self) -> DateTime<Utc> {
        let changed = self.password_changed_at.max(self.totp_confirmed_at);
        let changed = changed.max(self.browsers_known_from);
        changed.map_or(self.created_at, |at| at.max(self.created_at))
    }

    /// Whether a second factor is asked for at sign-in. Where the two that say so disagree, it is.
    pub fn two_factor_enabled(&self) -> bool {
        self.totp_confirmed_at.is_some() || self.two_factor_noted
    }

    /// Whether the note and the authenticators disagree, as after a restore that lost rows of one
    /// table: nothing tells which of them is right.
    pub fn second_factor_is_contradictory(&self) -> bool {
        self.totp_confirmed_at.is_some() != self.two_factor_noted
    }
}
