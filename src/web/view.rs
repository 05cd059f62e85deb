//! What every page shares: the shell around it, the faults of its form, and the format of times.
//!
//! These are plain values that templates print, without requests, sessions or flows.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::assets::OwnFiles;
use crate::domain::{
    authenticators::recovery::Recovery, branding::Branding, user_agent::short_name,
};

mod messages;
pub mod qr;
mod times;

pub use messages::{FieldErrors, Link, Message};
pub use times::{day, exact_moment, machine_moment, moment, wait_in_words};

/// The layout data around every page.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The hidden token of every form on the page, bound to the session cookie.
    pub csrf_token: String,
    pub signed_in: Option<SignedInAs>,
    /// A removal of the user's second factor that waits, until it is cancelled.
    pub recovery: Option<RecoveryNotice>,
    /// A message of the previous page, shown once.
    pub flash: Option<Flash>,
    /// The URL of the stylesheet, which contains a hash of its content.
    pub stylesheet: &'static str,
    /// The URL of the icon, which contains a hash of its content.
    pub favicon: &'static str,
    /// The name and the links of the service.
    pub branding: Arc<Branding>,
    /// The operator's logo and accent.
    pub own_files: Arc<OwnFiles>,
    /// The target of the service's name.
    pub home: String,
    /// The id of this request, printed on error pages so that an operator can find it in the logs.
    pub request_id: String,
}

impl Shell {
    /// A sentence that ends with the name of the service.
    pub fn naming(&self, start: &str) -> String {
        format!("{start} {}.", self.branding.name)
    }
}

/// The signed-in user, as the header shows them.
#[derive(Clone, Debug)]
pub struct SignedInAs {
    /// The display name, or the address if there is none.
    pub name: String,
    pub email: String,
    /// Whether they are an admin.
    pub is_admin: bool,
}

/// A requested removal of the second factor, as every page of its account shows it.
#[derive(Clone, Debug)]
pub struct RecoveryNotice {
    pub started_at: DateTime<Utc>,
    /// Browser and system of the request as text; empty if unknown.
    pub device: String,
    /// The address of the request; empty if unknown.
    pub address: String,
    /// When the link is mailed.
    pub ends_at: DateTime<Utc>,
    /// Until when the mailed link works; `None` before it is mailed.
    pub link_expires_at: Option<DateTime<Utc>>,
}

impl From<&Recovery> for RecoveryNotice {
    fn from(recovery: &Recovery) -> Self {
        Self {
            started_at: recovery.started_at,
            device: recovery
                .user_agent
                .as_deref()
                .map_or_else(String::new, short_name),
            address: recovery.ip.map_or_else(String::new, |ip| ip.to_string()),
            ends_at: recovery.ends_at,
            link_expires_at: recovery.link_expires_at,
        }
    }
}

/// A message that a page leaves for the next one.
#[derive(Clone, Debug)]
pub struct Flash {
    /// Its kind, which decides its colour and how a screen reader announces it.
    pub kind: FlashKind,
    /// One or two plain sentences.
    pub text: String,
}

impl Flash {
    /// After success.
    pub fn success(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Success,
            text: text.into(),
        }
    }

    /// For information.
    pub fn info(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Info,
            text: text.into(),
        }
    }

    /// As a warning.
    pub fn warning(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Warning,
            text: text.into(),
        }
    }

    /// After a failure.
    pub fn error(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Error,
            text: text.into(),
        }
    }
}

/// The kind of a [`Flash`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlashKind {
    /// Something was done.
    Success,
    /// Something to know.
    Info,
    /// Something to mind.
    Warning,
    /// Something was not done.
    Error,
}

impl FlashKind {
    /// Its name in the stylesheet and in the session cookie.
    pub fn class(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The kind with this [`FlashKind::class`].
    pub fn from_class(word: &str) -> Option<Self> {
        [Self::Success, Self::Info, Self::Warning, Self::Error]
            .into_iter()
            .find(|kind| kind.class() == word)
    }

    /// The ARIA role: an error interrupts, the others do not.
    pub fn role(self) -> &'static str {
        if self == Self::Error {
            "alert"
        } else {
            "status"
        }
    }
}
