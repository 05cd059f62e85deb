//! Bodies: forms with their CSRF token, and JSON.

use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::StatusCode,
    web::{Bytes, BytesMut},
};
use futures_util::StreamExt;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    domain::secret::SecretString,
    web::{
        error::{Refusal, WebError},
        session::BrowserSession,
    },
};

/// The most bytes of a body.
const MAX_BODY: usize = 16 * 1024;

/// A form of one of our pages: it carries the token of this browser's session (ASVS 5.0, 3.5.1).
pub struct CsrfForm<T>(pub T);

#[derive(Deserialize)]
struct CsrfField {
    #[serde(default)]
    csrf_token: SecretString,
}

impl<T: DeserializeOwned + 'static> FromRequest for CsrfForm<T> {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, WebError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let session = BrowserSession::from_request(req, &mut Payload::None).into_inner();
        let is_form = req
            .content_type()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let payload = payload.take();
        let req = req.clone();
        Box::pin(async move {
            let bytes = read(&req, payload).await?;
            if !is_form {
                let detail = "Send the form as application/x-www-form-urlencoded.";
                let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
                return Err(WebError::Refused(Refusal::new(
                    status,
                    "unsupported_media_type",
                    detail,
                )));
            }
            // Which of two values counts would be anybody's guess.
            let unreadable =
                |_| WebError::bad_request("malformed_form", "The form cannot be read.");
            let token: CsrfField = serde_urlencoded::from_bytes(&bytes).map_err(unreadable)?;
            if !session?.knows_csrf_token(&token.csrf_token) {
                return Err(WebError::form_expired());
            }
            serde_urlencoded::from_bytes(&bytes)
                .map(Self)
                .map_err(unreadable)
        })
    }
}

/// A JSON body of the API. An absent body reads as `{}` without any Content-Type.
pub struct ApiJson<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for ApiJson<T> {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, WebError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = payload.take();
        let req = req.clone();
        Box::pin(async move {
            let is_json = req.content_type().eq_ignore_ascii_case("application/json");
            let bytes = read(&req, payload).await?;
            if bytes.is_empty() && req.content_type().is_empty() {
                return serde_json::from_slice(b"{}")
                    .map(Self)
                    .map_err(|e| unreadable(&e));
            }
            if !is_json {
                let detail = "Send the body as application/json.";
                let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
                return Err(WebError::Refused(Refusal::new(
                    status,
                    "unsupported_media_type",
                    detail,
                )));
            }
            serde_json::from_slice(&bytes)
                .map(Self)
                .map_err(|e| unreadable(&e))
        })
    }
}

/// The words of the parser name types and positions, never values that could be secrets... so
/// only its kind is passed on.
fn unreadable(error: &serde_json::Error) -> WebError {
    if error.is_data() {
        let detail = "The body is JSON, but not of the shape this call takes: an object whose fields have the documented types, each once.";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return WebError::Refused(Refusal::new(status, "invalid_input", detail));
    }
    WebError::bad_request("malformed_json", "The body is not valid JSON.")
}

async fn read(req: &HttpRequest, mut payload: Payload) -> Result<Bytes, WebError> {
    let too_large = || {
        let detail = "The body is too large. It may have at most 16 KiB.";
        WebError::Refused(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "payload_too_large",
            detail,
        ))
    };
    let announced = req
        .headers()
        .get("content-length")
        .and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_BODY) {
        return Err(too_large());
    }
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let cut = |_| WebError::bad_request("bad_request", "The body did not arrive whole.");
        let chunk = chunk.map_err(cut)?;
        if bytes.len() + chunk.len() > MAX_BODY {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}
