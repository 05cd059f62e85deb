//! What an admin cannot do: act on their own account, act without recent reauthentication, or act after
//! losing the role.

use chrono::TimeDelta;
use serde_json::json;

use super::{acts, admin, last_act};
use crate::harness::{TestApp, people::PASSWORD};

/// Every act, with valid fields.
const ACTS: [(&str, &[(&str, &str)]); 14] = [
    ("disable", &[("reason", "x")]),
    ("enable", &[]),
    ("role", &[("role", "user")]),
    ("require-password-change", &[]),
    ("unlock", &[]),
    ("send-reset", &[]),
    ("resend-verification", &[]),
    ("lift-freeze", &[("reason", "x")]),
    ("cancel-recovery", &[("reason", "x")]),
    ("reset-two-factor", &[("reason", "x")]),
    ("revoke-sessions", &[]),
    ("sessions/00000000-0000-4000-8000-000000000000/revoke", &[]),
    ("delete", &[("reason", "x"), ("confirm_email", "x")]),
    ("restore", &[]),
];

#[tokio::test(flavor = "multi_thread")]
async fn admins_cannot_act_on_themselves() {
    let app = TestApp::start().await;
    let (admin, api) = admin(&app).await;
    let mut browser = app.browser();
    browser.sign_in(&admin).await;
    let page = browser.visit(&format!("/admin/users/{}", admin.id)).await;
    assert!(page.text("main").contains("This is your own account."));
    assert!(!page.html().contains("/disable\""));
    for (word, fields) in ACTS {
        let body = fields
            .iter()
            .map(|(k, v)| ((*k).to_owned(), json!(v)))
            .collect();
        let reply = api.admin(&format!("/{}/{word}", admin.id), body).await;
        assert_eq!((reply.status, reply.code()), (403, "own_account"), "{word}");
        let path = format!("/admin/users/{}/{word}", admin.id);
        browser.visit(&path).await;
        let typed: Vec<_> = fields
            .iter()
            .filter(|(k, _)| *k != "role")
            .copied()
            .collect();
        let page = browser.submit(&path, &typed).await;
        assert_eq!(page.status(), 403, "{word}");
        assert!(
            page.alert().contains("own account"),
            "{word}: {}",
            page.html()
        );
    }
    assert_eq!(acts(&app).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_require_reauthentication_and_reading_does_not() {
    let app = TestApp::start().await;
    let (admin, api) = admin(&app).await;
    let person = app.person().verified().await;
    let mut browser = app.browser();
    browser.sign_in(&admin).await;
    app.wait(TimeDelta::minutes(10));
    assert_eq!(api.admin_get("").await.status, 200);
    assert_eq!(api.admin_get(&format!("/{}", person.id)).await.status, 200);
    for (word, _) in ACTS {
        let path = format!("/{}/{word}", person.id);
        let refused = api.admin(&path, json!({})).await;
        assert_eq!(refused.code(), "reauthentication_required", "{word}");
    }
    let path = format!("/{}/disable", person.id);
    let wrong = json!({ "reason": "x", "password": "not the password" });
    assert_eq!(api.admin(&path, wrong).await.code(), "wrong_password");
    assert_eq!(acts(&app).await, 0);
    let right = json!({ "reason": "x", "password": PASSWORD });
    assert_eq!(api.admin(&path, right).await.status, 204);

    // On the page, form input is kept through the reauthentication.
    let path = format!("/admin/users/{}/enable", person.id);
    browser.visit(&path).await;
    let page = browser.submit(&path, &[]).await;
    assert_eq!(page.path(), "/reauthenticate");
    assert!(page.text("main").contains("to enable an account"));
    assert_eq!(last_act(&app, person.id).await.0, "user_disabled");
    browser
        .submit("/reauthenticate", &[("password", PASSWORD)])
        .await;
    let page = browser.submit(&path, &[]).await;
    assert_eq!(page.path(), format!("/admin/users/{}", person.id));
    assert_eq!(last_act(&app, person.id).await.0, "user_enabled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demoted_or_disabled_admin_is_refused_by_the_next_request_everywhere() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let (_, api) = admin(&app).await;
    let person = app.person().verified().await;
    for (word, body, status) in [
        ("role", json!({ "role": "user" }), 403),
        ("disable", json!({ "reason": "x" }), 401),
    ] {
        let (victim, theirs) = admin(&app).await;
        let mut browser = app.browser();
        browser.sign_in(&victim).await;
        assert_eq!(theirs.at(&other).admin_get("").await.status, 200);
        let done = api.admin(&format!("/{}/{word}", victim.id), body).await;
        assert_eq!(done.status, 204);
        for theirs in [theirs.clone(), theirs.at(&other)] {
            assert_eq!(theirs.admin_get("").await.status, status);
            let path = format!("/{}/send-reset", person.id);
            assert_eq!(theirs.admin(&path, json!({})).await.status, status);
        }
        let page = browser.at(&other).visit("/admin/users").await;
        if status == 403 {
            assert_eq!(page.status(), 403);
        } else {
            assert_eq!(page.path(), "/login");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_cannot_remove_the_last_admin() {
    use vestibule::internals::domain::{
        accounts::{reason::Reason, user::Role},
        audit::Client,
    };
    use vestibule::internals::flows::admin::act::{Act, Outcome, perform_as_operator};
    let app = TestApp::start().await;
    let one = app.person().admin().await;
    let reason = || Reason::parse("x").unwrap();
    let client = Client::command("a test");
    let acts = [
        Act::SetRole(Role::User),
        Act::Disable(reason()),
        Act::Delete {
            reason: reason(),
            confirm_email: one.email.clone(),
        },
    ];
    // A disabled admin does not count as another one.
    let shut = app.person().admin().await;
    let disable = "UPDATE users SET disabled_at = created_at WHERE id::text = $1";
    app.sql(disable, &[&shut.id.to_string()]).await;
    for act in &acts {
        let outcome = perform_as_operator(app.services(), one.id, act, &client).await;
        assert_eq!(outcome.unwrap(), Outcome::LastAdmin, "{act:?}");
    }
    app.person().admin().await;
    let outcome = perform_as_operator(app.services(), one.id, &acts[0], &client).await;
    assert_eq!(outcome.unwrap(), Outcome::Done);
    assert_eq!(last_act(&app, one.id).await.2, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unverified_user_cannot_become_an_admin() {
    let app = TestApp::start().await;
    let (admin, api) = admin(&app).await;
    let squatter = app.person().await;
    let role = json!({ "role": "admin" });
    let reply = api.admin(&format!("/{}/role", squatter.id), role).await;
    assert_eq!((reply.status, reply.code()), (409, "nothing_to_do"));
    let mut browser = app.browser();
    browser.sign_in(&admin).await;
    let page = format!("/admin/users/{}", squatter.id);
    assert!(!browser.visit(&page).await.html().contains("/role\""));
    assert_eq!(acts(&app).await, 0);
}
