//! `POST /api/auth/change-password`.

use actix_web::{HttpResponse, web::to};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    flows::accounts::change_password::{self, Input, Outcome},
    web::{
        api::{
            call::Call,
            dto,
            tag::Tag,
            texts::{CurrentPassword, NewPassword},
        },
        error::{WebError, WebResult},
        extract::{ApiJson, ApiUserAnyState, ClientInfo},
        fields::{self, Field},
        guard::Guard,
        problem::{codes, refusals},
        state::State,
    },
};

/// The body of a change.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PasswordChange)]
struct Body {
    #[schema(value_type = CurrentPassword)]
    current_password: Field,
    #[schema(value_type = NewPassword)]
    new_password: Field,
}

pub(super) fn call() -> Call {
    Call::post("/api/auth/change-password", Guard::AnySession, to(post))
        .about(
            Tag::Recovery,
            "Changes the password. Every other session ends; this one gets a new pair.",
        )
        .takes::<Body>()
        .answers::<dto::RenewedPair<'static>>(200, "Changed.")
        .answers_nothing("Changed; this session has ended in the meantime.")
        .limited()
        .refuses(&[codes::WRONG_PASSWORD, codes::CONFLICT])
}

async fn post(
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
        Outcome::Overtaken => Err(codes::CONFLICT.into()),
        Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}
