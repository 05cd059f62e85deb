//! Forms with their CSRF token.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web::Bytes};
use serde::{Deserialize, de::DeserializeOwned};
use url::form_urlencoded::Serializer;

use super::body::read;
use crate::{
    domain::secrets::secret::SecretString,
    web::{error::WebError, problem::codes, session::BrowserSession},
};

/// A form of one of our pages: it contains the token of this browser's session (ASVS 5.0, 3.5.1).
pub struct CsrfForm<T>(pub T);

#[derive(Deserialize)]
struct CsrfField {
    #[serde(default)]
    csrf_token: SecretString,
    /// The token of a mailed link, without which its page cannot be shown.
    #[serde(default)]
    token: SecretString,
}

/// Stored in a request whose form has expired: the page of the mailed link that it belongs to.
#[derive(Clone)]
pub struct FormPage(pub String);

impl FormPage {
    fn of_link(path: &str, token: &SecretString) -> Self {
        let query = Serializer::new(String::new())
            .append_pair("token", token.expose())
            .finish();
        Self(format!("{path}?{query}"))
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for CsrfForm<T> {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, WebError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = form_bytes(req, payload);
        Box::pin(async move { form(&bytes.await?).map(Self) })
    }
}

/// The fields of a form, after its token is checked against this browser's.
pub(super) fn form_bytes(
    req: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<Bytes, WebError>> + use<> {
    let session = BrowserSession::from_request(req, &mut Payload::None).into_inner();
    let is_form = req
        .content_type()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded");
    let payload = payload.take();
    let req = req.clone();
    async move {
        let bytes = read(&req, payload).await?;
        if !is_form {
            let detail = "Send the form as application/x-www-form-urlencoded.";
            return Err(WebError::refused(codes::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        let token: CsrfField = form(&bytes)?;
        if !session?.knows_csrf_token(&token.csrf_token) {
            if !token.token.is_empty() {
                let page = FormPage::of_link(req.path(), &token.token);
                req.extensions_mut().insert(page);
            }
            return Err(WebError::from(codes::FORM_EXPIRED));
        }
        Ok(bytes)
    }
}

/// Reads a form. A repeated field is refused.
pub(super) fn form<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, WebError> {
    serde_urlencoded::from_bytes(bytes).map_err(|_| WebError::from(codes::MALFORMED_FORM))
}
