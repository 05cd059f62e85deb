//! `POST /api/auth/forgot-password` and `POST /api/auth/reset-password`.

use actix_web::{HttpResponse, http::StatusCode, web::to};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    flows::{
        mail::requested::RequestOutcome,
        sign_in::recover::{self, ResetOutcome},
    },
    web::{
        api::{
            call::Call,
            dto,
            tag::Tag,
            texts::{EmailAddress, MailedToken, NewPassword},
        },
        error::{WebError, WebResult},
        extract::{ApiJson, ClientInfo},
        fields::{self, Field},
        guard::Guard,
        problem::{codes, refusals},
        state::State,
    },
};

/// The body of a request for a mail.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MailRequest)]
pub(in crate::web::api) struct MailBody {
    #[schema(value_type = EmailAddress)]
    email: Field,
}

impl MailBody {
    /// The address that was sent.
    pub(in crate::web::api) fn email(self) -> WebResult<String> {
        fields::read(|r| r.text("email", self.email))
    }
}

pub(super) fn forgot_call() -> Call {
    Call::post("/api/auth/forgot-password", Guard::Anyone, to(post_forgot))
        .about(
            Tag::Recovery,
            "Requests a reset link. The same answer for every address.",
        )
        .takes::<MailBody>()
        .answers::<dto::Accepted>(202, "If the address has an account, a mail is on its way.")
        .limited()
}

async fn post_forgot(
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
struct ResetBody {
    #[schema(value_type = MailedToken)]
    token: Field,
    #[schema(value_type = NewPassword)]
    new_password: Field,
}

pub(super) fn reset_call() -> Call {
    Call::post("/api/auth/reset-password", Guard::Anyone, to(post_reset))
        .about(
            Tag::Recovery,
            "Sets a new password with a token from a mail.

            Verifies the address and ends every other session. Where a second factor is enrolled, the answer
            is a challenge for `/api/auth/login/mfa`, and nothing changes before its code: the new password
            waits in the `mfa_token`, and the link works until a code was right.",
        )
        .takes::<ResetBody>()
        .answers::<dto::SignInAnswer<'static>>(200, "Signed in, or a code is required.")
        .limited()
        .refuses(&[codes::DEAD_LINK])
}

async fn post_reset(
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
