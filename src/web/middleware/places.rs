//! Requests of HTTP/2 for which their connection has no place are refused here, with the headers of every answer.

use actix_web::{
    HttpMessage, HttpResponse, ResponseError,
    body::BoxBody,
    dev::ServiceRequest,
    http::header::{self, HeaderValue},
};

use super::{errors::Written, is_api};
use crate::{
    flows::FlowError,
    web::{connection::NoPlace, error::WebError, state::WebState},
};

/// Shorter than a page, since many of them may wait for clients that do not read.
const TEXT: &str =
    "The service is busy with other requests of this connection. Try again in a moment.\n";

/// Answers them with 503.
pub fn check(_: &WebState, req: &mut ServiceRequest) -> Option<HttpResponse> {
    if !req.extensions().contains::<NoPlace>() {
        return None;
    }
    let error = WebError::Flow(FlowError::Overloaded);
    if is_api(req.path()) {
        return Some(error.error_response());
    }
    let mut response = error.error_response().set_body(BoxBody::new(TEXT));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response.extensions_mut().insert(Written);
    Some(response)
}
