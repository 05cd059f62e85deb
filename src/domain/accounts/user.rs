//! A user as the other layers know it.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::email::EmailAddress;
use crate::domain::authenticators::factors::Factors;

/// What a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    User,
    Admin,
}

impl Role {
    /// The name in the database, the API and the pages.
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

/// A text that is not a role.
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

/// A freeze of an account after "this wasn't me".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frozen {
    pub until: DateTime<Utc>,
    /// Whether signing in and resetting the password are frozen as well.
    pub with_sign_in: bool,
}

/// A user without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The id, which is the `sub` of tokens.
    pub id: Uuid,
    /// The address that mail is sent to.
    pub email: String,
    /// The address in lower case.
    pub email_canonical: String,
    /// The name that the user chose.
    pub display_name: Option<String>,
    pub role: Role,
    /// When the address was proven to be the user's, or when an import declared it verified.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// Whether only an import declared the address verified.
    pub verified_by_file: bool,
    /// The `rev` of valid tokens.
    pub revocation_id: i64,
    /// The time of the last password change.
    pub password_changed_at: Option<DateTime<Utc>>,
    /// Whether an admin requires a new password; until then nothing else is allowed.
    pub password_must_change: bool,
    /// When an admin disabled the account.
    pub disabled_at: Option<DateTime<Utc>>,
    /// The second factors that are stored.
    pub factors: Factors,
    /// Whether the row says that the account has a second factor, independent of what is stored.
    pub two_factor_noted: bool,
    /// When the account was created; for an imported account, the time in its file.
    pub created_at: DateTime<Utc>,
    /// The import that created the account.
    pub import_id: Option<Uuid>,
    /// Entries of device cookies from before this time are ignored.
    pub browsers_known_from: Option<DateTime<Utc>>,
    /// When the owner deleted the account, who may restore it until it is erased. It is disabled since then.
    pub owner_deleted_at: Option<DateTime<Utc>>,
    /// Until then the owner cannot change address and second factor or delete the account.
    pub frozen_until: Option<DateTime<Utc>>,
    /// Until then no one signs in or resets the password.
    pub sign_in_frozen_until: Option<DateTime<Utc>>,
    /// When the account came to its address; `None` for the address that it began with.
    pub email_since: Option<DateTime<Utc>>,
    /// Since when no password opens the account, until a reset sets a new one.
    pub password_closed_at: Option<DateTime<Utc>>,
}

impl User {
    /// The text to call the user by on pages: the name, else the address.
    pub fn name(&self) -> &str {
        self.display_name.as_deref().unwrap_or(&self.email)
    }

    /// Whether a text is the account's address, in any spelling: the domain in Unicode or ASCII, in any case of its
    /// letters, and with surrounding space.
    pub fn has_address(&self, typed: &str) -> bool {
        EmailAddress::parse(typed.trim())
            .is_ok_and(|typed| typed.canonical() == self.email_canonical)
    }

    /// The freeze of the account, while it lasts.
    pub fn freeze(&self, now: DateTime<Utc>) -> Option<Frozen> {
        self.frozen(now).map(|until| Frozen {
            until,
            with_sign_in: self.sign_in_frozen(now),
        })
    }

    /// The end of a freeze of address, second factor and deletion, while it lasts.
    pub fn frozen(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.frozen_until.filter(|until| now < *until)
    }

    /// Whether signing in and resetting the password are frozen.
    pub fn sign_in_frozen(&self, now: DateTime<Utc>) -> bool {
        self.sign_in_frozen_until.is_some_and(|until| now < until)
    }

    /// Whether the address is verified, by its owner or by an import. This only allows signing in. What
    /// requires the owner of the mailbox checks [`Self::mailbox_proven`] instead.
    pub fn email_verified(&self) -> bool {
        self.email_verified_at.is_some()
    }

    /// Whether the owner of the mailbox has proven it to this service by a link, an invitation or a reset,
    /// or an operator vouched for it.
    pub fn mailbox_proven(&self) -> bool {
        self.email_verified() && !self.verified_by_file
    }

    /// Whether the account was registered, is enabled, and its address was never verified: the person who
    /// proves the mailbox takes its place. The same as `NEVER_VERIFIED` of the database.
    pub fn never_verified(&self) -> bool {
        !self.email_verified()
            && self.import_id.is_none()
            && self.role == Role::User
            && (self.disabled_at.is_none() || self.owner_deleted_at.is_some())
    }

    /// The time from which password and second factor are unchanged; browsers can be known only since
    /// then.
    pub fn credentials_since(&self) -> DateTime<Utc> {
        let changed = self.password_changed_at.max(self.factors.all_since());
        let changed = changed.max(self.browsers_known_from).max(self.email_since);
        changed.map_or(self.created_at, |at| at.max(self.created_at))
    }

    /// Whether a second factor is required at sign-in. If the row and the stored factors disagree, it is.
    pub fn two_factor_enabled(&self) -> bool {
        self.factors.any() || self.two_factor_noted
    }

    /// Whether the row and the stored factors disagree, as after a restore that lost the rows of one table. It
    /// cannot be known which of them is right.
    pub fn second_factor_is_contradictory(&self) -> bool {
        self.factors.any() != self.two_factor_noted
    }
}
