//! The keys that sign tokens are changed while users stay signed in.

use serde_json::json;

use crate::harness::{TestApp, people::NEW_PASSWORD};

const OLD: &str = "a key of thirty-two bytes or more for tests";
const NEW: &str = "a new key of thirty-two bytes or more for tests";

fn kid(token: &str) -> String {
    let header = jsonwebtoken::decode_header(token).unwrap();
    header.kid.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_signing_key_signs_no_one_out() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let api = app.api();
    let pair = api.sign_in_with(&owner, &owner.code()).await;
    let lost = api
        .sign_in_with(&owner, &owner.phone.as_ref().unwrap().code_in(1))
        .await;
    let pending = api.sign_in(&owner).await;
    api.post("/forgot-password", json!({ "email": owner.email }))
        .await;
    let link = app.post.mail(&owner.email, "Reset").await.token();
    // The answer to this request is lost; the client repeats it after the restart.
    let successor = api.refresh(lost.text("refresh_token")).await;

    let rotated =
        app.another_node_with(&[("JWT_SECRET_KEY", NEW), ("JWT_PREVIOUS_SECRET_KEYS", OLD)]);
    let api = api.at(&rotated);
    assert_eq!(api.with(&pair).get("/me").await.status, 200);
    let again = api.refresh(lost.text("refresh_token")).await;
    assert_eq!(again.text("refresh_token"), successor.text("refresh_token"));
    let next = api.refresh(pair.text("refresh_token")).await;
    assert_eq!(next.status, 200);
    assert_ne!(
        kid(next.text("refresh_token")),
        kid(pair.text("refresh_token"))
    );
    assert_ne!(
        kid(next.text("access_token")),
        kid(pair.text("access_token"))
    );
    let body = json!({ "mfa_token": pending.text("mfa_token"), "code": owner.backup_codes[0] });
    assert_eq!(api.post("/login/mfa", body).await.status, 200);

    // Without the old key its tokens are refused, and nothing else changes.
    let new_alone = app.another_node_with(&[("JWT_SECRET_KEY", NEW)]);
    let api = api.at(&new_alone);
    assert_eq!(api.with(&pair).get("/me").await.status, 401);
    let events = app.audit().await;
    for dead in [pair.text("refresh_token"), lost.text("refresh_token")] {
        assert_eq!(api.refresh(dead).await.status, 401);
    }
    assert_eq!(app.audit().await, events, "no replay is seen in it");
    assert_eq!(api.with(&next).get("/me").await.status, 200);

    let body = json!({ "token": link, "new_password": NEW_PASSWORD });
    assert_eq!(api.post("/reset-password", body.clone()).await.status, 422);
    let reset = api.at(&rotated).post("/reset-password", body).await;
    assert_eq!(reset.status, 200, "the mailed link still works: {reset:?}");
}
