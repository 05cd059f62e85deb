//! The block after a hundred failures, and how it ends.

use chrono::TimeDelta;
use serde_json::json;
use vestibule::internals::throttle::account::Guess;

use super::{app, block, blocked, guess, link, set_failures, wait_of};
use crate::harness::{Browser, people::NEW_PASSWORD};

/// After a hundred failures, waiting does not help any more. The owner is mailed a link once. Opening it
/// changes nothing; its button unlocks sign-in, once.
#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_link_unlocks_once() {
    let app = app().await;
    let person = app.person().await;
    block(&app, &person.email).await;
    app.wait(TimeDelta::days(40));
    for _ in 0..3 {
        assert_eq!(wait_of(&app.api().sign_in(&person).await), 900);
        assert_eq!(app.browser().sign_in(&person).await.status(), 429);
    }
    let first = app.post.mail(&person.email, "blocked").await;
    assert!(first.text().contains("works once, within 24 hours"));
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(&person.email), 1);

    // The next attempt after it has expired mails another one.
    app.wait(TimeDelta::hours(24));
    let mut browser: Browser = app.browser();
    assert_eq!(browser.visit(&link(&first.token())).await.status(), 410);
    assert_eq!(app.api().sign_in(&person).await.status, 429);
    let second = app.post.mail(&person.email, "blocked").await;
    let page = browser.visit(&second.link()).await;
    assert!(page.html().contains(&person.email));
    assert_eq!(app.api().sign_in(&person).await.status, 429, "only looked");

    let page = browser.submit("/unlock", &[]).await;
    assert_eq!((page.status(), page.path()), (200, "/login"));
    assert!(!browser.is_signed_in().await);
    assert_eq!(app.api().sign_in(&person).await.status, 200);
    let used = json!({ "token": second.token() });
    let dead = app.api().post("/unlock", used).await;
    assert_eq!((dead.status, dead.code()), (422, "invalid_token"));
    assert_eq!(browser.visit(&second.link()).await.status(), 410);

    // More guesses do not block this browser again.
    blocked(&app, &person.email).await;
    assert_eq!(app.api().sign_in(&person).await.status, 429);
    assert_eq!(browser.sign_in(&person).await.path(), "/account");
    let events = app.audit().await;
    let count = |name: &str| events.iter().filter(|event| *event == name).count();
    assert_eq!(
        (count("sign_in_blocked"), count("sign_in_unblocked")),
        (3, 1)
    );
}

/// The same by the API, for codes that caused the block. Fewer failed codes are kept.
#[tokio::test(flavor = "multi_thread")]
async fn an_unlock_clears_failed_codes_only_where_they_caused_the_block() {
    let app = app().await;
    let owner = app.person().with_totp().await;
    let wrong = owner.phone.as_ref().unwrap().wrong_code();
    let unlock = async || {
        let token = app.post.mail(&owner.email, "blocked").await.token();
        let body = json!({ "token": token });
        assert_eq!(app.api().post("/unlock", body).await.status, 204);
    };
    let api = app.api();
    assert_eq!(api.sign_in_with(&owner, &wrong).await.status, 401);
    set_failures(&app, Guess::Code, &owner.email, 100).await;
    let (code, spare) = (owner.code(), &owner.backup_codes[0]);
    assert_eq!(wait_of(&api.sign_in_with(&owner, &code).await), 900);
    unlock().await;
    assert_eq!(api.sign_in_with(&owner, &code).await.status, 200);

    assert_eq!(api.sign_in_with(&owner, &wrong).await.status, 401);
    set_failures(&app, Guess::Code, &owner.email, 98).await;
    blocked(&app, &owner.email).await;
    assert_eq!(api.sign_in(&owner).await.status, 429);
    unlock().await;
    assert_eq!(
        api.sign_in_with(&owner, &wrong).await.status,
        401,
        "the 99th"
    );
    assert_eq!(api.sign_in_with(&owner, spare).await.status, 429);
    app.wait(TimeDelta::minutes(15));
    assert_eq!(api.sign_in_with(&owner, spare).await.status, 200);
}

/// A blocked address is answered alike and with the same work, whether or not it has an account.
#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_address_without_an_account_is_answered_like_any_other() {
    let app = app().await;
    let person = app.person().await;
    let disabled = app.person().disabled().await;
    let mut bodies = Vec::new();
    for email in [
        person.email.as_str(),
        disabled.email.as_str(),
        "nobody@example.com",
    ] {
        blocked(&app, email).await;
        let mut reply = guess(&app.api(), email).await;
        wait_of(&reply);
        reply.body["type"] = json!(null);
        bodies.push(reply.body.to_string());
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    let rows = "SELECT decoy FROM mails WHERE kind = 'sign_in_blocked' ORDER BY decoy";
    let decoys: Vec<bool> = app.sql(rows, &[]).await.iter().map(|r| r.get(0)).collect();
    assert_eq!(decoys, [false, true, true]);
    app.post.mail(&person.email, "blocked").await;
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(&disabled.email), 0);
    assert_eq!(app.post.count("nobody@example.com"), 0);
}

/// A completed reset unlocks sign-in as the link does, and invalidates the link.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_reset_unlocks_sign_in() {
    let app = app().await;
    let mut person = app.person().await;
    blocked(&app, &person.email).await;
    assert_eq!(app.api().sign_in(&person).await.status, 429);
    let unlock = app.post.mail(&person.email, "blocked").await.token();
    let ask = json!({ "email": person.email });
    app.api().post("/forgot-password", ask).await;
    let token = app.post.mail(&person.email, "Reset").await.token();
    let body = json!({ "token": token, "new_password": NEW_PASSWORD });
    assert_eq!(app.api().post("/reset-password", body).await.status, 200);
    person.password = NEW_PASSWORD.to_owned();
    assert_eq!(app.api().sign_in(&person).await.status, 200);
    let body = json!({ "token": unlock });
    assert_eq!(app.api().post("/unlock", body).await.status, 422);
}

/// An admin has checked the user's identity, so failed codes are cleared even if they only caused a pause.
#[tokio::test(flavor = "multi_thread")]
async fn an_admin_clears_paused_codes_too() {
    let app = app().await;
    let owner = app.person().with_totp().await;
    let wrong = owner.phone.as_ref().unwrap().wrong_code();
    assert_eq!(app.api().sign_in_with(&owner, &wrong).await.status, 401);
    set_failures(&app, Guess::Code, &owner.email, 50).await;
    let admin = app.person().admin().await;
    let api = app.api();
    let api = api.with(&api.sign_in(&admin).await);
    let unlock = format!("/{}/unlock", owner.id);
    assert_eq!(api.admin(&unlock, json!({})).await.status, 204);
    let again = api.admin(&unlock, json!({})).await;
    assert_eq!((again.status, again.code()), (409, "nothing_to_do"));
    assert_eq!(
        app.api().sign_in_with(&owner, &owner.code()).await.status,
        200
    );
}
