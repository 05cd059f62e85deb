//! What a proof at a link does, and what a wrong one does not.

use chrono::TimeDelta;
use serde_json::json;

use super::{
    NEW, Party, THIEFS, address, dead, gets_a_reset, link, press, pressed, refused, sign_in_status,
};
use crate::harness::{
    Person, TestApp,
    people::{NEW_PASSWORD, PASSWORD, Phone},
};

fn spent() -> (u16, String) {
    (422, "invalid_code".to_owned())
}

async fn is_frozen(app: &TestApp) -> bool {
    let frozen = "SELECT 1 FROM users WHERE frozen_until > $1::text::timestamptz";
    let now = app.services().now().to_rfc3339();
    !app.sql(frozen, &[&now]).await.is_empty()
}

/// A person whom a thief with the password has moved to another address, the thief, and the link of that.
async fn moved(app: &TestApp) -> (Person, Party<'_>, String) {
    let person = app.person().verified().await;
    app.api().sign_in(&person).await;
    let mut thief = Party::unknown(app, "Thief/1.0");
    thief.sign_in(&person.email, PASSWORD, None).await;
    thief.moves_to(THIEFS).await;
    let token = link(app, &person.email, "address was changed").await;
    (person, thief, token)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_proof_changes_nothing_and_counts_as_a_wrong_password() {
    let app = TestApp::start().await;
    let (person, thief, token) = moved(&app).await;
    for _ in 0..10 {
        let wrong = json!({ "password": "not the right password" });
        assert_eq!(press(&app, &token, wrong).await.status, 403);
    }
    assert_eq!(thief.api.get("/me").await.status, 200);
    assert!(!is_frozen(&app).await);
    let counted = "SELECT failures FROM account_throttles WHERE failures >= 10";
    let counted = app.sql(counted, &[]).await;
    assert_eq!(counted.len(), 2, "at the link, and at the sign-in");
    let code = press(&app, &token, json!({ "code": "123456" })).await;
    assert_eq!((code.status, code.code()), (409, "totp_not_enabled"));
    // The right one is still accepted, and clears the count of the link.
    assert!(pressed(&app, &token, json!({ "password": PASSWORD })).await);
    assert_eq!(address(&app, &person).await, person.email);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_wrong_proofs_pause_the_link_and_the_sign_in() {
    let app = TestApp::with(&[("RATE_LIMIT_SCALE", "1")]).await;
    let (_, _, token) = moved(&app).await;
    for _ in 0..10 {
        app.wait(TimeDelta::minutes(2));
        let wrong = json!({ "password": "not the right password" });
        assert_eq!(press(&app, &token, wrong).await.status, 403);
    }
    let right = press(&app, &token, json!({ "password": PASSWORD })).await;
    assert_eq!(right.status, 429, "{right:?}");
    assert_eq!(sign_in_status(&app, THIEFS, PASSWORD).await, 429);
    app.wait(TimeDelta::minutes(1));
    assert!(pressed(&app, &token, json!({ "password": PASSWORD })).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_alone_ends_the_freeze_and_works_once_anywhere() {
    let app = TestApp::start().await;
    let person = app.person().with_totp().await;
    let mut owner = Party::known(&app, &person, "Owner/1.0").await;
    owner
        .sign_in(&person.email, PASSWORD, Some(&person.backup_codes[0]))
        .await;
    owner.moves_to(NEW).await;
    // The link is that of the old mailbox, so the password stays open.
    let token = link(&app, &person.email, "address was changed").await;
    assert!(!pressed(&app, &token, json!({})).await);
    assert!(is_frozen(&app).await);

    let (code, backup) = (person.code(), person.backup_codes[1].clone());
    assert!(!pressed(&app, &token, json!({ "code": code })).await);
    assert!(!is_frozen(&app).await);
    assert_eq!(
        address(&app, &person).await,
        NEW,
        "a code puts nothing back"
    );
    assert_eq!(
        refused(&app, &token, json!({ "code": code })).await,
        spent()
    );
    assert!(!pressed(&app, &token, json!({ "code": backup })).await);
    assert_eq!(
        refused(&app, &token, json!({ "code": backup })).await,
        spent()
    );
    let first = json!({ "code": person.backup_codes[0] });
    assert_eq!(
        refused(&app, &token, first).await,
        spent(),
        "used at the sign-in"
    );

    let moved = Person {
        email: NEW.to_owned(),
        ..person.clone()
    };
    for used in [&code, &backup] {
        let reply = app.api().sign_in_with(&moved, used).await;
        assert_eq!(reply.status, 401, "{reply:?}");
    }
    app.wait(TimeDelta::minutes(1));
    let reply = app.api().sign_in_with(&moved, &person.code()).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

/// A thief with the password reads the mails of the events after the change of address.
#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_a_later_event_lifts_no_freeze() {
    let app = TestApp::start().await;
    let (person, mut thief, token) = moved(&app).await;
    let enrolment = thief.post("/mfa/totp/enroll", json!({})).await;
    let phone = Phone::new(enrolment.text("secret"), &app.clock);
    let confirmed = thief
        .post("/mfa/totp/confirm", json!({ "code": phone.code() }))
        .await;
    thief.api = app.api().with(&confirmed);
    thief.changes_password(PASSWORD, NEW_PASSWORD).await;
    let of_factor = link(&app, THIEFS, "turned on").await;
    let of_password = link(&app, THIEFS, "password was changed").await;

    assert!(!pressed(&app, &token, json!({})).await);
    app.wait(TimeDelta::minutes(1));
    assert!(!pressed(&app, &of_password, json!({ "code": phone.code() })).await);
    app.wait(TimeDelta::minutes(1));
    let proof = json!({ "password": PASSWORD, "code": phone.code() });
    pressed(&app, &of_password, proof).await;
    pressed(&app, &of_factor, json!({ "password": PASSWORD })).await;
    assert!(is_frozen(&app).await);
    assert!(!gets_a_reset(&app, THIEFS).await);
    for password in [PASSWORD, NEW_PASSWORD] {
        assert_eq!(sign_in_status(&app, THIEFS, password).await, 401);
    }
    // The owner's own link ends it.
    assert!(pressed(&app, &token, json!({ "password": PASSWORD })).await);
    assert_eq!(address(&app, &person).await, person.email);
    assert!(gets_a_reset(&app, &person.email).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admins_reset_of_the_second_factor_is_put_back_by_password_and_code() {
    let app = TestApp::start().await;
    let person = app.person().with_totp().await;
    let admin = app.person().verified().admin().await;
    let admin = app.api().with(&app.api().sign_in(&admin).await);
    let path = format!("/{}/reset-two-factor", person.id);
    let reply = admin.admin(&path, json!({ "reason": "lost phone" })).await;
    assert!(matches!(reply.status, 200 | 204), "{reply:?}");
    let token = link(&app, &person.email, "was reset").await;
    assert_eq!(sign_in_status(&app, &person.email, PASSWORD).await, 200);

    let password = json!({ "password": PASSWORD });
    assert_eq!(refused(&app, &token, password).await.0, 422);
    let (code, backup) = (person.code(), &person.backup_codes[1]);
    for code in [&code, backup] {
        assert!(!pressed(&app, &token, json!({ "code": code })).await);
    }
    for code in [&code, backup] {
        let used = json!({ "code": code });
        assert_eq!(refused(&app, &token, used).await, spent());
    }
    let stands = "SELECT 1 FROM totp_authenticators WHERE confirmed_at IS NOT NULL";
    assert!(app.sql(stands, &[]).await.is_empty());
    let both = json!({ "password": PASSWORD, "code": person.backup_codes[0] });
    assert!(pressed(&app, &token, both).await);
    assert_eq!(app.sql(stands, &[]).await.len(), 1);
    let codes = "SELECT 1 FROM backup_codes WHERE used_at IS NULL";
    assert_eq!(app.sql(codes, &[]).await.len(), 8, "the used ones are gone");
    let last_step = "SELECT 1 FROM totp_authenticators WHERE last_step >= $1::text::bigint";
    let step = (app.services().now().timestamp() / 30).to_string();
    assert_eq!(
        app.sql(last_step, &[&step]).await.len(),
        1,
        "and so is the other"
    );
    assert_eq!(refused(&app, &token, json!({})).await, dead());
}
