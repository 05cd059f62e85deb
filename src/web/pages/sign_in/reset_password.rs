//! Setting a new password through the link in a mail.

use actix_web::web::Query;
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::secrets::secret::SecretString,
    flows::sign_in::recover::{self, ResetOutcome},
    web::{
        copy,
        error::WebResult,
        extract::{CsrfForm, MaybeUser, PageRequest},
        pages::{
            accounts::{mail_link::LinkToken, password_strength::may_ask},
            answer::{Showing, code_required, field_errors, signed_in},
        },
        view::{FieldErrors, Flash, Shell},
    },
};

/// `/reset-password?token=` with a valid link.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in/reset_password.html")]
pub struct ResetPasswordPage {
    pub shell: Shell,
    pub token: String,
    /// The address of the account, so that users and password managers recognise it.
    pub email: String,
    /// Whether a code is required to complete the sign-in.
    pub second_factor: bool,
    /// The fewest characters that a password may have, for the hint.
    pub password_min_length: usize,
    /// Faults, by `new_password`.
    pub errors: FieldErrors,
}

/// `/reset-password` with a link that has expired, was used, or is invalid.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in/reset_link_invalid.html")]
pub struct ResetLinkInvalidPage {
    pub shell: Shell,
}

#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    token: SecretString,
    #[serde(default)]
    new_password: SecretString,
}

/// `GET /reset-password?token=`. Changes nothing, because mail scanners open links.
pub async fn get(Query(LinkToken { token }): Query<LinkToken>, request: PageRequest) -> WebResult {
    show(&request, &token, Showing::first()).await
}

/// `POST /reset-password`.
pub async fn post(
    MaybeUser(who): MaybeUser,
    CsrfForm(form): CsrfForm<Form>,
    request: PageRequest,
) -> WebResult {
    let (token, new_password) = (&form.token, &form.new_password);
    let held = who.and_then(|who| who.held_session());
    let outcome = recover::reset(
        request.services(),
        token,
        new_password,
        held,
        &request.client,
    )
    .await?;
    let showing = match outcome {
        ResetOutcome::SignedIn(pair) => {
            let answer = signed_in(&request, &pair, &request.client.device, None);
            request
                .session
                .leave_flash(&Flash::success(copy::PASSWORD_RESET));
            return Ok(answer);
        }
        ResetOutcome::SecondFactorRequired(pending) => {
            let answer = code_required(&request.session, &pending, false, None);
            request
                .session
                .leave_flash(&Flash::info(copy::PASSWORD_RESET_CODE_NEXT));
            return Ok(answer);
        }
        ResetOutcome::LinkDead => return dead(&request, Showing::invalid(FieldErrors::default())),
        ResetOutcome::Invalid(faults) => Showing::invalid(field_errors(&faults, &["new_password"])),
        ResetOutcome::Throttled(wait) => Showing::throttled(wait),
    };
    show(&request, token, showing).await
}

/// The form, if the link is valid.
async fn show(request: &PageRequest, token: &SecretString, showing: Showing) -> WebResult {
    let Some(user) = recover::inspect(request.services(), token).await? else {
        return dead(request, showing);
    };
    may_ask(showing.answer(|errors| ResetPasswordPage {
        shell: request.shell(),
        token: token.expose().to_owned(),
        second_factor: user.two_factor_enabled(),
        email: user.email,
        password_min_length: request.state.services.policy.passwords.min_length,
        errors,
    }))
}

fn dead(request: &PageRequest, showing: Showing) -> WebResult {
    showing.of_dead_link().answer(|_| ResetLinkInvalidPage {
        shell: request.shell(),
    })
}
