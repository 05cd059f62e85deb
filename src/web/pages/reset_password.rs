//! Setting a new password through the link in a mail.

use askama::Template;

use crate::web::view::{FieldErrors, Shell};

/// `/reset-password?token=` with a link that still works.
#[derive(Clone, Debug, Template)]
#[template(path = "reset_password.html")]
pub struct ResetPasswordPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The token of the link.
    pub token: String,
    /// The address of the account, so that people and password managers know which one it is.
    pub email: String,
    /// Whether a code will be asked for before the sign-in is complete.
    pub second_factor: bool,
    /// The fewest characters that a password may have, for the hint.
    pub password_min_length: usize,
    /// What is wrong, by `new_password`.
    pub errors: FieldErrors,
}

/// `/reset-password` with a link that has expired, was used, or means nothing.
#[derive(Clone, Debug, Template)]
#[template(path = "reset_link_invalid.html")]
pub struct ResetLinkInvalidPage {
    /// What stands around the page.
    pub shell: Shell,
}
