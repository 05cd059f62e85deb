//! The same act several times at once: one succeeds, and there is no fault.

use std::time::Duration;

use futures_util::future::{join, join_all};
use serde_json::json;
use tokio::time::sleep;

use crate::harness::{
    TestApp,
    people::{NEW_PASSWORD, Phone},
};

const PARALLEL: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_confirmations_enrols() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    let api = app.api();
    let api = api.with(&api.sign_in(&person).await);
    let password = json!({ "password": person.password });
    let enrolment = api.post("/mfa/totp/enroll", password).await;
    let code = Phone::new(enrolment.text("secret"), &app.clock).code();
    let attempts = (0..PARALLEL).map(|_| api.post("/mfa/totp/confirm", json!({ "code": code })));
    let replies = join_all(attempts).await;
    let won = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!(won, 1);
    for reply in &replies {
        assert!(matches!(reply.status, 200 | 401 | 409), "{}", reply.status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_new_sets_of_backup_codes_one_is_valid() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let api = app.api();
    let api = api.with(&api.sign_in_with(&owner, &owner.code()).await);
    let password = json!({ "password": owner.password });
    let attempts = (0..PARALLEL).map(|_| api.post("/mfa/backup-codes", password.clone()));
    for reply in join_all(attempts).await {
        assert!(matches!(reply.status, 200 | 409), "{}", reply.status);
    }
    let rows = app.sql("SELECT 1 FROM backup_codes", &[]).await;
    assert_eq!(rows.len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_links_verifies() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let api = app.api();
    let api = api.with(&api.sign_in(&person).await);
    let body = json!({ "email": person.email });
    api.post("/resend-verification", body).await;
    let token = app
        .post
        .mail(&person.email, "Verify your email")
        .await
        .token();
    let attempts = (0..PARALLEL).map(|_| api.post("/verify-email", json!({ "token": token })));
    let replies = join_all(attempts).await;
    assert!(replies.iter().any(|reply| reply.status == 204));
    for reply in &replies {
        assert!(matches!(reply.status, 204 | 422), "{}", reply.status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_squatter_cannot_use_up_the_owners_link() {
    // Slow hashes leave time to sign out everywhere while the owner's password is being hashed.
    let dear = [("ARGON2_MEMORY_KIB", "19456"), ("ARGON2_ITERATIONS", "20")];
    let app = TestApp::with(&dear).await;
    let squatter = app.person().await;
    let api = app.api();
    let theirs = api.with(&api.sign_in(&squatter).await);
    api.post("/resend-verification", json!({ "email": squatter.email }))
        .await;
    let token = app
        .post
        .mail(&squatter.email, "Verify your email")
        .await
        .token();
    let claim = json!({ "token": token, "new_password": NEW_PASSWORD });
    let disturbed = async {
        sleep(Duration::from_millis(30)).await;
        theirs.post("/logout-all", json!({})).await
    };
    let (claimed, _) = join(api.post("/verify-email", claim.clone()), disturbed).await;
    if claimed.status != 204 {
        assert_eq!(claimed.status, 422);
        assert_eq!(api.post("/verify-email", claim).await.status, 204);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_sign_ins_succeed_while_the_hash_is_replaced() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let dearer = app.another_node_with(&[("ARGON2_ITERATIONS", "2")]);
    let api = app.api().at(&dearer);
    let replies = join_all((0..PARALLEL).map(|_| api.sign_in(&person))).await;
    assert!(replies.iter().all(|reply| reply.status == 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_racers_need_no_second_connection() {
    let app = TestApp::with(&[("DATABASE_POOL_SIZE", "1")]).await;
    let owner = app.person().with_totp().await;
    let api = app.api();
    let mut pending = Vec::new();
    for _ in 0..4 {
        pending.push(api.sign_in(&owner).await.text("mfa_token").to_owned());
    }
    let code = owner.code();
    let attempts = pending
        .iter()
        .map(|token| api.post("/login/mfa", json!({ "mfa_token": token, "code": code })));
    let mut statuses: Vec<_> = join_all(attempts).await.iter().map(|r| r.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401, 401, 401]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_path_too_long_for_a_cookie_is_ignored() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let mut browser = app.browser();
    browser.visit("/login?next=/account").await;
    for next in [
        format!("/{}", "\"".repeat(1500)),
        format!("/{}", "a".repeat(3000)),
    ] {
        let typed = [
            ("email", owner.email.as_str()),
            ("password", owner.password.as_str()),
            ("next", next.as_str()),
        ];
        let page = browser.submit("/login", &typed).await;
        assert_eq!(page.path(), "/login/verify");
        browser.visit("/login?next=/account").await;
    }
}

/// A long transaction locks one account. Requests that wait for it get a 503 with a time to retry, and
/// others can still sign in.
#[tokio::test(flavor = "multi_thread")]
async fn requests_that_wait_for_one_account_do_not_block_others() {
    let app = TestApp::with(&[("RATE_LIMIT_SCALE", "1000000")]).await;
    let (locked, other) = (app.person().await, app.person().await);
    let long = app.another_connection().await;
    let begin = format!(
        "BEGIN; SELECT 1 FROM users WHERE id = '{}' FOR UPDATE",
        locked.id
    );
    long.batch_execute(&begin).await.unwrap();
    let api = app.api();
    let forgot = async || {
        let body = json!({ "email": locked.email });
        api.post("/forgot-password", body).await
    };
    let others = async {
        sleep(Duration::from_millis(300)).await;
        app.api().sign_in(&other).await.status
    };
    let waiting = join_all((0..12).map(|_| forgot()));
    let (waited, signed_in) = join(waiting, others).await;
    assert_eq!(signed_in, 200);
    for reply in waited {
        assert_eq!(reply.status, 503, "{reply:?}");
        assert!(reply.answer.header("retry-after").is_some());
    }
    long.batch_execute("COMMIT").await.unwrap();
    assert_eq!(forgot().await.status, 202);
}
