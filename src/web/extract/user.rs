//! Who sends a request.

use std::{
    future::{Future, Ready, ready},
    pin::Pin,
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::{Method, header},
};

use crate::{
    domain::local_path::LocalPath,
    flows::authenticate::{self, Authenticated},
    web::{cookies::CookieName, error::WebError, state::State},
};

/// Left in the request by the middleware that knows the cookies of pages.
#[derive(Clone)]
pub struct Identity(pub Authenticated);

/// Somebody signed in, on a page. Nobody: to the sign-in page, and back.
#[derive(Clone)]
pub struct CurrentUser(pub Authenticated);

impl FromRequest for CurrentUser {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = req.extensions().get::<Identity>().cloned();
        ready(match found {
            Some(Identity(who)) => Ok(Self(who)),
            None => Err(WebError::SignInRequired(way_back(req))),
        })
    }
}

/// A page that was asked for can be shown later; a form that was sent cannot be sent again.
fn way_back(req: &HttpRequest) -> Option<LocalPath> {
    let path = req.uri().path_and_query()?.as_str();
    (req.method() == Method::GET)
        .then(|| LocalPath::parse(path))
        .flatten()
}

/// Somebody signed in, or nobody.
#[derive(Clone)]
pub struct MaybeUser(pub Option<Authenticated>);

impl FromRequest for MaybeUser {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(
            req.extensions()
                .get::<Identity>()
                .cloned()
                .map(|found| found.0),
        )))
    }
}

/// How an API call showed its access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// In the `Authorization` header (RFC 6750): new pairs go into the body.
    Bearer,
    /// In the cookie: new pairs go into cookies, never into the body.
    Cookie,
}

/// Somebody whose access token lives, in an API call.
#[derive(Clone)]
pub struct ApiUser {
    /// Who.
    pub who: Authenticated,
    /// How the token came.
    pub via: Via,
}

/// The access token of a call, and how it came. Both ways at once are a 400: nobody could say
/// whose call it is.
pub(super) fn presented(
    req: &HttpRequest,
    state: &State,
) -> Result<Option<(String, Via)>, WebError> {
    let mut headers = req.headers().get_all(header::AUTHORIZATION);
    let authorization = headers.next();
    let ambiguous = || {
        let detail =
            "Send one access token: in the Authorization header or in the cookie, not both.";
        WebError::bad_request("ambiguous_credentials", detail)
    };
    if headers.next().is_some() {
        return Err(ambiguous());
    }
    let cookie = state.settings.cookie(req, CookieName::Access);
    match (authorization, cookie) {
        (Some(_), Some(_)) => Err(ambiguous()),
        (None, None) => Ok(None),
        (None, Some(token)) => Ok(Some((token, Via::Cookie))),
        (Some(value), None) => {
            let token = value
                .to_str()
                .ok()
                .and_then(bearer)
                .ok_or(WebError::Unauthorized)?;
            Ok(Some((token.to_owned(), Via::Bearer)))
        }
    }
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl FromRequest for ApiUser {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, WebError>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let state = req.app_data::<State>().ok_or(WebError::Misconfigured)?;
            let (token, via) = presented(&req, state)?.ok_or(WebError::Unauthorized)?;
            let who = authenticate::with_access_token(&state.services, &token).await?;
            Ok(Self {
                who: who.ok_or(WebError::Unauthorized)?,
                via,
            })
        })
    }
}
