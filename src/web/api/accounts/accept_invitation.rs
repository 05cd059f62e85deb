//! `POST /api/auth/accept-invitation`.

use actix_web::{http::StatusCode, web::to};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    flows::accounts::accept_invitation::{self, Input, Outcome},
    web::{
        api::{
            call::Call,
            dto,
            tag::Tag,
            texts::{DisplayName, MailedToken, NewPassword},
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

/// The body of an acceptance.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Acceptance)]
struct Body {
    #[schema(value_type = MailedToken)]
    token: Field,
    #[schema(value_type = NewPassword)]
    password: Field,
    #[schema(value_type = Option<DisplayName>)]
    display_name: Field,
}

pub(super) fn call() -> Call {
    Call::post("/api/auth/accept-invitation", Guard::Anyone, to(post))
        .about(
            Tag::Registration,
            "Creates an account with the token of an invitation.

            The address is the one that was invited, and is verified with it.",
        )
        .takes::<Body>()
        .answers::<dto::TokenPair<'static>>(201, "Signed in.")
        .limited()
        .refuses(&[
            codes::DEAD_LINK,
            codes::EMAIL_TAKEN,
            codes::REGISTRATION_CLOSED,
        ])
}

async fn post(
    state: State,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<Body>,
) -> WebResult {
    let input = fields::read(|r| Input {
        token: r.secret("token", body.token),
        password: r.secret("password", body.password),
        display_name: r.text_or_empty("display_name", body.display_name),
        replaces: None,
    })?;
    match accept_invitation::accept(&state.services, &input, &client).await? {
        Outcome::SignedIn(pair) => Ok(dto::signed_in(StatusCode::CREATED, &pair)),
        Outcome::LinkDead => Err(refusals::dead_link()),
        Outcome::EmailTaken => Err(refusals::invited_address_taken()),
        Outcome::Closed => Err(refusals::registration_closed(copy::INVITATION_CLOSED)),
        Outcome::Invalid(faults) => Err(refusals::invalid(&faults)),
        Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}
