//! `POST /api/auth/refresh`.

use actix_web::{HttpRequest, web::to};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    domain::secrets::secret::SecretString,
    flows::sessions::refresh::{self, Outcome},
    web::{
        api::{call::Call, dto, tag::Tag, texts::Token},
        cookies::CookieName,
        error::{WebError, WebResult},
        extract::{ApiJson, ClientInfo, Via},
        fields::{self, Field},
        guard::Guard,
        problem::{codes, refusals},
        state::State,
    },
};

/// The body. Without a token, the cookie is meant.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Refresh)]
struct Body {
    #[schema(value_type = Option<Token>)]
    refresh_token: Field,
}

pub(super) fn call() -> Call {
    Call::post("/api/auth/refresh", Guard::Anyone, to(post))
        .about(
            Tag::Sessions,
            "Rotates a refresh token.

            A token in the body counts alone, since browsers send their cookies with every call; the cookies
            are then left as they are. Without one, the refresh cookie is rotated. The token before the
            current one gets the same successor for a short while, if the user agent is the same; with another user
            agent it ends every session, as an older one does.",
        )
        .may_have_refresh_cookie()
        .takes::<Body>()
        .answers::<dto::RenewedPair<'static>>(200, "The next pair, returned the way the old one was sent.")
        .refuses(&[codes::UNAUTHORIZED, codes::DEAD_TOKEN])
}

async fn post(
    state: State,
    req: HttpRequest,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<Body>,
) -> WebResult {
    let (token, via) = if body.refresh_token.is_given() {
        let token = fields::read(|r| r.secret("refresh_token", body.refresh_token))?;
        (token, Via::Bearer)
    } else {
        let cookie = state.settings.cookie(&req, CookieName::Refresh);
        let token = cookie.map(SecretString::from);
        (token.ok_or(WebError::Unauthorized)?, Via::Cookie)
    };
    match refresh::refresh(&state.services, token.expose(), &client).await? {
        Outcome::Refreshed(pair) => Ok(dto::renewed(&state.settings, via, &pair)),
        // Cookies stay: a faster request may have set newer ones.
        Outcome::Dead => Err(refusals::dead_token(
            "The refresh token is expired, used or revoked. Sign in again.",
        )),
    }
}
