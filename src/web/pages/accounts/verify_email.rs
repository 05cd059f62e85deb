//! Verifying an address through the link in a mail. Opening the link changes nothing; its button does.

mod screen;

use actix_web::{http::StatusCode, web::Query};
use serde::Deserialize;

use super::mail_link::LinkToken;
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
        pages::answer::{Showing, field_errors, see_other_with, signed_in as signed_in_with},
        paths::{ACCOUNT, LOGIN},
        view::{FieldErrors, Flash},
    },
};
use screen::Screen;
pub use screen::{AlreadyVerifiedPage, VerifyEmailPage, VerifyLinkInvalidPage, VerifyProof};

/// The token, and a proof if the browser is not signed in to that account.
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
            // The link has expired, or the address was just verified: the screen reads the state again.
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

/// The path to redirect to after the proof, the message there, and the message if the browser is also signed
/// in. The path is `LOGIN` if a second factor is required first.
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
