//! What every page shares: the shell around it, the errors of its form, and how times read.
//!
//! Plain values that templates print. Nothing here knows of requests, sessions or flows.

mod messages;
mod times;

pub use messages::{FieldErrors, Link, Message};
pub use times::{day, exact_moment, machine_moment, moment, wait_in_words};

/// What stands around every page.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The hidden token of every form on the page, bound to the session cookie.
    pub csrf_token: String,
    pub signed_in: Option<SignedInAs>,
    /// A message from the page before, shown once.
    pub flash: Option<Flash>,
    /// The URL of the stylesheet, with its content's hash in the name.
    pub stylesheet: &'static str,
    /// The URL of the icon, with its content's hash in the name.
    pub favicon: &'static str,
    /// Where the name of the service leads.
    pub home: String,
    /// The id of this request, printed on error pages so that an operator can find it in the logs.
    pub request_id: String,
}

/// The signed-in person, as the header names them.
#[derive(Clone, Debug)]
pub struct SignedInAs {
    /// The display name, or the address where there is none.
    pub name: String,
    pub email: String,
    /// Whether they manage other people's accounts.
    pub is_admin: bool,
}

/// A message that a page leaves for the next one.
#[derive(Clone, Debug)]
pub struct Flash {
    /// Its weight, which decides its colour and how a screen reader announces it.
    pub kind: FlashKind,
    /// One or two plain sentences.
    pub text: String,
}

impl Flash {
    /// Something was done.
    pub fn success(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Success,
            text: text.into(),
        }
    }

    /// Something to know.
    pub fn info(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Info,
            text: text.into(),
        }
    }

    /// Something to mind.
    pub fn warning(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Warning,
            text: text.into(),
        }
    }

    /// Something was not done.
    pub fn error(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Error,
            text: text.into(),
        }
    }
}

/// The weight of a [`Flash`].
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
    /// The word for it, as the stylesheet and the session cookie spell it.
    pub fn class(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The kind that [`FlashKind::class`] spells so.
    pub fn from_class(word: &str) -> Option<Self> {
        [Self::Success, Self::Info, Self::Warning, Self::Error]
            .into_iter()
            .find(|kind| kind.class() == word)
    }

    /// The ARIA role: an error interrupts, the others wait for a pause.
    pub fn role(self) -> &'static str {
        if self == Self::Error {
            "alert"
        } else {
            "status"
        }
    }
}
