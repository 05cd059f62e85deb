//! The middlewares; `app::server` has those of every request, and `rules` what one of them does, in order.

pub mod connection;
mod cors;
pub mod errors;
mod headers;
mod host;
pub mod identify;
pub mod panics;
mod places;
mod raw_cookies;
pub mod rules;
pub mod same_origin;
pub mod trace;

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};
use percent_encoding::percent_decode_str;

use super::{error::WebError, problem::codes::Code};

/// The answer of a middleware.
type Answer = Result<ServiceResponse<BoxBody>, actix_web::Error>;

/// The id of a request, which appears in its log lines, its answer and its error page.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

impl RequestId {
    /// The id of this request.
    pub fn of(req: &HttpRequest) -> String {
        req.extensions()
            .get::<Self>()
            .map(|id| id.0.clone())
            .unwrap_or_default()
    }
}

/// Answers a request here. Middlewares never return `Err`: such an answer would skip the outer middlewares
/// and lack their headers.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it ends a middleware, whose answer it is"
)]
fn refuse(req: ServiceRequest, error: &WebError) -> Answer {
    let response = error.error_response();
    Ok(req.into_response(response))
}

/// The answer of a check that refuses a request.
fn refusal(code: Code, detail: &str) -> HttpResponse {
    WebError::refused(code, detail).error_response()
}

/// Calls the rest of the chain. Failures in handlers and extractors are answers already.
async fn answer_of<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Answer {
    match next.call(req).await {
        Ok(response) => Ok(response.map_into_boxed_body()),
        Err(error) => Err(error),
    }
}

/// Whether the router treats a path as one of the API: it decodes escapes before matching.
fn is_api(path: &str) -> bool {
    percent_decode_str(path)
        .decode_utf8_lossy()
        .starts_with("/api/")
}
