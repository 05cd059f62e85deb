//! Verifying an address through the link in a mail. Opening the link changes nothing; its button does.

use actix_web::{http::StatusCode, web::Query};
use askama::Template;
use serde::Deserialize;

use super::{mail_link::LinkToken, password_strength::may_ask};
use crate::{
    domain::{accounts::user::User, password::PasswordRefusal, secrets::secret::SecretString},
    flows::{
        accounts::verify_email::{self, Outcome, Proof, Then},
        sessions::authenticate::Authenticated,
    },
    web::{
        copy,
        error::WebResult,
        extract::{CsrfForm, MaybeUser, PageRequest},
        pages::answer::{Showing, field_errors, page, see_other_with, signed_in as signed_in_with},
        paths::{ACCOUNT, LOGIN},
        view::{FieldErrors, Flash, Shell},
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
#[template(path = "accounts/verify_link_invalid.html")]
pub struct VerifyLinkInvalidPage {
    pub shell: Shell,
    /// The address as typed, or the signed-in one.
    pub email: String,
    /// What is wrong, by `email`.
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

/// The token, and a proof where the browser is not signed in to that account.
#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    token: SecretString,
    password: Option<SecretString>,
    new_password: Option<SecretString>,
}

impl Form {
    /// What is proven, or what is wrong with what was typed.
    fn proof(self, signed_in: Option<&User>) -> Result<Proof, FieldErrors> {
        let asks_new_password = self.new_password.is_some();
        let given = |text: Option<SecretString>| text.filter(|text| !text.is_empty());
        match (given(self.password), given(self.new_password), signed_in) {
            (Some(_), Some(_), _) => Err(FieldErrors::of_form(copy::VERIFY_CHOOSE_ONE)),
            (Some(password), None, _) => Ok(Proof::Password(password)),
            (None, Some(new_password), _) => Ok(Proof::NewPassword(new_password)),
            (None, None, Some(user)) => Ok(Proof::SignedInAs(user.id)),
            (None, None, None) if asks_new_password => Err(FieldErrors::of_field(
                "new_password",
                PasswordRefusal::Empty.to_string(),
            )),
            (None, None, None) => Err(FieldErrors::of_field(
                "password",
                copy::missing("the password of this account"),
            )),
        }
    }
}

/// `GET /verify-email?token=`. Changes nothing: mail scanners open links.
pub async fn get(
    Query(LinkToken { token }): Query<LinkToken>,
    MaybeUser(who): MaybeUser,
    request: PageRequest,
) -> WebResult {
    let screen = Screen {
        request: &request,
        signed_in: who.as_ref().map(Authenticated::user),
        token: &token,
    };
    screen.show(Showing::first()).await
}

/// `POST /verify-email`.
pub async fn post(
    CsrfForm(form): CsrfForm<Form>,
    MaybeUser(who): MaybeUser,
    request: PageRequest,
) -> WebResult {
    let token = form.token.clone();
    let signed_in = who.as_ref().map(Authenticated::user);
    let screen = Screen {
        request: &request,
        signed_in,
        token: &token,
    };
    let proof = match form.proof(signed_in) {
        Ok(proof) => proof,
        Err(errors) => return screen.show(Showing::invalid(errors)).await,
    };
    let (path, message, signed) = done(&proof);
    let then = Then::SignIn(who.as_ref().and_then(Authenticated::held_session));
    let of_password = |message: String| FieldErrors::of_field("password", message);
    let showing =
        match verify_email::verify(request.services(), &token, proof, then, &request.client).await?
        {
            Outcome::SignedIn(pair) => {
                let answer = signed_in_with(&request, &pair, &request.client.device, None);
                request.session.leave_flash(&Flash::success(signed));
                return Ok(answer);
            }
            Outcome::Verified => {
                return Ok(see_other_with(
                    &request.session,
                    path,
                    &Flash::success(message),
                ));
            }
            Outcome::AlreadyVerified => return screen.already_verified(),
            // Dead, or verified in the same moment: the screen looks again.
            Outcome::LinkDead => Showing::invalid(FieldErrors::of_form(copy::OVERTAKEN)),
            Outcome::NotYours => Showing::again(
                StatusCode::FORBIDDEN,
                of_password(copy::VERIFY_NOT_YOURS.to_owned()),
            ),
            Outcome::WrongPassword => {
                Showing::rejected(of_password(copy::WRONG_PASSWORD_OF_ACCOUNT.to_owned()))
            }
            Outcome::Invalid(faults) => Showing::invalid(field_errors(&faults, &["new_password"])),
            Outcome::Throttled(wait) => Showing::throttled(wait),
        };
    screen.show(showing).await
}

/// Where the browser goes after the proof, with which message; and the message where it is signed in as well.
/// `LOGIN` where a second factor has to be given first.
fn done(proof: &Proof) -> (&'static str, &'static str, &'static str) {
    use copy::{
        ADDRESS_VERIFIED, ADDRESS_VERIFIED_PASSWORD_SET, ADDRESS_VERIFIED_SIGN_IN,
        ADDRESS_VERIFIED_SIGNED_IN,
    };
    match proof {
        Proof::SignedInAs(_) => (ACCOUNT, ADDRESS_VERIFIED, ADDRESS_VERIFIED),
        Proof::Password(_) => (LOGIN, ADDRESS_VERIFIED_SIGN_IN, ADDRESS_VERIFIED),
        Proof::NewPassword(_) => (
            LOGIN,
            ADDRESS_VERIFIED_PASSWORD_SET,
            ADDRESS_VERIFIED_SIGNED_IN,
        ),
    }
}

/// What every variant of the screen needs.
struct Screen<'a> {
    request: &'a PageRequest,
    signed_in: Option<&'a User>,
    token: &'a SecretString,
}

impl Screen<'_> {
    async fn show(self, showing: Showing) -> WebResult {
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

    fn already_verified(self) -> WebResult {
        page(
            StatusCode::OK,
            AlreadyVerifiedPage {
                shell: self.request.shell(),
            },
        )
    }

    /// A signed-in user with a verified address needs no link, dead or not.
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
