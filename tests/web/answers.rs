//! Properties of every answer: headers, hosts, and errors in the format of the pages or of the API.
//!
//! The harness checks the headers of every answer (`Answer::assert_hardened`), so these tests only need to
//! request one of each kind.

use reqwest::Method;

use crate::harness::{
    Reply, TestApp,
    answer::Answer,
    browser::http,
    settings::{HOST, ORIGIN},
};

async fn answer(app: &TestApp, method: Method, path: &str) -> Answer {
    let request = http().request(method, app.url() + path);
    Answer::of(request.header("host", HOST)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_answer_under_any_host() {
    let app = TestApp::start().await;
    for path in ["/healthz", "/readyz"] {
        let request = http().get(app.url() + path);
        let answer = Answer::of(request.header("host", "10.1.2.3")).await;
        assert_eq!(answer.status, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_answer_head_as_well() {
    let app = TestApp::start().await;
    for path in ["/healthz", "/readyz", "/login"] {
        assert_eq!(answer(&app, Method::HEAD, path).await.status, 200, "{path}");
    }
    let api = app.api();
    let api = api.with(&api.sign_in(&app.person().await).await);
    let me = Answer::of(api.request(Method::HEAD, "/me")).await;
    assert_eq!(me.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_hosts_are_misdirected() {
    let app = TestApp::start().await;
    for host in [
        "evil.example",
        "auth.example.com.evil.example",
        "auth.example.com:8443",
    ] {
        let page = Answer::of(http().get(app.url() + "/login").header("host", host)).await;
        assert_eq!(page.status, 421, "{host}");
        assert!(page.body.contains("<h1>"), "{}", page.body);
        let way = format!("href=\"{ORIGIN}/\"");
        assert!(
            page.body.matches(&way).count() == 2,
            "it leads to the right name: {}",
            page.body
        );
        let stylesheet = page.body.split('"').find(|part| part.contains(".css"));
        let url = app.url() + stylesheet.expect("a stylesheet");
        let served = Answer::of(http().get(url).header("host", host)).await;
        assert_eq!(served.status, 200, "the page's own files are served");
        let request = http().get(app.url() + "/api/auth/me").header("host", host);
        let call = Reply::of(request).await;
        assert_eq!((call.status, call.code()), (421, "misdirected_request"));
    }
    for host in ["auth.example.com:443", "AUTH.example.com"] {
        let page = Answer::of(http().get(app.url() + "/login").header("host", host)).await;
        assert_eq!(page.status, 200, "{host}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_pages_or_problem_documents() {
    let app = TestApp::start().await;
    for (method, path, status) in [
        (Method::GET, "/nowhere", 404),
        (Method::GET, "/account/nowhere", 404),
        (Method::GET, "/static/nowhere.css", 404),
        (Method::PUT, "/login", 405),
        (Method::DELETE, "/account", 405),
        (Method::GET, "/logout", 405),
        (Method::POST, "/nowhere", 404),
    ] {
        let page = answer(&app, method.clone(), path).await;
        assert_eq!(page.status, status, "{method} {path}");
        assert_eq!(
            page.header("content-type"),
            Some("text/html; charset=utf-8"),
            "{path}"
        );
        let id = page.header("x-request-id").unwrap();
        assert!(
            page.body.contains(id),
            "{method} {path} does not tell its reference"
        );
        if status == 405 {
            assert!(
                page.header("allow").is_some(),
                "{method} {path} (RFC 9110, 15.5.6)"
            );
        }
    }
    for (method, path, status, code) in [
        (Method::GET, "/nowhere", 404, "not_found"),
        (Method::GET, "/login", 405, "method_not_allowed"),
        (Method::PUT, "/me", 405, "method_not_allowed"),
        (Method::GET, "/me", 401, "unauthorized"),
        (Method::POST, "/logout-all", 401, "unauthorized"),
    ] {
        let reply = Reply::of(app.api().request(method.clone(), path)).await;
        assert_eq!(
            (reply.status, reply.code()),
            (status, code),
            "{method} {path}"
        );
    }
    let outside = Reply::of(http().get(app.url() + "/api/nowhere").header("host", HOST)).await;
    assert_eq!((outside.status, outside.code()), (404, "not_found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_the_wrong_kind_or_size_are_refused() {
    let app = TestApp::start().await;
    let large = "x".repeat(17 * 1024);
    let mut browser = app.browser();
    browser.visit("/login").await;
    let post = |kind: &'static str| {
        let origin = browser
            .request(Method::POST, "/login")
            .header("origin", ORIGIN);
        origin
            .header("sec-fetch-site", "same-origin")
            .header("content-type", kind)
    };
    assert_eq!(Answer::of(post("text/plain").body("a=b")).await.status, 415);
    assert_eq!(
        Answer::of(post("application/json").body("{}")).await.status,
        415
    );
    let form = "application/x-www-form-urlencoded";
    let body = format!("email={large}");
    let page = Answer::of(post(form).body(body)).await;
    assert_eq!(page.status, 413);
    assert!(page.body.contains("<h1>"), "{}", page.body);

    let call = |kind: &str| {
        app.api()
            .request(Method::POST, "/login")
            .header("content-type", kind)
    };
    let reply = Reply::of(call("text/plain").body("{}")).await;
    assert_eq!(
        (reply.status, reply.code()),
        (415, "unsupported_media_type")
    );
    let reply = Reply::of(call(form).body("a=b")).await;
    assert_eq!(
        (reply.status, reply.code()),
        (415, "unsupported_media_type")
    );
    let body = format!(r#"{{"email": "{large}"}}"#);
    let reply = Reply::of(call("application/json").body(body)).await;
    assert_eq!((reply.status, reply.code()), (413, "payload_too_large"));
    let reply = Reply::of(call("application/json; charset=utf-8").body("{}")).await;
    assert_eq!((reply.status, reply.code()), (422, "invalid_input"));
}

#[tokio::test(flavor = "multi_thread")]
async fn static_files_are_cached_and_pages_are_not() {
    let app = TestApp::start().await;
    let mut browser = app.browser();
    let page = browser.visit("/login").await;
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let href = page
        .html()
        .split('"')
        .find(|part| part.starts_with("/static/"));
    let path = href.expect("a stylesheet").to_owned();
    let file = answer(&app, Method::GET, &path).await;
    assert_eq!(file.status, 200);
    assert_eq!(
        file.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    assert!(
        file.set_cookies().is_empty(),
        "a cached file must not set cookies"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_home_page_and_the_well_known_path_redirect() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut browser = app.browser();
    assert_eq!(browser.visit("/").await.path(), "/login");
    browser.sign_in(&person).await;
    assert_eq!(browser.visit("/").await.path(), "/account");
    let page = browser.visit("/.well-known/change-password").await;
    assert_eq!(
        (page.path(), page.redirects[0].status),
        ("/account/password", 302)
    );
    assert_eq!(browser.visit("/login").await.path(), "/account");
}
