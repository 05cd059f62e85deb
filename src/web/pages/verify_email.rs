//! Verifying an address through the link in a mail. Opening the link changes nothing; its button does.

use askama::Template;

use crate::web::view::{FieldErrors, Shell};

/// `/verify-email?token=` with a link that still works.
#[derive(Clone, Debug, Template)]
#[template(path = "verify_email.html")]
pub struct VerifyEmailPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The token of the link.
    pub token: String,
    /// The address that the link was mailed to.
    pub email: String,
    /// What the form asks for besides the token.
    pub proof: VerifyProof,
    /// The fewest characters that a new password may have, for the hint.
    pub password_min_length: usize,
    /// What is wrong, by `password` and `new_password`.
    pub errors: FieldErrors,
}

/// What a verification takes besides the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyProof {
    /// Nothing: the browser is signed in to the account.
    SignedIn,
    /// The account's password, or a new one.
    Password,
}

impl VerifyEmailPage {
    /// True where only the button is needed.
    pub fn signed_in(&self) -> bool {
        self.proof == VerifyProof::SignedIn
    }
}

/// `/verify-email` with a link that has expired or means nothing: the form for a new one.
#[derive(Clone, Debug, Template)]
#[template(path = "verify_link_invalid.html")]
pub struct VerifyLinkInvalidPage {
    /// What stands around the page.
    pub shell: Shell,
    /// The address as typed, or the signed-in one.
    pub email: String,
    /// What is wrong, by `email`.
    pub errors: FieldErrors,
}

/// `/verify-email` for an address that is verified already.
#[derive(Clone, Debug, Template)]
#[template(path = "already_verified.html")]
pub struct AlreadyVerifiedPage {
    /// What stands around the page.
    pub shell: Shell,
}
