//! `POST /api/auth/register`.

use actix_web::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    flows::accounts::register::{self, Input, Outcome},
    web::{
        api::{
            dto,
            texts::{DisplayName, EmailAddress, NewPassword},
        },
        copy,
        error::{WebError, WebResult},
        extract::{ApiJson, ClientInfo},
        fields::{self, Field},
        problem::problems,
        refusals,
        state::State,
    },
};

/// The body of a registration.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Registration)]
pub struct Body {
    #[schema(value_type = EmailAddress)]
    email: Field,
    #[schema(value_type = NewPassword)]
    password: Field,
    #[schema(value_type = Option<DisplayName>)]
    display_name: Field,
}

impl Body {
    fn input(self) -> WebResult<Input> {
        fields::read(|r| Input {
            email: r.text("email", self.email),
            password: r.secret("password", self.password),
            display_name: r.text_or_empty("display_name", self.display_name),
            replaces: None,
        })
    }
}

problems!(Problems: ANY UNSAFE BODY LIMITED [EMAIL_TAKEN, REGISTRATION_CLOSED]);

/// Makes an account.
///
/// A link that verifies the address is mailed. Where addresses must be verified first, free and
/// taken ones get the same 202; elsewhere a taken one is a 409.
#[utoipa::path(
    post,
    path = "/api/auth/register",
    tag = "Registration",
    request_body = Body,
    responses(
        (status = 201, description = "Signed in.", body = dto::TokenPair<'static>),
        (status = 202, description = "A mail says how to go on.", body = dto::VerificationSent),
        Problems,
    ),
    security(()),
)]
pub async fn post(
    state: State,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<Body>,
) -> WebResult {
    match register::register(&state.services, body.input()?, &client).await? {
        Outcome::SignedIn(pair) => Ok(dto::signed_in(StatusCode::CREATED, &pair)),
        Outcome::VerificationSent => Ok(dto::verification_sent()),
        Outcome::EmailTaken => Err(refusals::email_taken()),
        Outcome::Invalid(faults) => Err(refusals::invalid(&faults)),
        Outcome::Closed => Err(refusals::registration_closed(copy::registration_closed(
            state.services.policy.registration,
        ))),
        Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}
