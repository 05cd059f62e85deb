//! A request that changes something and carries our cookies must come from our own pages (ASVS 5.0, 3.5.1
//! to 3.5.3). Requests that only read are not checked: a handler that writes at a `GET` calls
//! [`is_same_origin`] itself.

use actix_web::{
    HttpResponse,
    dev::ServiceRequest,
    http::header::{self, HeaderMap, HeaderValue},
};

use super::{cors::listed_origin, is_api, refusal};
use crate::web::{
    cookies::CookieName,
    problem::codes,
    state::{WebSettings, WebState},
};

/// Refuses requests from other sites with 403.
pub fn check(state: &WebState, req: &mut ServiceRequest) -> Option<HttpResponse> {
    if req.method().is_safe()
        || !carries_our_cookies(req, &state.settings)
        || is_ours(req, &state.settings)
    {
        return None;
    }
    let detail = "This request came from another site. Load the page again and try once more.";
    Some(refusal(codes::CROSS_SITE_REQUEST, detail))
}

fn carries_our_cookies(req: &ServiceRequest, settings: &WebSettings) -> bool {
    CookieName::ALL
        .iter()
        .any(|name| settings.cookie(req.request(), *name).is_some())
}

/// Whether the browser reports that one of our pages sent the request (Fetch Metadata).
pub fn is_same_origin(headers: &HeaderMap) -> bool {
    values(headers, "sec-fetch-site") == [b"same-origin"]
}

/// The same of a call, which pages of listed origins may make as well.
pub fn is_own_or_listed(headers: &HeaderMap, settings: &WebSettings) -> bool {
    is_same_origin(headers) || listed_origin(headers, settings).is_some()
}

fn values<'a>(headers: &'a HeaderMap, name: &'a str) -> Vec<&'a [u8]> {
    headers.get_all(name).map(HeaderValue::as_bytes).collect()
}

fn is_ours(req: &ServiceRequest, settings: &WebSettings) -> bool {
    if is_api(req.path()) && listed_origin(req.headers(), settings).is_some() {
        return true;
    }
    let origin = values(req.headers(), header::ORIGIN.as_str());
    match values(req.headers(), "sec-fetch-site").as_slice() {
        [] => origin == [settings.origin.as_bytes()],
        [site] => *site == b"same-origin" || *site == b"none",
        _ => false,
    }
}
