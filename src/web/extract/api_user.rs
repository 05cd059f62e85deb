//! Who sends an API call: somebody whose access token came in the header or in the cookie.

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

/// How an API call showed its access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// In the `Authorization` header (RFC 6750): new pairs go into the body.
    Bearer,
    /// In the cookie: new pairs go into cookies, never into the body.
    Cookie,
}

/// Somebody whose access token lives. Who must choose a new password first is refused with 403
/// `password_change_required`, so that no handler can forget it.
#[derive(Clone)]
pub struct ApiUser {
    /// Who.
    pub who: Authenticated,
    /// How the token came.
    pub via: Via,
}

/// Somebody whose access token lives, even where the password must change first: for the calls
/// that lead out of that state, and for those that only look or leave.
#[derive(Clone)]
pub struct ApiUserAnyState {
    /// Who.
    pub who: Authenticated,
    /// How the token came.
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

/// Whoever calls, for the few calls where an access token is one way among others.
#[derive(Clone)]
pub enum Caller {
    /// No access token came.
    Nobody,
    /// One came and is dead.
    Dead(Via),
    /// One came and lives.
    Somebody(Box<ApiUserAnyState>),
}

impl Caller {
    /// How the access token came, where one did.
    pub fn via(&self) -> Option<Via> {
        match self {
            Self::Nobody => None,
            Self::Dead(via) => Some(*via),
            Self::Somebody(user) => Some(user.via),
        }
    }

    async fn of(req: &HttpRequest) -> Result<Self, WebError> {
        let state = req.app_data::<State>().ok_or(WebError::Misconfigured)?;
        let Some((token, via)) = presented(req, state)? else {
            return Ok(Self::Nobody);
        };
        let Some(who) = authenticate::with_access_token(&state.services, &token).await? else {
            return Ok(Self::Dead(via));
        };
        sessions::devices::note_seen(&state.services, &who, || {
            ClientInfo::of(req, &state.settings).0
        })
        .await;
        // The log line of the request names its user.
        req.extensions_mut().insert(Identity(who.clone()));
        Ok(Self::Somebody(Box::new(ApiUserAnyState { who, via })))
    }

    fn somebody(self) -> Result<ApiUserAnyState, WebError> {
        match self {
            Self::Somebody(user) => Ok(*user),
            Self::Nobody | Self::Dead(_) => Err(WebError::Unauthorized),
        }
    }
}

/// The access token of a call, and how it came. Both ways at once are a 400: nobody could say
/// whose call it is.
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
        Box::pin(async move { Caller::of(&req).await?.somebody() })
    }
}

impl FromRequest for ApiUser {
    type Error = WebError;
    type Future = Extracted<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move { Caller::of(&req).await?.somebody()?.ready() })
    }
}
