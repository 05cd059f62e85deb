//! However many sessions, trusted browsers, events and mails there are, an answer contains one page of
//! them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{left_behind, signed_in};
use crate::harness::{Api, Person, Reply, TestApp};

/// The size limit of an answer in bytes (docs/limits.md).
const MOST: usize = 256 * 1024;

/// The pages of a list, until there is no next one.
async fn pages(api: &Api, path: &str, cursor: &str, next: &str) -> Vec<Reply> {
    let (mut pages, mut query) = (Vec::new(), String::new());
    loop {
        let request = api.request_at(reqwest::Method::GET, &format!("{path}{query}"));
        let page = Reply::of(request).await;
        assert_eq!(page.status, 200, "{page:?}");
        assert!(page.answer.body.len() <= MOST);
        let behind = page.body[next].as_str().map(ToOwned::to_owned);
        pages.push(page);
        match behind {
            Some(behind) => query = format!("?{cursor}={behind}"),
            None => return pages,
        }
    }
}

fn ids(pages: &[Reply], list: &str) -> Vec<String> {
    let rows = pages
        .iter()
        .flat_map(|page| page.body[list].as_array().unwrap());
    rows.map(|row| row["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_lists_every_session_once_with_this_one_first() {
    let app = TestApp::with(&[("SESSIONS_PER_USER", "1000")]).await;
    let person = app.person().await;
    left_behind(&app, &person, 130).await;
    let pair = app.api().sign_in(&person).await;
    let api = app.api().with(&pair);
    let pages = pages(&api, "/api/auth/sessions", "cursor", "next").await;
    let sizes: Vec<_> = pages
        .iter()
        .map(|page| page.body["sessions"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [50, 50, 31]);
    let reported = ids(&pages, "sessions");
    assert_eq!(reported.iter().collect::<BTreeSet<_>>().len(), 131);
    let seen: Vec<&Value> = pages
        .iter()
        .flat_map(|page| page.body["sessions"].as_array().unwrap())
        .collect();
    assert_eq!(seen[0]["current"], true);
    assert!(seen[1..].iter().all(|session| session["current"] == false));
    let at = |session: &Value| session["last_seen_at"].as_str().unwrap().to_owned();
    assert!(seen[1..].windows(2).all(|pair| at(pair[0]) > at(pair[1])));

    for odd in ["x", "e", "MTIz", &"A".repeat(3000)] {
        let reply = api.get(&format!("/sessions?cursor={odd}")).await;
        assert_eq!(
            (reply.status, reply.code()),
            (422, "invalid_input"),
            "{odd}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_devices_is_paged() {
    let app = TestApp::with(&[("SESSIONS_PER_USER", "1000")]).await;
    let person = app.person().await;
    left_behind(&app, &person, 70).await;
    let mut browser = signed_in(&app, &person).await;
    let first = browser.visit("/account/sessions").await;
    assert_eq!(first.texts(".devices h2").len(), 50);
    assert!(first.texts(".devices h2")[0].contains("This device"));
    let next = first.attribute("nav.pages a[rel=next]", "href");
    let second = browser.visit(&next).await;
    assert_eq!(
        (second.status(), second.texts(".devices h2").len()),
        (200, 21)
    );
    assert!(second.texts("nav.pages a[rel=next]").is_empty());
    assert!(!second.html().contains("No other device"));
    assert_eq!(second.attribute("nav.pages a", "href"), "/account/sessions");
    let odd = browser.visit("/account/sessions?cursor=odd").await;
    assert_eq!(odd.status(), 422);
    assert!(
        odd.alert().contains("Start from the first one"),
        "{}",
        odd.alert()
    );
}

async fn admin(app: &TestApp) -> (Person, Api) {
    let admin = app.person().admin().await;
    let pair = app.api().sign_in(&admin).await;
    (admin, app.api().with(&pair))
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_page_through_the_lists_of_a_user() {
    let app = TestApp::with(&[("SESSIONS_PER_USER", "1000")]).await;
    let (_, api) = admin(&app).await;
    let person = app.person().await;
    left_behind(&app, &person, 45).await;
    let id = person.id.to_string();
    let mails = "INSERT INTO mails (id, user_id, kind, next_attempt_at, created_at, sent_at) \
         SELECT gen_random_uuid(), $1::text::uuid, 'reset_password', now(), '2026-03-03', now() \
         FROM generate_series(1, 45) RETURNING 1";
    app.sql(mails, &[&id]).await;
    let events = "INSERT INTO audit_events (at, event, level, subject_id, user_agent) \
         SELECT '2026-03-03', 'sign_in_failed', 'warning', $1::text::uuid, repeat('x', 500) \
         FROM generate_series(1, 45) RETURNING 1";
    app.sql(events, &[&id]).await;

    let path = format!("/api/admin/users/{id}");
    for (list, next) in [
        ("sessions", "sessions_next"),
        ("events", "events_next"),
        ("mails", "mails_next"),
    ] {
        let pages = pages(&api, &path, list, next).await;
        let rows = |page: &Reply| page.body[list].as_array().unwrap().len();
        let sizes: Vec<_> = pages.iter().map(rows).collect();
        assert_eq!(sizes, [20, 20, 5], "{list}");
        if list == "sessions" {
            let reported: BTreeSet<_> = ids(&pages, list).into_iter().collect();
            assert_eq!(reported.len(), 45);
        }
        let odd = api.admin_get(&format!("/{id}?{list}=odd")).await;
        assert_eq!((odd.status, odd.code()), (422, "invalid_input"), "{list}");
    }

    let (boss, _) = admin(&app).await;
    let mut browser = signed_in(&app, &boss).await;
    let page = browser.visit(&format!("/admin/users/{id}")).await;
    assert_eq!(page.texts(".devices h3").len(), 20);
    assert_eq!(page.texts(".activity li").len(), 40);
    assert_eq!(page.texts("nav.pages a[rel=next]").len(), 3);
    let next = page.attribute("nav.pages a[rel=next]", "href");
    let page = browser.visit(&next).await;
    assert_eq!((page.status(), page.texts(".devices h3").len()), (200, 20));
    let odd = browser.visit(&format!("/admin/users/{id}?mails=odd")).await;
    assert_eq!(odd.status(), 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_sessions_are_listed_in_small_answers() {
    let app = TestApp::start().await;
    let (_, boss) = admin(&app).await;
    let person = app.person().await;
    let pair = app.api().sign_in(&person).await;
    let mut browser = signed_in(&app, &person).await;
    left_behind(&app, &person, 100_000).await;
    let mine = app.api().with(&pair).get("/sessions").await;
    assert_eq!(mine.status, 200);
    assert!(
        mine.answer.body.len() < 32 * 1024,
        "{}",
        mine.answer.body.len()
    );
    let page = browser.visit("/account/sessions").await;
    assert!(page.html().len() < 128 * 1024, "{}", page.html().len());
    let theirs = boss.admin_get(&format!("/{}", person.id)).await;
    assert!(theirs.answer.body.len() < 32 * 1024);

    assert_eq!(app.api().sign_in(&person).await.status, 200);
    let living = "SELECT count(*) FROM sessions WHERE revoked_at IS NULL AND user_id::text = $1";
    let living = app.sql(living, &[&person.id.to_string()]).await;
    assert_eq!(living[0].get::<_, i64>(0), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_trusts_at_most_twenty_five_browsers() {
    let app = TestApp::start().await;
    let owner = app.person().with_totp().await;
    let mut browser = app.browser();
    browser.sign_in(&owner).await;
    let code = owner.code();
    let typed = [("code", code.as_str()), ("trust_device", "true")];
    assert_eq!(
        browser.submit("/login/verify", &typed).await.path(),
        "/account"
    );
    // Trusted browsers of an earlier version without a limit, last used before and after this one.
    let more = "INSERT INTO trusted_devices \
         (id, user_id, secret_hash, rev, created_at, expires_at, last_used_at) \
         SELECT gen_random_uuid(), u.id, sha256(n::text::bytea), u.revocation_id, t.used, \
         t.expires_at, t.used + make_interval(secs => n) \
         FROM users u, generate_series(-100, 24) n, \
         LATERAL (SELECT last_used_at AS used, expires_at FROM trusted_devices LIMIT 1) t \
         WHERE u.id::text = $1 AND n <> 0 RETURNING 1";
    app.sql(more, &[&owner.id.to_string()]).await;
    let pair = app.api().sign_in_with(&owner, &owner.backup_codes[0]).await;
    let listed = app.api().with(&pair).get("/sessions").await;
    assert_eq!(listed.body["trusted_devices"].as_array().unwrap().len(), 25);
    let page = browser.visit("/account/sessions").await;
    assert!(page.html().contains("This browser"), "the last of the list");

    // A sign-in with any trusted browser ends the trust of those beyond the limit.
    browser.submit("/logout", &[]).await;
    assert_eq!(browser.sign_in(&owner).await.path(), "/account");
    let count = "SELECT count(*) FROM trusted_devices";
    assert_eq!(app.sql(count, &[]).await[0].get::<_, i64>(0), 25);
    let events = app.audit().await;
    let ended = events.iter().filter(|e| *e == "trusted_device_revoked");
    assert_eq!(ended.count(), 100);
}
