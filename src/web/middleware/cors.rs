//! Calls of the API by pages of other origins (the Fetch standard, CORS): the exact origins in
//! `CORS_ORIGINS` may make them, and other origins learn nothing.
//!
//! There are two parts, since the headers belong on every answer, including refusals by the checks, while
//! preflights are answered only under our own host name.

use actix_web::{
    HttpResponse,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
};

use super::is_api;
use crate::web::state::{WebSettings, WebState};

/// The methods that calls take.
const METHODS: &str = "GET, HEAD, POST, PATCH, DELETE";
/// Request headers that a page may set in addition to the standard ones.
const REQUEST_HEADERS: &str = "authorization, content-type";
/// Response headers that a page may read in addition to the standard ones.
const EXPOSED_HEADERS: &str = "retry-after, x-request-id";
/// For how many seconds a browser may cache a preflight. Chromium's limit is two hours.
const PREFLIGHT_MAX_AGE: &str = "7200";

/// Allows listed origins to read any answer of the API. Every answer varies by origin, so that no cache
/// gives one origin's answer to another.
pub fn allow(state: &WebState, response: &mut ServiceResponse) {
    let req = response.request();
    if !is_api(req.path()) {
        return;
    }
    let allowed = listed_origin(req.headers(), &state.settings);
    let is_preflight = is_preflight(req.method(), req.headers());
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = allowed else {
        return;
    };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    set(headers, header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    if is_preflight {
        set(headers, header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        set(
            headers,
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            REQUEST_HEADERS,
        );
        set(headers, header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_MAX_AGE);
    } else {
        set(
            headers,
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            EXPOSED_HEADERS,
        );
    }
}

/// Answers preflights. They contain no cookies and match no route; the headers say whether the page may
/// continue.
pub fn preflight(_: &WebState, req: &mut ServiceRequest) -> Option<HttpResponse> {
    (is_api(req.path()) && is_preflight(req.method(), req.headers()))
        .then(|| HttpResponse::NoContent().finish())
}

fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The origin of a request, where it is listed byte for byte.
pub(super) fn listed_origin(headers: &HeaderMap, settings: &WebSettings) -> Option<HeaderValue> {
    let mut origins = headers.get_all(header::ORIGIN);
    let (Some(origin), None) = (origins.next(), origins.next()) else {
        return None;
    };
    let mut listed = settings.cors_origins.iter();
    listed
        .any(|known| known.as_bytes() == origin.as_bytes())
        .then(|| origin.clone())
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
