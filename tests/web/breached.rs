//! Passwords from known data breaches: refused in every form, and found later if the look-up failed.

use std::time::Duration;

use serde_json::json;

use crate::harness::{
    Person, TestApp,
    breaches::BreachServer,
    people::{NEW_PASSWORD, PASSWORD},
};

/// Accepted by every other rule.
const BREACHED: &str = "cobalt walrus ninety lanterns";
const WHY: &str = "in a list of passwords that were stolen elsewhere";

async fn token_for(app: &TestApp, call: &str, person: &Person, subject: &str) -> String {
    let asked = app.api().post(call, json!({ "email": person.email })).await;
    assert_eq!(asked.status, 202);
    let link = app.post.mail(&person.email, subject).await.link();
    link.split_once("token=").unwrap().1.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_refuses_a_breached_password() {
    let known = BreachServer::knowing(&[BREACHED]).await;
    let app = TestApp::with(&known.settings()).await;
    let person = app.person().await;
    let signed_in = app.api().sign_in(&person).await;
    let reset = token_for(&app, "/forgot-password", &person, "Reset").await;
    let claim = token_for(&app, "/resend-verification", &person, "Verify").await;
    let calls = [
        (
            "/register",
            "password",
            json!({ "email": "new@example.com", "password": BREACHED }),
        ),
        (
            "/reset-password",
            "new_password",
            json!({ "token": reset, "new_password": BREACHED }),
        ),
        (
            "/verify-email",
            "new_password",
            json!({ "token": claim, "new_password": BREACHED }),
        ),
        (
            "/change-password",
            "new_password",
            json!({ "current_password": PASSWORD, "new_password": BREACHED }),
        ),
    ];
    for (call, field, body) in calls {
        let api = match call {
            "/change-password" => app.api().with(&signed_in),
            _ => app.api(),
        };
        let reply = api.post(call, body).await;
        assert_eq!(reply.status, 422, "{call} {reply:?}");
        let reported = reply.body["errors"][field][0].as_str().unwrap_or_default();
        assert!(reported.contains(WHY), "{call} {reply:?}");
    }

    let mut browser = app.browser();
    browser.visit("/register").await;
    let fields = [("email", "new@example.com"), ("password", BREACHED)];
    let page = browser.submit("/register", &fields).await;
    assert_eq!(
        (page.status(), page.html().contains(WHY)),
        (422, true),
        "register"
    );
    browser
        .visit(&format!("/reset-password?token={reset}"))
        .await;
    let page = browser
        .submit("/reset-password", &[("new_password", BREACHED)])
        .await;
    assert_eq!(
        (page.status(), page.html().contains(WHY)),
        (422, true),
        "reset"
    );
    browser.visit(&format!("/verify-email?token={claim}")).await;
    let page = browser
        .submit("/verify-email", &[("new_password", BREACHED)])
        .await;
    assert_eq!(
        (page.status(), page.html().contains(WHY)),
        (422, true),
        "claim"
    );
    browser.sign_in(&person).await;
    browser.visit("/account/password").await;
    let fields = [("current_password", PASSWORD), ("new_password", BREACHED)];
    let page = browser.submit("/account/password", &fields).await;
    assert_eq!(
        (page.status(), page.html().contains(WHY)),
        (422, true),
        "change"
    );

    let body = json!({ "token": reset, "new_password": NEW_PASSWORD });
    let good = app.api().post("/reset-password", body).await;
    assert_eq!(good.status, 200, "the link lives on: {good:?}");
}

async fn is_checked(app: &TestApp, email: &str) -> bool {
    let sql = "SELECT password_breach_checked_at IS NOT NULL FROM users WHERE email = $1";
    app.sql(sql, &[&email]).await[0].get(0)
}

async fn until_checked(app: &TestApp, email: &str) {
    let patience = Duration::from_secs(10);
    let checked = tokio::time::timeout(patience, async {
        while !is_checked(app, email).await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    checked.await.expect("the check is made up for");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_lookup_is_repeated_at_the_next_sign_in() {
    let known = BreachServer::knowing(&[BREACHED]).await;
    let app = TestApp::with(&known.settings()).await;
    known.go_down(true);
    let email = "late@example.com";
    let body = json!({ "email": email, "password": BREACHED });
    assert_eq!(
        app.api().post("/register", body.clone()).await.status,
        201,
        "fails open"
    );
    assert_eq!(app.api().post("/login", body.clone()).await.status, 200);
    assert!(!is_checked(&app, email).await, "still down");

    known.go_down(false);
    let pair = app.api().post("/login", body.clone()).await;
    assert_eq!(pair.status, 200, "the sign-in itself does not wait");
    until_checked(&app, email).await;
    let refused = app.api().with(&pair).get("/sessions").await;
    assert_eq!(
        (refused.status, refused.code()),
        (403, "password_change_required")
    );
    app.post.mail(email, "is known to others").await;
    let found = app
        .audit()
        .await
        .into_iter()
        .filter(|e| e == "password_found_breached");
    assert_eq!(found.count(), 1);

    let asked = known.asked();
    let pair = app.api().post("/login", body).await;
    let body = json!({ "current_password": BREACHED, "new_password": NEW_PASSWORD });
    let changed = app.api().with(&pair).post("/change-password", body).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.body["user"]["password_must_change"], false);
    assert_eq!(
        known.asked(),
        asked + 1,
        "asked at the change, not at the sign-in"
    );
    assert!(is_checked(&app, email).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_password_is_looked_up_once() {
    let known = BreachServer::knowing(&[BREACHED]).await;
    let app = TestApp::with(&known.settings()).await;
    let person = app.person().await;
    app.api().sign_in(&person).await;
    until_checked(&app, &person.email).await;
    app.api().sign_in(&person).await;
    let pair = app.api().sign_in(&person).await;
    assert_eq!(app.api().with(&pair).get("/sessions").await.status, 200);
    assert_eq!(known.asked(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_breach_check_is_off_in_development() {
    let app = TestApp::start().await;
    assert!(!app.services().breaches.are_looked_up());
    let body = json!({ "email": "new@example.com", "password": BREACHED });
    assert_eq!(app.api().post("/register", body).await.status, 201);
}
