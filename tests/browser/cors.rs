//! Two web apps of other origins in one browser: one is listed in `CORS_ORIGINS`, one is not.
//!
//! All three share a site (another port is another origin, but not another site), so the browser sends its
//! cookies with every call. Only CORS and the check of the origin protect the user here.

use serde_json::Value;

use crate::driver::{Driver, Scripts};
use crate::mail::MailServer;
use crate::other_origin::{call, origin};
use crate::server::Server;

const JSON: &str = "application/json";

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_app_calls_the_api_and_an_unlisted_one_cannot() {
    let (listed, unlisted) = (origin(), origin());
    let mail = MailServer::start();
    let server = Server::start_with(&mail, &[("CORS_ORIGINS", &listed)]).await;
    let driver = Driver::start();
    let browser = driver.browser("cors", Scripts::On).await;
    let api = |call: &str| server.url(&format!("/api/auth{call}"));
    browser.open(&server.url("/register")).await;
    let fields = [
        ("email", "robin@example.org"),
        ("password", "seven herons over the weir"),
    ];
    browser.submit("/register", &fields).await;
    browser.assert_at("/account").await;

    // The app can read nothing and change nothing, neither with a call that needs no preflight nor with
    // one that does.
    browser.open(&unlisted).await;
    for (method, path, media_type) in [
        ("GET", "/me", ""),
        ("GET", "/sessions", ""),
        ("POST", "/logout", ""),
        ("POST", "/logout-all", "text/plain"),
        ("POST", "/logout-all", JSON),
        (
            "DELETE",
            "/sessions/00000000-0000-0000-0000-000000000000",
            "",
        ),
    ] {
        let answer = call(&browser, method, &api(path), media_type).await;
        assert_eq!(answer["error"], "TypeError", "{method} {path}: {answer}");
        assert_eq!(answer["status"], Value::Null, "{method} {path}");
    }

    browser.open(&listed).await;
    let me = call(&browser, "GET", &api("/me"), "").await;
    assert_eq!(me["status"], 200, "{me}");
    let body = me["body"].as_str().expect("a body");
    assert!(body.contains("robin@example.org"), "{body}");
    assert_eq!(me["id"].as_str().map(str::len), Some(32), "{me}");
    assert_eq!(me["hidden"], Value::Null, "only what is exposed");
    // The app can read a refusal after a preflight, including its body.
    let path = "/sessions/00000000-0000-0000-0000-000000000000";
    let refused = call(&browser, "DELETE", &api(path), "").await;
    assert_eq!(refused["status"], 404, "{refused}");
    let body = refused["body"].as_str().expect("a body");
    assert!(body.contains("\"code\":\"not_found\""), "{body}");
    // The pair is rotated into the browser's cookies, and signing out ends the session.
    let refreshed = call(&browser, "POST", &api("/refresh"), "").await;
    assert_eq!(refreshed["status"], 200, "{refreshed}");
    let left = call(&browser, "POST", &api("/logout"), JSON).await;
    assert_eq!(left["status"], 204, "{left}");
    browser.open(&server.url("/account")).await;
    browser.assert_at("/login").await;
    // The console lists the refused calls of the apps, and nothing else.
    let of_unlisted = format!("from origin '{unlisted}' has been blocked by CORS policy");
    browser
        .close_where(|entry| {
            let message = entry["message"].as_str().unwrap_or_default();
            message.contains(&of_unlisted)
                || message.contains("net::ERR_FAILED")
                || message.contains("responded with a status of 404")
        })
        .await;
    drop(driver);
    server.stop();
}
