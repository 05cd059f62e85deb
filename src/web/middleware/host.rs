//! Only the configured host name is served, since links and origins depend on it.

use actix_web::{HttpResponse, dev::ServiceRequest, http::header};

use super::refusal;
use crate::web::{
    problem::codes,
    state::{WebSettings, WebState},
};

/// How many characters of another host are logged.
const LOGGED: usize = 100;

/// Refuses other hosts with 421 (RFC 9110, 15.5.20).
pub fn check(state: &WebState, req: &mut ServiceRequest) -> Option<HttpResponse> {
    // The page of the refusal needs its static files, which are the same under any name.
    let is_free =
        matches!(req.path(), "/healthz" | "/readyz") || req.path().starts_with("/static/");
    if is_free || is_served(req, &state.settings) {
        return None;
    }
    let expected = state.settings.authority.as_str();
    let services = &state.services;
    if services.throttle.other_host.is_due(services.clock.as_ref()) {
        let asked = req.headers().get(header::HOST).map(|host| {
            String::from_utf8_lossy(host.as_bytes())
                .chars()
                .take(LOGGED)
                .collect::<String>()
        });
        tracing::warn!(
            ?asked,
            expected,
            "another host than that of BASE_URL was asked for: a proxy in front must forward Host as it came (nginx: proxy_set_header Host $http_host)"
        );
    }
    let detail = "This host name is not served here. Proxies in front of this service must forward the Host header.";
    Some(refusal(codes::MISDIRECTED_REQUEST, detail))
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

#[cfg(test)]
mod tests {
    use actix_web::{cookie::Key, test::TestRequest};

    use super::*;
    use crate::domain::network::self_check::SelfCheckKey;

    fn serves(base: &str, https: bool, development: bool, hosts: &[&str]) -> bool {
        let settings = WebSettings {
            origin: String::new(),
            authority: base.to_owned(),
            https,
            secure_cookies: https,
            development,
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            self_check_key: SelfCheckKey::derive(&[0; 32]),
            parts: crate::web::parts::Parts::ALL,
            own_files: std::sync::Arc::default(),
            session_key: Key::from(&[0; 64]),
        };
        let request = hosts.iter().fold(TestRequest::default(), |request, host| {
            request.append_header((header::HOST, *host))
        });
        is_served(&request.to_srv_request(), &settings)
    }

    #[test]
    fn only_the_default_port_of_the_scheme_is_omitted() {
        const NAME: &str = "auth.example.com";
        for host in [NAME, "AUTH.example.com", "auth.example.com:443"] {
            assert!(serves(NAME, true, false, &[host]), "{host}");
        }
        assert!(serves(NAME, false, false, &["auth.example.com:80"]));
        for host in [
            "auth.example.com:80",
            "auth.example.com:8443",
            "auth.example.com:443:443",
            "auth.example.com.",
            "auth.example.com@evil.example",
            "",
        ] {
            assert!(!serves(NAME, true, false, &[host]), "{host}");
        }
        assert!(!serves(NAME, false, false, &["auth.example.com:443"]));
        assert!(serves(
            "auth.example.com:8443",
            true,
            false,
            &["auth.example.com:8443"]
        ));
        assert!(!serves("auth.example.com:8443", true, false, &[NAME]));
        assert!(!serves(NAME, true, false, &[]), "no name");
        assert!(!serves(NAME, true, false, &[NAME, NAME]), "two of them");
    }

    #[test]
    fn loopback_is_served_in_development_only() {
        for host in ["localhost:8080", "127.0.0.1", "[::1]:8080", "[::1]"] {
            assert!(serves("auth.example.com", true, true, &[host]), "{host}");
            assert!(!serves("auth.example.com", true, false, &[host]), "{host}");
        }
        for host in [
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "[::2]",
            "localhost:x",
        ] {
            assert!(!serves("auth.example.com", true, true, &[host]), "{host}");
        }
    }
}
