//! Signing devices out from another one.

use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::Value;
use uuid::Uuid;

use super::{listed, pair_of, signed_in};
use crate::harness::{Api, Browser, Reply, TestApp, form::Form, readable::claims};

fn id_of(session: &Value) -> Uuid {
    session["id"].as_str().unwrap().parse().unwrap()
}

async fn delete(api: &Api, id: impl std::fmt::Display) -> Reply {
    Reply::of(api.request(Method::DELETE, &format!("/sessions/{id}"))).await
}

/// The session of a browser, from its access token.
fn own_id(browser: &Browser) -> String {
    let claims = claims(browser.jar.value("__Host-access").unwrap());
    claims["sid"].as_str().unwrap().to_owned()
}

/// The actions of the page's forms that sign another device out, in the order of the page.
async fn forms(browser: &mut Browser) -> Vec<String> {
    let page = browser.visit("/account/sessions").await;
    let all = Form::all(page.html()).into_iter().map(|form| form.action);
    all.filter(|action| action.ends_with("/revoke")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_device_is_signed_out_at_once() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut there = signed_in(&app, &person).await;
    let program = app.api().sign_in(&person).await;
    app.wait(TimeDelta::seconds(1));
    let mut here = signed_in(&app, &person).await;

    let rows = app
        .sql("SELECT id::text FROM sessions WHERE created_at = (SELECT min(created_at) FROM sessions) AND user_agent LIKE '%Firefox%'", &[])
        .await;
    let there_id: String = rows[0].get(0);
    let action = format!("/account/sessions/{there_id}/revoke");
    assert!(forms(&mut here).await.contains(&action));
    let page = here.submit(&action, &[]).await;
    assert_eq!(page.path(), "/account/sessions");
    assert_eq!(page.text("[role=status]"), "That device is signed out.");
    assert_eq!(page.texts(".devices h2").len(), 2);
    assert!(!there.is_signed_in().await);
    assert!(here.is_signed_in().await);

    // The same by the API. The refresh token is refused as well, and this is no replay.
    let api = app.api().with(&app.api().sign_in(&person).await);
    let sessions = listed(&api).await;
    let other = sessions
        .iter()
        .find(|session| session["current"] == false && session["browser"] == Value::Null);
    assert_eq!(delete(&api, id_of(other.unwrap())).await.status, 204);
    assert_eq!(app.api().with(&program).get("/me").await.status, 401);
    let refused = app.api().refresh(program.text("refresh_token")).await;
    assert_eq!(refused.status, 401);
    assert!(here.is_signed_in().await);
    let reported = app
        .sql(
            "SELECT actor_id::text, subject_id::text, detail->>'session' FROM audit_events WHERE event = 'session_revoked' ORDER BY seq",
            &[],
        )
        .await;
    assert_eq!(reported.len(), 2);
    assert_eq!(reported[0].get::<_, String>(0), person.id.to_string());
    assert_eq!(reported[0].get::<_, String>(1), person.id.to_string());
    assert_eq!(reported[0].get::<_, String>(2), there_id);
    assert!(
        here.visit("/account")
            .await
            .html()
            .contains("You signed a device out.")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_device_is_signed_out_at_once() {
    let app = TestApp::start().await;
    let (person, stranger) = (app.person().await, app.person().await);
    let mut theirs = signed_in(&app, &stranger).await;
    let mut there = signed_in(&app, &person).await;
    let program = app.api().sign_in(&person).await;
    let mut here = signed_in(&app, &person).await;
    here.visit("/account/sessions").await;
    let page = here.submit("/account/sessions/revoke-others", &[]).await;
    assert_eq!(page.path(), "/account/sessions");
    assert_eq!(
        page.text("[role=status]"),
        "Every other device is signed out, and no other browser is trusted. You stay signed in here."
    );
    assert_eq!(page.texts(".devices h2"), ["Firefox on Linux This device"]);
    assert!(!there.is_signed_in().await);
    assert_eq!(app.api().with(&program).get("/me").await.status, 401);
    assert!(theirs.is_signed_in().await);
    let reported = app
        .sql(
            "SELECT detail->>'count' FROM audit_events WHERE event = 'other_sessions_revoked'",
            &[],
        )
        .await;
    assert_eq!(reported.len(), 1);
    assert_eq!(reported[0].get::<_, String>(0), "2");
    // Reloading the answer of the form shows the page.
    let page = here.visit("/account/sessions/revoke-others").await;
    assert_eq!(page.path(), "/account/sessions");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_this_device_out_is_signing_out() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut here = signed_in(&app, &person).await;
    let mut copy = here.clone();
    let page = here.visit("/account/sessions").await;
    let listed_here = Form::all(page.html());
    let of_the_list = listed_here.iter().filter(|form| form.action == "/logout");
    assert_eq!(of_the_list.count(), 2, "in the bar and in the list");
    let page = here.submit("/logout", &[]).await;
    assert_eq!(page.path(), "/login");
    assert_eq!(page.text(".notice[role=status]"), "You are signed out.");
    let answer = &page.redirects[0];
    assert_eq!(
        answer.header("clear-site-data"),
        Some("\"cache\", \"storage\"")
    );
    for cookie in pair_of(&answer.set_cookies()) {
        assert_eq!((cookie.max_age, cookie.value.as_str()), (Some(0), ""));
    }
    assert!(!copy.is_signed_in().await);

    // By the API: a bearer gets a plain 204, a cookie is cleared.
    let pair = app.api().sign_in(&person).await;
    let api = app.api().with(&pair);
    let own = id_of(&listed(&api).await[0]);
    let left = delete(&api, own).await;
    assert_eq!(left.status, 204);
    assert!(left.answer.set_cookies().is_empty());
    assert_eq!(api.get("/me").await.status, 401);

    let mut browser = signed_in(&app, &person).await;
    let id = own_id(&browser);
    let request = browser
        .request(Method::DELETE, &format!("/api/auth/sessions/{id}"))
        .header("sec-fetch-site", "same-origin");
    let left = Reply::from_browser(&mut browser, request).await;
    assert_eq!(left.status, 204);
    pair_of(&left.answer.set_cookies());
    assert!(!browser.is_signed_in().await);
    let events = app.audit().await;
    let reported = events.iter().filter(|event| *event == "signed_out");
    assert_eq!(reported.count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_of_others_and_ended_sessions_cannot_be_revoked() {
    let app = TestApp::start().await;
    let (person, stranger) = (app.person().await, app.person().await);
    let theirs = app.api().sign_in(&stranger).await;
    let their_id = id_of(&listed(&app.api().with(&theirs)).await[0]);
    let mut here = signed_in(&app, &person).await;
    let mut gone = signed_in(&app, &person).await;
    let gone_id = own_id(&gone);
    gone.submit("/logout", &[]).await;

    let api = app.api().with(&app.api().sign_in(&person).await);
    let token = here.csrf_token().await;
    for id in [
        their_id.to_string(),
        gone_id,
        Uuid::nil().to_string(),
        "nonsense".to_owned(),
        "%00".to_owned(),
        "%2e%2e".to_owned(),
        "1".repeat(500),
    ] {
        let refused = delete(&api, &id).await;
        assert_eq!((refused.status, refused.code()), (404, "not_found"), "{id}");
        let path = format!("/account/sessions/{id}/revoke");
        let page = here.post(&path, &[("csrf_token", &token)]).await;
        assert_eq!(page.status(), 404, "{id}");
    }
    assert_eq!(app.api().with(&theirs).get("/me").await.status, 200);
    assert!(here.is_signed_in().await);

    // Without a session there is nothing to see.
    let refused = app.api().get("/sessions").await;
    assert_eq!((refused.status, refused.code()), (401, "unauthorized"));
    assert_eq!(delete(&app.api(), their_id).await.status, 401);
    let page = app.browser().visit("/account/sessions").await;
    assert_eq!(page.path_and_query(), "/login?next=%2Faccount%2Fsessions");
    let must = app.person().must_change().await;
    let api = app.api().with(&app.api().sign_in(&must).await);
    let refused = api.get("/sessions").await;
    assert_eq!(refused.code(), "password_change_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_that_sign_each_other_out_leave_one() {
    let app = TestApp::start().await;
    let person = app.person().await;
    for round in 0..8 {
        let mut pairs = Vec::new();
        for _ in 0..2 {
            pairs.push(app.api().sign_in(&person).await);
        }
        let mut calls = Vec::new();
        for pair in &pairs {
            let api = app.api().with(pair);
            let sessions = listed(&api).await;
            let other = sessions.iter().find(|session| session["current"] == false);
            calls.push((api, id_of(other.unwrap())));
        }
        let replies = join_all(calls.iter().map(|(api, id)| delete(api, id))).await;
        let mut statuses: Vec<_> = replies.iter().map(|reply| reply.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 401], "round {round}");
        let living = "SELECT 1 FROM sessions WHERE revoked_at IS NULL";
        assert_eq!(app.sql(living, &[]).await.len(), 1, "round {round}");
        app.sql("DELETE FROM sessions", &[]).await;
    }
}
