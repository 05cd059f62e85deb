//! Resets that an attacker tries to get, and fields that no form asks for.

use serde_json::{Value, json};

use crate::harness::{
    Person, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

async fn token_for(app: &TestApp, email: &str) -> String {
    let api = app.api();
    let asked = api.post("/forgot-password", json!({ "email": email }));
    assert_eq!(asked.await.status, 202);
    app.post.mail(email, "Reset").await.token()
}

/// (4) Only a reset token resets a password (ASVS 9.2.2), and (13) no other field of the body is read.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_reset_token_resets_a_password() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    let owner = app.person().with_totp().await;
    let api = app.api();
    let pair = api.sign_in(&person).await;
    let pending = api.sign_in(&owner).await;
    api.post(
        "/resend-verification",
        json!({ "email": app.person().await.email }),
    )
    .await;
    let tokens = [
        Value::Null,
        json!(""),
        json!(" "),
        json!("null"),
        json!("undefined"),
        json!(person.id.to_string()),
        pair.body["access_token"].clone(),
        pair.body["refresh_token"].clone(),
        pending.body["mfa_token"].clone(),
    ];
    let signed_in = api.with(&pair);
    for token in &tokens {
        let body = json!({ "token": token, "new_password": NEW_PASSWORD, "email": person.email,
            "user_id": person.id });
        for client in [&api, &signed_in] {
            let reply = client.post("/reset-password", body.clone()).await;
            assert_eq!(reply.status, 422, "{token}");
        }
    }
    let bare = json!({ "new_password": NEW_PASSWORD });
    assert_eq!(signed_in.post("/reset-password", bare).await.status, 422);

    let mut browser = app.browser();
    browser.sign_in(&person).await;
    let csrf = browser.csrf_token().await;
    for token in tokens.iter().filter_map(Value::as_str) {
        let typed = [
            ("csrf_token", csrf.as_str()),
            ("token", token),
            ("new_password", NEW_PASSWORD),
        ];
        let page = browser.post("/reset-password", &typed).await;
        assert!(
            matches!(page.status(), 410 | 422),
            "{token}: {}",
            page.status()
        );
    }
    let typed = [
        ("csrf_token", csrf.as_str()),
        ("new_password", NEW_PASSWORD),
    ];
    let page = browser.post("/reset-password", &typed).await;
    assert!(
        matches!(page.status(), 400 | 410 | 422),
        "{}",
        page.status()
    );
    assert_eq!(
        api.sign_in(&person).await.status,
        200,
        "nothing has changed"
    );
}

/// (6) A link from before the account was disabled does not work. Nor does it once the account is enabled
/// again, if the password was changed in between.
#[tokio::test(flavor = "multi_thread")]
async fn a_reset_link_is_void_after_disabling_or_a_password_change() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let api = app.api();
    let token = token_for(&app, &person.email).await;
    let body = json!({ "token": token, "new_password": NEW_PASSWORD });
    app.sql("UPDATE users SET disabled_at = created_at", &[])
        .await;
    assert_eq!(api.post("/reset-password", body.clone()).await.status, 422);
    let page = app
        .browser()
        .visit(&format!("/reset-password?token={token}"))
        .await;
    assert_eq!(page.status(), 410);
    app.sql("UPDATE users SET disabled_at = NULL", &[]).await;
    let signed_in = api.with(&api.sign_in(&person).await);
    let change =
        json!({ "current_password": PASSWORD, "new_password": "an entirely other walnut" });
    assert_eq!(signed_in.post("/change-password", change).await.status, 200);
    assert_eq!(api.post("/reset-password", body).await.status, 422);
}

/// (7) A token with any character changed is refused (ASVS 9.1.1).
#[tokio::test(flavor = "multi_thread")]
async fn an_altered_token_is_refused() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let token = token_for(&app, &person.email).await;
    let parts: Vec<&str> = token.split('.').collect();
    let flipped: String = token
        .chars()
        .map(|c| {
            if c.is_ascii_lowercase() {
                c.to_ascii_uppercase()
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    let last = parts[2].chars().last().unwrap();
    // The last character of 32 bytes has two unused bits; no character that differs only in them is
    // accepted.
    let neighbours = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let cut = &token[..token.len() - 1];
    let mut altered: Vec<String> = neighbours
        .chars()
        .filter(|c| *c != last)
        .map(|c| format!("{cut}{c}"))
        .collect();
    altered.extend([
        cut.to_owned(),
        token[1..].to_owned(),
        format!("{token}="),
        format!("{token}=="),
        format!("{token}A"),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}\0"),
        token.to_ascii_uppercase(),
        token.to_ascii_lowercase(),
        flipped,
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], parts[2], parts[1]),
        format!("{token}.{}", parts[2]),
    ]);
    for altered in altered {
        let body = json!({ "token": altered, "new_password": NEW_PASSWORD });
        let reply = app.api().post("/reset-password", body).await;
        assert_eq!(reply.status, 422, "{altered}");
    }
    let body = json!({ "token": token, "new_password": NEW_PASSWORD });
    assert_eq!(app.api().post("/reset-password", body).await.status, 200);
}

