//! Creating an account, and the page that tells the user to read their mail.

use actix_web::http::StatusCode;
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::password_strength::may_ask;
use crate::{
    domain::secrets::secret::SecretString,
    flows::{
        Registration,
        accounts::register::{self, Input, Outcome},
    },
    web::{
        copy,
        error::WebResult,
        extract::{CsrfForm, MaybeUser, PageRequest},
        pages::answer::{Showing, field_errors, page, see_other, see_other_with, signed_in},
        paths::{ACCOUNT, LOGIN},
        view::{FieldErrors, Flash, Shell},
    },
};

/// `/register`.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/register.html")]
pub struct RegisterPage {
    pub shell: Shell,
    pub email: String,
    pub display_name: String,
    /// The fewest characters that a password may have, for the hint.
    pub password_min_length: usize,
    /// Faults, by `email`, `password` and `display_name`.
    pub errors: FieldErrors,
}

/// The answer if a mail has the next step. It is the same for every address.
#[derive(Clone, Debug, Template)]
#[template(path = "accounts/check_mail.html")]
pub struct CheckMailPage {
    pub shell: Shell,
    pub email: String,
    /// What the user did before.
    pub reason: CheckMailReason,
}

/// What led to a [`CheckMailPage`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckMailReason {
    /// Registered, if addresses must be verified first.
    Registered,
    /// Requested another link, at this time, so that a second answer differs from the first.
    LinkRequested(DateTime<Utc>),
}

#[derive(Default, Deserialize)]
pub struct Form {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: SecretString,
    #[serde(default)]
    display_name: String,
}

/// `GET /register`. A signed-in user is redirected to the account.
pub async fn get(MaybeUser(who): MaybeUser, request: PageRequest) -> WebResult {
    if who.is_some() {
        return Ok(see_other(ACCOUNT));
    }
    let registration = request.state.services.policy.registration;
    if registration != Registration::Open {
        let flash = Flash::info(copy::registration_closed(registration));
        return Ok(see_other_with(&request.session, LOGIN, &flash));
    }
    show(&request, Form::default(), Showing::first())
}

/// `POST /register`.
pub async fn post(
    MaybeUser(who): MaybeUser,
    CsrfForm(form): CsrfForm<Form>,
    request: PageRequest,
) -> WebResult {
    let input = Input {
        email: form.email.clone(),
        password: form.password.clone(),
        display_name: form.display_name.clone(),
        replaces: who.and_then(|who| who.held_session()),
    };
    let showing = match register::register(request.services(), input, &request.client).await? {
        Outcome::SignedIn(pair) => {
            let answer = signed_in(&request, &pair, &request.client.device, None);
            request
                .session
                .leave_flash(&Flash::success(copy::REGISTERED));
            return Ok(answer);
        }
        Outcome::VerificationSent => {
            return check_mail(&request, form.email, CheckMailReason::Registered);
        }
        Outcome::EmailTaken => Showing::again(
            StatusCode::CONFLICT,
            FieldErrors::of_field("email", copy::EMAIL_TAKEN),
        ),
        Outcome::Invalid(faults) => Showing::invalid(field_errors(
            &faults,
            &["email", "password", "display_name"],
        )),
        Outcome::Closed => Showing::again(
            StatusCode::FORBIDDEN,
            FieldErrors::of_form(copy::registration_closed(
                request.state.services.policy.registration,
            )),
        ),
        Outcome::Throttled(wait) => Showing::throttled(wait),
    };
    show(&request, form, showing)
}

fn show(request: &PageRequest, form: Form, showing: Showing) -> WebResult {
    may_ask(showing.answer(|errors| RegisterPage {
        shell: request.shell(),
        email: form.email,
        display_name: form.display_name,
        password_min_length: request.state.services.policy.passwords.min_length,
        errors,
    }))
}

/// The page that tells the user to read their mail.
pub(super) fn check_mail(
    request: &PageRequest,
    email: String,
    reason: CheckMailReason,
) -> WebResult {
    page(
        StatusCode::OK,
        CheckMailPage {
            shell: request.shell(),
            email,
            reason,
        },
    )
}
