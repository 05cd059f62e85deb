//! Asking for a link that resets the password. The answer is the same for every address.

use askama::Template;

use crate::web::view::{FieldErrors, Shell};

/// `/forgot-password`.
#[derive(Clone, Debug, Template)]
#[template(path = "forgot_password.html")]
pub struct ForgotPasswordPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The address as typed.
    pub email: String,
    /// What is wrong, by `email`.
    pub errors: FieldErrors,
}

/// The answer to a request for a link.
#[derive(Clone, Debug, Template)]
#[template(path = "forgot_password_sent.html")]
pub struct ForgotPasswordSentPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The address as typed.
    pub email: String,
}
