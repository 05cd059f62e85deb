//! The list of users: what a search finds, and paging that neither repeats nor leaves out a user.

use std::collections::BTreeSet;

use serde_json::Value;

use super::admin;
use crate::harness::{Api, TestApp};

/// Writes 120 users in all states directly to the database.
async fn crowd(app: &TestApp) {
    app.sql(
        "INSERT INTO users (id, email, email_canonical, display_name, password_hash, created_at,
            email_verified_at, disabled_at, deleted_at)
         SELECT gen_random_uuid(), 'User' || n || '@example.org', 'user' || n || '@example.org',
            CASE n % 3 WHEN 0 THEN 'Élodie ' || n WHEN 1 THEN '100%_' || n END, '!',
            '2026-01-01'::timestamptz + (n / 10) * interval '1 day',
            CASE WHEN n % 2 = 0 THEN now() END,
            CASE WHEN n % 5 = 0 THEN now() END,
            CASE WHEN n % 10 = 0 THEN now() END
         FROM generate_series(1, 120) AS n",
        &[],
    )
    .await;
}

async fn emails(api: &Api, query: &str) -> Vec<String> {
    let reply = api.admin_get(&format!("?{query}")).await;
    assert_eq!(reply.status, 200, "{query}: {reply:?}");
    reported(&reply.body)
}

fn reported(body: &Value) -> Vec<String> {
    let users = body["users"].as_array().unwrap().iter();
    users
        .map(|user| user["email"].as_str().unwrap().to_owned())
        .collect()
}

async fn all_pages(api: &Api, query: &str, between: impl AsyncFn(usize)) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for page in 0.. {
        let reply = api.admin_get(&format!("?{query}&cursor={cursor}")).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        found.extend(reported(&reply.body));
        between(page).await;
        match reply.body["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_the_beginning_of_any_word_or_part_or_a_whole_id() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    let (_, api) = admin(&app).await;
    crowd(&app).await;
    assert_eq!(emails(&api, "q=USER77%40").await, ["User77@example.org"]);
    assert_eq!(emails(&api, "q=user11&sort=email").await.len(), 11);
    assert_eq!(
        emails(&api, "q=%20%C3%89LODIE+99").await,
        ["User99@example.org"]
    );
    assert_eq!(emails(&api, "q=100%25_100").await, ["User100@example.org"]);
    assert_eq!(
        emails(&api, "q=elodie+%3A+99").await,
        ["User99@example.org"]
    );
    for query in [
        "q=%25",
        "q=_ser1",
        "q=100x",
        "q=sers",
        "q=%5C",
        "q=%25+_",
        "q=user1+%5C%25x",
    ] {
        assert!(emails(&api, query).await.is_empty(), "{query}");
    }
    let ids = app
        .sql("SELECT id::text, email FROM users LIMIT 3", &[])
        .await;
    for row in ids {
        let (id, email): (String, String) = (row.get(0), row.get(1));
        assert_eq!(emails(&api, &format!("q={id}")).await, [email]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_restrict_and_all_must_match() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    let (admin, api) = admin(&app).await;
    let with_totp = app.person().with_totp().await;
    crowd(&app).await;
    let count = async |query: &str| all_pages(&api, query, async |_| {}).await.len();
    assert_eq!(count("").await, 122);
    assert_eq!(count("status=active").await, 98);
    assert_eq!(count("status=disabled").await, 12);
    assert_eq!(count("status=deleted").await, 12);
    assert_eq!(count("verified=no").await, 60);
    assert_eq!(count("status=disabled&verified=yes").await, 0);
    assert_eq!(emails(&api, "role=admin").await, [admin.email]);
    assert_eq!(emails(&api, "two_factor=on").await, [with_totp.email]);
    assert_eq!(count("two_factor=off&role=user").await, 120);
    assert_eq!(
        count("q=user1&status=active&two_factor=off&verified=yes").await,
        12
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_neither_repeat_nor_leave_out_a_user_while_others_write() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    let (_, api) = admin(&app).await;
    crowd(&app).await;
    for sort in ["newest", "oldest", "email"] {
        let there = app.sql("SELECT email FROM users", &[]).await;
        let there: BTreeSet<String> = there.iter().map(|row| row.get(0)).collect();
        // After every page, users are added at both ends and in between.
        let come = async |page: usize| {
            for (at, day) in ["2025-01-01", "2026-01-06", "2030-01-01"]
                .iter()
                .enumerate()
            {
                let email = format!("{}{sort}{page}@example.org", ["a", "user5", "z"][at]);
                let sql = format!(
                    "INSERT INTO users (id, email, email_canonical, password_hash, created_at)
                     VALUES (gen_random_uuid(), $1, $1, '!', '{day}')"
                );
                app.sql(&sql, &[&email]).await;
            }
        };
        let found = all_pages(&api, &format!("sort={sort}"), come).await;
        let once: BTreeSet<String> = found.iter().cloned().collect();
        assert_eq!(once.len(), found.len(), "{sort}: a user came twice");
        assert!(there.is_subset(&once), "{sort}: a user was left out");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_queries_are_refused_at_their_field() {
    let app = TestApp::with(&[("UNVERIFIED_DAYS", "0")]).await;
    let (_, api) = admin(&app).await;
    let long = "a".repeat(255);
    let many = "a+".repeat(9);
    let by_created = "YzE3Njc0MDk2MDAwMDAwMDAuMDAwMDAwMDAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAw";
    for (query, field) in [
        ("status=open".to_owned(), "status"),
        ("role=root".to_owned(), "role"),
        ("two_factor=yes".to_owned(), "two_factor"),
        ("verified=1".to_owned(), "verified"),
        ("sort=password_hash".to_owned(), "sort"),
        ("cursor=x".to_owned(), "cursor"),
        (format!("sort=email&cursor={by_created}"), "cursor"),
        (format!("q={long}"), "q"),
        (format!("q={many}"), "q"),
    ] {
        let reply = api.admin_get(&format!("?{query}")).await;
        assert_eq!(
            (reply.status, reply.code()),
            (422, "invalid_input"),
            "{query}"
        );
        assert!(reply.body["errors"][field].is_array(), "{query}: {reply:?}");
    }
    let twice = api.admin_get("?q=a&q=b").await;
    assert_eq!((twice.status, twice.code()), (400, "bad_request"));
    assert_eq!(api.admin_get("?q=a%00b").await.status, 200);
    assert_eq!(api.admin_get("/nonsense").await.code(), "not_found");
}
