//! Changing the password while signed in.

use askama::Template;

use crate::web::view::{FieldErrors, Shell};

/// `/account/password`.
#[derive(Clone, Debug, Template)]
#[template(path = "change_password.html")]
pub struct ChangePasswordPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The address, for password managers.
    pub email: String,
    /// True where nothing else can be done before the password is changed.
    pub must_change: bool,
    /// The fewest characters that a password may have, for the hint.
    pub password_min_length: usize,
    /// What is wrong, by `current_password` and `new_password`.
    pub errors: FieldErrors,
}
