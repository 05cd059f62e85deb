//! Cookie names as the browser sent them.
//!
//! actix decodes percent-escapes in cookie names and trims unusual spaces, so a cookie named
//! `%5F%5FHost-refresh`, which any subdomain can set, would be taken for `__Host-refresh`. Before anything
//! reads cookies, the header is reduced to our cookies by their exact raw names. Two with the same name
//! are refused, because it is unknown which one is genuine.

use actix_web::{
    HttpResponse,
    dev::ServiceRequest,
    http::header::{self, HeaderValue},
};

use super::refusal;
use crate::web::{cookies::CookieName, problem::codes, state::WebState};

/// Keeps our cookies and drops all others.
pub fn check(state: &WebState, req: &mut ServiceRequest) -> Option<HttpResponse> {
    let secure = state.settings.secure_cookies;
    match ours(req, secure) {
        Found::Nothing => {
            req.headers_mut().remove(header::COOKIE);
        }
        Found::Ours(value) => {
            req.headers_mut().insert(header::COOKIE, value);
        }
        Found::Twice => {
            let detail = "The browser sent a cookie of this site twice. Delete the cookies of this site and try again.";
            return Some(refusal(codes::DUPLICATE_COOKIE, detail));
        }
    }
    None
}

/// The content of the `Cookie` headers.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// None of our cookies.
    Nothing,
    /// One header with only our cookies.
    Ours(HeaderValue),
    /// Two of our cookies with the same name.
    Twice,
}

fn ours(req: &ServiceRequest, secure: bool) -> Found {
    let mut kept: Vec<(&[u8], &[u8])> = Vec::new();
    for value in req.headers().get_all(header::COOKIE) {
        for pair in value.as_bytes().split(|b| *b == b';') {
            let Some(at) = pair.iter().position(|b| *b == b'=') else {
                continue;
            };
            let name = pair[..at].strip_prefix(b" ").unwrap_or(&pair[..at]);
            if !CookieName::ALL
                .iter()
                .any(|known| known.on_wire(secure).as_bytes() == name)
            {
                continue;
            }
            if kept.iter().any(|(known, _)| *known == name) {
                return Found::Twice;
            }
            kept.push((name, &pair[at + 1..]));
        }
    }
    let pairs: Vec<Vec<u8>> = kept
        .iter()
        .map(|(name, value)| [name, b"=".as_slice(), value].concat())
        .collect();
    if pairs.is_empty() {
        return Found::Nothing;
    }
    HeaderValue::from_bytes(&pairs.join(b"; ".as_slice())).map_or(Found::Nothing, Found::Ours)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn kept(headers: &[&str], secure: bool) -> Found {
        let mut req = TestRequest::default();
        for header in headers {
            req = req.append_header((header::COOKIE, *header));
        }
        ours(&req.to_srv_request(), secure)
    }

    #[test]
    fn only_exact_names_pass() {
        let real = || Found::Ours(HeaderValue::from_static("__Host-refresh=a"));
        assert_eq!(kept(&["__Host-refresh=a; theme=dark"], true), real());
        for planted in [
            "%5F%5FHost-refresh=b",
            "__Host-refresh =b",
            "__host-refresh=b",
            " \t__Host-refresh=b",
            "__Host-refresh",
        ] {
            assert_eq!(kept(&[planted], true), Found::Nothing, "{planted}");
            let both = format!("{planted}; __Host-refresh=a");
            assert_eq!(kept(&[&both], true), real(), "{both}");
        }
        assert_eq!(kept(&["refresh=b"], true), Found::Nothing);
    }

    #[test]
    fn two_cookies_with_one_name_are_refused() {
        assert_eq!(kept(&["access=a; access=b"], false), Found::Twice);
        assert_eq!(kept(&["access=a", "access=b"], false), Found::Twice);
    }
}
