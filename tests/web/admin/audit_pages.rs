//! The audit log on its page and by its call, and the files that an admin takes along.

use std::{collections::BTreeSet, time::Duration};

use reqwest::Method;
use serde_json::Value;
use tokio::time::sleep;

use super::admin;
use crate::harness::{Api, Browser, Person, Reply, TestApp, answer::Answer, browser::urlencoded};

/// Events past the service: `count` of them, a minute apart from the beginning of 2026 on.
async fn history(app: &TestApp, count: i64, event: &str, person: &Person) {
    app.sql(
        "INSERT INTO audit_events (at, event, level, actor_id, subject_id, user_agent, detail)
         SELECT '2026-01-01'::timestamptz + n * interval '1 minute', $2, 'notice', $3::text::uuid,
            $3::text::uuid, '=cmd' || n, jsonb_build_object('n', n)
         FROM generate_series(1, $1::bigint) AS n",
        &[&count, &event, &person.id.to_string()],
    )
    .await;
}

async fn ask(api: &Api, query: &[(&str, &str)]) -> Reply {
    let path = format!("/api/admin/audit?{}", urlencoded(query));
    Reply::of(api.request_at(Method::GET, &path)).await
}

fn seqs(reply: &Reply) -> Vec<i64> {
    let events = reply.body["events"].as_array();
    let events = events.unwrap_or_else(|| panic!("{reply:?}")).iter();
    events.map(|event| event["seq"].as_i64().unwrap()).collect()
}

/// What the page lists, by number.
async fn listed(browser: &mut Browser, query: &[(&str, &str)]) -> Vec<i64> {
    let path = format!("/admin/audit?{}", urlencoded(query));
    let page = browser.visit(&path).await;
    assert_eq!(page.status(), 200, "{path}");
    let numbers = page.texts(".log dl > div:first-child dd");
    numbers.iter().map(|seq| seq.parse().unwrap()).collect()
}

async fn export(browser: &mut Browser, path: &str) -> Answer {
    let request = browser.request(Method::GET, path);
    browser
        .send(request.header("sec-fetch-site", "same-origin"))
        .await
}

