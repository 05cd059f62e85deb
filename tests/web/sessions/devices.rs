//! The list of devices: its entries, their order, and when each was last seen.

use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::Value;

use super::{listed, signed_in};
use crate::harness::{Browser, Reply, TestApp};

const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 \
                      (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";

async fn devices(browser: &mut Browser) -> Vec<String> {
    let page = browser.visit("/account/sessions").await;
    assert_eq!((page.status(), page.path()), (200, "/account/sessions"));
    page.texts(".devices h2")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_lists_this_device_first_and_then_the_last_seen() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let stranger = app.person().await;
    signed_in(&app, &stranger).await;
    let mut laptop = signed_in(&app, &person).await;
    app.wait(TimeDelta::minutes(5));
    let iphone = app.api().request(Method::POST, "/login");
    let body = serde_json::json!({ "email": person.email, "password": person.password });
    let iphone = Reply::of(iphone.header("user-agent", IPHONE).json(&body)).await;
    assert_eq!(iphone.status, 200);
    app.wait(TimeDelta::minutes(5));
    let program = app.api().sign_in(&person).await;
    app.wait(TimeDelta::minutes(5));

    assert_eq!(
        devices(&mut laptop).await,
        [
            "Firefox on Linux This device",
            "An unknown app",
            "Safari on iOS"
        ]
    );
    let page = laptop.visit("/account/sessions").await;
    assert_eq!(
        page.texts(".devices .hint"),
        [
            "127.0.0.1 Last seen 3 March 2026, 14:20 UTC Signed in 3 March 2026, 14:05 UTC",
            "127.0.0.1 Last seen 3 March 2026, 14:15 UTC Signed in 3 March 2026, 14:15 UTC",
            "127.0.0.1 Last seen 3 March 2026, 14:10 UTC Signed in 3 March 2026, 14:10 UTC",
        ]
    );
    assert_eq!(page.text("nav [aria-current]"), "Devices");
    assert!(page.html().contains("Sign out every other device"));

    let sessions = listed(&app.api().with(&program)).await;
    let reported: Vec<_> = sessions
        .iter()
        .map(|session| (&session["current"], &session["browser"], &session["system"]))
        .collect();
    let text = |text: &str| Value::String(text.to_owned());
    let (firefox, linux) = (text("Firefox"), text("Linux"));
    let (safari, ios) = (text("Safari"), text("iOS"));
    assert_eq!(
        reported,
        [
            (&true.into(), &Value::Null, &Value::Null),
            (&false.into(), &firefox, &linux),
            (&false.into(), &safari, &ios),
        ]
    );
    assert_eq!(sessions[1]["ip"], "127.0.0.1");
    assert_eq!(sessions[1]["created_at"], "2026-03-03T14:05:00Z");
    assert_eq!(sessions[1]["last_seen_at"], "2026-03-03T14:20:00Z");
    assert_eq!(sessions[1]["expires_at"], "2026-03-10T14:05:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn ended_sessions_are_not_listed_and_a_single_device_is_alone() {
    let app = TestApp::start().await;
    let person = app.person().await;
    // A session that was signed out and one that expired are not listed.
    let mut gone = signed_in(&app, &person).await;
    gone.submit("/logout", &[]).await;
    signed_in(&app, &person).await;
    app.wait(TimeDelta::days(7));
    let mut browser = signed_in(&app, &person).await;
    let page = browser.visit("/account/sessions").await;
    assert_eq!(page.texts(".devices h2"), ["Firefox on Linux This device"]);
    assert!(page.html().contains("No other device is signed in."));
    assert!(!page.html().contains("revoke-others"));
}

async fn seen(app: &TestApp) -> (String, Option<String>, String, i64) {
    let row = app
        .sql(
            "SELECT to_char(last_seen_at AT TIME ZONE 'UTC', 'HH24:MI:SS'), user_agent, host(ip), generation FROM sessions",
            &[],
        )
        .await
        .remove(0);
    (row.get(0), row.get(1), row.get(2), row.get(3))
}

#[tokio::test(flavor = "multi_thread")]
async fn last_seen_is_updated_at_most_once_a_minute() {
    let app = TestApp::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    let person = app.person().await;
    let pair = app.api().sign_in(&person).await;
    let call = |from: &'static str| {
        let request = app.api().with(&pair).request(Method::GET, "/me");
        let request = request.header("x-forwarded-for", from);
        Reply::of(request.header("user-agent", IPHONE))
    };
    assert_eq!(seen(&app).await.0, "14:05:00");
    app.wait(TimeDelta::seconds(59));
    assert_eq!(call("203.0.113.7").await.status, 200);
    let (at, user_agent, ip, _) = seen(&app).await;
    assert_eq!(
        (at.as_str(), user_agent, ip.as_str()),
        ("14:05:00", None, "127.0.0.1")
    );

    app.wait(TimeDelta::seconds(2));
    let version = "SELECT xmin::text FROM sessions";
    let replies = join_all((0..20).map(|_| call("203.0.113.7"))).await;
    assert!(replies.iter().all(|reply| reply.status == 200));
    let (at, user_agent, ip, _) = seen(&app).await;
    assert_eq!(at, "14:06:01");
    assert_eq!(
        (user_agent.as_deref(), ip.as_str()),
        (Some(IPHONE), "203.0.113.7")
    );
    let written: String = app.sql(version, &[]).await[0].get(0);
    app.wait(TimeDelta::seconds(59));
    assert_eq!(call("203.0.113.8").await.status, 200);
    let unchanged: String = app.sql(version, &[]).await[0].get(0);
    assert_eq!(unchanged, written, "nothing is written within the minute");

    // Pages update it too, and a session that has ended is not updated.
    app.wait(TimeDelta::minutes(2));
    assert_eq!(
        app.api()
            .with(&pair)
            .post("/logout", Value::Null)
            .await
            .status,
        204
    );
    let (at, ..) = seen(&app).await;
    assert_eq!(at, "14:09:00", "the call that signed out was the last");
    app.wait(TimeDelta::minutes(2));
    assert_eq!(call("203.0.113.9").await.status, 401);
    assert_eq!(seen(&app).await.0, "14:09:00");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_updates_last_seen_only_if_a_connection_is_free() {
    let app = TestApp::with(&[("DATABASE_POOL_SIZE", "1")]).await;
    let person = app.person().await;
    let mut browser = signed_in(&app, &person).await;
    app.wait(TimeDelta::minutes(2));
    let held = app.services().db.connection().await.unwrap();
    assert!(browser.is_signed_in().await, "a read needs no connection");
    assert_eq!(seen(&app).await.0, "14:05:00");
    drop(held);
    assert!(browser.is_signed_in().await);
    assert_eq!(seen(&app).await.0, "14:07:00");
}
