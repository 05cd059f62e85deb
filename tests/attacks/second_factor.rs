//! Attempts to bypass the second factor (ASVS 6.5.1).

use chrono::TimeDelta;
use futures_util::future::{join, join_all};
use serde_json::json;

use crate::harness::{TestApp, people::PASSWORD};

/// (23) A used code stays used, however it is written.
#[tokio::test(flavor = "multi_thread")]
async fn a_used_code_is_refused_in_every_spelling() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let code = owner.code();
    let wide: String = code
        .chars()
        .map(|c| char::from_u32(u32::from(c) - 0x30 + 0xff10).unwrap())
        .collect();
    // Full-width digits are the same code, and use it up.
    assert_eq!(app.api().sign_in_with(&owner, &wide).await.status, 200);
    for spelt in [
        code.clone(),
        format!(" {code}\t"),
        format!("{}-{}", &code[..3], &code[3..]),
        format!("{}\u{a0}{}", &code[..3], &code[3..]),
        format!("\u{200f}{code}\u{2013}"),
        format!("0{code}"),
        format!("+{code}"),
        wide,
    ] {
        let reply = app.api().sign_in_with(&owner, &spelt).await;
        assert_eq!(reply.status, 401, "{spelt:?}");
        let page = app.browser().sign_in_with(&owner, &spelt).await;
        assert_eq!(page.status(), 401, "{spelt:?}");
    }
}

/// (25) A new pending sign-in allows no further attempts.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_of_several_sign_ins_share_a_counter() {
    let app = TestApp::with(&[
        ("RATE_LIMIT_SCALE", "1"),
        ("RATE_LIMIT_LOGIN_EMAIL_IP", "100/1m"),
        ("RATE_LIMIT_LOGIN_EMAIL", "100/1m"),
    ])
    .await;
    let owner = app.person().with_totp().await;
    let wrong = owner.phone.as_ref().unwrap().wrong_code();
    for n in 0..5 {
        let status = if n % 2 == 0 {
            app.api().sign_in_with(&owner, &wrong).await.status
        } else {
            app.browser().sign_in_with(&owner, &wrong).await.status()
        };
        assert_eq!(status, 401);
    }
    let page = app.browser().sign_in_with(&owner, &owner.code()).await;
    assert_eq!(page.status(), 429);
    for code in [&owner.code(), &owner.backup_codes[0]] {
        assert_eq!(app.api().sign_in_with(&owner, code).await.status, 429);
    }
}

/// (26) When new backup codes are made while an old one is being used, only the new ones are valid
/// afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn old_backup_codes_are_void_after_a_race_with_new_ones() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let api = app.api();
    let signed_in = api.with(&api.sign_in_with(&owner, &owner.code()).await);
    let (old, rest) = owner.backup_codes.split_at(5);
    let using = join_all(old.iter().map(|code| api.sign_in_with(&owner, code)));
    let renewing = signed_in.post("/mfa/backup-codes", json!({ "password": PASSWORD }));
    let (used, renewed) = join(using, renewing).await;
    assert!(used.iter().all(|reply| matches!(reply.status, 200 | 401)));
    assert_eq!(renewed.status, 200, "{renewed:?}");
    for code in rest {
        assert_eq!(api.sign_in_with(&owner, code).await.status, 401);
    }
    let fresh = renewed.body["backup_codes"].as_array().unwrap();
    assert_eq!(fresh.len(), 10);
    for code in fresh {
        let reply = api.sign_in_with(&owner, code.as_str().unwrap()).await;
        assert_eq!(reply.status, 200);
    }
}

/// (27) The token of a pending sign-in works for the second step only; `matrix` tries it on every route.
#[tokio::test(flavor = "multi_thread")]
async fn a_pending_sign_in_cannot_refresh() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let pending = app.api().sign_in(&owner).await;
    let token = pending.text("mfa_token");
    assert_eq!(app.api().refresh(token).await.status, 401);
    let code = json!({ "mfa_token": token, "code": owner.code() });
    assert_eq!(
        app.api().post("/login/mfa", code).await.status,
        200,
        "it is still good"
    );
    // And no other token is accepted in its place.
    let pair = app.api().sign_in_with(&owner, &owner.backup_codes[0]).await;
    for token in ["access_token", "refresh_token"] {
        let body = json!({ "mfa_token": pair.text(token), "code": owner.backup_codes[1] });
        assert_eq!(app.api().post("/login/mfa", body).await.status, 401);
    }
}

/// (29) A refresh does not count as reauthentication (ASVS 7.5.1).
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_is_not_reauthentication() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let pair = app.api().sign_in(&person).await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    let proofs = async || -> Vec<(String, String)> {
        let rows = "SELECT proven_at::text, authenticated_at::text FROM sessions ORDER BY id";
        let rows = app.sql(rows, &[]).await;
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    };
    let before = proofs().await;
    app.wait(TimeDelta::minutes(32));
    assert_eq!(
        app.api().refresh(pair.text("refresh_token")).await.status,
        200
    );
    assert!(browser.is_signed_in().await, "refreshed on the way");
    let rotated = app
        .sql("SELECT 1 FROM sessions WHERE generation = 1", &[])
        .await;
    assert_eq!(rotated.len(), 2);
    assert_eq!(proofs().await, before);
}

/// (30) A wrong code changes only counters and the log.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_code_changes_only_counters_and_the_log() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    app.api().sign_in_with(&owner, &owner.code()).await;
    let state = async || {
        let mut all = Vec::new();
        for table in [
            "users",
            "sessions",
            "totp_authenticators",
            "backup_codes",
            "revoked_tokens",
        ] {
            let rows = app
                .sql(&format!("SELECT t::text FROM {table} t ORDER BY 1"), &[])
                .await;
            all.extend(rows.iter().map(|row| row.get::<_, String>(0)));
        }
        all
    };
    let before = state().await;
    let wrong = owner.phone.as_ref().unwrap().wrong_code();
    for code in [
        wrong.as_str(),
        "7K3M-9QXD-2VHT-R8WN",
        "junk",
        "999999999999",
    ] {
        assert_eq!(app.api().sign_in_with(&owner, code).await.status, 401);
        assert_eq!(app.browser().sign_in_with(&owner, code).await.status(), 401);
    }
    assert_eq!(state().await, before);
}
