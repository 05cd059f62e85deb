//! A reset of an account with a second factor: nothing changes before its code.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;

use crate::harness::{
    Api, Person, Reply, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

const OTHER_PASSWORD: &str = "an entirely other walnut";

async fn link_for(app: &TestApp, person: &Person) -> String {
    let asked = json!({ "email": person.email });
    let reply = app.api().post("/forgot-password", asked).await;
    assert_eq!(reply.status, 202);
    app.post.mail(&person.email, "Reset").await.token()
}

async fn reset(api: &Api, token: &str, password: &str) -> Reply {
    let body = json!({ "token": token, "new_password": password });
    api.post("/reset-password", body).await
}

async fn pending(api: &Api, token: &str, password: &str) -> String {
    let reply = reset(api, token, password).await;
    assert_eq!(reply.body["mfa_required"], true, "{reply:?}");
    reply.text("mfa_token").to_owned()
}

async fn code(api: &Api, pending: &str, code: &str) -> Reply {
    let body = json!({ "mfa_token": pending, "code": code });
    api.post("/login/mfa", body).await
}

async fn opens(api: &Api, person: &Person, password: &str) -> bool {
    let body = json!({ "email": person.email, "password": password });
    api.post("/login", body).await.status == 200
}

/// Everything that a reset changes.
async fn account(app: &TestApp) -> Vec<String> {
    let all = "SELECT u::text FROM users u UNION ALL SELECT s::text FROM sessions s
        UNION ALL SELECT t::text FROM trusted_devices t UNION ALL SELECT r::text FROM revoked_tokens r
        ORDER BY 1";
    let rows = app.sql(all, &[]).await;
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_changes_nothing_before_the_second_factor() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let owner = app.person().with_totp().await;
    let (api, there) = (app.api(), app.api().at(&other));
    let living = api.sign_in_with(&owner, &owner.code()).await;
    app.wait(TimeDelta::minutes(1));
    let token = link_for(&app, &owner).await;
    let before = account(&app).await;
    let first = pending(&api, &token, NEW_PASSWORD).await;
    // An attacker with access to the mailbox only may try any number of times.
    for wrong in ["7K3M-9QXD-2VHT-R8WN", "12345"] {
        assert_eq!(code(&there, &first, wrong).await.status, 401);
    }
    assert_eq!(account(&app).await, before);
    assert_eq!(api.with(&living).get("/me").await.status, 200);
    assert!(opens(&api, &owner, PASSWORD).await && !opens(&api, &owner, NEW_PASSWORD).await);
    let reported = app.post.mail(&owner.email, "reset link").await;
    assert!(reported.text().contains("Your password has not changed."));

    // The link is still valid, and any of the passwords sent with it may still be set.
    let second = pending(&there, &token, OTHER_PASSWORD).await;
    let done = code(&there, &first, &owner.code()).await;
    assert_eq!(done.status, 200, "{done:?}");
    assert!(opens(&api, &owner, NEW_PASSWORD).await && !opens(&api, &owner, PASSWORD).await);
    assert_eq!(api.with(&living).get("/me").await.status, 401);
    assert_eq!(api.with(&done).get("/me").await.status, 200);
    app.wait(TimeDelta::minutes(1));
    assert_eq!(code(&api, &second, &owner.code()).await.status, 401);
    assert_eq!(code(&api, &first, &owner.code()).await.status, 401);
    assert_eq!(reset(&api, &token, OTHER_PASSWORD).await.status, 422);
    app.post.mail(&owner.email, "password was changed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_reset_ends_by_expiry_or_by_another_change() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let api = app.api();
    let token = link_for(&app, &owner).await;
    let late = pending(&api, &token, NEW_PASSWORD).await;
    app.wait(TimeDelta::minutes(6));
    assert_eq!(code(&api, &late, &owner.code()).await.status, 401);
    // The link has its own expiry.
    let overtaken = pending(&api, &token, NEW_PASSWORD).await;
    let acting = api.with(&api.sign_in_with(&owner, &owner.code()).await);
    let change = json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD });
    assert_eq!(acting.post("/change-password", change).await.status, 200);
    app.wait(TimeDelta::minutes(1));
    assert_eq!(code(&api, &overtaken, &owner.code()).await.status, 401);
    assert!(opens(&api, &owner, OTHER_PASSWORD).await);

    // Signing out everywhere and disabling the account end it, too.
    let token = link_for(&app, &owner).await;
    let one = pending(&api, &token, NEW_PASSWORD).await;
    app.sql("UPDATE users SET revocation_id = revocation_id + 1", &[])
        .await;
    assert_eq!(code(&api, &one, &owner.code()).await.status, 401);
    let token = link_for(&app, &owner).await;
    let one = pending(&api, &token, NEW_PASSWORD).await;
    app.sql("UPDATE users SET disabled_at = created_at", &[])
        .await;
    assert_eq!(code(&api, &one, &owner.code()).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_concurrent_completions_one_sets_its_password() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let owner = app.person().with_totp().await;
    let nodes = [app.api(), app.api().at(&other)];
    let token = link_for(&app, &owner).await;
    let mut tokens = Vec::new();
    for n in 0..4 {
        let password = format!("{NEW_PASSWORD} {n}");
        tokens.push(pending(&nodes[n % 2], &token, &password).await);
    }
    let right = owner.code();
    let raced = tokens
        .iter()
        .enumerate()
        .map(|(n, one)| code(&nodes[n % 2], one, &right));
    let done = join_all(raced).await;
    let winners: Vec<usize> = (0..4).filter(|n| done[*n].status == 200).collect();
    assert_eq!(winners.len(), 1, "{done:?}");
    let password = format!("{NEW_PASSWORD} {}", winners[0]);
    assert!(opens(&nodes[0], &owner, &password).await);
    assert_eq!(
        app.sql("SELECT 1 FROM sessions WHERE revoked_at IS NULL", &[])
            .await
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_explain_the_code_and_a_trusted_browser_is_asked_for_it_too() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let mut browser = app.browser();
    browser.sign_in(&owner).await;
    let typed = [("code", &*owner.code()), ("trust_device", "on")];
    assert_eq!(
        browser.submit("/login/verify", &typed).await.path(),
        "/account"
    );
    app.wait(TimeDelta::minutes(1));
    let token = link_for(&app, &owner).await;
    let link = format!("/reset-password?token={token}");
    let typed = [("new_password", NEW_PASSWORD)];
    browser.visit(&link).await;
    let page = browser.submit("/reset-password", &typed).await;
    assert_eq!(page.path(), "/login/verify", "trust is no factor here");
    assert!(
        page.html()
            .contains("Until then, your old password still works"),
        "{}",
        page.html()
    );
    assert!(opens(&app.api(), &owner, PASSWORD).await);

    // Too late: the message says that nothing happened, and the link still works.
    app.wait(TimeDelta::minutes(6));
    browser.visit("/login/verify").await;
    let page = browser
        .submit("/login/verify", &[("code", &owner.code())])
        .await;
    assert_eq!(page.path(), "/forgot-password");
    assert!(page.html().contains("your password has not changed"));
    browser.visit(&link).await;
    assert_eq!(
        browser.submit("/reset-password", &typed).await.path(),
        "/login/verify"
    );
    let page = browser
        .submit("/login/verify", &[("code", &owner.code())])
        .await;
    assert_eq!(page.path(), "/account");
    assert!(
        page.html().contains("Your new password is set"),
        "{}",
        page.html()
    );
    assert!(opens(&app.api(), &owner, NEW_PASSWORD).await);
    assert_eq!(browser.visit(&link).await.status(), 410);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_code_completes_a_reset_once() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let api = app.api();
    let token = link_for(&app, &owner).await;
    let one = pending(&api, &token, NEW_PASSWORD).await;
    let used = &owner.backup_codes[0];
    assert_eq!(code(&api, &one, used).await.status, 200);
    assert!(opens(&api, &owner, NEW_PASSWORD).await);
    let token = link_for(&app, &owner).await;
    let two = pending(&api, &token, OTHER_PASSWORD).await;
    assert_eq!(code(&api, &two, used).await.status, 401);
    assert!(opens(&api, &owner, NEW_PASSWORD).await);
}
