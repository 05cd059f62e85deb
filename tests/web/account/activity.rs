//! Everything that happened to an account, for its owner: as pages, as calls, as a file.

use std::{collections::BTreeSet, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{patch_me, program_of, signed_in};
use crate::harness::{Browser, Person, TestApp, answer::Answer};

const FILE: &str = "/account/activity/export";

async fn events(api: &crate::harness::Api) -> Vec<Value> {
    let page = api.get("/activity").await;
    assert_eq!(page.status, 200, "{page:?}");
    page.body["events"].as_array().unwrap().clone()
}

/// So many events of this person, one a second, none of which a page has named before.
async fn history(app: &TestApp, person: &Person, count: i32) {
    app.sql(
        "INSERT INTO audit_events (at, event, level, actor_id, subject_id, ip, user_agent, detail)
         SELECT u.created_at + n * interval '1 second', 'backup_code_used', 'notice', u.id, u.id, '192.0.2.7',
            '=cmd' || n, jsonb_build_object('left', n)
         FROM users u, generate_series(1, $2) n WHERE u.id::text = $1 ORDER BY n",
        &[&person.id.to_string(), &count],
    )
    .await;
}

async fn file(browser: &mut Browser) -> Answer {
    let request = browser.request(Method::GET, FILE);
    browser
        .send(request.header("sec-fetch-site", "same-origin"))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_sees_strangers_and_own_acts_with_device_and_address() {
    let app = TestApp::start().await;
    let ada = app.person().verified().await;
    let stranger = app
        .api()
        .request(Method::POST, "/login")
        .header("user-agent", "evil/1.0");
    let wrong = json!({ "email": ada.email, "password": "not the right password" });
    assert_eq!(Answer::of(stranger.json(&wrong)).await.status, 401);
    let mut browser = signed_in(&app, &ada).await;

    let page = browser.visit("/account/activity").await;
    let lines = page.texts(".activity li");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].contains("You signed in with your password."),
        "{lines:?}"
    );
    assert!(lines[0].contains("3 March 2026, 14:05 UTC"), "{lines:?}");
    assert!(
        lines[0].contains("Firefox on Linux") && lines[0].contains("127.0.0.1"),
        "{lines:?}"
    );
    assert!(lines[1].contains("A sign-in was refused."), "{lines:?}");
    assert!(
        lines[1].contains("an unknown app") && lines[1].contains("127.0.0.1"),
        "{lines:?}"
    );
    assert!(
        !page.html().contains("evil"),
        "a client's own words are not shown"
    );

    let api = program_of(&app, &ada).await;
    patch_me(&api, json!({ "display_name": "Ada" })).await;
    let events = events(&api).await;
    let shown: Vec<_> = events
        .iter()
        .map(|event| {
            (
                event["event"].as_str().unwrap(),
                event["by"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("profile_changed", "you"),
            ("signed_in", "you"),
            ("signed_in", "you"),
            ("sign_in_failed", "anyone"),
        ]
    );
    assert_eq!(events[0]["sentence"], "You changed your name.");
    assert_eq!(
        (&events[2]["browser"], &events[2]["system"]),
        (&json!("Firefox"), &json!("Linux"))
    );
    assert_eq!(events[3]["ip"], "127.0.0.1");
    assert_eq!(events[3]["at"], "2026-03-03T14:05:00Z");
    let names: BTreeSet<_> = events[0]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        names,
        BTreeSet::from(["at", "event", "sentence", "by", "browser", "system", "ip"])
    );
}

/// What admins, operators and the service did is there, without who, from where and why.
#[tokio::test(flavor = "multi_thread")]
async fn acts_of_admins_are_told_without_the_admin() {
    let app = TestApp::start().await;
    let ada = app.person().verified().await;
    let admin = app.person().admin().await;
    let admins = program_of(&app, &admin).await;
    let act = |name: &str| format!("/{}/{name}", ada.id);
    let reason = "asked for by Mallory of room 101";
    for (name, body) in [
        ("disable", json!({ "reason": reason })),
        ("enable", json!({})),
        ("role", json!({ "role": "admin" })),
        ("role", json!({ "role": "user" })),
    ] {
        assert_eq!(admins.admin(&act(name), body).await.status, 204, "{name}");
    }
    // Guesses until it is blocked, and an admin unlocks it: an event that no name tells to be an admin's.
    app.sql(
        "INSERT INTO audit_events (at, event, level, actor_id, subject_id, ip, user_agent, detail)
         SELECT now(), e, 'notice', a, u.id, CASE WHEN e LIKE '%later' THEN NULL ELSE '198.51.100.9'::inet END,
            'AdminBrowser', d::jsonb FROM users u, (VALUES
            ('sign_in_unblocked', $2::text::uuid, '{\"by\": \"admin\"}'),
            ('user_erased', NULL, '{\"origin\": \"service\"}'),
            ('user_renamed', NULL, '{\"origin\": \"command_line\"}'),
            ('invented_later', NULL, '{}')) AS t(e, a, d) WHERE u.id::text = $1",
        &[&ada.id.to_string(), &admin.id.to_string()],
    )
    .await;
    let api = program_of(&app, &ada).await;
    let events = events(&api).await;
    let of = |name: &str| {
        let mut found = events.iter().filter(|event| event["event"] == name);
        found
            .next()
            .unwrap_or_else(|| panic!("{name}: {events:?}"))
            .clone()
    };
    for (name, by) in [
        ("user_disabled", "admin"),
        ("user_enabled", "admin"),
        ("user_role_changed", "admin"),
        ("sign_in_unblocked", "admin"),
        ("user_renamed", "admin"),
        ("user_erased", "service"),
    ] {
        let event = of(name);
        assert_eq!(event["by"], by, "{name}");
        for hidden in ["browser", "system", "ip"] {
            assert_eq!(event[hidden], Value::Null, "{name} {hidden}");
        }
    }
    assert_eq!(
        of("user_disabled")["sentence"],
        "An administrator disabled this account."
    );
    let later = of("invented_later");
    assert_eq!(
        later["sentence"],
        "There was an event that this version does not know."
    );

    let mut browser = signed_in(&app, &ada).await;
    let page = browser.visit("/account/activity").await;
    let csv = file(&mut browser).await;
    let shown = [page.html().to_owned(), csv.body, json!(events).to_string()].concat();
    for hidden in [
        "Mallory",
        "198.51.100.9",
        "AdminBrowser",
        &admin.email,
        &admin.id.to_string(),
    ] {
        assert!(!shown.contains(hidden), "{hidden}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_calls_lead_through_all_of_it_once() {
    let app = TestApp::start().await;
    let (ada, other) = (app.person().await, app.person().await);
    history(&app, &ada, 120).await;
    history(&app, &other, 1).await;
    let api = program_of(&app, &ada).await;
    let (mut seen, mut query) = (Vec::new(), String::new());
    let mut sizes = Vec::new();
    loop {
        let page = api.get(&format!("/activity{query}")).await;
        let events = page.body["events"].as_array().unwrap();
        sizes.push(events.len());
        seen.extend(events.clone());
        // Events that are added in the meantime do not shift the pages.
        program_of(&app, &ada).await;
        match page.body["next"].as_str() {
            Some(next) => query = format!("?cursor={next}"),
            None => break,
        }
    }
    assert_eq!(sizes, [50, 50, 21]);
    let left: Vec<_> = seen[1..]
        .iter()
        .map(|event| event["sentence"].to_string())
        .collect();
    assert!(left[0].contains("120 are left") && left[119].contains("One is left"));
    assert_eq!(left.iter().collect::<BTreeSet<_>>().len(), 120);

    let mut browser = signed_in(&app, &ada).await;
    let (mut lines, mut path) = (0, "/account/activity".to_owned());
    loop {
        let page = browser.visit(&path).await;
        lines += page.texts(".activity li").len();
        assert!(page.text("main").contains("3 March 2026"));
        if page.texts("a[rel=next]").is_empty() {
            break;
        }
        path = page.attribute("a[rel=next]", "href");
    }
    assert_eq!(lines, 120 + 1 + 3 + 1);
    for cursor in ["x", "-1", "1.5", "99999999999999999999"] {
        let refused = api.get(&format!("/activity?cursor={cursor}")).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid_input"));
        let page = browser
            .visit(&format!("/account/activity?cursor={cursor}"))
            .await;
        assert_eq!(page.status(), 422);
        assert!(page.alert().contains("can no longer be found"));
    }
    let beyond = api.get("/activity?cursor=0").await;
    assert_eq!(beyond.body, json!({ "events": [], "next": null }));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_is_whole_private_and_without_formulas() {
    let app = TestApp::start().await;
    let (ada, other) = (app.person().await, app.person().await);
    history(&app, &ada, 1_200).await;
    history(&app, &other, 10).await;
    app.sql(
        "INSERT INTO audit_events (at, event, level, subject_id, detail) SELECT now(), '=HYPERLINK(1)', 'info', id, '{}'
         FROM users WHERE id::text = $1",
        &[&ada.id.to_string()],
    )
    .await;
    let mut browser = signed_in(&app, &ada).await;
    let page = browser.visit("/account/activity").await;
    assert!(
        page.html()
            .contains("href=\"/account/activity/export\" download")
    );
    // It takes no recent proof: the page shows the same.
    app.wait(chrono::TimeDelta::minutes(20));
    let before = app.audit().await;
    let answer = file(&mut browser).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("text/csv; charset=utf-8")
    );
    assert_eq!(
        answer.header("content-disposition"),
        Some("attachment; filename=\"vestibule-activity-2026-03-03.csv\"")
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(app.audit().await, before, "it is no event itself");
    let mut read = csv::Reader::from_reader(answer.body.as_bytes());
    assert_eq!(
        read.headers().unwrap().iter().collect::<Vec<_>>(),
        ["at", "event", "what", "by", "browser", "system", "ip"]
    );
    let rows: Vec<_> = read.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1_200 + 2);
    assert_eq!(&rows[0][1], "signed_in");
    assert_eq!(&rows[1][1], "'=HYPERLINK(1)");
    let left = (1..=1_200).rev().map(|n| format!("{n} are left"));
    for (row, left) in rows[2..].iter().zip(left) {
        assert!(
            row[2].contains(&left) || left == "1 are left",
            "{row:?} {left}"
        );
        assert_eq!((&row[3], &row[4], &row[6]), ("you", "", "192.0.2.7"));
    }
    let head = browser.request(Method::HEAD, FILE);
    assert_eq!(browser.send(head).await.body, "");
    let nobody = app.browser().visit(FILE).await;
    assert_eq!(nobody.path(), "/login");
}

/// More than fits into what lies between server and client.
async fn long_history(app: &TestApp, person: &Person) {
    app.sql(
        "INSERT INTO audit_events (at, event, level, actor_id, subject_id, detail)
         SELECT now(), 'password_found_breached', 'info', u.id, u.id, '{}'
         FROM users u, generate_series(1, 150000) WHERE u.id::text = $1",
        &[&person.id.to_string()],
    )
    .await;
}

/// Two files of a user at once; the place of one whose client goes is free again. And a file ends with its session.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_receives_two_files_at_once() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    long_history(&app, &ada).await;
    let mut browser = signed_in(&app, &ada).await;
    let begin = async |browser: &Browser| {
        let request = browser.request(Method::GET, FILE);
        let mut response = request.send().await.unwrap();
        assert!(!response.chunk().await.unwrap().unwrap().is_empty());
        response
    };
    let first = begin(&browser).await;
    let mut second = begin(&browser).await;
    let third = file(&mut browser).await;
    assert_eq!(
        (third.status, third.header("retry-after")),
        (429, Some("5"))
    );
    // Others have places of their own.
    let other = app.person().await;
    assert_eq!(file(&mut signed_in(&app, &other).await).await.status, 200);
    drop(first);
    let deadline = Instant::now() + Duration::from_secs(10);
    let mut again = loop {
        let response = browser.request(Method::GET, FILE).send().await.unwrap();
        if response.status() == 200 {
            break response;
        }
        assert!(Instant::now() < deadline, "its place is not free");
        sleep(Duration::from_millis(50)).await;
    };
    again.chunk().await.unwrap().unwrap();

    let end = "UPDATE sessions SET revoked_at = now(), revoked_reason = 'signed_out' WHERE user_id::text = $1";
    app.sql(end, &[&ada.id.to_string()]).await;
    for response in [&mut second, &mut again] {
        let whole = loop {
            match response.chunk().await {
                Ok(Some(_)) => {}
                Ok(None) => break true,
                Err(_) => break false,
            }
        };
        assert!(!whole, "it went on after the session had ended");
    }
}
