//! The predecessor within the grace, sent by another user agent or from another network.

use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use super::{pair_of, replays::assert_alarmed, signed_in};
use crate::harness::{Api, Reply, TestApp};

const PROXIES: [(&str, &str); 1] = [("TRUSTED_PROXIES", "127.0.0.0/8")];
const EVENT: &str = "refresh_token_repeated_elsewhere";

/// The apparent source of a request.
type From<'a> = (&'a str, Option<&'a str>);

fn coming(request: RequestBuilder, (ip, agent): From<'_>) -> RequestBuilder {
    let request = request.header("x-forwarded-for", ip);
    match agent {
        Some(agent) => request.header("user-agent", agent),
        None => request,
    }
}

async fn refresh(api: &Api, token: &str, from: From<'_>) -> Reply {
    let request = coming(api.request(Method::POST, "/refresh"), from);
    Reply::of(request.json(&json!({ "refresh_token": token }))).await
}

async fn noted(app: &TestApp) -> usize {
    app.audit().await.iter().filter(|one| *one == EVENT).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_user_agent_with_the_predecessor_is_a_replay() {
    let app = TestApp::with(&PROXIES).await;
    let other = app.another_node();
    let api = app.api();
    let owner = Some("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0");
    let (home, away) = ("192.0.2.7", "198.51.100.9");
    for (rotates, presents) in [
        ((home, owner), (home, Some("curl/8.5.0"))),
        ((home, owner), (away, Some("curl/8.5.0"))),
        ((home, owner), (home, None)),
        ((home, None), (home, owner)),
        ((home, owner), (home, Some(""))),
    ] {
        let person = app.person().await;
        let elsewhere = api.sign_in(&person).await;
        let first = api.sign_in(&person).await;
        let second = refresh(&api, first.text("refresh_token"), rotates).await;
        // A request of the thief makes his browser the session's last seen one, but not the one that got
        // the successor.
        app.wait(TimeDelta::minutes(2));
        let seen = coming(api.with(&second).request(Method::GET, "/me"), presents);
        assert_eq!(Reply::of(seen).await.status, 200);
        let token = first.text("refresh_token");
        let thief = refresh(&api.at(&other), token, presents).await;
        assert_eq!((thief.status, thief.code()), (401, "invalid_token"));
        for pair in [&elsewhere, &second] {
            assert_eq!(api.with(pair).get("/me").await.status, 401, "{presents:?}");
        }
        assert_alarmed(&app, &person, 1).await;
        app.post.mail(&person.email, "signed out").await;
    }
    assert_eq!(noted(&app).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_network_gets_the_same_successor_and_is_audited() {
    let app = TestApp::with(&PROXIES).await;
    let api = app.api();
    let agent = Some("App/7");
    for (rotates, presents, events) in [
        ("192.0.2.7", "192.0.2.7", 0),
        ("192.0.2.7", "192.0.2.8", 1),
        ("192.0.2.7", "2001:db8::1", 1),
        ("2001:db8::1", "2001:db8::ffff:9", 0),
        ("2001:db8::1", "2001:db8:0:1::1", 1),
    ] {
        let person = app.person().await;
        let first = api.sign_in(&person).await;
        let token = first.text("refresh_token");
        let second = refresh(&api, token, (rotates, agent)).await;
        let before = noted(&app).await;
        let again = refresh(&api, token, (presents, agent)).await;
        assert_eq!(again.text("refresh_token"), second.text("refresh_token"));
        assert_eq!(
            noted(&app).await - before,
            events,
            "{rotates} and {presents}"
        );
        assert_alarmed_never(&app, &person.id.to_string()).await;
    }
    let reported = "SELECT host(ip), level, session_id IS NOT NULL, subject_id IS NOT NULL
        FROM audit_events WHERE event = $1 ORDER BY seq LIMIT 1";
    let row = &app.sql(reported, &[&EVENT]).await[0];
    let reported: (String, String, bool, bool) = (row.get(0), row.get(1), row.get(2), row.get(3));
    assert_eq!(
        reported,
        ("192.0.2.8".to_owned(), "notice".to_owned(), true, true)
    );
}

async fn assert_alarmed_never(app: &TestApp, id: &str) {
    let rev = "SELECT revocation_id FROM users WHERE id::text = $1";
    assert_eq!(app.sql(rev, &[&id]).await[0].get::<_, i64>(0), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_browsers_with_one_cookie_the_second_ends_both() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut browser = signed_in(&app, &person).await;
    app.wait(TimeDelta::minutes(32));
    // A copy of the cookies, sent by another browser at the same moment as the owner's.
    let mut thief = browser.clone();
    let page = browser.visit("/account").await;
    pair_of(&page.set_cookies());
    let stolen = app.browser().request(Method::GET, "/account");
    let stolen = stolen
        .header("cookie", thief.cookies())
        .header("user-agent", "curl/8.5.0");
    // The harness sets its own user agent first, so it is replaced.
    let mut stolen = stolen.build().unwrap();
    let agent = "curl/8.5.0".parse().unwrap();
    stolen.headers_mut().insert("user-agent", agent);
    let answer = crate::harness::browser::http().execute(stolen).await;
    assert_eq!(answer.unwrap().status(), 303, "to the sign-in page");
    assert_alarmed(&app, &person, 1).await;
    assert!(!browser.is_signed_in().await && !thief.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_user_agents_at_once_never_share_a_successor() {
    let app = TestApp::start().await;
    let other = app.another_node();
    let api = app.api();
    let nodes = [api.clone(), api.at(&other)];
    let person = app.person().await;
    let first = api.sign_in(&person).await;
    let token = first.text("refresh_token");
    let agents = ["A", "B"];
    let both = (0..8).map(|n| refresh(&nodes[n % 2], token, ("", Some(agents[n / 2 % 2]))));
    let replies = join_all(both).await;
    let given: Vec<usize> = (0..8).filter(|n| replies[*n].status == 200).collect();
    assert!(given.iter().all(|n| n / 2 % 2 == given[0] / 2 % 2));
    assert_alarmed(&app, &person, 1).await;
}
