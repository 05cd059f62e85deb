//! Setting a new password through a mailed link.

use chrono::TimeDelta;
use serde_json::json;

use crate::harness::{
    Person, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

async fn link_for(app: &TestApp, person: &Person) -> String {
    let mut browser = app.browser();
    browser.visit("/forgot-password").await;
    browser
        .submit("/forgot-password", &[("email", &person.email)])
        .await;
    app.post.mail(&person.email, "Reset").await.link()
}

fn with_new_password(person: &Person) -> Person {
    Person {
        password: NEW_PASSWORD.to_owned(),
        ..person.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_signs_in_here_and_out_everywhere_else() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut elsewhere = app.browser();
    elsewhere.sign_in(&person).await;
    let program = app.api().sign_in(&person).await;

    let link = link_for(&app, &person).await;
    let mut browser = app.browser();
    browser.visit(&link).await;
    let page = browser
        .submit("/reset-password", &[("new_password", NEW_PASSWORD)])
        .await;
    assert_eq!(page.path(), "/account");
    assert!(
        page.html().contains("Verified"),
        "the link proves the address"
    );
    assert!(!elsewhere.is_signed_in().await);
    assert_eq!(app.api().with(&program).get("/me").await.status, 401);
    assert_eq!(elsewhere.sign_in(&person).await.status(), 401);
    assert_eq!(
        elsewhere.sign_in(&with_new_password(&person)).await.path(),
        "/account"
    );
    app.post.mail(&person.email, "was changed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_works_once_and_for_half_an_hour() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let link = link_for(&app, &person).await;
    let late = link_for(&app, &person).await;
    let (mut first, mut second) = (app.browser(), app.browser());
    first.visit(&link).await;
    second.visit(&link).await;
    let typed = [("new_password", NEW_PASSWORD)];
    assert_eq!(
        first.submit("/reset-password", &typed).await.path(),
        "/account"
    );
    let page = second.submit("/reset-password", &typed).await;
    assert_eq!(page.status(), 422, "used");
    assert_eq!(second.visit(&link).await.status(), 410, "used");
    assert_eq!(
        second.visit(&late).await.status(),
        410,
        "the password changed since"
    );

    let link = link_for(&app, &person).await;
    app.wait(TimeDelta::minutes(29));
    assert_eq!(second.visit(&link).await.status(), 200);
    app.wait(TimeDelta::minutes(1));
    let typed = [("new_password", PASSWORD)];
    assert_eq!(
        second.submit("/reset-password", &typed).await.status(),
        422,
        "expired"
    );
    assert_eq!(second.visit(&link).await.status(), 410, "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_password_does_not_use_up_the_link() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let token = link_for(&app, &person)
        .await
        .split_once('=')
        .unwrap()
        .1
        .to_owned();
    let reset = |password: &str| json!({ "token": token, "new_password": password });
    for refused in [
        "",
        "short",
        "passwordpassword",
        &person.email,
        &"x".repeat(300),
    ] {
        let reply = app.api().post("/reset-password", reset(refused)).await;
        assert_eq!(reply.status, 422, "{refused:?}");
        assert!(reply.body["errors"]["new_password"].is_array(), "{reply:?}");
    }
    assert_eq!(
        app.api()
            .post("/reset-password", reset(NEW_PASSWORD))
            .await
            .status,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_factor_is_asked_for_after_a_reset() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let link = link_for(&app, &owner).await;
    let mut browser = app.browser();
    browser.visit(&link).await;
    let page = browser
        .submit("/reset-password", &[("new_password", NEW_PASSWORD)])
        .await;
    assert_eq!(page.path(), "/login/verify");
    assert!(!browser.is_signed_in().await);
    browser.visit("/login/verify").await;
    let page = browser
        .submit("/login/verify", &[("code", &owner.code())])
        .await;
    assert_eq!(page.path(), "/account");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_gets_no_link() {
    let app = TestApp::start().await;
    let person = app.person().disabled().await;
    let asked = app
        .api()
        .post("/forgot-password", json!({ "email": person.email }))
        .await;
    assert_eq!(asked.status, 202);
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(&person.email), 0);
}
