//! `POST /api/auth/register`.

use actix_web::{http::StatusCode, web::to};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    flows::accounts::register::{self, Input, Outcome},
    web::{
        api::{
            call::Call,
            dto,
            tag::Tag,
            texts::{DisplayName, EmailAddress, NewPassword},
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

/// The body of a registration.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Registration)]
struct Body {
    #[schema(value_type = EmailAddress)]
    email: Field,
    #[schema(value_type = NewPassword)]
    password: Field,
    #[schema(value_type = Option<DisplayName>)]
    display_name: Field,
}

pub(super) fn call() -> Call {
    Call::post("/api/auth/register", Guard::Anyone, to(post))
        .about(
            Tag::Registration,
            "Makes an account.

            A link that verifies the address is mailed. Where addresses must be verified first, free and
            taken ones get the same 202; elsewhere a taken one is a 409.",
        )
        .takes::<Body>()
        .answers::<dto::TokenPair<'static>>(201, "Signed in.")
        .answers::<dto::VerificationSent>(202, "A mail says how to continue.")
        .limited()
        .refuses(&[codes::EMAIL_TAKEN, codes::REGISTRATION_CLOSED])
}

async fn post(
    state: State,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<Body>,
) -> WebResult {
    let input = fields::read(|r| Input {
        email: r.text("email", body.email),
        password: r.secret("password", body.password),
        display_name: r.text_or_empty("display_name", body.display_name),
        replaces: None,
    })?;
    match register::register(&state.services, input, &client).await? {
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
