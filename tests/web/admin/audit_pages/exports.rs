//! Exports of events and of users.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;

use super::{admins_browser, ask, export, history};
use crate::{
    admin::admin,
    harness::{TestApp, answer::Answer},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_export_of_events_is_complete_ordered_and_audited() {
    let app = TestApp::start().await;
    let (admin, api) = admin(&app).await;
    history(&app, 2_500, "totp_enabled", &admin).await;
    let mut browser = admins_browser(&app, &admin).await;
    let path = "/admin/audit/export?format=jsonl&event=totp_enabled&to=2027-01-01";
    let answer = export(&mut browser, path).await;
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    let disposition = answer.header("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment; filename=\"vestibule-audit-"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let rows: Vec<Value> = answer
        .body
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let numbers = rows.iter().map(|row| row["detail"]["n"].as_i64().unwrap());
    assert!(
        numbers.eq(1..=2_500),
        "in order, nothing twice, nothing left out"
    );
    let page = ask(&api, &[("event", "totp_enabled")]).await;
    assert_eq!(
        page.body["events"][0], rows[2_499],
        "the call and the file describe an event alike"
    );

    let answer = export(&mut browser, "/admin/audit/export?event=totp_enabled").await;
    let mut read = csv::Reader::from_reader(answer.body.as_bytes());
    let rows: Vec<_> = read.records().map(Result::unwrap).collect();
    assert_eq!((rows.len(), &rows[0][9]), (2_500, "'=cmd1"));

    let noted =
        "SELECT detail::text, actor_id::text, session_id IS NOT NULL, level FROM audit_events
        WHERE event = 'audit_log_exported' ORDER BY seq";
    let noted = app.sql(noted, &[]).await;
    assert_eq!(noted.len(), 2);
    let detail: Value = serde_json::from_str(noted[0].get(0)).unwrap();
    assert_eq!(detail["form"], "jsonl");
    assert_eq!(detail["filters"]["event"], "totp_enabled");
    assert_eq!(detail["filters"]["to"], "2027-01-01T00:00:00+00:00");
    assert_eq!(noted[0].get::<_, String>(1), admin.id.to_string());
    assert!(noted[0].get::<_, bool>(2));
    assert_eq!(noted[0].get::<_, String>(3), "notice");

    // An export ends with the newest event of its beginning, and an empty one has only its head.
    let answer = export(&mut browser, "/admin/audit/export?format=jsonl").await;
    assert!(answer.body.lines().count() > 2_500);
    assert_eq!(answer.body.matches("audit_log_exported").count(), 2);
    let nothing = "/admin/audit/export?actor=nobody@example.org";
    assert_eq!(export(&mut browser, nothing).await.body.lines().count(), 1);
    let head = browser.request(Method::HEAD, "/admin/audit/export");
    assert_eq!(browser.send(head).await.body, "");
    assert_eq!(
        app.sql(
            "SELECT 1 FROM audit_events WHERE event = 'audit_log_exported'",
            &[]
        )
        .await
        .len(),
        4
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_of_users_is_complete_without_secrets_and_formulas() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    let (admin, _) = admin(&app).await;
    app.sql(
        "INSERT INTO users (id, email, email_canonical, display_name, password_hash, created_at, disabled_at)
         SELECT gen_random_uuid(), '+' || n || '@example.org', '+' || n || '@example.org',
            ' =HYPERLINK(\"x\"),' || n, '$argon2id$secret', '2026-01-01'::timestamptz + n / 7 * interval '1 hour',
            CASE WHEN n % 2 = 0 THEN now() END
         FROM generate_series(1, 2500) AS n",
        &[],
    )
    .await;
    let mut browser = admins_browser(&app, &admin).await;
    let page = browser.visit("/admin/users?role=user&sort=email").await;
    assert!(
        page.html()
            .contains("href=\"/admin/users/export?role=user&#38;sort=email\"")
    );
    let answer = export(&mut browser, "/admin/users/export?role=user&sort=email").await;
    assert_eq!(
        answer.header("content-type"),
        Some("text/csv; charset=utf-8")
    );
    assert!(!answer.body.contains("argon2"));
    let mut read = csv::Reader::from_reader(answer.body.as_bytes());
    let rows: Vec<_> = read.records().map(Result::unwrap).collect();
    let emails: BTreeSet<&str> = rows.iter().map(|row| &row[1]).collect();
    assert_eq!((rows.len(), emails.len()), (2_500, 2_500));
    assert!(rows.is_sorted_by(|a, b| a[10] <= b[10]), "the oldest first");
    for row in &rows {
        assert!(
            row[1].starts_with("'+") && row[2].starts_with("' =HYP"),
            "{row:?}"
        );
    }
    let answer = export(&mut browser, "/admin/users/export?status=disabled&q=%2B1").await;
    assert_eq!(answer.body.lines().count(), 1 + 555);
    let noted = "SELECT detail::text FROM audit_events WHERE event = 'users_exported' ORDER BY seq";
    let noted = app.sql(noted, &[]).await;
    let detail: Value = serde_json::from_str(noted[1].get(0)).unwrap();
    assert_eq!(
        detail["filters"],
        serde_json::json!({ "status": "disabled", "q": "given" })
    );
    assert_eq!(noted.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_require_one_of_our_pages_or_a_bearer() {
    let app = TestApp::start().await;
    let (admin, api) = admin(&app).await;
    let mut browser = admins_browser(&app, &admin).await;
    let taken = async || {
        let events = app.audit().await;
        events.iter().filter(|e| e.ends_with("_exported")).count()
    };
    let paths = [
        ("/admin/users/export", "/admin/users"),
        ("/admin/audit/export", "/admin/audit"),
        ("/admin/audit/export?format=jsonl", "/admin/audit"),
    ];
    for (path, list) in paths {
        for from in [&["cross-site"][..], &["same-site"], &["none"], &[""], &[]] {
            let sent = browser.request(Method::GET, path);
            let sent = from
                .iter()
                .fold(sent, |sent, from| sent.header("sec-fetch-site", *from));
            let refused = browser
                .send(sent.header("referer", "https://evil.example/"))
                .await;
            assert_eq!(refused.status, 403, "{path} {from:?}");
        }
        let both = browser.request(Method::GET, path);
        let both = both
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-site", "cross-site");
        assert_eq!(browser.send(both).await.status, 403, "{path}");
        assert_eq!(taken().await, 0, "{path}");
        assert!(browser.visit(list).await.html().contains("/export"));
    }
    for (n, (path, _)) in paths.into_iter().enumerate() {
        assert_eq!(export(&mut browser, path).await.status, 200);
        assert_eq!(
            Answer::of(api.request_at(Method::GET, path)).await.status,
            200
        );
        assert_eq!(taken().await, 2 * (n + 1), "{path}");
    }
    let person = app.person().await;
    let user = app.api().with(&app.api().sign_in(&person).await);
    let refused = Answer::of(user.request_at(Method::GET, "/admin/users/export")).await;
    assert_eq!(refused.status, 403);
    let dead = api.with_token("nonsense");
    let refused = Answer::of(dead.request_at(Method::GET, "/admin/users/export")).await;
    assert_eq!(refused.status, 401);
    let both = browser.request(Method::GET, "/admin/users/export");
    let both = both
        .bearer_auth("nonsense")
        .header("sec-fetch-site", "same-origin");
    assert_eq!(browser.send(both).await.status, 400);
    assert_eq!(taken().await, 6);
}
