//! Which accounts a passkey signs in to, and in which state.

use reqwest::Method;
use serde_json::json;

use crate::harness::{TestApp, authenticator::Manner, passkeys::with_passkey, people::PASSWORD};

/// What bars a password from signing in bars a passkey as well.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_closed_to_passwords_is_closed_to_passkeys() {
    let app = TestApp::with(&[("EMAIL_VERIFICATION", "required")]).await;
    for (barred, open) in [
        ("disabled_at = created_at", "disabled_at = NULL"),
        (
            "sign_in_frozen_until = now() + interval '90 days'",
            "sign_in_frozen_until = NULL",
        ),
        ("password_closed_at = now()", "password_closed_at = NULL"),
        ("email_verified_at = NULL", "email_verified_at = created_at"),
        // As after a restore that lost rows.
        ("two_factor = false", "two_factor = true"),
    ] {
        let (owner, mut device) = with_passkey(&app, Manner::default()).await;
        let set = |what: &str| format!("UPDATE users SET {what} WHERE email = $1");
        app.sql(&set(barred), &[&owner.email]).await;
        let refused = app.api().sign_in_by_passkey(&mut device).await;
        assert_eq!(
            (refused.status, refused.code()),
            (401, "invalid_passkey"),
            "{barred}"
        );
        app.sql(&set(open), &[&owner.email]).await;
        let admitted = app.api().sign_in_by_passkey(&mut device).await;
        assert_eq!(admitted.status, 200, "{open}: {admitted:?}");
    }
}

/// After the owner has deleted the account, the right passkey learns that; nothing is signed in.
#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_account_says_so_to_its_passkey() {
    let app = TestApp::start().await;
    let (owner, mut device) = with_passkey(&app, Manner::default()).await;
    let api = app
        .api()
        .with(&app.api().sign_in_by_passkey(&mut device).await);
    let body = json!({ "confirm_email": owner.email });
    assert_eq!(api.post("/delete-account", body).await.status, 204);
    let told = app.api().sign_in_by_passkey(&mut device).await;
    assert_eq!((told.status, told.code()), (403, "account_deleted"));
    let told = app.api().sign_in_by_both(&owner, &mut device).await;
    assert_eq!((told.status, told.code()), (403, "account_deleted"));
}

/// A passkey signs in to an account that needs a new password, and then nothing else works before that.
#[tokio::test(flavor = "multi_thread")]
async fn a_demanded_password_is_demanded_after_a_passkey_too() {
    let app = TestApp::start().await;
    let (owner, mut device) = with_passkey(&app, Manner::default()).await;
    let demand = "UPDATE users SET password_must_change = true WHERE email = $1";
    app.sql(demand, &[&owner.email]).await;
    let signed_in = app.api().sign_in_by_passkey(&mut device).await;
    assert_eq!(signed_in.body["user"]["password_must_change"], true);
    let api = app.api().with(&signed_in);
    assert_eq!(
        api.get("/passkeys").await.code(),
        "password_change_required"
    );
    let body =
        json!({ "current_password": PASSWORD, "new_password": "quiet marble harvest lantern" });
    assert_eq!(api.post("/change-password", body).await.status, 200);
}

/// A passkey completes a password reset, which changes nothing before it.
#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_completes_a_reset() {
    let app = TestApp::start().await;
    let (owner, mut device) = with_passkey(&app, Manner::default()).await;
    let api = app.api();
    api.post("/forgot-password", json!({ "email": owner.email }))
        .await;
    let token = app.post.mail(&owner.email, "Reset your").await.token();
    let body = json!({ "token": token, "new_password": "quiet marble harvest lantern" });
    let pending = api.post("/reset-password", body).await;
    assert_eq!(pending.body["mfa_required"], true, "{pending:?}");
    let asked = api.second_step(&pending).await;
    let signed_in = api.answer(&asked, &mut device).await;
    assert_eq!(signed_in.status, 200, "{signed_in:?}");
    assert_eq!(api.sign_in(&owner).await.status, 401);
}

/// A sign-in by passkey from a program that the account does not know is mailed, as any other.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_device_is_mailed_after_a_passkey() {
    let app = TestApp::start().await;
    let (owner, mut device) = with_passkey(&app, Manner::default()).await;
    let api = app.api();
    let asked = api.passkey_options().await;
    let body = asked.body(device.get(&asked.public_key));
    let request = api.request(reqwest::Method::POST, "/login/passkey");
    let request = request
        .header("user-agent", "another program/1.0")
        .json(&body);
    let reply = crate::harness::Reply::of(request).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    app.post.mail(&owner.email, "New sign-in").await;
}

