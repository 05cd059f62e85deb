//! Searching the log, on the page and by the call.

use super::{admins_browser, ask, export, history, listed, seqs};
use crate::{
    admin::admin,
    harness::{TestApp, browser::urlencoded},
};

#[tokio::test(flavor = "multi_thread")]
async fn each_filter_restricts_and_all_must_match_on_page_and_call() {
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
async fn pages_do_not_shift_while_others_write() {
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
    assert!(page.text("main").contains("There are no older events."));
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
async fn invalid_filters_are_reported_at_their_field_and_the_others_kept() {
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
