//! Who cannot ask for a removal.

use chrono::TimeDelta;

use super::{PATH, ask, mails, recover, wait, waits};
use crate::harness::{Browser, TestApp, people::NEW_PASSWORD};

/// Sends the form without its page.
async fn insist(browser: &mut Browser) -> u16 {
    let csrf = browser.csrf_token().await;
    let page = browser.post(PATH, &[("csrf_token", csrf.as_str())]).await;
    page.status()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_takes_the_password_and_an_account_that_can_be_recovered() {
    let app = TestApp::start().await;
    let states = [
        "UPDATE users SET frozen_until = now() + interval '30 years' WHERE id::text = $1",
        "UPDATE users SET verified_by_file = true WHERE id::text = $1",
        "UPDATE users SET disabled_at = created_at, deleted_at = created_at, owner_deleted_at = created_at
            WHERE id::text = $1",
    ];
    let mut texts = Vec::new();
    for state in states {
        let person = app.person().with_totp().await;
        app.sql(state, &[&person.id.to_string()]).await;
        let mut browser = app.browser();
        assert_eq!(
            browser.sign_in(&person).await.path(),
            "/login/verify",
            "{state}"
        );
        texts.push(browser.visit(PATH).await.text("main"));
        assert_eq!(insist(&mut browser).await, 409, "{state}");
        assert!(!waits(&app, &person).await, "{state}");
    }
    // A reset proves the mailbox alone.
    let person = app.person().with_totp().await;
    let mut browser = app.browser();
    browser.visit("/forgot-password").await;
    browser
        .submit("/forgot-password", &[("email", &person.email)])
        .await;
    let reset = app.post.mail(&person.email, "Reset").await.link();
    browser.visit(&reset).await;
    let page = browser
        .submit("/reset-password", &[("new_password", NEW_PASSWORD)])
        .await;
    assert_eq!(page.path(), "/login/verify");
    assert!(!page.html().contains(PATH));
    texts.push(browser.visit(PATH).await.text("main"));
    assert_eq!(insist(&mut browser).await, 409);
    for text in &texts {
        assert!(text.contains("cannot be removed in this way"), "{text}");
        assert_eq!(*text, texts[0], "it does not say why");
    }
    assert!(app.sql("SELECT 1 FROM recoveries", &[]).await.is_empty());
    assert_eq!(mails(&app, &person, "recovery_started").await, 0);

    // A password that must change is a right one, and the removal changes it.
    let person = app.person().with_totp().must_change().await;
    ask(&app, &person).await;
    assert!(waits(&app, &person).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_pending_sign_in_there_is_nothing_to_ask_for() {
    let app = TestApp::start().await;
    let person = app.person().with_totp().await;
    let mut browser = app.browser();
    assert_eq!(browser.visit(PATH).await.path(), "/login");
    assert_eq!(insist(&mut browser).await, 200, "the sign-in page");
    browser.sign_in(&person).await;
    browser.visit(PATH).await;
    app.wait(TimeDelta::minutes(6));
    let page = browser.submit(PATH, &[]).await;
    assert_eq!(page.path(), "/login");
    assert!(app.sql("SELECT 1 FROM recoveries", &[]).await.is_empty());
    // After the code, the pending sign-in is used.
    let mut browser = app.browser();
    browser.sign_in_with(&person, &person.backup_codes[0]).await;
    assert_eq!(browser.visit(PATH).await.path(), "/account");
}

#[tokio::test(flavor = "multi_thread")]
async fn turned_off_it_leaves_no_trace() {
    let app = TestApp::start().await;
    let person = app.person().with_totp().await;
    let mut browser = app.browser();
    browser.sign_in_with(&person, &person.backup_codes[0]).await;
    ask(&app, &person).await;
    let off = app.another_node_with(&[("RECOVERY_DELAY_HOURS", "0")]);
    let mut stranger = app.browser().at(&off);
    let page = stranger.sign_in(&person).await;
    assert!(!page.html().contains("lost-factor"), "{}", page.html());
    assert_eq!(stranger.visit(PATH).await.status(), 404);
    assert_eq!(insist(&mut stranger).await, 404);
    assert_eq!(stranger.visit("/recover?token=x").await.status(), 404);
    let page = browser.at(&off).visit("/account").await;
    assert!(!page.html().contains("recovery"), "{}", page.html());
    // What waited at the start of the node is gone.
    let gone = async || app.sql("SELECT 1 FROM recoveries", &[]).await.is_empty();
    for _ in 0..100 {
        if gone().await {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(gone().await);
    wait(&app, TimeDelta::hours(72)).await;
    assert_eq!(mails(&app, &person, "recovery_link").await, 0);
    let guess = "A".repeat(43);
    assert_eq!(recover(&app, &guess).await.1.status(), 422);
}
