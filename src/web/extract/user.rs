//! The user of a request for a page.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::Method};

use crate::{
    domain::local_path::LocalPath,
    flows::sessions::authenticate::Authenticated,
    web::{
        cookies::CookieName, copy, error::WebError, session::BrowserSession, state::State,
        view::Flash,
    },
};

/// Stored in the request by the middleware that reads the cookies of pages.
#[derive(Clone)]
pub struct Identity(pub Authenticated);

/// The signed-in user of a page. Without one, the request is redirected to the sign-in page and back; a
/// user who must change the password, to the page that changes it.
#[derive(Clone)]
pub struct CurrentUser(pub Authenticated);

impl FromRequest for CurrentUser {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let found = RestrictedUser::from_request(req, payload).into_inner();
        ready(found.and_then(|RestrictedUser(who)| {
            if who.user().password_must_change {
                return Err(WebError::PasswordChangeRequired(way_back(req)));
            }
            Ok(Self(who))
        }))
    }
}

/// The signed-in user, even if they must change the password first.
#[derive(Clone)]
pub struct RestrictedUser(pub Authenticated);

impl FromRequest for RestrictedUser {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let found = req.extensions().get::<Identity>().cloned();
        ready(match found {
            Some(Identity(who)) => Ok(Self(who)),
            None => Err(sign_in_required(req, payload)),
        })
    }
}

/// Redirects to the sign-in page with the reason.
fn sign_in_required(req: &HttpRequest, payload: &mut Payload) -> WebError {
    let (Some(state), Ok(session)) = (
        req.app_data::<State>(),
        BrowserSession::from_request(req, payload).into_inner(),
    ) else {
        return WebError::Misconfigured;
    };
    let was_signed_in = state.settings.cookie(req, CookieName::Refresh).is_some();
    session.leave_flash(&Flash::info(if was_signed_in {
        copy::SESSION_ENDED
    } else {
        copy::SIGN_IN_FIRST
    }));
    WebError::SignInRequired(way_back(req))
}

/// The page to return to. A page can be shown later; a form that was sent cannot be sent again.
fn way_back(req: &HttpRequest) -> Option<LocalPath> {
    let path = req.uri().path_and_query()?.as_str();
    (req.method() == Method::GET)
        .then(|| LocalPath::parse(path))
        .flatten()
}

/// The signed-in user, if there is one.
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
