//! Acts other than signing out that end sessions.

use chrono::TimeDelta;

use crate::harness::{
    TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_token_ends_every_session() {
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
async fn changing_the_password_keeps_only_this_browser_signed_in() {
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
