//! The number of sessions that one user may have (`SESSIONS_PER_USER`), and which one ends beyond it.

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::{left_behind, signed_in};
use crate::harness::{Person, TestApp};

/// The reasons why a user's sessions ended, or that they are active, oldest session first.
async fn endings(app: &TestApp, person: &Person) -> Vec<String> {
    let sql = "SELECT coalesce(revoked_reason, 'lives') FROM sessions \
               WHERE user_id::text = $1 ORDER BY created_at";
    let rows = app.sql(sql, &[&person.id.to_string()]).await;
    rows.iter().map(|row| row.get(0)).collect()
}

async fn living(app: &TestApp, person: &Person) -> usize {
    let endings = endings(app, person).await;
    endings.iter().filter(|ending| *ending == "lives").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn past_the_limit_the_least_recently_used_session_ends() {
    let app = TestApp::with(&[("SESSIONS_PER_USER", "3")]).await;
    let (person, other) = (app.person().await, app.person().await);
    let mut untouched = signed_in(&app, &other).await;
    let oldest = app.api().sign_in(&person).await;
    app.wait(TimeDelta::minutes(1));
    let mut second = signed_in(&app, &person).await;
    app.wait(TimeDelta::minutes(1));
    let third = app.api().sign_in(&person).await;
    app.wait(TimeDelta::minutes(1));
    // The oldest session is used again, so the second one is now the least recently used.
    let oldest = app.api().refresh(oldest.text("refresh_token")).await;
    app.wait(TimeDelta::minutes(1));
    let fourth = app.api().sign_in(&person).await;
    assert_eq!(fourth.status, 200);

    assert_eq!(
        endings(&app, &person).await,
        ["lives", "limit", "lives", "lives"]
    );
    assert!(!second.is_signed_in().await, "its tokens are dead");
    assert!(untouched.is_signed_in().await, "of another user");
    for pair in [&oldest, &third, &fourth] {
        assert_eq!(app.api().with(pair).get("/me").await.status, 200);
    }
    let reported = "SELECT session_id::text, detail->>'count', jsonb_array_length(detail->'sessions') \
                FROM audit_events WHERE event = 'session_limit_reached'";
    let reported = app.sql(reported, &[]).await;
    assert_eq!(reported.len(), 1);
    let begun = "SELECT id::text FROM sessions ORDER BY created_at DESC LIMIT 1";
    let begun: String = app.sql(begun, &[]).await[0].get(0);
    assert_eq!(reported[0].get::<_, String>(0), begun);
    assert_eq!(
        (reported[0].get::<_, &str>(1), reported[0].get::<_, i32>(2)),
        ("1", 1)
    );
    let page = signed_in(&app, &person).await.visit("/account").await;
    let text = page.text("main");
    assert!(text.contains("as too many were signed in"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_replaces_its_own_session_ends_no_other() {
    let app = TestApp::with(&[("SESSIONS_PER_USER", "2")]).await;
    let person = app.person().await;
    let program = app.api().sign_in(&person).await;
    app.wait(TimeDelta::seconds(1));
    let mut browser = signed_in(&app, &person).await;
    let token = browser.csrf_token().await;
    app.wait(TimeDelta::seconds(1));
    let typed = [
        ("email", person.email.as_str()),
        ("password", person.password.as_str()),
        ("csrf_token", &token),
    ];
    browser.post("/login", &typed).await;
    assert_eq!(endings(&app, &person).await, ["lives", "replaced", "lives"]);
    assert_eq!(app.api().with(&program).get("/me").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_sign_ins_on_two_nodes_respect_the_limit() {
    let app = TestApp::with(&[("SESSIONS_PER_USER", "3")]).await;
    let another = app.another_node();
    let person = app.person().with_totp().await;
    let plain = app.person().await;
    let (here, there) = (app.api(), app.api().at(&another));
    let replies = join_all((0..30).map(|n| {
        let api = if n % 2 == 0 { &here } else { &there };
        api.sign_in(&plain)
    }))
    .await;
    assert!(replies.iter().all(|reply| reply.status == 200));
    assert_eq!(living(&app, &plain).await, 3);

    // Codes at the same time as well: each of the backup codes signs in once.
    let codes = person.backup_codes.iter();
    let replies = join_all(codes.enumerate().map(|(n, code)| {
        let api = if n % 2 == 0 { &here } else { &there };
        api.sign_in_with(&person, code)
    }))
    .await;
    assert!(replies.iter().all(|reply| reply.status == 200));
    assert_eq!(living(&app, &person).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_of_an_earlier_version_beyond_the_limit_end_at_the_next_sign_in() {
    let app = TestApp::start().await;
    let person = app.person().await;
    left_behind(&app, &person, 20_000).await;
    let pair = app.api().sign_in(&person).await;
    assert_eq!(pair.status, 200);
    assert_eq!(living(&app, &person).await, 100);
    // The most recently used ones remain, with the new one.
    let sql = "SELECT count(*) FROM sessions s JOIN users u ON u.id = s.user_id \
               WHERE s.revoked_at IS NULL AND s.last_seen_at >= u.created_at - interval '99 seconds'";
    assert_eq!(app.sql(sql, &[]).await[0].get::<_, i64>(0), 100);
}
