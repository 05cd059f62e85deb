//! `POST /api/auth/logout` and `POST /api/auth/logout-all`.

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    domain::secrets::secret::SecretString,
    flows::sessions::sign_out,
    web::{
        api::texts::Token,
        cookies::{CLEAR_SITE_DATA, CookieName, SetCookies},
        error::{WebError, WebResult},
        extract::{ApiJson, ApiUser, Caller, ClientInfo, Via},
        fields::{self, Field},
        problem::problems,
        state::{State, WebSettings},
    },
};

/// The body of a sign-out.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SignOut)]
pub struct Body {
    #[schema(value_type = Option<Token>)]
    refresh_token: Field,
}

problems!(Problems: ANY UNSAFE BODY MAYBE_SIGNED_IN);

/// Ends this session.
///
/// Ends the sessions of the access token, of the token in the body, and of the refresh cookie
/// where no header speaks for the caller: the access cookie may have expired before. A dead token
/// in the body ends nothing and is a 204 as well.
#[utoipa::path(
    post,
    path = "/api/auth/logout",
    tag = "Sessions",
    request_body = Body,
    responses(
        (status = 204, description = "Signed out. Cookies that signed in are cleared."),
        Problems,
    ),
    security((), ("bearer" = []), ("access_cookie" = []), ("refresh_cookie" = [])),
)]
pub async fn post(
    state: State,
    req: HttpRequest,
    caller: Caller,
    ClientInfo(client): ClientInfo,
    ApiJson(body): ApiJson<Body>,
) -> WebResult {
    let (services, settings) = (&state.services, &state.settings);
    let named = if body.refresh_token.is_given() {
        Some(fields::read(|r| {
            r.secret("refresh_token", body.refresh_token)
        })?)
    } else {
        None
    };
    let cookie = (caller.via() != Some(Via::Bearer))
        .then(|| settings.cookie(&req, CookieName::Refresh))
        .flatten()
        .map(SecretString::from);
    let mut by_cookie = cookie.is_some();
    if let Caller::Somebody(user) = &caller {
        by_cookie |= user.via == Via::Cookie;
        sign_out::this_session(services, &user.who, &client).await?;
    } else if named.is_none() && cookie.is_none() {
        return Err(WebError::Unauthorized);
    }
    for token in named.iter().chain(&cookie) {
        sign_out::by_refresh_token(services, token.expose(), &client).await?;
    }
    Ok(signed_out(settings, by_cookie))
}

/// No field is taken.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NoFields {}

problems!(AllProblems: ANY UNSAFE BODY SIGNED_IN);

/// Ends every session of the user, and the trust in every browser.
#[utoipa::path(
    post,
    path = "/api/auth/logout-all",
    tag = "Sessions",
    request_body = NoFields,
    responses(
        (status = 204, description = "Signed out everywhere. Cookies that signed in are cleared."),
        AllProblems,
    ),
    security(("bearer" = []), ("access_cookie" = [])),
)]
pub async fn post_all(
    state: State,
    user: ApiUser,
    ClientInfo(client): ClientInfo,
    _body: ApiJson<NoFields>,
) -> WebResult {
    sign_out::everywhere(&state.services, &user.who, &client).await?;
    Ok(signed_out(&state.settings, user.via == Via::Cookie))
}

/// 204. Who came by cookie is told to forget the cookies.
pub(in crate::web::api) fn signed_out(settings: &WebSettings, by_cookie: bool) -> HttpResponse {
    if !by_cookie {
        return HttpResponse::NoContent().finish();
    }
    HttpResponse::NoContent()
        .insert_header(CLEAR_SITE_DATA)
        .finish()
        .with_cookies(settings.cleared_cookies())
}
