//! The headers of every answer, errors included (ASVS 5.0, 3.4).

use actix_web::{
    dev::ServiceResponse,
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
};

use crate::web::state::WebState;

/// No frames, no inline code, nothing from other sites; only our own scripts, styles and images.
const PAGE_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                        form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// The same without scripts, for what is no page.
const CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                   frame-ancestors 'none'; base-uri 'none'";

const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
    (header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
];

/// Two years, for this host only: other hosts of the domain are not ours.
const HSTS: &str = "max-age=63072000";

/// Adds them. Answers without a caching header are treated as personal.
pub fn add(state: &WebState, response: &mut ServiceResponse) {
    let headers = response.headers_mut();
    // Those below, and the one of the request's id, without growing the map twice.
    headers.reserve(ALWAYS.len() + 4);
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if state.settings.https {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static(HSTS),
        );
    }
    let media_type = headers.get(header::CONTENT_TYPE);
    let is_page = media_type.is_some_and(|t| t.as_bytes().starts_with(b"text/html"));
    // A page whose script sends requests sets its own policy.
    let csp = if is_page { PAGE_CSP } else { CSP };
    default_header(headers, header::CONTENT_SECURITY_POLICY, csp);
    default_header(headers, header::CACHE_CONTROL, "no-store");
}

fn default_header(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
