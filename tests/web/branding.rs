//! A service under the operator's own name: its pages, mails, authenticator apps and rule for passwords.

use std::{env::temp_dir, fs, process};

use reqwest::Method;
use serde_json::json;

use crate::harness::{TestApp, answer::Answer, browser::http, people::PASSWORD};

const NAME: &str = "Blue-Harbour Bank: <Öst>";

async fn app() -> TestApp {
    TestApp::with(&[
        ("SITE_NAME", NAME),
        ("SITE_SUPPORT_URL", "mailto:help@example.org"),
        ("SITE_PRIVACY_URL", "https://example.org/privacy"),
    ])
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_mails_have_the_name_and_the_links() {
    let app = app().await;
    for path in [
        "/login",
        "/register",
        "/forgot-password",
        "/nowhere",
        "/not-me?token=x",
    ] {
        let page = app.browser().visit(path).await;
        let page = page.html();
        assert!(
            page.contains("Blue-Harbour Bank: &#60;Öst&#62;</title>"),
            "{}",
            page
        );
        assert!(page.contains("https://example.org/privacy"), "{}", page);
        assert!(!page.contains("Vestibule"), "{}", page);
    }
    let body = json!({ "email": "new@example.com", "password": PASSWORD });
    assert_eq!(app.api().post("/register", body).await.status, 201);
    let mail = app.post.mail("new@example.com", NAME).await.text();
    assert!(mail.contains("Help: help@example.org"), "{mail}");
    assert!(!mail.contains("Vestibule"), "{mail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authenticator_app_shows_the_name() {
    let app = app().await;
    let person = app.person().verified().await;
    let api = app.api();
    let api = api.with(&api.sign_in(&person).await);
    let enrolment = api
        .post("/mfa/totp/enroll", json!({ "password": PASSWORD }))
        .await;
    let url = url::Url::parse(enrolment.text("otpauth_uri")).unwrap();
    let issuer = url
        .query_pairs()
        .find(|(name, _)| name == "issuer")
        .unwrap()
        .1
        .into_owned();
    assert_eq!(issuer, "Blue-Harbour Bank  <Öst> (auth.example.com)");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_password_is_little_more_than_the_name() {
    let (named, other) = (app().await, TestApp::start().await);
    for (at, password) in ["Blue-Harbour Bank 2026", "blueharbourbankost7"]
        .iter()
        .enumerate()
    {
        let email = format!("new{at}@example.com");
        let body = json!({ "email": email, "password": password });
        let refused = named.api().post("/register", body).await;
        assert_eq!(refused.status, 422, "{password} {refused:?}");
        assert!(
            refused
                .body
                .to_string()
                .contains("the name of this service"),
            "{refused:?}"
        );
    }
    let body = json!({ "email": "new@example.com", "password": "vestibulevestibule" });
    assert_eq!(named.api().post("/register", body).await.status, 422);
    let body = json!({ "email": "new@example.com", "password": "blueharbourbankost7" });
    let elsewhere = other.api().post("/register", body).await;
    assert!(
        !elsewhere
            .body
            .to_string()
            .contains("the name of this service"),
        "{elsewhere:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_logo_and_the_accent_are_served_under_their_hashes() {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><circle r=\"3\"/></svg>";
    let file = temp_dir().join(format!("vestibule-logo-{}.svg", process::id()));
    fs::write(&file, svg).unwrap();
    let logo = file.to_str().unwrap();
    let app = TestApp::with(&[("SITE_LOGO_FILE", logo), ("SITE_ACCENT", "#0b5394")]).await;
    fs::remove_file(&file).unwrap();
    let page = app.browser().visit("/login").await;
    let path = |of: &str| {
        let start = format!("/static/{of}.");
        let found = page.html().split('"').find(|part| part.starts_with(&start));
        found.unwrap().to_owned()
    };
    for (path, kind, body) in [
        (path("logo"), "image/svg+xml; charset=utf-8", svg),
        (
            path("accent"),
            "text/css; charset=utf-8",
            "--accent: #0b5394;",
        ),
    ] {
        assert_eq!(path.split('.').nth(1).unwrap().len(), 12, "{path}");
        for method in [Method::GET, Method::HEAD] {
            let request = app.browser().request(method.clone(), &path);
            let answer = Answer::of(request).await;
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.header("content-type"), Some(kind));
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(
                answer.header("cache-control"),
                Some("public, max-age=31536000, immutable")
            );
            let policy = answer.header("content-security-policy").unwrap();
            assert!(policy.starts_with("default-src 'none'; "), "{policy}");
            assert_eq!(
                policy.ends_with("; sandbox"),
                kind == "image/svg+xml; charset=utf-8",
                "{policy}"
            );
            assert!(
                method == Method::HEAD || answer.body.contains(body),
                "{answer:?}"
            );
        }
    }
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.contains("style-src 'self'; img-src 'self'"),
        "{policy}"
    );
    let other = path("logo").replace("/static/logo.", "/static/logo.0");
    let missing = http()
        .get(app.url() + &other)
        .header("host", "auth.example.com");
    assert_eq!(Answer::of(missing).await.status, 404);
}
