//! Invitations: their lifetime, and the reasons why one cannot be accepted.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::user::Role;

/// How long an invitation can be accepted after it was sent.
pub const LIFETIME: TimeDelta = TimeDelta::days(7);

/// An invitation that was neither accepted nor revoked.
///
/// There is no user yet whom a token could name, so the link contains a secret instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub id: Uuid,
    /// The address as the admin typed it.
    pub email: String,
    /// The address in lower case.
    pub email_canonical: String,
    /// The role of the account.
    pub role: Role,
    /// The admin who sent it last, unless that account has been erased.
    pub invited_by: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    /// When the link was last sent.
    pub sent_at: DateTime<Utc>,
    /// The end of its validity.
    pub expires_at: DateTime<Utc>,
}

/// Whether an open invitation can be accepted, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Open,
    /// It has expired.
    Expired,
    /// Its sender is no longer an admin.
    InviterGone,
    /// The address has got an account in another way.
    AddressTaken,
}

impl State {
    pub const ALL: [Self; 4] = [
        Self::Open,
        Self::Expired,
        Self::InviterGone,
        Self::AddressTaken,
    ];

    /// The name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Expired => "expired",
            Self::InviterGone => "inviter_gone",
            Self::AddressTaken => "address_taken",
        }
    }
}
