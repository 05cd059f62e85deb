//! Signing out with each kind of token.

use chrono::TimeDelta;
use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::{Value, json};

use super::{pair_of, touches_pair};
use crate::harness::{Browser, Reply, TestApp};

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_this_session_and_no_other() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let (mut here, mut there) = (app.browser(), app.browser());
    here.sign_in(&person).await;
    there.sign_in(&person).await;
    let mut copy = here.clone();

    let page = here.submit("/logout", &[]).await;
    assert_eq!(page.path(), "/login");
    let answer = &page.redirects[0];
    assert_eq!(
        answer.header("clear-site-data"),
        Some("\"cache\", \"storage\"")
    );
    for cookie in pair_of(&answer.set_cookies()) {
        assert_eq!((cookie.max_age, cookie.value.as_str()), (Some(0), ""));
    }
    assert!(!here.is_signed_in().await);
    assert!(
        !copy.is_signed_in().await,
        "the tokens are dead, not only forgotten"
    );
    assert!(there.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_cannot_sign_a_user_out() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    assert_eq!(browser.visit("/logout").await.status(), 405);
    assert!(browser.is_signed_in().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_everywhere_ends_sessions_of_browsers_and_programs() {
    let app = TestApp::start().await;
    let (person, stranger) = (app.person().await, app.person().await);
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    let program = app.api().sign_in(&person).await;
    let other = app.api().sign_in(&stranger).await;

    let signed_out = app
        .api()
        .with(&program)
        .post("/logout-all", Value::Null)
        .await;
    assert_eq!(signed_out.status, 204);
    assert!(!browser.is_signed_in().await);
    assert_eq!(app.api().with(&program).get("/me").await.status, 401);
    assert_eq!(
        app.api()
            .refresh(program.text("refresh_token"))
            .await
            .status,
        401
    );
    assert_eq!(app.api().with(&other).get("/me").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bearer_signs_out_its_own_session_alone() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let (here, there) = (
        app.api().sign_in(&person).await,
        app.api().sign_in(&person).await,
    );
    let api = app.api().with(&here);
    let left = api.post("/logout", Value::Null).await;
    assert_eq!(left.status, 204);
    assert!(left.answer.set_cookies().is_empty());
    assert_eq!(api.get("/me").await.status, 401);
    assert_eq!(
        app.api().refresh(here.text("refresh_token")).await.status,
        401
    );
    assert_eq!(app.api().with(&there).get("/me").await.status, 200);
    // The access token is on the revocation list, and would be refused even if its session were active.
    let listed = "SELECT 1 FROM revoked_tokens";
    assert_eq!(app.sql(listed, &[]).await.len(), 1);
    app.sql(
        "UPDATE sessions SET revoked_at = NULL, revoked_reason = NULL",
        &[],
    )
    .await;
    assert_eq!(api.get("/me").await.status, 401, "the list alone");
    app.sql("DELETE FROM revoked_tokens", &[]).await;
    assert_eq!(api.get("/me").await.status, 200, "neither");
    // Signing out again with a revoked token is refused.
    assert_eq!(api.post("/logout", Value::Null).await.status, 204);
    assert_eq!(api.post("/logout", Value::Null).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_signs_out_its_own_session_alone() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let mut pairs = Vec::new();
    for _ in 0..3 {
        pairs.push(app.api().sign_in(&person).await);
    }
    let named = |pair: &Reply| json!({ "refresh_token": pair.text("refresh_token") });

    // Alone in the body: it ends that session, at once for its access token, too.
    let left = app.api().post("/logout", named(&pairs[0])).await;
    assert_eq!(left.status, 204);
    assert_eq!(app.api().with(&pairs[0]).get("/me").await.status, 401);
    assert_eq!(app.api().with(&pairs[1]).get("/me").await.status, 200);

    // Beside a bearer: each ends its own session.
    let api = app.api().with(&pairs[1]);
    assert_eq!(api.post("/logout", named(&pairs[2])).await.status, 204);
    for pair in &pairs {
        assert_eq!(app.api().with(pair).get("/me").await.status, 401);
        let refused = app.api().refresh(pair.text("refresh_token")).await;
        assert_eq!((refused.status, refused.code()), (401, "invalid_token"));
    }
    // An invalid token ends nothing, and the answer does not say so.
    assert_eq!(
        app.api().post("/logout", named(&pairs[0])).await.status,
        204
    );
    let left: Vec<String> = app.audit().await;
    assert_eq!(
        left.iter().filter(|event| *event == "signed_out").count(),
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_signs_out_its_session_and_is_cleared() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let other = app.api().sign_in(&person).await;
    // With both cookies, and with the refresh cookie alone once the access cookie has expired.
    for expired in [false, true] {
        let mut browser = app.browser();
        browser.sign_in(&person).await;
        let mut copy = browser.clone();
        if expired {
            app.wait(TimeDelta::minutes(32));
        }
        let request = browser
            .request(Method::POST, "/api/auth/logout")
            .header("sec-fetch-site", "same-origin");
        let left = Reply::from_browser(&mut browser, request).await;
        assert_eq!(left.status, 204);
        for cookie in pair_of(&left.answer.set_cookies()) {
            assert_eq!((cookie.max_age, cookie.value.as_str()), (Some(0), ""));
        }
        assert!(!copy.is_signed_in().await);
    }
    let next = app.api().refresh(other.text("refresh_token")).await;
    assert_eq!(next.status, 200, "another session is left alone");

    // A bearer does not affect the cookies beside it.
    let mut browser = app.browser();
    browser.sign_in(&person).await;
    let refresh = browser.jar.value("__Host-refresh").unwrap();
    let request = app.api().with(&next).request(Method::POST, "/logout");
    let left = Reply::of(
        request
            .header("cookie", format!("__Host-refresh={refresh}"))
            .header("sec-fetch-site", "same-origin"),
    )
    .await;
    assert_eq!(left.status, 204);
    assert!(!touches_pair(&left.answer.set_cookies()));
    assert!(browser.is_signed_in().await);
}

/// Signs out and sends another request with the same cookies, both at once.
async fn race(here: &mut Browser, tab: &mut Browser) {
    let (left, loaded) = join(here.submit("/logout", &[]), tab.visit("/account")).await;
    assert_eq!(left.path(), "/login");
    // The other tab was signed in or not. In either case its answer clears no cookies.
    let cookies = loaded.set_cookies();
    let cleared = cookies.iter().find(|cookie| cookie.value.is_empty());
    assert_eq!(cleared, None, "{loaded:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_wins_against_a_refresh_at_the_same_moment() {
    let app = TestApp::start().await;
    let person = app.person().await;
    for round in 0..12 {
        let mut here = app.browser();
        here.sign_in(&person).await;
        let mut tab = here.clone();
        app.wait(TimeDelta::minutes(32));
        race(&mut here, &mut tab).await;
        // Any tokens that the other tab received in between are refused.
        assert!(!tab.is_signed_in().await, "round {round}");
        assert!(!here.is_signed_in().await, "round {round}");
    }
    let living = "SELECT 1 FROM sessions WHERE revoked_at IS NULL";
    assert!(app.sql(living, &[]).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_wins_against_refreshes_on_two_nodes() {
    let app = TestApp::start().await;
    let node = app.another_node();
    let person = app.person().await;
    for round in 0..12 {
        let pair = app.api().sign_in(&person).await;
        let token = pair.text("refresh_token");
        let (here, there) = (app.api(), app.api().at(&node));
        let refreshes = join(
            join_all((0..4).map(|_| here.refresh(token))),
            join_all((0..4).map(|_| there.refresh(token))),
        );
        let api = there.with(&pair);
        let (left, (one, two)) = join(api.post("/logout", Value::Null), refreshes).await;
        assert_eq!(left.status, 204, "round {round}");
        for reply in one.iter().chain(&two) {
            assert!(reply.answer.set_cookies().is_empty());
            if reply.status == 200 {
                let refused = here.with(reply).get("/me").await;
                assert_eq!(refused.status, 401, "round {round}");
                let refused = here.refresh(reply.text("refresh_token")).await;
                assert_eq!(refused.status, 401, "round {round}");
            }
        }
    }
    let events = app.audit().await;
    assert!(!events.contains(&"refresh_token_replayed".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_predecessor_still_signs_out() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let first = app.api().sign_in(&person).await;
    let second = app.api().refresh(first.text("refresh_token")).await;
    assert_eq!(second.status, 200);
    // A tab that has not noticed the rotation signs out: that still ends the session.
    let body = json!({ "refresh_token": first.text("refresh_token") });
    assert_eq!(app.api().post("/logout", body).await.status, 204);
    for pair in [&first, &second] {
        assert_eq!(app.api().with(pair).get("/me").await.status, 401);
        let refused = app.api().refresh(pair.text("refresh_token")).await;
        assert_eq!(refused.status, 401);
    }
    assert!(
        !app.audit()
            .await
            .contains(&"refresh_token_replayed".to_owned())
    );
}
