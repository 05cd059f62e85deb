//! The links themselves: whose they are, how long they work, and what they open.

use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use uuid::Uuid;
use vestibule::internals::{
    domain::{
        secrets::random,
        token::{Claims, Extra, Purpose},
    },
    flows::upkeep::{purge, rotate_keys},
};

use super::{Party, THIEFS, address, dead, link, press, pressed, refused, sign_in_status};
use crate::harness::{
    Person, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
    settings::JWT_SECRET_KEY,
};

/// A person whose account was moved by a thief with the password, and the link of that.
async fn moved(app: &TestApp) -> (Person, String) {
    let person = app.person().verified().await;
    app.api().sign_in(&person).await;
    let mut thief = Party::unknown(app, "Thief/1.0");
    thief.sign_in(&person.email, PASSWORD, None).await;
    thief.moves_to(THIEFS).await;
    let token = link(app, &person.email, "address was changed").await;
    (person, token)
}

fn known() -> Value {
    json!({ "password": PASSWORD })
}

async fn rows(app: &TestApp, sql: &str) -> usize {
    app.sql(sql, &[]).await.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_account_can_be_reported_and_stays_disabled() {
    let app = TestApp::start().await;
    let (person, token) = moved(&app).await;
    app.sql("UPDATE users SET disabled_at = created_at", &[])
        .await;
    let resets = "SELECT 1 FROM mails WHERE kind = 'reset_password'";
    let open = "SELECT 1 FROM users WHERE disabled_at IS NULL";
    for proof in [json!({}), known()] {
        press(&app, &token, proof).await;
        assert_eq!((rows(&app, open).await, rows(&app, resets).await), (0, 0));
    }
    assert_eq!(address(&app, &person).await, person.email);
    assert_eq!(sign_in_status(&app, &person.email, PASSWORD).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owners_deletion_is_taken_back() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    let thief = app.api().with(&app.api().sign_in(&person).await);
    let body = json!({ "confirm_email": person.email });
    assert!(thief.post("/delete-account", body).await.status < 300);
    let token = link(&app, &person.email, "was deleted").await;
    assert!(!pressed(&app, &token, json!({})).await);
    let stays = "SELECT 1 FROM users WHERE deleted_at IS NULL AND owner_deleted_at IS NULL
        AND disabled_at IS NULL";
    assert_eq!(rows(&app, stays).await, 1);
    let reset = app.post.mail(&person.email, "Reset your").await.token();
    let body = json!({ "token": reset, "new_password": NEW_PASSWORD });
    assert_eq!(app.api().post("/reset-password", body).await.status, 200);
    app.wait(TimeDelta::days(31));
    purge::expired(app.services()).await.unwrap();
    assert_eq!(sign_in_status(&app, &person.email, NEW_PASSWORD).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_another_account_has_is_not_put_back() {
    let app = TestApp::start().await;
    let (person, token) = moved(&app).await;
    let other = app.person().verified().await;
    let take = "UPDATE users SET email = $2, email_canonical = $2 WHERE id = $1::text::uuid";
    app.sql(take, &[&other.id.to_string(), &person.email]).await;
    let everything = "SELECT u::text FROM users u UNION ALL SELECT s::text FROM sessions s
        UNION ALL SELECT p::text FROM undo_points p ORDER BY 1";
    let state = async || -> Vec<String> {
        let rows = app.sql(everything, &[]).await;
        rows.iter().map(|row| row.get(0)).collect()
    };
    let before = state().await;
    let refusal = refused(&app, &token, known()).await;
    assert_eq!(refusal, (409, "email_taken".to_owned()));
    assert_eq!(state().await, before, "nothing changed");
    app.sql(take, &[&other.id.to_string(), &"other@example.net"])
        .await;
    assert!(pressed(&app, &token, known()).await);
    assert_eq!(address(&app, &person).await, person.email);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_never_proved_the_address_gives_way() {
    let app = TestApp::start().await;
    let (person, token) = moved(&app).await;
    let squat = json!({ "email": person.email, "password": PASSWORD });
    assert_eq!(app.api().post("/register", squat).await.status, 201);
    assert!(pressed(&app, &token, known()).await);
    assert_eq!(address(&app, &person).await, person.email);
    assert_eq!(rows(&app, "SELECT 1 FROM users").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_and_snapshots_last_two_weeks() {
    let app = TestApp::start().await;
    let (_, token) = moved(&app).await;
    let points = "SELECT 1 FROM undo_points";
    let all = rows(&app, points).await;
    app.wait(TimeDelta::days(14) - TimeDelta::seconds(1));
    purge::expired(app.services()).await.unwrap();
    assert_eq!(rows(&app, points).await, all);
    let page = app.browser().visit(&format!("/not-me?token={token}")).await;
    assert_eq!(page.status(), 200);
    app.wait(TimeDelta::seconds(1));
    assert_eq!(refused(&app, &token, known()).await, dead());
    app.wait(TimeDelta::seconds(1));
    purge::expired(app.services()).await.unwrap();
    assert_eq!(rows(&app, points).await, 0);
    assert_eq!(refused(&app, &token, json!({})).await, dead());
}

#[tokio::test(flavor = "multi_thread")]
async fn links_work_after_both_keys_were_rotated() {
    let app = TestApp::start().await;
    let (person, token) = moved(&app).await;
    let (old, new) = (
        "k1:c2VhbGluZyBrZXkgb2YgdGhlIHRlc3RzLCAzMiBieXQ=",
        "k2:YW5vdGhlciBrZXkgZm9yIHRoZSB0ZXN0cywgMzIgYnk=",
    );
    let both = app.another_node_with(&[("SEALING_KEYS", &format!("{new},{old}"))]);
    let report = rotate_keys::rotate(&both.services).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    let later = app.another_node_with(&[
        ("SEALING_KEYS", new),
        (
            "JWT_SECRET_KEY",
            "another key of thirty-two bytes for tests",
        ),
        ("JWT_PREVIOUS_SECRET_KEYS", JWT_SECRET_KEY),
    ]);
    let body = json!({ "token": token, "password": PASSWORD });
    let reply = app.api().at(&later).post("/not-me", body).await;
    assert_eq!((reply.status, &reply.body["restored"]), (200, &json!(true)));
    assert_eq!(address(&app, &person).await, person.email);
}

/// Tokens of other purposes are refused at `/not-me`, and its token everywhere else.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_purpose_is_refused_at_every_door() {
    let app = TestApp::start().await;
    let (person, token) = moved(&app).await;
    let s = app.services();
    let sql = "SELECT id::text FROM undo_points ORDER BY number DESC LIMIT 1";
    let event: String = app.sql(sql, &[]).await[0].get(0);
    let event: Uuid = event.parse().unwrap();
    for purpose in Purpose::ALL {
        let mut claims = Claims {
            purpose,
            user_id: person.id,
            token_id: random::id(s.random.as_ref()).to_string(),
            issued_at: s.now(),
            expires_at: s.now() + TimeDelta::minutes(5),
            rev: Some(1),
            session_id: None,
            extra: Extra::default(),
        };
        claims.extra.event = Some(event);
        claims.extra.email = Some(THIEFS.to_owned());
        let minted = s.tokens.encode(&claims).unwrap();
        let page = format!("/not-me?token={}", minted.expose());
        let page = app.browser().visit(&page).await;
        if purpose == Purpose::Undo {
            assert_eq!(page.status(), 200);
            continue;
        }
        assert_eq!(page.status(), 410, "{purpose:?}");
        for proof in [json!({}), known()] {
            let refusal = refused(&app, minted.expose(), proof).await;
            assert_eq!(refusal, dead(), "{purpose:?}");
        }
    }
    for (call, body) in [
        (
            "/reset-password",
            json!({ "token": token, "new_password": NEW_PASSWORD }),
        ),
        (
            "/verify-email",
            json!({ "token": token, "password": PASSWORD }),
        ),
        (
            "/confirm-email",
            json!({ "token": token, "password": PASSWORD }),
        ),
        ("/unlock", json!({ "token": token })),
        ("/refresh", json!({ "refresh_token": token })),
        (
            "/login/mfa",
            json!({ "mfa_token": token, "code": "123456" }),
        ),
    ] {
        let reply = app.api().post(call, body).await;
        assert!(matches!(reply.status, 401 | 422), "{call} {reply:?}");
        assert_eq!(reply.code(), "invalid_token", "{call}");
    }
    assert_eq!(app.api().with_token(&token).get("/me").await.status, 401);
    assert_eq!(address(&app, &person).await, THIEFS);
}

fn event_of(token: &str) -> Uuid {
    let payload = token.split('.').nth(1).unwrap();
    let payload = BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap();
    let claims: Value = serde_json::from_slice(&payload).unwrap();
    claims["event"].as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_about_several_events_has_the_link_of_the_earliest() {
    let app = TestApp::start().await;
    let person = app.person().verified().await;
    let mut owner = Party::unknown(&app, "Owner/1.0");
    owner.sign_in(&person.email, PASSWORD, None).await;
    let passwords = [
        PASSWORD,
        NEW_PASSWORD,
        "an entirely other walnut",
        "solemn river under glass",
    ];
    for pair in passwords.windows(2) {
        app.wait(TimeDelta::minutes(5));
        owner.changes_password(pair[0], pair[1]).await;
    }
    let sql = "SELECT id::text FROM undo_points WHERE kind = 'password_changed' ORDER BY number";
    let events = app.sql(sql, &[]).await;
    let events: Vec<Uuid> = events
        .iter()
        .map(|row| row.get::<_, String>(0).parse().unwrap())
        .collect();
    assert_eq!(events.len(), 3);
    let first = link(&app, &person.email, "password was changed").await;
    assert_eq!(event_of(&first), events[0]);
    app.wait(TimeDelta::hours(1));
    let merged = link(&app, &person.email, "password was changed").await;
    assert_eq!(event_of(&merged), events[1]);
    // It takes the password of before the second event.
    let wrong = json!({ "password": passwords[2] });
    assert_eq!(press(&app, &merged, wrong).await.status, 403);
    assert!(!pressed(&app, &merged, json!({ "password": passwords[1] })).await);
}
