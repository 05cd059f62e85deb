//! Calls by pages of other origins: those in `CORS_ORIGINS` may make them, and other origins learn
//! nothing.

use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::harness::{
    Browser, Reply, TestApp,
    answer::Answer,
    browser::http,
    settings::{HOST, ORIGIN},
};

const LISTED: [&str; 2] = ["https://app.example.com", "https://shop.example.org:8443"];

/// Origins that must not be taken for a listed one.
const UNLISTED: [&str; 12] = [
    "https://evil.example",
    "null",
    "*",
    "http://app.example.com",
    "https://app.example.com:443",
    "https://app.example.com/",
    "https://app.example.com.evil.example",
    "https://evil.app.example.com",
    "https://APP.example.com",
    "https://shop.example.org",
    "https://app.example.com, https://shop.example.org:8443",
    ORIGIN,
];

/// Every path of the API, and some that do not exist.
const PATHS: [&str; 24] = [
    "/api/auth/register",
    "/api/auth/login",
    "/api/auth/login/mfa",
    "/api/auth/refresh",
    "/api/auth/logout",
    "/api/auth/logout-all",
    "/api/auth/me",
    "/api/auth/sessions",
    "/api/auth/sessions/00000000-0000-0000-0000-000000000000",
    "/api/auth/forgot-password",
    "/api/auth/reset-password",
    "/api/auth/verify-email",
    "/api/auth/resend-verification",
    "/api/auth/change-password",
    "/api/auth/trusted-devices/00000000-0000-0000-0000-000000000000",
    "/api/auth/reauthenticate",
    "/api/auth/mfa/totp/enroll",
    "/api/auth/mfa/totp/confirm",
    "/api/auth/mfa/totp/disable",
    "/api/auth/mfa/backup-codes",
    "/api/auth/nowhere",
    "/api/nowhere",
    "/api/",
    "/%61pi/auth/me",
];

const METHODS: [Method; 6] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

async fn app() -> TestApp {
    TestApp::with(&[("CORS_ORIGINS", &LISTED.join(","))]).await
}

fn request(app: &TestApp, method: Method, path: &str) -> RequestBuilder {
    let request = http().request(method, app.url() + path);
    request.header("host", HOST)
}

fn preflight(app: &TestApp, path: &str, origin: &str) -> RequestBuilder {
    request(app, Method::OPTIONS, path)
        .header("origin", origin)
        .header("access-control-request-method", "DELETE")
        .header("access-control-request-headers", "authorization")
}

/// The CORS headers of an answer.
fn allow_headers(answer: &Answer) -> Vec<String> {
    let names = answer.headers.keys().map(ToString::to_string);
    let mut all: Vec<String> = names
        .filter(|name| name.starts_with("access-control-"))
        .collect();
    all.sort_unstable();
    all
}

fn varies_by_origin(answer: &Answer) -> bool {
    let all = answer.headers.get_all("vary").iter();
    all.flat_map(|value| value.to_str().unwrap().split(','))
        .any(|name| name.trim().eq_ignore_ascii_case("origin"))
}

