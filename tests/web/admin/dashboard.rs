//! The dashboard: its counts, on page and API, and the tables behind its charts.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use super::admin;
use crate::harness::{Reply, TestApp};

fn exact(count: i64) -> Value {
    json!({ "count": count, "precision": "exact" })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_counts_users_sign_ins_mails_and_throttled_addresses() {
    let app = TestApp::start().await;
    let (host, api) = admin(&app).await;
    let person = app.person().with_totp().await;
    let guess = json!({ "email": person.email, "password": "not the right password" });
    for _ in 0..3 {
        assert_eq!(app.api().post("/login", guess.clone()).await.status, 401);
    }
    let rows = "INSERT INTO account_throttles (key, failures, tried_at, next_allowed_at)
        SELECT sha256(n::text::bytea), f, $1::text::timestamptz, $1::text::timestamptz + wait
        FROM (VALUES (1, 12, interval '1 minute'), (2, 100, interval '0'), (3, 5, interval '0'),
            (4, 0, interval '1 hour')) AS t(n, f, wait)";
    let now = app.services().now().to_rfc3339();
    app.sql(rows, &[&now]).await;
    let mails = "INSERT INTO mails (id, kind, decoy, next_attempt_at, created_at, dropped_at)
        SELECT gen_random_uuid(), 'x', n = 1, $1::text::timestamptz, $1::text::timestamptz,
            $1::text::timestamptz FROM generate_series(1, 3) AS n";
    app.sql(mails, &[&now]).await;
    let read = async || {
        let request = api.request_at(Method::GET, "/api/admin/dashboard");
        Reply::of(request).await.body
    };
    let seen = read().await;
    for (name, count) in [
        ("users", 2),
        ("active_sessions", 1),
        ("two_factor_enabled", 1),
        ("mails_waiting", 0),
        ("mails_given_up", 2),
        ("throttled_paused", 1),
        ("throttled_blocked", 1),
    ] {
        assert_eq!(seen[name], exact(count), "{name}: {seen}");
    }
    assert_eq!(seen["migrations_current"], true);
    assert_eq!(seen["version"], env!("CARGO_PKG_VERSION"));
    for (series, spans) in [("last_day", 24), ("last_month", 30)] {
        let all = seen[series].as_array().unwrap();
        assert_eq!(all.len(), spans);
        assert_eq!(all[spans - 1]["succeeded"], exact(1), "{series}");
        assert_eq!(all[spans - 1]["failed"], exact(3), "{series}");
    }

    let mut browser = app.browser();
    browser.sign_in(&host).await;
    let page = browser.visit("/admin").await;
    assert_eq!(page.text("h1"), "Dashboard");
    let text = page.text("main");
    for words in [
        "Two-step sign-in 1 (50%)",
        "2 sign-ins, 3 failures.",
        "Up to date",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(page.texts("svg[role=img] rect").len(), 2 * (24 + 30));
    assert_eq!(page.texts(".counts tbody tr").len(), 24 + 30);

    // Events older than a day count for the month only.
    app.wait(TimeDelta::days(2));
    let mut browser = app.browser();
    browser.sign_in(&host).await;
    let page = browser.visit("/admin").await;
    let text = page.text("main");
    assert!(text.contains("1 sign-ins, 0 failures."), "{text}");
    assert!(text.contains("3 sign-ins, 3 failures."), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_wait_too_long_for_their_seal_are_reported() {
    let app = TestApp::start().await;
    let (host, api) = admin(&app).await;
    let read = async || {
        let request = api.request_at(Method::GET, "/api/admin/dashboard");
        Reply::of(request).await.body
    };
    assert_eq!(read().await["audit_overdue_since"], Value::Null);
    let mut browser = app.browser();
    browser.sign_in(&host).await;
    // An open transaction that may still write earlier events keeps later ones from being sealed.
    let late = app.another_connection().await;
    let insert = "INSERT INTO audit_events (at, event, level) VALUES ($1::text::timestamptz, 'signed_in', 'info')";
    late.batch_execute("BEGIN").await.unwrap();
    let now = app.services().now().to_rfc3339();
    late.execute(insert, &[&now]).await.unwrap();
    let old = (app.services().now() - TimeDelta::seconds(11)).to_rfc3339();
    app.sql(insert, &[&old]).await;
    let seen = read().await;
    assert!(seen["audit_waiting"]["count"].as_i64() >= Some(1), "{seen}");
    assert!(seen["audit_overdue_since"].is_string(), "{seen}");
    let text = browser.visit("/admin").await.text("main");
    assert!(text.contains("has not been sealed since"), "{text}");
    late.batch_execute("COMMIT").await.unwrap();
    while read().await["audit_overdue_since"] != Value::Null {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let text = browser.visit("/admin").await.text("main");
    assert!(!text.contains("has not been sealed since"), "{text}");
}
