//! Signing in with address and password.

use askama::Template;

use crate::web::view::{FieldErrors, Shell};

/// `/login`.
#[derive(Clone, Debug, Template)]
#[template(path = "login.html")]
pub struct LoginPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The address as typed.
    pub email: String,
    /// Whether to stay signed in after the browser closes.
    pub remember_me: bool,
    /// Where to go afterwards, checked already; empty for the account page.
    pub next: String,
    /// Whether the page offers to create an account.
    pub may_register: bool,
    /// What is wrong: of the form for wrong credentials and waits, else by `email` and `password`.
    pub errors: FieldErrors,
}
