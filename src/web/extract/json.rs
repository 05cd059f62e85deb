//! JSON bodies.

use std::{fmt, future::Future, marker::PhantomData, pin::Pin};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::body::read;
use crate::web::{error::WebError, problem::codes};

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

/// The deepest nesting of a body; ours are flat.
const MAX_DEPTH: usize = 32;

fn object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, WebError> {
    if depth(bytes) > MAX_DEPTH {
        let detail = "The body nests too deeply.";
        return Err(WebError::refused(codes::MALFORMED_JSON, detail));
    }
    // Unknown fields are skipped without being read, so this check comes first (RFC 8259, 8.1).
    let text = std::str::from_utf8(bytes)
        .map_err(|_| WebError::refused(codes::MALFORMED_JSON, "The body is not UTF-8."))?;
    let Object(fields) = serde_json::from_str(text).map_err(|e| unreadable(&e))?;
    Ok(fields)
}

/// How deeply arrays and objects nest, ignoring brackets in strings.
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

/// A struct from a JSON object only: serde would also accept an array, by position.
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

/// The parser's message may quote what was sent, so only the kind of its error is reported.
fn unreadable(error: &serde_json::Error) -> WebError {
    if error.is_data() {
        let detail = "The body is JSON, but not in the form this call takes: an object whose fields have the documented types, each once.";
        return WebError::refused(codes::INVALID_INPUT, detail);
    }
    codes::MALFORMED_JSON.into()
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
    fn even_an_unknown_field_must_be_utf8() {
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
