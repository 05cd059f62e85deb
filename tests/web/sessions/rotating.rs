//! Rotation: its statement, and how long it extends a session.

use chrono::TimeDelta;
use serde_json::Value;
use vestibule::internals::{
    db::{self, sessions::rotation::Rotation},
    domain::{session::token_hash, token::Purpose},
};

use crate::harness::{Reply, TestApp, readable::claims};

#[tokio::test(flavor = "multi_thread")]
async fn the_rotation_statement_refuses_sessions_that_changed_since_the_check() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let pair = app.api().sign_in(&person).await;
    let token = pair.text("refresh_token");
    let s = app.services();
    let claims = s.tokens.decode(Purpose::Refresh, token, s.now()).unwrap();
    let (hash, other) = (token_hash(token), token_hash("another"));
    let fitting = || Rotation {
        id: claims.session_id.unwrap(),
        user_id: person.id,
        generation: 0,
        token_hash: hash,
        presented_issued_at: claims.issued_at,
        rev: 0,
        next_hash: other,
        next_jti: "next".to_owned(),
        issued_at: claims.issued_at,
        expires_at: claims.expires_at,
        ip: None,
        user_agent: None,
    };
    let alone = async |rotation: Rotation| {
        let conn = s.db.connection().await.unwrap();
        let rotated = db::sessions::rotation::rotate(&conn, &rotation)
            .await
            .unwrap();
        rotated.is_some()
    };
    let together = async |rotation: Rotation| {
        let rotated = db::sessions::rotation::rotate_unless_locked(&s.db, rotation).await;
        rotated.unwrap().is_some()
    };
    let stale = || {
        [
            Rotation {
                rev: 1,
                ..fitting()
            },
            Rotation {
                generation: 1,
                ..fitting()
            },
            Rotation {
                token_hash: other,
                ..fitting()
            },
            Rotation {
                user_id: claims.session_id.unwrap(),
                ..fitting()
            },
            Rotation {
                id: person.id,
                ..fitting()
            },
            Rotation {
                issued_at: claims.expires_at,
                ..fitting()
            },
            Rotation {
                expires_at: claims.issued_at + TimeDelta::days(31),
                ..fitting()
            },
        ]
    };
    for (one, again) in stale().into_iter().zip(stale()) {
        let reported = format!("{one:?}");
        assert!(!alone(one).await, "{reported}");
        assert!(!together(again).await, "{reported}");
    }
    let cutoff = format!("users SET password_changed_at = '{}'", claims.issued_at);
    for (change, back) in [
        (cutoff.as_str(), "users SET password_changed_at = NULL"),
        ("users SET revocation_id = 1", "users SET revocation_id = 0"),
        (
            "users SET disabled_at = now()",
            "users SET disabled_at = NULL",
        ),
        (
            "sessions SET revoked_at = now(), revoked_reason = 'test'",
            "sessions SET revoked_at = NULL, revoked_reason = NULL",
        ),
    ] {
        app.sql(&format!("UPDATE {change}"), &[]).await;
        assert!(!alone(fitting()).await, "{change}");
        assert!(!together(fitting()).await, "{change}");
        app.sql(&format!("UPDATE {back}"), &[]).await;
    }
    assert_eq!(app.api().with(&pair).get("/me").await.status, 200);
    assert!(together(fitting()).await);
    assert!(!together(fitting()).await, "once");
    assert!(!alone(fitting()).await, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_session_delays_no_other() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let api = app.api();
    let (held, free) = (api.sign_in(&person).await, api.sign_in(&person).await);
    let refresh = |pair: &Reply| {
        let (api, token) = (app.api(), pair.text("refresh_token").to_owned());
        tokio::spawn(async move { api.refresh(&token).await })
    };
    let id = claims(held.text("access_token"))["sid"].clone();
    app.sql("BEGIN", &[]).await;
    let lock = format!(
        "SELECT FROM sessions WHERE id = '{}' FOR UPDATE",
        id.as_str().unwrap()
    );
    app.sql(&lock, &[]).await;

    let waiting = refresh(&held);
    let mut pair = free;
    for _ in 0..20 {
        pair = refresh(&pair).await.unwrap();
        assert_eq!(pair.status, 200);
    }
    assert!(!waiting.is_finished());
    app.sql("COMMIT", &[]).await;
    assert_eq!(waiting.await.unwrap().status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_rotation_gives_seven_days_up_to_thirty_in_all() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let api = app.api();
    let lifetime = |reply: &Reply| reply.body["refresh_expires_in"].clone();
    let days = |n: i64| Value::from(n * 86_400);

    // Unused for seven days, to the second.
    let (early, late) = (api.sign_in(&person).await, api.sign_in(&person).await);
    assert_eq!(lifetime(&early), days(7));
    app.wait(TimeDelta::days(7) - TimeDelta::seconds(1));
    let next = api.refresh(early.text("refresh_token")).await;
    assert_eq!((next.status, lifetime(&next)), (200, days(7)));
    app.wait(TimeDelta::seconds(1));
    assert_eq!(api.refresh(late.text("refresh_token")).await.status, 401);

    // Refreshed every five days, it ends after thirty.
    let mut pair = api.sign_in(&person).await;
    for day in [5, 10, 15, 20, 25] {
        app.wait(TimeDelta::days(5));
        pair = api.refresh(pair.text("refresh_token")).await;
        assert_eq!(lifetime(&pair), days((30 - day).min(7)), "day {day}");
    }
    app.wait(TimeDelta::days(5) - TimeDelta::seconds(1));
    pair = api.refresh(pair.text("refresh_token")).await;
    assert_eq!((pair.status, lifetime(&pair)), (200, Value::from(1)));
    // The access token expires later than the session, but ends with it.
    assert_eq!(api.with(&pair).get("/me").await.status, 200);
    app.wait(TimeDelta::seconds(1));
    assert_eq!(api.with(&pair).get("/me").await.status, 401);
    assert_eq!(api.refresh(pair.text("refresh_token")).await.status, 401);
    assert!(
        !app.audit()
            .await
            .contains(&"refresh_token_replayed".to_owned())
    );
}
