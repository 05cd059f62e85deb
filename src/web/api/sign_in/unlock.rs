//! `POST /api/auth/unlock`.

use actix_web::{HttpResponse, web::to};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    flows::sign_in::unlock::{self, Outcome},
    web::{
        api::{call::Call, tag::Tag, texts::MailedToken},
        error::{WebError, WebResult},
        extract::{ApiJson, ClientInfo},
        fields::{self, Field},
        guard::Guard,
        problem::{codes, refusals},
        state::State,
    },
};

/// The body of an unlock.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Unlock)]
struct Body {
    #[schema(value_type = MailedToken)]
    token: Field,
}

pub(super) fn call() -> Call {
    Call::post("/api/auth/unlock", Guard::Anyone, to(post))
        .about(
            Tag::Recovery,
            "Unlocks a blocked sign-in with a token from a mail.

            The failed attempts are cleared. No one is signed in.",
        )
        .takes::<Body>()
        .answers_nothing("Sign-in is unlocked.")
        .limited()
        .refuses(&[codes::DEAD_LINK])
}

async fn post(
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
