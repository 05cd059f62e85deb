//! Guesses at codes: a separate, stricter counter.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;

use super::{app, wait_of};

/// (25) Wrong codes are counted across pending sign-ins, nodes and routes. A right one resets the count.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_share_a_counter_across_nodes_and_routes() {
    let app = app().await;
    let other = app.another_node();
    let owner = app.person().with_totp().await;
    let wrong = owner.phone.as_ref().unwrap().wrong_code();
    let (here, there) = (app.api(), app.api().at(&other));
    let signed_in = here.with(&here.sign_in_with(&owner, &owner.backup_codes[0]).await);
    for round in 0..2 {
        for api in [&here, &there] {
            assert_eq!(api.sign_in_with(&owner, &wrong).await.status, 401);
        }
        let proof = json!({ "code": wrong });
        assert_eq!(signed_in.post("/reauthenticate", proof).await.status, 422);
        let page = app.browser().sign_in_with(&owner, &wrong).await;
        assert_eq!(page.status(), 401);
        if round == 0 {
            let right = &owner.backup_codes[1];
            assert_eq!(here.sign_in_with(&owner, right).await.status, 200);
        }
    }
    assert_eq!(there.sign_in_with(&owner, "junk").await.status, 401);
    assert_eq!(wait_of(&here.sign_in_with(&owner, &owner.code()).await), 30);
    let page = app.browser().sign_in_with(&owner, &owner.code()).await;
    assert_eq!(page.status(), 429);
    let proof = json!({ "code": owner.code() });
    assert_eq!(wait_of(&signed_in.post("/reauthenticate", proof).await), 30);
    app.wait(TimeDelta::seconds(30));
    let reply = here.sign_in_with(&owner, &owner.code()).await;
    assert_eq!(reply.status, 200);
}

/// (25) Of many concurrent codes five are checked. The count is committed before any check.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_concurrent_codes_five_are_checked() {
    let app = app().await;
    let other = app.another_node();
    let owner = app.person().with_totp().await;
    let pending = app.api().sign_in(&owner).await;
    let wrong = owner.phone.as_ref().unwrap().wrong_code();
    let (here, there) = (app.api(), app.api().at(&other));
    let attempts = (0..100).map(async |n| {
        let api = if n % 2 == 0 { &here } else { &there };
        let body = json!({ "mfa_token": pending.text("mfa_token"), "code": wrong });
        api.post("/login/mfa", body).await.status
    });
    let all = join_all(attempts).await;
    let with = |status| all.iter().filter(|s| **s == status).count();
    assert_eq!((with(401), with(429)), (5, 95), "{all:?}");
}

/// The owner is notified of wrong codes after the right password (ASVS 6.3.5), and not more than once.
#[tokio::test(flavor = "multi_thread")]
async fn the_owner_is_notified_of_wrong_codes_after_the_right_password() {
    let app = app().await;
    let owner = app.person().with_totp().await;
    let wrong = owner.phone.as_ref().unwrap().wrong_code();
    for _ in 0..2 {
        assert_eq!(app.api().sign_in_with(&owner, &wrong).await.status, 401);
        let page = app.browser().sign_in_with(&owner, &wrong).await;
        assert_eq!(page.status(), 401);
        let mail = app.post.mail(&owner.email, "wrong code").await.text();
        assert!(mail.contains("IP address: 127.0.0.1"), "{mail}");
        app.outbox_is_empty().await;
        app.wait(TimeDelta::hours(1));
    }
    assert_eq!(app.post.count(&owner.email), 2, "once an hour");
}
