//! Two processes of the service on one database: no state that matters is in the memory of one node.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;

use crate::harness::{Browser, TestApp};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_begun_on_one_node_works_on_another() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let person = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    app.wait(TimeDelta::minutes(32));
    let mut moved: Browser = browser.at(&other);
    assert!(moved.is_signed_in().await, "refreshed there");
    moved.submit("/logout", &[]).await;
    assert!(!browser.is_signed_in().await, "signed out there, dead here");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_sent_to_two_nodes_at_once_is_accepted_once() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let owner = app.person().with_totp().await;
    let mut pending = Vec::new();
    for _ in 0..20 {
        pending.push(app.api().sign_in(&owner).await.text("mfa_token").to_owned());
    }
    let code = owner.code();
    let (here, there) = (app.api(), app.api().at(&other));
    let attempts = pending.iter().enumerate().map(|(index, token)| {
        let api = if index % 2 == 0 { &here } else { &there };
        api.post("/login/mfa", json!({ "mfa_token": token, "code": code }))
    });
    let replies = join_all(attempts).await;
    let won = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!(won, 1);
    assert!(
        replies
            .iter()
            .all(|reply| matches!(reply.status, 200 | 401))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_code_sent_to_two_nodes_at_once_is_accepted_once() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let owner = app.person().with_totp().await;
    let code = &owner.backup_codes[0];
    let (here, there) = (app.api(), app.api().at(&other));
    let attempts = (0..20).map(|index| {
        let api = if index % 2 == 0 { &here } else { &there };
        api.sign_in_with(&owner, code)
    });
    let replies = join_all(attempts).await;
    assert_eq!(
        replies.iter().filter(|reply| reply.status == 200).count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_refreshes_of_one_token_get_one_successor() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let person = app.person().await;
    let pair = app.api().sign_in(&person).await;
    let token = pair.text("refresh_token");
    let (here, there) = (app.api(), app.api().at(&other));
    let attempts = (0..20).map(|index| {
        let api = if index % 2 == 0 { &here } else { &there };
        api.refresh(token)
    });
    let replies = join_all(attempts).await;
    let successor = replies[0].text("refresh_token");
    for reply in &replies {
        assert_eq!(
            (reply.status, reply.text("refresh_token")),
            (200, successor)
        );
    }
    let rows = app.sql("SELECT generation FROM sessions", &[]).await;
    assert_eq!(
        (rows.len(), rows[0].get::<_, i64>(0)),
        (1, 1),
        "one rotation"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_link_sent_to_two_nodes_at_once_works_once() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let person = app.person().await;
    app.api()
        .post("/forgot-password", json!({ "email": person.email }))
        .await;
    let token = app.post.mail(&person.email, "Reset").await.token();
    let (here, there) = (app.api(), app.api().at(&other));
    let attempts = (0..20).map(|index| {
        let api = if index % 2 == 0 { &here } else { &there };
        let password = format!("orchard tunnel {index} velvet compass");
        api.post(
            "/reset-password",
            json!({ "token": token, "new_password": password }),
        )
    });
    let replies = join_all(attempts).await;
    assert_eq!(
        replies.iter().filter(|reply| reply.status == 200).count(),
        1
    );
    assert!(
        replies
            .iter()
            .all(|reply| matches!(reply.status, 200 | 422))
    );
}
