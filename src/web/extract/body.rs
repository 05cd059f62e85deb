//! Bodies: forms with their CSRF token, and JSON.

use std::{fmt, future::Future, marker::PhantomData, pin::Pin, time::Duration};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    web::{Bytes, BytesMut},
};
use futures_util::StreamExt;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};
use tokio::time::timeout;
use url::form_urlencoded::Serializer;

use crate::{
    domain::secrets::secret::SecretString,
    web::{error::WebError, problem::codes, session::BrowserSession},
};

/// The most bytes of a body.
const MAX_BODY: usize = 16 * 1024;
/// The longest that a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// A form of one of our pages: it carries the token of this browser's session (ASVS 5.0, 3.5.1).
pub struct CsrfForm<T>(pub T);

#[derive(Deserialize)]
struct CsrfField {
    #[serde(default)]
    csrf_token: SecretString,
    /// Of a mailed link, whose page does not open without it.
    #[serde(default)]
    token: SecretString,
}

/// Left in a request whose form has expired: the page of the mailed link that it stood on.
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

/// The fields of a form as they came, once its token is found to be this browser's.
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

/// Reads a form. Which of two values of one field counts would be anybody's guess.
pub(super) fn form<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, WebError> {
    serde_urlencoded::from_bytes(bytes).map_err(|_| WebError::from(codes::MALFORMED_FORM))
}

/// A JSON body of the API. An absent body reads as `{}`, with or without a Content-Type.
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
            if bytes.is_empty() && (is_json || req.content_type().is_empty()) {
                return object(b"{}").map(Self);
            }
            if !is_json {
                return Err(codes::UNSUPPORTED_MEDIA_TYPE.into());
            }
            object(&bytes).map(Self)
        })
    }
}

/// How deep a body may nest; ours are flat.
const MAX_DEPTH: usize = 32;

/// Reads one JSON object.
fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, WebError> {
    if depth(bytes) > MAX_DEPTH {
        let detail = "The body nests too deeply.";
        return Err(WebError::refused(codes::MALFORMED_JSON, detail));
    }
    // Fields that nobody takes are skipped unread, so this comes first (RFC 8259, 8.1).
    let text = std::str::from_utf8(bytes)
        .map_err(|_| WebError::refused(codes::MALFORMED_JSON, "The body is not UTF-8."))?;
    let Object(fields) = serde_json::from_str(text).map_err(|e| unreadable(&e))?;
    Ok(fields)
}

/// How deep arrays and objects nest, brackets in strings aside.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// A struct out of a JSON object alone: serde would take an array as well, by position.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }
        deserializer.deserialize_map(Fields(PhantomData))
    }
}

/// The parser's own words can quote what was sent, so only the kind of its error is passed on.
fn unreadable(error: &serde_json::Error) -> WebError {
    if error.is_data() {
        let detail = "The body is JSON, but not in the form this call takes: an object whose fields have the documented types, each once.";
        return WebError::refused(codes::INVALID_INPUT, detail);
    }
    codes::MALFORMED_JSON.into()
}

/// A body, whole and in time.
async fn read(req: &HttpRequest, payload: Payload) -> Result<Bytes, WebError> {
    let too_slow = |_| {
        let detail = "The body did not arrive in time. Send the request again.";
        WebError::refused(codes::REQUEST_TIMEOUT, detail)
    };
    timeout(BODY_TIMEOUT, read_whole(req, payload))
        .await
        .map_err(too_slow)?
}

async fn read_whole(req: &HttpRequest, mut payload: Payload) -> Result<Bytes, WebError> {
    let too_large = || {
        let detail = "The body is too large. It may have at most 16 KiB.";
        WebError::refused(codes::PAYLOAD_TOO_LARGE, detail)
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
        let cut = |_| WebError::refused(codes::BAD_REQUEST, "The body did not arrive whole.");
        let chunk = chunk.map_err(cut)?;
        if bytes.len() + chunk.len() > MAX_BODY {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Body {
        #[serde(default)]
        a: Option<String>,
    }

    fn status(body: &str) -> u16 {
        use actix_web::ResponseError;
        object::<Body>(body.as_bytes()).map_or_else(|e| e.status_code().as_u16(), |_| 200)
    }

    #[test]
    fn only_an_object_is_a_body() {
        let body: Body = object(br#"{"a": "b", "c": [1]}"#).unwrap();
        assert_eq!(body.a.as_deref(), Some("b"));
        for wrong in [
            r#"["b"]"#,
            "null",
            "1",
            r#""a""#,
            r#"{"a":1}"#,
            r#"{"a":"1","a":"2"}"#,
        ] {
            assert_eq!(status(wrong), 422, "{wrong}");
        }
        for broken in ["{", r#"{"a"}"#, r#"{"a":"\ud800"}"#, "{}{}", ""] {
            assert_eq!(status(broken), 400, "{broken}");
        }
    }

    #[test]
    fn even_a_field_that_nobody_takes_must_be_utf8() {
        assert!(object::<Body>(b"{\"c\":\"\xff\"}").is_err());
    }

    #[test]
    fn depth_counts_brackets_outside_strings() {
        assert_eq!(status(&"[".repeat(10_000)), 400);
        assert_eq!(
            status(&format!(
                r#"{{"c":{}{}}}"#,
                "[".repeat(5000),
                "]".repeat(5000)
            )),
            400
        );
        assert_eq!(depth(br#"{"a\"[[": [{"b": "]"}]}"#), 3);
    }
}
