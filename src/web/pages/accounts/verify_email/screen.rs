//! The page of a mailed link: its form, a notice that the address is verified, or the form for a new link.

use actix_web::http::StatusCode;
use askama::Template;

use crate::{
    domain::{accounts::user::User, secrets::secret::SecretString},
    flows::accounts::verify_email,
    web::{
        error::WebResult,
        extract::PageRequest,
        pages::{
            accounts::password_strength::may_ask,
            answer::{Showing, page},
        },
        view::{FieldErrors, Shell},
    },
};

/// `/verify-email?token=` with a link that still works.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/verify_email.html")]
pub struct VerifyEmailPage {
    pub shell: Shell,
    pub token: String,
    /// The address that the link was mailed to.
    pub email: String,
    /// What the form asks for besides the token.
    pub proof: VerifyProof,
    /// The minimum length of a new password, in characters, for the hint.
    pub password_min_length: usize,
    /// The errors, by `password` and `new_password`.
    pub errors: FieldErrors,
}

/// The proof that a verification requires besides the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyProof {
    /// Nothing: the browser is signed in to the account.
    SignedIn,
    /// The account's password, or a new one.
    Password,
}

impl VerifyEmailPage {
    /// True if only the button is needed.
    pub fn signed_in(&self) -> bool {
        self.proof == VerifyProof::SignedIn
    }
}

/// `/verify-email` with a link that has expired or is invalid: the form for a new one.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/verify_link_invalid.html")]
pub struct VerifyLinkInvalidPage {
    pub shell: Shell,
    /// The address as typed, or the signed-in one.
    pub email: String,
    /// The errors, by `email`.
    pub errors: FieldErrors,
    /// Whether a link was followed, rather than another one asked for.
    pub followed: bool,
}

impl VerifyLinkInvalidPage {
    fn title(&self) -> &'static str {
        if self.followed {
            "This link no longer works"
        } else {
            "Send the link again"
        }
    }
}

/// `/verify-email` for an address that is verified already.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/already_verified.html")]
pub struct AlreadyVerifiedPage {
    pub shell: Shell,
}

/// The data that every variant of the screen needs.
pub(super) struct Screen<'a> {
    pub(super) request: &'a PageRequest,
    pub(super) signed_in: Option<&'a User>,
    pub(super) token: &'a SecretString,
}

impl Screen<'_> {
    pub(super) async fn show(self, showing: Showing) -> WebResult {
        let services = self.request.services();
        let Some(owner) = verify_email::inspect(services, self.token).await? else {
            return self.dead(showing);
        };
        if owner.mailbox_proven() {
            return self.already_verified();
        }
        let proof = match self.signed_in {
            Some(user) if user.id == owner.id => VerifyProof::SignedIn,
            _ => VerifyProof::Password,
        };
        let page = showing.answer(|errors| VerifyEmailPage {
            shell: self.request.shell(),
            token: self.token.expose().to_owned(),
            email: owner.email,
            proof,
            password_min_length: services.policy.passwords.min_length,
            errors,
        });
        match proof {
            VerifyProof::SignedIn => page,
            VerifyProof::Password => may_ask(page),
        }
    }

    pub(super) fn already_verified(self) -> WebResult {
        page(
            StatusCode::OK,
            AlreadyVerifiedPage {
                shell: self.request.shell(),
            },
        )
    }

    /// A signed-in user with a verified address needs no link, valid or not.
    fn dead(self, showing: Showing) -> WebResult {
        if self.signed_in.is_some_and(User::mailbox_proven) {
            return self.already_verified();
        }
        let email = self.signed_in.map_or("", |user| &user.email).to_owned();
        showing
            .of_dead_link()
            .answer(|errors| VerifyLinkInvalidPage {
                shell: self.request.shell(),
                email,
                followed: true,
                errors,
            })
    }
}
