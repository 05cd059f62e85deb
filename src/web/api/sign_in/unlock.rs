//! `POST /api/auth/unlock`.

use actix_web::HttpResponse;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    flows::sign_in::unlock::{self, Outcome},
    web::{
        api::texts::MailedToken,
        error::{WebError, WebResult},
        extract::{ApiJson, ClientInfo},
        fields::{self, Field},
        problem::problems,
        refusals,
        state::State,
    },
};

/// The body of an unlock.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Unlock)]
pub struct Body {
    #[schema(value_type = MailedToken)]
    token: Field,
}

problems!(Problems: ANY UNSAFE BODY LIMITED [DEAD_LINK]);

/// Opens a blocked sign-in again with a token out of a mail.
///
/// Failed attempts at the account count from nothing again. Nobody is signed in.
#[utoipa::path(
    post,
    path = "/api/auth/unlock",
    tag = "Recovery",
    request_body = Body,
    responses(
        (status = 204, description = "Sign-in is open again."),
        Problems,
    ),
    security(()),
)]
pub async fn post(
    state: State,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<Body>,
) -> WebResult {
    let token = fields::read(|r| r.secret("token", body.token))?;
    match unlock::by_mail(&state.services, &token, &client).await? {
        Outcome::Unlocked(_) => Ok(HttpResponse::NoContent().finish()),
        Outcome::LinkDead => Err(refusals::dead_link()),
        Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
    }
}
