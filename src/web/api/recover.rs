//! `POST /api/auth/forgot-password` and `POST /api/auth/reset-password`.

use actix_web::{HttpResponse, http::StatusCode};
use serde::Deserialize;

use super::{
    dto,
    fields::{self, Field},
    refusals,
};
use crate::{
    flows::recover::{self, RequestOutcome, ResetOutcome},
    web::{
        error::{WebError, WebResult},
        extract::{ApiJson, ClientInfo},
        state::State,
    },
};

/// The body of a request for a mail.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MailBody {
    email: Field,
}

impl MailBody {
    /// The address that was sent.
    pub(super) fn email(self) -> WebResult<String> {
        fields::read(|r| r.text("email", self.email))
    }
}

/// Asks for a reset link. The same answer for every address.
pub async fn post_forgot(
    state: State,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<MailBody>,
) -> WebResult {
    requested(recover::request(&state.services, &body.email()?, &client).await?)
}

/// What asking for a mail answers.
pub(super) fn requested(outcome: RequestOutcome) -> WebResult<HttpResponse> {
    match outcome {
        RequestOutcome::Accepted => Ok(dto::accepted("accepted")),
        RequestOutcome::Invalid(faults) => Err(refusals::invalid(&faults)),
        RequestOutcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}

/// The body of a reset.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ResetBody {
    token: Field,
    new_password: Field,
}

/// Sets a new password with a token out of a mail.
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
