//! What a flow leaves behind: its audit events in order, and mails that are sealed.

use chrono::TimeDelta;
use futures_util::future::join;
use serde_json::{Value, json};
use vestibule::internals::flows::upkeep::purge;

use crate::harness::{
    TestApp,
    people::{NEW_PASSWORD, PASSWORD},
};

#[tokio::test(flavor = "multi_thread")]
async fn every_flow_writes_its_audit_events() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let plain = app.person().await;
    let mut seen = 0;
    let mut wrote = async |expected: &[&str]| {
        let events = app.audit().await;
        assert_eq!(events[seen..], *expected);
        seen = events.len();
    };

    let body = json!({ "email": "new@example.com", "password": PASSWORD });
    let api = app
        .api()
        .with(&app.api().post("/register", body.clone()).await);
    wrote(&["registered", "signed_in"]).await;
    app.api().post("/register", body).await;
    wrote(&["registration_of_taken_address"]).await;
    let token = app.post.mail("new@example.com", "Verify").await.token();
    api.post("/verify-email", json!({ "token": token })).await;
    wrote(&["email_verified"]).await;
    api.post("/logout", Value::Null).await;
    wrote(&["signed_out"]).await;

    let wrong = json!({ "email": plain.email, "password": "not the right password" });
    app.api().post("/login", wrong).await;
    let nobody = json!({ "email": "nobody@example.com", "password": PASSWORD });
    app.api().post("/login", nobody).await;
    wrote(&["sign_in_failed", "sign_in_failed"]).await;

    let wrong_code = owner.phone.as_ref().unwrap().wrong_code();
    app.api().sign_in_with(&owner, &wrong_code).await;
    wrote(&["second_factor_required", "second_factor_failed"]).await;
    let pair = app.api().sign_in_with(&owner, &owner.code()).await;
    wrote(&["second_factor_required", "signed_in"]).await;
    app.api().sign_in_with(&owner, &owner.backup_codes[0]).await;
    wrote(&["second_factor_required", "signed_in", "backup_code_used"]).await;

    let api = app.api().with(&pair);
    let fresh = api
        .post("/mfa/backup-codes", json!({ "password": PASSWORD }))
        .await;
    assert_eq!(fresh.status, 200);
    wrote(&["reauthenticated", "backup_codes_replaced"]).await;
    let wrong = json!({ "password": "not the right password" });
    api.post("/mfa/totp/disable", wrong).await;
    wrote(&["reauthentication_failed"]).await;
    let disabled = api
        .post("/mfa/totp/disable", json!({ "password": PASSWORD }))
        .await;
    wrote(&["reauthenticated", "totp_disabled"]).await;
    let api = app.api().with(&disabled);
    let changed = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
    let pair = api.post("/change-password", changed).await;
    wrote(&["password_changed"]).await;
    app.api().with(&pair).post("/logout-all", Value::Null).await;
    wrote(&["signed_out_everywhere"]).await;

    app.api()
        .post("/forgot-password", json!({ "email": plain.email }))
        .await;
    app.api()
        .post("/resend-verification", json!({ "email": plain.email }))
        .await;
    wrote(&["password_reset_requested", "verification_requested"]).await;
    let token = app.post.mail(&plain.email, "Reset").await.token();
    let body = json!({ "token": token, "new_password": NEW_PASSWORD });
    app.api().post("/reset-password", body).await;
    wrote(&["password_reset", "email_verified", "signed_in"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_has_actor_subject_time_and_client() {
    let app = TestApp::start().await;
    let person = app.person().await;
    app.browser().sign_in(&person).await;
    let sql = "SELECT actor_id::text, subject_id::text, session_id IS NOT NULL, host(ip),
                      user_agent, at = $1::text::timestamptz, detail::text
               FROM audit_events WHERE event = 'signed_in'";
    let rows = app.sql(sql, &[&"2026-03-03T14:05:00Z"]).await;
    let (row, id) = (&rows[0], person.id.to_string());
    assert_eq!(row.get::<_, String>(0), id);
    assert_eq!(row.get::<_, String>(1), id);
    assert!(row.get::<_, bool>(2), "its session");
    assert_eq!(row.get::<_, String>(3), "127.0.0.1");
    assert!(row.get::<_, String>(4).contains("Firefox"));
    assert!(row.get::<_, bool>(5), "by the clock of the service");
    assert_eq!(row.get::<_, String>(6), r#"{"methods": ["pwd"]}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_address_is_logged_as_a_hash() {
    let app = TestApp::start().await;
    for address in [
        "nobody@example.com",
        "NOBODY@example.com",
        "other@example.com",
    ] {
        let body = json!({ "email": address, "password": PASSWORD });
        app.api().post("/login", body).await;
    }
    let sql = "SELECT subject_hash, audit_events::text FROM audit_events ORDER BY seq";
    let rows = app.sql(sql, &[]).await;
    let hash = |index: usize| rows[index].get::<_, Vec<u8>>(0);
    assert_eq!(hash(0).len(), 32);
    assert_eq!(hash(0), hash(1), "one address however it is typed");
    assert_ne!(hash(0), hash(2));
    for row in &rows {
        let text: String = row.get(1);
        assert!(!text.to_lowercase().contains("nobody"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queued_mail_is_sealed_and_deleted_once_sent() {
    let app = TestApp::start().await;
    let person = app.person().await;
    app.post.mailbox().fail_next(1000);
    app.api()
        .post("/forgot-password", json!({ "email": person.email }))
        .await;
    app.api()
        .post("/forgot-password", json!({ "email": "nobody@example.com" }))
        .await;
    let rows = app
        .sql(
            "SELECT sealed, mails::text FROM mails WHERE sealed IS NOT NULL",
            &[],
        )
        .await;
    assert!(!rows.is_empty());
    for row in &rows {
        let (sealed, text): (Vec<u8>, String) = (row.get(0), row.get(1));
        for plain in ["example.com", "reset-password", "eyJ", "Vestibule"] {
            let plain = plain.as_bytes();
            assert!(!sealed.windows(plain.len()).any(|window| window == plain));
        }
        assert!(!text.contains('@'), "{text}");
    }
    // A failed mail is tried again, and its text then deleted.
    app.post.mailbox().fail_next(0);
    app.wait(TimeDelta::minutes(5));
    app.post.mail(&person.email, "Reset").await;
    app.outbox_is_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_whose_link_has_expired_is_not_sent() {
    let app = TestApp::start().await;
    let person = app.person().await;
    app.post.mailbox().fail_next(1);
    app.api()
        .post("/forgot-password", json!({ "email": person.email }))
        .await;
    let failed = "SELECT 1 FROM mails WHERE last_error IS NOT NULL";
    while app.sql(failed, &[]).await.is_empty() {
        app.post.ring().await;
    }
    app.wait(TimeDelta::minutes(31));
    app.outbox_is_empty().await;
    assert_eq!(app.post.count(&person.email), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_cannot_be_unsealed_fails_in_the_end() {
    let app = TestApp::start().await;
    let now = app.services().now().to_rfc3339();
    let unreadable = format!(
        "INSERT INTO mails (id, kind, sealed, attempts, next_attempt_at, created_at) \
         VALUES (gen_random_uuid(), 'verify_email', '\\x00', 19, '{now}', '{now}')"
    );
    app.sql(&unreadable, &[]).await;
    app.outbox_is_empty().await;
    let dropped = "SELECT 1 FROM mails WHERE dropped_at IS NOT NULL";
    assert_eq!(app.sql(dropped, &[]).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_revocation_list_outlasts_the_leeway_of_access_tokens() {
    let app = TestApp::start().await;
    let now = app.services().now();
    for (id, age) in [("taken still", 4), ("long dead", 6)] {
        let expired = (now - TimeDelta::minutes(age)).to_rfc3339();
        let insert = format!("INSERT INTO revoked_tokens VALUES ('{id}', '{expired}')");
        app.sql(&insert, &[]).await;
    }
    purge::expired(app.services()).await.unwrap();
    let left = app.sql("SELECT token_id FROM revoked_tokens", &[]).await;
    let left: Vec<String> = left.iter().map(|row| row.get(0)).collect();
    assert_eq!(left, ["taken still"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_rows_are_purged_in_batches_that_wait_for_no_lock() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let (now, owner) = (app.services().now(), person.id);
    let rows = format!(
        "INSERT INTO revoked_tokens
         SELECT n::text, '{now}'::timestamptz - interval '1 day' FROM generate_series(1, 2500) AS n"
    );
    app.sql(&rows, &[]).await;
    let old = format!(
        "INSERT INTO sessions SELECT gen_random_uuid(), '{owner}', 0, sha256(n::text::bytea), NULL,
             'jti', at, at, NULL, at, at, at, false, NULL, NULL, at, '{{}}', at, '{{}}'
         FROM generate_series(1, 1200) AS n,
             (SELECT '{now}'::timestamptz - interval '31 days' AS at) AS t"
    );
    app.sql(&old, &[]).await;
    app.sql("BEGIN", &[]).await;
    let hold = "SELECT FROM revoked_tokens WHERE token_id = '7' FOR UPDATE";
    app.sql(hold, &[]).await;

    // Two nodes purge at once, while another transaction locks a row.
    let (one, two) = join(
        purge::expired(app.services()),
        purge::expired(app.services()),
    )
    .await;
    assert_eq!(one.unwrap() + two.unwrap(), 2499 + 1200);
    app.sql("ROLLBACK", &[]).await;
    assert_eq!(purge::expired(app.services()).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_at_rest_are_hashed_or_sealed() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let pair = app.api().sign_in_with(&owner, &owner.code()).await;
    let tables = [
        "users",
        "sessions",
        "totp_authenticators",
        "backup_codes",
        "revoked_tokens",
        "audit_events",
        "trusted_devices",
    ];
    for table in tables {
        for row in app
            .sql(&format!("SELECT t::text FROM {table} t"), &[])
            .await
        {
            let text: String = row.get(0);
            for secret in [
                PASSWORD,
                pair.text("access_token"),
                pair.text("refresh_token"),
            ] {
                assert!(!text.contains(secret), "{table}: {text}");
            }
            for code in &owner.backup_codes {
                assert!(!text.contains(code.as_str()), "{table}: {text}");
            }
        }
    }
}
