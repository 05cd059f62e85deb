//! Signing out. There is no page: with a GET, any link on any page could sign users out.

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::{
    flows::sessions::sign_out,
    web::{
        cookies::{CLEAR_SITE_DATA, CookieName, SetCookies},
        copy,
        error::WebResult,
        extract::{CsrfForm, MaybeUser, PageRequest},
        pages::answer::see_other_with,
        paths::LOGIN,
        view::Flash,
    },
};

/// Only the token of the form.
#[derive(Deserialize)]
pub struct Form {}

/// `POST /logout`: ends this session. The answer is the same without a session.
pub async fn post(
    MaybeUser(who): MaybeUser,
    CsrfForm(Form {}): CsrfForm<Form>,
    req: HttpRequest,
    request: PageRequest,
) -> WebResult {
    let refresh_token = request.state.settings.cookie(&req, CookieName::Refresh);
    match (who, refresh_token) {
        (Some(who), _) => sign_out::this_session(request.services(), &who, &request.client).await?,
        (None, Some(token)) => {
            sign_out::by_refresh_token(request.services(), &token, &request.client).await?;
        }
        (None, None) => {}
    }
    Ok(signed_out(&request))
}

/// The answer after this session has ended: it clears the browser's cookies.
pub(super) fn signed_out(request: &PageRequest) -> HttpResponse {
    request.session.renew();
    let mut answer = see_other_with(&request.session, LOGIN, &Flash::success(copy::SIGNED_OUT));
    let (name, value) = CLEAR_SITE_DATA;
    answer.headers_mut().insert(name, value);
    answer.with_cookies(request.state.settings.cleared_cookies())
}
