//! `POST /api/auth/refresh`.

use actix_web::HttpRequest;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    domain::secrets::secret::SecretString,
    flows::sessions::refresh::{self, Outcome},
    web::{
        api::{dto, texts::Token},
        cookies::CookieName,
        error::{WebError, WebResult},
        extract::{ApiJson, ClientInfo, Via},
        fields::{self, Field},
        problem::problems,
        refusals,
        state::State,
    },
};

/// The body. Without a token, the cookie is meant.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Refresh)]
pub struct Body {
    #[schema(value_type = Option<Token>)]
    refresh_token: Field,
}

problems!(Problems: ANY UNSAFE BODY [UNAUTHORIZED, DEAD_TOKEN]);

/// Rotates a refresh token.
///
/// A token in the body counts alone, since browsers send their cookies with every call; the cookies
/// are then left as they are. Without one, the refresh cookie is rotated. The token before the
/// current one gets the same successor for a short while, if the user agent is the same; with another user
/// agent it ends every session, as an older one does.
#[utoipa::path(
    post,
    path = "/api/auth/refresh",
    tag = "Sessions",
    request_body = Body,
    responses(
        (status = 200, description = "The next pair, given the way the old one came.", body = dto::RenewedPair<'static>),
        Problems,
    ),
    security((), ("refresh_cookie" = [])),
)]
pub async fn post(
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
        // Cookies stay: a quicker request may have set better ones.
        Outcome::Dead => Err(refusals::dead_token(
            "The refresh token is expired, used or revoked. Sign in again.",
        )),
    }
}
