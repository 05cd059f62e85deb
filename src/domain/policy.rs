//! The rules that an operator chose.

use chrono::TimeDelta;

use super::{password::PasswordPolicy, session::SessionPolicy};

/// Who may create an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// Everyone.
    Open,
    /// Only the owners of invited addresses.
    Invite,
    /// No one, invited or not.
    Closed,
}

/// Whether an address must be verified before its owner signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailVerification {
    /// Registering signs in; the account shows that its address is not verified.
    Optional,
    /// Signing in requires a verified address, and answers do not reveal who has an account.
    Required,
}

/// The rules of accounts, passwords, sessions and the audit log.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    pub registration: Registration,
    pub email_verification: EmailVerification,
    pub passwords: PasswordPolicy,
    pub sessions: SessionPolicy,
    /// For how many days audit events are kept; `None` keeps them for ever.
    pub audit_retention_days: Option<i64>,
    /// After how long an account that was never verified is deleted; `None` keeps it.
    pub unverified_after: Option<TimeDelta>,
    /// How long a deleted account can be restored before it is erased.
    pub deletion_grace: TimeDelta,
    /// How long the recovery of a lost second factor waits; `None` turns it off.
    pub recovery_delay: Option<TimeDelta>,
}
