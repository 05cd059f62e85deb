//! Attackers who do not read the mailbox of the account.

use chrono::TimeDelta;
use serde_json::json;

use super::{
    Party, THIEFS, address, by_known_browser, dead, gets_a_reset, link, pressed, refused, reset,
    sign_in_status,
};
use crate::harness::{
    TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_password_opens_the_account_until_the_owner_reports_it() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    app.api().sign_in(&person).await;
    // Before: whatever the account can do, and each act is mailed to the owner.
    let mut thief = Party::unknown(&app, "Thief/1.0");
    thief.sign_in(&person.email, PASSWORD, None).await;
    let first = link(&app, &person.email, "New sign-in").await;
    thief.moves_to(THIEFS).await;
    let second = link(&app, &person.email, "address was changed").await;

    // By the link that the thief's own mailbox got: the owner gets the address back.
    let thiefs = link(&app, THIEFS, "address was changed").await;
    assert!(pressed(&app, &thiefs, json!({ "password": PASSWORD })).await);
    assert_eq!(address(&app, &person).await, person.email);
    assert_eq!(thief.api.get("/me").await.status, 401);
    thief.sign_in(&person.email, PASSWORD, None).await;
    let frozen = thief
        .post("/change-email", json!({ "new_email": THIEFS }))
        .await;
    assert_eq!((frozen.status, frozen.code()), (409, "account_frozen"));
    assert_eq!(refused(&app, &second, json!({})).await, dead());

    // The link of the earlier event works still, and closes the password.
    assert!(!pressed(&app, &first, json!({})).await);
    assert_eq!(thief.api.get("/me").await.status, 401);
    // After the freeze.
    for wait in [TimeDelta::zero(), TimeDelta::hours(72)] {
        app.wait(wait);
        assert_eq!(sign_in_status(&app, &person.email, PASSWORD).await, 401);
        assert!(!gets_a_reset(&app, THIEFS).await);
    }
    assert_eq!(
        reset(&app, &person.email, NEW_PASSWORD).await.status,
        422,
        "expired"
    );
    assert!(gets_a_reset(&app, &person.email).await);
    assert_eq!(reset(&app, &person.email, NEW_PASSWORD).await.status, 200);
    assert_eq!(sign_in_status(&app, &person.email, PASSWORD).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_its_owner_reports_it() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    // Stolen within ten minutes of its sign-in, it may ask for another address.
    let stolen = app.api().sign_in(&person).await;
    let thief = app.api().with(&stolen);
    let asked = thief
        .post("/change-email", json!({ "new_email": THIEFS }))
        .await;
    assert_eq!(asked.status, 202);
    let confirm = app.post.mail(THIEFS, "Confirm your new").await.token();
    let token = link(&app, &person.email, "was requested").await;
    assert!(!pressed(&app, &token, json!({})).await);
    for wait in [TimeDelta::zero(), TimeDelta::hours(72)] {
        app.wait(wait);
        assert_eq!(thief.get("/me").await.status, 401);
        let refreshed = app.api().refresh(stolen.text("refresh_token")).await;
        assert_eq!(refreshed.status, 401);
        let body = json!({ "token": confirm });
        assert_eq!(thief.post("/confirm-email", body).await.status, 401);
        let body = json!({ "token": confirm, "password": PASSWORD });
        assert_eq!(app.api().post("/confirm-email", body).await.status, 422);
        assert_eq!(address(&app, &person).await, person.email);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_factor_alone_opens_nothing() {
    let app = TestApp::start().await;
    let person = app.person().with_totp().await;
    let mut owner = Party::unknown(&app, "Owner/1.0");
    owner
        .sign_in(&person.email, PASSWORD, Some(&person.code()))
        .await;
    app.wait(TimeDelta::minutes(61));
    owner.agent = "Other/1.0";
    owner
        .sign_in(&person.email, PASSWORD, Some(&person.code()))
        .await;
    let token = link(&app, &person.email, "New sign-in").await;

    // Before: a code follows a password.
    assert_eq!(
        sign_in_status(&app, &person.email, "a wrong pass phrase").await,
        401
    );
    // By the link, which no mailbox of the attacker gets: a code ends the freeze, and opens nothing.
    assert!(!pressed(&app, &token, json!({})).await);
    let code = json!({ "code": person.backup_codes[0] });
    assert!(!pressed(&app, &token, code).await);
    let frozen = "SELECT 1 FROM users WHERE frozen_until IS NOT NULL";
    assert!(app.sql(frozen, &[]).await.is_empty());
    assert_eq!(owner.api.get("/me").await.status, 401);
    // After the freeze.
    for wait in [TimeDelta::zero(), TimeDelta::hours(72)] {
        app.wait(wait);
        assert_eq!(sign_in_status(&app, &person.email, PASSWORD).await, 401);
        assert_eq!(
            sign_in_status(&app, &person.email, "a wrong pass phrase").await,
            401
        );
    }
}

/// An infostealer takes the password, a session, and the device cookie of a browser that the account knows.
#[tokio::test(flavor = "multi_thread")]
async fn an_infostealers_change_of_address_is_put_back_by_its_own_link() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    let mut thief = Party::known(&app, &person, "Thief/1.0").await;
    // Before: what the owner's own browser can do, and it counts as the owner's.
    thief.sign_in(&person.email, PASSWORD, None).await;
    thief.moves_to(THIEFS).await;
    assert!(by_known_browser(&app).await);

    // By the link: a first press without a proof leaves the account to the thief, frozen.
    let old = link(&app, &person.email, "address was changed").await;
    let thiefs = link(&app, THIEFS, "address was changed").await;
    assert!(!pressed(&app, &old, json!({})).await);
    thief.sign_in(THIEFS, PASSWORD, None).await;
    let frozen = thief.post("/change-email", json!({ "new_email": "third@example.net" }));
    assert_eq!(frozen.await.status, 409);
    assert!(pressed(&app, &old, json!({ "password": PASSWORD })).await);
    assert_eq!(address(&app, &person).await, person.email);
    assert_eq!(
        refused(&app, &thiefs, json!({ "password": PASSWORD })).await,
        dead()
    );
    assert_eq!(thief.api.get("/me").await.status, 401);

    // After the freeze: neither password nor mailbox nor browser is of use.
    app.wait(TimeDelta::hours(72));
    assert_eq!(sign_in_status(&app, &person.email, PASSWORD).await, 401);
    assert_eq!(sign_in_status(&app, THIEFS, PASSWORD).await, 401);
    assert!(!gets_a_reset(&app, THIEFS).await);
    assert!(gets_a_reset(&app, &person.email).await);
    assert_eq!(reset(&app, &person.email, NEW_PASSWORD).await.status, 200);
    thief.sign_in(&person.email, NEW_PASSWORD, None).await;
    thief.changes_password(NEW_PASSWORD, PASSWORD).await;
    assert!(!by_known_browser(&app).await, "the browser was forgotten");
}

/// Password, session, authenticator and device cookie, and not the mailbox.
#[tokio::test(flavor = "multi_thread")]
async fn everything_but_the_mailbox_is_put_back_by_the_mailbox_with_the_same() {
    let app = TestApp::start().await;
    let person = app.person().with_totp().await;
    let mut thief = Party::known(&app, &person, "Thief/1.0").await;
    thief
        .sign_in(&person.email, PASSWORD, Some(&person.code()))
        .await;
    thief.moves_to(THIEFS).await;
    let old = link(&app, &person.email, "address was changed").await;

    // By the link: it takes the code as well as the password.
    let password = json!({ "password": PASSWORD });
    assert_eq!(refused(&app, &old, password).await.0, 422);
    let proof = json!({ "password": PASSWORD, "code": person.backup_codes[0] });
    assert!(pressed(&app, &old, proof).await);
    assert_eq!(address(&app, &person).await, person.email);

    // After the freeze: password and mailbox are the owner's alone, the factor is not enough.
    for wait in [TimeDelta::zero(), TimeDelta::hours(72)] {
        app.wait(wait);
        assert_eq!(thief.api.get("/me").await.status, 401);
        assert_eq!(sign_in_status(&app, &person.email, PASSWORD).await, 401);
        assert_eq!(sign_in_status(&app, THIEFS, PASSWORD).await, 401);
        assert!(!gets_a_reset(&app, THIEFS).await);
    }
}