async fn admins_browser(app: &TestApp, admin: &Person) -> Browser {
    let mut browser = app.browser();
    browser.sign_in(admin).await;
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn each_filter_narrows_and_all_must_hold_on_page_and_call() {
    let app = TestApp::start().await;
    let (admin, api) = admin(&app).await;
    let ada = app.person().verified().await;
    history(&app, 20, "totp_enabled", &ada).await;
    history(&app, 10, "signed_out", &admin).await;
    let wrong = serde_json::json!({ "email": "nobody@example.org", "password": "not that one" });
    app.api().post("/login", wrong).await;
    let mut browser = admins_browser(&app, &admin).await;
    let (her_id, her_email) = (ada.id.to_string(), ada.email.to_uppercase());
    for (query, expected) in [
        (vec![("actor", her_id.as_str())], 20),
        (vec![("actor", her_email.as_str())], 20),
        (vec![("subject", her_id.as_str())], 20),
        (vec![("subject", her_email.as_str())], 20),
        (vec![("subject", " Nobody@example.org ")], 1),
        (vec![("actor", "nobody@example.org")], 0),
        (vec![("event", "totp_enabled")], 20),
        (vec![("event", "audit_log_cut")], 0),
        (vec![("to", "2026-01-01T00:11")], 20),
        (vec![("to", "2026-01-01")], 0),
        (vec![("from", "2026-01-01T00:11"), ("to", "2026-01-02")], 10),
        (
            vec![("from", "2026-01-01T02:11:00+02:00"), ("to", "2026-01-02")],
            10,
        ),
        (
            vec![
                ("from", "2026-01-01"),
                ("to", "2026-01-02"),
                ("event", "signed_out"),
            ],
            10,
        ),
        (vec![("actor", &her_id), ("event", "signed_out")], 0),
        (
            vec![
                ("actor", &her_id),
                ("event", "totp_enabled"),
                ("from", "2026-01-01T00:19"),
            ],
            2,
        ),
    ] {
        let reply = ask(&api, &query).await;
        let found = seqs(&reply);
        assert_eq!(found.len(), expected, "{query:?}: {reply:?}");
        assert_eq!(listed(&mut browser, &query).await, found, "{query:?}");
        assert!(found.is_sorted_by(|a, b| a > b), "newest first");
    }
    let two = ask(&api, &[("actor", &her_id), ("limit", "2")]).await;
    assert_eq!(seqs(&two).len(), 2);
    let next = two.text("next").to_owned();
    let rest = ask(&api, &[("actor", &her_id), ("cursor", &next)]).await;
    assert_eq!(seqs(&rest).len(), 18);
    assert!(rest.body["next"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_rest_while_others_write() {
    let app = TestApp::start().await;
    let (admin, _) = admin(&app).await;
    history(&app, 120, "totp_enabled", &admin).await;
    let mut browser = admins_browser(&app, &admin).await;
    let query = [("event", "totp_enabled")];
    let first = listed(&mut browser, &query).await;
    assert_eq!(first.len(), 50);
    let page = browser.visit("/admin/audit?event=totp_enabled").await;
    let older = next_of(page.html());
    assert!(older.contains("event=totp_enabled"), "{older}");
    let page = browser.visit(&older).await;
    let second = page.texts(".log dl > div:first-child dd");
    let last = next_of(page.html());
    history(&app, 70, "totp_enabled", &admin).await;
    let page = browser.visit(&older).await;
    assert_eq!(page.texts(".log dl > div:first-child dd"), second);
    assert!(page.html().contains(">Newest</a>"));
    let page = browser.visit(&last).await;
    assert_eq!(page.texts(".log dl > div:first-child dd").len(), 20);
    assert!(!page.html().contains("rel=\"next\""));
    let all = listed(&mut browser, &query).await;
    assert!(all[0] > first[0], "the newest page has moved");
    let page = browser
        .visit("/admin/audit?event=totp_enabled&cursor=1")
        .await;
    assert!(page.text("main").contains("There is nothing older."));
}

fn next_of(html: &str) -> String {
    let (_, rest) = html.split_once("rel=\"next\" href=\"").unwrap();
    rest.split('"').next().unwrap().replace("&#38;", "&")
}

#[tokio::test(flavor = "multi_thread")]
async fn actor_and_subject_are_named_and_linked() {
    let app = TestApp::start().await;
    let (admin, _) = admin(&app).await;
    let ada = app.person().verified().await;
    let gone = app.person().verified().await;
    history(&app, 1, "totp_enabled", &gone).await;
    let delete = "DELETE FROM users WHERE id::text = $1";
    app.sql(delete, &[&gone.id.to_string()]).await;
    let mut browser = admins_browser(&app, &admin).await;
    let disable = format!("/admin/users/{}/disable", ada.id);
    browser.visit(&disable).await;
    browser.submit(&disable, &[("reason", "<b>left</b>")]).await;

    let page = browser
        .visit(&format!("/admin/audit?subject={}", ada.id))
        .await;
    let first = &page.texts(".log > li")[0];
    for reported in [
        "User disabled Notice",
        "Reason: <b>left</b>",
        &format!("By: {}", admin.email),
        &format!("About: {}", ada.email),
        "Firefox on Linux",
        "127.0.0.1",
    ] {
        assert!(first.contains(reported), "{reported}: {first}");
    }
    let link = format!("href=\"/admin/users/{}\"", ada.id);
    assert!(page.html().contains(&link), "{link}");
    let page = browser
        .visit(&format!("/admin/audit?actor={}", gone.id))
        .await;
    assert!(
        page.text(".log")
            .contains("By: an account that no longer exists")
    );
    assert!(!page.html().contains(&format!("/admin/users/{}", gone.id)));
    let page = browser.visit("/admin/audit?event=service_started").await;
    assert!(page.text("main").contains("No event matches."));
    let page = browser.visit(&format!("/admin/users/{}", ada.id)).await;
    let link = format!("href=\"/admin/audit?subject={}\"", ada.id);
    assert!(page.html().contains(&link), "{link}");
    assert!(page.html().contains("href=\"/admin/audit\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_reported_at_its_field_and_the_rest_is_kept() {
    let app = TestApp::start().await;
    let (admin, api) = admin(&app).await;
    let mut browser = admins_browser(&app, &admin).await;
    for (field, value) in [
        ("actor", "ada"),
        ("subject", "@"),
        ("event", "signed_up"),
        ("from", "yesterday"),
        ("to", "2026-02-30"),
        ("cursor", "-1"),
        ("cursor", "x"),
    ] {
        let query = [("event", "signed_in"), (field, value)];
        let query = if field == "event" {
            &query[1..]
        } else {
            &query
        };
        let reply = ask(&api, query).await;
        assert_eq!((reply.status, reply.code()), (422, "invalid_input"));
        assert!(reply.body["errors"][field].is_array(), "{reply:?}");
        let page = browser
            .visit(&format!("/admin/audit?{}", urlencoded(query)))
            .await;
        assert_eq!(page.status(), 422);
        assert!(page.alert().contains("There is a problem"), "{field}");
        if field != "cursor" {
            let error = page.text(&format!("#{field}-error"));
            assert!(error.starts_with("Error: "), "{field}: {error}");
        }
        if field != "event" {
            assert!(
                page.html().contains("value=\"signed_in\" selected"),
                "{field}"
            );
        }
        assert!(!page.html().contains("/admin/audit/export"), "{field}");
        if field != "cursor" {
            let path = format!("/admin/audit/export?{}", urlencoded(query));
            assert_eq!(export(&mut browser, &path).await.status, 422, "{field}");
        }
    }
    for limit in ["0", "201", "-1", "many"] {
        let reply = ask(&api, &[("limit", limit)]).await;
        assert_eq!((reply.status, reply.code()), (422, "invalid_input"));
        assert!(reply.body["errors"]["limit"].is_array(), "{reply:?}");
    }
    for path in [
        "/admin/audit/export?format=xls",
        "/admin/users/export?status=open",
    ] {
        assert_eq!(export(&mut browser, path).await.status, 422, "{path}");
    }
    assert_eq!(
        app.audit()
            .await
            .iter()
            .filter(|e| e.ends_with("_exported"))
            .count(),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_events_is_whole_in_order_and_noted() {
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
        "one way to tell an event"
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

    // A file ends where it began to be read, and one of nothing has its head alone.
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
async fn a_file_of_users_is_whole_without_secrets_and_without_formulas() {
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

/// The file is too big for the buffers between server and client: who reads no further has the
/// server read no further.
#[tokio::test(flavor = "multi_thread")]
async fn who_hangs_up_ends_the_reading() {
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
        "a client that waits is not waited for: {held}"
    );
    drop(response);
    let after = scanned(&app).await - before;
    assert!(
        after < held + 5_000,
        "the rest was read without a receiver: {after}"
    );
}

/// More than fits into what lies between server and client.
async fn long_history(app: &TestApp) {
    app.sql(
        "INSERT INTO audit_events (at, event, level, user_agent)
         SELECT now(), 'signed_in', 'info', repeat('x', 500) FROM generate_series(1, 60000)",
        &[],
    )
    .await;
}

/// Rows of the log that indexes have found so far. Postgres tells them a moment later.
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

/// A file that takes long ends with the rights of who takes it.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_ends_when_its_taker_is_no_admin_any_more() {
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

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_taken_from_our_pages_or_by_a_bearer_alone() {
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
