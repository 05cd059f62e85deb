//! Every act, by the API and by its page: its effect, its audit event and its mail.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use super::{admin, last_act};
use crate::harness::{Person, Reply, TestApp, people::NEW_PASSWORD};

/// An act as it is requested, logged and mailed.
struct Case {
    word: &'static str,
    fields: Vec<(&'static str, String)>,
    event: &'static str,
    detail: Value,
    /// Words in the subject of the mail to the owner.
    mail: &'static str,
}

/// A user whose account is frozen, sign-in included.
async fn frozen(app: &TestApp) -> Person {
    let person = app.person().verified().await;
    let until = app.services().now() + TimeDelta::hours(72);
    let until = until.to_rfc3339();
    let freeze =
        "UPDATE users SET frozen_at = created_at, frozen_until = $2::text::timestamptz, sign_in_frozen_until = $2::text::timestamptz
        WHERE id::text = $1";
    app.sql(freeze, &[&person.id.to_string(), &until]).await;
    person
}

/// A user whose second factor is to be removed.
async fn recovering(app: &TestApp) -> Person {
    let person = app.person().with_totp().await;
    let start = "INSERT INTO recoveries (user_id, rev, started_at, ends_at)
        SELECT id, revocation_id, created_at, created_at + interval '3 days' FROM users WHERE id::text = $1";
    app.sql(start, &[&person.id.to_string()]).await;
    person
}

async fn guessed_at(app: &TestApp) -> Person {
    let person = app.person().verified().await;
    let guess = json!({ "email": person.email, "password": "not the right password" });
    let reply = Reply::of(app.api().request(Method::POST, "/login").json(&guess)).await;
    assert_eq!(reply.status, 401);
    person
}

/// Each act with a user whose state it changes.
#[expect(clippy::too_many_lines, reason = "a table")]
async fn cases(app: &TestApp) -> Vec<(Person, Case)> {
    let case = |word, event, mail| Case {
        word,
        fields: Vec::new(),
        event,
        detail: json!({}),
        mail,
    };
    let reason = ("reason", "left the company".to_owned());
    let reported = json!({ "reason": "left the company" });
    let deleted = app.person().verified().disabled().await;
    app.sql(
        "UPDATE users SET deleted_at = disabled_at WHERE id::text = $1",
        &[&deleted.id.to_string()],
    )
    .await;
    let to_delete = app.person().verified().await;
    let typed = to_delete.email.to_uppercase();
    vec![
        (
            app.person().verified().await,
            Case {
                fields: vec![reason.clone()],
                detail: reported.clone(),
                ..case("disable", "user_disabled", "account was disabled")
            },
        ),
        (
            app.person().verified().disabled().await,
            case("enable", "user_enabled", "can be used again"),
        ),
        (
            app.person().verified().await,
            Case {
                fields: vec![("role", "admin".to_owned())],
                detail: json!({ "role": "admin" }),
                ..case("role", "user_role_changed", "administrator of")
            },
        ),
        (
            app.person().admin().await,
            Case {
                fields: vec![("role", "user".to_owned())],
                detail: json!({ "role": "user" }),
                ..case("role", "user_role_changed", "no longer an administrator")
            },
        ),
        (
            app.person().verified().await,
            case(
                "require-password-change",
                "user_password_change_required",
                "choose a new password",
            ),
        ),
        (
            guessed_at(app).await,
            Case {
                detail: json!({ "by": "admin" }),
                ..case("unlock", "sign_in_unblocked", "is open again")
            },
        ),
        (
            app.person().verified().await,
            case("send-reset", "user_reset_sent", "Reset your"),
        ),
        (
            app.person().await,
            case(
                "resend-verification",
                "user_verification_sent",
                "Verify your",
            ),
        ),
        (
            app.person().with_totp().await,
            Case {
                fields: vec![reason.clone()],
                detail: reported.clone(),
                ..case("reset-two-factor", "user_two_factor_reset", "was reset")
            },
        ),
        (
            frozen(app).await,
            Case {
                fields: vec![reason.clone()],
                detail: reported.clone(),
                ..case("lift-freeze", "user_freeze_lifted", "changed again")
            },
        ),
        (
            recovering(app).await,
            Case {
                fields: vec![reason.clone()],
                detail: reported.clone(),
                ..case(
                    "cancel-recovery",
                    "user_recovery_cancelled",
                    "is not removed",
                )
            },
        ),
        (
            app.person().verified().await,
            Case {
                detail: json!({ "count": 0 }),
                ..case("revoke-sessions", "user_sessions_revoked", "signed out")
            },
        ),
        (
            to_delete,
            Case {
                fields: vec![reason, ("confirm_email", typed)],
                detail: reported,
                ..case("delete", "user_deleted", "account was deleted")
            },
        ),
        (deleted, case("restore", "user_restored", "was restored")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_act_is_done_by_the_api_logged_and_mailed() {
    let app = TestApp::start().await;
    let (admin, api) = admin(&app).await;
    for (person, case) in cases(&app).await {
        let path = format!("/{}/{}", person.id, case.word);
        let body: Value = case
            .fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect();
        let reply = api.admin(&path, body.clone()).await;
        assert_eq!(reply.status, 204, "{} {reply:?}", case.word);
        let expected = (case.event.to_owned(), case.detail, Some(admin.id));
        assert_eq!(last_act(&app, person.id).await, expected);
        app.post.mail(&person.email, case.mail).await;
        // A second attempt has nothing to do, except for acts that can be repeated.
        let again = api.admin(&path, body).await;
        let repeats = ["send-reset", "resend-verification", "revoke-sessions"];
        if repeats.contains(&case.word) {
            assert_eq!(again.status, 204, "{} {again:?}", case.word);
        } else {
            assert_eq!(again.code(), "nothing_to_do", "{}", case.word);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_act_is_done_by_its_page_logged_and_mailed() {
    let app = TestApp::start().await;
    let admin = app.person().admin().await;
    let mut browser = app.browser();
    browser.sign_in(&admin).await;
    for (person, case) in cases(&app).await {
        let user_page = format!("/admin/users/{}", person.id);
        let path = format!("{user_page}/{}", case.word);
        // The page of the user links to the act's page, and opening that changes nothing.
        let page = browser.visit(&user_page).await;
        assert!(page.html().contains(&format!("href=\"{path}\"")), "{path}");
        let page = browser.visit(&path).await;
        assert_eq!(page.status(), 200, "{path}");
        assert!(page.text("main").contains(&person.email), "{path}");
        let typed: Vec<(&str, &str)> = case
            .fields
            .iter()
            .filter(|(name, _)| *name != "role")
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let done = browser.submit(&path, &typed).await;
        assert_eq!(done.path(), user_page, "{}", done.html());
        assert_eq!(done.texts(".notice.success").len(), 1, "{}", done.html());
        let expected = (case.event.to_owned(), case.detail, Some(admin.id));
        assert_eq!(last_act(&app, person.id).await, expected);
        app.post.mail(&person.email, case.mail).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn disabling_ends_every_session_and_enabling_restores_none() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let (_, api) = admin(&app).await;
    let person = app.person().with_totp().await;
    let pending = app.api().sign_in(&person).await;
    let pair = app.api().sign_in_with(&person, &person.code()).await;
    let mut browser = app.browser();
    app.wait(TimeDelta::seconds(30));
    browser.sign_in_with(&person, &person.code()).await;
    let forgot = json!({ "email": person.email });
    app.api().post("/forgot-password", forgot.clone()).await;
    let link = app.post.mail(&person.email, "Reset").await;

    let path = |word: &str| format!("/{}/{word}", person.id);
    let reason = json!({ "reason": "asked us to" });
    assert_eq!(api.admin(&path("disable"), reason).await.status, 204);
    let assert_shut = async || {
        let theirs = app.api().with(&pair);
        assert_eq!(theirs.at(&other).get("/me").await.status, 401);
        let refreshed = app.api().refresh(pair.text("refresh_token")).await;
        assert_eq!(refreshed.status, 401);
        let page = browser.clone().at(&other).visit("/account").await;
        assert_eq!(page.path(), "/login");
        let reset = json!({ "token": link.token(), "new_password": NEW_PASSWORD });
        assert_eq!(
            app.api().post("/reset-password", reset).await.code(),
            "invalid_token"
        );
        app.wait(TimeDelta::seconds(30));
        let code = json!({ "mfa_token": pending.text("mfa_token"), "code": person.code() });
        assert_eq!(app.api().post("/login/mfa", code).await.status, 401);
    };
    assert_shut().await;
    assert_eq!(
        app.api().sign_in(&person).await.code(),
        "invalid_credentials"
    );
    app.outbox_is_empty().await;
    let mails = app.post.count(&person.email);
    app.api().post("/forgot-password", forgot).await;
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(&person.email), mails, "no more links");

    assert_eq!(api.admin(&path("enable"), json!({})).await.status, 204);
    assert_shut().await;
    app.wait(TimeDelta::seconds(30));
    let fresh = app.api().sign_in_with(&person, &person.code()).await;
    assert_eq!(fresh.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_second_factor_reset_the_next_sign_in_requires_a_new_password() {
    let app = TestApp::start().await;
    let (_, api) = admin(&app).await;
    let person = app.person().with_totp().await;
    let pair = app.api().sign_in_with(&person, &person.code()).await;
    let path = format!("/{}/reset-two-factor", person.id);
    for empty in [json!({}), json!({ "reason": " " }), json!({ "reason": 1 })] {
        let refused = api.admin(&path, empty).await;
        assert_eq!(refused.code(), "invalid_input");
        assert!(refused.body["errors"]["reason"].is_array());
    }
    let done = api
        .admin(&path, json!({ "reason": "lost the phone" }))
        .await;
    assert_eq!(done.status, 204);
    assert_eq!(app.api().with(&pair).get("/me").await.status, 401);
    let mut browser = app.browser();
    let page = browser.sign_in(&person).await;
    assert_eq!(page.path(), "/account/password");
    assert_eq!(browser.visit("/account").await.path(), "/account/password");
    let left = app
        .sql(
            "SELECT 1 FROM backup_codes WHERE user_id::text = $1",
            &[&person.id.to_string()],
        )
        .await;
    assert!(left.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_ends_one_session_and_the_others_continue() {
    let app = TestApp::start().await;
    let (admin, api) = admin(&app).await;
    let person = app.person().verified().await;
    let one = app.api().with(&app.api().sign_in(&person).await);
    let other = app.api().with(&app.api().sign_in(&person).await);
    let mine = one.get("/sessions").await;
    let session = mine.body["sessions"][0]["id"].as_str().unwrap();
    let path = format!("/{}/sessions/{session}/revoke", person.id);
    // A session of another user is not found under this user.
    let elsewhere = format!("/{}/sessions/{session}/revoke", admin.id);
    assert_eq!(api.admin(&elsewhere, json!({})).await.status, 403);
    assert_eq!(api.admin(&path, json!({})).await.status, 204);
    assert_eq!(api.admin(&path, json!({})).await.code(), "not_found");
    assert_eq!(one.get("/me").await.status, 401);
    assert_eq!(other.get("/me").await.status, 200);
    assert_eq!(last_act(&app, person.id).await.1["session"], session);

    let mut browser = app.browser();
    browser.sign_in(&admin).await;
    let page = browser.visit(&format!("/admin/users/{}", person.id)).await;
    let (_, rest) = page.html().split_once("/sessions/").unwrap();
    let left = rest.split('/').next().unwrap();
    let path = format!("/admin/users/{}/sessions/{left}/revoke", person.id);
    assert_eq!(browser.visit(&path).await.text("h1"), "Sign a device out");
    let page = browser.submit(&path, &[]).await;
    assert!(
        page.text("main")
            .contains("No browser or app is signed in.")
    );
    assert_eq!(other.get("/me").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_account_is_erased_after_its_grace_and_can_be_restored_before() {
    let app = TestApp::start().await;
    let (_, api) = admin(&app).await;
    let (kept, erased) = (app.person().verified().await, app.person().verified().await);
    for person in [&kept, &erased] {
        let wrong = json!({ "reason": "closed", "confirm_email": "other@example.com" });
        let path = format!("/{}/delete", person.id);
        let refused = api.admin(&path, wrong).await;
        assert!(
            refused.body["errors"]["confirm_email"].is_array(),
            "{refused:?}"
        );
        let right = json!({ "reason": "closed", "confirm_email": person.email });
        assert_eq!(api.admin(&path, right).await.status, 204);
        assert_eq!(app.api().sign_in(person).await.status, 401);
        let taken = json!({ "email": person.email, "password": NEW_PASSWORD });
        assert_eq!(
            app.api().post("/register", taken).await.code(),
            "email_taken"
        );
        let enable = api
            .admin(&format!("/{}/enable", person.id), json!({}))
            .await;
        assert_eq!(enable.code(), "nothing_to_do");
    }
    let restored = api.admin(&format!("/{}/restore", kept.id), json!({})).await;
    assert_eq!(restored.status, 204);
    assert_eq!(app.api().sign_in(&kept).await.status, 401, "still disabled");
    let enabled = api.admin(&format!("/{}/enable", kept.id), json!({})).await;
    assert_eq!(enabled.status, 204);
    assert_eq!(app.api().sign_in(&kept).await.status, 200);

    let erase = async || {
        vestibule::internals::flows::upkeep::purge::expired(app.services())
            .await
            .unwrap();
        let left = "SELECT id FROM users WHERE id::text = $1";
        app.sql(left, &[&erased.id.to_string()]).await.len()
    };
    app.wait(TimeDelta::days(30) - TimeDelta::seconds(1));
    assert_eq!(erase().await, 1);
    app.wait(TimeDelta::seconds(1));
    assert_eq!(erase().await, 0);
    let (event, detail, actor) = last_act(&app, erased.id).await;
    assert_eq!((event.as_str(), actor), ("user_erased", None));
    assert_eq!(
        detail,
        json!({ "origin": "service" }),
        "no one ran a command"
    );
    let fresh = json!({ "email": erased.email, "password": NEW_PASSWORD });
    assert_eq!(app.api().post("/register", fresh).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_changes_only_the_name() {
    let app = TestApp::start().await;
    let (_, api) = admin(&app).await;
    let person = app.person().await;
    let patch = async |body: Value| {
        let path = format!("/api/admin/users/{}", person.id);
        let request = api.request_at(reqwest::Method::PATCH, &path).json(&body);
        crate::harness::Reply::of(request).await
    };
    let named = patch(json!({ "display_name": " Ada ", "role": "admin", "email": "x@y.z" })).await;
    assert_eq!(named.status, 200);
    assert_eq!(named.body["display_name"], "Ada");
    assert_eq!(named.body["role"], "user");
    assert_eq!(named.body["email"], person.email);
    assert_eq!(last_act(&app, person.id).await.0, "user_renamed");
    let long = patch(json!({ "display_name": "a".repeat(101) })).await;
    assert_eq!(long.code(), "invalid_input");
    let absent = patch(json!({})).await;
    assert_eq!((absent.status, absent.text("display_name")), (200, "Ada"));
    let none = patch(json!({ "display_name": null })).await;
    assert_eq!(none.body["display_name"], Value::Null);
}
