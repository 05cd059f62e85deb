//! Problem documents (RFC 9457), the form of every error of the API.

pub mod codes;
pub(super) mod described;

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::error::Failure;
use codes::Code;

/// The media type.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A problem document.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `about:blank`: the title is that of the status, and `code` tells the kinds apart.
    pub r#type: &'static str,
    /// The phrase of the status.
    pub title: &'static str,
    /// The status.
    pub status: u16,
    /// What happened and what to do next.
    pub detail: String,
    /// A stable word for programs.
    pub code: &'static str,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(required = false)]
    pub errors: BTreeMap<&'static str, Vec<String>>,
}

impl Problem {
    /// The document of a failure with this status.
    pub fn new(status: StatusCode, failure: Option<Failure>) -> Self {
        let (usual, detail) = words(status);
        let failure = failure.unwrap_or(Failure {
            code: None,
            detail: None,
            fields: Vec::new(),
            retry_after: None,
        });
        Self {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: failure.detail.unwrap_or_else(|| detail.to_owned()),
            code: failure.code.unwrap_or(usual).word,
            errors: failure.fields.into_iter().collect(),
        }
    }
}

/// The word and the sentence of a status whose failure has none of its own.
fn words(status: StatusCode) -> (Code, &'static str) {
    match status.as_u16() {
        401 => (
            codes::UNAUTHORIZED,
            "The access token is missing, expired or revoked. Refresh it or sign in.",
        ),
        403 => (codes::FORBIDDEN, "This is not allowed."),
        404 => (codes::NOT_FOUND, "There is nothing at this address."),
        405 => (
            codes::METHOD_NOT_ALLOWED,
            "This address does not support that method.",
        ),
        408 => (
            codes::REQUEST_TIMEOUT,
            "The request did not arrive in time. Send it again.",
        ),
        413 => (codes::PAYLOAD_TOO_LARGE, "The body is too large."),
        415 => (
            codes::UNSUPPORTED_MEDIA_TYPE,
            "Send the body as application/json.",
        ),
        421 => (
            codes::MISDIRECTED_REQUEST,
            "This host name is not served here.",
        ),
        422 => (
            codes::INVALID_INPUT,
            "Some fields cannot be used. See errors.",
        ),
        429 => (
            codes::TOO_MANY_REQUESTS,
            "Too many attempts. Wait as long as Retry-After says.",
        ),
        503 => (
            codes::OVERLOADED,
            "The service is busy or temporarily unavailable. Try again in a moment.",
        ),
        400..=499 => (codes::BAD_REQUEST, "The request cannot be understood."),
        _ => (
            codes::INTERNAL_ERROR,
            "Something went wrong on our side. Try again later.",
        ),
    }
}
