//! Requests that our pages never send.

use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::harness::{
    Browser, Reply, TestApp,
    answer::Answer,
    browser::{http, urlencoded},
    people::{NEW_PASSWORD, PASSWORD},
    settings::{HOST, ORIGIN},
};

/// Every form with its fields, where [`with_every_form`] starts the service.
pub(crate) const FORMS: [(&str, &[&str]); 28] = [
    ("/register", &["email", "password", "display_name"]),
    ("/login", &["email", "password", "remember_me", "next"]),
    ("/login/verify", &["code", "trust_device"]),
    (
        "/login/passkey",
        &["challenge_token", "credential", "next", "trust_device"],
    ),
    ("/login/verify/phone", &[]),
    ("/reauthenticate/phone", &["next"]),
    (
        "/account/passkeys/add",
        &["challenge_token", "credential", "name"],
    ),
    (
        "/account/passkeys/00000000-0000-0000-0000-000000000000/rename",
        &["name"],
    ),
    (
        "/account/passkeys/00000000-0000-0000-0000-000000000000/remove",
        &[],
    ),
    ("/account/phone", &["phone"]),
    ("/account/phone/confirm", &["code"]),
    ("/account/phone/remove", &[]),
    ("/logout", &[]),
    ("/forgot-password", &["email"]),
    ("/reset-password", &["token", "new_password"]),
    ("/login/lost-factor", &[]),
    ("/recover", &["token", "new_password"]),
    ("/account/recovery/cancel", &[]),
    ("/verify-email", &["token", "password", "new_password"]),
    ("/verify-email/resend", &["email"]),
    ("/account/password", &["current_password", "new_password"]),
    ("/account/two-factor/confirm", &["code"]),
    ("/account/two-factor/disable", &[]),
    ("/account/two-factor/backup-codes", &[]),
    (
        "/account/sessions/trusted/00000000-0000-0000-0000-000000000000/revoke",
        &[],
    ),
    ("/reauthenticate", &["password", "code", "next"]),
    ("/account/sessions/revoke-others", &[]),
    (
        "/account/sessions/00000000-0000-0000-0000-000000000000/revoke",
        &[],
    ),
];

/// A service with phones, whose gateway is never reached.
pub(crate) async fn with_every_form() -> TestApp {
    let gateway = [
        ("SMS_GATEWAY_URL", "http://127.0.0.1:9/"),
        ("SMS_GATEWAY_TOKEN", "token-of-no-gateway"),
    ];
    TestApp::with(&gateway).await
}

async fn signed_in(app: &TestApp) -> Browser {
    let person = app.person().await;
    let mut browser = app.browser();
    assert_eq!(browser.sign_in(&person).await.path(), "/account");
    browser
}

