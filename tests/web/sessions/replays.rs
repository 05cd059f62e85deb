//! Refresh tokens that were used before, and text that only looks like one.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;
use uuid::Uuid;
use vestibule::internals::domain::{
    session::token_hash,
    token::{Claims, Purpose},
};

use crate::harness::{Person, Reply, TestApp, people::Phone};

/// Makes time pass for the database, whose clock decides the grace.
async fn age_rotations(app: &TestApp, seconds: u32) {
    let age = format!("UPDATE sessions SET rotated_at = rotated_at - interval '{seconds} s'");
    app.sql(&age, &[]).await;
}

pub(super) async fn assert_alarmed(app: &TestApp, person: &Person, times: i64) {
    let reported = "SELECT revocation_id,
        (SELECT count(*) FROM audit_events
         WHERE subject_id = users.id AND event = 'refresh_token_replayed' AND level = 'warning'),
        (SELECT count(*) FROM mails
         WHERE user_id = users.id AND kind = 'sessions_revoked_after_replay'),
        (SELECT count(*) FROM sessions
         WHERE user_id = users.id AND revoked_reason IS DISTINCT FROM 'replay')
        FROM users WHERE id::text = $1";
    let row = &app.sql(reported, &[&person.id.to_string()]).await[0];
    let [rev, audited, mailed, living]: [i64; 4] = [0, 1, 2, 3].map(|column| row.get(column));
    assert_eq!((rev, audited, mailed, living), (times, times, times, 0));
}

/// All rows that a token could change.
async fn everything(app: &TestApp) -> Vec<String> {
    let everything = "SELECT s::text FROM sessions s UNION ALL SELECT u::text FROM users u
        UNION ALL SELECT a::text FROM audit_events a UNION ALL SELECT m.id::text FROM mails m
        UNION ALL SELECT r::text FROM revoked_tokens r ORDER BY 1";
    let rows = app.sql(everything, &[]).await;
    rows.iter().map(|row| row.get(0)).collect()
}

async fn assert_touches_nothing(app: &TestApp, what: &str, token: &str) {
    let before = everything(app).await;
    let refused = app.api().refresh(token).await;
    assert_eq!(
        (refused.status, refused.code()),
        (401, "invalid_token"),
        "{what}"
    );
    assert!(refused.answer.set_cookies().is_empty(), "{what}");
    assert_eq!(everything(app).await, before, "{what}");
}

fn claims(app: &TestApp, reply: &Reply) -> Claims {
    let s = app.services();
    s.tokens
        .decode(Purpose::Refresh, reply.text("refresh_token"), s.now())
        .unwrap()
}

