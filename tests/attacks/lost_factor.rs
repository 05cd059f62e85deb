//! Attackers who say that they have lost a second factor which is not theirs.

use chrono::TimeDelta;
use serde_json::json;

use crate::{
    harness::{
        Person, TestApp,
        people::{NEW_PASSWORD, PASSWORD},
    },
    lost_factor::{ask, link, mails, recover, wait, waits},
};

async fn asks_for_a_code(app: &TestApp, person: &Person, password: &str) -> bool {
    let body = json!({ "email": person.email, "password": password });
    let reply = app.api().post("/login", body).await;
    reply.status == 200 && reply.body["mfa_required"] == true
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_alone_starts_it_and_gains_nothing() {
    let app = TestApp::start().await;
    let person = app.person().with_totp().await;
    ask(&app, &person).await;
    for hours in [36, 36, 24] {
        wait(&app, TimeDelta::hours(hours)).await;
        ask(&app, &person).await;
        assert!(asks_for_a_code(&app, &person, PASSWORD).await);
    }
    // The owner was told each time, and each mail has a way out.
    for about in ["wants to remove", "Reminder", "Remove the lost"] {
        let mail = app.post.mail(&person.email, about).await;
        assert!(!mail.token_of("/not-me").is_empty(), "{about}");
    }
    for guess in ["", "x", &"A".repeat(43)] {
        assert_eq!(recover(&app, guess).await.1.status(), 422, "{guess}");
    }
}

/// A reset changes nothing before the code, and its pending sign-in starts nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_mailbox_alone_gains_nothing() {
    let app = TestApp::start().await;
    let person = app.person().with_totp().await;
    let mut thief = app.browser();
    thief.visit("/forgot-password").await;
    let asked = [("email", person.email.as_str())];
    thief.submit("/forgot-password", &asked).await;
    let reset = app.post.mail(&person.email, "Reset").await.link();
    thief.visit(&reset).await;
    let new = [("new_password", NEW_PASSWORD)];
    thief.submit("/reset-password", &new).await;
    let page = thief.visit("/login/lost-factor").await;
    assert!(page.text("main").contains("cannot be removed"));
    let csrf = thief.csrf_token().await;
    let page = thief
        .post("/login/lost-factor", &[("csrf_token", csrf.as_str())])
        .await;
    assert_eq!(page.status(), 409);
    assert!(!waits(&app, &person).await);
    assert!(asks_for_a_code(&app, &person, PASSWORD).await);
    assert!(!asks_for_a_code(&app, &person, NEW_PASSWORD).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mailbox_and_the_password_gain_nothing_while_the_owner_signs_in() {
    let app = TestApp::start().await;
    let person = app.person().with_totp().await;
    let mut owner = app.browser();
    owner.sign_in_with(&person, &person.backup_codes[0]).await;
    ask(&app, &person).await;
    // The thief deletes the mails; the owner's browser says it.
    wait(&app, TimeDelta::hours(70)).await;
    let page = owner.visit("/account").await;
    assert!(page.text("main").contains("about to be removed"));
    owner.submit("/account/recovery/cancel", &[]).await;
    owner
        .submit("/reauthenticate", &[("password", PASSWORD)])
        .await;
    owner.submit("/account/recovery/cancel", &[]).await;
    // From the beginning, and the owner signs in elsewhere.
    ask(&app, &person).await;
    wait(&app, TimeDelta::hours(71)).await;
    app.browser().sign_in_with(&person, &person.code()).await;
    wait(&app, TimeDelta::hours(2)).await;
    assert_eq!(mails(&app, &person, "recovery_link").await, 0);
    assert!(asks_for_a_code(&app, &person, PASSWORD).await);
}

/// What remains: no one looks for three days. The owner still has the password and the factor.
#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_sees_it_too_late_puts_the_factor_back() {
    let app = TestApp::start().await;
    let person = app.person().with_totp().await;
    ask(&app, &person).await;
    let token = link(&app, &person).await;
    let (mut thief, page) = recover(&app, &token).await;
    assert_eq!(page.path(), "/account");
    assert!(!asks_for_a_code(&app, &person, NEW_PASSWORD).await);
    let mail = app.post.mail(&person.email, "wants to remove").await;
    let body = json!({
        "token": mail.token_of("/not-me"), "password": PASSWORD, "code": person.code(),
    });
    let reply = app.api().post("/not-me", body).await;
    assert_eq!(
        (reply.status, &reply.body),
        (200, &json!({ "restored": true }))
    );
    assert!(!thief.is_signed_in().await);
    assert!(
        !asks_for_a_code(&app, &person, NEW_PASSWORD).await,
        "the password is closed"
    );
    let enrolled = "SELECT 1 FROM users WHERE id::text = $1 AND two_factor";
    let rows = app.sql(enrolled, &[&person.id.to_string()]).await;
    assert_eq!(rows.len(), 1);
    // And the thief does not start again while the account is frozen.
    let mut browser = app.browser();
    browser.visit("/login").await;
    assert!(!waits(&app, &person).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_without_proof_neither_cancels_nor_starts_one() {
    let app = TestApp::start().await;
    let person = app.person().with_totp().await;
    let mut thief = app.browser();
    thief.sign_in_with(&person, &person.backup_codes[0]).await;
    app.wait(TimeDelta::minutes(11));
    assert_eq!(thief.visit("/login/lost-factor").await.path(), "/account");
    ask(&app, &person).await;
    thief.visit("/account").await;
    let page = thief.submit("/account/recovery/cancel", &[]).await;
    assert_eq!(page.path(), "/reauthenticate");
    assert!(waits(&app, &person).await);
}
