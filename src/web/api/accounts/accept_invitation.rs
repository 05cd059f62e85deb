//! `POST /api/auth/accept-invitation`.

use actix_web::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    flows::accounts::accept_invitation::{self, Input, Outcome},
    web::{
        api::{
            dto,
            texts::{DisplayName, MailedToken, NewPassword},
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

/// The body of an acceptance.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Acceptance)]
pub struct Body {
    #[schema(value_type = MailedToken)]
    token: Field,
    #[schema(value_type = NewPassword)]
    password: Field,
    #[schema(value_type = Option<DisplayName>)]
    display_name: Field,
}

impl Body {
    fn input(self) -> WebResult<Input> {
        fields::read(|r| Input {
            token: r.secret("token", self.token),
            password: r.secret("password", self.password),
            display_name: r.text_or_empty("display_name", self.display_name),
            replaces: None,
        })
    }
}

problems!(Problems: ANY UNSAFE BODY LIMITED [DEAD_LINK, EMAIL_TAKEN, REGISTRATION_CLOSED]);

/// Makes an account with the token out of an invitation.
///
/// The address is the one that was invited, and is verified with it.
#[utoipa::path(
    post,
    path = "/api/auth/accept-invitation",
    tag = "Registration",
    request_body = Body,
    responses(
        (status = 201, description = "Signed in.", body = dto::TokenPair<'static>),
        Problems,
    ),
    security(()),
)]
pub async fn post(
    state: State,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<Body>,
) -> WebResult {
    match accept_invitation::accept(&state.services, &body.input()?, &client).await? {
        Outcome::SignedIn(pair) => Ok(dto::signed_in(StatusCode::CREATED, &pair)),
        Outcome::LinkDead => Err(refusals::dead_link()),
        Outcome::EmailTaken => Err(refusals::invited_address_taken()),
        Outcome::Closed => Err(refusals::registration_closed(copy::INVITATION_CLOSED)),
        Outcome::Invalid(faults) => Err(refusals::invalid(&faults)),
        Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}
