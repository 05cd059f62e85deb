//! Attackers who read a mailbox.

use chrono::TimeDelta;
use serde_json::json;

use super::{
    NEW, Party, THIEFS, address, by_known_browser, dead, gets_a_reset, link, press, pressed,
    refused, reset, resets, sign_in_status,
};
use crate::harness::{
    TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

/// The owner has left the mailbox, which belongs to the attacker now.
#[tokio::test(flavor = "multi_thread")]
async fn the_old_mailbox_gains_nothing() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    let mut owner = Party::known(&app, &person, "Owner/1.0").await;
    owner.sign_in(&person.email, PASSWORD, None).await;
    assert!(gets_a_reset(&app, &person.email).await);
    owner.moves_to(NEW).await;

    // Before: neither an earlier link nor a new one.
    assert_eq!(reset(&app, &person.email, NEW_PASSWORD).await.status, 422);
    assert!(!gets_a_reset(&app, &person.email).await);

    // By the link: sessions end, and nothing else.
    let token = link(&app, &person.email, "address was changed").await;
    assert!(!pressed(&app, &token, json!({})).await);
    assert_eq!(owner.api.get("/me").await.status, 401);
    assert_eq!(address(&app, &person).await, NEW);
    assert_eq!(sign_in_status(&app, NEW, PASSWORD).await, 200);
    assert!(!gets_a_reset(&app, &person.email).await);
    assert_eq!(resets(&app, NEW), 0);

    // After the freeze.
    app.wait(TimeDelta::hours(72));
    assert_eq!(refused(&app, &token, json!({})).await, dead());
    let guess = json!({ "password": "not the right password" });
    assert_eq!(press(&app, &token, guess).await.status, 403);
    assert!(!gets_a_reset(&app, &person.email).await);
    assert_eq!(address(&app, &person).await, NEW);
    assert!(gets_a_reset(&app, NEW).await, "the owner is not hindered");
}

/// The attacker also knows the password that the owner has changed because of that, in the browser of always.
#[tokio::test(flavor = "multi_thread")]
async fn the_old_mailbox_with_an_earlier_password_gains_nothing() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    app.wait(TimeDelta::hours(73));
    browser.visit("/account/password").await;
    let typed = [
        ("current_password", PASSWORD),
        ("new_password", NEW_PASSWORD),
    ];
    let page = browser.submit("/account/password", &typed).await;
    assert_eq!(page.path(), "/account");
    browser.visit("/account/email").await;
    browser
        .submit("/account/email", &[("new_email", NEW)])
        .await;
    let confirm = app.post.mail(NEW, "Confirm your new").await.link();
    browser.visit(&confirm).await;
    let page = browser.submit("/confirm-email", &[]).await;
    assert_eq!(page.path(), "/account");
    assert_eq!(address(&app, &person).await, NEW);
    assert!(
        by_known_browser(&app).await,
        "a browser stays known as it changes the password"
    );

    // Before.
    assert_eq!(sign_in_status(&app, NEW, PASSWORD).await, 401);
    // By the links: that of the password takes the earlier one, and puts back nothing that the owner changed.
    let of_password = link(&app, &person.email, "password was changed").await;
    let of_address = link(&app, &person.email, "address was changed").await;
    let earlier = json!({ "password": PASSWORD });
    let refusal = refused(&app, &of_address, earlier.clone()).await;
    assert_eq!(refusal, (403, "wrong_password".to_owned()));
    assert!(!pressed(&app, &of_password, earlier).await);
    assert_eq!(address(&app, &person).await, NEW);
    assert!(!gets_a_reset(&app, &person.email).await);
    // After the freeze.
    app.wait(TimeDelta::hours(72));
    assert_eq!(sign_in_status(&app, NEW, PASSWORD).await, 401);
    assert_eq!(sign_in_status(&app, NEW, NEW_PASSWORD).await, 200);
    assert!(!gets_a_reset(&app, &person.email).await);
}

