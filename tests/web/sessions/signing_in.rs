//! Where a sign-in leads, and which session it replaces.

use chrono::TimeDelta;

use crate::harness::{
    Browser, Person, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_must_change_the_password_can_do_nothing_else() {
    let app = TestApp::start().await;
    let person = app.person().must_change().await;
    let mut browser = app.browser();
    assert_eq!(browser.sign_in(&person).await.path(), "/account/password");
    for path in ["/account", "/account/two-factor"] {
        assert_eq!(browser.visit(path).await.path(), "/account/password");
    }
    browser.visit("/account/password").await;
    let typed = [
        ("current_password", PASSWORD),
        ("new_password", NEW_PASSWORD),
    ];
    assert_eq!(
        browser.submit("/account/password", &typed).await.path(),
        "/account"
    );
    assert_eq!(
        browser.visit("/account/two-factor").await.path(),
        "/account/two-factor"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_is_answered_like_a_wrong_password() {
    let app = TestApp::start().await;
    let (disabled, other) = (app.person().disabled().await, app.person().await);
    let mut browser = app.browser();
    let page = browser.sign_in(&disabled).await;
    assert_eq!(page.status(), 401);
    let wrong = Person {
        password: "not the right password".to_owned(),
        ..other
    };
    assert_eq!(browser.sign_in(&wrong).await.alert(), page.alert());
    let refused = app.api().sign_in(&disabled).await;
    assert_eq!(
        (refused.status, refused.code()),
        (401, "invalid_credentials")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_requested_page_opens_after_signing_in() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut browser = app.browser();
    let page = browser.visit("/account/two-factor").await;
    assert_eq!(page.path_and_query(), "/login?next=%2Faccount%2Ftwo-factor");
    let typed = [("email", person.email.as_str()), ("password", PASSWORD)];
    assert_eq!(
        browser.submit("/login", &typed).await.path(),
        "/account/two-factor"
    );

    for elsewhere in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/%2f/evil",
    ] {
        let mut browser = app.browser();
        let query = crate::harness::browser::urlencoded(&[("next", elsewhere)]);
        browser.visit(&format!("/login?{query}")).await;
        assert_eq!(
            browser.submit("/login", &typed).await.path(),
            "/account",
            "{elsewhere}"
        );
    }
}

/// The reasons why a user's sessions ended, or that they are active, oldest session first.
async fn endings(app: &TestApp, person: &Person) -> Vec<String> {
    let rows = app
        .sql(
            "SELECT coalesce(revoked_reason, 'lives') FROM sessions WHERE user_id::text = $1 ORDER BY created_at",
            &[&person.id.to_string()],
        )
        .await;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Signs in over an active session, with a form that was opened this long ago.
async fn sign_in_over(app: &TestApp, browser: &mut Browser, person: &Person, ago: TimeDelta) {
    let token = browser.csrf_token().await;
    app.wait(ago);
    let fields = [
        ("email", person.email.as_str()),
        ("password", person.password.as_str()),
        ("csrf_token", &token),
    ];
    let page = browser.post("/login", &fields).await;
    assert!(matches!(page.path(), "/account" | "/login/verify"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_ends_the_session_whose_cookies_it_replaces() {
    let app = TestApp::start().await;
    let (first, second) = (app.person().await, app.person().await);
    let (mut browser, mut elsewhere) = (app.browser(), app.browser());
    elsewhere.sign_in(&first).await;
    app.wait(TimeDelta::seconds(1));
    browser.sign_in(&first).await;
    let mut left_behind = browser.clone();

    // The same user again.
    sign_in_over(&app, &mut browser, &first, TimeDelta::seconds(1)).await;
    assert_eq!(endings(&app, &first).await, ["lives", "replaced", "lives"]);
    assert!(!left_behind.is_signed_in().await, "its tokens are dead");
    assert!(browser.is_signed_in().await);

    // Another user, with an expired access token.
    sign_in_over(&app, &mut browser, &second, TimeDelta::minutes(40)).await;
    assert_eq!(
        endings(&app, &first).await,
        ["lives", "replaced", "replaced"]
    );
    assert_eq!(endings(&app, &second).await, ["lives"]);
    assert!(browser.is_signed_in().await);
    assert!(
        elsewhere.is_signed_in().await,
        "another browser is left alone"
    );
    let events = app.audit().await;
    let reported = events.iter().filter(|event| *event == "session_replaced");
    assert_eq!(reported.count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_is_refused_or_waits_for_a_code_ends_nothing_yet() {
    let app = TestApp::start().await;
    let (first, owner) = (app.person().await, app.person().with_totp().await);
    let mut browser = app.browser();
    browser.sign_in(&first).await;
    let token = browser.csrf_token().await;
    let wrong = [
        ("email", first.email.as_str()),
        ("password", "not the right password"),
        ("csrf_token", &token),
    ];
    assert_eq!(browser.post("/login", &wrong).await.status(), 401);
    assert_eq!(endings(&app, &first).await, ["lives"]);

    sign_in_over(&app, &mut browser, &owner, TimeDelta::zero()).await;
    assert_eq!(endings(&app, &first).await, ["lives"]);
    browser.visit("/login/verify").await;
    let code = owner.code();
    let page = browser.submit("/login/verify", &[("code", &code)]).await;
    assert_eq!(page.path(), "/account");
    assert_eq!(endings(&app, &first).await, ["replaced"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn registering_and_resetting_end_the_replaced_session_too() {
    let app = TestApp::start().await;
    let first = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&first).await;
    let token = browser.csrf_token().await;
    let fields = [
        ("email", "newcomer@example.com"),
        ("password", PASSWORD),
        ("csrf_token", &token),
    ];
    assert_eq!(browser.post("/register", &fields).await.path(), "/account");
    assert_eq!(endings(&app, &first).await, ["replaced"]);

    app.wait(TimeDelta::seconds(1));
    let mut browser = app.browser();
    browser.sign_in(&first).await;
    let other = app.person().await;
    let body = serde_json::json!({ "email": other.email });
    app.api().post("/forgot-password", body).await;
    let mail = app.post.mail(&other.email, "Reset").await;
    browser.visit(&mail.link()).await;
    let typed = [("new_password", NEW_PASSWORD)];
    let page = browser.submit("/reset-password", &typed).await;
    assert_eq!(page.path(), "/account");
    assert_eq!(endings(&app, &first).await, ["replaced", "replaced"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_by_the_api_ends_no_session() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    let body = serde_json::json!({ "email": person.email, "password": person.password });
    let request = browser
        .request(reqwest::Method::POST, "/api/auth/login")
        .header("sec-fetch-site", "same-origin")
        .json(&body);
    assert_eq!(browser.send(request).await.status, 200);
    assert_eq!(endings(&app, &person).await, ["lives", "lives"]);
    assert!(browser.is_signed_in().await);
}
