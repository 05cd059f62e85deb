//! Which accounts a passkey signs in to, and in which state.

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
