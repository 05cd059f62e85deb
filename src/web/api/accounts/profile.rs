//! `PATCH /api/auth/me`.

use actix_web::{HttpResponse, web::to};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    flows::accounts::profile::{self, Outcome},
    web::{
        api::{call::Call, dto::UserAnswer, tag::Tag, texts::DisplayName},
        error::{WebError, WebResult},
        extract::{ApiJson, ApiUser, ClientInfo},
        fields::{self, Field},
        guard::Guard,
        refusals,
        state::State,
    },
};

/// The body of a change.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Profile)]
struct Body {
    /// `null`, a blank text or a missing field removes the name.
    #[schema(value_type = Option<DisplayName>)]
    display_name: Field,
}

pub(super) fn call() -> Call {
    Call::patch("/api/auth/me", Guard::Session, to(patch))
        .about(Tag::Account, "Changes the name of the user.")
        .takes::<Body>()
        .answers::<UserAnswer>(200, "The user.")
        .limited()
}

async fn patch(
    state: State,
    ApiUser { who, .. }: ApiUser,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<Body>,
) -> WebResult {
    let typed = fields::read(|r| r.text_or_empty("display_name", body.display_name))?;
    match profile::rename(&state.services, &who, &typed, &client).await? {
        Outcome::Saved(user) => Ok(HttpResponse::Ok().json(UserAnswer::from(&user))),
        Outcome::Invalid(faults) => Err(refusals::invalid(&faults)),
        Outcome::Overtaken => Err(WebError::Unauthorized),
        Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}
