//! The overview of one's own account.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::web::view::Shell;

/// `/account`.
#[derive(Clone, Debug, Template)]
#[template(path = "account.html")]
pub struct AccountPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The address.
    pub email: String,
    /// The name that the person chose, where they did.
    pub display_name: Option<String>,
    /// Whether the address has been shown to be theirs.
    pub email_verified: bool,
    /// When the account was created.
    pub created_at: DateTime<Utc>,
    /// When the password last changed; none means never since the account was created.
    pub password_changed_at: Option<DateTime<Utc>>,
    /// The second factor.
    pub second_factor: SecondFactorState,
    /// What happened lately, the latest first.
    pub activity: Vec<ActivityItem>,
}

/// The second factor, as the overview tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactorState {
    /// Not enrolled.
    Off,
    /// Enrolled.
    On {
        /// Since when.
        since: DateTime<Utc>,
        /// How many backup codes can still be used.
        codes_left: usize,
    },
}

/// One line of the recent activity.
#[derive(Clone, Debug)]
pub struct ActivityItem {
    /// What happened, a plain sentence.
    pub sentence: String,
    /// Browser, system or address, in words; empty where unknown.
    pub from: String,
    /// When.
    pub at: DateTime<Utc>,
}