/// (8) A reset ends every session and invalidates access and refresh tokens alike (ASVS 7.4.3).
#[tokio::test(flavor = "multi_thread")]
async fn a_reset_ends_every_session() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let api = app.api();
    let pairs = [api.sign_in(&person).await, api.sign_in(&person).await];
    let token = token_for(&app, &person.email).await;
    let body = json!({ "token": token, "new_password": NEW_PASSWORD });
    let fresh = api.post("/reset-password", body).await;
    for pair in &pairs {
        assert_eq!(api.with(pair).get("/me").await.status, 401);
        assert_eq!(api.refresh(pair.text("refresh_token")).await.status, 401);
    }
    assert_eq!(api.with(&fresh).get("/me").await.status, 200);
}

/// (9) A reset does not bypass the second factor (ASVS 6.4.3).
#[tokio::test(flavor = "multi_thread")]
async fn a_reset_requires_the_second_factor() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let token = token_for(&app, &owner.email).await;
    let body = json!({ "token": token, "new_password": NEW_PASSWORD });
    let reply = app.api().post("/reset-password", body).await;
    assert_eq!(
        (reply.status, &reply.body["mfa_required"]),
        (200, &json!(true))
    );
    assert!(reply.body.get("access_token").is_none(), "{reply:?}");
    let sessions = app.sql("SELECT 1 FROM sessions", &[]).await;
    assert!(sessions.is_empty(), "no session without the code");
    assert_eq!(app.api().sign_in(&owner).await.body["mfa_required"], true);
    let with_new = Person {
        password: NEW_PASSWORD.to_owned(),
        ..owner
    };
    assert_eq!(app.api().sign_in(&with_new).await.status, 401, "not yet");
}

/// (13) Fields that a form or call does not document change nothing (ASVS 15.3.3).
#[tokio::test(flavor = "multi_thread")]
async fn extra_fields_change_nothing() {
    let app = TestApp::start().await;
    let id = "00000000-0000-4000-8000-000000000001";
    let body = json!({ "email": "call@example.com", "password": PASSWORD, "role": "admin",
        "email_verified": true, "email_verified_at": "2020-01-01T00:00:00Z", "id": id,
        "two_factor_enabled": true, "revocation_id": 7, "password_must_change": true });
    let pair = app.api().post("/register", body).await;
    assert_eq!(pair.status, 201);
    let mut browser = app.browser();
    browser.visit("/register").await;
    let token = browser.form("/register", &[]).filled(&[]);
    let mut sent: Vec<(String, String)> = token
        .into_iter()
        .filter(|(name, _)| name == "csrf_token")
        .collect();
    for (name, value) in [
        ("email", "form@example.com"),
        ("password", PASSWORD),
        ("role", "admin"),
        ("email_verified", "true"),
        ("id", id),
        ("two_factor_enabled", "on"),
    ] {
        sent.push((name.to_owned(), value.to_owned()));
    }
    assert_eq!(browser.post("/register", &sent).await.path(), "/account");
    let change = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD,
        "role": "admin", "email": "other@example.com", "user_id": id });
    let changed = app.api().with(&pair).post("/change-password", change).await;
    assert_eq!(changed.status, 200);
    let users = app
        .sql(
            "SELECT id::text, role, email_verified_at IS NULL AND NOT password_must_change
             FROM users WHERE email IN ('call@example.com', 'form@example.com')",
            &[],
        )
        .await;
    assert_eq!(users.len(), 2);
    for user in users {
        assert_ne!(user.get::<_, String>(0), id);
        assert_eq!(user.get::<_, String>(1), "user");
        assert!(user.get::<_, bool>(2));
    }
}
