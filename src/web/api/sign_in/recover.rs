//! `POST /api/auth/forgot-password` and `POST /api/auth/reset-password`.

use actix_web::{HttpResponse, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    flows::{
        mail::requested::RequestOutcome,
        sign_in::recover::{self, ResetOutcome},
    },
    web::{
        api::{
            dto,
            texts::{EmailAddress, MailedToken, NewPassword},
        },
        error::{WebError, WebResult},
        extract::{ApiJson, ClientInfo},
        fields::{self, Field},
        problem::problems,
        refusals,
        state::State,
    },
};

/// The body of a request for a mail.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MailRequest)]
pub struct MailBody {
    #[schema(value_type = EmailAddress)]
    email: Field,
}

impl MailBody {
    /// The address that was sent.
    pub(in crate::web::api) fn email(self) -> WebResult<String> {
        fields::read(|r| r.text("email", self.email))
    }
}

problems!(ForgotProblems: ANY UNSAFE BODY LIMITED);

/// Asks for a reset link. The same answer for every address.
#[utoipa::path(
    post,
    path = "/api/auth/forgot-password",
    tag = "Recovery",
    request_body = MailBody,
    responses(
        (status = 202, description = "If the address has an account, a mail is on its way.", body = dto::Accepted),
        ForgotProblems,
    ),
    security(()),
)]
pub async fn post_forgot(
    state: State,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<MailBody>,
) -> WebResult {
    requested(recover::request(&state.services, &body.email()?, &client).await?)
}

/// What asking for a mail answers.
pub(in crate::web::api) fn requested(outcome: RequestOutcome) -> WebResult<HttpResponse> {
    match outcome {
        RequestOutcome::Accepted => Ok(dto::accepted()),
        RequestOutcome::Invalid(faults) => Err(refusals::invalid(&faults)),
        RequestOutcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}

/// The body of a reset.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Reset)]
pub struct ResetBody {
    #[schema(value_type = MailedToken)]
    token: Field,
    #[schema(value_type = NewPassword)]
    new_password: Field,
}

problems!(ResetProblems: ANY UNSAFE BODY LIMITED [DEAD_LINK]);

/// Sets a new password with a token out of a mail.
///
/// Verifies the address and ends every other session. Where a second factor is enrolled, the answer
/// is a challenge for `/api/auth/login/mfa`, and nothing changes before its code: the new password
/// waits in the `mfa_token`, and the link works until a code was right.
#[utoipa::path(
    post,
    path = "/api/auth/reset-password",
    tag = "Recovery",
    request_body = ResetBody,
    responses(
        (status = 200, description = "Signed in, or a code is asked for.", body = dto::SignInAnswer<'static>),
        ResetProblems,
    ),
    security(()),
)]
pub async fn post_reset(
    state: State,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<ResetBody>,
) -> WebResult {
    let (token, password) = fields::read(|r| {
        let token = r.secret("token", body.token);
        (token, r.secret("new_password", body.new_password))
    })?;
    match recover::reset(&state.services, &token, &password, None, &client).await? {
        ResetOutcome::SignedIn(pair) => Ok(dto::signed_in(StatusCode::OK, &pair)),
        ResetOutcome::SecondFactorRequired(pending) => Ok(dto::second_factor_required(&pending)),
        ResetOutcome::LinkDead => Err(refusals::dead_link()),
        ResetOutcome::Invalid(faults) => Err(refusals::invalid(&faults)),
        ResetOutcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}
