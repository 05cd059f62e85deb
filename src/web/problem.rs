//! Problem documents (RFC 9457), the format of every error of the API.

pub mod codes;
pub(super) mod described;
pub(super) mod refusals;

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
    /// `about:blank`: the title is that of the status, and `code` identifies the kind of error.
    pub r#type: &'static str,
    /// The phrase of the status.
    pub title: &'static str,
    /// The status.
    pub status: u16,
    /// What happened and what to do next.
    pub detail: String,
    /// A stable code for programs.
    pub code: &'static str,
    /// The faults of each field.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(required = false)]
    pub errors: BTreeMap<&'static str, Vec<String>>,
}

impl Problem {
    /// The document of a failure with this status.
    pub fn new(status: StatusCode, failure: Option<Failure>) -> Self {
        let failure = failure.unwrap_or(Failure {
            code: None,
            detail: None,
            fields: Vec::new(),
            retry_after: None,
        });
        let code = failure.code.unwrap_or_else(|| usual(status));
        Self {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: failure.detail.unwrap_or_else(|| code.says.to_owned()),
            code: code.word,
            errors: failure.fields.into_iter().collect(),
        }
    }
}

/// The code of a failure without a specific one.
fn usual(status: StatusCode) -> Code {
    match status.as_u16() {
        401 => codes::UNAUTHORIZED,
        403 => codes::FORBIDDEN,
        404 => codes::NOT_FOUND,
        405 => codes::METHOD_NOT_ALLOWED,
        408 => codes::REQUEST_TIMEOUT,
        413 => codes::PAYLOAD_TOO_LARGE,
        415 => codes::UNSUPPORTED_MEDIA_TYPE,
        421 => codes::MISDIRECTED_REQUEST,
        422 => codes::INVALID_INPUT,
        429 => codes::TOO_MANY_REQUESTS,
        503 => codes::OVERLOADED,
        400..=499 => codes::BAD_REQUEST,
        _ => codes::INTERNAL_ERROR,
    }
}