/// Asserts the headers that every answer to a listed origin has.
fn assert_allowed(answer: &Answer, origin: &str) {
    let header = |name: &str| answer.header(name);
    assert_eq!(header("access-control-allow-origin"), Some(origin));
    assert_eq!(header("access-control-allow-credentials"), Some("true"));
    let all = answer.headers.get_all("access-control-allow-origin");
    assert_eq!(all.iter().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_listed_origins_can_read_answers_of_the_api() {
    let app = app().await;
    for path in PATHS {
        for method in METHODS {
            for origin in LISTED {
                let sent = request(&app, method.clone(), path).header("origin", origin);
                let answer = Answer::of(sent).await;
                assert_allowed(&answer, origin);
                assert!(varies_by_origin(&answer), "{method} {path}");
                assert_eq!(
                    answer.header("access-control-expose-headers"),
                    Some("retry-after, x-request-id"),
                    "{method} {path}"
                );
            }
            for origin in UNLISTED {
                let sent = request(&app, method.clone(), path).header("origin", origin);
                let answer = Answer::of(sent).await;
                assert_eq!(allow_headers(&answer), [""; 0], "{method} {path} {origin}");
                assert!(varies_by_origin(&answer), "{method} {path} {origin}");
            }
            let answer = Answer::of(request(&app, method.clone(), path)).await;
            assert_eq!(allow_headers(&answer), [""; 0], "{method} {path}");
            assert!(varies_by_origin(&answer), "{method} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn preflights_are_answered_for_every_path() {
    let app = app().await;
    for path in PATHS {
        for origin in LISTED {
            let answer = Answer::of(preflight(&app, path, origin)).await;
            assert_eq!((answer.status, answer.body.as_str()), (204, ""), "{path}");
            assert_allowed(&answer, origin);
            let header = |name: &str| answer.header(name);
            let methods = header("access-control-allow-methods");
            assert_eq!(methods, Some("GET, HEAD, POST, PATCH, DELETE"));
            let headers = header("access-control-allow-headers");
            assert_eq!(headers, Some("authorization, content-type"));
            assert_eq!(header("access-control-max-age"), Some("7200"));
            assert!(varies_by_origin(&answer), "{path}");
        }
        for origin in UNLISTED {
            let answer = Answer::of(preflight(&app, path, origin)).await;
            assert_eq!(answer.status, 204, "{path} {origin}");
            assert_eq!(allow_headers(&answer), [""; 0], "{path} {origin}");
            assert!(varies_by_origin(&answer), "{path} {origin}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn listed_origins_can_read_every_kind_of_refusal() {
    let app = TestApp::with(&[
        ("CORS_ORIGINS", LISTED[0]),
        ("RATE_LIMIT_SCALE", "1"),
        ("RATE_LIMIT_LOGIN_IP", "2/1m"),
    ])
    .await;
    let listed = |request: RequestBuilder| request.header("origin", LISTED[0]);
    let login = || app.api().request(Method::POST, "/login");
    let body = json!({ "email": "a@example.com", "password": "not the right password" });
    let mut seen = Vec::new();
    for _ in 0..30 {
        let reply = Reply::of(listed(login().json(&body))).await;
        assert_allowed(&reply.answer, LISTED[0]);
        seen.push(reply.status);
        if reply.status == 429 {
            assert!(reply.answer.header("retry-after").is_some());
            break;
        }
    }
    assert_eq!(seen.first(), Some(&401));
    assert_eq!(seen.last(), Some(&429), "{seen:?}");
    let large = "x".repeat(17 * 1024);
    for (status, sent) in [
        (415, login().header("content-type", "text/plain").body("x")),
        (413, login().json(&json!({ "email": large }))),
        (
            400,
            app.api()
                .request(Method::GET, "/me")
                .header("cookie", "__Host-access=a; __Host-access=b"),
        ),
        (
            421,
            http()
                .get(app.url() + "/api/auth/me")
                .header("host", "evil.example"),
        ),
    ] {
        let reply = Reply::of(listed(sent)).await;
        assert_eq!(reply.status, status);
        assert_allowed(&reply.answer, LISTED[0]);
    }
    // A preflight under another host name gets a 421 like any other request.
    let sent = http()
        .request(Method::OPTIONS, app.url() + "/api/auth/me")
        .header("host", "evil.example")
        .header("access-control-request-method", "GET");
    assert_eq!(Answer::of(listed(sent)).await.status, 421);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_files_and_probes_allow_no_other_origin() {
    let app = app().await;
    for path in [
        "/", "/login", "/account", "/healthz", "/readyz", "/nowhere", "/apix", "/api",
    ] {
        for method in METHODS {
            let sent = request(&app, method.clone(), path).header("origin", LISTED[0]);
            let answer = Answer::of(sent).await;
            assert_eq!(allow_headers(&answer), [""; 0], "{method} {path}");
        }
        let answer = Answer::of(preflight(&app, path, LISTED[0])).await;
        assert_eq!(allow_headers(&answer), [""; 0], "{path}");
        assert_ne!(answer.status, 204, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_origins_nothing_is_allowed() {
    let app = TestApp::start().await;
    for origin in LISTED.into_iter().chain(UNLISTED) {
        for sent in [
            preflight(&app, "/api/auth/me", origin),
            request(&app, Method::GET, "/api/auth/me").header("origin", origin),
        ] {
            let answer = Answer::of(sent).await;
            assert_eq!(allow_headers(&answer), [""; 0], "{origin}");
        }
    }
}

async fn signed_in(app: &TestApp) -> Browser {
    let person = app.person().await;
    let mut browser = app.browser();
    assert_eq!(browser.sign_in(&person).await.path(), "/account");
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_page_uses_the_browsers_cookies_and_an_unlisted_one_changes_nothing() {
    let app = app().await;
    let mut browser = signed_in(&app).await;
    for site in ["same-site", "cross-site"] {
        let sent = browser
            .request(Method::GET, "/api/auth/me")
            .header("origin", LISTED[0])
            .header("sec-fetch-site", site);
        let reply = Reply::from_browser(&mut browser, sent).await;
        assert_eq!(reply.status, 200);
        assert_allowed(&reply.answer, LISTED[0]);
    }
    for origin in UNLISTED.into_iter().filter(|origin| *origin != ORIGIN) {
        let sent = browser
            .request(Method::POST, "/api/auth/logout-all")
            .header("origin", origin)
            .header("sec-fetch-site", "cross-site");
        let reply = Reply::from_browser(&mut browser, sent).await;
        assert_eq!((reply.status, reply.code()), (403, "cross_site_request"));
        assert_eq!(allow_headers(&reply.answer), [""; 0], "{origin}");
    }
    // Two `Origin` headers count as no origin.
    let sent = browser
        .request(Method::POST, "/api/auth/logout-all")
        .header("origin", LISTED[0])
        .header("origin", LISTED[1]);
    let reply = Reply::from_browser(&mut browser, sent).await;
    assert_eq!(reply.status, 403);
    assert_eq!(allow_headers(&reply.answer), [""; 0]);
    // A listed origin may use the API, but no form.
    let sent = browser
        .post_request("/logout")
        .header("origin", LISTED[0])
        .header("sec-fetch-site", "same-site");
    assert_eq!(browser.send(sent).await.status, 403);

    assert!(browser.is_signed_in().await);
    let sent = browser
        .request(Method::POST, "/api/auth/logout")
        .header("origin", LISTED[1])
        .header("sec-fetch-site", "cross-site");
    assert_eq!(Reply::from_browser(&mut browser, sent).await.status, 204);
    assert!(!browser.is_signed_in().await);
}
