//! Verifying an address: who may do it, with which credentials, how often, and how long.

use chrono::TimeDelta;
use insta::assert_snapshot;
use serde_json::json;

use crate::harness::{
    Person, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
    readable,
};

const REQUIRED: [(&str, &str); 1] = [("EMAIL_VERIFICATION", "required")];

/// The link that the service mails when a user requests another one.
async fn link_for(app: &TestApp, email: &str) -> String {
    let asked = app
        .api()
        .post("/resend-verification", json!({ "email": email }))
        .await;
    assert_eq!(asked.status, 202);
    app.post.mail(email, "Verify").await.link()
}

async fn is_verified(app: &TestApp, person: &Person) -> bool {
    let sql = "SELECT email_verified_at IS NOT NULL FROM users WHERE email = $1";
    app.sql(sql, &[&person.email]).await[0].get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signed_in_owner_presses_a_button() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let link = link_for(&app, &person.email).await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    browser.visit(&link).await;
    assert!(
        !is_verified(&app, &person).await,
        "a mail scanner opens links"
    );
    assert_eq!(
        browser.submit("/verify-email", &[]).await.path(),
        "/account"
    );
    assert!(is_verified(&app, &person).await);

    let page = browser.visit(&link).await;
    assert_eq!(
        (page.status(), page.text("h1").as_str()),
        (200, "Your address is verified")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn verifying_on_another_device_takes_the_password_and_changes_nothing_else() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut signed_in = app.browser();
    signed_in.sign_in(&person).await;
    let link = link_for(&app, &person.email).await;
    let mut browser = app.browser();
    browser.visit(&link).await;
    let typed = [("password", "not the right password")];
    let page = browser.submit("/verify-email", &typed).await;
    assert_eq!(page.status(), 401);
    assert_snapshot!(readable::page(&page));
    assert!(!is_verified(&app, &person).await);
    let page = browser
        .submit("/verify-email", &[("password", PASSWORD)])
        .await;
    // Password and mailbox are proven: nothing more is asked for.
    assert_eq!((page.status(), page.path()), (200, "/account"));
    assert!(browser.is_signed_in().await);
    assert!(is_verified(&app, &person).await);
    assert!(signed_in.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_of_the_mailbox_claims_the_account_with_a_new_password() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut squatter = app.browser();
    squatter.sign_in(&person).await;
    let link = link_for(&app, &person.email).await;
    let mut browser = app.browser();
    browser.visit(&link).await;
    let page = browser
        .submit("/verify-email", &[("new_password", "short")])
        .await;
    assert_eq!(page.status(), 422);
    let page = browser
        .submit("/verify-email", &[("new_password", NEW_PASSWORD)])
        .await;
    assert_eq!(page.path(), "/account");
    assert!(browser.is_signed_in().await);
    assert!(is_verified(&app, &person).await);
    assert!(!squatter.is_signed_in().await);
    assert_eq!(
        squatter.sign_in(&person).await.status(),
        401,
        "what was there before is dead"
    );
    app.post.mail(&person.email, "was changed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_another_account_cannot_verify() {
    let app = TestApp::start().await;
    let (person, other) = (app.person().await, app.person().await);
    let link = link_for(&app, &person.email).await;
    let mut browser = app.browser();
    browser.sign_in(&other).await;
    browser.visit(&link).await;
    let token = link.split_once('=').unwrap().1.to_owned();
    let csrf = browser
        .form("/verify-email", &[("password", "")])
        .filled(&[]);
    let csrf = csrf
        .into_iter()
        .find(|(name, _)| name == "csrf_token")
        .unwrap()
        .1;
    let fields = [("csrf_token", csrf.as_str()), ("token", &token)];
    assert_eq!(browser.post("/verify-email", &fields).await.status(), 403);
    let pair = app.api().sign_in(&other).await;
    let refused = app
        .api()
        .with(&pair)
        .post("/verify-email", json!({ "token": token }))
        .await;
    assert_eq!(refused.status, 403);
    assert!(!is_verified(&app, &person).await);

    browser.visit(&link).await;
    browser
        .submit("/verify-email", &[("password", PASSWORD)])
        .await;
    assert!(is_verified(&app, &person).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_expires_after_a_day() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let link = link_for(&app, &person.email).await;
    app.wait(TimeDelta::hours(23));
    let mut browser = app.browser();
    assert_eq!(browser.visit(&link).await.status(), 200);
    app.wait(TimeDelta::hours(1));
    let page = browser
        .submit("/verify-email", &[("password", PASSWORD)])
        .await;
    assert_eq!(page.status(), 422);
    let page = browser.visit(&link).await;
    assert_eq!(page.status(), 410);
    assert_snapshot!(readable::page(&page));
    assert!(!is_verified(&app, &person).await);

    let page = browser
        .submit("/verify-email/resend", &[("email", &person.email)])
        .await;
    assert_eq!(page.status(), 200);
    let link = app.post.mail(&person.email, "Verify").await.link();
    assert_eq!(browser.visit(&link).await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_verifies_with_a_session_a_password_or_a_new_password() {
    let app = TestApp::start().await;
    for proof in ["password", "new_password"] {
        let person = app.person().await;
        let link = link_for(&app, &person.email).await;
        let token = link.split_once('=').unwrap().1;
        let alone = app
            .api()
            .post("/verify-email", json!({ "token": token }))
            .await;
        assert_eq!(alone.status, 422, "{alone:?}");
        let both = json!({ "token": token, "password": PASSWORD, "new_password": NEW_PASSWORD });
        assert_eq!(app.api().post("/verify-email", both).await.status, 422);
        let wrong = json!({ "token": token, "password": "not the right password" });
        assert_eq!(
            app.api().post("/verify-email", wrong).await.code(),
            "wrong_password"
        );
        let given = if proof == "password" {
            PASSWORD
        } else {
            NEW_PASSWORD
        };
        let verified = app
            .api()
            .post("/verify-email", json!({ "token": token, proof: given }))
            .await;
        assert_eq!(verified.status, 204);
        assert!(is_verified(&app, &person).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn required_verification_answers_free_and_taken_addresses_alike() {
    let app = TestApp::with(&REQUIRED).await;
    let owner = app.person().verified().await;
    let squatted = app.person().await;
    let register = |email: &str| json!({ "email": email, "password": NEW_PASSWORD });
    let free = app
        .api()
        .post("/register", register("free@example.com"))
        .await;
    assert_eq!(
        (free.status, &free.body),
        (202, &json!({ "status": "verification_sent" }))
    );
    for taken in [&owner.email, &squatted.email] {
        let taken = app.api().post("/register", register(taken)).await;
        assert_eq!((taken.status, &taken.body), (free.status, &free.body));
    }
    app.post.mail("free@example.com", "Verify").await;
    app.post.mail(&squatted.email, "Verify").await;
    let reported = app.post.mail(&owner.email, "already have").await;
    assert_snapshot!(readable::redacted(&reported.text()));

    let mut browser = app.browser();
    let mut pages = Vec::new();
    for email in ["another@example.com", &owner.email] {
        browser.visit("/register").await;
        let typed = [("email", email), ("password", NEW_PASSWORD)];
        let page = browser.submit("/register", &typed).await;
        pages.push(readable::page(&page).replace(email, "[address]"));
        assert!(!browser.is_signed_in().await);
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(
        app.api().sign_in(&owner).await.status,
        200,
        "the owner's password stays"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn required_verification_refuses_unverified_sign_ins() {
    let app = TestApp::with(&REQUIRED).await;
    let person = app.person().await;
    let unverified = app.api().sign_in(&person).await;
    let wrong = Person {
        password: "not the right password".to_owned(),
        ..person.clone()
    };
    let wrong = app.api().sign_in(&wrong).await;
    assert_eq!((unverified.status, &unverified.body), (401, &wrong.body));

    let link = app.post.mail(&person.email, "Verify").await.link();
    let mut browser = app.browser();
    assert_eq!(browser.sign_in(&person).await.status(), 401);
    app.post.mail(&person.email, "Verify").await;
    browser.visit(&link).await;
    let typed = [("password", PASSWORD)];
    let page = browser.submit("/verify-email", &typed).await;
    assert_eq!(page.path(), "/account");
    assert_eq!(app.api().sign_in(&person).await.status, 200);
    app.outbox_is_empty().await;
    assert_eq!(
        app.post.count(&person.email),
        3,
        "two links, and a notice of the program, which is new; a wrong password mails nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn requesting_the_link_again_reveals_nothing_about_an_address() {
    let app = TestApp::start().await;
    let (unverified, verified) = (app.person().await, app.person().verified().await);
    let mut bodies = Vec::new();
    for email in [&unverified.email, &verified.email, "nobody@example.com"] {
        for call in ["/resend-verification", "/forgot-password"] {
            let asked = app.api().post(call, json!({ "email": email })).await;
            assert_eq!(asked.status, 202);
            bodies.push(asked.body);
        }
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(&unverified.email), 2);
    assert_eq!(app.post.count(&verified.email), 1, "a reset link alone");
    assert_eq!(app.post.count("nobody@example.com"), 0);
    let rows = app.sql("SELECT count(*) FROM mails", &[]).await;
    assert_eq!(rows[0].get::<_, i64>(0), 6, "a row each, decoys included");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_sign_in_offers_the_link_for_every_address() {
    let app = TestApp::with(&REQUIRED).await;
    let (new, old) = (app.person().await, app.person().verified().await);
    let mut answers = Vec::new();
    for (email, password) in [
        (new.email.as_str(), PASSWORD),
        (new.email.as_str(), NEW_PASSWORD),
        (old.email.as_str(), NEW_PASSWORD),
        ("nobody@example.com", PASSWORD),
    ] {
        let mut browser = app.browser();
        browser.visit("/login").await;
        let typed = [("email", email), ("password", password)];
        let page = browser.submit("/login", &typed).await;
        assert_eq!(page.status(), 401);
        let reported = page.text("main").replace(email, "");
        assert!(reported.contains("Is the account new?"), "{reported}");
        let body = json!({ "email": email, "password": password });
        let reply = app.api().post("/login", body).await;
        let detail = reply.text("detail").to_owned();
        assert!(detail.contains("/resend-verification"), "{detail}");
        answers.push((reported, detail));
        let page = browser.submit("/verify-email/resend", &[]).await;
        assert_eq!(
            (page.status(), page.text("h1").as_str()),
            (200, "Check your mail")
        );
    }
    assert!(
        answers.windows(2).all(|two| two[0] == two[1]),
        "{answers:?}"
    );
    let link = app.post.mail(&new.email, "Verify").await.link();
    let mut browser = app.browser();
    browser.visit(&link).await;
    let page = browser
        .submit("/verify-email", &[("password", PASSWORD)])
        .await;
    assert_eq!(page.path(), "/account");
}
