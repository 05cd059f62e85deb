//! What the owner of an account is told of an admin's act: its name and its subject. The words stand in
//! `templates/mail/by_admin`.

use chrono::{DateTime, Utc};

/// What an admin did to an account, as far as its owner should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminAct {
    /// The account was shut.
    Disabled,
    /// The account was opened again.
    Enabled,
    /// The account manages all others now.
    MadeAdmin,
    /// The account manages no others any more.
    MadeUser,
    /// A new password is demanded.
    PasswordChangeRequired,
    /// The second factor was taken away.
    TwoFactorReset,
    /// Wrong attempts count from nothing again.
    Unlocked,
    /// Every session was ended.
    SessionsRevoked,
    /// The account was deleted and will be erased.
    Deleted {
        /// When.
        erased_at: DateTime<Utc>,
    },
    /// The account is kept after all.
    Restored,
}

impl AdminAct {
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::Disabled => "disabled_by_admin",
            Self::Enabled => "enabled_by_admin",
            Self::MadeAdmin => "made_admin",
            Self::MadeUser => "made_user",
            Self::PasswordChangeRequired => "password_change_required",
            Self::TwoFactorReset => "two_factor_reset_by_admin",
            Self::Unlocked => "unlocked_by_admin",
            Self::SessionsRevoked => "sessions_revoked_by_admin",
            Self::Deleted { .. } => "deleted_by_admin",
            Self::Restored => "restored_by_admin",
        }
    }

    pub(super) fn subject(self, product: &str) -> String {
        match self {
            Self::Disabled => format!("Your {product} account was disabled"),
            Self::Enabled => format!("Your {product} account can be used again"),
            Self::MadeAdmin => format!("You are now an administrator of {product}"),
            Self::MadeUser => format!("You are no longer an administrator of {product}"),
            Self::PasswordChangeRequired => {
                format!("Please choose a new password for {product}")
            }
            Self::TwoFactorReset => {
                format!("Two-step sign-in was reset for your {product} account")
            }
            Self::Unlocked => format!("Sign-in to your {product} account is open again"),
            Self::SessionsRevoked => format!("You were signed out of {product} everywhere"),
            Self::Deleted { .. } => format!("Your {product} account was deleted"),
            Self::Restored => format!("Your {product} account was restored"),
        }
    }
}
