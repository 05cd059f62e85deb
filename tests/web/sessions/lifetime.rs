//! How long a browser stays signed in.

use chrono::TimeDelta;

use super::pair_of;
use crate::harness::{TestApp, people::PASSWORD};

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
