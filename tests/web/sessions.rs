//! Staying signed in, and ceasing to be.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::Value;

use crate::harness::{
    Reply, TestApp,
    cookie::SetCookie,
    people::{NEW_PASSWORD, PASSWORD},
};

const PAIR: [&str; 2] = ["__Host-access", "__Host-refresh"];

/// The last `Set-Cookie` of each token cookie.
fn pair_of(cookies: &[SetCookie]) -> [SetCookie; 2] {
    PAIR.map(|name| {
        let mut set = cookies.iter().rev().filter(|cookie| cookie.name == name);
        set.next()
            .unwrap_or_else(|| panic!("{name} is not set: {cookies:?}"))
            .clone()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn remembered_browsers_stay_signed_in_when_they_close() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let typed = [
        ("email", person.email.as_str()),
        ("password", PASSWORD),
        ("remember_me", "on"),
    ];
    let mut browser = app.browser();
    browser.visit("/login").await;
    let page = browser.submit("/login", &typed).await;
    let [access, refresh] = pair_of(&page.set_cookies());
    assert_eq!(
        (access.max_age, refresh.max_age),
        (Some(1800), Some(604_800))
    );
    browser.jar.close();
    assert!(browser.is_signed_in().await);

    let mut forgetful = app.browser();
    let page = forgetful.sign_in(&person).await;
    let [access, refresh] = pair_of(&page.set_cookies());
    assert_eq!((access.max_age, refresh.max_age), (None, None));
    assert!(forgetful.is_signed_in().await);
    forgetful.jar.close();
    assert!(!forgetful.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn remembering_outlives_the_second_factor_and_the_refresh() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let mut browser = app.browser();
    browser.visit("/login").await;
    let typed = [
        ("email", owner.email.as_str()),
        ("password", PASSWORD),
        ("remember_me", "on"),
    ];
    browser.submit("/login", &typed).await;
    let page = browser
        .submit("/login/verify", &[("code", &owner.code())])
        .await;
    assert_eq!(pair_of(&page.set_cookies())[1].max_age, Some(604_800));

    app.wait(TimeDelta::days(6));
    browser.jar.close();
    let page = browser.visit("/account").await;
    assert_eq!(page.path(), "/account");
    assert_eq!(pair_of(&page.set_cookies())[1].max_age, Some(604_800));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_after_a_week_away_and_after_thirty_days_at_most() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut away = app.browser();
    let mut busy = app.browser();
    away.sign_in(&person).await;
    busy.sign_in(&person).await;
    for day in 1..30 {
        app.wait(TimeDelta::days(1));
        assert!(busy.is_signed_in().await, "day {day}");
    }
    assert!(!away.is_signed_in().await);
    app.wait(TimeDelta::days(1));
    assert!(!busy.is_signed_in().await, "day 30");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_sent_with_an_expired_access_token_loses_nothing() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    browser.visit("/account/password").await;
    app.wait(TimeDelta::minutes(45));
    let typed = [
        ("current_password", PASSWORD),
        ("new_password", NEW_PASSWORD),
    ];
    let page = browser.submit("/account/password", &typed).await;
    assert_eq!(
        (page.status(), page.path()),
        (200, "/account"),
        "{}",
        page.alert()
    );
    pair_of(&page.set_cookies());
    assert!(browser.is_signed_in().await);
    let changed = person_with(&person.email, NEW_PASSWORD);
    let mut elsewhere = app.browser();
    elsewhere.visit("/login").await;
    let page = elsewhere.submit("/login", &changed).await;
    assert_eq!(page.path(), "/account", "the new password was taken");
}

fn person_with<'a>(email: &'a str, password: &'a str) -> [(&'a str, &'a str); 2] {
    [("email", email), ("password", password)]
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_that_load_at_once_are_all_signed_in() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    app.wait(TimeDelta::minutes(32));

    let mut tabs = vec![browser; 12];
    let pages = join_all(tabs.iter_mut().map(|tab| tab.visit("/account"))).await;
    let successors: Vec<String> = pages
        .iter()
        .map(|page| {
            assert_eq!(page.path(), "/account");
            pair_of(&page.set_cookies())[1].value.clone()
        })
        .collect();
    assert!(
        successors.iter().all(|token| *token == successors[0]),
        "one successor for all"
    );
    let rotations = app.sql("SELECT generation FROM sessions", &[]).await;
    assert_eq!(rotations[0].get::<_, i64>(0), 1);
    // Whichever answer came last, its cookies work.
    app.wait(TimeDelta::minutes(32));
    assert!(tabs[7].is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_comes_back_late_ends_every_session() {
    let app = TestApp::with(&[("REFRESH_GRACE_SECONDS", "0")]).await;
    let person = app.person().await;
    let mut owner = app.browser();
    let mut elsewhere = app.browser();
    owner.sign_in(&person).await;
    elsewhere.sign_in(&person).await;
    let mut thief = owner.clone();

    app.wait(TimeDelta::minutes(32));
    assert!(owner.is_signed_in().await);
    assert!(!thief.is_signed_in().await);
    assert!(!owner.is_signed_in().await);
    assert!(!elsewhere.is_signed_in().await);
    app.post.mail(&person.email, "signed out").await;
    assert!(
        app.audit()
            .await
            .contains(&"refresh_token_replayed".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_the_password_keeps_this_browser_alone() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let (mut here, mut there) = (app.browser(), app.browser());
    here.sign_in(&person).await;
    there.sign_in(&person).await;
    let before = here.jar.value("__Host-refresh").map(str::to_owned);

    here.visit("/account/password").await;
    let typed = [
        ("current_password", "not my password"),
        ("new_password", NEW_PASSWORD),
    ];
    let page = here.submit("/account/password", &typed).await;
    assert_eq!((page.status(), page.path()), (401, "/account/password"));
    let typed = [("current_password", PASSWORD), ("new_password", PASSWORD)];
    assert_eq!(here.submit("/account/password", &typed).await.status(), 422);
    let typed = [
        ("current_password", PASSWORD),
        ("new_password", NEW_PASSWORD),
    ];
    assert_eq!(
        here.submit("/account/password", &typed).await.path(),
        "/account"
    );

    assert_ne!(here.jar.value("__Host-refresh").map(str::to_owned), before);
    assert!(here.is_signed_in().await);
    assert!(!there.is_signed_in().await);
    app.wait(TimeDelta::minutes(32));
    assert!(here.is_signed_in().await, "its refresh token lives on");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_must_change_the_password_can_do_nothing_else() {
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
async fn a_disabled_account_reads_like_a_wrong_password() {
    let app = TestApp::start().await;
    let (disabled, other) = (app.person().disabled().await, app.person().await);
    let mut browser = app.browser();
    let page = browser.sign_in(&disabled).await;
    assert_eq!(page.status(), 401);
    let wrong = crate::harness::Person {
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
async fn signing_out_ends_this_session_and_no_other() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let (mut here, mut there) = (app.browser(), app.browser());
    here.sign_in(&person).await;
    there.sign_in(&person).await;
    let mut copy = here.clone();

    let page = here.submit("/logout", &[]).await;
    assert_eq!(page.path(), "/login");
    let answer = &page.redirects[0];
    assert_eq!(
        answer.header("clear-site-data"),
        Some("\"cache\", \"storage\"")
    );
    for cookie in pair_of(&answer.set_cookies()) {
        assert_eq!((cookie.max_age, cookie.value.as_str()), (Some(0), ""));
    }
    assert!(!here.is_signed_in().await);
    assert!(
        !copy.is_signed_in().await,
        "the tokens are dead, not only forgotten"
    );
    assert!(there.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_cannot_sign_anybody_out() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    assert_eq!(browser.visit("/logout").await.status(), 405);
    assert!(browser.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_everywhere_reaches_browsers_and_programs() {
    let app = TestApp::start().await;
    let (person, stranger) = (app.person().await, app.person().await);
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    let program = app.api().sign_in(&person).await;
    let other = app.api().sign_in(&stranger).await;

    let signed_out = app
        .api()
        .with(&program)
        .post("/logout-all", Value::Null)
        .await;
    assert_eq!(signed_out.status, 204);
    assert!(!browser.is_signed_in().await);
    assert_eq!(app.api().with(&program).get("/me").await.status, 401);
    assert_eq!(
        app.api()
            .refresh(program.text("refresh_token"))
            .await
            .status,
        401
    );
    assert_eq!(app.api().with(&other).get("/me").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_from_a_browser_gets_its_pair_in_cookies_alone() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    let request = browser
        .request(reqwest::Method::POST, "/api/auth/refresh")
        .header("sec-fetch-site", "same-origin");
    let refreshed = Reply::from_browser(&mut browser, request).await;
    assert_eq!(refreshed.status, 200);
    assert_eq!(refreshed.body.get("access_token"), None);
    assert_eq!(refreshed.body.get("refresh_token"), None);
    pair_of(&refreshed.answer.set_cookies());
    assert!(browser.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bearer_beside_a_cookie_is_refused() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let pair = app.api().sign_in(&person).await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    let request = browser
        .request(reqwest::Method::GET, "/api/auth/me")
        .bearer_auth(pair.text("access_token"));
    let refused = Reply::from_browser(&mut browser, request).await;
    assert_eq!(refused.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_asked_for_opens_after_signing_in() {
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
