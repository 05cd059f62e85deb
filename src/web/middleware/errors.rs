//! The body of every failure that has none yet: a page, or a problem document under `/api`.

use actix_web::{
    HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    middleware::Next,
};
use askama::Template;

use super::{Answer, answer_of, is_api, with_body};
use crate::web::{
    error::Failure,
    extract::PageShell,
    pages::ErrorPage,
    problem::{self, Problem, codes},
};

/// Writes it. Also the library's own refusals (no such route, wrong method) get our words.
pub async fn run<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Answer {
    let response = answer_of(req, next).await?;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || is_written(&response) {
        return Ok(response);
    }
    let failure = response.response().extensions().get::<Failure>().cloned();
    let (media_type, body) = if is_api(response.request().path()) {
        let problem = serde_json::to_string(&Problem::new(status, failure)).unwrap_or_default();
        (problem::MEDIA_TYPE, problem)
    } else {
        let page = page(response.request(), status, failure.as_ref()).render();
        ("text/html; charset=utf-8", page.unwrap_or_default())
    };
    let mut response = with_body(response, body);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    Ok(response)
}

/// Left in a failure whose plain words are meant.
#[derive(Debug, Clone, Copy)]
pub struct Written;

/// Whether a handler wrote its own words.
fn is_written(response: &ServiceResponse<BoxBody>) -> bool {
    if response.response().extensions().get::<Written>().is_some() {
        return true;
    }
    let media_type = response
        .headers()
        .get(header::CONTENT_TYPE)
        .map(HeaderValue::as_bytes);
    media_type.is_some_and(|t| {
        t.starts_with(b"text/html") || t.starts_with(problem::MEDIA_TYPE.as_bytes())
    })
}

fn page(req: &HttpRequest, status: StatusCode, failure: Option<&Failure>) -> ErrorPage {
    let shell = PageShell::bare(req);
    if failure.and_then(|f| f.code) == Some(codes::FORM_EXPIRED) {
        return ErrorPage::form_expired(shell);
    }
    ErrorPage::for_status(shell, status.as_u16(), failure.and_then(|f| f.retry_after))
}
