//! Exports that end early.

use std::time::Duration;

use reqwest::Method;
use tokio::time::sleep;

use super::{admins_browser, export};
use crate::{admin::admin, harness::TestApp};

/// The file is too large for the buffers between server and client: if the client stops reading, so does
/// the server.
#[tokio::test(flavor = "multi_thread")]
async fn reading_ends_when_the_client_disconnects() {
    let app = TestApp::start().await;
    let (admin, _) = admin(&app).await;
    long_history(&app).await;
    let browser = admins_browser(&app, &admin).await;
    // The sealer reads the log, too.
    let unsealed = "SELECT 1 FROM audit_events
        WHERE seq > (SELECT coalesce(max(last_seq), 0) FROM audit_seals) LIMIT 1";
    while !app.sql(unsealed, &[]).await.is_empty() {
        sleep(Duration::from_millis(200)).await;
    }
    let before = scanned(&app).await;
    let mut response = browser
        .request(Method::GET, "/admin/audit/export?format=jsonl")
        .header("sec-fetch-site", "same-origin")
        .send()
        .await
        .unwrap();
    assert!(!response.chunk().await.unwrap().unwrap().is_empty());
    let held = scanned(&app).await - before;
    assert!(
        held < 40_000,
        "rows are read for a client that has stopped reading: {held}"
    );
    drop(response);
    let after = scanned(&app).await - before;
    assert!(
        after < held + 5_000,
        "the rest was read without a receiver: {after}"
    );
}

/// More events than fit into the buffers between server and client.
async fn long_history(app: &TestApp) {
    app.sql(
        "INSERT INTO audit_events (at, event, level, user_agent)
         SELECT now(), 'signed_in', 'info', repeat('x', 500) FROM generate_series(1, 60000)",
        &[],
    )
    .await;
}

/// Rows of the log that index scans have read so far. Postgres reports them a moment later.
async fn scanned(app: &TestApp) -> i64 {
    sleep(Duration::from_secs(3)).await;
    let found = "SELECT idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'audit_events'";
    app.sql(found, &[]).await[0].get(0)
}

/// The database fails after the first part: the client must see that something is missing.
#[tokio::test(flavor = "multi_thread")]
async fn a_fault_halfway_breaks_the_connection() {
    let app = TestApp::start().await;
    let (admin, _) = admin(&app).await;
    long_history(&app).await;
    let browser = admins_browser(&app, &admin).await;
    let mut response = browser
        .request(Method::GET, "/admin/audit/export?format=jsonl")
        .header("sec-fetch-site", "same-origin")
        .send()
        .await
        .unwrap();
    response.chunk().await.unwrap().unwrap();
    app.sql("ALTER TABLE audit_events RENAME TO away", &[])
        .await;
    let whole = loop {
        match response.chunk().await {
            Ok(Some(_)) => {}
            Ok(None) => break true,
            Err(_) => break false,
        }
    };
    assert!(!whole, "half a file looks whole");
}

/// A long export ends when its receiver loses the right to it.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_ends_when_its_receiver_is_no_longer_an_admin() {
    let app = TestApp::start().await;
    let (first, _) = admin(&app).await;
    long_history(&app).await;
    for change in [
        "UPDATE sessions SET revoked_at = now(), revoked_reason = 'signed_out' WHERE user_id::text = $1",
        "UPDATE users SET disabled_at = now() WHERE id::text = $1",
        "UPDATE users SET role = 'user', disabled_at = NULL WHERE id::text = $1",
    ] {
        let taker = app.person().admin().await;
        let browser = admins_browser(&app, &taker).await;
        let mut response = browser
            .request(Method::GET, "/admin/audit/export?format=jsonl")
            .header("sec-fetch-site", "same-origin")
            .send()
            .await
            .unwrap();
        response.chunk().await.unwrap().unwrap();
        app.sql(change, &[&taker.id.to_string()]).await;
        let whole = loop {
            match response.chunk().await {
                Ok(Some(_)) => {}
                Ok(None) => break true,
                Err(_) => break false,
            }
        };
        assert!(!whole, "it went on: {change}");
    }
    let mut browser = admins_browser(&app, &first).await;
    let whole = export(&mut browser, "/admin/audit/export?format=jsonl").await;
    assert!(whole.body.lines().count() > 60_000);
}
