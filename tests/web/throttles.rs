//! Floods are refused with a time to retry, as a page and as a problem document.

use chrono::TimeDelta;
use serde_json::json;

use crate::harness::{Page, Person, Reply, TestApp, people::PASSWORD};

const REAL_LIMITS: [(&str, &str); 1] = [("RATE_LIMIT_SCALE", "1")];

fn assert_asked_to_wait(page: &Page) -> i64 {
    assert_eq!(page.status(), 429, "{}", page.html());
    let wait = page
        .header("retry-after")
        .expect("Retry-After")
        .parse()
        .unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");
    wait
}

fn assert_problem(reply: &Reply) {
    assert_eq!((reply.status, reply.code()), (429, "too_many_requests"));
    assert!(reply.answer.header("retry-after").is_some());
}

fn guessing(person: &Person) -> Person {
    Person {
        password: "not the right password".to_owned(),
        ..person.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn password_guessing_is_throttled_alike_for_known_and_unknown_addresses() {
    let app = TestApp::with(&REAL_LIMITS).await;
    let person = app.person().await;
    let nobody = Person {
        email: "nobody@example.com".to_owned(),
        ..person.clone()
    };
    let mut alerts = Vec::new();
    let mut wait = 0;
    for target in [&person, &nobody] {
        let mut browser = app.browser();
        for _ in 0..10 {
            assert_eq!(browser.sign_in(&guessing(target)).await.status(), 401);
        }
        // The right password is refused as well.
        let page = browser.sign_in(target).await;
        wait = assert_asked_to_wait(&page);
        alerts.push(page.alert());
        assert_problem(&app.api().sign_in(target).await);
    }
    assert_eq!(alerts[0], alerts[1]);
    app.wait(TimeDelta::seconds(wait));
    assert_eq!(app.browser().sign_in(&person).await.path(), "/account");
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_codes_is_slowed_down() {
    let app = TestApp::with(&[
        ("RATE_LIMIT_SCALE", "1"),
        ("RATE_LIMIT_LOGIN_EMAIL_IP", "100/1m"),
    ])
    .await;
    let owner = app.person().with_totp().await;
    let mut browser = app.browser();
    browser.sign_in(&owner).await;
    let wrong = owner.phone.as_ref().unwrap().wrong_code();
    for _ in 0..5 {
        let page = browser.submit("/login/verify", &[("code", &wrong)]).await;
        assert_eq!(page.status(), 401);
    }
    let page = browser
        .submit("/login/verify", &[("code", &owner.code())])
        .await;
    assert_asked_to_wait(&page);
    assert_problem(&app.api().sign_in_with(&owner, &owner.backup_codes[0]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn registering_and_asking_for_mails_is_slowed_down() {
    let app = TestApp::with(&REAL_LIMITS).await;
    let email = "flooded@example.com";
    let mut browser = app.browser();
    browser.visit("/forgot-password").await;
    for _ in 0..4 {
        let page = browser
            .submit("/forgot-password", &[("email", email)])
            .await;
        assert_eq!(page.status(), 200);
        browser.visit("/forgot-password").await;
    }
    assert_asked_to_wait(
        &browser
            .submit("/forgot-password", &[("email", email)])
            .await,
    );
    for call in ["/forgot-password", "/resend-verification"] {
        assert_problem(&app.api().post(call, json!({ "email": email })).await);
    }
    browser.visit("/register").await;
    let typed = [("email", email), ("password", "short")];
    for _ in 0..6 {
        assert_eq!(browser.submit("/register", &typed).await.status(), 422);
    }
    assert_asked_to_wait(&browser.submit("/register", &typed).await);
    let body = json!({ "email": email, "password": PASSWORD });
    assert_problem(&app.api().post("/register", body).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_links_is_slowed_down() {
    let app = TestApp::with(&REAL_LIMITS).await;
    let body = json!({ "token": "a.b.c", "new_password": PASSWORD });
    for _ in 0..30 {
        assert_eq!(
            app.api().post("/reset-password", body.clone()).await.status,
            422
        );
    }
    assert_problem(&app.api().post("/reset-password", body).await);
}