fn encoded(app: &TestApp, claims: &Claims) -> String {
    app.services()
        .tokens
        .encode(claims)
        .unwrap()
        .expose()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_before_the_last_is_a_replay_even_within_the_grace() {
    let app = TestApp::start().await;
    let (person, stranger) = (app.person().await, app.person().await);
    let (api, theirs) = (app.api(), app.api().sign_in(&stranger).await);
    let elsewhere = api.sign_in(&person).await;
    let first = api.sign_in(&person).await;
    let second = api.refresh(first.text("refresh_token")).await;
    let third = api.refresh(second.text("refresh_token")).await;
    assert_eq!(api.with(&third).get("/me").await.status, 200);

    let refused = api.refresh(first.text("refresh_token")).await;
    assert_eq!((refused.status, refused.code()), (401, "invalid_token"));
    for pair in [&elsewhere, &first, &second, &third] {
        assert_eq!(api.with(pair).get("/me").await.status, 401);
        assert_touches_nothing(&app, "after a replay", pair.text("refresh_token")).await;
    }
    assert_alarmed(&app, &person, 1).await;
    app.post.mail(&person.email, "signed out").await;
    assert_eq!(api.with(&theirs).get("/me").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_predecessor_is_accepted_until_the_grace_is_over() {
    let app = TestApp::with(&[("REFRESH_GRACE_SECONDS", "300")]).await;
    let person = app.person().await;
    let api = app.api();
    let first = api.sign_in(&person).await;
    let second = api.refresh(first.text("refresh_token")).await;
    // The clock of the node does not matter.
    app.wait(TimeDelta::hours(1));
    age_rotations(&app, 200).await;
    let again = api.refresh(first.text("refresh_token")).await;
    assert_eq!(again.text("refresh_token"), second.text("refresh_token"));
    assert_eq!(api.with(&again).get("/me").await.status, 200);

    age_rotations(&app, 100).await;
    assert_eq!(api.refresh(first.text("refresh_token")).await.status, 401);
    assert_eq!(api.with(&again).get("/me").await.status, 401);
    assert_alarmed(&app, &person, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_replays_at_once_raise_one_alarm() {
    let app = TestApp::with(&[("REFRESH_GRACE_SECONDS", "0")]).await;
    let other = app.another_node();
    let person = app.person().await;
    let api = app.api();
    let first = api.sign_in(&person).await;
    api.sign_in(&person).await;
    api.refresh(first.text("refresh_token")).await;

    let nodes = [api.clone(), api.at(&other)];
    let replays = (0..20).map(|at| nodes[at % 2].refresh(first.text("refresh_token")));
    for reply in join_all(replays).await {
        assert_eq!((reply.status, reply.code()), (401, "invalid_token"));
    }
    assert_alarmed(&app, &person, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_only_looks_like_a_token_changes_nothing() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let api = app.api();
    let pair = api.sign_in(&person).await;
    let token = pair.text("refresh_token");
    let genuine = claims(&app, &pair);
    let last = token.len() - 2;
    let other = if token.as_bytes()[last] == b'A' {
        'B'
    } else {
        'A'
    };
    let forged = format!("{}{other}{}", &token[..last], &token[last + 1..]);
    let of_nobody = Claims {
        user_id: Uuid::from_u128(1),
        ..genuine.clone()
    };
    let of_no_session = Claims {
        session_id: Some(Uuid::from_u128(1)),
        ..genuine.clone()
    };
    let expired = Claims {
        expires_at: app.services().now(),
        ..genuine.clone()
    };
    for (what, token) in [
        ("another signature", forged),
        ("an access token", pair.text("access_token").to_owned()),
        ("a user that is not there", encoded(&app, &of_nobody)),
        ("a session that is not there", encoded(&app, &of_no_session)),
        ("past its expiry", encoded(&app, &expired)),
        ("no token", "nonsense".to_owned()),
    ] {
        assert_touches_nothing(&app, what, &token).await;
    }
    assert_eq!(api.refresh(token).await.status, 200, "the session lives");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_ended_sessions_and_of_an_older_rev_change_nothing() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let api = app.api();
    let gone = api.sign_in(&person).await;
    let rotated = api.refresh(gone.text("refresh_token")).await;
    api.with(&rotated).post("/logout", json!(null)).await;
    for pair in [&gone, &rotated] {
        assert_touches_nothing(&app, "signed out", pair.text("refresh_token")).await;
    }

    let first = api.sign_in(&person).await;
    let second = api.refresh(first.text("refresh_token")).await;
    let third = api.refresh(second.text("refresh_token")).await;
    let raise = "UPDATE users SET revocation_id = revocation_id + 1";
    app.sql(raise, &[]).await;
    // Two generations ago, the predecessor within the grace, and the current one: the session is active,
    // but its tokens are not.
    for pair in [&first, &second, &third] {
        assert_touches_nothing(&app, "an older rev", pair.text("refresh_token")).await;
    }
    app.sql(
        "UPDATE users SET revocation_id = revocation_id - 1, disabled_at = now()",
        &[],
    )
    .await;
    for pair in [&first, &second, &third] {
        assert_touches_nothing(&app, "disabled", pair.text("refresh_token")).await;
    }
}

/// Makes the session's current token one without `rev`, as issued by versions before `rev`.
async fn without_rev(app: &TestApp, pair: &Reply) -> String {
    let claims = Claims {
        rev: None,
        ..claims(app, pair)
    };
    let token = encoded(app, &claims);
    let hash = token_hash(&token).to_vec();
    let id = claims.session_id.unwrap().to_string();
    let as_before = "UPDATE sessions SET token_hash = $1 WHERE id::text = $2";
    app.sql(as_before, &[&hash, &id]).await;
    token
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_without_rev_from_before_a_reissue_are_superseded_and_not_replays() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    let api = app.api();
    // Rotated once by the earlier version, so that there is an older token as well.
    let signed_in = api.sign_in(&person).await;
    let first = without_rev(&app, &signed_in).await;
    let second = api.refresh(&first).await;
    assert_eq!(
        second.status, 200,
        "older tokens are good where nothing changed"
    );
    let current = without_rev(&app, &second).await;

    // Enrolling a second factor continues the session with a reissued token.
    let acting = api.with(&second);
    let password = json!({ "password": person.password });
    let enrolment = acting.post("/mfa/totp/enroll", password).await;
    let code = Phone::new(enrolment.text("secret"), &app.clock).code();
    let kept = acting
        .post("/mfa/totp/confirm", json!({ "code": code }))
        .await;
    assert_eq!(kept.status, 200);
    for token in [&current, &first] {
        assert_touches_nothing(&app, "before the reissue", token).await;
    }
    // The same after the reissued token has been rotated.
    let next = api.refresh(kept.text("refresh_token")).await;
    for token in [&current, &first] {
        assert_touches_nothing(&app, "before the reissue", token).await;
    }
    assert_eq!(api.with(&next).get("/me").await.status, 200);

    // After the reissue, a used token without `rev` is a replay like any other.
    let used = encoded(
        &app,
        &Claims {
            rev: None,
            ..claims(&app, &kept)
        },
    );
    assert_eq!(api.refresh(&used).await.status, 401);
    assert_eq!(api.with(&next).get("/me").await.status, 401);
}
