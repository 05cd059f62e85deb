//! The user of an API call, by an access token in the header or in the cookie.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header};

use super::{ClientInfo, Identity};
use crate::{
    flows::sessions::{
        self,
        authenticate::{self, Authenticated},
    },
    web::{cookies::CookieName, error::WebError, problem::codes, state::State},
};

/// How an API call sent its access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// In the `Authorization` header (RFC 6750): new pairs go into the body.
    Bearer,
    /// In the cookie: new pairs go into cookies, never into the body.
    Cookie,
}

/// A user with a valid access token. A user who must change the password first is refused with 403
/// `password_change_required`, so that no handler can forget this.
#[derive(Clone)]
pub struct ApiUser {
    pub who: Authenticated,
    pub via: Via,
}

/// A user with a valid access token, even if the password must be changed first: for the calls that change
/// it, and for those that only read or sign out.
#[derive(Clone)]
pub struct ApiUserAnyState {
    pub who: Authenticated,
    pub via: Via,
}

impl ApiUserAnyState {
    /// The user, unless the password must change first.
    pub fn ready(self) -> Result<ApiUser, WebError> {
        if self.who.user().password_must_change {
            return Err(codes::PASSWORD_CHANGE_REQUIRED.into());
        }
        let Self { who, via } = self;
        Ok(ApiUser { who, via })
    }
}

/// The caller, for the few calls that can also be made without an access token.
#[derive(Clone)]
pub enum Caller {
    Anonymous,
    DeadToken(Via),
    User(Box<ApiUserAnyState>),
}

impl Caller {
    /// How the access token was sent, if there is one.
    pub fn via(&self) -> Option<Via> {
        match self {
            Self::Anonymous => None,
            Self::DeadToken(via) => Some(*via),
            Self::User(user) => Some(user.via),
        }
    }

    async fn of(req: &HttpRequest) -> Result<Self, WebError> {
        let state = req.app_data::<State>().ok_or(WebError::Misconfigured)?;
        let Some((token, via)) = presented(req, state)? else {
            return Ok(Self::Anonymous);
        };
        let Some(who) = authenticate::with_access_token(&state.services, &token).await? else {
            return Ok(Self::DeadToken(via));
        };
        sessions::devices::note_seen(&state.services, &who, || {
            ClientInfo::of(req, &state.settings).0
        })
        .await;
        // The log line of the request contains its user.
        req.extensions_mut().insert(Identity(who.clone()));
        Ok(Self::User(Box::new(ApiUserAnyState { who, via })))
    }

    fn user(self) -> Result<ApiUserAnyState, WebError> {
        match self {
            Self::User(user) => Ok(*user),
            Self::Anonymous | Self::DeadToken(_) => Err(WebError::Unauthorized),
        }
    }
}

/// The access token of a call, and how it was sent. Sending both is a 400, because they could belong to
/// two users.
fn presented(req: &HttpRequest, state: &State) -> Result<Option<(String, Via)>, WebError> {
    let mut headers = req.headers().get_all(header::AUTHORIZATION);
    let authorization = headers.next();
    if headers.next().is_some() {
        return Err(codes::AMBIGUOUS_CREDENTIALS.into());
    }
    let cookie = state.settings.cookie(req, CookieName::Access);
    match (authorization, cookie) {
        (Some(_), Some(_)) => Err(codes::AMBIGUOUS_CREDENTIALS.into()),
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

type Extracted<T> = Pin<Box<dyn Future<Output = Result<T, WebError>>>>;

impl FromRequest for Caller {
    type Error = WebError;
    type Future = Extracted<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move { Self::of(&req).await })
    }
}

impl FromRequest for ApiUserAnyState {
    type Error = WebError;
    type Future = Extracted<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move { Caller::of(&req).await?.user() })
    }
}

impl FromRequest for ApiUser {
    type Error = WebError;
    type Future = Extracted<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move { Caller::of(&req).await?.user()?.ready() })
    }
}
