//! The routes that are open to anyone, listed by hand. Other tests take from the declaration of a route
//! who may use it; a route that is declared open by mistake fails here (ASVS 8.2.1).

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;
use vestibule::internals::web::{guard::Guard, routes};

use super::matrix::{filled_in, methods};
use crate::harness::{TestApp, answer::Answer, browser::urlencoded, settings::ORIGIN};

const PAGES: [&str; 22] = [
    "/",
    "/.well-known/change-password",
    "/.well-known/passkey-endpoints",
    "/.well-known/webauthn",
    "/account/restore",
    "/confirm-email",
    "/forgot-password",
    "/invitation",
    "/login",
    "/login/lost-factor",
    "/login/passkey",
    "/login/verify",
    "/login/verify/phone",
    "/logout",
    "/not-me",
    "/password-strength",
    "/recover",
    "/register",
    "/reset-password",
    "/unlock",
    "/verify-email",
    "/verify-email/resend",
];

const CALLS: [&str; 17] = [
    "/api/auth/accept-invitation",
    "/api/auth/confirm-email",
    "/api/auth/forgot-password",
    "/api/auth/login",
    "/api/auth/login/mfa",
    "/api/auth/login/mfa/phone",
    "/api/auth/login/passkey",
    "/api/auth/login/passkey/options",
    "/api/auth/logout",
    "/api/auth/not-me",
    "/api/auth/refresh",
    "/api/auth/register",
    "/api/auth/resend-verification",
    "/api/auth/reset-password",
    "/api/auth/restore-account",
    "/api/auth/unlock",
    "/api/auth/verify-email",
];

#[test]
fn only_the_listed_routes_are_declared_open() {
    let pages = routes::page_paths().map(|(path, guard)| (path.to_owned(), guard));
    let open: BTreeSet<String> = pages
        .chain(routes::api_paths())
        .filter(|(_, guard)| *guard == Guard::Anyone)
        .map(|(path, _)| path)
        .collect();
    let listed = PAGES.into_iter().chain(CALLS).map(str::to_owned);
    assert_eq!(open, listed.collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_route_refuses_unauthenticated_clients() {
    let app = TestApp::start().await;
    for (path, _) in routes::api_paths() {
        if CALLS.contains(&path.as_str()) {
            continue;
        }
        for method in methods(&app, &path).await {
            let request = app.api().request_at(method.clone(), &filled_in(&path));
            let answer = Answer::of(request.json(&json!({}))).await;
            assert_eq!(answer.status, 401, "{method} {path}: {answer:?}");
        }
    }
    let mut browser = app.browser();
    let token = browser.csrf_token().await;
    let closed: Vec<&str> = routes::page_paths()
        .map(|(path, _)| path)
        .filter(|path| !PAGES.contains(path))
        .collect();
    for path in &closed {
        for method in methods(&app, path).await {
            let request = match method {
                Method::POST => browser
                    .post_request(&filled_in(path))
                    .header("origin", ORIGIN)
                    .body(urlencoded(&[("csrf_token", &token)])),
                _ => browser.request(method.clone(), &filled_in(path)),
            };
            let answer = browser
                .send(request.header("sec-fetch-site", "same-origin"))
                .await;
            let leads_to = answer.header("location").unwrap_or_default();
            let leads_to = leads_to.split('?').next().unwrap_or_default();
            assert_eq!(answer.status, 303, "{method} {path}: {answer:?}");
            // The path of a form, opened by itself, leads to its page, which refuses in turn.
            let is_closed_page = method != Method::POST && closed.contains(&leads_to);
            assert!(
                leads_to == "/login" || is_closed_page,
                "{method} {path}: {leads_to}"
            );
        }
    }
}
