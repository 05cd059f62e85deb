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
        problem::refusals,
        state::State,
    },
};

/// The body of a change.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Profile)]
struct Body {
    /// `null` or a blank text removes the name; an absent member changes nothing.
    #[serde(default, deserialize_with = "fields::member")]
    #[schema(value_type = Option<DisplayName>)]
    display_name: Option<Field>,
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
    let typed = fields::read(|r| {
        let given = body.display_name;
        given.map(|name| r.text_or_empty("display_name", name))
    })?;
    let Some(typed) = typed else {
        return Ok(HttpResponse::Ok().json(UserAnswer::from(who.user())));
    };
    match profile::rename(&state.services, &who, &typed, &client).await? {
        Outcome::Saved(user) => Ok(HttpResponse::Ok().json(UserAnswer::from(&user))),
        Outcome::Invalid(faults) => Err(refusals::invalid(&faults)),
        Outcome::Overtaken => Err(WebError::Unauthorized),
        Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}
