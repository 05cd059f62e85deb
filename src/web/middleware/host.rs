//! Only the host name that is configured is served: links and origins hang on it.

use actix_web::{body::MessageBody, dev::ServiceRequest, http::header, middleware::Next};

use super::{Answer, answer_of, refuse};
use crate::web::{
    error::WebError,
    problem::codes,
    state::{State, WebSettings},
};

/// Refuses other hosts with 421 (RFC 9110, 15.5.20).
pub async fn run<B: MessageBody + 'static>(
    state: State,
    req: ServiceRequest,
    next: Next<B>,
) -> Answer {
    let is_probe = matches!(req.path(), "/healthz" | "/readyz");
    if is_probe || is_served(&req, &state.settings) {
        return answer_of(req, next).await;
    }
    let detail = "This host name is not served here. Proxies in front of this service must forward the Host header.";
    refuse(req, &WebError::refused(codes::MISDIRECTED_REQUEST, detail))
}

fn is_served(req: &ServiceRequest, settings: &WebSettings) -> bool {
    let mut hosts = req.headers().get_all(header::HOST);
    let (Some(host), None) = (
        hosts.next().and_then(|value| value.to_str().ok()),
        hosts.next(),
    ) else {
        return false;
    };
    let default_port = if settings.https { ":443" } else { ":80" };
    let host = host.to_ascii_lowercase();
    let elided = host.strip_suffix(default_port).unwrap_or(&host);
    elided == settings.authority || (settings.development && is_loopback(&host))
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}
