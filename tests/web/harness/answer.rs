//! One answer of the service, and the checks that every answer must pass.

use reqwest::{RequestBuilder, header::HeaderMap};

use super::cookie::SetCookie;

/// Status, headers and body.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// Sends a request, and checks the answer.
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let answer = Self::or_fault(request).await;
        assert!(answer.status != 500, "a fault of ours: {}", answer.body);
        answer
    }

    /// The same for a test that expects a 500.
    pub(crate) async fn or_fault(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let answer = Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.expect("a body in UTF-8"),
        };
        answer.assert_hardened();
        answer
    }

    /// The text of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Every cookie it sets.
    pub(crate) fn set_cookies(&self) -> Vec<SetCookie> {
        let headers = self.headers.get_all("set-cookie");
        headers
            .iter()
            .map(|header| SetCookie::parse(header.to_str().unwrap()))
            .collect()
    }

    fn assert_hardened(&self) {
        let expect = |name: &str, expected: &str| {
            assert_eq!(self.header(name), Some(expected), "{name} of {self:?}");
        };
        expect("x-content-type-options", "nosniff");
        expect("x-frame-options", "DENY");
        expect("referrer-policy", "same-origin");
        expect("cross-origin-opener-policy", "same-origin");
        expect("cross-origin-resource-policy", "same-origin");
        expect("strict-transport-security", "max-age=63072000");
        let csp = self.header("content-security-policy").expect("a policy");
        assert!(csp.starts_with("default-src 'none'"), "{csp}");
        assert!(csp.contains("frame-ancestors 'none'"), "{csp}");
        assert!(!csp.contains("unsafe"), "{csp}");
        let caching = self.header("cache-control").expect("a word on caching");
        assert!(
            caching == "no-store" || caching.starts_with("public, max-age="),
            "{caching}"
        );
        let id = self.header("x-request-id").expect("a request id");
        assert!(
            id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()),
            "{id}"
        );
        for cookie in self.set_cookies() {
            cookie.assert_bound();
        }
    }
}
