//! Requests of HTTP/2 for which their connection has no place are refused here, with the headers of every answer.

use actix_web::{
    HttpMessage, ResponseError,
    body::{BoxBody, MessageBody},
    dev::ServiceRequest,
    http::header::{self, HeaderValue},
    middleware::Next,
};

use super::{Answer, answer_of, errors::Written, is_api, refuse};
use crate::{
    flows::FlowError,
    web::{connection::NoPlace, error::WebError},
};

/// Shorter than a page, since many of them may wait for clients that do not read.
const TEXT: &str =
    "The service is busy with other requests of this connection. Try again in a moment.\n";

/// Answers them with 503.
pub async fn run<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Answer {
    if !req.extensions().contains::<NoPlace>() {
        return answer_of(req, next).await;
    }
    let error = WebError::Flow(FlowError::Overloaded);
    if is_api(req.path()) {
        return refuse(req, &error);
    }
    let mut response = error.error_response().set_body(BoxBody::new(TEXT));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response.extensions_mut().insert(Written);
    Ok(req.into_response(response))
}
