//! `POST /api/auth/reauthenticate`: a proof that counts for the next minutes of the session.

use actix_web::{HttpResponse, web::to};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    flows::authenticators::proof::{self, Outcome, Presented},
    web::{
        api::{
            call::Call,
            tag::Tag,
            texts::{AnyCode, CurrentPassword},
        },
        error::{WebError, WebResult},
        extract::{ApiJson, ApiUser, ClientInfo},
        fields::{self, Field},
        guard::Guard,
        problem::codes,
        refusals,
        state::State,
    },
};

/// The body of a proof: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Proof)]
struct Body {
    #[schema(value_type = Option<CurrentPassword>)]
    password: Field,
    /// Of the authenticator app, or a backup code; used up.
    #[schema(value_type = Option<AnyCode>)]
    code: Field,
}

impl Body {
    fn presented(self) -> WebResult<Presented> {
        fields::read(|r| {
            if self.password.is_given() && self.code.is_given() {
                r.fault("code", "Send either a password or a code.");
            }
            if self.code.is_given() {
                Presented::Code(r.secret("code", self.code))
            } else {
                Presented::Password(r.secret("password", self.password))
            }
        })
    }
}

pub(super) fn call() -> Call {
    Call::post("/api/auth/reauthenticate", Guard::Session, to(post))
        .about(
            Tag::Sessions,
            "Reauthenticates the caller.

            Sensitive calls of this session then need no password for 10 minutes.",
        )
        .takes::<Body>()
        .answers_nothing("Proved.")
        .limited()
        .refuses(&[
            codes::WRONG_PASSWORD,
            codes::WRONG_CODE,
            codes::TOTP_NOT_ENABLED,
            codes::CONFLICT,
        ])
}

async fn post(
    state: State,
    user: ApiUser,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<Body>,
) -> WebResult {
    let presented = body.presented()?;
    match proof::present(&state.services, &user.who, &presented, &client).await? {
        Outcome::Proven { .. } => Ok(HttpResponse::NoContent().finish()),
        Outcome::WrongPassword => Err(refusals::wrong_password("password")),
        Outcome::WrongCode(fault) => Err(refusals::invalid_code(codes::WRONG_CODE, fault)),
        Outcome::NoSecondFactor => Err(codes::TOTP_NOT_ENABLED.into()),
        Outcome::Overtaken => Err(codes::CONFLICT.into()),
        Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}
