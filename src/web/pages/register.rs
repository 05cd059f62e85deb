//! Creating an account, and the page that sends the person to their mailbox.

use askama::Template;

use crate::web::view::{FieldErrors, Shell};

/// `/register`.
#[derive(Clone, Debug, Template)]
#[template(path = "register.html")]
pub struct RegisterPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The address as typed.
    pub email: String,
    /// The name as typed.
    pub display_name: String,
    /// The fewest characters that a password may have, for the hint.
    pub password_min_length: usize,
    /// What is wrong, by `email`, `password` and `display_name`.
    pub errors: FieldErrors,
}

/// The answer where the next step waits in the mailbox. It reads alike for every address.
#[derive(Clone, Debug, Template)]
#[template(path = "check_mail.html")]
pub struct CheckMailPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The address as typed.
    pub email: String,
    /// What the person did to come here.
    pub reason: CheckMailReason,
}

/// What led to a [`CheckMailPage`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckMailReason {
    /// Registered where an address must be verified first.
    Registered,
    /// Asked for another link.
    LinkRequested,
}
