//! Extractors that require recent reauthentication for sensitive actions (ASVS 5.0, 7.5.1).
//!
//! The flows of such actions take a [`Proven`], and a handler gets one only from these extractors.

use std::{future::Future, mem, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;

use super::{
    ApiJson, ApiUser, ClientInfo, CurrentUser, Via,
    form::{form, form_bytes},
};
use crate::{
    domain::local_path::LocalPath,
    flows::{
        authenticators::proof::{self, Outcome, Presented, Proof, Proven},
        sessions::authenticate::Authenticated,
    },
    web::{
        copy,
        error::WebError,
        fields::{self, Field},
        problem::{codes, refusals},
        session::{BrowserSession, KeptAct},
        state::State,
    },
};

/// The form of a sensitive act, from a user who has reauthenticated recently. Other users are redirected
/// to `/reauthenticate`; their input is kept in the session cookie if it fits and has no secret field.
pub struct RecentlyAuthenticated<T, P = Proven> {
    pub proven: P,
    pub form: T,
}

impl<T: DeserializeOwned + 'static, P: Proof> FromRequest for RecentlyAuthenticated<T, P> {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, WebError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let user = CurrentUser::from_request(req, &mut Payload::None).into_inner();
        let session = BrowserSession::from_request(req, &mut Payload::None).into_inner();
        let bytes = form_bytes(req, payload);
        let req = req.clone();
        Box::pin(async move {
            let CurrentUser(who) = user?;
            let bytes = bytes.await?;
            let session = session?;
            let state = req.app_data::<State>().ok_or(WebError::Misconfigured)?;
            let Some(proven) = proof::recent(&state.services, &who).and_then(P::of) else {
                return Err(proof_first(&req, &session, &bytes));
            };
            // The kept form is being performed now.
            if session.kept_act(req.path()).is_some() {
                session.forget_act();
            }
            let form = form(&bytes)?;
            Ok(Self { proven, form })
        })
    }
}

/// The maximum number of bytes of kept input, which is stored in a cookie.
const MOST_KEPT: usize = 1024;
/// Secret fields. A form that has one is not kept: the user fills it in again on its own page.
const SECRETS: [&str; 6] = [
    "password",
    "current_password",
    "new_password",
    "code",
    "challenge_token",
    "credential",
];

/// Keeps the form if possible, and sends the user to reauthenticate.
fn proof_first(req: &HttpRequest, session: &BrowserSession, bytes: &[u8]) -> WebError {
    let Some(next) = LocalPath::parse(req.path()) else {
        return WebError::from(codes::FORM_EXPIRED);
    };
    match kept(next.as_str(), bytes) {
        Some(act) => session.keep_act(&act),
        None => session.forget_act(),
    }
    WebError::ReauthenticationRequired(next)
}

fn kept(path: &str, bytes: &[u8]) -> Option<KeptAct> {
    let mut fields: Vec<(String, String)> = serde_urlencoded::from_bytes(bytes).ok()?;
    fields.retain(|(name, _)| name != "csrf_token");
    let is_secret = |(name, _): &(String, String)| SECRETS.contains(&name.as_str());
    let fits = bytes.len() <= MOST_KEPT && !fields.iter().any(is_secret);
    fits.then(|| KeptAct {
        path: path.to_owned(),
        fields,
    })
}

/// A body that may contain the password, to reauthenticate in the same call.
pub trait MayProve {
    /// The password's field. The extractor leaves it empty.
    fn password(&mut self) -> &mut Field;
}

/// A sensitive call, from a user who has reauthenticated recently or sends the password. Other calls are
/// refused with 403 `reauthentication_required`.
pub struct RecentlyAuthenticatedCall<T, P = Proven> {
    pub proven: P,
    /// How the access token was sent.
    pub via: Via,
    pub body: T,
}

impl<T: DeserializeOwned + MayProve + 'static, P: Proof> FromRequest
    for RecentlyAuthenticatedCall<T, P>
{
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, WebError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let user = ApiUser::from_request(req, &mut Payload::None);
        let body = ApiJson::<T>::from_request(req, payload);
        let req = req.clone();
        Box::pin(async move {
            let ApiUser { who, via } = user.await?;
            let ApiJson(mut body) = body.await?;
            let password = mem::take(body.password());
            let proven = proven(&req, &who, password).await?;
            // A password where a code is asked for as well.
            let proven = P::of(proven).ok_or_else(|| {
                WebError::refused(codes::REAUTHENTICATION_REQUIRED, copy::CODE_NEEDED)
            })?;
            Ok(Self { proven, via, body })
        })
    }
}

/// Checks that the user has recently reauthenticated, or reauthenticates with this password.
pub(super) async fn proven(
    req: &HttpRequest,
    who: &Authenticated,
    password: Field,
) -> Result<Proven, WebError> {
    let state = req.app_data::<State>().ok_or(WebError::Misconfigured)?;
    let services = &state.services;
    if !password.is_given() {
        return proof::recent(services, who).ok_or_else(|| codes::REAUTHENTICATION_REQUIRED.into());
    }
    let password = fields::read(|r| Presented::Password(r.secret("password", password)))?;
    let ClientInfo(client) = ClientInfo::of(req, &state.settings);
    match proof::present(services, who, &password, &client).await? {
        Outcome::Proven { proven, .. } => Ok(*proven),
        Outcome::Throttled(wait) => Err(WebError::Throttled(wait)),
        Outcome::Overtaken => Err(codes::CONFLICT.into()),
        Outcome::WrongPassword | Outcome::WrongCode(_) | Outcome::NoSecondFactor => {
            Err(refusals::wrong_password("password"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_is_kept_without_the_token_and_never_a_secret() {
        let fields = |body: &str| kept("/act", body.as_bytes()).map(|act| act.fields);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(fields("csrf_token=t"), Some(vec![]));
        assert_eq!(
            fields("csrf_token=t&new_email=a%40b&reason=%3Cb%3E"),
            Some(vec![pair("new_email", "a@b"), pair("reason", "<b>")])
        );
        for secret in SECRETS {
            assert_eq!(fields(&format!("reason=x&{secret}=y")), None, "{secret}");
        }
        assert_eq!(fields(&format!("reason={}", "x".repeat(MOST_KEPT))), None);
    }
}
