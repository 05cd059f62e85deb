//! One statement looks up the tokens of many requests, and each request gets its own answer.

use std::{collections::HashSet, time::Duration};

use futures_util::future::join_all;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::harness::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn of_many_concurrent_requests_each_gets_its_own_answer() {
    let app = TestApp::start().await;
    let mut people = Vec::new();
    for n in 0..8 {
        let person = app.person().await;
        let api = app.api();
        let signed_in = [api.sign_in(&person).await, api.sign_in(&person).await];
        let [first, second] = signed_in.map(|reply| api.with(&reply));
        // Every second user has signed out of the first session.
        let expected = if n % 2 == 0 { 200 } else { 401 };
        if expected == 401 {
            first.post("/logout", serde_json::Value::Null).await;
        }
        people.push((person.id, first, expected));
        people.push((person.id, second, 200));
    }
    for _ in 0..5 {
        let asked = people.iter().map(async |(id, api, expected)| {
            let reply = api.get("/me").await;
            assert_eq!(reply.status, *expected);
            if *expected == 200 {
                assert_eq!(reply.text("id"), id.to_string());
            }
            reply.status
        });
        let statuses: HashSet<u16> = join_all(asked).await.into_iter().collect();
        assert_eq!(statuses.len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_beyond_the_size_of_one_statement_are_all_answered() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let api = app.api();
    let api = api.with(&api.sign_in(&person).await);
    let replies = join_all((0..300).map(|_| api.get("/me"))).await;
    assert!(replies.iter().all(|reply| reply.status == 200));
    let id: Uuid = replies[0].text("id").parse().unwrap();
    assert_eq!(id, person.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_revocation_list_needs_no_separate_statement() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let api = app.api();
    let api = api.with(&api.sign_in(&person).await);
    let began = app.sql("SELECT clock_timestamp()::text", &[]).await;
    let began: String = began[0].get(0);
    // The service's statements on these tables since then, and whether one is waiting. The purge, which
    // may be running, is left out.
    let asked = async || {
        app.sql("SELECT pg_stat_clear_snapshot()", &[]).await;
        let asked = "SELECT query, wait_event_type IS NOT DISTINCT FROM 'Lock'
            FROM pg_stat_activity WHERE application_name = 'vestibule'
            AND datname = current_database() AND query_start >= $1::text::timestamptz
            AND query ~ 'users|sessions|revoked_tokens' AND query !~ '^DELETE|expires_at\" <'";
        let rows = app.sql(asked, &[&began]).await;
        let row = |row: &tokio_postgres::Row| (row.get(0), row.get(1));
        rows.iter().map(row).collect::<Vec<(String, bool)>>()
    };

    // A statement that reads the list waits here, where the test can see it.
    app.sql("BEGIN", &[]).await;
    app.sql("LOCK TABLE revoked_tokens", &[]).await;
    let request = tokio::spawn(async move { api.get("/me").await });
    let waiting = timeout(Duration::from_secs(20), async {
        while !asked().await.iter().any(|(_, waits)| *waits) {
            sleep(Duration::from_millis(5)).await;
        }
        asked().await
    });
    let waiting = waiting.await.expect("it reads the list");
    app.sql("COMMIT", &[]).await;
    assert_eq!(request.await.unwrap().status, 200);

    let [(statement, true)] = waiting.as_slice() else {
        panic!("one statement waits: {waiting:?}");
    };
    for table in ["users", "sessions", "revoked_tokens"] {
        assert!(
            statement.contains(&format!("JOIN {table} ON")),
            "{statement}"
        );
    }
    // No statement came after it.
    assert_eq!(asked().await, [(statement.clone(), false)]);
}
