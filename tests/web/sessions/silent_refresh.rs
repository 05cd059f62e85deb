//! Pages with an expired access token refresh it silently; calls of the API never do.

use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use super::{pair_of, touches_pair};
use crate::harness::{
    Reply, TestApp,
    answer::Answer,
    browser::http,
    people::{NEW_PASSWORD, PASSWORD},
    settings::HOST,
};

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
async fn a_call_from_a_browser_gets_its_pair_in_cookies_alone() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    let request = browser
        .request(Method::POST, "/api/auth/refresh")
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
        .request(Method::GET, "/api/auth/me")
        .bearer_auth(pair.text("access_token"));
    let refused = Reply::from_browser(&mut browser, request).await;
    assert_eq!(refused.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_on_two_nodes_get_one_successor() {
    let app = TestApp::start().await;
    let node = app.another_node();
    let person = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    app.wait(TimeDelta::minutes(32));

    let mut tabs: Vec<_> = (0..12)
        .map(|tab| match tab % 2 {
            0 => browser.clone(),
            _ => browser.at(&node),
        })
        .collect();
    let pages = join_all(tabs.iter_mut().map(|tab| tab.visit("/account"))).await;
    let first = pair_of(&pages[0].set_cookies())[1].value.clone();
    for page in &pages {
        assert_eq!(page.path(), "/account");
        assert_eq!(pair_of(&page.set_cookies())[1].value, first);
    }
    let rotations = app.sql("SELECT generation FROM sessions", &[]).await;
    assert_eq!(rotations[0].get::<_, i64>(0), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn form_input_is_kept_through_a_refresh_even_if_it_is_refused() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    browser.visit("/account/password").await;
    app.wait(TimeDelta::days(6));
    let typed = [
        ("current_password", "not the right password"),
        ("new_password", NEW_PASSWORD),
    ];
    // The form token is still valid; only the password is refused.
    let page = browser.submit("/account/password", &typed).await;
    assert_eq!((page.status(), page.path()), (401, "/account/password"));
    pair_of(&page.set_cookies());
    // The returned page works without reloading.
    let typed = [
        ("current_password", PASSWORD),
        ("new_password", NEW_PASSWORD),
    ];
    let page = browser.submit("/account/password", &typed).await;
    assert_eq!(page.path(), "/account");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_sent_by_two_tabs_at_once_is_signed_in_in_both() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    let other = app.api().sign_in(&person).await;
    browser.visit("/account/sessions").await;
    app.wait(TimeDelta::minutes(32));

    let fields = browser
        .form("/account/sessions/revoke-others", &[])
        .filled(&[]);
    let mut tabs = vec![browser; 6];
    let sent = tabs
        .iter_mut()
        .map(|tab| tab.submit("/account/sessions/revoke-others", &[]));
    // Signed in: the page asks for reauthentication only.
    for page in join_all(sent).await {
        assert_eq!((page.status(), page.path()), (200, "/reauthenticate"));
    }
    let typed = [("password", person.password.as_str())];
    tabs[0].submit("/reauthenticate", &typed).await;
    let sent = tabs
        .iter_mut()
        .map(|tab| tab.post("/account/sessions/revoke-others", &fields));
    for page in join_all(sent).await {
        assert_eq!((page.status(), page.path()), (200, "/account/sessions"));
    }
    let refused = app.api().refresh(other.text("refresh_token")).await;
    assert_eq!(refused.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_never_refresh_silently() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    let program = app.api().sign_in(&person).await;
    app.wait(TimeDelta::minutes(32));

    for (method, path) in [
        (Method::GET, "/api/auth/me"),
        (Method::GET, "/api/auth/sessions"),
        (Method::POST, "/api/auth/logout-all"),
    ] {
        let request = browser
            .request(method.clone(), path)
            .header("sec-fetch-site", "same-origin");
        let reply = Reply::from_browser(&mut browser, request).await;
        assert_eq!((reply.status, reply.code()), (401, "unauthorized"));
        assert!(
            reply.answer.set_cookies().is_empty(),
            "{method} {path} sets cookies: {reply:?}"
        );
        // A bearer is checked alone, whatever other cookies are sent, except the access cookie.
        let refresh = browser.jar.value("__Host-refresh").unwrap().to_owned();
        let request = app.api().with(&program).request_at(method, path);
        let request = request
            .header("cookie", format!("__Host-refresh={refresh}"))
            .header("sec-fetch-site", "same-origin");
        let reply = Reply::of(request).await;
        assert_eq!((reply.status, reply.code()), (401, "unauthorized"));
        assert!(reply.answer.set_cookies().is_empty(), "{path}: {reply:?}");
    }
    let rotations = app.sql("SELECT max(generation) FROM sessions", &[]).await;
    assert_eq!(rotations[0].get::<_, i64>(0), 0, "nothing was rotated");
    assert!(browser.is_signed_in().await);
    // Pages ignore bearer tokens.
    let request = http().get(app.url() + "/account").header("host", HOST);
    let answer = Answer::of(request.bearer_auth(program.text("access_token"))).await;
    assert_eq!(answer.status, 303);
    assert!(!touches_pair(&answer.set_cookies()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_refresh_clears_no_cookies() {
    let app = TestApp::with(&[("REFRESH_GRACE_SECONDS", "0")]).await;
    let person = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    let stale = browser.clone();
    // Another tab has rotated. The token of this one is refused, and no cookies are set.
    app.wait(TimeDelta::minutes(32));
    assert!(browser.is_signed_in().await);
    app.sql(
        "UPDATE sessions SET revoked_at = now(), revoked_reason = 'test'",
        &[],
    )
    .await;

    let mut tab = stale.clone();
    let page = tab.visit("/account").await;
    assert_eq!(page.path(), "/login");
    assert!(!touches_pair(&page.set_cookies()), "{page:?}");
    let mut tab = stale;
    let request = tab
        .request(Method::POST, "/api/auth/refresh")
        .header("sec-fetch-site", "same-origin");
    let refused = Reply::from_browser(&mut tab, request).await;
    assert_eq!((refused.status, refused.code()), (401, "invalid_token"));
    assert!(refused.answer.set_cookies().is_empty(), "{refused:?}");
    let body = json!({ "refresh_token": tab.jar.value("__Host-refresh").unwrap() });
    let request = tab.request(Method::POST, "/api/auth/refresh").json(&body);
    let request = request.header("sec-fetch-site", "same-origin");
    let refused = Reply::from_browser(&mut tab, request).await;
    assert_eq!(refused.status, 401);
    assert!(refused.answer.set_cookies().is_empty(), "{refused:?}");
}
