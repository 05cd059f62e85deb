//! "This wasn't me": the link in a security mail, by page and by call.

use chrono::TimeDelta;
use insta::assert_snapshot;
use serde_json::json;

use crate::harness::{
    Api, Person, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
    readable,
};

const THIEFS: &str = "thief@example.net";

async fn signed_in(app: &TestApp, person: &Person) -> Api {
    app.api().with(&app.api().sign_in(person).await)
}

/// The token of the link that reports an event, from the newest mail with this subject.
async fn link(app: &TestApp, to: &str, subject: &str) -> String {
    app.post.mail(to, subject).await.token_of("/not-me")
}

/// Moves an account to the thief's address.
async fn moved(app: &TestApp, api: &Api) {
    let body = json!({ "new_email": THIEFS });
    assert_eq!(api.post("/change-email", body).await.status, 202);
    let token = app.post.mail(THIEFS, "Confirm your new").await.token();
    let body = json!({ "token": token });
    assert_eq!(api.post("/confirm-email", body).await.status, 200);
}

async fn address(app: &TestApp, person: &Person) -> String {
    let sql = "SELECT email FROM users WHERE id = $1::text::uuid";
    app.sql(sql, &[&person.id.to_string()]).await[0].get(0)
}

async fn sign_in_status(app: &TestApp, email: &str, password: &str) -> u16 {
    let body = json!({ "email": email, "password": password });
    app.api().post("/login", body).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn the_button_ends_everything_and_a_reset_follows() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    let api = signed_in(&app, &person).await;
    // The thief knows the password.
    let thief = signed_in(&app, &person).await;
    let body = json!({ "new_email": THIEFS });
    assert_eq!(thief.post("/change-email", body).await.status, 202);
    let token = link(&app, &person.email, "was requested").await;

    let mut browser = app.browser();
    let page = browser.visit(&format!("/not-me?token={token}")).await;
    assert_eq!(page.status(), 200);
    assert_snapshot!("page", readable::page(&page));
    assert_eq!(
        thief.get("/me").await.status,
        200,
        "opening changes nothing"
    );

    let page = browser.submit("/not-me", &[]).await;
    assert_eq!((page.status(), page.path()), (200, "/login"));
    assert_snapshot!("answer", readable::page(&page));
    for session in [&api, &thief] {
        assert_eq!(session.get("/me").await.status, 401);
    }
    assert_eq!(sign_in_status(&app, &person.email, PASSWORD).await, 401);
    let pending = app.sql("SELECT 1 FROM users u JOIN email_changes c ON c.user_id = u.id AND c.rev = u.revocation_id", &[]);
    assert!(pending.await.is_empty());

    // The link of the mail sets a new password, and address and factor stay frozen.
    let reset = app.post.mail(&person.email, "Reset your").await.token();
    let body = json!({ "token": reset, "new_password": NEW_PASSWORD });
    let reply = app.api().post("/reset-password", body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let owner = app.api().with(&reply);
    let body = json!({ "new_email": "new@example.org" });
    let refused = owner.post("/change-email", body.clone()).await;
    assert_eq!((refused.status, refused.code()), (409, "account_frozen"));
    let refused = owner.post("/mfa/totp/enroll", json!({})).await;
    assert_eq!((refused.status, refused.code()), (409, "account_frozen"));
    let delete = json!({ "confirm_email": person.email });
    let refused = owner.post("/delete-account", delete).await;
    assert_eq!((refused.status, refused.code()), (409, "account_frozen"));

    let again = app.api().post("/not-me", json!({ "token": token })).await;
    assert_eq!((again.status, again.code()), (422, "invalid_token"));
    let page = browser.visit(&format!("/not-me?token={token}")).await;
    assert_eq!(page.status(), 410);

    app.wait(TimeDelta::hours(72));
    let body_of_now = json!({ "email": person.email, "password": NEW_PASSWORD });
    let owner = app.api().with(&app.api().post("/login", body_of_now).await);
    assert_eq!(owner.post("/change-email", body).await.status, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_of_before_puts_the_address_back() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    let thief = signed_in(&app, &person).await;
    moved(&app, &thief).await;
    let token = link(&app, &person.email, "was changed").await;

    // Without a proof, no one gets in.
    let reply = app.api().post("/not-me", json!({ "token": token })).await;
    assert_eq!(
        (reply.status, &reply.body["restored"]),
        (200, &json!(false))
    );
    assert_eq!(address(&app, &person).await, THIEFS);
    assert_eq!(sign_in_status(&app, THIEFS, PASSWORD).await, 401);
    let asked = json!({ "email": THIEFS });
    app.outbox_is_empty().await;
    let resets = app.post.count(THIEFS);
    assert_eq!(app.api().post("/forgot-password", asked).await.status, 202);
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(THIEFS), resets);

    // With the password of before, the address is back.
    let body = json!({ "token": token, "password": "not the right password" });
    let refused = app.api().post("/not-me", body).await;
    assert_eq!((refused.status, refused.code()), (403, "wrong_password"));
    let body = json!({ "token": token, "password": PASSWORD });
    let reply = app.api().post("/not-me", body.clone()).await;
    assert_eq!((reply.status, &reply.body["restored"]), (200, &json!(true)));
    assert_eq!(address(&app, &person).await, person.email);
    assert_eq!(app.api().post("/not-me", body).await.status, 422);

    // The thief knows the password, so it opens nothing any more.
    assert_eq!(sign_in_status(&app, &person.email, PASSWORD).await, 401);
    let reset = app.post.mail(&person.email, "Reset your").await.token();
    let body = json!({ "token": reset, "new_password": NEW_PASSWORD });
    assert_eq!(app.api().post("/reset-password", body).await.status, 200);
    // The thief's own link is of the same event.
    let thiefs = link(&app, THIEFS, "was changed").await;
    let body = json!({ "token": thiefs, "password": PASSWORD });
    assert_eq!(app.api().post("/not-me", body).await.status, 422);
}
