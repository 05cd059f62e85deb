//! Who sends a request for a page.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::Method};

use crate::{
    domain::local_path::LocalPath, flows::authenticate::Authenticated, web::error::WebError,
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
