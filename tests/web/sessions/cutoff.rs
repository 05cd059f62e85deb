//! The issue time of a token, compared with the time of the last password change.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};
use tokio::time::{Duration, sleep};
use vestibule::internals::domain::{
    clock::from_millis,
    password::Password,
    secrets::{keys, secret::SecretString},
    token::Purpose,
};

use crate::harness::{
    Person, TestApp,
    people::{NEW_PASSWORD, PASSWORD},
    settings::{self, ORIGIN},
};

/// An access token as another program with the key would mint it: without `rev` and `sid`, so that only
/// the issue time decides.
fn minted_elsewhere(person: &Person, times: &Value) -> String {
    let mut claims = json!({ "iss": ORIGIN, "sub": person.id, "purpose": "access" });
    let all = claims.as_object_mut().unwrap();
    all.extend(times.as_object().unwrap().clone());
    let key = keys::derive(settings::JWT_SECRET_KEY.as_bytes(), "vestibule/jwt/access");
    let key = EncodingKey::from_secret(key.expose());
    jsonwebtoken::encode(&Header::default(), &claims, &key).unwrap()
}

async fn changed_at(app: &TestApp) -> DateTime<Utc> {
    let changed = "SELECT (extract(epoch FROM password_changed_at) * 1000)::bigint FROM users";
    from_millis(app.sql(changed, &[]).await[0].get(0))
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_compared_with_the_cutoff_to_the_millisecond() {
    let app = TestApp::start().await;
    let person = app.person().await;
    let api = app.api();
    app.wait(TimeDelta::milliseconds(417));
    let before = api.sign_in(&person).await;
    let body = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
    let kept = api.with(&before).post("/change-password", body).await;
    assert_eq!(kept.status, 200);
    let cutoff = changed_at(&app).await;
    assert_eq!(cutoff, app.services().now(), "the clock has not moved");

    // The pair of the change, minted in the same millisecond, is valid; so is a sign-in at that moment.
    let changed = Person {
        password: NEW_PASSWORD.to_owned(),
        ..person.clone()
    };
    let right_then = api.sign_in(&changed).await;
    for pair in [&kept, &right_then] {
        assert_eq!(api.with(pair).get("/me").await.status, 200);
        let text = pair.text("access_token");
        let claims = app
            .services()
            .tokens
            .decode(Purpose::Access, text, cutoff)
            .unwrap();
        assert_eq!(claims.issued_at, cutoff + TimeDelta::milliseconds(1));
    }
    assert_eq!(api.with(&before).get("/me").await.status, 401);

    let (second, millis) = (cutoff.timestamp(), cutoff.timestamp_millis());
    let exp = second + 600;
    for (times, expected) in [
        // With `iat_ms`, only that counts.
        (
            json!({ "iat": second, "iat_ms": millis - 1, "exp": exp }),
            401,
        ),
        (json!({ "iat": second, "iat_ms": millis, "exp": exp }), 401),
        (
            json!({ "iat": second, "iat_ms": millis + 1, "exp": exp }),
            200,
        ),
        // With `iat` alone: its whole second is before the change, and the next one after it.
        (json!({ "iat": second, "exp": exp }), 401),
        (json!({ "iat": second + 1, "exp": exp }), 200),
        // A fraction keeps its milliseconds.
        (json!({ "iat": from_secs(millis), "exp": exp }), 401),
        (json!({ "iat": from_secs(millis + 1), "exp": exp }), 200),
    ] {
        let token = minted_elsewhere(&person, &times);
        let status = api.with_token(&token).get("/me").await.status;
        assert_eq!(status, expected, "{times}");
    }
}

/// A `NumericDate` with a fraction, slightly above the millisecond so that rounding does not lose it.
#[expect(clippy::cast_precision_loss, reason = "the dates of this century fit")]
fn from_secs(millis: i64) -> f64 {
    (millis as f64 + 0.25) / 1000.0
}

#[tokio::test(flavor = "multi_thread")]
async fn the_leeway_accepts_no_token_from_before_the_change() {
    let app = TestApp::with(&[("JWT_LEEWAY_SECONDS", "300")]).await;
    let person = app.person().await;
    let api = app.api();
    let now = app.services().now();
    let change = "UPDATE users SET password_changed_at = to_timestamp($1::bigint / 1000.0)";
    // Past its expiry and within the leeway, on both sides of the change.
    let issued = now - TimeDelta::minutes(31);
    let times = json!({
        "iat": issued.timestamp(),
        "iat_ms": issued.timestamp_millis(),
        "exp": (now - TimeDelta::minutes(1)).timestamp(),
    });
    let token = minted_elsewhere(&person, &times);
    for (offset, expected) in [(-1, 200), (0, 401), (1, 401), (60_000, 401)] {
        let at = issued.timestamp_millis() + offset;
        app.sql(change, &[&at]).await;
        let status = api.with_token(&token).get("/me").await.status;
        assert_eq!(status, expected, "{offset} ms");
    }
}

/// One hash at a time, each of which takes about a second.
const BUSY: [(&str, &str); 3] = [
    ("HASHING_CONCURRENCY", "1"),
    ("ARGON2_MEMORY_KIB", "16384"),
    ("ARGON2_ITERATIONS", "64"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_is_refused_if_the_password_changes_while_it_is_hashed() {
    let app = TestApp::start().await;
    let busy = app.another_node_with(&BUSY);
    let person = app.person().await;
    let api = app.api();
    let acting = api.with(&api.sign_in(&person).await);

    // The sign-in reads the stored hash, and then waits in the queue.
    let hashing = busy.services.clone();
    let password = Password::parse(&SecretString::from(PASSWORD)).unwrap();
    let ahead = tokio::spawn(async move { hashing.hashing.verify(password, None).await });
    sleep(Duration::from_millis(50)).await;
    let (late, there) = (person.clone(), api.at(&busy));
    let late = tokio::spawn(async move { there.sign_in(&late).await });
    sleep(Duration::from_millis(150)).await;

    let body = json!({ "current_password": PASSWORD, "new_password": NEW_PASSWORD });
    let kept = acting.post("/change-password", body).await;
    assert_eq!(kept.status, 200);
    assert!(
        !ahead.is_finished() && !late.is_finished(),
        "it did not wait"
    );
    assert!(ahead.await.unwrap().is_ok());
    let late = late.await.unwrap();
    assert_eq!((late.status, late.code()), (401, "invalid_credentials"));
    let living = "SELECT 1 FROM sessions WHERE revoked_at IS NULL";
    assert_eq!(app.sql(living, &[]).await.len(), 1, "that of the change");
    assert_eq!(api.with(&kept).get("/me").await.status, 200);
}
