//! `POST /api/auth/login` and its second step, `POST /api/auth/login/mfa`.

use actix_web::{http::StatusCode, web::to};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    domain::sign_in::device::DeviceCookie,
    flows::sign_in::{self, new_device::Agent, second_factor},
    web::{
        api::{
            call::Call,
            dto,
            tag::Tag,
            texts::{AnyCode, CurrentPassword, EmailAddress, Token},
        },
        copy,
        error::{WebError, WebResult},
        extract::{ApiJson, ClientInfo},
        fields::{self, Field},
        guard::Guard,
        problem::{codes, refusals},
        state::State,
    },
};

/// The body of the first step.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SignIn)]
struct Body {
    #[schema(value_type = EmailAddress)]
    email: Field,
    #[schema(value_type = CurrentPassword)]
    password: Field,
}

pub(super) fn call() -> Call {
    Call::post("/api/auth/login", Guard::Anyone, to(post))
        .about(
            Tag::SigningIn,
            "Signs in with address and password.

            Where a second factor is enrolled, the answer is a challenge for `/api/auth/login/mfa`.",
        )
        .takes::<Body>()
        .answers::<dto::SignInAnswer<'static>>(200, "Signed in, or a code is required.")
        .limited()
        .refuses(&[codes::INVALID_CREDENTIALS, codes::ACCOUNT_DELETED])
}

async fn post(
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
        agent: Agent::Program,
    })?;
    let outcome = sign_in::with_password(&state.services, input, &client).await?;
    state.count_sign_in(&outcome);
    match outcome {
        sign_in::Outcome::SignedIn(pair) => Ok(dto::signed_in(StatusCode::OK, &pair)),
        sign_in::Outcome::SecondFactorRequired(pending) => {
            Ok(dto::second_factor_required(&pending))
        }
        sign_in::Outcome::AccountDeleted(_) => Err(codes::ACCOUNT_DELETED.into()),
        sign_in::Outcome::Rejected => Err(refusals::invalid_credentials(
            state.services.policy.email_verification,
        )),
        sign_in::Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}

/// The body of the second step.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SecondFactor)]
struct MfaBody {
    #[schema(value_type = Token)]
    mfa_token: Field,
    #[schema(value_type = AnyCode)]
    code: Field,
}

pub(super) fn mfa_call() -> Call {
    Call::post("/api/auth/login/mfa", Guard::Anyone, to(post_mfa))
        .about(
            Tag::SigningIn,
            "Finishes a sign-in with a code.

            A code works once, and so does an `mfa_token`.",
        )
        .takes::<MfaBody>()
        .answers::<dto::TokenPair<'static>>(200, "Signed in.")
        .limited()
        .refuses(&[
            codes::DEAD_TOKEN,
            codes::WRONG_SIGN_IN_CODE,
            codes::ACCOUNT_DELETED,
        ])
}

async fn post_mfa(
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
        agent: Agent::Program,
    })?;
    match second_factor::verify(&state.services, input, &client).await? {
        second_factor::Outcome::SignedIn { pair, .. } => Ok(dto::signed_in(StatusCode::OK, &pair)),
        second_factor::Outcome::AccountDeleted(_) => Err(codes::ACCOUNT_DELETED.into()),
        second_factor::Outcome::WrongCode(fault) => {
            Err(refusals::invalid_code(codes::WRONG_SIGN_IN_CODE, fault))
        }
        second_factor::Outcome::Expired => Err(refusals::dead_token(copy::SIGN_IN_EXPIRED)),
        second_factor::Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}
