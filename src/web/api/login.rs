//! `POST /api/auth/login` and its second step, `POST /api/auth/login/mfa`.

use actix_web::http::StatusCode;
use serde::Deserialize;

use super::{
    dto,
    fields::{self, Field},
    refusals,
};
use crate::{
    flows::{second_factor, sign_in},
    web::{
        copy,
        error::{WebError, WebResult},
        extract::{ApiJson, ClientInfo},
        state::State,
    },
};

/// The body of the first step.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Body {
    email: Field,
    password: Field,
}

/// Signs in with address and password.
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
    })?;
    match sign_in::with_password(&state.services, input, &client).await? {
        sign_in::Outcome::SignedIn(pair) => Ok(dto::signed_in(StatusCode::OK, &pair)),
        sign_in::Outcome::SecondFactorRequired(pending) => {
            Ok(dto::second_factor_required(&pending))
        }
        sign_in::Outcome::Rejected => Err(refusals::invalid_credentials()),
        sign_in::Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}

/// The body of the second step.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MfaBody {
    mfa_token: Field,
    code: Field,
}

/// Finishes a sign-in with a code.
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
    })?;
    match second_factor::verify(&state.services, input, &client).await? {
        second_factor::Outcome::SignedIn { pair, .. } => Ok(dto::signed_in(StatusCode::OK, &pair)),
        second_factor::Outcome::WrongCode(fault) => {
            Err(refusals::invalid_code(StatusCode::UNAUTHORIZED, fault))
        }
        second_factor::Outcome::Expired => Err(refusals::dead_token(copy::SIGN_IN_EXPIRED)),
        second_factor::Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}
