//! What every request passes, outermost first: see `app::server` for the order.

pub mod connection;
pub mod cors;
pub mod errors;
pub mod headers;
pub mod host;
pub mod identify;
pub mod panics;
pub mod raw_cookies;
pub mod same_origin;
pub mod trace;

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};
use percent_encoding::percent_decode_str;

use super::error::WebError;

/// The answer of a middleware.
type Answer = Result<ServiceResponse<BoxBody>, actix_web::Error>;

/// The id of a request, in its logs, its answer and its error page.
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

/// Ends a request here. Middlewares never return `Err`: an answer that passes no outer middleware
/// would lack its headers.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it ends a middleware, whose answer it is"
)]
fn refuse(req: ServiceRequest, error: &WebError) -> Answer {
    let response = error.error_response();
    Ok(req.into_response(response))
}

/// Calls the rest. What goes wrong in handlers and extractors is an answer already.
async fn answer_of<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Answer {
    match next.call(req).await {
        Ok(response) => Ok(response.map_into_boxed_body()),
        Err(error) => Err(error),
    }
}

/// Whether the router takes a path for one of the API: it decodes escapes before it looks.
fn is_api(path: &str) -> bool {
    percent_decode_str(path)
        .decode_utf8_lossy()
        .starts_with("/api/")
}

/// The body replaced, everything else kept.
fn with_body(response: ServiceResponse<BoxBody>, body: String) -> ServiceResponse<BoxBody> {
    let (req, response) = response.into_parts();
    let response: HttpResponse<BoxBody> = response.set_body(BoxBody::new(body));
    ServiceResponse::new(req, response)
}
