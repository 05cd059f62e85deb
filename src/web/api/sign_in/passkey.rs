//! `POST /api/auth/login/passkey/options` and `POST /api/auth/login/passkey`.

use actix_web::{HttpResponse, http::StatusCode, web::to};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    flows::sign_in::{
        new_device::Agent,
        passkey::{self, Asked, Outcome},
    },
    web::{
        api::{
            call::Call,
            dto,
            passkey::{Answer, Options},
            tag::Tag,
            texts::Token,
        },
        copy,
        error::{WebError, WebResult},
        extract::{ApiJson, ClientInfo},
        fields::{self, Field},
        guard::Guard,
        parts::Part,
        problem::{codes, refusals},
        state::State,
    },
};

/// The body of a request for options.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PasskeySignIn)]
struct Body {
    /// Where the passkey is the second step.
    #[schema(value_type = Option<Token>)]
    mfa_token: Field,
}

pub(super) fn options_call() -> Call {
    Call::post("/api/auth/login/passkey/options", Guard::Anyone, to(post_options))
        .about(
            Tag::SigningIn,
            "Options for signing in with a passkey.

            Without `mfa_token` they are the same for everyone, and any passkey of this site answers them. With it,
            the user's own passkeys answer, as the second step.",
        )
        .part_of(Part::Passkeys)
        .takes::<Body>()
        .answers::<Options>(200, "For `navigator.credentials.get`.")
        .limited()
        .refuses(&[codes::DEAD_TOKEN])
}

async fn post_options(
    state: State,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<Body>,
) -> WebResult {
    let pending = if body.mfa_token.is_given() {
        Some(fields::read(|r| r.secret("mfa_token", body.mfa_token))?)
    } else {
        None
    };
    match passkey::options(&state.services, pending.as_ref(), &client).await? {
        Asked::Options(challenge) => Ok(HttpResponse::Ok().json(Options::from(challenge))),
        Asked::Expired => Err(refusals::dead_token(copy::SIGN_IN_EXPIRED)),
        Asked::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}

pub(super) fn call() -> Call {
    Call::post("/api/auth/login/passkey", Guard::Anyone, to(post))
        .about(
            Tag::SigningIn,
            "Signs in with a passkey, alone or as the second step.

            Whether it is the second step, the options say that it answers. An answer works once.",
        )
        .part_of(Part::Passkeys)
        .takes::<Answer>()
        .answers::<dto::TokenPair<'static>>(200, "Signed in.")
        .limited()
        .refuses(&[
            codes::DEAD_TOKEN,
            codes::UNKNOWN_SIGN_IN_PASSKEY,
            codes::WRONG_SIGN_IN_PASSKEY,
            codes::ACCOUNT_DELETED,
        ])
}

async fn post(
    state: State,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<Answer>,
) -> WebResult {
    let (challenge, credential) = body.read()?;
    let input = passkey::Input {
        challenge,
        credential,
        remember_me: false,
        replaces: None,
        trust: None,
        agent: Agent::Program,
    };
    match passkey::verify(&state.services, input, &client).await? {
        Outcome::SignedIn { pair, .. } => Ok(dto::signed_in(StatusCode::OK, &pair)),
        Outcome::AccountDeleted(_) => Err(codes::ACCOUNT_DELETED.into()),
        Outcome::Unknown => Err(codes::UNKNOWN_SIGN_IN_PASSKEY.into()),
        Outcome::Wrong(why) => Err(refusals::invalid_passkey(codes::WRONG_SIGN_IN_PASSKEY, why)),
        Outcome::Rejected => Err(refusals::passkey_not_enough()),
        Outcome::Expired => Err(refusals::dead_token(copy::SIGN_IN_EXPIRED)),
        Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}
