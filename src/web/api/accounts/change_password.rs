//! `POST /api/auth/change-password`.

use actix_web::HttpResponse;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    flows::accounts::change_password::{self, Input, Outcome},
    web::{
        api::{
            dto,
            texts::{CurrentPassword, NewPassword},
        },
        error::{WebError, WebResult},
        extract::{ApiJson, ApiUserAnyState, ClientInfo},
        fields::{self, Field},
        problem::problems,
        refusals,
        state::State,
    },
};

/// The body of a change.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PasswordChange)]
pub struct Body {
    #[schema(value_type = CurrentPassword)]
    current_password: Field,
    #[schema(value_type = NewPassword)]
    new_password: Field,
}

problems!(Problems: ANY UNSAFE BODY SIGNED_IN_ANY_STATE LIMITED [WRONG_PASSWORD, CONFLICT]);

/// Changes the password. Every other session ends; this one gets a new pair.
#[utoipa::path(
    post,
    path = "/api/auth/change-password",
    tag = "Recovery",
    request_body = Body,
    responses(
        (status = 200, description = "Changed.", body = dto::RenewedPair<'static>),
        (status = 204, description = "Changed; this session has ended meanwhile."),
        Problems,
    ),
    security(("bearer" = []), ("access_cookie" = [])),
)]
pub async fn post(
    state: State,
    user: ApiUserAnyState,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<Body>,
) -> WebResult {
    let input = fields::read(|r| Input {
        current_password: r.secret("current_password", body.current_password),
        new_password: r.secret("new_password", body.new_password),
    })?;
    match change_password::change(&state.services, &user.who, input, &client).await? {
        Outcome::Changed(pair) => Ok(dto::renewed(&state.settings, user.via, &pair)),
        Outcome::ChangedAndSignedOut => Ok(HttpResponse::NoContent().finish()),
        Outcome::WrongPassword => Err(refusals::wrong_password("current_password")),
        Outcome::Invalid(faults) => Err(refusals::invalid(&faults)),
        Outcome::Overtaken => Err(refusals::conflict()),
        Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}
