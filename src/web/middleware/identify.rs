//! The user of a page, and the silent refresh: if the access cookie has expired and the refresh cookie is
//! valid, the pair is rotated and the request continues. Also the removal of the user's second factor, if one waits.

use actix_web::{
    HttpMessage,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header,
    middleware::Next,
};

use super::{Answer, answer_of, refuse};
use crate::{
    flows::{
        FlowError, TokenPair,
        authenticators::recovery,
        sessions::{
            self,
            authenticate::{self, Authenticated},
            refresh::{self, Outcome},
        },
    },
    web::{
        cookies::CookieName,
        extract::{ClientInfo, FormToken, Identity, WaitingRecovery},
        session::BrowserSession,
        state::State,
    },
};

/// Stores an [`Identity`] in the request, and sets the new pair on the answer.
pub async fn run<B: MessageBody + 'static>(
    state: State,
    req: ServiceRequest,
    next: Next<B>,
) -> Answer {
    let found = match identify(&state, &req).await {
        Ok(found) => found,
        Err(error) => return refuse(req, &error.into()),
    };
    let Some((who, pair)) = found else {
        return answer_of(req, next).await;
    };
    match recovery::waiting(&state.services, &who).await {
        Ok(Some(found)) => {
            req.extensions_mut().insert(WaitingRecovery(found));
        }
        Ok(None) => {}
        Err(error) => return refuse(req, &error.into()),
    }
    req.extensions_mut().insert(Identity(who));
    let session = BrowserSession::of(req.request()).ok();
    if let Some(token) = session.and_then(|session| session.known_csrf_token()) {
        req.extensions_mut().insert(FormToken(token));
    }
    let mut response = answer_of(req, next).await?;
    if let Some(pair) = pair.filter(|_| !sets_refresh_cookie(&response, &state)) {
        for cookie in state.settings.pair_cookies(&pair) {
            if let Err(error) = response.response_mut().add_cookie(&cookie) {
                tracing::error!(%error, "a cookie could not be set");
            }
        }
    }
    Ok(response)
}

async fn identify(
    state: &State,
    req: &ServiceRequest,
) -> Result<Option<(Authenticated, Option<TokenPair>)>, FlowError> {
    let (services, settings) = (&state.services, &state.settings);
    let client = || ClientInfo::of(req.request(), settings).0;
    if let Some(token) = settings.cookie(req.request(), CookieName::Access)
        && let Some(who) = authenticate::with_access_token(services, &token).await?
    {
        sessions::devices::note_seen(services, &who, client).await;
        return Ok(Some((who, None)));
    }
    let Some(token) = settings.cookie(req.request(), CookieName::Refresh) else {
        return Ok(None);
    };
    let Outcome::Refreshed(pair) = refresh::refresh(services, &token, &client()).await? else {
        // The cookies stay: another tab may have refreshed with the same ones.
        return Ok(None);
    };
    let who = authenticate::with_access_token(services, pair.access_token.expose()).await?;
    Ok(who.map(|who| (who, Some(pair))))
}

/// Whether the handler set or cleared the cookies itself.
fn sets_refresh_cookie<B>(response: &ServiceResponse<B>, state: &State) -> bool {
    let prefix = format!(
        "{}=",
        CookieName::Refresh.on_wire(state.settings.secure_cookies)
    );
    response
        .headers()
        .get_all(header::SET_COOKIE)
        .any(|value| value.as_bytes().starts_with(prefix.as_bytes()))
}
