//! `POST /api/auth/logout` and `POST /api/auth/logout-all`.

use actix_web::{HttpRequest, HttpResponse, web::to};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    domain::secrets::secret::SecretString,
    flows::sessions::sign_out,
    web::{
        api::{call::Call, tag::Tag, texts::Token},
        cookies::{CLEAR_SITE_DATA, CookieName, SetCookies},
        error::{WebError, WebResult},
        extract::{ApiJson, ApiUser, Caller, ClientInfo, Via},
        fields::{self, Field},
        guard::Guard,
        state::{State, WebSettings},
    },
};

/// The body of a sign-out.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SignOut)]
struct Body {
    #[schema(value_type = Option<Token>)]
    refresh_token: Field,
}

pub(super) fn call() -> Call {
    Call::post("/api/auth/logout", Guard::Anyone, to(post))
        .about(
            Tag::Sessions,
            "Ends this session.

            Ends the sessions of the access token, of the token in the body, and of the refresh cookie
            where no header speaks for the caller: the access cookie may have expired before. A dead token
            in the body ends nothing and is a 204 as well.",
        )
        .may_have_any_token()
        .takes::<Body>()
        .answers_nothing("Signed out. Cookies that signed in are cleared.")
}

async fn post(
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
    if let Caller::User(user) = &caller {
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
struct NoFields {}

pub(super) fn all_call() -> Call {
    Call::post("/api/auth/logout-all", Guard::Session, to(post_all))
        .about(
            Tag::Sessions,
            "Ends every session of the user, and the trust in every browser.",
        )
        .takes::<NoFields>()
        .answers_nothing("Signed out everywhere. Cookies that signed in are cleared.")
}

async fn post_all(
    state: State,
    user: ApiUser,
    ClientInfo(client): ClientInfo,
    _body: ApiJson<NoFields>,
) -> WebResult {
    sign_out::everywhere(&state.services, &user.who, &client).await?;
    Ok(signed_out(&state.settings, user.via == Via::Cookie))
}

/// 204. A caller that signed in by cookie has its cookies cleared.
pub(in crate::web::api) fn signed_out(settings: &WebSettings, by_cookie: bool) -> HttpResponse {
    if !by_cookie {
        return HttpResponse::NoContent().finish();
    }
    HttpResponse::NoContent()
        .insert_header(CLEAR_SITE_DATA)
        .finish()
        .with_cookies(settings.cleared_cookies())
}
