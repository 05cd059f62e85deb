//! Writes the body of every failure that has none yet: a page, or a problem document under `/api`.

use std::mem;

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    body::BoxBody,
    dev::ServiceResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use askama::Template;

use super::is_api;
use crate::{
    domain::local_path::LocalPath,
    web::{
        error::Failure,
        extract::{FormPage, PageShell},
        pages::ErrorPage,
        paths::POST_ONLY,
        problem::{self, Problem, codes},
        state::{WebSettings, WebState},
    },
};

/// Writes it. The library's own refusals (no such route, wrong method) get our texts as well.
pub fn write(state: &WebState, response: &mut ServiceResponse) {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || is_written(response) {
        return;
    }
    let failure = response.response().extensions().get::<Failure>().cloned();
    let (media_type, body) = if is_api(response.request().path()) {
        let problem = serde_json::to_string(&Problem::new(status, failure)).unwrap_or_default();
        (problem::MEDIA_TYPE, problem)
    } else {
        let page = page(
            &state.settings,
            response.request(),
            status,
            failure.as_ref(),
        )
        .render();
        ("text/html; charset=utf-8", page.unwrap_or_default())
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    let written = response.response_mut();
    *written = mem::replace(written, HttpResponse::new(status)).set_body(BoxBody::new(body));
}

/// The page of a form that was sent here: the one that the browser names, else the one with the same path.
/// Empty if neither can be opened.
fn page_of_form(settings: &WebSettings, req: &HttpRequest) -> String {
    if let Some(FormPage(page)) = req.extensions().get() {
        return page.clone();
    }
    let referer = req.headers().get(header::REFERER);
    let named = referer
        .and_then(|value| value.to_str().ok())
        .and_then(|url| url.strip_prefix(&settings.origin));
    let own = Some(req.path()).filter(|path| !POST_ONLY.contains(path));
    let path = named.into_iter().chain(own).find_map(LocalPath::parse);
    path.map_or_else(String::new, |path| path.to_string())
}

/// Stored in a failure whose own text must be kept.
#[derive(Debug, Clone, Copy)]
pub struct Written;

/// Whether a handler wrote its own text.
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

fn page(
    settings: &WebSettings,
    req: &HttpRequest,
    status: StatusCode,
    failure: Option<&Failure>,
) -> ErrorPage {
    let shell = PageShell::of_failure(req);
    if status == StatusCode::MISDIRECTED_REQUEST {
        return ErrorPage::misdirected(shell, &settings.origin);
    }
    if failure.and_then(|f| f.code) == Some(codes::FORM_EXPIRED) {
        return ErrorPage::form_expired(shell, &page_of_form(settings, req));
    }
    ErrorPage::for_status(shell, status.as_u16(), failure.and_then(|f| f.retry_after))
}
