//! Admins, according to the database at the time of the request: a user who was demoted or disabled is
//! refused at the next request, on every node.
//!
//! Reading requires an [`AdminUser`] or an [`AdminApi`]; acts require an extractor that checks recent
//! reauthentication. The transaction of an act checks again that the actor is still an admin.

use std::{
    future::{Future, Ready, ready},
    mem,
    pin::Pin,
};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{Method, header},
};
use serde::de::DeserializeOwned;

use super::{ApiJson, ApiUser, CurrentUser, MayProve, RecentlyAuthenticated, recent::proven};
use crate::{
    domain::accounts::user::Role,
    flows::{authenticators::proof::Proven, sessions::authenticate::Authenticated},
    web::{error::WebError, middleware::same_origin, problem::codes},
};

fn admin(who: Authenticated) -> Result<Authenticated, WebError> {
    match who.user().role {
        Role::Admin => Ok(who),
        Role::User => Err(codes::ADMIN_REQUIRED.into()),
    }
}

/// An admin, on a page. Other users get a 403.
pub struct AdminUser(pub Authenticated);

impl FromRequest for AdminUser {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let user = CurrentUser::from_request(req, payload).into_inner();
        ready(user.and_then(|CurrentUser(who)| admin(who).map(Self)))
    }
}

/// An admin who exports a file, which is recorded as an event: with a bearer token, or from one of our
/// pages.
///
/// A link on another site would also be opened with the admin's cookies. Browsers report where a link was
/// (Fetch Metadata), and a typed address counts as another site. `HEAD` exports nothing.
pub struct AdminExport(pub Authenticated);

impl FromRequest for AdminExport {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, WebError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if req.headers().contains_key(header::AUTHORIZATION) {
            let admin = AdminApi::from_request(req, payload);
            return Box::pin(async move { admin.await.map(|AdminApi(who)| Self(who)) });
        }
        let admin = AdminUser::from_request(req, payload).into_inner();
        let ours = req.method() == Method::HEAD || same_origin::is_same_origin(req.headers());
        Box::pin(ready(match admin {
            Ok(_) if !ours => Err(WebError::refused(
                codes::CROSS_SITE_REQUEST,
                EXPORT_ELSEWHERE,
            )),
            admin => admin.map(|AdminUser(who)| Self(who)),
        }))
    }
}

/// The message for an admin whose browser comes from another site, or does not report it.
const EXPORT_ELSEWHERE: &str = "Files are taken from the pages of this service alone. Open the list, and choose the export there.";

/// The form of an act, from an admin who has reauthenticated recently.
pub struct AdminForm<T> {
    pub proven: Proven,
    pub form: T,
}

impl<T: DeserializeOwned + 'static> FromRequest for AdminForm<T> {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, WebError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let admin = AdminUser::from_request(req, &mut Payload::None).into_inner();
        let act = RecentlyAuthenticated::<T>::from_request(req, payload);
        Box::pin(async move {
            admin?;
            let RecentlyAuthenticated { proven, form } = act.await?;
            Ok(Self { proven, form })
        })
    }
}

/// An admin, by an access token. Other users get a 403 `admin_required`.
pub struct AdminApi(pub Authenticated);

impl FromRequest for AdminApi {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, WebError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let user = ApiUser::from_request(req, payload);
        Box::pin(async move { admin(user.await?.who).map(Self) })
    }
}

/// The body of an act, from an admin who has reauthenticated recently or sends the password.
pub struct AdminCall<T> {
    pub proven: Proven,
    pub body: T,
}

impl<T: DeserializeOwned + MayProve + 'static> FromRequest for AdminCall<T> {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, WebError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let admin = AdminApi::from_request(req, &mut Payload::None);
        let body = ApiJson::<T>::from_request(req, payload);
        let req = req.clone();
        Box::pin(async move {
            let AdminApi(who) = admin.await?;
            let ApiJson(mut body) = body.await?;
            let password = mem::take(body.password());
            let proven = proven(&req, &who, password).await?;
            Ok(Self { proven, body })
        })
    }
}