/// Whoever removed a passkey, and gave its id to one of their own account, keeps it from nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_removed_passkey_is_put_back_although_another_account_took_its_id() {
    let app = TestApp::start().await;
    let owner = app.person().verified().await;
    let other = app.person().verified().await;
    let api = app.api().with(&app.api().sign_in(&owner).await);
    let (mut device, made) = api.add_passkey(Manner::default()).await;
    let code = made.body["backup_codes"][0].clone();
    app.wait(chrono::TimeDelta::hours(80));
    let api = app
        .api()
        .with(&app.api().sign_in_by_passkey(&mut device).await);
    let path = format!("/passkeys/{}", made.text("id"));
    let removed = api.call(Method::DELETE, &path, &json!({})).await;
    assert_eq!(removed.status, 200, "{removed:?}");
    let copy = "INSERT INTO passkeys (id, user_id, credential_id, credential, backup_eligible, synced, name, created_at)
        SELECT gen_random_uuid(), id, $2, '{}', false, false, 'Copy', now() + interval '90 hours' FROM users WHERE email = $1";
    app.sql(copy, &[&other.email, &device.credential_id]).await;

    let mail = app.post.mail(&owner.email, "turned off").await;
    let body = json!({ "token": mail.token_of("/not-me"), "password": PASSWORD, "code": code });
    let reply = app.api().post("/not-me", body).await;
    assert_eq!(
        (reply.status, &reply.body["restored"]),
        (200, &json!(true)),
        "{reply:?}"
    );
    let token = app.post.mail(&owner.email, "Reset your").await.token();
    let body = json!({ "token": token, "new_password": "quiet marble harvest lantern" });
    let pending = app.api().post("/reset-password", body).await;
    let asked = app.api().second_step(&pending).await;
    let signed_in = app.api().answer(&asked, &mut device).await;
    assert_eq!(signed_in.status, 200, "{signed_in:?}");
    let pending = app.api().sign_in(&other).await;
    assert!(pending.body["mfa_required"].is_null(), "{pending:?}");
}

/// Each change of the passkeys keeps a copy of them for two weeks, so that changes are paced.
#[tokio::test(flavor = "multi_thread")]
async fn passkeys_are_added_and_removed_at_a_pace() {
    let app = TestApp::start().await;
    let owner = app.person().verified().await;
    let api = app.api().with(&app.api().sign_in(&owner).await);
    let (mut device, made) = api.add_passkey(Manner::default()).await;
    let api = app.api().with(&made);
    let earlier = "INSERT INTO audit_events (at, event, level, subject_id)
        SELECT at, name, level, subject_id FROM audit_events,
        unnest(ARRAY['passkey_added', 'passkey_removed']) AS name, generate_series(1, 50)
        WHERE event = 'passkey_added' AND subject_id = (SELECT id FROM users WHERE email = $1)";
    app.sql(earlier, &[&owner.email]).await;
    let (_, refused) = api.add_passkey(Manner::default()).await;
    assert_eq!((refused.status, refused.code()), (429, "too_many_requests"));
    let path = format!("/passkeys/{}", made.text("id"));
    let refused = api.call(Method::DELETE, &path, &json!({})).await;
    assert_eq!((refused.status, refused.code()), (429, "too_many_requests"));
    app.wait(chrono::TimeDelta::minutes(61));
    let api = app
        .api()
        .with(&app.api().sign_in_by_passkey(&mut device).await);
    let (_, added) = api.add_passkey(Manner::default()).await;
    assert_eq!(added.status, 201, "{added:?}");
}

/// A passkey that a thief added does not outlast the report, and the owner's own one does.
#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_made_shortly_before_a_freeze_proves_nothing_while_it_lasts() {
    let app = TestApp::start().await;
    let (owner, mut device) = with_passkey(&app, Manner::default()).await;
    app.wait(chrono::TimeDelta::hours(80));
    let stolen = app
        .api()
        .with(&app.api().sign_in_by_passkey(&mut device).await);
    let (mut thief, added) = stolen.add_passkey(Manner::default()).await;
    assert_eq!(added.status, 201, "{added:?}");
    let mail = app.post.mail(&owner.email, "assk").await;
    let body = json!({ "token": mail.token_of("/not-me") });
    assert_eq!(app.api().post("/not-me", body).await.status, 200);

    let token = app.post.mail(&owner.email, "Reset your").await.token();
    let body = json!({ "token": token, "new_password": "quiet marble harvest lantern" });
    let pending = app.api().post("/reset-password", body).await;
    let asked = app.api().second_step(&pending).await;
    let refused = app.api().answer(&asked, &mut thief).await;
    assert_eq!((refused.status, refused.code()), (401, "invalid_passkey"));
    let asked = app.api().second_step(&pending).await;
    let signed_in = app.api().answer(&asked, &mut device).await;
    assert_eq!(signed_in.status, 200, "{signed_in:?}");

    let refused = app.api().sign_in_by_passkey(&mut thief).await;
    assert_eq!((refused.status, refused.code()), (401, "invalid_passkey"));
    let api = app.api().with(&signed_in);
    let refused = api.prove_by_passkey(&mut thief).await;
    assert_eq!((refused.status, refused.code()), (422, "invalid_passkey"));
    assert_eq!(api.prove_by_passkey(&mut device).await.status, 204);

    app.wait(chrono::TimeDelta::hours(73));
    let api = app
        .api()
        .with(&app.api().sign_in_by_passkey(&mut device).await);
    let path = format!("/passkeys/{}", added.text("id"));
    let removed = api.call(Method::DELETE, &path, &json!({})).await;
    assert_eq!(removed.status, 200, "{removed:?}");
}
