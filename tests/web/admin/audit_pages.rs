//! The audit log on its page and by its call, and exports by admins.

mod broken_off;
mod exports;
mod searching;

use reqwest::Method;

use crate::harness::{Api, Browser, Person, Reply, TestApp, answer::Answer, browser::urlencoded};

/// Writes `count` events directly to the database, a minute apart from the beginning of 2026.
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

/// The numbers of the events on the page.
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