fn from_here(request: RequestBuilder) -> RequestBuilder {
    request
        .header("origin", ORIGIN)
        .header("sec-fetch-site", "same-origin")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_requires_this_browsers_token() {
    let app = with_every_form().await;
    let mut browser = signed_in(&app).await;
    let foreign = app.browser().csrf_token().await;
    for (path, fields) in FORMS {
        for token in [None, Some(String::new()), Some(foreign.clone())] {
            let mut sent: Vec<(&str, String)> = fields
                .iter()
                .map(|name| (*name, PASSWORD.to_owned()))
                .collect();
            sent.extend(token.clone().map(|token| ("csrf_token", token)));
            let request = from_here(browser.post_request(path)).body(urlencoded(&sent));
            let answer = browser.send(request).await;
            assert_eq!(answer.status, 403, "{path} with {token:?}");
            assert!(
                answer.set_cookies().is_empty(),
                "{path} with {token:?}: {answer:?}"
            );
        }
    }
    assert!(browser.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_refuses_submissions_from_another_site() {
    let app = with_every_form().await;
    let mut browser = signed_in(&app).await;
    let token = browser.visit("/account").await;
    let token = token.html().split("csrf_token\" value=\"").nth(1).unwrap();
    let token = token.split('"').next().unwrap().to_owned();
    for (path, _) in FORMS {
        let body = urlencoded(&[("csrf_token", &token)]);
        let post = || browser.post_request(path).body(body.clone());
        for request in [
            post()
                .header("sec-fetch-site", "cross-site")
                .header("origin", ORIGIN),
            post()
                .header("sec-fetch-site", "same-site")
                .header("origin", ORIGIN),
            post().header("origin", "https://evil.example"),
            post().header("origin", "null"),
            post(),
        ] {
            let answer = Answer::of(request).await;
            assert_eq!(answer.status, 403, "{path}");
            assert!(answer.set_cookies().is_empty(), "{path}: {answer:?}");
        }
    }
    assert!(browser.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_with_cookies_comes_from_here_or_from_an_allowed_origin() {
    let app = TestApp::with(&[("CORS_ORIGINS", "https://app.example.com")]).await;
    let mut browser = signed_in(&app).await;
    let call = |browser: &Browser| browser.request(Method::POST, "/api/auth/refresh");
    for origin in ["https://evil.example", "null"] {
        let request = call(&browser)
            .header("origin", origin)
            .header("sec-fetch-site", "cross-site");
        let refused = Reply::from_browser(&mut browser, request).await;
        assert_eq!(
            (refused.status, refused.code()),
            (403, "cross_site_request")
        );
        assert!(refused.answer.set_cookies().is_empty());
    }
    let request = call(&browser)
        .header("origin", "https://app.example.com")
        .header("sec-fetch-site", "same-site");
    assert_eq!(Reply::from_browser(&mut browser, request).await.status, 200);
    // Without a cookie of ours there is nothing to protect.
    let body = json!({ "email": "a@example.com", "password": PASSWORD });
    let request = app.api().request(Method::POST, "/login").json(&body);
    let reply = Reply::of(request.header("origin", "https://evil.example")).await;
    assert_eq!(reply.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_browser_is_checked_by_its_origin() {
    let app = TestApp::start().await;
    let mut browser = signed_in(&app).await;
    browser.visit("/account/password").await;
    let typed = [
        ("current_password", PASSWORD),
        ("new_password", NEW_PASSWORD),
    ];
    let fields = browser.form("/account/password", &typed).filled(&typed);
    let request = browser.post_request("/account/password");
    let answer = browser
        .send(request.header("origin", ORIGIN).body(urlencoded(&fields)))
        .await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some("/account"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planted_cookie_is_refused() {
    let app = TestApp::start().await;
    let mut browser = signed_in(&app).await;
    let access = browser.jar.value("__Host-access").unwrap().to_owned();
    for name in [
        "%5F%5FHost-access",
        "__host-access",
        "access",
        " \t__Host-access",
    ] {
        let request = http()
            .get(app.url() + "/account")
            .header("host", HOST)
            .header("cookie", format!("theme=dark; {name}={access}"));
        assert_eq!(Answer::of(request).await.status, 303, "{name:?}");
    }
    let request = http()
        .get(app.url() + "/account")
        .header("host", HOST)
        .header("cookie", format!("__Host-access={access}"));
    assert_eq!(Answer::of(request).await.status, 200);

    // Two cookies with one name: the right one cannot be told apart.
    for path in ["/account", "/api/auth/me"] {
        let twice = format!("__Host-access={access}; __Host-access={access}");
        let request = http().get(app.url() + path).header("host", HOST);
        assert_eq!(
            Answer::of(request.header("cookie", twice)).await.status,
            400,
            "{path}"
        );
    }
    assert!(browser.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_starts_a_fresh_session_cookie() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut browser = app.browser();
    browser.visit("/login").await;
    let before = browser.csrf_token().await;
    browser.sign_in(&person).await;
    let page = browser.visit("/account").await;
    assert!(
        !page.html().contains(&before),
        "the token from before is worthless"
    );
}