/// A thief with the password has moved the account; the attacker reads the mailbox of the new address.
#[tokio::test(flavor = "multi_thread")]
async fn the_new_mailbox_gains_nothing_once_the_owner_puts_the_address_back() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    app.api().sign_in(&person).await;
    let mut thief = Party::unknown(&app, "Thief/1.0");
    thief.sign_in(&person.email, PASSWORD, None).await;
    let asked = thief.post("/change-email", json!({ "new_email": THIEFS }));
    assert_eq!(asked.await.status, 202);

    // Before: the link that confirms takes a session or the password, and no other link is sent there.
    let mail = app.post.mail(THIEFS, "Confirm your new").await;
    assert!(!mail.text().contains("/not-me"));
    let body = json!({ "token": mail.token() });
    assert_eq!(
        app.api().post("/confirm-email", body.clone()).await.status,
        401
    );
    let confirmed = thief.post("/confirm-email", body).await;
    assert_eq!(confirmed.status, 200, "{confirmed:?}");

    // By the link: no one signs in or resets for 72 hours.
    let new = link(&app, THIEFS, "address was changed").await;
    assert!(!pressed(&app, &new, json!({})).await);
    assert_eq!(app.api().with(&confirmed).get("/me").await.status, 401);
    assert_eq!(sign_in_status(&app, THIEFS, PASSWORD).await, 401);
    assert!(!gets_a_reset(&app, THIEFS).await);
    assert_eq!(resets(&app, THIEFS), 0);

    // The owner needs the password, and not the first press.
    let old = link(&app, &person.email, "address was changed").await;
    assert!(pressed(&app, &old, json!({ "password": PASSWORD })).await);
    assert_eq!(address(&app, &person).await, person.email);
    assert_eq!(
        refused(&app, &new, json!({ "password": PASSWORD })).await,
        dead()
    );
    // After the freeze.
    app.wait(TimeDelta::hours(72));
    assert!(!gets_a_reset(&app, THIEFS).await);
    assert_eq!(sign_in_status(&app, THIEFS, PASSWORD).await, 401);
}

/// The mailbox of the account, and a session of it, where a second factor is enrolled.
#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_and_a_session_do_not_pass_the_second_factor() {
    let app = TestApp::start().await;
    let person = app.person().with_totp().await;
    let mut owner = Party::unknown(&app, "Owner/1.0");
    let stolen = owner
        .sign_in(&person.email, PASSWORD, Some(&person.code()))
        .await;
    app.wait(TimeDelta::minutes(61));
    let refreshed = app.api().refresh(stolen.text("refresh_token")).await;
    let thief = app.api().with(&refreshed);
    let mut other = Party::unknown(&app, "Other/1.0");
    other
        .sign_in(&person.email, PASSWORD, Some(&person.code()))
        .await;
    let token = link(&app, &person.email, "New sign-in").await;

    // Before: every act that matters takes the password or a code, and so does a reset.
    let moved = thief
        .post("/change-email", json!({ "new_email": THIEFS }))
        .await;
    assert_eq!(
        (moved.status, moved.code()),
        (403, "reauthentication_required")
    );
    assert!(gets_a_reset(&app, &person.email).await);
    let reply = reset(&app, &person.email, NEW_PASSWORD).await;
    assert_eq!(reply.body["mfa_required"], true, "{reply:?}");

    // By the link: the session ends, and the reset that follows takes the code too.
    assert!(!pressed(&app, &token, json!({})).await);
    assert_eq!(thief.get("/me").await.status, 401);
    let refresh = app.api().refresh(refreshed.text("refresh_token")).await;
    assert_eq!(refresh.status, 401);
    app.post.mail(&person.email, "Reset your").await;
    // After the freeze.
    for wait in [TimeDelta::zero(), TimeDelta::hours(72)] {
        app.wait(wait);
        assert!(gets_a_reset(&app, &person.email).await);
        let reply = reset(&app, &person.email, NEW_PASSWORD).await;
        assert_eq!(reply.body["mfa_required"], true, "{reply:?}");
        assert_eq!(sign_in_status(&app, &person.email, NEW_PASSWORD).await, 401);
    }
}

/// The mailbox of the account, and the password from before the owner's last change.
#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_and_an_earlier_password_do_not_pass_the_second_factor() {
    let app = TestApp::start().await;
    let person = app.person().with_totp().await;
    let mut owner = Party::known(&app, &person, "Owner/1.0").await;
    owner
        .sign_in(&person.email, PASSWORD, Some(&person.code()))
        .await;
    owner.changes_password(PASSWORD, NEW_PASSWORD).await;
    let token = link(&app, &person.email, "password was changed").await;

    // Before.
    assert_eq!(sign_in_status(&app, &person.email, PASSWORD).await, 401);
    // By the link.
    let earlier = json!({ "password": PASSWORD });
    assert_eq!(
        refused(&app, &token, earlier).await,
        (422, "invalid_input".to_owned())
    );
    let wrong = person.phone.as_ref().unwrap().wrong_code();
    let guess = json!({ "password": PASSWORD, "code": wrong });
    assert_eq!(
        refused(&app, &token, guess).await,
        (422, "invalid_code".to_owned())
    );
    assert_eq!(owner.api.get("/me").await.status, 200, "nothing changed");
    assert!(!pressed(&app, &token, json!({})).await);
    // After the freeze.
    for wait in [TimeDelta::zero(), TimeDelta::hours(72)] {
        app.wait(wait);
        assert_eq!(sign_in_status(&app, &person.email, PASSWORD).await, 401);
        assert!(gets_a_reset(&app, &person.email).await);
        let reply = reset(&app, &person.email, "an entirely other walnut").await;
        assert_eq!(reply.body["mfa_required"], true, "{reply:?}");
    }
}
