//! `POST /api/auth/login` and its second step, `POST /api/auth/login/mfa`.

use actix_web::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    domain::sign_in::device::DeviceCookie,
    flows::sign_in::{self, second_factor},
    web::{
        api::{
            dto,
            texts::{AnyCode, CurrentPassword, EmailAddress, Token},
        },
        copy,
        error::{WebError, WebResult},
        extract::{ApiJson, ClientInfo},
        fields::{self, Field},
        problem::{codes, problems},
        refusals,
        state::State,
    },
};

/// The body of the first step.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SignIn)]
pub struct Body {
    #[schema(value_type = EmailAddress)]
    email: Field,
    #[schema(value_type = CurrentPassword)]
    password: Field,
}

problems!(Problems: ANY UNSAFE BODY LIMITED [INVALID_CREDENTIALS]);

/// Signs in with address and password.
///
/// Where a second factor is enrolled, the answer is a challenge for `/api/auth/login/mfa`.
#[utoipa::path(
    post,
    path = "/api/auth/login",
    tag = "Signing in",
    request_body = Body,
    responses(
        (status = 200, description = "Signed in, or a code is asked for.", body = dto::SignInAnswer<'static>),
        Problems,
    ),
    security(()),
)]
pub async fn post(
    state: State,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<Body>,
) -> WebResult {
    let input = fields::read(|r| sign_in::Input {
        email: r.text("email", body.email),
        password: r.secret("password", body.password),
        remember_me: false,
        replaces: None,
        device: DeviceCookie::default(),
    })?;
    let outcome = sign_in::with_password(&state.services, input, &client).await?;
    state.count_sign_in(&outcome);
    match outcome {
        sign_in::Outcome::SignedIn(pair) => Ok(dto::signed_in(StatusCode::OK, &pair)),
        sign_in::Outcome::SecondFactorRequired(pending) => {
            Ok(dto::second_factor_required(&pending))
        }
        sign_in::Outcome::Rejected => Err(refusals::invalid_credentials(
            state.services.policy.email_verification,
        )),
        sign_in::Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}

/// The body of the second step.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SecondFactor)]
pub struct MfaBody {
    #[schema(value_type = Token)]
    mfa_token: Field,
    #[schema(value_type = AnyCode)]
    code: Field,
}

problems!(MfaProblems: ANY UNSAFE BODY LIMITED [DEAD_TOKEN, WRONG_CODE_AT_DOOR]);

/// Finishes a sign-in with a code.
///
/// A code opens the door once, and so does an `mfa_token`.
#[utoipa::path(
    post,
    path = "/api/auth/login/mfa",
    tag = "Signing in",
    request_body = MfaBody,
    responses(
        (status = 200, description = "Signed in.", body = dto::TokenPair<'static>),
        MfaProblems,
    ),
    security(()),
)]
pub async fn post_mfa(
    state: State,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<MfaBody>,
) -> WebResult {
    let input = fields::read(|r| second_factor::Input {
        token: r.secret("mfa_token", body.mfa_token),
        code: r.secret("code", body.code),
        remember_me: false,
        replaces: None,
        trust: None,
    })?;
    match second_factor::verify(&state.services, input, &client).await? {
        second_factor::Outcome::SignedIn { pair, .. } => Ok(dto::signed_in(StatusCode::OK, &pair)),
        second_factor::Outcome::WrongCode(fault) => {
            Err(refusals::invalid_code(codes::WRONG_CODE_AT_DOOR, fault))
        }
        second_factor::Outcome::Expired => Err(refusals::dead_token(copy::SIGN_IN_EXPIRED)),
        second_factor::Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}
