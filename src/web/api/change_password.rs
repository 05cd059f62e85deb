//! `POST /api/auth/change-password`.

use actix_web::HttpResponse;
use serde::Deserialize;

use super::{
    dto,
    fields::{self, Field},
    refusals,
};
use crate::{
    flows::change_password::{self, Input, Outcome},
    web::{
        error::{WebError, WebResult},
        extract::{ApiJson, ApiUserAnyState, ClientInfo},
        state::State,
    },
};

/// The body.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Body {
    current_password: Field,
    new_password: Field,
}

/// Changes the password. Every other session ends; this one gets a new pair.
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
